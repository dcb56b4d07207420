"""Up a building: by the stairs or by a lift that runs, whichever is quicker."""

from __future__ import annotations

from typing import NamedTuple

from twin.places.model import Building
from twin.routing.obstacles import Live, of_device
from twin.routing.values import Obstacle


class Climb(NamedTuple):
    """Seconds from the door to a floor, ``by`` stairs or lift ("" on the ground floor).

    ``out`` are the lifts that would have been quicker, were they in service.
    """

    seconds: float
    by: str = ""
    out: tuple[Obstacle, ...] = ()


NO_CLIMB = Climb(0.0)


def climb(live: Live, building: Building | None, unit: str, floor: int) -> Climb:
    """How to get from the door of a unit to one of its floors; 0 and 1 are the ground floor."""
    storeys = abs(floor) - (floor > 0)
    if building is None or storeys <= 0:
        return NO_CLIMB
    rows = live.ways.floors
    each_m = building.height_m / building.floors if building.floors else rows.storey_m
    height_m = storeys * each_m
    stairs_s = height_m * rows.stairs_s_a_metre + storeys * rows.landing_s
    lift_s = rows.lift_wait_s + rows.lift_doors_s + height_m / rows.lift_m_s
    lifts = live.lifts(building.id, unit)
    if lift_s >= stairs_s or not (lifts or _has_lift(building, unit)):
        return Climb(stairs_s, "stairs")
    out = [found for lift in lifts if (found := of_device(lift, live.ways)) is not None]
    if lifts and len(out) == len(lifts):
        return Climb(stairs_s, "stairs", tuple(out))
    return Climb(lift_s, "lift")


def _has_lift(building: Building, unit: str) -> bool:
    return any(door.has_lift for door in building.entrances if unit in ("", door.unit))
