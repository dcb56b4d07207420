"""The ways of some compounds as arrays: paths, gates, walls and doors; built once, asked often.

Inside, all is in local metres (``twin.places.metres``). A position that lies in a building is
reached through the nearest door, and nobody steps onto the network through a wall or a building.
Nothing here changes: what stands in the way now is a ``twin.routing.search.Passage`` over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.catalogue.ways import Mode
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, LonLat, Path
from twin.routing.doors import DoorIndex
from twin.routing.graph import Floats, Ints, noded
from twin.routing.modes import ModeGraph
from twin.routing.values import NetworkGate, SnapPoints, Stand

GATE_M = 4.0
"""A gate stands on the path nearest to it, if that is no farther."""
BESIDE_M = 0.3
"""Paths that lie on one another are one to a gate."""
KEPT_STANDS = 20_000
"""Positions whose snap points are kept: a few megabytes."""
STEP_OFF_M = 40.0
"""How far from a position a path may be and still be preferred for having nothing in between."""


class Network:
    """The ways of some compounds, streets outside them included."""

    def __init__(
        self, compounds: Sequence[Compound], modes: Mapping[str, Mode], roads: Sequence[Path] = ()
    ) -> None:
        """``modes`` are the catalogue's; ``roads`` ways of no compound, such as a district's."""
        self._modes = modes
        self.origin: LonLat = compounds[0].origin if compounds else (0.0, 0.0)
        paths = [*(path for place in compounds for path in place.paths), *roads]
        self.graph = noded([self._line(path.line) for path in paths])
        self.path_ids = [path.id for path in paths]
        self.kinds = np.array([path.kind for path in paths], dtype=np.str_)[self.graph.line]
        self.widths = np.array([path.width_m for path in paths], np.float32)[self.graph.line]
        self.metres = _metres(self.graph.points)
        self.lengths: Floats = self.metres[self.graph.last] - self.metres[self.graph.first]
        self.tree = shapely.STRtree(self._edge_lines())
        self.doors = DoorIndex([one for place in compounds for one in place.buildings], self.origin)
        walls = [self._line(wall.line) for place in compounds for wall in place.walls]
        self._barriers = shapely.STRtree([*walls, *self.doors.cores()])
        gates = [d for place in compounds for d in place.devices if d.kind == "gate"]
        self.gates = {gate.id: self._gate(gate) for gate in gates if not gate.building}
        self.gates_on: dict[int, list[tuple[float, NetworkGate]]] = {}
        for gate in self.gates.values():
            for edge, along_m in gate.spots:
                self.gates_on.setdefault(edge, []).append((along_m, gate))
        self._ridden: dict[str, tuple[Ints, shapely.STRtree]] = {}
        self._mode_graphs: dict[str, ModeGraph] = {}
        self._stands: dict[str, dict[LonLat, Floats]] = {}
        self._door_feet: SnapPoints | None = None
        self._units: dict[tuple[str, str], tuple[Floats, SnapPoints] | None] = {}

    def graph_of(self, mode: str) -> ModeGraph:
        """The graph that a mode moves on; made once."""
        if (found := self._mode_graphs.get(mode)) is None:
            found = self._mode_graphs[mode] = ModeGraph(
                self.graph.ends, len(self.graph.nodes), self.lengths, self.speeds(mode),
                self._modes[mode].park_s,
            )  # fmt: skip
        return found

    def speeds(self, mode: str) -> Floats:
        """Metres a second that a mode rides on every edge; 0 where it does not."""
        speeds = np.zeros(len(self.kinds))
        for kind, speed in self._modes[mode].ride.items():
            speeds[self.kinds == kind] = speed
        return speeds

    def snap(self, xy: Floats, mode: str = "foot") -> SnapPoints:
        """Where positions step onto what a mode moves on: the nearest with nothing in between."""
        edges, tree = self._rideable(mode)
        if not len(edges) or not len(xy):
            nothing = np.zeros(len(xy))
            return SnapPoints(np.full(len(xy), -1, np.intp), xy, nothing, nothing)
        found = self._onto(xy, edges[tree.nearest(shapely.points(xy))])
        for row in np.flatnonzero(self._barred(xy, found.point)):
            near = edges[np.sort(tree.query(shapely.Point(xy[row]), "dwithin", STEP_OFF_M))]
            here = np.repeat(xy[row : row + 1], len(near), axis=0)
            could = self._onto(here, near)
            aside = np.where(self._barred(here, could.point), np.inf, could.aside_m)
            if np.isfinite(aside).any():
                best = int(np.argmin(aside))
                for all_, some in zip(found, could, strict=True):
                    all_[row] = some[best]
        return found

    def stand(self, lonlats: Sequence[LonLat], mode: str = "foot") -> Stand:
        """Where positions stand; worked out once for each, as people mostly stay where they are."""
        known = self._stands.setdefault(mode, {})
        if len(known) > KEPT_STANDS:
            known.clear()
        if new := [spot for spot in dict.fromkeys(lonlats) if spot not in known]:
            xy = self.xy(new)
            doors = self.doors.out(xy)
            snaps = self.snap(doors, mode)
            rows = np.column_stack(
                (xy, doors, snaps.point, snaps.edge, snaps.along_m, snaps.aside_m)
            )
            known.update(zip(new, rows, strict=True))
        kept = np.array([known[spot] for spot in lonlats], np.float64).reshape(-1, 9)
        found = SnapPoints(kept[:, 6].astype(np.intp), kept[:, 4:6], kept[:, 7], kept[:, 8])
        return Stand(kept[:, 0:2], kept[:, 2:4], found)

    def unit_door(self, building: str, unit: str) -> tuple[Floats, SnapPoints] | None:
        """The door (1, 2) of a unit and where it steps onto the network; None where not known."""
        if (key := (building, unit)) not in self._units:
            door = self.doors.door(building, unit)
            self._units[key] = None if door is None else (door[None], self.snap(door[None]))
        return self._units[key]

    def door_snaps(self) -> SnapPoints:
        """Where every door steps onto the network; worked out once."""
        if self._door_feet is None:
            self._door_feet = self.snap(self.doors.xy)
        return self._door_feet

    def piece(self, edge: int, from_m: float, to_m: float) -> Floats:
        """The part of an edge between two places on it, in the direction of walking."""
        low, high = min(from_m, to_m), max(from_m, to_m)
        rows = slice(int(self.graph.first[edge]), int(self.graph.last[edge]) + 1)
        points = self.graph.points[rows]
        if high - low >= self.lengths[edge]:
            return points if from_m <= to_m else points[::-1]
        along = self.metres[rows] - self.metres[rows.start]
        inner = points[(along > low) & (along < high)]
        tips = [[np.interp(at, along, axis) for axis in points.T] for at in (low, high)]
        part = np.vstack((tips[0], inner, tips[1]))
        return part if from_m <= to_m else part[::-1]

    def drawn(self, pieces: Sequence[tuple[int, float, float]]) -> Floats:
        """Pieces of edges one after the other, as one line; whole edges are looked up at once."""
        graph, lengths = self.graph, self.lengths
        lines: list[Floats] = []
        rows: list[int] = []
        for edge, from_m, to_m in pieces:
            first, last = int(graph.first[edge]), int(graph.last[edge])
            if abs(to_m - from_m) < lengths[edge]:
                lines += [graph.points[rows], self.piece(edge, from_m, to_m)]
                rows = []
            elif from_m <= to_m:
                rows += range(first, last + 1)
            else:
                rows += range(last, first - 1, -1)
        return np.concatenate((*lines, graph.points[rows]))

    def edges_of(self, path: str) -> Ints:
        """The edges of a path, by its id."""
        wanted = {n for n, name in enumerate(self.path_ids) if name == path}
        return np.flatnonzero(np.isin(self.graph.line, list(wanted)))

    def xy(self, lonlats: Sequence[LonLat]) -> Floats:
        """Positions in the network's metres."""
        return xy_from_lonlat(np.array(lonlats, np.float64).reshape(-1, 2), self.origin)

    def _rideable(self, mode: str) -> tuple[Ints, shapely.STRtree]:
        """The edges to step onto: those a mode rides on, all of them on foot."""
        if mode not in self._ridden:
            speeds = self.speeds(mode)
            edges = np.flatnonzero(speeds) if speeds.any() else np.arange(len(speeds))
            whole = len(edges) == len(speeds)
            tree = self.tree if whole else shapely.STRtree(self.tree.geometries[edges])
            self._ridden[mode] = edges, tree
        return self._ridden[mode]

    def _onto(self, xy: Floats, edge: Ints) -> SnapPoints:
        """The point of an edge that is nearest to each position."""
        lines = self.tree.geometries[edge]
        along = np.clip(
            shapely.line_locate_point(lines, shapely.points(xy)), 0.0, self.lengths[edge]
        )
        point = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
        return SnapPoints(edge, point, along, np.hypot(*(point - xy).T))

    def _barred(self, xy: Floats, point: Floats) -> NDArray[np.bool_]:
        """Whether a wall or a building stands between positions and points."""
        barred = np.zeros(len(xy), np.bool_)
        steps = shapely.linestrings(np.stack((xy, point), axis=1))
        barred[self._barriers.query(steps, "intersects")[0]] = True
        return barred

    def _gate(self, gate: DevicePlace) -> NetworkGate:
        """A gate where it stands on the network; a unit's door (of a building) is not asked for."""
        spot = shapely.Point(self.xy([gate.lonlat])[0])
        near = np.sort(self.tree.query(spot, "dwithin", GATE_M))
        lines = self.tree.geometries[near]
        gaps = shapely.distance(lines, spot)
        if len(gaps):
            near, lines = near[gaps <= gaps.min() + BESIDE_M], lines[gaps <= gaps.min() + BESIDE_M]
        along = shapely.line_locate_point(lines, spot)
        return NetworkGate(
            gate.id, gate.name, tuple(zip(near.tolist(), along.tolist(), strict=True))
        )

    def _edge_lines(self) -> NDArray[np.object_]:
        counts = self.graph.last - self.graph.first + 1
        begins = np.append(0, np.cumsum(counts))[:-1]
        rows = np.repeat(self.graph.first - begins, counts) + np.arange(counts.sum())
        number = np.repeat(np.arange(len(counts)), counts)
        return np.asarray(shapely.linestrings(self.graph.points[rows], indices=number))

    def _line(self, lonlats: ArrayLike) -> shapely.LineString:
        return shapely.LineString(xy_from_lonlat(lonlats, self.origin))


def _metres(points: Floats) -> Floats:
    """Metres along all points in one; two of them on one edge differ by what lies between."""
    return np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))[: len(points)]
