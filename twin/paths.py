"""Ways on foot: a graph of paths, gates, entrances and posts, and how long it takes through it.

All geometry is in local metres (``twin.metres``). Travel times assume a responder walking briskly,
1.4 m/s: between the 1.2 m/s that pedestrian crossings are timed for (MUTCD 4E.06) and 1.5 m/s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from twin.metres import lonlat_from_xy, xy_from_lonlat
from twin.model import Compound, LonLat

WALK_M_S = 1.4
SNAP_M = 0.5
GATE_M = 4.0
"""A route passes through a gate when it comes this near to it."""

Floats = NDArray[np.float64]


class Route(NamedTuple):
    """A way: its length, the seconds it takes on foot, its line, and the last gate it passes."""

    distance_m: float
    seconds: float
    line: list[LonLat]
    via: str


class _Foot(NamedTuple):
    """Where a position meets the network: the edge's two nodes, the point, metres to each."""

    nodes: tuple[int, int]
    along_m: tuple[float, float]
    point: Floats
    aside_m: float


class Network:
    """The ways of some compounds, split at every crossing and joined within half a metre."""

    def __init__(self, compounds: Sequence[Compound]) -> None:
        self.origin: LonLat = compounds[0].origin if compounds else (0.0, 0.0)
        lines = [
            shapely.LineString(xy_from_lonlat(path.line, self.origin))
            for compound in compounds
            for path in compound.paths
        ]
        self._gates = [
            (place.name, xy_from_lonlat(place.lonlat, self.origin))
            for compound in compounds
            for place in compound.devices
            if place.kind == "gate"
        ]
        self.nodes, self._edges = _graph(lines)
        ends = self.nodes[self._edges]
        self._lengths: Floats = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
        size = len(self.nodes)
        rows, columns = self._edges.T
        self._matrix = csr_matrix((self._lengths, (rows, columns)), shape=(size, size))
        self._tree = shapely.STRtree([shapely.LineString(pair) for pair in ends])

    def route(self, a: LonLat, b: LonLat) -> Route:
        """The quickest way between two positions; a straight line where there is no network."""
        start, end = xy_from_lonlat(np.array([a, b]), self.origin)
        first, last = self._foot(start), self._foot(end)
        if first is None or last is None:
            return self._route([start, end])
        if first.nodes == last.nodes:
            return self._route([start, first.point, last.point, end])
        costs, before = dijkstra(
            self._matrix, directed=False, indices=list(first.nodes), return_predecessors=True
        )
        totals = [
            (first.along_m[i] + costs[i, last.nodes[j]] + last.along_m[j], i, j)
            for i in (0, 1)
            for j in (0, 1)
        ]
        total, i, j = min(totals)
        if not np.isfinite(total):
            return self._route([start, end])
        steps = [last.nodes[j]]
        while steps[-1] != first.nodes[i]:
            steps.append(int(before[i, steps[-1]]))
        middle = [self.nodes[step] for step in reversed(steps)]
        return self._route([start, first.point, *middle, last.point, end])

    def seconds_to(self, goal: LonLat, starts: Sequence[LonLat]) -> Floats:
        """Seconds on foot from each start to one goal, in one search."""
        if not starts:
            return np.empty(0)
        end, *begins = xy_from_lonlat(np.array([goal, *starts]), self.origin)
        last = self._foot(end)
        straight = np.array([float(np.hypot(*(end - begin))) for begin in begins])
        if last is None:
            return straight / WALK_M_S
        costs = dijkstra(self._matrix, directed=False, indices=list(last.nodes))
        found = [self._from(begin, last, costs) for begin in begins]
        best = np.where(np.isfinite(found), found, straight)
        return np.asarray(best / WALK_M_S, dtype=np.float64)

    def _from(self, begin: Floats, last: _Foot, costs: Floats) -> float:
        foot = self._foot(begin)
        if foot is None:
            return float("inf")
        if foot.nodes == last.nodes:
            between = float(np.hypot(*(foot.point - last.point)))
            return foot.aside_m + between + last.aside_m
        best = min(
            foot.along_m[i] + costs[j, foot.nodes[i]] + last.along_m[j]
            for i in (0, 1)
            for j in (0, 1)
        )
        return foot.aside_m + float(best) + last.aside_m

    def _foot(self, xy: Floats) -> _Foot | None:
        if not len(self._edges):
            return None
        edge = int(self._tree.nearest(shapely.Point(xy)))
        a, b = self.nodes[self._edges[edge]]
        length = self._lengths[edge]
        share = float(np.clip(np.dot(xy - a, b - a) / max(length * length, 1e-9), 0.0, 1.0))
        point = a + share * (b - a)
        nodes = (int(self._edges[edge, 0]), int(self._edges[edge, 1]))
        aside_m = float(np.hypot(*(xy - point)))
        return _Foot(nodes, (share * length, (1 - share) * length), point, aside_m)

    def _route(self, points: Sequence[Floats]) -> Route:
        xy = np.array(points)
        steps = np.hypot(*np.diff(xy, axis=0).T)
        keep = np.concatenate(([True], steps > 1e-6))
        line = [(float(x), float(y)) for x, y in lonlat_from_xy(xy[keep], self.origin)]
        distance_m = float(steps.sum())
        return Route(distance_m, distance_m / WALK_M_S, line, self._last_gate(xy))

    def _last_gate(self, xy: Floats) -> str:
        if not self._gates or len(xy) < 2:
            return ""
        line = shapely.LineString(xy)
        spots = shapely.points(np.array([spot for _, spot in self._gates]))
        near = np.flatnonzero(shapely.distance(spots, line) <= GATE_M)
        if not len(near):
            return ""
        along = shapely.line_locate_point(line, spots[near])
        return self._gates[int(near[int(np.argmax(along))])][0]


def _graph(lines: Sequence[shapely.LineString]) -> tuple[Floats, NDArray[np.intp]]:
    """Nodes (n, 2) and edges (m, 2): lines split where they meet, ends within half a metre one."""
    if not lines:
        return np.empty((0, 2)), np.empty((0, 2), np.intp)
    noded = shapely.node(shapely.set_precision(shapely.union_all(lines), SNAP_M / 5))
    index: dict[tuple[int, int], int] = {}
    nodes: list[Floats] = []
    edges: set[tuple[int, int]] = set()
    for part in shapely.get_parts(noded):
        numbers = [_node(xy, index, nodes) for xy in shapely.get_coordinates(part)]
        edges.update((min(a, b), max(a, b)) for a, b in pairwise(numbers))
    kept = sorted(edge for edge in edges if edge[0] != edge[1])
    return np.array(nodes), np.array(kept, np.intp).reshape(-1, 2)


def _node(xy: Floats, index: dict[tuple[int, int], int], nodes: list[Floats]) -> int:
    name = (round(xy[0] / SNAP_M), round(xy[1] / SNAP_M))
    if name not in index:
        index[name] = len(nodes)
        nodes.append(xy)
    return index[name]
