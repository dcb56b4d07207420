"""Ways on foot: a graph of the paths of some compounds, and the quickest way through it.

Inside, all is in local metres (``twin.metres``). A position that lies in a building is reached
through the nearest door, and nobody steps onto the network through a wall or a building. Lines are
split where they meet, and ends that miss a line or each other by half a metre are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from twin.metres import lonlat_from_xy, xy_from_lonlat
from twin.model import Building, Compound, LonLat

WALK_M_S = 1.3
"""Comfortable gait of adults is 1.27 to 1.46 m/s (Bohannon 1997, Age and Ageing 26:15-19); the low
end leaves room for gates, kerbs and carried kit."""
SNAP_M = 0.5
GRID_M = 0.05
GATE_M = 4.0
"""A route passes through a gate when it comes this near to it."""
STEP_OFF_M = 40.0
"""How far from a position a path may be and still be preferred for having nothing in between."""
WALL_DEPTH_M = 0.4
"""Buildings block from this far behind their façade, for doors and devices stand on façades."""
STRAIGHT_M = 0.05
"""Corners of a drawn route that bend by less are left out."""
KEPT = 128
"""Goals whose searches are kept: open cases are asked for again and again."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Route(NamedTuple):
    """A way: metres, seconds on foot, its line, and the name of the last gate it passes or ""."""

    distance_m: float
    seconds: float
    line: list[LonLat]
    via: str


class Feet(NamedTuple):
    """Where positions meet the network: edge, point, metres to the edge's two ends and aside."""

    edge: Ints
    point: Floats
    along_m: Floats
    aside_m: Floats


class Network:
    """The ways of some compounds, streets outside them included; built once, asked often."""

    def __init__(self, compounds: Sequence[Compound]) -> None:
        self.origin: LonLat = compounds[0].origin if compounds else (0.0, 0.0)
        lines = [self._line(path.line) for place in compounds for path in place.paths]
        self.nodes, self.edges = _graph(lines)
        ends = self.nodes[self.edges]
        self._starts: Floats = ends[:, 0]
        self._spans: Floats = ends[:, 1] - ends[:, 0]
        self._lengths: Floats = np.hypot(*self._spans.T)
        size = len(self.nodes)
        self._matrix = csr_matrix((self._lengths, tuple(self.edges.T)), shape=(size, size))
        self._tree = shapely.STRtree(shapely.linestrings(ends))
        self.doors = _Doors([b for place in compounds for b in place.buildings], self.origin)
        walls = [self._line(wall.line) for place in compounds for wall in place.walls]
        self._barriers = shapely.STRtree([*walls, *self.doors.cores()])
        gates = [d for place in compounds for d in place.devices if d.kind == "gate"]
        self._gate_names = [gate.name for gate in gates]
        self._gates = shapely.STRtree(shapely.points(self._xy([gate.lonlat for gate in gates])))
        self._searches: dict[int, tuple[Floats, list[list[int]]]] = {}

    def route(self, a: LonLat, b: LonLat) -> Route:
        """The quickest way from one position to another; straight where no path leads there."""
        return self.ways_to(b, [a]).route(0)

    def costs_to(self, goal: LonLat, starts: Sequence[LonLat]) -> Floats:
        """Seconds on foot from each start to one goal, in one search."""
        return self.ways_to(goal, starts).seconds

    def ways_to(self, goal: LonLat, starts: Sequence[LonLat]) -> Ways:
        """The quickest ways from many starts to one goal, in one search."""
        return Ways(self, self._xy(starts), self._xy([goal]))

    def search(self, edge: int) -> tuple[Floats, list[list[int]]]:
        """Metres to every node from each end of an edge, and the node before on the way."""
        if (found := self._searches.get(edge)) is None:
            if len(self._searches) >= KEPT:
                del self._searches[next(iter(self._searches))]
            costs, before = dijkstra(
                self._matrix, directed=False, indices=self.edges[edge], return_predecessors=True
            )
            found = self._searches[edge] = (costs, before.tolist())
        return found

    def feet(self, xy: Floats) -> Feet:
        """Where positions step onto the network: the nearest edge with nothing in between."""
        if not len(self.edges) or not len(xy):
            nothing = np.zeros(len(xy))
            return Feet(nothing.astype(np.intp), xy, np.zeros((len(xy), 2)), nothing)
        found = self._onto(xy, self._tree.nearest(shapely.points(xy)))
        for row in np.flatnonzero(self._barred(xy, found.point)):
            near = np.sort(self._tree.query(shapely.Point(xy[row]), "dwithin", STEP_OFF_M))
            here = np.repeat(xy[row : row + 1], len(near), axis=0)
            could = self._onto(here, near)
            aside = np.where(self._barred(here, could.point), np.inf, could.aside_m)
            if np.isfinite(aside).any():
                best = int(np.argmin(aside))
                for all_, some in zip(found, could, strict=True):
                    all_[row] = some[best]
        return found

    def _onto(self, xy: Floats, edge: Ints) -> Feet:
        """The point of an edge that is nearest to each position."""
        starts, spans, lengths = self._starts[edge], self._spans[edge], self._lengths[edge]
        share = np.clip(((xy - starts) * spans).sum(axis=1) / lengths**2, 0.0, 1.0)
        point = starts + share[:, None] * spans
        along = np.column_stack((share * lengths, (1.0 - share) * lengths))
        return Feet(edge, point, along, np.hypot(*(point - xy).T))

    def _barred(self, xy: Floats, point: Floats) -> NDArray[np.bool_]:
        """Whether a wall or a building stands between positions and points."""
        barred = np.zeros(len(xy), np.bool_)
        steps = shapely.linestrings(np.stack((xy, point), axis=1))
        barred[self._barriers.query(steps, "intersects")[0]] = True
        return barred

    def drawn(self, xy: Floats) -> Route:
        """A way along corners, in degrees, with the last gate on it."""
        distance_m = float(np.hypot(*np.diff(xy, axis=0).T).sum())
        line = shapely.LineString(xy)
        corners = shapely.get_coordinates(shapely.simplify(line, STRAIGHT_M))
        # A few centimetres to the path and back leave the same corner twice.
        corners = corners[np.append(True, np.hypot(*np.diff(corners, axis=0).T) > 1e-3)]
        lonlats = [(lon, lat) for lon, lat in lonlat_from_xy(corners, self.origin).tolist()]
        return Route(distance_m, distance_m / WALK_M_S, lonlats, self._last_gate(line))

    def _last_gate(self, line: shapely.LineString) -> str:
        near = np.sort(self._gates.query(line, "dwithin", GATE_M))
        if not len(near):
            return ""
        along = shapely.line_locate_point(line, self._gates.geometries[near])
        return self._gate_names[int(near[np.argmax(along)])]

    def _xy(self, lonlats: Sequence[LonLat]) -> Floats:
        return xy_from_lonlat(np.array(lonlats, np.float64).reshape(-1, 2), self.origin)

    def _line(self, lonlats: ArrayLike) -> shapely.LineString:
        return shapely.LineString(xy_from_lonlat(lonlats, self.origin))


class Ways:
    """The quickest ways from some starts to one goal; drawn one by one when asked for."""

    def __init__(self, network: Network, begin: Floats, end: Floats) -> None:
        self._network = network
        self._begin, self._end = begin, end
        self._starts, self._goal = network.doors.out(begin), network.doors.out(end)
        self._first, self._last = network.feet(self._starts), network.feet(self._goal)
        metres, self._ends = self._through()
        metres = metres + self._first.aside_m + self._last.aside_m
        metres += _gaps(begin, self._starts) + _gaps(end, self._goal)
        self._linked = np.isfinite(metres)
        self.seconds: Floats = np.where(self._linked, metres, _gaps(begin, end)) / WALK_M_S

    def route(self, row: int) -> Route:
        """The way from one of the starts."""
        between = self._corners(row) if self._linked[row] else np.empty((0, 2))
        return self._network.drawn(np.vstack((self._begin[row], between, self._end)))

    def _through(self) -> tuple[Floats, Ints]:
        """Metres on the network, and by which ends of the two edges a way goes.

        That is 2 × end of the start's edge + end of the goal's edge; -1 is along the one edge.
        """
        first, last, edges = self._first, self._last, self._network.edges
        if not len(edges) or not len(self._begin):
            return np.full(len(self._begin), np.inf), np.zeros(len(self._begin), np.intp)
        costs, _ = self._network.search(int(last.edge[0]))
        legs = first.along_m[:, :, None] + costs[:, edges[first.edge]].transpose(1, 2, 0)
        legs = (legs + last.along_m[0]).reshape(-1, 4)
        ends = np.argmin(legs, axis=1)
        metres = legs[np.arange(len(legs)), ends]
        along = np.abs(first.along_m[:, 0] - last.along_m[0, 0])
        same = (first.edge == last.edge[0]) & (along <= metres)
        return np.where(same, along, metres), np.where(same, -1, ends)

    def _corners(self, row: int) -> Floats:
        """From door to door: onto the network, along it, and off it."""
        start, goal, ends = self._first.point[row], self._last.point, int(self._ends[row])
        steps: list[int] = []
        if ends >= 0:
            edge, network = int(self._last.edge[0]), self._network
            before = network.search(edge)[1][ends % 2]
            steps = [int(network.edges[self._first.edge[row], ends // 2])]
            last = int(network.edges[edge, ends % 2])
            while steps[-1] != last:
                steps.append(before[steps[-1]])
        middle = self._network.nodes[steps]
        return np.vstack((self._starts[row], start, middle, goal, self._goal))


class _Doors:
    """The doors of buildings: what lies in a building is reached through its nearest one."""

    def __init__(self, buildings: Iterable[Building], origin: LonLat) -> None:
        self.buildings = [b for b in buildings if b.entrances]
        rings = [xy_from_lonlat(b.outline, origin) for b in self.buildings]
        self.outlines = [shapely.Polygon(ring) for ring in rings]
        self.doors = [
            xy_from_lonlat([door.lonlat for door in b.entrances], origin) for b in self.buildings
        ]
        self._tree = shapely.STRtree(self.outlines)

    def cores(self) -> list[shapely.Polygon]:
        """What of the buildings nobody walks through."""
        return [shapely.buffer(outline, -WALL_DEPTH_M) for outline in self.outlines]

    def out(self, xy: Floats) -> Floats:
        """Positions, those in a building replaced by its door nearest to them."""
        found = xy.copy()
        for row, building in zip(*self._tree.query(shapely.points(xy), "intersects"), strict=True):
            doors = self.doors[building]
            found[row] = doors[np.argmin(np.hypot(*(doors - xy[row]).T))]
        return found


def _gaps(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.hypot(*(a - b).T))


def _graph(lines: Sequence[shapely.LineString]) -> tuple[Floats, Ints]:
    """Nodes (n, 2) and edges (m, 2) of lines, split where they meet."""
    if not lines:
        return np.empty((0, 2)), np.empty((0, 2), np.intp)
    merged = shapely.union_all([*lines, *_joints(lines)], grid_size=GRID_M)
    xy, part = shapely.get_coordinates(shapely.get_parts(merged), return_index=True)
    nodes, number = np.unique(xy, axis=0, return_inverse=True)
    number = number.ravel()
    pairs = np.column_stack((number[:-1], number[1:]))[part[:-1] == part[1:]]
    edges = np.unique(np.sort(pairs, axis=1), axis=0)
    return nodes, edges[edges[:, 0] != edges[:, 1]]


def _joints(lines: Sequence[shapely.LineString]) -> list[shapely.LineString]:
    """Short lines from every end to the lines it misses by no more than ``SNAP_M``."""
    tree = shapely.STRtree(lines)
    ends = shapely.points([xy for line in lines for xy in (line.coords[0], line.coords[-1])])
    rows, others = tree.query(ends, "dwithin", SNAP_M)
    joints = shapely.shortest_line(ends[rows], tree.geometries[others])
    return [joint for joint in joints if joint.length > 0]
