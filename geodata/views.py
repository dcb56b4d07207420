"""Where cameras of a demo compound stand and look: gates first, then the ways not yet seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from geodata.plan import XY, Plan, bearing

MAST_M = 4.0
STEP_DEG = 15
RAYS = 9
EYE_M = 0.8
"""Rays start this far from the mast."""


def cameras(plan: Plan, count: int) -> None:
    """Stand cameras at the gates and then, one by one, where they see most unseen way."""
    ways = [
        shapely.LineString(points) for kind, points, _ in plan.lines if kind in ("road", "lane")
    ]
    unseen = shapely.intersection(shapely.union_all(ways), plan.outline.buffer(6))
    walls = shapely.union_all([block.shape for block in plan.blocks])
    shapely.prepare(walls)
    spots = _masts(plan, ways)
    gates = [xy for xy, place in plan.places if place.kind == "gate"]
    chosen = [_beside(plan, xy) for xy in gates][:count]
    chosen += _spread(spots, chosen, count - len(chosen))
    for number, xy in enumerate(chosen):
        at_gate = number < len(gates)
        hfov, reach = (90.0, 35.0) if at_gate else ((68.0, 45.0) if number % 3 else (84.0, 38.0))
        azimuth, seen = _best(xy, hfov, reach, unseen, walls)
        unseen = unseen.difference(seen)
        plan.device(
            "camera",
            "摄像机 C-#",
            xy,
            height_m=MAST_M,
            azimuth_deg=bearing(azimuth),
            hfov_deg=hfov,
            range_m=reach,
        )


def _masts(plan: Plan, ways: Sequence[shapely.LineString]) -> list[XY]:
    """Places for masts: beside junctions and corners of ways, and along the wall."""
    corners = {
        (round(x, 1), round(y, 1)) for way in ways for x, y in shapely.get_coordinates(way)
    }
    wall = plan.outline.buffer(-2.5, join_style="mitre").exterior
    corners |= {(round(x, 1), round(y, 1)) for x, y in wall.coords}
    found = [(x + dx, y + dy) for x, y in sorted(corners) for dx, dy in ((3.6, 3.6), (-3.6, -3.6))]
    return [xy for xy in found if plan.free(xy)]


def _beside(plan: Plan, xy: XY) -> XY:
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


def _spread(spots: Sequence[XY], taken: Sequence[XY], count: int) -> list[XY]:
    """Of many spots, those farthest from each other and from what is taken."""
    points = np.array(spots)
    away = np.full(len(points), np.inf)
    for xy in taken:
        away = np.minimum(away, np.hypot(*(points - xy).T))
    chosen = []
    for _ in range(min(count, len(points))):
        best = int(np.argmax(away))
        chosen.append(spots[best])
        away = np.minimum(away, np.hypot(*(points - points[best]).T))
    return chosen


def _best(
    xy: XY, hfov: float, reach: float, unseen: shapely.Geometry, walls: shapely.Geometry
) -> tuple[float, shapely.Polygon]:
    """The direction that shows most of the unseen ways, and what is seen there."""
    views = [
        (float(azimuth), _wedge(xy, azimuth, hfov, reach, walls))
        for azimuth in range(0, 360, STEP_DEG)
    ]
    return max(views, key=lambda view: unseen.intersection(view[1]).length + view[1].area / 200)


def _wedge(
    xy: XY, azimuth: float, hfov: float, reach: float, walls: shapely.Geometry
) -> shapely.Polygon:
    """The ground seen in a direction, cut off by façades."""
    ends = []
    for turn in np.radians(np.linspace(-hfov / 2, hfov / 2, RAYS) + azimuth):
        way = (math.sin(turn), math.cos(turn))
        ray = shapely.LineString(
            [
                (xy[0] + way[0] * EYE_M, xy[1] + way[1] * EYE_M),
                (xy[0] + way[0] * reach, xy[1] + way[1] * reach),
            ]
        )
        met = shapely.distance(shapely.Point(ray.coords[0]), ray.intersection(walls))
        length = reach if math.isnan(met) else max(met + EYE_M, 1.0)
        ends.append((xy[0] + way[0] * length, xy[1] + way[1] * length))
    return shapely.Polygon([xy, *ends]).buffer(0)
