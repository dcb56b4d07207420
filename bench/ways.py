"""ways: ten people to send out of 200 with their routes, and what a network of ways takes.

Three places: the demo's street, the largest street of the demo city with its district's roads, and
a street of 50 compounds. Every measured recommendation is for a case of its own, so nothing
searched before helps it; a share of the people rides. Beside it the bare search, SciPy's own
Dijkstra over the same graph: what the answer takes at least.
"""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any

import msgspec
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench.catalogue import CATALOGUE
from bench.stack import resident_mb
from bench.street import street
from bench.table import Row, at_most
from bench.traffic import now
from geodata.demo.city import city
from geodata.demo.street import build_street
from twin.dispatch.recommend import MOST, recommend
from twin.events import STATE_EVENTS, ResponderStatus, StateData, StatusData
from twin.places.model import Compound, Path, ResponderCard
from twin.places.territory import street_of
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.roads import Surroundings
from twin.state.records import Incident
from twin.state.twin import Twin

PEOPLE = 200
RIDES = ("foot", "foot", "foot", "ebike", "vehicle")
WANTED_MS = 10.0
BUILD_MB = 25.0
DEVICES = 100_000


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    rows = _rows("demo street", build_street(1), (), 5 if smoke else 60, promised=True)
    if not smoke:
        rows += _rows("city street and its district", *_of_city(), 60, promised=True)
        rows += _rows(f"{DEVICES:,} devices", street(DEVICES), (), 60, promised=False)
    return rows


def _read(limit: float, **words: Any) -> Row:
    """A row to be read beside one that was promised."""
    return Row(**words)


def _of_city() -> tuple[list[Compound], list[Path]]:
    """The street of the demo city with the most compounds, and the roads that count in it."""
    built = city.city(1)
    streets: dict[str, list[Compound]] = {}
    for one in built.compounds:
        streets.setdefault(street_of(one.territory), []).append(one)
    name, own = max(streets.items(), key=lambda found: len(found[1]))
    return own, Surroundings(name, own, [built.district]).roads()


def _rows(
    case: str, compounds: Sequence[Compound], roads: Sequence[Path], cases: int, promised: bool
) -> list[Row]:
    gc.collect()
    before_mb, began = resident_mb(os.getpid()), perf_counter()
    network = Network(compounds, CATALOGUE.ways.modes, roads)
    build_s = perf_counter() - began
    gc.collect()
    held_mb = resident_mb(os.getpid()) - before_mb
    twin = _staffed(compounds)
    live = Live(network, twin)
    first, *asked = _cases(twin, cases + 1)
    recommend(twin, first, live, now())  # where people stand is known before a case comes
    cpu = process_time()
    took = [_ms(partial(recommend, twin, one, live, now())) for one in asked]
    cpu_ms = (process_time() - cpu) / len(asked) * 1000
    search_ms = median(_ms(_bare_search(network)) for _ in range(9))
    gate = next(name for name in network.gates if network.gates[name].spots)
    shut = STATE_EVENTS["gate"](id="x", subject=gate, time=now(), data=StateData(state="fault"))
    one = next(iter(_cases(twin, 1)))
    recommend(twin, one, live, now())
    twin.apply(shut)
    again_ms = _ms(lambda: recommend(twin, one, live, now()))
    size = f"{len(network.graph.nodes):,} junctions, {len(network.graph.ends):,} ways between"
    judged = at_most if promised else _read
    return [
        judged(WANTED_MS, figure="ways", case=f"ten of {PEOPLE} with routes, {case}",
               value=median(took), unit="ms",
               note=f"{size}; CPU {cpu_ms:.1f} ms, slowest {max(took):.1f} ms; one bare search "
               f"{search_ms:.2f} ms"),
        judged(WANTED_MS, figure="ways", case=f"the same after a gate failed, {case}",
               value=again_ms, unit="ms",
               note="searched anew, past the gate and as if it were free"),
        at_most(BUILD_MB, figure="ways", case=f"network in memory, {case}",
                value=held_mb, unit="MB", note=f"built in {build_s:.2f} s"),
    ]  # fmt: skip


def _staffed(compounds: Sequence[Compound]) -> Twin:
    """A twin with 200 people on duty, spread over the doors."""
    chance = random.Random(7)
    doors = [door.lonlat for one in compounds for b in one.buildings for door in b.entrances]
    cards = tuple(
        ResponderCard(
            id=f"{compounds[0].id}/responder/p{n}", name=f"p{n}", role="guard",
            skills=("first_aid",), territory=compounds[0].territory, post=chance.choice(doors),
            vehicle=RIDES[n % len(RIDES)],
        )
        for n in range(PEOPLE)
    )  # fmt: skip
    first = msgspec.structs.replace(compounds[0], responders=cards)
    rest = [msgspec.structs.replace(one, responders=()) for one in compounds[1:]]
    twin = Twin(street_of(first.territory), [first, *rest], CATALOGUE)
    for card in cards:
        duty = StatusData(status="available")
        twin.apply(ResponderStatus(id=card.id, subject=card.id, time=now(), by="x", data=duty))
    return twin


def _cases(twin: Twin, count: int) -> list[Incident]:
    """Cases in flats all over the place."""
    chance, at = random.Random(11), now()
    flats = [device for device in twin.devices.values() if device.kind in ("call", "smoke")]
    return [
        Incident(
            id=f"INC-0101-{n:04}", kind="one_key_call", level=1, state="reported", version=1,
            territory=one.place.territory, compound=one.id.partition("/")[0], place="",
            lonlat=one.place.lonlat, source="call", reported_at=at, response_due_at=at,
            resolve_due_at=at + timedelta(hours=1), last_at=at, device=one.id,
            building=one.place.building, floor=one.place.floor,
        ).follow(twin.catalogue.flow)
        for n, one in enumerate(chance.sample(flats, count))
    ]  # fmt: skip


def _ms(work: Callable[[], object]) -> float:
    begin = perf_counter()
    found = work()
    took = (perf_counter() - begin) * 1000
    assert not isinstance(found, list) or len(found) == MOST
    return took


def _bare_search(network: Network) -> Callable[[], object]:
    graph = network.graph_of("foot")
    matrix = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(graph.size, graph.size))
    start = int(np.random.default_rng(3).integers(graph.size))
    return lambda: dijkstra(matrix, indices=start)
