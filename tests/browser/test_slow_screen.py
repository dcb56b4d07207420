"""A screen that does not read holds nobody else up, and sees the truth once it reads again."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.support.installation import House, state

HELLO: dict[str, Any] = {
    "kind": "hello", "session": "live", "screen": "console", "band": "near", "layers": [],
    "seq": None, "epoch": None,
}  # fmt: skip


@contextmanager
def live(house: House) -> Iterator[ClientConnection]:
    """A live socket after its hello, which takes no more than one frame ahead of its reader."""
    with house.person("chenmin") as person:
        cookie = f"dayuan_session={person.cookies['dayuan_session']}"
    with connect(
        f"ws://{urlsplit(house.base).netloc}/live", origin=Origin(house.base),
        additional_headers={"cookie": cookie}, max_queue=1, ping_interval=None,
        compression=None, max_size=None,
    ) as link:  # fmt: skip
        greet(link, house)
        yield link


def greet(link: ClientConnection, house: House) -> None:
    """Say hello, for every compound."""
    link.send(json.dumps(HELLO | {"compounds": [one.id for one in house.compounds]}))


@contextmanager
def traffic(house: House) -> Iterator[None]:
    """All lamps on and off and on again, as fast as the streams take them, until the block ends."""
    lamps, enough = [lamp.id for lamp in house.devices("lamp")], Event()

    def send() -> None:
        round_ = 0
        while not enough.wait(0.1):
            round_ += 1
            house.tell(*(state(lamp, ("off", "on")[round_ % 2]) for lamp in lamps))

    sender = Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        enough.set()
        sender.join()


def gaps(link: ClientConnection, within_s: float) -> list[float]:
    """Seconds between frames that arrive in some seconds."""
    found, end, last = [], time.monotonic() + within_s, time.monotonic()
    while last < end:
        link.recv(timeout=10)
        found.append(time.monotonic() - last)
        last = time.monotonic()
    return found


def newest_snapshot(link: ClientConnection, after_ms: float) -> dict[str, Any]:
    """Read until a snapshot that was made after an instant."""
    while True:
        words = link.recv(timeout=20)
        if isinstance(words, str):
            frame: dict[str, Any] = json.loads(words)
            if frame["kind"] == "snapshot" and frame["at"] > after_ms:
                return frame


def test_a_screen_that_does_not_read_slows_no_other_and_gets_a_fresh_snapshot(
    house: House,
) -> None:
    with live(house) as healthy, live(house) as slow:
        with traffic(house):
            alone = gaps(healthy, 2)
            # It asks for everything again and again and reads nothing: more than buffers hold.
            for _ in range(500):
                greet(slow, house)
            beside = gaps(healthy, 4)
            full_at_ms = time.time() * 1000
            house.tell(state("huodian/gate/2", "forced_open"))
            gaps(healthy, 2)
        assert statistics.median(beside) < 3 * statistics.median(alone) + 0.05
        assert max(beside) < 2.0, max(beside)
        fresh = newest_snapshot(slow, full_at_ms)
        assert any(row["device"] == "huodian/gate/2" for row in fresh["things"]["alarms"].values())
