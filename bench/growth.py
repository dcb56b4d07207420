"""growth: how work, memory and frames grow from 1,000 to 100,000 devices.

Each size in a fresh process: places, twin and hub with all devices known. ``ingest`` is the time
to take in one report of every device (decoded, checked, folded, noted for screens), ``memory``
what places, twin and hub add to the process, ``frame`` the snapshot of a screen that looks at
everything. A straight line through the smallest size is the limit: ten times the devices may cost
ten times as much.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from bench.catalogue import CATALOGUE
from bench.stack import resident_mb, running
from bench.street import STREET, street
from bench.table import Row, at_most
from bench.traffic import full_report, now
from feeds.streams.batches import Batch, Position, StreamPart
from feeds.streams.replica import ingest
from geodata.store import load, save
from layers.live.groups import Frame, Key
from layers.live.hub import Hub
from layers.live.messages import View
from twin.events import encode
from twin.places.model import Compound
from twin.state.twin import Twin

SIZES = (1_000, 10_000, 100_000)
_BATCH = 1000


class Screen:
    """A screen that only looks."""

    def __init__(self) -> None:
        self.name = "bench"
        self.key: Key | None = None
        self.incident: str | None = None

    def enqueue(self, fresh: list[Frame]) -> None:
        """Changes are not what is measured."""

    def renew(self) -> None:
        """It asks for its snapshot itself."""

    def end(self, reason: str) -> None:
        """Nothing to do."""


def cost(folder: Path) -> dict[str, float]:
    """What one size costs, in this very process."""
    gc.collect()
    before = resident_mb(os.getpid())
    compounds = load(folder)
    twin = Twin(STREET, compounds, CATALOGUE)
    hub = Hub({STREET: twin}, CATALOGUE, now=now(), epoch="bench")
    payloads = [encode(event) for event in full_report(compounds, now() - timedelta(seconds=9))]
    again = [encode(event) for event in full_report(compounds, now(), seed=8)]
    held = sum(sys.getsizeof(payload) for payload in payloads + again) / 1e6
    _take(twin, hub, payloads)
    hub.tick(now())
    seconds = _take(twin, hub, again)
    begin = perf_counter()
    hub.tick(now())
    tick_s = perf_counter() - begin
    frame = _snapshot(hub, compounds)
    size = resident_mb(os.getpid()) - before - held
    devices = sum(len(compound.devices) for compound in compounds)
    return {"devices": devices, "ingest": seconds, "events": len(again), "memory": size,
            "frame": frame, "tick": tick_s}  # fmt: skip


def _take(twin: Twin, hub: Hub, payloads: list[bytes]) -> float:
    """CPU seconds to take payloads in, in batches as they come off a stream."""
    stamp = f"{int(now().timestamp() * 1000)}-0".encode()
    begin = process_time()
    for start in range(0, len(payloads), _BATCH):
        some = payloads[start : start + _BATCH]
        step = ingest(
            twin, Batch(StreamPart([stamp] * len(some), some), StreamPart([], []), Position())
        )
        assert not step.refused
        hub.mark_dirty(STREET, step.changes)
    return process_time() - begin


def _snapshot(hub: Hub, compounds: list[Compound]) -> int:
    names = tuple(compound.id for compound in compounds)
    screen = Screen()
    hub.join(screen, hub.key((STREET,), False, View(compounds=names)), None, None)
    return sum(frame.size for frame in hub.snapshot(screen))


async def measured(devices: int) -> dict[str, float]:
    """What one size costs, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="dayuan-bench-") as folder:
        for compound in street(devices):
            save(folder, compound)
        async with running("-m", "bench.growth", folder, talks=True) as child:
            assert child.stdout
            found: dict[str, float] = json.loads(await child.stdout.readline())
            return found


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    sizes = (100, 200) if smoke else SIZES
    found = [asyncio.run(measured(size)) for size in sizes]
    rows = []
    for name, unit, words in (
        ("ingest", "s", "one report of every device"),
        ("memory", "MB", "places, twin, hub"),
        ("frame", "kB", "snapshot of everything"),
    ):
        scale = 1e-3 if name == "frame" else 1.0
        costs = [one[name] * scale for one in found]
        straight = costs[0] * sizes[-1] / sizes[0]
        steps = ", ".join(f"{size:,}: {c:.3g} {unit}" for size, c in zip(sizes, costs, strict=True))
        note = f"devices: {steps}"
        if name == "ingest":
            rates = (f"{one['events'] / one['ingest']:,.0f}" for one in found)
            note += f"; {', '.join(rates)} events a CPU second"
        rows.append(
            at_most(straight, figure="growth", case=f"{words}, {sizes[0]:,} to {sizes[-1]:,}",
                    value=costs[-1], unit=unit, note=note)
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    print(json.dumps(cost(Path(sys.argv[1]))), flush=True)
