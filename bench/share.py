"""share: features out to others, of 100,000 devices.

``page`` is a box in the middle that holds about a thousand devices, a page of 1,000 and its JSON,
(the note says what msgspec takes to encode it); ``scan`` a question by value, which looks at
every device. ``hold`` is the longest CPU time that the event loop was held meanwhile, by a
heartbeat of a millisecond; ``first`` the first question for a box, which makes the index.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import process_time, thread_time
from typing import Any

import msgspec

from bench.catalogue import CATALOGUE
from bench.street import STREET, street
from bench.table import Row, at_most
from bench.traffic import full_report, now
from layers.sharing.catalogue import COLLECTIONS
from layers.sharing.collection import Asker, World
from layers.sharing.index import CollectionCache
from layers.sharing.query import MOST, read
from twin.state.twin import Twin

DEVICES, ROUNDS = 100_000, 15
HOLD_MS, FIRST_S, BOX_S, SCAN_S = 50.0, 2.0, 0.1, 1.0
"""The loop sends frames every 100 ms: half of that may go to one question."""
_DEVICES = COLLECTIONS["devices"]
_ASKER = Asker((STREET,), False, "dispatcher")
_encode = msgspec.json.Encoder().encode


async def questions(shelf: CollectionCache, rounds: int) -> dict[str, float]:
    """CPU seconds for each kind of question, and the longest hold of the loop in milliseconds."""
    found: dict[str, float] = {}
    beat = Beat()
    beating = asyncio.create_task(beat.run())
    await asyncio.sleep(0.05)
    west, south, east, north = await shelf.bounds(_ASKER) or (0.0, 0.0, 0.0, 0.0)
    lon, lat = (west + east) / 2, (south + north) / 2
    box = f"{lon - 0.0022},{lat - 0.0017},{lon + 0.0022},{lat + 0.0017}"
    asked = {
        "box": [("bbox", box), ("limit", str(MOST))],
        "scan": [("state", "fault"), ("limit", "100")],
    }
    found["first"] = await timed(lambda: answered(shelf, asked["box"]))
    body = await answered(shelf, asked["box"])
    content: Any = msgspec.json.decode(body)
    found["features"] = len(content)
    beat.longest_s = 0.0
    for name, question in asked.items():
        spent = [
            await timed(lambda words=question: answered(shelf, words))  # type: ignore[misc]
            for _ in range(rounds)
        ]
        found[name] = statistics.median(spent)
        found[f"{name} hold"], beat.longest_s = 1000 * beat.longest_s, 0.0
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
    found["peer"] = statistics.median(_encoding(content) for _ in range(rounds))
    return found


async def answered(shelf: CollectionCache, words: list[tuple[str, str]]) -> bytes:
    """A page as the server makes it."""
    page = await shelf.page(_DEVICES, _ASKER, read(_DEVICES, words))
    return await asyncio.to_thread(_encode, await shelf.features(_DEVICES, _ASKER, page.rows))


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """CPU seconds that some work takes, threads included."""
    begin = process_time()
    await work()
    return process_time() - begin


def _encoding(content: Any) -> float:
    begin = process_time()
    _encode(content)
    return process_time() - begin


class Beat:
    """Looks every millisecond how long others had the loop, in CPU time of its thread."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def run(self) -> None:
        """For ever."""
        while True:
            begin = thread_time()
            await asyncio.sleep(0.001)
            self.longest_s = max(self.longest_s, thread_time() - begin)


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    size, rounds = (400, 2) if smoke else (DEVICES, ROUNDS)
    compounds = street(size)
    twin = Twin(STREET, compounds, CATALOGUE)
    twin.fold(full_report(compounds, now() - timedelta(seconds=9)), now())
    gc.collect()
    found = asyncio.run(questions(CollectionCache(World((twin,))), rounds))
    devices, of = f"{size:,} devices", f"{found['features']:.0f} features"
    return [
        at_most(FIRST_S, figure="share", case=f"first box of {devices}", value=found["first"],
                unit="CPU s"),
        at_most(BOX_S, figure="share", case=f"box of {devices}, {of}", value=found["box"],
                unit="CPU s", note=f"{1000 * found['peer']:.1f} ms of it are encoding"),
        at_most(HOLD_MS, figure="share", case="longest hold of the loop meanwhile",
                value=found["box hold"], unit="ms"),
        at_most(SCAN_S, figure="share", case=f"by value, {devices}", value=found["scan"],
                unit="CPU s"),
        at_most(HOLD_MS, figure="share", case="longest hold of the loop meanwhile, by value",
                value=found["scan hold"], unit="ms"),
    ]  # fmt: skip
