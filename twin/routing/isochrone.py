"""How far people get: the ground within some minutes' walk, whom it covers, what lies nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from twin.places.metres import lonlat_from_xy
from twin.places.model import LonLat, Ring, Service
from twin.routing.graph import Floats
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S, Route, SnapPoints

CIRCLE_S = 600.0
"""The ten-minute service circle (社区10分钟服务圈): 780 m of way at walking speed."""
BESIDE_M = 30.0
"""Ground this near to a way is reached from it; half the depth of a usual row of blocks."""
DRIVES = {"hospital": "vehicle", "fire_station": "vehicle", "police": "vehicle"}
"""Kinds of service that come to a place, and by which mode; to all others one walks."""
SMOOTH_M = 2.0
SPACING_M = 5.0


class Circle(NamedTuple):
    """What is within reach: polygons as rings (outer first), and the buildings by id."""

    seconds: float
    area: list[list[Ring]]
    covered: list[str]


class Nearest(NamedTuple):
    """A service, and the way between it and a place: on foot, or as its engines come."""

    service: Service
    route: Route


class Spread:
    """Seconds on foot from one place to everywhere, past what stands in the way."""

    def __init__(self, passage: Passage, centre: LonLat) -> None:
        network = passage.network
        self.passage, self._network = passage, network
        xy = network.xy([centre])
        doors = network.doors.out(xy)
        self._snap = network.snap(doors)
        self.linked = self._snap.edge[0] >= 0
        self._aside_s = (self._snap.aside_m[0] + np.hypot(*(doors - xy)[0])) / WALK_M_S
        if self.linked:
            spot = int(self._snap.edge[0]), float(self._snap.along_m[0])
            self.nodes: Floats = passage.search("foot", (spot,)).seconds[:-1] + self._aside_s
        else:
            self.nodes = np.zeros(0)

    def at(self, snaps: SnapPoints) -> Floats:
        """Seconds to some places, infinite where no way is open."""
        if not self.linked or not len(snaps.edge):
            return np.full(len(snaps.edge), np.inf)
        network, passage = self._network, self.passage
        both = np.column_stack((snaps.along_m, network.lengths[snaps.edge] - snaps.along_m))
        legs = both / WALK_M_S
        stops = passage.stops("foot")
        for row in np.flatnonzero(np.isin(snaps.edge, list(stops))):
            edge, along_m = int(snaps.edge[row]), float(snaps.along_m[row])
            legs[row] = passage.legs(edge, along_m, "foot", WALK_M_S)
        seconds = (legs + self.nodes[network.graph.ends[snaps.edge]]).min(axis=1)
        edge, at_m = int(self._snap.edge[0]), float(self._snap.along_m[0])
        own = (snaps.edge == edge) & ~passage.parted(edge, snaps.along_m, at_m)
        along = np.abs(snaps.along_m - at_m) / WALK_M_S + self._aside_s
        return np.asarray(np.where(own, np.minimum(along, seconds), seconds)
                          + snaps.aside_m / WALK_M_S)  # fmt: skip

    def ways_within(self, seconds: float) -> list[shapely.LineString]:
        """The pieces of way that are reached in time."""
        network = self._network
        if not self.linked:
            return []
        left = np.clip((seconds - self.nodes[network.graph.ends]) * WALK_M_S, 0.0, None)
        lengths = network.lengths
        blocked = np.zeros(len(lengths), bool)
        blocked[list(self.passage.stops("foot"))] = True
        whole = (left.sum(axis=1) >= lengths) & ~blocked
        pieces = list(network.tree.geometries[whole])
        own, own_m = int(self._snap.edge[0]), float(self._snap.along_m[0])
        for edge in np.flatnonzero((left.max(axis=1) > 0.0) & ~whole).tolist():
            pieces += self._parts(edge, left[edge])
        if not whole[own]:
            reach_m = max(0.0, seconds - float(self._aside_s)) * WALK_M_S
            low, high = self._clear(own, own_m)
            ends_m = max(own_m - reach_m, low), min(own_m + reach_m, high)
            pieces.append(shapely.LineString(network.piece(own, *ends_m)))
        return pieces

    def _parts(self, edge: int, left: Floats) -> list[shapely.LineString]:
        """What of an edge is reached from its two ends, as far as nothing stops one."""
        length = float(self._network.lengths[edge])
        stops = self.passage.stops("foot").get(edge, ())
        high = min((one.from_m for one in stops), default=length)
        low = max((one.to_m for one in stops), default=0.0)
        spans = ((0.0, min(float(left[0]), high)), (max(length - float(left[1]), low), length))
        parts = [self._network.piece(edge, *span) for span in spans if span[1] > span[0]]
        return [shapely.LineString(part) for part in parts]

    def _clear(self, edge: int, at_m: float) -> tuple[float, float]:
        """From where to where on an edge one can walk from a place on it."""
        low, high = 0.0, float(self._network.lengths[edge])
        for one in self.passage.stops("foot").get(edge, ()):
            if at_m > (one.from_m + one.to_m) / 2:
                low = max(low, one.to_m if at_m > one.to_m else one.from_m)
            else:
                high = min(high, one.from_m if at_m < one.from_m else one.to_m)
        return low, high


def circle(passage: Passage, centre: LonLat, seconds: float = CIRCLE_S) -> Circle:
    """The ground and the buildings that one reaches on foot from a place within some seconds."""
    spread, network = Spread(passage, centre), passage.network
    doors = network.doors
    near = spread.at(network.door_snaps()) <= seconds
    numbers = np.unique(doors.of[near]).tolist()
    ground = _ground(spread.ways_within(seconds))
    area = [
        [_ring(ring, passage) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(ground).tolist()
    ]
    return Circle(seconds, area, [doors.buildings[number].id for number in numbers])


def nearest(
    passage: Passage, place: LonLat, services: Sequence[Service], kinds: Sequence[str]
) -> list[Nearest]:
    """The service of each kind that is soonest at a place or reached from it, with the way."""
    found = []
    for kind in kinds:
        own = [one for one in services if one.kind == kind]
        ways = passage.ways_to(place, [one.lonlat for one in own], DRIVES.get(kind, "foot"))
        seconds = np.where(ways.linked, ways.seconds, np.inf)
        if len(own) and np.isfinite(seconds.min()):
            best = int(np.argmin(seconds))
            found.append(Nearest(own[best], ways.route(best)))
    return found


def _ground(pieces: Sequence[shapely.LineString]) -> shapely.Geometry:
    """The ground beside some ways, without the notches of single steps.

    Squares are set on points along the ways, which is cheaper by far than growing the ways.
    """
    dense = shapely.segmentize(np.array(pieces, dtype=object), SPACING_M)
    spots = np.unique(np.round(shapely.get_coordinates(dense) / SPACING_M), axis=0) * SPACING_M
    squares = shapely.box(*(spots - BESIDE_M).T, *(spots + BESIDE_M).T)
    union = shapely.union_all(squares)
    rounded = union.buffer(-BESIDE_M / 2).buffer(BESIDE_M / 2, quad_segs=3)
    return rounded.simplify(SMOOTH_M)


def _ring(ring: shapely.LinearRing, passage: Passage) -> Ring:
    degrees = lonlat_from_xy(shapely.get_coordinates(ring), passage.network.origin)
    return tuple((round(lon, 7), round(lat, 7)) for lon, lat in degrees.tolist())
