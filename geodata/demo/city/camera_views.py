"""Cameras of a drawn compound: quick to place, for thousands of them.

``geodata.demo.views`` weighs whole fields of view and takes its time. Here the ways are points, two
metres apart; a mast looks where it sees most points that no other camera sees yet.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY
from geodata.drawing.cameras import MAST_M, spread
from geodata.drawing.site_plan import SitePlan
from twin.places.model import Lens

POINT_M = 2.5
TURNS = np.arange(0.0, 360.0, 15.0)
LENSES = (
    (87.6, 56.0, 2.8, 32.0, 24.0),
    (67.7, 41.0, 4.0, 45.0, 16.0),
    (48.2, 28.0, 6.0, 60.0, 11.0),
)
"""Width and height of view, focal length in mm on a 1/2.8" sensor, reach in m, tilt."""
UNSURE_ONE_IN = 9
"""Cameras known from a catalogue that tells eighths of the circle only."""
UNSURE_DEG = 22.5

Floats = NDArray[np.float64]


def cameras(plan: SitePlan, count: int) -> None:
    """Stand ``count`` cameras: at the gates, then along the ways, far from each other.

    Raises ValueError when there are fewer spots than cameras.
    """
    spots = _masts(plan)
    gates = [xy for xy, place in plan.places if place.kind == "gate"]
    chosen = [plan.near(_beside(xy)) for xy in gates][:count]
    if len(spots) < count - len(chosen):
        raise ValueError(f"room for {len(spots)} masts of {count - len(chosen)}")
    chosen += spread(spots, chosen, count - len(chosen))
    ways = [way.line for way in plan.ways if way.kind in ("road", "lane")]
    dense = shapely.segmentize(shapely.intersection(ways, plan.outline.buffer(5)), POINT_M)
    points = np.unique(shapely.get_coordinates(dense).round(1), axis=0)
    walls = shapely.STRtree([block.outline.buffer(-0.1) for block in plan.buildings])
    unseen = np.ones(len(points))
    for number, xy in enumerate(chosen):
        hfov, vfov, focal, reach, tilt = LENSES[0 if number < len(gates) else 1 + (number % 5 == 0)]
        azimuth = _best(xy, hfov, reach, points, unseen, walls)
        unsure = number % UNSURE_ONE_IN == UNSURE_ONE_IN - 1
        if unsure:
            azimuth = round(azimuth / 45) * 45.0 % 360
        plan.device(
            "camera",
            "摄像机 C-#",
            xy,
            height_m=MAST_M,
            azimuth_deg=plan.plane.bearing(azimuth, xy),
            hfov_deg=hfov,
            range_m=reach,
            lens=Lens(
                tilt_deg=tilt,
                vfov_deg=vfov,
                focal_mm=focal,
                pixels_wide=2560 if number % 4 else 3840,
                azimuth_unsure_deg=UNSURE_DEG if unsure else 0.0,
            ),
        )


def _masts(plan: SitePlan) -> list[XY]:
    """Places for masts beside the ways and along the wall, off everything."""
    found = []
    for way in plan.ways:
        if way.kind == "foot":
            continue
        line = way.line
        for at in np.arange(6.0, max(line.length - 3, 7.0), 14.0):
            here, ahead = line.interpolate(at), line.interpolate(at + 0.5)
            dx, dy = ahead.x - here.x, ahead.y - here.y
            length = float(np.hypot(dx, dy)) or 1.0
            off = (way.width_m / 2 + 1.0) / length
            found += [
                (round(here.x - side * dy * off, 1), round(here.y + side * dx * off, 1))
                for side in (-1, 1)
            ]
    wall = plan.outline.buffer(-1.6, join_style="mitre").exterior
    steps = np.arange(0, wall.length, 20.0)
    found += [(round(p.x, 1), round(p.y, 1)) for p in shapely.line_interpolate_point(wall, steps)]
    return [xy for xy, free in zip(found, plan.free_at(found), strict=True) if free]


def _beside(xy: XY) -> list[XY]:
    steps = ((4.5, 3.5), (-4.5, 3.5), (4.5, -3.5), (-4.5, -3.5), (3.5, 6.0), (-6.0, 3.5))
    return [(round(xy[0] + dx, 1), round(xy[1] + dy, 1)) for dx, dy in steps]


def _best(
    xy: XY, hfov: float, reach: float, points: Floats, unseen: Floats, walls: shapely.STRtree
) -> float:
    """The direction with most unseen points in view; what is seen then counts for little."""
    off = points - xy
    away = np.hypot(*off.T)
    near = np.flatnonzero((away < reach) & (away > 1.0))
    rays = shapely.linestrings(
        np.stack((np.broadcast_to(xy, (len(near), 2)), points[near]), axis=1)
    )
    open_ = np.ones(len(near), bool)
    if len(near):
        open_[walls.query(rays, "intersects")[0]] = False
    near = near[open_]
    if not len(near):
        return 0.0
    bearing = np.degrees(np.arctan2(off[near, 0], off[near, 1]))
    turned = np.abs((bearing[None, :] - TURNS[:, None] + 180) % 360 - 180)
    worth = np.where(turned < hfov / 2, 1.0, 0.0) + np.where(turned < 15, 1.0, 0.0)
    best = int(np.argmax(worth @ unseen[near]))
    seen = near[turned[best] < hfov / 2]
    unseen[seen] = np.minimum(unseen[seen], 0.15)
    return float(TURNS[best])
