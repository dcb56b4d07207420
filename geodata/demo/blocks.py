"""Footprints of the buildings people know: slabs with stair towers and bays, towers, a nursery.

Everything is on the plane of ``geodata.demo.plane``: metres, south down. Slabs face south; their
doors are in the stair towers on the north façade, as they are in nearly every block built before
2000.
"""

from __future__ import annotations

import shapely
from shapely import affinity

from geodata.drawing.buildings import XY, Door, DrawnBuilding
from geodata.drawing.shapes import box

FLOOR_M = 2.9
PARAPET_M = 0.9
LOBBY_M = 4.5
"""The ground floor of a tower."""


def height_m(floors: int, ground_m: float = FLOOR_M) -> float:
    """The height of a block of some floors, parapet included."""
    return round(ground_m + (floors - 1) * FLOOR_M + PARAPET_M, 1)


def slab(
    number: int,
    corner: XY,
    units: int,
    floors: int,
    *,
    unit_m: float = 15.0,
    depth_m: float = 11.5,
    style: int = 0,
    lift: bool = False,
) -> DrawnBuilding:
    """A slab block whose body has its south-west corner at ``corner``."""
    west, south = corner
    centres = [west + unit_m * (n + 0.5) for n in range(units)]
    steps = [1.2 if style == 3 and n % 2 else 0.0 for n in range(units)]
    shape = shapely.union_all(
        [
            _unit(cx, south - step, unit_m, depth_m, style)
            for cx, step in zip(centres, steps, strict=True)
        ],
        grid_size=0.001,  # neighbours' walls may lie a rounding error apart
    )
    north = south + depth_m
    wells = [
        box(cx + unit_m / 2 - 1.0, north - 1.9, cx + unit_m / 2 + 1.0, north + 0.5)
        for cx in centres[:-1]
    ]
    shape = _clean(shape.difference(shapely.union_all(wells)))
    doors = tuple(
        Door(str(n + 1), (cx, north - step + 1.3), lift)
        for n, (cx, step) in enumerate(zip(centres, steps, strict=True))
    )
    return DrawnBuilding(f"b{number}", f"{number}幢", shape, floors, height_m(floors), doors=doors)


def _unit(cx: float, south: float, unit_m: float, depth_m: float, style: int) -> shapely.Polygon:
    """One unit: body, stair tower to the north, balcony bays or a recess to the south."""
    half, north = unit_m / 2, south + depth_m
    bay = (4.6 if style == 2 else 3.2) / 2
    bays = [cx + side * unit_m * 0.27 for side in (-1, 1)]
    parts = [
        box(cx - half, south, cx + half, north),
        box(cx - 1.5, north - 0.5, cx + 1.5, north + 1.3),
        *(box(x - bay, south - 1.2, x + bay, south) for x in bays),
    ]
    shape = shapely.union_all(parts)
    if style == 1:
        shape = shape.difference(box(cx - 1.3, south - 0.5, cx + 1.3, south + 1.4))
    return shape


def tower(
    number: int, centre: XY, floors: int, *, size: float = 1.0, flip: bool = False
) -> DrawnBuilding:
    """A butterfly-shaped tower, 32 x 21 m at size 1; the lobby is in the recess to the north.

    ``flip`` turns it about, with the lobby to the south.
    """
    wings = [
        box(-6, -9, 6, 6.5),
        *(_pair(-16, -10, -3, 0.5)),
        *(_pair(-14, 0, -4.2, 9.5)),
        *(_pair(-14.2, -11.2, -10.4, -9)),
        *(_pair(-8, -11.2, -4.6, -9)),
        *(_pair(-12.4, 9, -9, 10.6)),
    ]
    notches = [*_pair(-16.5, -4.2, -14.8, -2.2), box(-1.4, -10.5, 1.4, -7.4)]
    shape = shapely.union_all(wings).difference(shapely.union_all(notches))
    door, turn = (0.0, 6.5), (-1.0 if flip else 1.0)
    shape = affinity.scale(shape, size, size * turn, origin=(0, 0))
    shape = _clean(affinity.translate(shape, *centre))
    at = (centre[0] + door[0], round(centre[1] + door[1] * size * turn, 2))
    return DrawnBuilding(
        f"b{number}",
        f"{number}幢",
        shape,
        floors,
        height_m(floors, LOBBY_M),
        doors=(Door("1", at, True, (0.0, -turn)),),
    )


def _pair(west: float, south: float, east: float, north: float) -> list[shapely.Polygon]:
    """A box and its mirror image across the middle."""
    return [box(west, south, east, north), box(-east, south, -west, north)]


def nursery(block_id: str, name: str, corner: XY) -> DrawnBuilding:
    """A kindergarten of three floors around a playground that opens to the south, 46 x 26 m."""
    west, south = corner
    parts = [
        box(west, south + 14, west + 46, south + 26),
        box(west, south, west + 12, south + 16),
        box(west + 36, south + 4, west + 46, south + 16),
        box(west + 20, south + 25, west + 27, south + 28),
    ]
    door = Door("1", (west + 23.5, south + 28.0))
    shape = _clean(shapely.union_all(parts))
    return DrawnBuilding(block_id, name, shape, 3, 11.4, "kindergarten", (door,))


def hall(
    block_id: str, name: str, shape: shapely.Polygon, floors: int, use: str, door: Door | None
) -> DrawnBuilding:
    """A building of one's own shape: a duty room, a pump house, a podium of shops."""
    doors = (door,) if door else ()
    ground_m = 4.8 if use == "shop" else 3.4
    height = round(ground_m * floors + 0.6, 1)
    return DrawnBuilding(block_id, name, _clean(shape), floors, height, use, doors)


def _clean(shape: shapely.Geometry) -> shapely.Polygon:
    whole = shapely.normalize(shapely.set_precision(shape, 0.01))
    if not isinstance(whole, shapely.Polygon):
        raise ValueError(f"a footprint fell apart: {whole.geom_type}")
    return whole
