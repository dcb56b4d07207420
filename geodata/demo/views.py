"""Where cameras of a demo compound stand and look: gates first, then the ways not yet seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY
from geodata.drawing.cameras import MAST_M, spread
from geodata.drawing.site_plan import SitePlan

STEP_DEG = 15
RAY_DEG = 5
MIDDLE_DEG = 30.0
EYE_M = 0.8
"""Rays start this far from the mast."""


def cameras(plan: SitePlan, count: int) -> None:
    """Stand cameras at the gates and then, one by one, where they see most unseen way."""
    ways = [way.line for way in plan.ways if way.kind in ("road", "lane")]
    ground = plan.outline.buffer(6)
    walls = shapely.union_all([block.outline for block in plan.buildings])
    unseen = shapely.union_all(ways).intersection(ground)
    spots = _masts(plan, ways)
    gates = [xy for xy, place in plan.places if place.kind == "gate"]
    chosen = [_beside(plan, xy) for xy in gates][:count]
    chosen += spread(spots, chosen, count - len(chosen))
    for number, xy in enumerate(chosen):
        at_gate = number < len(gates)
        hfov, reach = (90.0, 35.0) if at_gate else ((68.0, 45.0) if number % 3 else (84.0, 38.0))
        azimuth, seen = _best(xy, hfov, reach, unseen, walls, ground)
        unseen = unseen.difference(seen)
        plan.device(
            "camera",
            "摄像机 C-#",
            xy,
            height_m=MAST_M,
            azimuth_deg=plan.plane.bearing(azimuth, xy),
            hfov_deg=hfov,
            range_m=reach,
        )


def _masts(plan: SitePlan, ways: Sequence[shapely.LineString]) -> list[XY]:
    """Places for masts: beside junctions and corners of ways, and along the wall."""
    corners = {
        (round(x, 1), round(y, 1))
        for way in shapely.segmentize(ways, 30.0)
        for x, y in shapely.get_coordinates(way)
    }
    wall = plan.outline.buffer(-2.5, join_style="mitre").exterior
    corners |= {(round(x, 1), round(y, 1)) for x, y in wall.coords}
    found = [(x + dx, y + dy) for x, y in sorted(corners) for dx, dy in ((3.6, 3.6), (-3.6, -3.6))]
    return [xy for xy in found if plan.free(xy)]


def _beside(plan: SitePlan, xy: XY) -> XY:
    """A free spot within a few metres of a gate, off the way through it."""
    for reach in (5.0, 6.5, 8.0, 10.0):
        for turn in range(45, 360, 45):
            spot = (
                round(xy[0] + reach * math.sin(math.radians(turn)), 1),
                round(xy[1] + reach * math.cos(math.radians(turn)), 1),
            )
            if plan.free(spot):
                return spot
    raise ValueError(f"no room for a camera at the gate near {xy}")


def _best(
    xy: XY,
    hfov: float,
    reach: float,
    unseen: shapely.Geometry,
    walls: shapely.Geometry,
    ground: shapely.Polygon,
) -> tuple[float, shapely.Geometry]:
    """The direction that shows most of the unseen ways, and what is seen there.

    Ways in the middle of the picture count twice: cameras look along ways, not past them.
    """
    here = shapely.Point(xy).buffer(reach)
    unseen = unseen.intersection(here)
    ends = _ray_ends(xy, reach, walls.intersection(here))
    views = shapely.intersection(_wedges(xy, ends, hfov), ground)
    middles = _wedges(xy, ends, MIDDLE_DEG)
    worth = sum(shapely.length(shapely.intersection(seen, unseen)) for seen in (views, middles))
    best = int(np.argmax(worth + shapely.area(views) / 200))
    return float(best * STEP_DEG), views[best]


def _wedges(xy: XY, ends: NDArray[np.float64], width_deg: float) -> NDArray[np.object_]:
    """What is seen in every direction, ``STEP_DEG`` apart, with a lens of some width."""
    half = round(width_deg / 2 / RAY_DEG)
    wedges = [
        shapely.Polygon([xy, *ends.take(range(middle - half, middle + half + 1), 0, mode="wrap")])
        for middle in range(0, len(ends), STEP_DEG // RAY_DEG)
    ]
    return np.asarray(shapely.make_valid(wedges))


def _ray_ends(xy: XY, reach: float, walls: shapely.Geometry) -> NDArray[np.float64]:
    """How far one sees all around: the ends of rays, clockwise from the plane's y axis."""
    turns = np.radians(np.arange(0, 360, RAY_DEG))
    ways = np.column_stack((np.sin(turns), np.cos(turns)))
    eyes = xy + ways * EYE_M
    rays = shapely.linestrings(np.stack((eyes, xy + ways * reach), axis=1))
    met = shapely.distance(shapely.points(eyes), shapely.intersection(rays, walls))
    lengths = np.where(np.isnan(met), reach, np.maximum(met + EYE_M, 1.0))
    return np.asarray(xy + ways * lengths[:, None], dtype=np.float64)
