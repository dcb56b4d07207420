"""search: what a person types, found among 100,000 devices, against 50 ms.

Each query is asked as its letters are typed, so most are short and match much. Measured twice:
over the bench's street, in which names repeat as they do in life, and over one in which each
device has a name of its own, which nothing shared can make quicker. A query keeps one core busy and
waits for nothing, so its CPU time is what it takes on an idle machine.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from time import perf_counter, process_time

import msgspec
import numpy as np

from bench.catalogue import CATALOGUE
from bench.stack import resident_mb
from bench.street import STREET, street
from bench.table import Row, at_most
from layers.search.search import Finder
from twin.places.model import Compound
from twin.state.twin import Twin

DEVICES, LIMIT_MS, MEMORY_MB = 100_000, 50.0, 40.0
QUERIES = (
    "三栋一单元", "火电小区3幢1单元302", "3-1-302", "灯杆 LP-031", "烟感", "东门外", "huodian",
    "hdxq", "yangan", "dongmen", "周敏", "zhoumin", "3幢1单元101一键呼", "火店小区", "翠塘湖",
    "摄像机 C-01", "不存在的地方",
)  # fmt: skip


def typed(queries: Sequence[str]) -> list[str]:
    """Every beginning of every query, as a keyboard sends them."""
    return [query[:end] for query in queries for end in range(1, len(query) + 1)]


def own_names(compounds: Sequence[Compound]) -> list[Compound]:
    """The same compounds; each device with a name that no other has."""
    return [
        msgspec.structs.replace(
            place,
            devices=tuple(
                msgspec.structs.replace(device, name=f"{device.name} {place.id[4:]}-{number}")
                for number, device in enumerate(place.devices)
            ),
        )
        for place in compounds
    ]


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    compounds = street(500 if smoke else DEVICES)
    rows = measured(compounds, "names as in life")
    return rows + measured(own_names(compounds), "each name its own")


def measured(compounds: Sequence[Compound], case: str) -> list[Row]:
    """Times and size over some compounds."""
    finder = Finder({STREET: Twin(STREET, list(compounds), CATALOGUE)}, CATALOGUE)
    gc.collect()
    before, start = resident_mb(os.getpid()), process_time()
    finder.learn()
    learned, size = process_time() - start, resident_mb(os.getpid()) - before
    took, cpu = [], []
    for text in typed(QUERIES):
        start, begun = perf_counter(), process_time()
        finder.find((STREET,), text, masked=False)
        took.append((perf_counter() - start) * 1e3)
        cpu.append((process_time() - begun) * 1e3)
    devices = sum(len(place.devices) for place in compounds)
    head = f"{devices:,} devices, {case}"
    wall = f"on the clock, with what else ran: p50 {np.percentile(took, 50):.1f}"
    return [
        at_most(LIMIT_MS, figure="search", case=f"{head}, p50", unit="CPU ms",
                value=float(np.percentile(cpu, 50))),
        at_most(LIMIT_MS, figure="search", case=f"{head}, p99", unit="CPU ms",
                value=float(np.percentile(cpu, 99)),
                note=f"{wall}, p99 {np.percentile(took, 99):.1f} ms"),
        at_most(MEMORY_MB, figure="search", case=f"{head}, index", unit="MB", value=size,
                note=f"made once in {learned:.1f} CPU s, in a thread"),
    ]  # fmt: skip
