"""Evacuation: from buildings to muster points, the load on each way, the gates on them.

Everybody goes to the muster point that is nearest by the ways open now. A way that is shut or
closed is not walked; gates that rest closed are passed, for they can be opened, and are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import NamedTuple

import numpy as np
import shapely

from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import Building, Compound, LonLat, Service
from twin.routing.graph import Floats
from twin.routing.search import Passage, Search
from twin.routing.values import WALK_M_S, NetworkGate, SnapPoints, Stretch

PEOPLE_A_HOUSEHOLD = 2.62
"""Persons of a family household: seventh national census of China, 2020."""
HOUSEHOLD_M2 = 41.76 * PEOPLE_A_HOUSEHOLD
"""Floor area of a household, for compounds that do not say how many they have: 41.76 m² a person
(same census)."""
FLOW_A_METRE = 1.3
"""Persons a second through a metre of width at most: IMO MSC.1/Circ.1533, table 1.2, corridors."""


class Load(NamedTuple):
    """A stretch of way and how many people walk it; seconds they need past its narrowest place."""

    line: list[LonLat]
    people: int
    width_m: float
    seconds: float


class Muster(NamedTuple):
    """A muster point and who comes to it."""

    service: Service
    people: int


class Through(NamedTuple):
    """A gate and how many people pass it."""

    id: str
    name: str
    people: int


class Evacuation(NamedTuple):
    """Who goes where; ``walk_s`` is how long the farthest walks, ``stranded`` finds no way out."""

    people: int
    musters: list[Muster]
    loads: list[Load]
    gates: list[Through]
    stranded: list[str]
    walk_s: float


def people_of(compound: Compound) -> dict[str, float]:
    """People by building id: the compound's households, spread over its homes by floor area."""
    homes = [one for one in compound.buildings if one.use == "residence" and one.entrances]
    floors = {one.id: _floor_m2(one) for one in homes}
    total = sum(floors.values())
    households = compound.households or total / HOUSEHOLD_M2
    people = households * PEOPLE_A_HOUSEHOLD
    return {name: people * area / total for name, area in floors.items()} if total else {}


def evacuate(
    passage: Passage, people: Mapping[str, float], musters: Sequence[Service]
) -> Evacuation:
    """Lead the people of some buildings, by building id, to the nearest of some muster points."""
    network = passage.network
    numbers = [n for n, one in enumerate(network.doors.buildings) if one.id in people]
    rows = np.flatnonzero(np.isin(network.doors.of, numbers))
    doors = network.door_snaps()
    snaps = SnapPoints(
        doors.edge[rows], doors.point[rows], doors.along_m[rows], doors.aside_m[rows]
    )
    of = [network.doors.buildings[number].id for number in network.doors.of[rows]]
    each = {name: people[name] / of.count(name) for name in set(of)}
    flow = _Flow(passage, musters)
    stranded, walk_s = [], 0.0
    for row, name in enumerate(of):
        seconds = flow.leave(snaps, row, each[name])
        if isfinite(seconds):
            walk_s = max(walk_s, seconds)
        elif name not in stranded:
            stranded.append(name)
    flow.run()
    return Evacuation(
        people=round(sum(people.values())),
        musters=[Muster(*row) for row in zip(musters, flow.arrived_people(), strict=True)],
        loads=flow.loads(),
        gates=flow.gates(),
        stranded=stranded,
        walk_s=walk_s,
    )


class _Flow:
    """People poured into a network that leads them to muster points."""

    def __init__(self, passage: Passage, musters: Sequence[Service]) -> None:
        self.network, self._passage = passage.network, passage
        self._graph = self.network.graph_of("foot")
        xy = self.network.doors.out(self.network.xy([one.lonlat for one in musters]))
        self._goals = self.network.snap(xy)
        self._linked = len(musters) > 0 and bool((self._goals.edge >= 0).all())
        spots = zip(self._goals.edge.tolist(), self._goals.along_m.tolist(), strict=True)
        self._spots = tuple(spots) if self._linked else ()
        self._search: Search | None = passage.search("foot", self._spots) if self._spots else None
        self._at_node: Floats = np.zeros(self._graph.size + 1)
        self._whole: Floats = np.zeros(len(self.network.lengths))
        self._parts: list[tuple[Stretch, float]] = []
        self._arrived: Floats = np.zeros(len(musters))

    def leave(self, snaps: SnapPoints, row: int, people: float) -> float:
        """Let people leave by a door; seconds they walk, infinite where no way is open."""
        if self._search is None or snaps.edge[row] < 0:
            return float("inf")
        edge, along_m = int(snaps.edge[row]), float(snaps.along_m[row])
        straight_s, muster = self._along(edge, along_m)
        legs = self._passage.legs(edge, along_m, "foot", WALK_M_S)
        legs = legs + self._search.seconds[self._graph.ends[edge]]
        end = int(np.argmin(legs))
        aside_s = float(snaps.aside_m[row]) / WALK_M_S
        if straight_s <= legs[end] and isfinite(straight_s):
            self._parts.append((Stretch(edge, along_m, self._spots[muster][1], False), people))
            self._arrived[muster] += people
            return straight_s + aside_s
        if isfinite(legs[end]):
            reached_m = end * float(self.network.lengths[edge])
            self._parts.append((Stretch(edge, along_m, reached_m, False), people))
            self._at_node[self._graph.ends[edge, end]] += people
        return float(legs[end]) + aside_s

    def run(self) -> None:
        """Let everybody walk to the end: from the farthest node to the nearest."""
        if self._search is None:
            return
        seconds, after = self._search
        weights = self._passage.weights("foot")
        begun = self._at_node > 0
        walked = begun.copy()
        for node in np.flatnonzero(begun).tolist():  # whoever comes through stands in line, too
            while (node := int(after[node])) >= 0 and not walked[node]:
                walked[node] = True
        for node in sorted(np.flatnonzero(walked[:-1]).tolist(), key=lambda n: -seconds[n]):
            people, towards = float(self._at_node[node]), int(after[node])
            if towards == self._graph.size:
                self._arrive(node, people)
                continue
            for edge, _ in self._graph.between([node, towards], weights):
                self._whole[edge] += people
            self._at_node[towards] += people

    def arrived_people(self) -> list[int]:
        """People at each muster point."""
        return [round(people) for people in self._arrived.tolist()]

    def loads(self) -> list[Load]:
        """Every stretch that is walked, the busiest last."""
        steps = [(Stretch(e, 0.0, float(self.network.lengths[e]), False), float(self._whole[e]))
                 for e in np.flatnonzero(self._whole > 0).tolist()]  # fmt: skip
        found = [self._load(step, people) for step, people in (*steps, *self._parts)]
        return sorted((one for one in found if len(one.line) > 1), key=lambda one: one.people)

    def gates(self) -> list[Through]:
        """Every gate that people pass, the busiest first."""
        passed: dict[str, float] = {}
        for edge, on in self.network.gates_on.items():
            for at_m, gate in on:
                passed[gate.id] = passed.get(gate.id, 0.0) + self._past(edge, at_m)
        gates: list[NetworkGate] = [
            self.network.gates[name] for name, n in passed.items() if n >= 0.5
        ]
        found = [Through(gate.id, gate.name, round(passed[gate.id])) for gate in gates]
        return sorted(found, key=lambda one: (-one.people, one.id))

    def _past(self, edge: int, at_m: float) -> float:
        parts = (
            people
            for step, people in self._parts
            if step.edge == edge and min(step[1:3]) < at_m < max(step[1:3])
        )
        return float(self._whole[edge]) + sum(parts)

    def _along(self, edge: int, along_m: float) -> tuple[float, int]:
        """Seconds straight along an edge to a muster point on it, and which one."""
        best = (float("inf"), -1)
        for number, (other, goal_m) in enumerate(self._spots):
            along = np.array([along_m])
            if other == edge and not self._passage.parted(edge, along, goal_m)[0]:
                best = min(best, (abs(goal_m - along_m) / WALK_M_S, number))
        return best

    def _arrive(self, node: int, people: float) -> None:
        """The last stretch, from a node to the muster point that is nearest to it."""
        best = (float("inf"), -1, 0.0)
        for number, (edge, goal_m) in enumerate(self._spots):
            legs = self._passage.legs(edge, goal_m, "foot", WALK_M_S)
            for end in (0, 1):
                if self._graph.ends[edge, end] == node and legs[end] < best[0]:
                    best = (float(legs[end]), number, end * float(self.network.lengths[edge]))
        _, number, from_m = best
        edge, goal_m = self._spots[number]
        self._parts.append((Stretch(edge, from_m, goal_m, False), people))
        self._arrived[number] += people

    def _load(self, step: Stretch, people: float) -> Load:
        xy = self.network.piece(*step[:3])
        xy = xy[np.append(True, np.hypot(*np.diff(xy, axis=0).T) > 1e-3)]
        degrees = np.round(lonlat_from_xy(xy, self.network.origin), 7).tolist()
        width_m = float(self.network.widths[step.edge])
        seconds = people / (FLOW_A_METRE * max(width_m, 0.5))
        return Load([(lon, lat) for lon, lat in degrees], round(people), width_m, seconds)


def _floor_m2(building: Building) -> float:
    outline = shapely.Polygon(xy_from_lonlat(building.outline, building.outline[0]))
    return float(outline.area) * building.floors
