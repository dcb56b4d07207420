"""A compound on the drawing board: shapes in local metres, before they become a ``Compound``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from geodata.drawing.buildings import DrawnBuilding
from twin.places.metres import lonlat_from_xy, scale_m, xy_from_lonlat
from twin.places.model import LonLat, Ring

DIGITS = 7
"""Decimals of a degree kept: 1e-7° is about one centimetre."""


@dataclass
class Way:
    """A line people or vehicles use; ``kind`` as in ``twin.places.model.Path``.

    ``given`` is what it is called in the files it comes from; empty when it is proposed.
    """

    kind: str
    line: LineString
    width_m: float
    given: str = ""


@dataclass
class Patch:
    """Ground that is drawn; ``kind`` as in ``twin.places.model.Area``; ``given`` as of a way."""

    kind: str
    outline: Polygon
    name: str = ""
    given: str = ""


@dataclass
class Gate:
    """An opening in the boundary. ``use``: vehicle or pedestrian; ``inward`` points inside."""

    name: str
    use: str
    at: Point
    inward: tuple[float, float]
    given: str = ""

    @property
    def width_m(self) -> float:
        """How wide the wall opens."""
        return 7.0 if self.use == "vehicle" else 3.0


@dataclass
class Site:
    """All shapes of one compound in metres about ``origin``."""

    id: str
    origin: LonLat
    outline: Polygon
    houses: list[DrawnBuilding]
    ways: list[Way] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    walls: list[LineString] = field(default_factory=list)
    grids: list[Polygon] = field(default_factory=list)
    grid_names: list[str] = field(default_factory=list)

    def solid(self, aside_m: float = 0.0) -> shapely.Geometry:
        """The union of all footprints, grown by some metres."""
        shapes = [house.outline for house in self.houses]
        return shapely.union_all(shapely.buffer(shapes, aside_m, join_style="mitre"))

    def paved(self, aside_m: float = 0.0) -> shapely.Geometry:
        """The union of all ways at their width, grown by some metres."""
        halves = [way.width_m / 2 + aside_m for way in self.ways]
        lines = [way.line for way in self.ways]
        return shapely.union_all(shapely.buffer(lines, halves, quad_segs=2))

    def settle(self) -> None:
        """Leave out what the rounding of degrees makes a point of, or a line without inside.

        Two crossings nearer than a centimetre are one place, and a lane between them is none.
        """
        ways = lines([way.line for way in self.ways], self.origin)
        self.ways = [way for way, line in zip(self.ways, ways, strict=True) if len(line) > 1]
        walls = lines(self.walls, self.origin)
        self.walls = [wall for wall, line in zip(self.walls, walls, strict=True) if len(line) > 1]
        grounds = rings([patch.outline for patch in self.patches], self.origin)
        self.patches = [
            patch for patch, ring in zip(self.patches, grounds, strict=True) if len(ring) > 3
        ]

    def grid_of(self, shape: shapely.Geometry) -> int:
        """The number of the grid a shape lies in, or the nearest to it; the first is 1."""
        return self.grids_of([shape])[0]

    def grids_of(self, shapes: Sequence[shapely.Geometry]) -> list[int]:
        """The number of the grid each shape lies in, or of the one nearest to it."""
        points = shapely.point_on_surface(list(shapes))
        nearest = shapely.STRtree(self.grids).query_nearest(points, all_matches=False)[1]
        return [1 + int(number) for number in nearest]


def degrees(xy: NDArray[np.float64], origin: LonLat) -> tuple[LonLat, ...]:
    """Local metres to rounded degrees; neighbours that round to one point become one."""
    rounded = np.round(lonlat_from_xy(np.asarray(xy)[:, :2], origin), DIGITS)
    moved = np.concatenate(([True], np.any(np.diff(rounded, axis=0) != 0, axis=1)))
    return tuple((float(lon), float(lat)) for lon, lat in rounded[moved])


def spot(point: Point, origin: LonLat) -> LonLat:
    """One position in rounded degrees."""
    east, north = scale_m(origin[1])
    return round(point.x / east + origin[0], DIGITS), round(point.y / north + origin[1], DIGITS)


def rings(shapes: Sequence[Polygon], origin: LonLat) -> list[Ring]:
    """The outer rings of many polygons, as ``ring`` gives one, in one go."""
    if not len(shapes):
        return []
    return lines(shapely.get_exterior_ring(shapely.orient_polygons(list(shapes))), origin)


def lines(shapes: Sequence[LineString], origin: LonLat) -> list[tuple[LonLat, ...]]:
    """Many lines in rounded degrees."""
    if not len(shapes):
        return []
    xy, owner = shapely.get_coordinates(list(shapes), return_index=True)
    rounded = np.round(lonlat_from_xy(xy, origin), DIGITS)
    moved = np.ones(len(xy), bool)
    moved[1:] = np.any(np.diff(rounded, axis=0) != 0, axis=1) | (np.diff(owner) != 0)
    points = [(lon, lat) for lon, lat in rounded[moved].tolist()]
    ends = np.cumsum(np.bincount(owner[moved], minlength=len(shapes))).tolist()
    return [tuple(points[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]


def ring(shape: Polygon, origin: LonLat) -> Ring:
    """The outer ring of a polygon, counter-clockwise and closed, in rounded degrees."""
    outer = shapely.orient_polygons(shape).exterior
    return degrees(shapely.get_coordinates(outer), origin)


def line(shape: LineString, origin: LonLat) -> tuple[LonLat, ...]:
    """A line in rounded degrees."""
    return degrees(shapely.get_coordinates(shape), origin)


def polygon(outline: Ring, origin: LonLat) -> Polygon:
    """A ring of degrees as a polygon in local metres."""
    return Polygon(xy_from_lonlat(np.array(outline), origin))
