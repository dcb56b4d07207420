"""ingest: events folded into the twin per second, against the same client merely reading them.

The product's own path, ``Replica`` over ``Streams.follow``: read, decode, check, look the device
and with it its territory up, fold. The peer is ``Streams.follow`` alone over the same entries of
the same server. Both run in turn; the ratio is the median over the rounds.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from time import perf_counter

from bench.catalogue import CATALOGUE
from bench.stack import load, valkey
from bench.street import STREET, street
from bench.table import Row, at_least
from bench.traffic import Traffic, now
from feeds.streams.batches import Position
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from layers.live.hub import Hub
from twin.places.model import Compound
from twin.state.twin import Twin

DEVICES, ENTRIES, ROUNDS = 10_000, 300_000, 5


async def fold(url: str, compounds: list[Compound], count: int) -> float:
    """Seconds to fold all entries into a fresh twin."""
    twin = Twin(STREET, compounds, CATALOGUE)
    done = refused = 0
    gc.collect()
    async with Streams(url) as streams:
        start = perf_counter()
        async with aclosing(Replica(streams, twin).steps()) as steps:
            async for step in steps:
                done += len(step.batch)
                refused += len(step.refused)
                if done >= count:
                    break
        spent = perf_counter() - start
    assert not refused, f"{refused} of {count} entries were refused"
    return spent


async def show(url: str, compounds: list[Compound], count: int) -> float:
    """The same, and each change noted for the screens, as the web role does."""
    twin = Twin(STREET, compounds, CATALOGUE)
    hub = Hub({STREET: twin}, CATALOGUE, now=now(), epoch="bench")
    done = 0
    gc.collect()
    async with Streams(url) as streams:
        start = perf_counter()
        async with aclosing(Replica(streams, twin).steps()) as steps:
            async for step in steps:
                hub.mark_dirty(STREET, step.changes)
                done += len(step.batch)
                if done >= count:
                    break
        return perf_counter() - start


async def read(url: str, compounds: list[Compound], count: int) -> float:
    """Seconds to read all entries and do nothing with them."""
    done = 0
    gc.collect()
    async with Streams(url) as streams:
        start = perf_counter()
        async with aclosing(streams.follow(STREET, Position())) as batches:
            async for batch in batches:
                done += len(batch)
                if done >= count:
                    break
        return perf_counter() - start


async def rates(devices: int, entries: int, rounds: int) -> dict[str, list[float]]:
    """Events a second of each way, one per round, the ways taken in turn."""
    compounds = street(devices)
    over = timedelta(minutes=10)
    payloads = Traffic(compounds).payloads(entries, now() - over, over)
    ways: dict[str, Callable[[str, list[Compound], int], Awaitable[float]]]
    ways = {"read": read, "fold": fold, "show": show}
    found: dict[str, list[float]] = {name: [] for name in ways}
    async with valkey() as url:
        await load(url, payloads)
        await read(url, compounds, entries)
        for _ in range(rounds):
            for name, way in ways.items():
                found[name].append(entries / await way(url, compounds, entries))
    return found


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    size = (200, 3000, 1) if smoke else (DEVICES, ENTRIES, ROUNDS)
    found = asyncio.run(rates(*size))
    reading = statistics.median(found["read"])
    rows = []
    for name, words in (("fold", "folded"), ("show", "folded and noted for screens")):
        pairs = zip(found[name], found["read"], strict=True)
        ratio = statistics.median(mine / bare for mine, bare in pairs)
        rows.append(
            at_least(
                0.5, figure="ingest", case=f"{words}, {size[0]:,} devices", value=ratio * reading,
                peer=reading, unit="events/s", against="events/s merely read",
            )
        )  # fmt: skip
    return rows
