"""A compound to walk and look around in, drawn in metres about an origin: a block, a wall, a gate.

y
100 ─────── street (outside) ───────
 90 ═══ wall ═══╡ gate at x=60 ╞════
 60 ─────── lane ───────
 20 ┌── block, x 20..80 ──┐ 40
 10 ─────── lane ───────
    x=0                 x=100
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.support.builders.twin import HUODIAN
from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import (
    Building,
    Compound,
    DevicePlace,
    Entrance,
    LonLat,
    Path,
    ResponderCard,
    Wall,
)

ORIGIN = (113.15, 27.83)
XY = tuple[float, float]


def at(x: float, y: float) -> LonLat:
    """Metres east and north of the origin as a position."""
    lon, lat = lonlat_from_xy((x, y), ORIGIN)
    return float(lon), float(lat)


def metres(line: Sequence[LonLat]) -> list[XY]:
    """Positions as whole metres east and north of the origin."""
    return [(round(float(x)), round(float(y))) for x, y in xy_from_lonlat(np.array(line), ORIGIN)]


def a_path(name: str, *corners: XY, kind: str = "lane") -> Path:
    return Path(id=name, kind=kind, line=tuple(at(*xy) for xy in corners))


def a_block(
    name: str, west: float, south: float, east: float, north: float, *doors: XY, high: float = 18.0
) -> Building:
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Building(
        id=name,
        name=name,
        outline=tuple(at(*xy) for xy in ring),
        height_m=high,
        floors=6,
        entrances=tuple(Entrance(unit=str(n), lonlat=at(*xy)) for n, xy in enumerate(doors, 1)),
    )


def a_gate(name: str, x: float, y: float) -> DevicePlace:
    return DevicePlace(
        id=f"huodian/gate/{name}", kind="gate", name=name, lonlat=at(x, y), territory=HUODIAN
    )


def a_camera(
    number: int, x: float, y: float, azimuth_deg: float | None, **lens: Any
) -> DevicePlace:
    return DevicePlace(
        id=f"huodian/camera/{number}",
        kind="camera",
        name=f"C-{number}",
        lonlat=at(x, y),
        territory=HUODIAN,
        azimuth_deg=azimuth_deg,
        **({"height_m": 4.0, "hfov_deg": 90.0, "range_m": 40.0} | lens),
    )


def a_helper(name: str, x: float, y: float, *skills: str, role: str = "guard") -> ResponderCard:
    return ResponderCard(
        id=f"huodian/responder/{name}",
        name=name,
        role=role,
        skills=skills,
        territory=HUODIAN,
        post=at(x, y),
    )


def a_place(**more: Any) -> Compound:
    """The compound drawn at the head of this file; ``more`` replaces any part of it."""
    parts: dict[str, Any] = {
        "paths": (
            a_path("south", (0, 10), (100, 10)),
            a_path("north", (0, 60), (100, 60)),
            a_path("west", (0, 10), (0, 60)),
            a_path("east", (100, 60), (100, 10)),
            a_path("out", (60, 60), (60, 100)),
            a_path("street", (-50, 100), (150, 100), kind="road"),
        ),
        "buildings": (a_block("b1", 20, 20, 80, 40, (30, 20), (70, 20)),),
        "walls": (
            Wall(line=(at(-10, 90), at(58, 90))),
            Wall(line=(at(62, 90), at(110, 90))),
        ),
        "devices": (a_gate("东门", 60, 90),),
    }
    return Compound(
        id="huodian",
        name="火电小区",
        name_en="Huodian",
        territory=HUODIAN,
        origin=ORIGIN,
        outline=tuple(at(*xy) for xy in ((-10, 0), (110, 0), (110, 90), (-10, 90), (-10, 0))),
        **(parts | more),
    )
