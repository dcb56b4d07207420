"""Homes that a camera could look into: façades seen sharply enough to know a face in a window.

A camera near such a façade must not be saved without a mask (``Lens.masks``) over it. The limit
is the level of IEC 62676-4 at which a stranger can be told from all others (250 px/m in both
editions, ``densities.py``), taken at the windows of each floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, Compound, DevicePlace, Lens
from twin.visibility.densities import IDENTIFYING_PX_M
from twin.visibility.field_of_view import Walls, certainty, hidden, walls_of
from twin.visibility.optics import Floats, Optics, density_px_m, optics

HOMES = frozenset({"residence"})
"""Uses of a building (``Building.use``) whose windows are homes'."""
PIECE_M = 0.6
"""Façades are looked at in pieces about as wide as a casement."""
FACED = 0.26
"""Sine of the least angle between sight line and wall, 15°: flatter, a pane only mirrors."""
SILL_M = 1.5
"""Height of a face above its floor."""
APART_DEG = 10.0
"""Masks nearer to each other than this are one."""
MARGIN_DEG = 2.0
"""A mask goes this much beyond what it hides: a mount gives a little in the wind."""


class Glimpse(NamedTuple):
    """A façade seen too sharply: which building, the bearings to mask, the worst pixels a metre."""

    building: str
    name: str
    from_deg: float
    to_deg: float
    density_px_m: float
    distance_m: float


def walls_and_homes(compound: Compound) -> tuple[Walls, list[int]]:
    """The façades of a compound and its surroundings, and which of these buildings are homes."""
    buildings = (*compound.buildings, *compound.surroundings)
    return walls_of(compound), [n for n, b in enumerate(buildings) if b.use in HOMES]


def glimpses(compound: Compound, place: DevicePlace) -> list[Glimpse]:
    """The façades of homes that a camera as it is, masks included, would show too sharply."""
    return _glimpses(place, *walls_and_homes(compound), compound)


def all_glimpses(compound: Compound) -> dict[str, list[Glimpse]]:
    """Those of every camera of a compound that has any."""
    walls, homes = walls_and_homes(compound)
    found = {
        place.id: _glimpses(place, walls, homes, compound)
        for place in compound.devices
        if place.kind == "camera" and place.azimuth_deg is not None
    }
    return {camera: seen for camera, seen in found.items() if seen}


def with_masks(compound: Compound) -> Compound:
    """The compound with every camera masked where it would look into homes.

    For cameras that nobody has masked yet, such as those of a plan or of a list.
    """
    found = all_glimpses(compound)
    devices = tuple(
        masked(place, found[place.id]) if place.id in found else place for place in compound.devices
    )
    return msgspec.structs.replace(compound, devices=devices)


def masked(place: DevicePlace, seen: Sequence[Glimpse]) -> DevicePlace:
    """The camera with masks over these façades added to those it has."""
    lens = place.lens or Lens()
    added = tuple((one.from_deg, one.to_deg) for one in seen)
    lens = msgspec.structs.replace(lens, masks=(*lens.masks, *added))
    return msgspec.structs.replace(place, lens=lens)


def _glimpses(
    place: DevicePlace, walls: Walls, homes: Sequence[int], compound: Compound
) -> list[Glimpse]:
    if place.azimuth_deg is None:
        return []
    look, eye = optics(place), xy_from_lonlat(place.lonlat, walls.origin)
    sharp_m = float(density_px_m(look.pixels_wide, look.hfov_deg, 1.0)) / IDENTIFYING_PX_M
    near = walls.near(eye, sharp_m)
    buildings = (*compound.buildings, *compound.surroundings)
    homes_near = sorted(set(homes) & {int(n) for n in near})
    found = (_of_building(look, eye, walls, n, buildings[n], near) for n in homes_near)
    return [glimpse for part in found for glimpse in part]


def _of_building(
    look: Optics, eye: Floats, walls: Walls, number: int, building: Building, near: Iterable[int]
) -> list[Glimpse]:
    goals, facing = _windows(walls.rings[number], eye)
    goals = goals[facing & (certainty(_reaching(look), eye, goals) > 0.0)]
    edges = walls.of(near)
    worst = np.zeros(len(goals))
    each_m = building.height_m / max(building.floors, 1)
    away = np.hypot(*(goals - eye).T)
    for floor in range(max(building.floors, 1)):
        at_m = floor * each_m + SILL_M
        slant = np.hypot(away, at_m - look.height_m)
        density = density_px_m(look.pixels_wide, look.hfov_deg, slant)
        inside = (density >= IDENTIFYING_PX_M) & _upright(look, away, at_m)
        if not inside.any():
            continue
        clear = ~hidden(eye, look.height_m, goals, edges, at_m)
        worst = np.where(inside & clear, np.maximum(worst, density), worst)
    kept = worst > 0.0
    return _grouped(building, goals[kept] - eye, worst[kept])


def _reaching(look: Optics) -> Optics:
    """The same lens without limits on the ground: a window need not stand where ground is seen."""
    return look._replace(near_m=0.0, far_m=np.inf)


def _upright(look: Optics, away: Floats, at_m: float) -> NDArray[np.bool_]:
    """Which places so high lie in the height of the picture; all where the tilt is not known."""
    if look.tilt_deg is None:
        return np.ones(len(away), bool)
    down = np.degrees(np.arctan2(look.height_m - at_m, away))
    return np.asarray(np.abs(down - look.tilt_deg) <= look.vfov_deg / 2)


def _windows(ring: Floats, eye: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Middles of the pieces of a façade, and which of them face the eye. Rings run to the left."""
    spans = np.diff(ring, axis=0)
    length = np.hypot(spans[:, 0], spans[:, 1])
    pieces = np.maximum(np.ceil(length / PIECE_M), 1).astype(int)
    rows = np.repeat(np.arange(len(spans)), pieces)
    order = np.arange(len(rows)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    goals = ring[:-1][rows] + spans[rows] * ((order + 0.5) / pieces[rows])[:, None]
    ways = eye - goals
    outward = spans[rows][:, 1] * ways[:, 0] - spans[rows][:, 0] * ways[:, 1]
    scale = np.maximum(length[rows] * np.hypot(ways[:, 0], ways[:, 1]), 1e-9)
    return goals, outward / scale >= FACED


def _grouped(building: Building, ways: Floats, density: Floats) -> list[Glimpse]:
    """Bearings of what is seen of one building as one mask, or several where nothing is between."""
    if not len(ways):
        return []
    away = np.hypot(ways[:, 0], ways[:, 1])
    half = np.degrees(np.arctan2(PIECE_M / 2, away)) + MARGIN_DEG
    bearing = np.degrees(np.arctan2(ways[:, 0], ways[:, 1])) % 360.0
    order = np.argsort(bearing)
    gaps = np.diff(bearing[order], append=bearing[order][0] + 360.0)
    order = np.roll(order, -int(np.argmax(gaps)) - 1)
    turned = (bearing[order] - bearing[order][0]) % 360.0
    apart = np.diff(turned) > half[order][:-1] + half[order][1:] + APART_DEG
    groups = np.split(order, np.flatnonzero(apart) + 1)
    return [
        Glimpse(
            building.id,
            building.name,
            round(float((bearing[group] - half[group])[0] % 360.0), 1),
            round(float((bearing[group] + half[group])[-1] % 360.0), 1),
            float(density[group].max()),
            float(away[group].min()),
        )
        for group in groups
    ]
