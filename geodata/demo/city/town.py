"""The town between the compounds of the demo city: plain blocks, schools, markets, parks.

Each parcel is filled on a plane of its own whose x axis runs along its street; shapes leave in
metres east and north of the anchor.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import shapely

from geodata.demo.city.street_grid import Cell as Parcel
from geodata.demo.city.street_grid import StreetGrid
from geodata.demo.ways import blob
from geodata.drawing.buildings import XY
from geodata.drawing.plane import Plane

FLOOR_M = 3.0
SIZES = ((44, 12), (36, 13), (40, 12), (48, 13), (30, 12), (52, 12), (24, 20))
MIXES = {
    "default": "hhhhhhhsmopv",
    "qingyun": "hhhhmmmosp",
    "jianning": "hhhhmmmosp",
    "dongjiaduan": "hhhhhfffsp",
    "baiguan": "hhhhvvvvspp",
    "longquan": "hhhhhosppv",
}
"""What fills the parcels of a street: homes, school, market, offices, park, village, factory."""


Spot = tuple[XY, str]
"""A place in metres east and north of the anchor, and the territory it lies in."""


@dataclass
class PlainBuilding:
    """A plain building: its footprint in metres east and north of the anchor."""

    shape: shapely.Polygon
    floors: int
    use: str = "other"
    height_m: float = 0.0


@dataclass
class Town:
    """Everything built or planted between the compounds."""

    houses: list[PlainBuilding] = field(default_factory=list)
    grounds: list[tuple[str, shapely.Polygon, str]] = field(default_factory=list)
    schools: list[Spot] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)


def fill(
    town: Town, street_grid: StreetGrid, parcel: Parcel, territory: str, rng: random.Random
) -> None:
    """Build one parcel of a community."""
    frame = street_grid.course.frame(*parcel.middle)
    ground = frame.local(street_grid.polygon(parcel))
    mix = MIXES.get(territory.split(".")[1], MIXES["default"])
    build(town, frame, ground, rng.choice(mix), territory, rng)


def build(
    town: Town, frame: Plane, ground: shapely.Polygon, what: str, territory: str, rng: random.Random
) -> None:
    """Fill a piece of ground with what a letter of ``MIXES`` stands for."""
    free = ground.buffer(-3.0)
    shapely.prepare(free)

    def placed(shape: shapely.Polygon) -> shapely.Polygon:
        return shapely.transform(shape, lambda xy: frame.metres(xy))

    if what in "pv":
        lawn = ground.buffer(-1.0, join_style="mitre")
        town.grounds.append(("green", placed(lawn), "公园" if what == "p" else ""))
    if what == "p":
        west, south, east, north = ground.bounds
        radii = ((east - west) * 0.2, (north - south) * 0.16)
        pond = blob(((west + east) / 2, (south + north) / 2), radii, rng, points=20)
        if min(radii) > 12 and free.contains(pond):
            town.grounds.append(("water", placed(pond), ""))
        return
    middle = ground.representative_point()
    x, y = frame.metres([(middle.x, middle.y)])[0].tolist()
    xy = (float(x), float(y))
    (town.schools if what == "s" else town.spots).append((xy, territory))
    for shape, floors, use in _BUILT[what](free, rng):
        height = round(floors * FLOOR_M + 0.9, 1) if use != "factory" else 9.5
        town.houses.append(PlainBuilding(placed(shape), floors, use, height))
    if what == "s":
        field_ = _field(free)
        if field_ is not None:
            town.grounds.append(("sport", placed(field_), "操场"))


Built = tuple[shapely.Polygon, int, str]


def _homes(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    tall = rng.random() < 0.3
    floors = (11, 16, 18, 24, 27) if tall else (4, 5, 6, 6, 6, 7, 7)
    sizes = ((26, 17), (30, 16), (24, 20)) if tall else SIZES
    pitch = (rng.uniform(36, 42), 44.0) if tall else (48.0, rng.uniform(23, 29))
    yield from _rows(free, rng, sizes, pitch, floors, "residence")


def _village(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    for house in _rows(free, rng, ((11, 10), (13, 9), (9, 9)), (22.0, 21.0), (1, 2, 2, 3), "other"):
        if rng.random() < 0.7:
            yield house


def _market(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    yield from _rows(free, rng, ((62, 44), (54, 40), (70, 36)), (72, 52), (3, 4, 5, 6), "shop")


def _offices(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    sizes, floors = ((34, 28), (40, 26), (28, 28)), (12, 18, 24, 30)
    yield from _rows(free, rng, sizes, (48, 50), floors, "office")


def _factory(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    yield from _rows(free, rng, ((84, 30), (96, 36), (60, 30)), (104, 46), (1,), "factory")


def _school(free: shapely.Polygon, rng: random.Random) -> Iterator[Built]:
    _, south, _, north = free.bounds
    middle = (south + north) / 2
    for shape, floors, use in _rows(free, rng, ((56, 13), (48, 13)), (66, 34), (4, 5), "school"):
        if shape.centroid.y > middle:
            yield shape, floors, use


_BUILT = {
    "h": _homes, "v": _village, "m": _market, "o": _offices, "f": _factory, "s": _school,
}  # fmt: skip


def _rows(
    free: shapely.Polygon,
    rng: random.Random,
    sizes: tuple[tuple[int, int], ...],
    pitch: tuple[float, float],
    floors: tuple[int, ...],
    use: str,
) -> Iterator[Built]:
    """Boxes in rows that face south, those that fit."""
    west, south, east, north = free.bounds
    y = south + 1.0
    while y < north:
        x = west + rng.uniform(0, pitch[0] * 0.3)
        while x < east:
            wide, deep = rng.choice(sizes)
            shape = shapely.box(x, y, x + wide, y + deep)
            if free.contains(shape):
                if wide > 30 and deep < 15 and rng.random() < 0.2:
                    wing = shapely.box(x, y, x + 12, y + deep + 8)
                    if free.contains(wing):
                        shape = shapely.union(shape, wing)
                yield shape, rng.choice(floors), use
                x += max(pitch[0] * 0.8, wide + rng.uniform(6, 9))
            else:
                x += 5.0
        y += pitch[1]


def _field(free: shapely.Polygon) -> shapely.Polygon | None:
    """A running track on the southern half of a school's ground."""
    west, south, east, north = free.bounds
    deep = (north - south) / 2 - 8
    for wide, high in ((110.0, 60.0), (80.0, 44.0), (56.0, 30.0)):
        x, y = (west + east) / 2, south + 2 + high / 2
        line = shapely.LineString([(x - (wide - high) / 2, y), (x + (wide - high) / 2, y)])
        track = line.buffer(high / 2, quad_segs=6)
        if high < deep and free.contains(track):
            return track
    return None
