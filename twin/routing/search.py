"""The quickest ways through a network, past what stands in the way at one moment.

A ``Passage`` never changes: when a gate is shut, another one is made over the same network, which
costs a copy of the weights, and searches begin anew. A goal is searched from once, whatever the
number of starts. Who rides leaves the vehicle where the paths it may use end, and walks on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.places.metres import lonlat_from_xy
from twin.places.model import LonLat
from twin.routing.graph import Floats, Ints, Rows
from twin.routing.modes import ModeGraph
from twin.routing.network import Network
from twin.routing.values import WALK_M_S, Placed, Route, SnapPoints, Spots, Stretch

STRAIGHT_M = 0.05
"""Corners of a drawn route that bend by less are left out."""
KEPT = 48
"""Searches that are kept, three for a case that people may ride to: open cases are asked for again
and again. One is half a megabyte at most in a street of 100,000 devices."""


class Search(NamedTuple):
    """Seconds from every node to a goal, and the node after it on the way; the goal is the last."""

    seconds: Floats
    after: Rows


class Passage:
    """A network with some obstacles in it; asked for ways, it keeps the searches it made."""

    def __init__(
        self, network: Network, placed: Sequence[Placed] = (), free: Passage | None = None
    ) -> None:
        """``free`` is the same network with nothing in the way, where its searches are kept."""
        self.network = network
        self.placed = tuple(placed)
        self._free = free
        self._stops: dict[str, dict[int, list[Placed]]] = {}
        self._weights: dict[str, Floats] = {}
        self._searches: dict[tuple[str, Spots], Search] = {}

    def ways_to(
        self,
        goal: LonLat,
        starts: Sequence[LonLat],
        mode: str = "foot",
        door: tuple[str, str] = ("", ""),
    ) -> Ways:
        """The quickest ways from many starts to one goal, in one search.

        ``door`` is the building and unit that the goal lies in, where that is known; else it is
        reached through the nearest door.
        """
        return Ways(self, mode, starts, goal, door)

    @property
    def free(self) -> Passage:
        """The same network with nothing in the way."""
        if not self.placed:
            return self
        if self._free is None:
            self._free = Passage(self.network)
        return self._free

    def copy(self) -> Passage:
        """The same ways with searches of its own, for another thread."""
        return Passage(self.network, self.placed)

    def route(self, a: LonLat, b: LonLat) -> Route:
        """The quickest way on foot from one position to another."""
        return self.ways_to(b, [a]).route(0)

    def costs_to(self, goal: LonLat, starts: Sequence[LonLat]) -> Floats:
        """Seconds on foot from each start to one goal, in one search."""
        return self.ways_to(goal, starts).seconds

    def stops(self, mode: str) -> dict[int, list[Placed]]:
        """What stops a mode, by edge."""
        if (found := self._stops.get(mode)) is None:
            found = self._stops[mode] = {}
            for one in self.placed:
                if mode in one.obstacle.stops:
                    found.setdefault(one.edge, []).append(one)
        return found

    def weights(self, mode: str) -> Floats:
        """Seconds of every entry of a mode's graph, infinite where nobody gets through."""
        if (found := self._weights.get(mode)) is None:
            graph = self.network.graph_of(mode)
            found = graph.seconds
            for stopped, ridden in ((self.stops("foot"), False), (self.stops(mode), True)):
                shut = np.isin(graph.edge, list(stopped)) & (graph.ridden == ridden)
                found = np.where(shut, np.inf, found)
            self._weights[mode] = found
        return found

    def legs(self, edge: int, along_m: float, mode: str, speed: float) -> Floats:
        """Seconds from a place on an edge to its two ends; infinite past what stops the mode.

        Who stands in an obstacle itself may leave it on the nearer side.
        """
        legs = np.array((along_m, self.network.lengths[edge] - along_m)) / speed
        for one in self.stops(mode).get(edge, ()):
            middle_m = (one.from_m + one.to_m) / 2
            legs[0] = np.inf if along_m > middle_m else legs[0]
            legs[1] = np.inf if along_m < middle_m else legs[1]
        return legs

    def parted(
        self, edge: int, along_m: Floats, goal_m: float, mode: str = "foot"
    ) -> NDArray[np.bool_]:
        """Whether something on an edge stands between each of some places on it and another.

        Two places in one obstacle are not parted by it.
        """
        parted = np.zeros(len(along_m), np.bool_)
        for one in self.stops(mode).get(edge, ()):
            middle_m = (one.from_m + one.to_m) / 2
            inside = (one.from_m <= along_m) & (along_m <= one.to_m)
            both = inside & (one.from_m <= goal_m <= one.to_m)
            parted |= ((along_m - middle_m) * (goal_m - middle_m) < 0) & ~both
        return parted

    def search(self, mode: str, spots: Spots) -> Search:
        """Seconds from everywhere to the nearest of some places, each on an edge."""
        key = (mode, spots)
        if (found := self._searches.get(key)) is None:
            if len(self._searches) >= KEPT:
                self._searches.pop(next(iter(self._searches)), None)
            found = self._searches[key] = self._searched(mode, spots)
        return found

    def _searched(self, mode: str, spots: Spots) -> Search:
        graph = self.network.graph_of(mode)
        arrivals = [self._arrivals(graph, mode, *spot) for spot in spots]
        ends = np.concatenate([nodes for nodes, _ in arrivals])
        costs = np.concatenate([seconds for _, seconds in arrivals])
        size = graph.size + 1
        matrix = csr_array(
            (
                np.append(self.weights(mode), costs),
                np.append(graph.indices, ends).astype(np.int32),
                np.append(graph.indptr, len(graph.indices) + len(ends)).astype(np.int32),
            ),
            shape=(size, size),
        )
        return Search(*dijkstra(matrix, indices=graph.size, return_predecessors=True))

    def _arrivals(
        self, graph: ModeGraph, mode: str, edge: int, along_m: float
    ) -> tuple[Rows, Floats]:
        """The nodes from which one comes to a place on an edge, and seconds from each."""
        ends, seconds = graph.ends[edge], self.legs(edge, along_m, "foot", WALK_M_S)
        if not (graph.rides and graph.speeds[edge]):
            return ends, seconds
        ridden = self.legs(edge, along_m, mode, float(graph.speeds[edge])) + graph.park_s
        return np.append(ends, ends + graph.nodes), np.append(seconds, ridden)


class Ways:
    """The quickest ways from some starts to one goal; drawn one by one when asked for."""

    def __init__(
        self,
        passage: Passage,
        mode: str,
        starts: Sequence[LonLat],
        goal: LonLat,
        door: tuple[str, str],
    ) -> None:
        self.mode = mode
        self._passage, network = passage, passage.network
        self._asked = (mode, starts, goal, door)
        begin, self._starts, self._first = network.stand(starts, mode)
        end, self._goal, self._last = network.stand([goal], "foot")
        if (unit := network.unit_door(*door)) is not None:
            self._goal, self._last = unit
        self._begin, self._end = begin, end
        seconds, self._from = self._through()
        aside = self._first.aside_m + self._last.aside_m
        aside = aside + _gaps(begin, self._starts) + _gaps(end, self._goal)
        self.linked = np.isfinite(seconds)
        straight = _gaps(begin, end) / WALK_M_S
        self.seconds: Floats = np.where(self.linked, seconds + aside / WALK_M_S, straight)
        self._free: Ways | None = None
        if passage.placed and not self.linked.all():
            cut_off = ~self.linked & self.free().linked
            self.seconds[cut_off] = np.inf

    def free(self) -> Ways:
        """The same ways with nothing in the way."""
        if self._free is None:
            self._free = Ways(self._passage.free, *self._asked)
        return self._free

    def route(self, row: int) -> Route:
        """The way from one of the starts."""
        if np.isinf(self.seconds[row]):
            return self.free().route(row)._replace(seconds=float("inf"))
        steps = self.steps(row)
        xy = np.vstack((self._begin[row], *self._between(row, steps), self._end))
        line, distance_m = self._drawn(xy)
        via = last_gate(self._passage.network, steps)
        return Route(distance_m, float(self.seconds[row]), line, via, self.mode)

    def around(self, row: int) -> list[Placed]:
        """What stands in the way that would be quicker by more than half a second, were it free."""
        if not self._passage.placed or self.free().seconds[row] > self.seconds[row] - 0.5:
            return []
        found: dict[str, Placed] = {}
        for step in self.free().steps(row):
            for one in self._passage.stops(self.mode if step.ridden else "foot").get(step.edge, ()):
                low, high = sorted((step.from_m, step.to_m))
                if low < one.to_m and high > one.from_m:
                    found[one.obstacle.id] = one
        return list(found.values())

    def steps(self, row: int) -> list[Stretch]:
        """The stretches of the way from one of the starts, none where it is straight."""
        if not self.linked[row]:
            return []
        graph, first, last = self._graph, self._first, self._last
        edge, along_m, choice = int(first.edge[row]), float(first.along_m[row]), self._from[row]
        goal, goal_m = int(last.edge[0]), float(last.along_m[0])
        if choice < 0:
            return [Stretch(edge, along_m, goal_m, graph.rides)]
        found = [Stretch(edge, along_m, choice * self._passage.network.lengths[edge], graph.rides)]
        search = self._passage.search(self.mode, ((goal, goal_m),))
        nodes = [int(graph.ends[edge, choice]) + (graph.nodes if graph.rides else 0)]
        while (node := int(search.after[nodes[-1]])) != graph.size:
            nodes.append(node)
        for taken, node in graph.between(nodes, self._passage.weights(self.mode)):
            length = float(self._passage.network.lengths[taken])
            forward = graph.ends[taken, 0] == node % graph.nodes
            ends_m = (0.0, length) if forward else (length, 0.0)
            found.append(Stretch(taken, *ends_m, node >= graph.nodes))
        return [*found, self._arrival(nodes[-1], goal, goal_m)]

    def _arrival(self, node: int, goal: int, goal_m: float) -> Stretch:
        """The last stretch: from the end of the goal's edge that the way came to."""
        graph, ridden = self._graph, node >= self._graph.nodes
        speed = float(graph.speeds[goal]) if ridden else WALK_M_S
        legs = self._passage.legs(goal, goal_m, self.mode if ridden else "foot", speed)
        legs = np.where(graph.ends[goal] == node % graph.nodes, legs, np.inf)
        return Stretch(goal, int(np.argmin(legs)) * float(graph.lengths[goal]), goal_m, ridden)

    @property
    def _graph(self) -> ModeGraph:
        return self._passage.network.graph_of(self.mode)

    def _through(self) -> tuple[Floats, Ints]:
        """Seconds on the network, and by which end of its edge a start leaves; -1 is along it."""
        first, last, count = self._first, self._last, len(self._begin)
        if not count or last.edge[0] < 0 or first.edge[0] < 0:
            return np.full(count, np.inf), np.zeros(count, np.intp)
        goal, goal_m = int(last.edge[0]), float(last.along_m[0])
        graph = self._graph
        search = self._passage.search(self.mode, ((goal, goal_m),))
        speeds = graph.speeds[first.edge] if graph.rides else np.full(count, WALK_M_S)
        legs = self._legs(first, speeds)
        nodes = graph.ends[first.edge] + (graph.nodes if graph.rides else 0)
        legs = legs + search.seconds[nodes]
        ends = np.argmin(legs, axis=1)
        seconds = legs[np.arange(count), ends]
        along = np.abs(first.along_m - goal_m) / speeds + (graph.park_s if graph.rides else 0.0)
        parted = self._passage.parted(goal, first.along_m, goal_m, self.mode)
        same = (first.edge == goal) & (along <= seconds) & ~parted
        return np.where(same, along, seconds), np.where(same, -1, ends)

    def _legs(self, first: SnapPoints, speeds: Floats) -> Floats:
        """Seconds from every start to the two ends of its edge."""
        both = np.column_stack((first.along_m, self._graph.lengths[first.edge] - first.along_m))
        legs = both / speeds[:, None]
        stopped = self._passage.stops(self.mode)
        for row in np.flatnonzero(np.isin(first.edge, list(stopped))) if stopped else ():
            edge, along_m = int(first.edge[row]), float(first.along_m[row])
            legs[row] = self._passage.legs(edge, along_m, self.mode, float(speeds[row]))
        return legs

    def _between(self, row: int, steps: Sequence[Stretch]) -> Iterable[Floats]:
        """From door to door, in metres: onto the network, along it, and off it."""
        if not self.linked[row]:
            return []
        drawn = self._passage.network.drawn([step[:3] for step in steps])
        return [self._starts[row], self._first.point[row], drawn, self._last.point, self._goal]

    def _drawn(self, xy: Floats) -> tuple[list[LonLat], float]:
        """A way along corners in degrees, and its metres."""
        distance_m = float(np.hypot(*np.diff(xy, axis=0).T).sum())
        corners = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), STRAIGHT_M))
        # A few centimetres to the path and back leave the same corner twice.
        corners = corners[np.append(True, np.hypot(*np.diff(corners, axis=0).T) > 1e-3)]
        degrees = lonlat_from_xy(corners, self._passage.network.origin).tolist()
        return [(lon, lat) for lon, lat in degrees], distance_m


def last_gate(network: Network, steps: Sequence[Stretch]) -> str:
    """The name of the last gate that a way passes, or ""."""
    for step in reversed(steps):
        low, high = sorted((step.from_m, step.to_m))
        on = [(m, gate) for m, gate in network.gates_on.get(step.edge, ()) if low <= m <= high]
        if on:
            _, gate = min(on, key=lambda found: abs(found[0] - step.to_m))
            return gate.name
    return ""


def _gaps(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.hypot(*(a - b).T))
