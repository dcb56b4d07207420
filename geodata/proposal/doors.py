"""Floors, units and doors of a building of which only footprint and height are known."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from geodata.drawing.buildings import Door, DrawnBuilding

FLOOR_M = 2.9
LIFT_FLOORS = 7
"""From this many floors up a dwelling needs a lift (GB 50096-2011, 6.4.1)."""
UNIT_M = {"low": 14.0, "high": 22.0}
HIGH_FLOORS = 12
SQUAT = 1.6
"""Shorter than this times its depth, a footprint is a point block of one unit, or two."""
DOOR_M = 0.4
SLOPE = 0.2

Vector = tuple[float, float]


def floors_of(height_m: float) -> int:
    """Floors by height, 2.9 m each, at least one."""
    return max(1, round(height_m / FLOOR_M))


def equip(house: DrawnBuilding) -> None:
    """Give a house its doors: one a unit, in the façade that faces most to the north."""
    along, across, length = _axes(house.outline)
    units = _units(house, length)
    middle = house.outline.centroid
    for number in range(units):
        shift = (number + 0.5) / units - 0.5
        foot = (middle.x + along[0] * shift * length, middle.y + along[1] * shift * length)
        at = _facade(house.outline, foot, across)
        if at is not None:
            door = Door(
                unit=str(number + 1),
                xy=(at.x, at.y),
                has_lift=house.use == "residence" and house.floors >= LIFT_FLOORS,
                into=(-across[0], -across[1]),
                width_m=length / units,
            )
            house.doors = (*house.doors, door)


def _axes(outline: Polygon) -> tuple[Vector, Vector, float]:
    """Unit vectors along (eastward) and across (northward) a footprint, and its length."""
    box = shapely.get_coordinates(outline.minimum_rotated_rectangle)
    sides = np.diff(box, axis=0)[:2]
    lengths = np.hypot(*sides.T)
    vectors = sides / lengths[:, None]
    longer = int(lengths[1] > lengths[0] * (1 + SLOPE))
    if max(lengths) < SQUAT * min(lengths):
        longer = int(abs(vectors[1][0]) > abs(vectors[0][0]))
    dx, dy = vectors[longer]
    if dx < 0 or (dx == 0 and dy < 0):
        dx, dy = -dx, -dy
    return (float(dx), float(dy)), (float(-dy), float(dx)), float(lengths[longer])


def _units(house: DrawnBuilding, length: float) -> int:
    if house.use != "residence":
        return 1
    usual = UNIT_M["high" if house.floors >= HIGH_FLOORS else "low"]
    return max(1, round(length / usual))


def _facade(outline: Polygon, foot: Vector, across: Vector) -> Point | None:
    """A point just outside the outline where a ray from its middle leaves it for good."""
    reach = math.hypot(*np.diff(np.array(outline.bounds).reshape(2, 2), axis=0)[0])
    start = Point(foot)
    ends = [
        (foot[0] - across[0] * reach, foot[1] - across[1] * reach),
        (foot[0] + across[0] * reach, foot[1] + across[1] * reach),
    ]
    inside = LineString(ends).intersection(outline)
    if inside.is_empty:
        return None
    corners = shapely.get_coordinates(inside) - np.array([start.x, start.y])
    out = float(np.max(corners @ np.array(across))) + DOOR_M
    return Point(foot[0] + across[0] * out, foot[1] + across[1] * out)
