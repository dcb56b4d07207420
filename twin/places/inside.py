"""The inside of a building as far as it is known: floors, units, rooms, lift shafts, stairs.

Of most buildings nothing is surveyed but the footprint, the height, the floors and the doors.
What follows from these is worked out here, the same way each time; what does not follow is left
out: a room exists where a device names it. All shapes are in metres east and north of an origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, DevicePlace, LonLat
from twin.places.partition import UnitDoor, axis, divided

DEEPEST = -5
"""Devices below this floor are taken for a mistake: residential basements have three levels."""
LIFT_M = 1.5
"""Side of a drawn shaft; a car for 630 kg needs 1.6 by 1.7 m with its walls (GB/T 7025.1)."""
STAIR_M = (2.4, 3.0)
"""Width and depth of the landing behind a unit's door; two flights of 1.1 m and the rail between
(GB 50096-2011, 6.3.1)."""
SMALLEST_M2 = 0.5
SNAP_M = 0.02

_ROOM = re.compile(r"(\d{1,2})\d{2}\Z")

XY = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A storey between two heights above the ground; ``number`` is 1 at the ground, below it -1."""

    number: int
    base_m: float
    top_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPart:
    """The share of the footprint that belongs to a unit.

    Units behind one and the same door share a part: how they divide it is not known. Without
    doors the whole footprint is one part of no unit. ``door`` lies on the outline.
    """

    units: tuple[str, ...]
    shape: shapely.Polygon | shapely.MultiPolygon
    door: XY | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stair:
    """Where the stairs of a part begin: just behind its door."""

    units: tuple[str, ...]
    shape: shapely.Polygon | shapely.MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaft:
    """The shaft of a lift; ``id`` is the lift's."""

    id: str
    unit: str
    shape: shapely.Polygon | shapely.MultiPolygon
    xy: XY


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that a device names; ``xy`` is where its devices are."""

    floor: int
    unit: str
    name: str
    devices: tuple[str, ...]
    xy: XY


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Everything known of the inside of one building, floors from the lowest up."""

    floors: tuple[Floor, ...]
    parts: tuple[UnitPart, ...]
    stairs: tuple[Stair, ...]
    shafts: tuple[Shaft, ...]
    rooms: tuple[Room, ...]


def inside(building: Building, origin: LonLat, places: Iterable[DevicePlace]) -> Inside:
    """The inside of a building; ``places`` are devices, those of other buildings too.

    A footprint without area has no parts, and then neither stairs nor shafts.
    """
    own = [place for place in places if place.building == building.id]
    shares = parts(building, origin)
    return Inside(
        floors=floors(building, own),
        parts=shares,
        stairs=stairs(shares),
        shafts=shafts(shares, own, origin),
        rooms=rooms(building, shares, own, origin),
    )


def floor_of(building: Building, place: DevicePlace) -> int:
    """The floor a device is on, 0 where that is not known or the building has no such floor.

    >>> home = Building(id="b", name="9幢", outline=(), height_m=18.0, floors=6)
    >>> flat = DevicePlace(id="c", kind="call", name="", lonlat=(0, 0), territory="", room="302")
    >>> floor_of(home, flat)
    3
    """
    number = place.floor
    if not number and (found := _ROOM.match(place.room)):
        number = int(found[1])
    return number if DEEPEST <= number <= building.floors else 0


def floors(building: Building, places: Iterable[DevicePlace] = ()) -> tuple[Floor, ...]:
    """The storeys, equally high, from the lowest that a device is on; at least the ground floor."""
    count = max(1, building.floors)
    each_m = building.height_m / count
    lowest = min((floor_of(building, place) for place in places), default=0)
    numbers = [*range(lowest, 0), *range(1, count + 1)]
    return tuple(
        Floor(number=n, base_m=round(base, 3), top_m=round(base + each_m, 3))
        for n in numbers
        for base in [(n - (n > 0)) * each_m]
    )


def parts(building: Building, origin: LonLat) -> tuple[UnitPart, ...]:
    """The footprint divided among the units, in the order of their doors.

    The parts cover the footprint, do not overlap, and each holds its door. Doors in a row cut the
    building across, half-way between them; otherwise every spot belongs to the nearest door.
    """
    footprint = _footprint(building, origin)
    if footprint is None:
        return ()
    doors = _doors(building, footprint, origin)
    if not doors:
        return (UnitPart(units=(), shape=footprint, door=None),)
    return tuple(
        UnitPart(units=door.units, shape=shape, door=door.spots[0])
        for door, shape in zip(doors, divided(footprint, doors), strict=True)
    )


def stairs(shares: Sequence[UnitPart]) -> tuple[Stair, ...]:
    """Where each part's stairs begin; none where the part leaves no room for them."""
    found = []
    for part in shares:
        landing = _landing(part) if part.door else None
        if landing is not None:
            found.append(Stair(units=part.units, shape=landing))
    return tuple(found)


def shafts(
    shares: Sequence[UnitPart], places: Iterable[DevicePlace], origin: LonLat
) -> tuple[Shaft, ...]:
    """The shafts of the lifts, each within the part of its unit, or where that is too narrow for
    it, within the building.
    """
    if not shares:
        return ()
    whole = shapely.union_all([part.shape for part in shares])
    along = axis(whole)
    found = []
    for lift in (place for place in places if place.kind == "lift"):
        home, margin = _home(shares, lift, origin).shape, LIFT_M * 0.75
        around = whole if shapely.is_empty(shapely.buffer(home, -margin)) else home
        xy = _kept_in(around, _xy(lift.lonlat, origin), margin)
        shape = shapely.intersection(_square(xy, along), around)
        found.append(Shaft(id=lift.id, unit=lift.unit, shape=shape, xy=xy))
    return tuple(found)


def rooms(
    building: Building, shares: Sequence[UnitPart], places: Iterable[DevicePlace], origin: LonLat
) -> tuple[Room, ...]:
    """The rooms that devices name, by floor, unit and name."""
    named: dict[tuple[int, str, str], list[DevicePlace]] = {}
    for place in places:
        number = floor_of(building, place)
        if place.room and number:
            named.setdefault((number, place.unit, place.room), []).append(place)
    found = []
    for (number, unit, name), devices in sorted(named.items()):
        spots = np.array([_xy(place.lonlat, origin) for place in devices])
        xy = (float(spots[:, 0].mean()), float(spots[:, 1].mean()))
        if shares:
            xy = _kept_in(_home(shares, devices[0], origin).shape, xy, 1.0)
        ids = tuple(sorted(place.id for place in devices))
        found.append(Room(floor=number, unit=unit, name=name, devices=ids, xy=xy))
    return tuple(found)


def _xy(lonlat: LonLat, origin: LonLat) -> XY:
    east, north = xy_from_lonlat(lonlat, origin)
    return float(east), float(north)


def _footprint(building: Building, origin: LonLat) -> shapely.Polygon | shapely.MultiPolygon | None:
    """The outline as a valid shape, or None where it encloses nothing."""
    if len(building.outline) < 4:
        return None
    drawn = shapely.make_valid(shapely.Polygon(xy_from_lonlat(building.outline, origin)))
    pieces = [
        piece
        for piece in shapely.get_parts(shapely.get_parts(drawn))
        if isinstance(piece, shapely.Polygon) and piece.area > SMALLEST_M2
    ]
    return shapely.union_all(pieces) if pieces else None


def _doors(building: Building, footprint: shapely.Geometry, origin: LonLat) -> list[UnitDoor]:
    """The units with their doors on the outline; units behind one door are told as one."""
    spots: dict[str, list[XY]] = {}
    rim = shapely.boundary(footprint)
    for entrance in building.entrances:
        point = shapely.Point(_xy(entrance.lonlat, origin))
        on_rim = shapely.get_point(shapely.shortest_line(rim, point), 0)
        spots.setdefault(entrance.unit, []).append((on_rim.x, on_rim.y))
    found: list[UnitDoor] = []
    for unit, own in spots.items():
        near = next((n for n, door in enumerate(found) if door.near(own)), None)
        if near is None:
            found.append(UnitDoor((unit,), tuple(own)))
        else:
            found[near] = UnitDoor((*found[near].units, unit), found[near].spots)
    return found


def _landing(part: UnitPart) -> shapely.Polygon | shapely.MultiPolygon | None:
    """A rectangle behind the door, as much of it as lies in the part."""
    assert part.door is not None, "the caller has looked"
    width, depth = STAIR_M
    best = None
    for tangent in _tangents(part.shape, part.door):
        inward = np.array((-tangent[1], tangent[0]))
        for way in (inward, -inward):
            at, half = np.array(part.door), tangent * width / 2
            ring = [at - half, at + half, at + half + way * depth, at - half + way * depth]
            inner = shapely.intersection(shapely.Polygon(ring), part.shape)
            if best is None or inner.area > best.area + SNAP_M:
                best = inner
    room = isinstance(best, shapely.Polygon | shapely.MultiPolygon) and best.area >= 1.0
    return best if room else None


def _tangents(shape: shapely.Geometry, at: XY) -> list[NDArray[np.float64]]:
    """Unit vectors along the sides of a shape that a point lies on, at most two."""
    point, found = shapely.Point(at), []
    for piece in shapely.get_parts(shape):
        corners = shapely.get_coordinates(piece.exterior)
        sides = shapely.linestrings(np.stack((corners[:-1], corners[1:]), axis=1))
        for number in np.flatnonzero(shapely.distance(sides, point) < SNAP_M)[:2]:
            step = corners[number + 1] - corners[number]
            length = float(np.hypot(*step))
            if length > 0:
                found.append(step / length)
    return found


def _home(shares: Sequence[UnitPart], place: DevicePlace, origin: LonLat) -> UnitPart:
    """The part of a device's unit, else the one it stands in or nearest to."""
    point = shapely.Point(_xy(place.lonlat, origin))
    return min(
        shares, key=lambda part: (place.unit not in part.units, shapely.distance(part.shape, point))
    )


def _kept_in(shape: shapely.Geometry, xy: XY, margin_m: float) -> XY:
    """A point, moved as little as need be to lie in a shape with a margin, as far as it has one."""
    inner = shapely.buffer(shape, -margin_m)
    room = inner if not shapely.is_empty(inner) else shapely.point_on_surface(shape)
    moved = shapely.get_point(shapely.shortest_line(room, shapely.Point(xy)), 0)
    return float(moved.x), float(moved.y)


def _square(xy: XY, along: NDArray[np.float64]) -> shapely.Polygon:
    half, across = LIFT_M / 2, np.array((-along[1], along[0]))
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return shapely.Polygon([np.array(xy) + half * (a * along + b * across) for a, b in signs])
