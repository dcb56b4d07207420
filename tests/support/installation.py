"""The whole product as ``python app.py`` runs it, in a folder of its own, with a world that waits.

The demo's simulator fills the street once and is then stopped where it stands, so nothing happens
but what a test makes happen; ``freshen`` keeps the devices from going silent meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import redis

from feeds.host.children import dying_with_us
from geodata.store import load
from tests.conftest import free_port
from tests.support.catalogues import CATALOGUE
from tests.support.servers import entries
from tests.support.waiting import until
from twin.events import decode_batch
from twin.places.model import Compound, DevicePlace
from twin.state.records import Incident
from twin.state.twin import Twin

ROOT = Path(__file__).parents[2]
STREET = "lusong.hejiatu"
TELEMETRY, OPERATIONS = (f"dayuan:{{{STREET}}}:{name}" for name in ("telemetry", "operations"))
PASSWORD = "long enough to be one"


class House:
    """One running installation: where its pages are, its streams, its processes."""

    def __init__(
        self,
        folder: Path,
        process: subprocess.Popen[str],
        port: int,
        url: str,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings or {}
        self.base = f"http://127.0.0.1:{port}"
        self.streams = redis.Redis.from_url(url)
        self.valkey_port = int(url.rpartition(":")[2].split("/")[0])
        self.compounds: list[Compound] = load(folder / "places")
        self.process = process
        self._twin = Twin(STREET, self.compounds, CATALOGUE)
        self._read = {TELEMETRY: "", OPERATIONS: ""}

    def pid(self, role: str) -> int | None:
        """The process of a role, by the last words of its command line."""
        parent = self.process.pid
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):  # it has just died
                continue
            if role.encode() in words:
                return int(child)
        return None

    def kill(self, role: str) -> None:
        """``kill -9`` of a role."""
        found = self.pid(role)
        assert found is not None
        os.kill(found, signal.SIGKILL)

    def tell(self, *events: Mapping[str, Any]) -> list[str]:
        """XADD telemetry as a foreign device would; the entry ids."""
        pipe = self.streams.pipeline(transaction=False)
        for event in events:
            pipe.xadd(TELEMETRY, {"e": json.dumps(event)})
        return [entry.decode() for entry in pipe.execute()]

    def freshen(self) -> None:
        """Every device says now that all is well."""
        self.tell(*(state(device.id, normal(device.kind)) for device in self.devices()))

    def devices(self, *kinds: str) -> Iterator[DevicePlace]:
        """The devices of some kinds, or all."""
        for compound in self.compounds:
            for device in compound.devices:
                if not kinds or device.kind in kinds:
                    yield device

    def log(self, key: str = OPERATIONS) -> list[dict[str, Any]]:
        """Every event of a stream, in order."""
        return [json.loads(entry[b"e"]) for _, entry in entries(self.streams, key)]

    def truth(self) -> Twin:
        """What the streams say, folded here: both, in the order of their entry ids.

        Only what came since the last question is read; a test that asks again and again costs
        little. Whoever keeps the answer sees it go on.
        """
        with self.streams.pipeline(transaction=True) as pipe:  # both of one instant
            for key, after in self._read.items():
                pipe.xrange(key, f"({after}" if after else "-")
            answers = pipe.execute()
        for key, rows in zip(self._read, answers, strict=True):
            if rows:
                self._read[key] = rows[-1][0].decode()
        rows = sorted(chain(*answers), key=lambda row: tuple(map(int, row[0].split(b"-"))))
        self._twin.fold(decode_batch([entry[b"e"] for _, entry in rows]))
        return self._twin

    def open_cases(self) -> list[Incident]:
        """Cases that somebody must still finish."""
        found = self.truth().incidents.values()
        return [case for case in found if case.open]

    def tidy(self) -> None:
        """Let the devices be well and end every open case, as a dispatcher would."""
        self.freshen()
        with self.person("chenmin") as chenmin:
            for case in self.open_cases():
                name = "reject" if case.state == "reported" else "cancel"
                body = {"command": name, "target": case.id, "args": {"text": "演练结束"}}
                chenmin.post("/api/commands", json=body)
        assert not self.open_cases()

    @contextmanager
    def person(self, name: str) -> Iterator[httpx.Client]:
        """A logged-in program: a demo identity, or an account that was added."""
        with httpx.Client(base_url=self.base, timeout=20) as client:
            client.post("/login", data=credentials(name))
            assert client.get("/api/me").status_code == 200
            yield client

    def add_account(self, name: str, display: str, role: str) -> None:
        """``app.py account add``, with the password on standard input."""
        words = ("account", "add", name, "--display", display, "--role", role)
        subprocess.run(
            [sys.executable, ROOT / "app.py", *words, "--territory", STREET],
            input=f"{PASSWORD}\n", text=True, check=True, timeout=60, capture_output=True,
            env=environment(self.folder, int(self.base.rpartition(":")[2]), self.valkey_port)
            | dict(self.settings),
        )  # fmt: skip


ADDED = ("li", "sun")
"""Accounts that tests add; the others are the demo's identities."""


def credentials(name: str) -> dict[str, str]:
    """What the login form sends for a person."""
    own = {"name": name, "password": PASSWORD}
    return own if name in ADDED else {"demo": name}


def normal(kind: str) -> str:
    """The state in which all is well."""
    word: str = CATALOGUE.devices[kind].states[0]
    return word


def state(device: str, word: str) -> dict[str, Any]:
    """A device's word, said now."""
    return {
        "id": uuid4().hex,
        "type": f"{device.split('/')[1]}.state",
        "subject": device,
        "time": datetime.now(UTC).isoformat(),
        "data": {"state": word},
    }


def environment(folder: Path, port: int, valkey_port: int) -> dict[str, str]:
    """The settings of a house."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYUAN_")}
    return kept | {
        "DAYUAN_DEMO": "1", "DAYUAN_DATA": str(folder), "DAYUAN_PORT": str(port),
        "DAYUAN_VALKEY_PORT": str(valkey_port), "DAYUAN_LOG": "warning",
    }  # fmt: skip


APP = ("app.py",)
PATIENT = ("-m", "tests.browser.patient")


@contextmanager
def running(
    folder: Path,
    before: Iterable[str] = (),
    origins: str = "",
    program: Sequence[str] = APP,
    settings: Mapping[str, str] | None = None,
) -> Iterator[House]:
    """``python app.py`` until the block ends.

    ``before`` are words in front of the command, ``origins`` those of cameras' pictures,
    ``settings`` others than usual. As the program PATIENT it leaves a simulator alone that was
    stopped.
    """
    port, valkey_port = free_port(), free_port()
    settings = {"DAYUAN_STREAM_ORIGINS": origins} | dict(settings or {})
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            [*before, sys.executable, *program],
            cwd=ROOT,
            env=environment(folder, port, valkey_port) | settings,
            stdout=subprocess.PIPE, stderr=errors, text=True,
            preexec_fn=dying_with_us(signal.SIGTERM),
        )  # fmt: skip
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        said = next((line for line in lines if line.startswith("Dayuan:")), "")
        assert said, (folder / "errors").read_text()
        yield House(folder, process, port, said.split("streams: ")[1].split(" ")[0], settings)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def fill_and_stop(house: House) -> None:
    """Wait until every device and responder has spoken, then stop the simulator for good."""
    people = {card.id for compound in house.compounds for card in compound.responders}
    devices = {device.id for device in house.devices()}

    def spoken() -> bool:
        twin = house.truth()
        here = all(twin.devices[one].reported_at for one in devices)
        return here and all(
            twin.responders[one].lonlat and twin.responders[one].duty == "available"
            for one in people
        )

    until(spoken)
    simulator = until(lambda: house.pid("simulator"))
    os.kill(simulator, signal.SIGSTOP)
