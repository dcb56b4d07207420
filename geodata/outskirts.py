"""The town around the demo compounds: plain blocks between the streets, drawn dim for context."""

from __future__ import annotations

import random
from collections.abc import Sequence

import shapely

from geodata.plan import Block, Plan, box

BOUNDS = (-104.0, -96.0, 968.0, 388.0)
STEP_M = (66.0, 47.0)
CLEAR_M = 12.0
"""From a compound's wall or a street's edge to the nearest block."""
SIZES = ((44, 13), (36, 14), (26, 20), (22, 22), (48, 16), (30, 12))
FLOORS = (4, 6, 6, 7, 9, 12, 18)


def surround(plans: Sequence[Plan], seed: int) -> None:
    """Build the town; every block goes with the compound nearest to it."""
    rng = random.Random(f"outskirts {seed}")
    kept_free = shapely.union_all(
        [plan.outline.buffer(CLEAR_M) for plan in plans]
        + [
            shapely.LineString(points).buffer(width / 2 + 5)
            for plan in plans
            for kind, points, width in plan.lines
            if kind == "road"
        ]
    )
    x, y = BOUNDS[:2]
    while y < BOUNDS[3]:
        shape, floors = _block(rng, x, y)
        if not shape.intersects(kept_free):
            plan = min(plans, key=lambda plan: plan.outline.distance(shape))
            number = len(plan.around) + 1
            height = round(floors * 3.1 + 0.9, 1)
            plan.around.append(Block(f"s{number}", "", shape, floors, height, "other"))
        x += STEP_M[0]
        if x > BOUNDS[2]:
            x, y = BOUNDS[0], y + STEP_M[1]


def _block(rng: random.Random, x: float, y: float) -> tuple[shapely.Polygon, int]:
    width, depth = rng.choice(SIZES)
    west = round(x + rng.uniform(-5, 5), 1)
    south = round(y + rng.uniform(-4, 4), 1)
    shape = box(west, south, west + width, south + depth)
    if width > 30 and rng.random() < 0.4:
        wing = box(west, south, west + 12, south + depth + 12)
        shape = shapely.union_all([shape, wing])
    return shapely.normalize(shapely.set_precision(shape, 0.1)), rng.choice(FLOORS)
