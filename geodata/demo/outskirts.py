"""The town around the demo compounds: its streets, and plain blocks between them, drawn dim."""

from __future__ import annotations

import random
from collections.abc import Sequence

import shapely

from geodata.drawing.buildings import XY, DrawnBuilding
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan

BOUNDS = (-330.0, -330.0, 1200.0, 620.0)
STREETS: tuple[tuple[list[XY], float], ...] = (
    ([(-232.0, BOUNDS[1]), (-232.0, BOUNDS[3])], 10.0),
    ([(1085.0, BOUNDS[1]), (1085.0, BOUNDS[3])], 10.0),
    ([(BOUNDS[0], -232.0), (BOUNDS[2], -232.0)], 10.0),
    ([(BOUNDS[0], 532.0), (BOUNDS[2], 532.0)], 12.0),
)
"""Streets beyond the compounds' own, and how wide they are."""
WIDE_M = 12.0
PITCH_M = (56.0, 37.0)
JITTER_M = (4.0, 2.5)
GAPS = 0.12
"""The share of lots left open."""
CLEAR_M = 9.0
"""From a compound's wall to the nearest block."""
KERB_M = 4.0
SIZES = ((44, 12), (44, 12), (36, 13), (40, 12), (26, 20), (22, 22), (48, 14), (30, 12))
FLOORS = (3, 5, 6, 6, 6, 7, 7, 9, 11, 18)
TOWER_FLOORS = (11, 18, 24, 27)


def lengthen(plans: Sequence[SitePlan]) -> None:
    """Lead the streets on into the town, and lay its own across them; before ways are knotted."""
    for plan in plans:
        for way in plan.ways:
            if way.kind == "road" and way.width_m >= WIDE_M:
                first, *inner, last = way.line.coords
                way.line = shapely.LineString([_on(first), *inner, _on(last)])
    for line, width in STREETS:
        street = shapely.LineString(line)
        crossed = [plan for plan in plans if _crosses(plan, street)]
        owner = min(crossed, key=lambda plan: plan.outline.distance(street))
        owner.path("road", line, width)


def _crosses(plan: SitePlan, street: shapely.LineString) -> bool:
    """Whether a street of the plan meets another street, so that its ways stay one network."""
    return any(way.kind == "road" and way.line.intersects(street) for way in plan.ways)


def _on(end: XY) -> XY:
    """An end that points out of the drawing, moved to its edge; any other stays."""
    west, south, east, north = BOUNDS
    x = west if end[0] <= -100 else east if end[0] >= 980 else end[0]
    y = south if end[1] <= -100 else north if end[1] >= 400 else end[1]
    return (x, y)


def surround(plans: Sequence[SitePlan], seed: int) -> None:
    """Build the town; every block goes with the compound nearest to it."""
    rng = random.Random(f"outskirts {seed}")
    kept_free = shapely.union_all(
        [plan.outline.buffer(CLEAR_M) for plan in plans]
        + [
            way.line.buffer(way.width_m / 2 + KERB_M)
            for plan in plans
            for way in plan.ways
            if way.kind == "road"
        ]
    )
    shapely.prepare(kept_free)
    x, y = BOUNDS[:2]
    while y < BOUNDS[3]:
        shape, floors = _block(rng, x, y)
        if rng.random() > GAPS and not kept_free.intersects(shape):
            plan = min(plans, key=lambda plan: plan.outline.distance(shape))
            number = len(plan.surroundings) + 1
            height = round(floors * 3.0 + 0.9, 1)
            plan.surroundings.append(
                DrawnBuilding(f"s{number}", "", shape, floors, height, "other")
            )
        x += PITCH_M[0]
        if x > BOUNDS[2]:
            x, y = BOUNDS[0], y + PITCH_M[1]


def _block(rng: random.Random, x: float, y: float) -> tuple[shapely.Polygon, int]:
    width, depth = rng.choice(SIZES)
    west = round(x + rng.uniform(-JITTER_M[0], JITTER_M[0]), 1)
    south = round(y + rng.uniform(-JITTER_M[1], JITTER_M[1]), 1)
    shape = box(west, south, west + width, south + depth)
    if width > 30 and rng.random() < 0.3:
        wing = box(west, south, west + 12, south + depth + 9)
        shape = shapely.union_all([shape, wing])
    floors = rng.choice(TOWER_FLOORS if width < 30 else FLOORS)
    return shapely.normalize(shapely.set_precision(shape, 0.1)), floors
