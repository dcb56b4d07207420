"""What a camera at a spot would see of what is to be seen, and where it had best look.

Two measures of it: ``Marks`` are points that lie open or hidden, quick for hundreds of cameras;
``WaysInView`` weighs the ways in whole fields of view and takes its time. Directions are those of
the drawing's plane, clockwise from its y axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY

Floats = NDArray[np.float64]

STEP_DEG = 15
"""Directions are tried so far apart."""
TURNS = np.arange(0.0, 360.0, STEP_DEG)
MIDDLE_DEG = 30.0
"""The middle of a picture counts twice: cameras look along ways, not past them."""
RAY_DEG = 5
EYE_M = 0.8
"""Rays start this far from the mast."""
NEAREST_M = 1.0
"""What is nearer to the mast than this tells nothing of where to look."""
SEEN_WORTH = 0.15
"""What a mark is still worth that another camera sees."""


class Sight(Protocol):
    """What there is to be seen, less what cameras see already."""

    def look(self, xy: XY, hfov_deg: float, range_m: float) -> float:
        """The direction that shows most that is unseen; with that it is seen."""


def within(bearings: Floats, hfov_deg: float) -> NDArray[np.bool_]:
    """Which bearings each of ``TURNS`` shows through a lens: a row a direction."""
    off = np.abs((bearings[None, :] - TURNS[:, None] + 180.0) % 360.0 - 180.0)
    return np.asarray(off < hfov_deg / 2)


class Marks:
    """Points to be seen, what each is worth, and the buildings that may hide them."""

    def __init__(
        self, points: Floats, worth: Floats, buildings: Sequence[shapely.Geometry]
    ) -> None:
        self.points, self.worth = points, worth
        self._buildings = shapely.STRtree(list(buildings))

    def open_from(
        self, xy: XY, range_m: float, nearest_m: float = 0.0
    ) -> tuple[NDArray[np.intp], Floats]:
        """The numbers of the marks within reach that no building hides, and their bearings."""
        off = self.points - xy
        away = np.hypot(*off.T)
        near = np.flatnonzero((away < range_m) & (away > nearest_m))
        ends = np.stack((np.broadcast_to(xy, (len(near), 2)), self.points[near]), axis=1)
        clear = np.ones(len(near), bool)
        if len(near):
            clear[self._buildings.query(shapely.linestrings(ends), "intersects")[0]] = False
        near = near[clear]
        return near, np.degrees(np.arctan2(off[near, 0], off[near, 1]))

    def look(self, xy: XY, hfov_deg: float, range_m: float) -> float:
        """The direction with most unseen marks in view; what is seen then counts for little."""
        near, bearings = self.open_from(xy, range_m, NEAREST_M)
        if not len(near):
            return 0.0
        shown = within(bearings, hfov_deg)
        worth = np.where(shown, 1.0, 0.0) + np.where(within(bearings, MIDDLE_DEG), 1.0, 0.0)
        best = int(np.argmax(worth @ self.worth[near]))
        seen = near[shown[best]]
        self.worth[seen] = np.minimum(self.worth[seen], SEEN_WORTH)
        return float(TURNS[best])


class WaysInView:
    """The lengths of ways in fields of view that end at buildings."""

    def __init__(
        self,
        ways: Sequence[shapely.LineString],
        buildings: Sequence[shapely.Polygon],
        ground: shapely.Polygon,
    ) -> None:
        self.ground = ground
        self.walls = shapely.union_all(list(buildings))
        self.unseen = shapely.union_all(list(ways)).intersection(ground)

    def look(self, xy: XY, hfov_deg: float, range_m: float) -> float:
        """The direction that shows most of the unseen ways; what is seen then counts no more."""
        here = shapely.Point(xy).buffer(range_m)
        unseen = self.unseen.intersection(here)
        ends = _ray_ends(xy, range_m, self.walls.intersection(here))
        views = shapely.intersection(_wedges(xy, ends, hfov_deg), self.ground)
        middles = _wedges(xy, ends, MIDDLE_DEG)
        worth = sum(shapely.length(shapely.intersection(seen, unseen)) for seen in (views, middles))
        best = int(np.argmax(worth + shapely.area(views) / 200))
        self.unseen = self.unseen.difference(views[best])
        return float(TURNS[best])


def _wedges(xy: XY, ends: Floats, width_deg: float) -> NDArray[np.object_]:
    """What is seen in every direction, ``STEP_DEG`` apart, with a lens of some width."""
    half = round(width_deg / 2 / RAY_DEG)
    wedges = [
        shapely.Polygon([xy, *ends.take(range(middle - half, middle + half + 1), 0, mode="wrap")])
        for middle in range(0, len(ends), STEP_DEG // RAY_DEG)
    ]
    return np.asarray(shapely.make_valid(wedges))


def _ray_ends(xy: XY, range_m: float, walls: shapely.Geometry) -> Floats:
    """How far one sees all around: the ends of rays, clockwise from the plane's y axis."""
    turns = np.radians(np.arange(0, 360, RAY_DEG))
    ways = np.column_stack((np.sin(turns), np.cos(turns)))
    eyes = xy + ways * EYE_M
    rays = shapely.linestrings(np.stack((eyes, xy + ways * range_m), axis=1))
    met = shapely.distance(shapely.points(eyes), shapely.intersection(rays, walls))
    lengths = np.where(np.isnan(met), range_m, np.maximum(met + EYE_M, 1.0))
    return np.asarray(xy + ways * lengths[:, None], dtype=np.float64)
