"""Where a mast for a camera can stand: beside junctions, along ways and walls, at gates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from geodata.cameras.sight import Floats
from geodata.drawing.buildings import XY
from geodata.drawing.parts import Gate
from geodata.drawing.site_plan import SitePlan

MAST_M = 4.0
"""How high cameras stand that are drawn."""
KEPT_CLEAR = frozenset({"parking", "water", "tree"})
"""Ground on which no mast is proposed."""


def spread(spots: Sequence[XY], taken: Sequence[XY], count: int) -> list[XY]:
    """Of many spots, those farthest from each other and from what is taken; fewer if few are."""
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


def at_junctions(plan: SitePlan) -> list[XY]:
    """Free spots beside junctions and corners of ways, and along the wall."""
    ways = [way.line for way in plan.ways if way.kind in ("road", "lane")]
    corners = {
        (round(x, 1), round(y, 1))
        for way in shapely.segmentize(ways, 30.0)
        for x, y in shapely.get_coordinates(way)
    }
    wall = plan.outline.buffer(-2.5, join_style="mitre").exterior
    corners |= {(round(x, 1), round(y, 1)) for x, y in wall.coords}
    found = [(x + dx, y + dy) for x, y in sorted(corners) for dx, dy in ((3.6, 3.6), (-3.6, -3.6))]
    return [xy for xy in found if plan.free(xy)]


def along_ways(plan: SitePlan) -> list[XY]:
    """Free spots on both sides of the ways and along the wall, at even steps."""
    found = []
    for way in plan.ways:
        if way.kind == "foot":
            continue
        for at in np.arange(6.0, max(way.line.length - 3, 7.0), 14.0):
            here, ahead = way.line.interpolate(at), way.line.interpolate(at + 0.5)
            dx, dy = ahead.x - here.x, ahead.y - here.y
            off = (way.width_m / 2 + 1.0) / (float(np.hypot(dx, dy)) or 1.0)
            found += [
                (round(here.x - side * dy * off, 1), round(here.y + side * dx * off, 1))
                for side in (-1, 1)
            ]
    wall = plan.outline.buffer(-1.6, join_style="mitre").exterior
    steps = np.arange(0, wall.length, 20.0)
    found += [(round(p.x, 1), round(p.y, 1)) for p in shapely.line_interpolate_point(wall, steps)]
    return [xy for xy, free in zip(found, plan.free_at(found), strict=True) if free]


def at_corners(plan: SitePlan) -> Floats:
    """Spots beside every corner of the ways, off buildings, ways, bays, water and trees."""
    corners = shapely.get_coordinates([way.line for way in plan.ways])
    round_about = np.array([(4.2, 0.0), (-2.1, 3.6), (-2.1, -3.6)])
    spots = np.unique((corners[:, None, :] + round_about).reshape(-1, 2).round(1), axis=0)
    taken = [plan.solid(0.8), plan.paved(0.3)]
    taken += [area.outline for area in plan.areas if area.kind in KEPT_CLEAR]
    points = shapely.points(spots)
    ground = plan.outline.buffer(-0.8)
    free = shapely.contains(ground, points) & ~shapely.intersects(shapely.union_all(taken), points)
    return np.asarray(spots[free])


def around_gate(plan: SitePlan, gate: XY) -> XY:
    """A free spot within a few metres of a gate, off the way through it.

    Raises ValueError when there is none.
    """
    for reach in (5.0, 6.5, 8.0, 10.0):
        for turn in range(45, 360, 45):
            spot = (
                round(gate[0] + reach * math.sin(math.radians(turn)), 1),
                round(gate[1] + reach * math.cos(math.radians(turn)), 1),
            )
            if plan.free(spot):
                return spot
    raise ValueError(f"no room for a camera at the gate near {gate}")


def beside_gate(plan: SitePlan, gate: XY) -> XY:
    """The first free spot at a corner of a gate's way, or the one nearest to it."""
    steps = ((4.5, 3.5), (-4.5, 3.5), (4.5, -3.5), (-4.5, -3.5), (3.5, 6.0), (-6.0, 3.5))
    return plan.near([(round(gate[0] + dx, 1), round(gate[1] + dy, 1)) for dx, dy in steps])


def inside_gate(plan: SitePlan, gate: Gate) -> XY:
    """A spot inside of a gate and aside of its way, from which one sees who comes in."""
    dx, dy = gate.inward
    taken = plan.solid(0.6)
    spots = [
        shapely.Point(gate.at.x + dx * deep + dy * aside, gate.at.y + dy * deep - dx * aside)
        for deep in (6.0, 8.0, 4.0, 2.5)
        for aside in (5.0, -5.0, 3.8, -3.8)
    ]
    ground = plan.outline.buffer(-0.6)
    for spot in spots:
        if ground.contains(spot) and not taken.intersects(spot):
            return spot.x, spot.y
    return gate.at.x + dx * 1.5, gate.at.y + dy * 1.5
