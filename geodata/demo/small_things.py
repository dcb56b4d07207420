"""The small things of a demo compound: lamps, covers, detectors, terminals, boxes, posts."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import shapely

from geodata.drawing.buildings import XY, Door, DrawnBuilding
from geodata.drawing.parts import Way
from geodata.drawing.site_plan import SitePlan

LAMP_M = 4.5
Spot = tuple[str, XY]


def lamps(plan: SitePlan, every_m: float) -> None:
    """Lamps along roads and lanes, on alternating sides, none near another."""
    stood: list[XY] = []
    for way in _ways(plan):
        side = 1.0
        for xy, normal in _along(way.line, every_m, every_m * 0.4):
            off = side * (way.width_m / 2 + 0.9)
            spot = (round(xy[0] + normal[0] * off, 1), round(xy[1] + normal[1] * off, 1))
            if plan.free(spot) and all(math.dist(spot, other) > every_m * 0.6 for other in stood):
                stood.append(spot)
                plan.device("lamp", "灯杆 LP-#", spot, digits=3, height_m=LAMP_M)
                side = -side


def manholes(plan: SitePlan, every_m: float) -> None:
    """Covers in roads and lanes: rain water, and every third one sewage."""
    stood: list[XY] = []
    for way in _ways(plan):
        for xy, normal in _along(way.line, every_m, every_m * 0.7):
            spot = (round(xy[0] + normal[0] * 0.6, 1), round(xy[1] + normal[1] * 0.6, 1))
            inside = shapely.contains_xy(plan.outline, *spot)
            if inside and all(math.dist(spot, other) > every_m * 0.5 for other in stood):
                stood.append(spot)
                plan.device("manhole", "污水井 #" if len(stood) % 3 == 0 else "雨水井 #", spot)


def detectors(plan: SitePlan, every_floors: int) -> None:
    """Smoke detectors in stairwells: one for every so many floors of every unit."""
    for block in _homes(plan):
        for door in block.doors:
            for floor in range(min(3, block.floors), block.floors + 1, every_floors):
                plan.device(
                    "smoke",
                    f"{block.name}{door.unit}单元{floor}层烟感",
                    _inside(door, 2.2, 0.4 * (floor % 3 - 1)),
                    building=block,
                    **_flat(block, door, floor),
                )


def terminals(
    plan: SitePlan, rng: random.Random, share: float, sure: tuple[str, str, int, int] | None = None
) -> None:
    """One-key call terminals in the flats of people living alone: ``share`` of them a unit.

    ``sure`` names a building, unit, floor and flat that has one whatever the seed.
    """
    for block in _homes(plan):
        for door in block.doors:
            flats = 4 if len(block.doors) == 1 and block.floors > 8 else 2
            rooms = [
                (floor, flat)
                for floor in range(1 if flats == 2 else 3, block.floors + 1)
                for flat in range(1, flats + 1)
            ]
            chosen = rng.sample(rooms, min(len(rooms), int(share + rng.random())))
            if sure and sure[:2] == (block.label, door.unit):
                chosen = [sure[2:]]
            for floor, flat in chosen:
                aside = rng.uniform(2.6, 3.8) * (1 if flat % 2 else -1)
                room = f"{floor}{flat:02d}"
                plan.device(
                    "call",
                    f"{block.name}{door.unit}单元{room} 一键呼",
                    _inside(door, rng.uniform(4.8, 7.5), aside),
                    room=room,
                    building=block,
                    **_flat(block, door, floor),
                )


def lifts(plan: SitePlan, cars: int) -> None:
    """Lifts: so many cars behind every door that has them."""
    for block in plan.buildings:
        for door in block.doors:
            for car in range(cars if door.has_lift else 0):
                word = f"{car + 1}号梯" if cars > 1 else "电梯"
                plan.device(
                    "lift",
                    f"{block.name}{door.unit}单元{word}",
                    _inside(door, 4.0, 1.6 * (car - (cars - 1) / 2)),
                    building=block,
                    **_flat(block, door, 1),
                )


def supply(plan: SitePlan, per_box: int) -> None:
    """A distribution box for every few blocks, in the open beside the last of them."""
    homes = _homes(plan)
    for first in range(0, len(homes), per_box):
        group = homes[first : first + per_box]
        span = f"{group[0].name[:-1]}–{group[-1].name}" if len(group) > 1 else group[0].name
        west, south, east, north = group[len(group) // 2].outline.bounds
        middle = (south + north) / 2
        spot = plan.near([(west - 2.0, middle), (east + 2.0, middle), (west, south - 3)])
        plan.device("power", f"{span}配电箱", spot, height_m=1.2)


def points(plan: SitePlan, kind: str, spots: Sequence[Spot], height_m: float = 1.2) -> None:
    """Single devices at named spots, moved to free ground where something stands there."""
    for name, xy in spots:
        plan.device(kind, name, plan.near([xy]), height_m=height_m)


def afloat(plan: SitePlan, name: str, xy: XY) -> None:
    """A water gauge in the water."""
    plan.device("water", name, xy, height_m=0.5)


def pumps(plan: SitePlan, block: DrawnBuilding, name: str) -> None:
    """A water gauge in the pump house."""
    spot = block.outline.representative_point()
    plan.device("water", name, (spot.x, spot.y), building=block, height_m=0.5, floor=1)


def chargers(plan: SitePlan, start: XY, step: XY, count: int) -> None:
    """A row of chargers at a parking lot."""
    for n in range(count):
        spot = (round(start[0] + n * step[0], 1), round(start[1] + n * step[1], 1))
        plan.device("charger", "充电桩 #", plan.near([spot]), height_m=1.4)


def _homes(plan: SitePlan) -> list[DrawnBuilding]:
    return [block for block in plan.buildings if block.use == "residence"]


def _flat(block: DrawnBuilding, door: Door, floor: int) -> dict[str, Any]:
    each_m = block.height_m / block.floors
    return {
        "unit": door.unit,
        "floor": floor,
        "height_m": round((floor - 0.4) * each_m, 1),
    }


def _inside(door: Door, depth_m: float, aside_m: float) -> XY:
    """A point behind a door, and to the right of it for who comes in."""
    spot = door.behind(depth_m, aside_m)
    return round(spot.x, 2), round(spot.y, 2)


def _ways(plan: SitePlan) -> list[Way]:
    return [way for way in plan.ways if way.kind in ("road", "lane")]


def _along(line: shapely.LineString, every_m: float, start_m: float) -> list[tuple[XY, XY]]:
    """Points along a line at even steps, each with the unit vector to its left."""
    found, at = [], min(start_m, line.length / 2)
    while at < line.length:
        here = line.interpolate(at)
        ahead = line.interpolate(min(at + 0.5, line.length))
        back = line.interpolate(max(at - 0.5, 0.0))
        dx, dy = ahead.x - back.x, ahead.y - back.y
        length = math.hypot(dx, dy) or 1.0
        found.append(((here.x, here.y), (-dy / length, dx / length)))
        at += every_m
    return found
