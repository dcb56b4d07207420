"""The whole product under load while its parts are killed: nothing promised is lost.

Real processes as ``python app.py`` runs them, 2,000 events a second from the demo's simulator,
five commands a second, three screens. What is acknowledged is there afterwards, once; every screen
comes back by itself and shows what a new one shows.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import httpx
import pytest

from feeds.host.children import dying_with_us
from tests.conftest import free_port
from tests.support.live_screen import LiveScreen, agree, watching
from tests.support.town import (
    HOUSE,
    RATE,
    STREET,
    WITHIN_S,
    Town,
    a_case,
    case_of,
    found_again,
    press,
)
from tests.support.waiting import until
from twin.events import AlarmRaised, IncidentReported

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, port = tmp_path_factory.mktemp("town"), free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYUAN_")}
    env = kept | {
        "DAYUAN_DEMO": "1", "DAYUAN_DATA": str(folder), "DAYUAN_PORT": str(port),
        "DAYUAN_VALKEY_PORT": str(free_port()), "DAYUAN_RATE": str(RATE),
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=HOUSE, env=env, stdout=log, stderr=log,
            preexec_fn=dying_with_us(signal.SIGTERM),
        )  # fmt: skip
    try:
        until(lambda: process.poll() or "http://" in (folder / "log").read_text("utf-8"), WITHIN_S)
        assert process.poll() is None, "it does not start"
        yield Town(folder, process, port)
    finally:
        process.terminate()
        process.wait(30)


class Orders:
    """Somebody who notes five things a second, and remembers what was acknowledged."""

    def __init__(self, town: Town, token: str, case: str) -> None:
        self.town, self.token, self.case = town, token, case
        self.acknowledged: list[str] = []
        self.sent = 0
        self.statuses: Counter[int] = Counter()

    async def give(self) -> None:
        """Go on for ever, whatever the answers."""
        async with self.town.person(self.token) as person, asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._one(person, f"note {self.sent}"))
                self.sent += 1
                await asyncio.sleep(0.2)

    async def _one(self, person: httpx.AsyncClient, text: str) -> None:
        wish = {"command": "note", "target": self.case, "args": {"text": text}}
        try:
            answer = await person.post("/api/commands", json=wish)
        except httpx.HTTPError:
            return  # the web role went away before it answered: nothing was promised
        self.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            self.acknowledged.append(text)

    async def more(self, count: int = 3) -> None:
        """Wait until so many more have been acknowledged."""
        goal = len(self.acknowledged) + count
        await found_again(lambda: len(self.acknowledged) >= goal)

    def judge(self) -> None:
        """What was acknowledged stands in the stream once, and nothing stands there twice."""
        notes = [event for event in self.town.operations() if event.subject == self.case]
        texts = Counter(getattr(getattr(event, "data", None), "text", "") for event in notes)
        counted = {text: texts[text] for text in texts if text.startswith("note ")}
        assert set(self.acknowledged) <= set(counted)
        assert set(counted.values()) == {1}
        assert set(self.statuses) <= {200, 409, 503}, self.statuses


@asynccontextmanager
async def orders(town: Town) -> AsyncIterator[Orders]:
    given = Orders(town, await town.enter("chenmin"), await a_case(town))
    task = asyncio.create_task(given.give())
    try:
        yield given
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def nothing_lost_or_doubled(town: Town, pressed: list[str]) -> None:
    """Every alarm occurrence stands in the stream once, without gaps, and each call is a case."""
    operations = town.operations()
    raised = [event for event in operations if isinstance(event, AlarmRaised)]
    occurrences: dict[str, list[int]] = {}
    for event in raised:
        occurrences.setdefault(event.subject, []).append(event.data.occurrence)
    for alarm, numbers in occurrences.items():
        assert numbers == [*range(1, len(numbers) + 1)], alarm
    assert {f"{device}#call_pressed" for device in pressed} <= set(occurrences)
    cases = Counter(event.subject for event in operations if isinstance(event, IncidentReported))
    assert set(cases.values()) == {1}
    opened = Counter(
        event.data.device for event in operations if isinstance(event, IncidentReported)
    )
    assert all(opened[device] == len(occurrences[f"{device}#call_pressed"]) for device in pressed)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def hang(pid: int) -> None:
    """Stop a process where it stands: it lives, and does nothing."""
    os.kill(pid, signal.SIGSTOP)


def fill_the_disk(pid: int) -> None:
    """Let a server's files grow no further: its next write fails as on a full disk."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))


ENDS: list[tuple[str, Callable[[int], None]]] = [
    ("engine", kill), ("simulator", kill), ("web", kill), ("valkey", kill),
    ("valkey", lambda pid: os.kill(pid, signal.SIGTERM)), ("valkey", fill_the_disk),
    ("engine", hang), ("web", hang),
]  # fmt: skip


async def test_each_part_dies_under_load_and_nothing_promised_is_lost(town: Town) -> None:
    seen = {"compounds": ["huodian", "jinyuan"]}
    hellos: list[tuple[str, dict[str, Any]]] = [
        ("chenmin", seen), ("wall", {**seen, "screen": "wall"}), ("liuyang", {"band": "far"}),
    ]  # fmt: skip
    tokens = {name: await town.enter(name) for name, _ in hellos}
    screens = [LiveScreen(town.port, tokens[name], **hello) for name, hello in hellos]
    pressed: list[str] = []
    async with watching(*screens), orders(town) as given:
        await given.more()
        for program, end in ENDS:
            pressed.append(town.spare.pop())
            town.tell(press(pressed[-1]))
            await town.died(program, end)
            pressed.append(town.spare.pop())
            town.tell(press(pressed[-1]))
            await given.more()
            await found_again(lambda: all(case_of(town, device) for device in pressed))
            await town.loaded()
            for screen in screens:
                await screen.until(partial(case_of_last, screen, pressed[-1]), WITHIN_S)
        for (name, hello), screen in zip(hellos, screens, strict=True):
            fresh = LiveScreen(town.port, tokens[name], **hello)
            async with watching(fresh):
                await agree(fresh, screen, WITHIN_S)
    given.judge()
    nothing_lost_or_doubled(town, pressed)


def case_of_last(screen: LiveScreen, device: str) -> bool:
    """Whether a screen shows the case of a device."""
    return any(case["device"] == device for case in screen.model.things["incidents"].values())


async def answered_throughout(town: Town, ends: asyncio.Event) -> int:
    """Ask on ever new connections until it ends; how often. Raises ConnectError when refused."""
    asked = 0
    while not ends.is_set():
        async with httpx.AsyncClient(base_url=town.origin, timeout=WITHIN_S) as source:
            try:
                await source.get("/healthz")
            except (httpx.ReadError, httpx.RemoteProtocolError):
                pass  # it was being answered when the role was killed
        asked += 1
    return asked


async def test_nobody_is_refused_while_the_web_role_is_killed_or_a_place_is_changed(
    town: Town,
) -> None:
    changed = town.folder / "places" / "huodian.json"
    for end in (kill, lambda _: changed.write_bytes(changed.read_bytes())):
        over = asyncio.Event()
        asking = asyncio.create_task(answered_throughout(town, over))
        await town.died("web", end)
        async with httpx.AsyncClient(base_url=town.origin, timeout=WITHIN_S) as source:
            assert (await source.get("/healthz")).status_code == 200
        over.set()
        assert await asking > 0


async def test_a_server_that_takes_no_writes_is_told_and_never_promised(town: Town) -> None:
    async with town.person(await town.enter("chenmin")) as person:
        case = await a_case(town)
        wish = {"command": "note", "target": case, "args": {"text": "promised"}}
        town.streams.config_set("min-replicas-to-write", 1)
        try:
            refused = await person.post("/api/commands", json=wish)
        finally:
            town.streams.config_set("min-replicas-to-write", 0)
        assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")
        assert (await person.post("/api/commands", json=wish)).status_code == 200
    texts = [getattr(getattr(event, "data", None), "text", "") for event in town.operations()]
    assert texts.count("promised") == 1


def odd_entries(device: str) -> dict[str, tuple[bytes, str, str]]:
    """What does not belong into the stream: entry, and the field and value it is refused for."""
    good = press(device, "idle")
    late = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    rows: dict[str, tuple[dict[str, Any], str, str]] = {
        "late": ({**good, "time": late}, "time", late[:10]),
        "unknown type": ({**good, "type": "moon.state"}, "type", "moon.state"),
        "unknown field": ({**good, "face": "x"}, "face", ""),
        "unknown state": ({**good, "data": {"state": "asleep"}}, "data.state", "asleep"),
        "an operation": ({**good, "type": "device.silent", "data": {}}, "type", "device.silent"),
        "no subject": ({k: v for k, v in good.items() if k != "subject"}, "subject", ""),
    }
    odd = {name: (json.dumps({**row, "id": f"odd {name}"}).encode(), field, value)
           for name, (row, field, value) in rows.items()}  # fmt: skip
    return odd | {"garbage": (b"\x00\xff not json", "", "")}


NOT_KEPT = {"unknown type", "unknown field", "garbage"}


async def test_what_does_not_belong_is_kept_aside_with_field_and_value(town: Town) -> None:
    device = town.spare.pop()
    odd = odd_entries(device)
    screen = LiveScreen(town.port, await town.enter("chenmin"), compounds=["huodian"])
    async with watching(screen), town.person(await town.enter("admin")) as person:
        twice = press(device)
        older = {**press(device, "idle"), "time": "2026-01-01T00:00:00Z"}
        older["time"] = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        early = {**press(device, "idle"), "time": ahead}
        town.tell(early, twice, twice, older, *(entry for entry, _, _ in odd.values()))
        town.tell({**press(device), "subject": "huodian/call/99999"})
        case = await found_again(lambda: case_of(town, device))
        found: list[dict[str, str]] = []
        async with asyncio.timeout(WITHIN_S):
            while len(found) < len(odd):
                answer = (await person.get("/api/rejected")).json()
                found = [row for row in answer[STREET]["newest"] if row["source"] == "stream"]
        for name, (entry, field, value) in odd.items():
            [row] = [row for row in found if row["digest"] == sha256(entry).hexdigest()]
            assert row["field"] == field or name in ("garbage", "no subject"), (name, row)
            assert row["reason"], name
            if name in NOT_KEPT:  # nobody can tell what stood in it
                assert row["payload"] == row["value"] == "", (name, row)
            else:
                assert value in row["value"], (name, row)
                assert json.loads(row["payload"]) == json.loads(entry), (name, row)
        assert len(found) == len(odd)  # twice, out of order and ahead are no faults
        rows = (await person.get("/api/devices/unregistered")).json()
        assert [row["id"] for row in rows] == ["huodian/call/99999"]
        await screen.until(lambda: case in screen.model.things["incidents"], WITHIN_S)
        assert screen.connections == 1
    nothing_lost_or_doubled(town, [device])
