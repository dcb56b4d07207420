"""One running installation under load, with real processes, and who presses calls in it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import redis

from feeds.streams.keys import key
from geodata.store import load
from pages.door.guard import COOKIE
from tests.support.servers import entries
from tests.support.waiting import comes_true, until
from twin.events import Event, IncidentReported, decode_batch

HOUSE = Path(__file__).parents[2]
STREET = "lusong.hejiatu"
TELEMETRY, OPERATIONS = key(STREET, "telemetry"), key(STREET, "operations")
RATE = 2000
"""Events a second."""
WITHIN_S = 60.0


class Town:
    """One running installation under load."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], port: int) -> None:
        self.folder = folder
        self.process = process
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        valkey = int((folder / "valkey.port").read_text())
        self.url = f"redis://127.0.0.1:{valkey}/0"
        self.streams = redis.Redis.from_url(self.url)
        self.compounds = load(folder / "places")
        self.spare = [
            place.id
            for compound in self.compounds
            for place in compound.devices
            if place.kind == "call"
        ]

    def pid(self, program: str) -> int | None:
        """The process of a role, by the last word of its command line, or of the server."""
        parent = self.process.pid
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ").split()
            except (FileNotFoundError, ProcessLookupError):  # it has just died
                continue
            # The server writes its own name and address there; who just died, nothing.
            if words and program in (words[-1], Path(words[0]).name.partition("-")[0]):
                return int(child)
        return None

    async def died(self, program: str, end: Callable[[int], object]) -> None:
        """End a process, and wait until the supervisor has started it again."""
        before = self.pid(program)
        assert before is not None
        end(before)
        await found_again(lambda: self.pid(program) not in (None, before))

    def tell(self, *events: dict[str, Any] | bytes) -> None:
        """XADD as a foreign device would, again and again while the server is away."""
        for event in events:
            payload = event if isinstance(event, bytes) else json.dumps(event).encode()
            added = partial(self.streams.xadd, TELEMETRY, {"e": payload})
            until(partial(_there, added), WITHIN_S)

    async def loaded(self) -> None:
        """Wait until another second's worth of events has come in: the load is on again."""
        goal = await found_again(self._taken) + RATE
        await found_again(lambda: self._taken() >= goal)

    def _taken(self) -> int:
        return int(self.streams.xinfo_stream(TELEMETRY)["entries-added"])

    def operations(self) -> list[Event]:
        """Everything that stands in the operations stream."""
        rows = entries(self.streams, OPERATIONS)
        found = decode_batch([fields[b"e"] for _, fields in rows])
        assert all(isinstance(event, Event) for event in found)
        return [event for event in found if isinstance(event, Event)]

    async def enter(self, name: str) -> str:
        """The session of a demo identity."""
        async with httpx.AsyncClient(base_url=self.origin) as browser:
            answer = await browser.post("/login", data={"demo": name})
            return answer.cookies[COOKIE]

    def person(self, token: str) -> httpx.AsyncClient:
        """A client with a session."""
        return httpx.AsyncClient(
            base_url=self.origin, cookies={COOKIE: token}, headers={"origin": self.origin},
            timeout=WITHIN_S,
        )  # fmt: skip


async def found_again(true: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """The first true answer, asked again while the server is away; TimeoutError without one."""

    return await comes_true(lambda: _there(true), within_s)


def _there(asked: Callable[[], Any]) -> Any:
    """What the server answers, or None while it is away."""
    try:
        return asked()
    except redis.RedisError:
        return None


def press(device: str, word: str = "pressed") -> dict[str, Any]:
    """Somebody presses a one-key call."""
    return {
        "id": f"{device}-{word}-{time.monotonic_ns()}", "type": "call.state", "subject": device,
        "time": datetime.now(UTC).isoformat(), "data": {"state": word},
    }  # fmt: skip


async def a_case(town: Town) -> str:
    """A case that a call has opened; its id."""
    device = town.spare.pop()
    town.tell(press(device))
    return str(await found_again(lambda: case_of(town, device)))


def case_of(town: Town, device: str) -> str | None:
    """The case that an alarm of a device became."""
    for event in town.operations():
        if isinstance(event, IncidentReported) and event.data.device == device:
            return event.subject
    return None
