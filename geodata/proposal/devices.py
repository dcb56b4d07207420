"""Devices at usual distances: gates, cameras, lamps, covers, detectors, terminals, supply."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely import Point

from geodata.cameras import placer
from geodata.cameras.masts import MAST_M
from geodata.drawing.buildings import Door, DrawnBuilding
from geodata.drawing.free_ground import FreeGround, outward
from geodata.drawing.shapes import heading
from geodata.drawing.site_plan import SitePlan
from geodata.proposal.doors import FLOOR_M
from twin.places.model import DevicePlace

LAMP_EVERY_M = 27.0
LAMP_M = 4.5
COVER_EVERY_M = 38.0
SMOKE_EVERY_FLOORS = 6
CALL_SHARE = 0.5
SUPPLY_BUILDINGS = 5
WASTE_BUILDINGS = 7
CHARGERS_BUILDINGS = 12
CHARGERS = 6
NOISE_BUILDINGS = 12
FREE_M = 1.0


class _Placement:
    """Where devices of a proposal can stand: off everything, and off each other."""

    def __init__(self, site: SitePlan) -> None:
        self.site = site
        self.ground = site.outline.buffer(-FREE_M)
        self._free = FreeGround(self.ground, [site.solid(FREE_M), site.paved(0.4)])
        self._taken: list[Point] = []

    def add(
        self, kind: str, name: str, at: Point, house: DrawnBuilding | None = None, **pose: Any
    ) -> None:
        """Place a device, proposed unless its pose says otherwise."""
        pose = {"proposed": True} | pose
        self.site.device(kind, name, (at.x, at.y), building=house, **pose)
        self._taken.append(at)

    def free(self, at: Point) -> bool:
        """Whether a post can stand here: inside, off buildings and ways, not on another."""
        free = bool(self._free.at([(at.x, at.y)])[0])
        return free and all(at.distance(other) > FREE_M for other in self._taken)

    def near(self, at: Point, within_m: float = 25.0) -> Point | None:
        """The free spot nearest to a point, or None within reach."""
        around = outward((at.x, at.y), np.arange(0.0, within_m, 1.5), lambda reach: 12)
        return next((spot for spot in map(Point, around) if self.free(spot)), None)


def propose(site: SitePlan, rng: random.Random) -> tuple[DevicePlace, ...]:
    """Every device of a site, numbered from 1 for each kind."""
    placement = _Placement(site)
    for step in (_gates, _cameras, _lamps, _covers, _lifts, _detectors):
        step(placement)
    _terminals(placement, rng)
    for step in (_supply, _stations, _water):
        step(placement)
    return tuple(place for _, place in site.places)


def _gates(placement: _Placement) -> None:
    for gate in placement.site.gates:
        at = Point(gate.at.x + gate.inward[0] * 0.6, gate.at.y + gate.inward[1] * 0.6)
        placement.add("gate", gate.name, at, use=gate.use, height_m=1.2, proposed=not gate.given)


def _cameras(placement: _Placement) -> None:
    for camera in placer.propose(placement.site):
        at = Point(camera.xy)
        placement.add(
            "camera",
            f"C-# {camera.name or nearest(placement.site, at)}",
            at,
            height_m=MAST_M,
            azimuth_deg=round(camera.azimuth_deg, 1),
            hfov_deg=camera.hfov_deg,
            range_m=camera.range_m,
        )


def nearest(site: SitePlan, at: Point) -> str:
    """What people say of a spot: the nearest building and the side, ``93幢北侧``."""
    house = min(site.buildings, key=lambda found: found.outline.distance(at))
    middle = house.outline.centroid
    turn = math.degrees(math.atan2(at.x - middle.x, at.y - middle.y)) % 360.0
    return f"{house.name}{'北东南西'[round(turn / 90.0) % 4]}侧"


def _along(
    placement: _Placement, every_m: float, kinds: set[str]
) -> Iterator[tuple[Point, float, float]]:
    """Points along ways at even steps, with the way's width and its direction in radians."""
    for way in placement.site.ways:
        if way.kind not in kinds:
            continue
        line = way.line
        steps = max(1, round(line.length / every_m))
        for n in range(steps):
            at = line.length * (n + 0.5) / steps
            here, turn = heading(line, at)
            if placement.ground.contains(here) and line.length > every_m / 3:
                yield here, way.width_m, turn


def _lamps(placement: _Placement) -> None:
    stood: list[Point] = []
    side = 1.0
    for here, width, turn in _along(placement, LAMP_EVERY_M, {"road", "lane"}):
        side = -side
        for way in (side, -side):
            off = way * (width / 2 + 0.9)
            at = Point(here.x - math.sin(turn) * off, here.y + math.cos(turn) * off)
            if placement.free(at) and all(at.distance(o) > LAMP_EVERY_M / 2 for o in stood):
                stood.append(at)
                placement.add("lamp", "灯杆 LP-#", at, height_m=LAMP_M)
                break


def _covers(placement: _Placement) -> None:
    words = ("雨水井", "污水井", "雨水井", "电力井")
    stood: list[Point] = []
    for here, _, turn in _along(placement, COVER_EVERY_M, {"road", "lane"}):
        at = Point(here.x - math.sin(turn) * 0.7, here.y + math.cos(turn) * 0.7)
        if all(at.distance(other) > COVER_EVERY_M / 2 for other in stood):
            word = words[len(stood) % len(words)]
            stood.append(at)
            placement.add("manhole", f"{word} # {nearest(placement.site, at)}", at)


def _units(placement: _Placement) -> Iterator[tuple[DrawnBuilding, Door]]:
    for house in placement.site.buildings:
        for door in house.doors if house.use == "residence" else ():
            yield house, door


def _inside(house: DrawnBuilding, door: Door, depth_m: float, aside_m: float) -> Point:
    """A point behind a door, pulled towards the middle of the door's axis until it is inside."""
    for share in (1.0, 0.8, 0.6, 0.4, 0.2):
        at = door.behind(depth_m * share + 0.9, aside_m * share)
        if house.outline.buffer(-0.3).contains(at):
            return at
    return house.outline.representative_point()


def _lifts(placement: _Placement) -> None:
    for house, door in _units(placement):
        if door.has_lift:
            words = f"{house.name}{door.unit}单元电梯"
            at = _inside(house, door, 4.0, 1.2)
            placement.add("lift", words, at, house, unit=door.unit, floor=1)


def _detectors(placement: _Placement) -> None:
    for house, door in _units(placement):
        for floor in range(min(3, house.floors), house.floors + 1, SMOKE_EVERY_FLOORS):
            placement.add(
                "smoke",
                f"{house.name}{door.unit}单元{floor}层烟感",
                _inside(house, door, 2.4, 0.5 * (floor % 3 - 1)),
                house,
                unit=door.unit,
                floor=floor,
                height_m=round((floor - 0.3) * FLOOR_M, 1),
            )


def _terminals(placement: _Placement, rng: random.Random) -> None:
    """Call terminals in some flats: which ones is left to the seed, for nobody is known."""
    for house, door in _units(placement):
        if rng.random() >= CALL_SHARE:
            continue
        floor, flat = rng.randint(1, house.floors), rng.choice((1, 2))
        aside = (1 if flat == 1 else -1) * door.width_m * 0.27
        room = f"{floor}{flat:02d}"
        placement.add(
            "call",
            f"{house.name}{door.unit}单元{room} 一键呼",
            _inside(house, door, rng.uniform(5.0, 8.0), aside),
            house,
            unit=door.unit,
            floor=floor,
            room=room,
            height_m=round((floor - 0.5) * FLOOR_M, 1),
        )


def _groups(placement: _Placement, size: int) -> Iterator[list[DrawnBuilding]]:
    """Neighbouring buildings in groups of about a size, west to east within a grid."""
    homes = [house for house in placement.site.buildings if house.use == "residence"]
    homes.sort(key=lambda h: (placement.site.grid_of(h.outline), h.outline.centroid.x))
    for first in range(0, len(homes), size):
        yield homes[first : first + size]


def _beside(placement: _Placement, houses: list[DrawnBuilding]) -> Point | None:
    """A free spot beside the building in the middle of a group."""
    middle = shapely.union_all([house.outline for house in houses]).centroid
    house = min(houses, key=lambda found: found.outline.distance(middle))
    rim = house.outline.buffer(2.2).exterior
    return placement.near(rim.interpolate(rim.project(middle)), 40.0)


def _supply(placement: _Placement) -> None:
    for houses in _groups(placement, SUPPLY_BUILDINGS):
        at = _beside(placement, houses)
        if at is not None:
            names = "、".join(house.name.removesuffix("幢") for house in houses)
            placement.add("power", f"配电箱 # · {names}幢", at, height_m=1.4)


_STATIONS = (
    ("waste", "#号垃圾站", WASTE_BUILDINGS, 1),
    ("charger", "充电桩 #", CHARGERS_BUILDINGS, CHARGERS),
    ("noise", "噪声 #", NOISE_BUILDINGS, 1),
)


def _stations(placement: _Placement) -> None:
    for kind, words, size, each in _STATIONS:
        for houses in _groups(placement, size):
            for _ in range(each):
                at = _beside(placement, houses)
                if at is not None:
                    placement.add(kind, words, at, height_m=3.0 if kind == "noise" else 1.2)


def _water(placement: _Placement) -> None:
    """Gauges for standing water inside the vehicle gates, where the ground is usually lowest."""
    for gate in placement.site.gates:
        if gate.use == "vehicle":
            deep = Point(gate.at.x + gate.inward[0] * 7, gate.at.y + gate.inward[1] * 7)
            at = placement.near(deep)
            if at is not None:
                placement.add("water", f"{gate.name}积水", at, height_m=0.3)
