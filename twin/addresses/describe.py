"""Words for a place: ``93幢2单元302 · 第2网格``, the way people in a compound say it."""

from __future__ import annotations

import math

import shapely

from twin.addresses.parser import said
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, Ring

NEAR_M = 60.0
"""A device farther from every building than this is described by its own name."""

SIDES = ("东侧", "东北侧", "北侧", "西北侧", "西侧", "西南侧", "南侧", "东南侧")
"""Eighths of the circle, counter-clockwise from east."""


def place_text(compound: Compound, place: DevicePlace) -> str:
    """Where a device is, in words: building, unit and room, or beside which building; then grid."""
    spot = _indoors(compound, place) if place.building else _outdoors(compound, place)
    return f"{spot} · {_grid_name(compound, place.territory)}"


def _indoors(compound: Compound, place: DevicePlace) -> str:
    names = {building.id: building.name for building in compound.buildings}
    building = names.get(place.building, place.building)
    return said(building, place.unit, place.floor, place.room)


def _outdoors(compound: Compound, place: DevicePlace) -> str:
    here = xy_from_lonlat(place.lonlat, compound.origin)
    outlines = [_polygon(compound, building.outline) for building in compound.buildings]
    far = shapely.distance(outlines, shapely.Point(here)) if outlines else [math.inf]
    nearest = min(range(len(far)), key=lambda i: (far[i], i))
    if far[nearest] > NEAR_M:
        return place.name
    centre = outlines[nearest].centroid
    turn = math.atan2(here[1] - centre.y, here[0] - centre.x) / math.tau * len(SIDES)
    return f"{compound.buildings[nearest].name}{SIDES[round(turn) % len(SIDES)]}"


def _polygon(compound: Compound, ring: Ring) -> shapely.Polygon:
    return shapely.Polygon(xy_from_lonlat(ring, compound.origin))


def _grid_name(compound: Compound, territory: str) -> str:
    names = {grid.territory: grid.name for grid in compound.grids}
    return names.get(territory, compound.name)
