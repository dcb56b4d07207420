"""The inside of one building as a screen gets it: what stands still, filtered and redacted.

States are not in it: the browser has them from ``/live`` by device id. A masked screen gets no
rooms and no devices in flats, so it cannot count them by floor either (``layers.live.redaction``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import shapely

from layers.live.redaction import device_name
from twin.catalogue import DeviceKinds
from twin.places import inside, territory
from twin.places.inside import Inside
from twin.places.metres import lonlat_from_xy
from twin.places.model import Building, Compound, DevicePlace, LonLat

KEPT_PLANS = 256
"""Buildings whose inside is held at once; one is worked out in some milliseconds."""

SMOOTH_M = 0.02
"""Points of a shape that lie this close to the line between their neighbours are left out."""

FEWEST = 5
"""Counts of households below this are not told (domain rules on household data, k = 5)."""


def building_of(compound: Compound, name: str, prefixes: Sequence[str]) -> Building | None:
    """The building ``<compound>/<name>``, where the account sees a part of its territory."""
    wanted = f"{compound.id}/{name}"
    for building in compound.buildings:
        if building.id == wanted:
            where = building.territory or compound.territory
            return building if territory.touches(prefixes, where) else None
    return None


def described(
    compound: Compound,
    building: Building,
    prefixes: Sequence[str],
    kinds: DeviceKinds,
    masked: bool,
) -> dict[str, Any]:
    """Floors, units, stairs, shafts, rooms and devices of a building; the caller may see it.

    Shapes are GeoJSON coordinates of a MultiPolygon in degrees, floors count from 1 at the ground
    and from -1 below it, the floor of a device is 0 where it is not known.
    """
    places = tuple(
        place
        for place in compound.devices
        if place.building == building.id
        and territory.covers(prefixes, place.territory)
        and not (masked and place.room)
    )
    plan, origin = _plan(building, compound.origin, places), compound.origin
    lifted = {shaft.unit for shaft in plan.shafts}
    lifted |= {door.unit for door in building.entrances if door.has_lift}
    return {
        "id": building.id,
        "compound": compound.id,
        "name": building.name,
        "use": building.use,
        "height": building.height_m,
        "households": _households(compound, building, prefixes),
        "floors": [
            {"floor": floor.number, "base": floor.base_m, "top": floor.top_m}
            for floor in plan.floors
        ],
        "units": [
            {
                "units": part.units,
                "names": [unit.removesuffix("单元") for unit in part.units],
                "shape": _degrees(part.shape, origin),
                "door": _lonlat(part.door, origin) if part.door else None,
                "middle": _lonlat(_middle(part.shape), origin),
                "lift": any(unit in lifted for unit in part.units),
            }
            for part in plan.parts
        ],
        "stairs": [
            {"units": stair.units, "shape": _degrees(stair.shape, origin)} for stair in plan.stairs
        ],
        "shafts": [
            {"id": shaft.id, "unit": shaft.unit, "shape": _degrees(shaft.shape, origin),
             "lonlat": _lonlat(shaft.xy, origin)}
            for shaft in plan.shafts
        ],
        "rooms": [
            {"floor": room.floor, "unit": room.unit, "name": room.name, "devices": room.devices,
             "lonlat": _lonlat(room.xy, origin)}
            for room in plan.rooms
        ],
        "devices": [
            {"id": place.id, "kind": place.kind,
             "name": device_name(place, compound, kinds, masked), "unit": place.unit,
             "floor": inside.floor_of(building, place), "room": place.room,
             "lonlat": place.lonlat}
            for place in places
        ],
    }  # fmt: skip


@lru_cache(KEPT_PLANS)
def _plan(building: Building, origin: LonLat, places: tuple[DevicePlace, ...]) -> Inside:
    return inside.inside(building, origin, places)


def _households(compound: Compound, building: Building, prefixes: Sequence[str]) -> int | None:
    """Households where they are known: the compound's, if they all live in this building."""
    homes = [one.id for one in compound.buildings if one.use == "residence"]
    whole = territory.covers(prefixes, compound.territory)
    known = homes == [building.id] and whole and compound.households >= FEWEST
    return compound.households if known else None


def _lonlat(xy: tuple[float, float], origin: LonLat) -> tuple[float, ...]:
    """A point in degrees with seven decimals, a centimetre."""
    return tuple(round(float(value), 7) for value in lonlat_from_xy(xy, origin))


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    """A point well inside a shape, for its name."""
    point = shapely.get_point(shapely.maximum_inscribed_circle(shape, tolerance=0.5), 0)
    return float(point.x), float(point.y)


def _degrees(shape: shapely.Geometry, origin: LonLat) -> list[list[list[tuple[float, ...]]]]:
    """Coordinates of a MultiPolygon in degrees, outer rings counter-clockwise (RFC 7946)."""
    plain = shapely.simplify(shapely.get_parts(shape), SMOOTH_M)
    turned = shapely.orient_polygons(plain)
    return [
        [[_lonlat(xy, origin) for xy in ring.coords] for ring in (one.exterior, *one.interiors)]
        for one in turned
    ]
