"""The demo city between its compounds: divisions, river, road net, and what serves everybody."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.demo.city.ground import CityPlan, connectors
from geodata.demo.city.street_grid import Cell
from geodata.demo.city.town import Town
from geodata.demo.plane import ANCHOR, EAST_NORTH
from twin.places.metres import xy_from_lonlat
from twin.places.model import (
    Area,
    Building,
    Compound,
    District,
    Division,
    Path,
    Service,
)

BEYOND_M = 500.0
BRIDGES = (-850.0, 850.0)
"""Where bridges cross the river."""
CREEK_M = 11.0
"""Half of the creek's width."""
HOSPITALS = (("芦淞人民医院", 620), ("枫溪医院", 260), ("南方航空职工医院", 180))
FIRE_STATIONS = ("芦淞消防救援站", "白关小型消防站")


def district(
    found: CityPlan,
    town: Town,
    buildings: Sequence[Building],
    by_hand: Sequence[Compound],
    beds: Sequence[int],
    seed: int,
) -> District:
    """The district; ``beds`` are those of the day-care centres outside the compounds."""
    street_grid = found.street_grid
    whole = Cell(street_grid.vs[0], street_grid.vs[-1], found.shore, street_grid.us[-1])
    return District(
        id=found.id,
        name=found.name,
        name_en=found.name_en,
        territory=found.id,
        origin=ANCHOR,
        outline=EAST_NORTH.ring(street_grid.polygon(whole)),
        divisions=tuple(_divisions(found)),
        areas=tuple(_areas(found, town)),
        paths=tuple(_roads(found, by_hand)),
        buildings=tuple(buildings),
        services=tuple(_services(found, town, beds, seed)),
        attribution="示范数据",
    )


def _divisions(found: CityPlan) -> Iterator[Division]:
    """Streets, then communities; their borders share every vertex."""
    shapes = {
        community.territory: found.street_grid.polygon(community.cell)
        for community in found.communities
    }
    for path, (name, name_en) in found.street_names.items():
        own = [shape for one, shape in shapes.items() if one.startswith(path + ".")]
        outline = EAST_NORTH.ring(shapely.union_all(own))
        yield Division(territory=path, level="street", name=name, name_en=name_en, outline=outline)
    for community in found.communities:
        yield Division(
            territory=community.territory,
            level="community",
            name=community.jurisdiction.community_name,
            name_en=community.name_en,
            outline=EAST_NORTH.ring(shapes[community.territory]),
        )


def _areas(found: CityPlan, town: Town) -> Iterator[Area]:
    street_grid = found.street_grid
    west, east = street_grid.vs[0], street_grid.vs[-1]
    high, first = found.river[1], street_grid.us[0]
    creek = found.creek
    middle = (creek.v0 + creek.v1) / 2
    mouth = Cell(middle - CREEK_M, middle + CREEK_M, high - 1.0, creek.u1)
    rows = [
        ("water", _river(found), "湘江"),
        ("water", street_grid.polygon(mouth), "枫溪港"),
        (
            "green",
            street_grid.polygon(Cell(west, creek.v0, high + 2.0, first - 13.0)),
            "湘江风光带",
        ),
        (
            "green",
            street_grid.polygon(Cell(creek.v1, east, high + 2.0, first - 13.0)),
            "湘江风光带",
        ),
    ]
    for u0, u1 in zip(street_grid.us, street_grid.us[1:], strict=False):
        bank = street_grid.inside(Cell(creek.v0, creek.v1, u0, u1))
        sides = (
            Cell(bank.v0, middle - CREEK_M - 1.0, bank.u0, bank.u1),
            Cell(middle + CREEK_M + 1.0, bank.v1, bank.u0, bank.u1),
        )
        rows += [("green", street_grid.polygon(side), "") for side in sides]
    for number, (kind, shape, name) in enumerate([*rows, *town.grounds], start=1):
        yield Area(id=f"{found.id}/a{number}", kind=kind, outline=EAST_NORTH.ring(shape), name=name)


def _river(found: CityPlan) -> shapely.Polygon:
    """The river: one bank along the promenade, the other as it likes, both past the district."""
    low, high = found.river
    vs = np.arange(
        found.street_grid.vs[0] - BEYOND_M, found.street_grid.vs[-1] + BEYOND_M + 1, 40.0
    )
    near = [(float(v), high + 5.0 * math.sin(v / 310.0)) for v in vs]
    far = [(float(v), low - 70.0 * math.sin(v / 900.0) - 25.0 * math.sin(v / 260.0)) for v in vs]
    return shapely.Polygon(found.street_grid.course.metres([*near, *far[::-1]]))


def _roads(found: CityPlan, by_hand: Sequence[Compound]) -> Iterator[Path]:
    course = found.street_grid.course
    number = 0
    for number, street in enumerate(found.streets, start=1):
        yield Path(
            id=f"{found.id}/r{number}",
            kind="road",
            line=EAST_NORTH.ground(course.metres(street.line)),
            width_m=street.width_m,
        )
    for v in BRIDGES:
        number += 1
        line = course.metres([(v, found.street_grid.us[0]), (v, found.river[0] - 120.0)])
        yield Path(id=f"{found.id}/r{number}", kind="road", line=EAST_NORTH.ground(line),
                   width_m=26.0)  # fmt: skip
    for extra, link in enumerate(connectors(found, roads_of(by_hand)), start=number + 1):
        yield Path(
            id=f"{found.id}/r{extra}", kind="road", line=EAST_NORTH.ground(link), width_m=12.0
        )


def roads_of(by_hand: Sequence[Compound]) -> list[NDArray[np.float64]]:
    """The roads of compounds in metres east and north of the anchor."""
    return [
        xy_from_lonlat(np.array(path.line), ANCHOR)
        for compound in by_hand
        for path in compound.paths
        if path.kind == "road"
    ]


def _services(found: CityPlan, town: Town, beds: Sequence[int], seed: int) -> Iterator[Service]:
    rng = random.Random(f"services {seed}")
    spots = list(town.spots)
    rng.shuffle(spots)
    for number, (xy, territory) in enumerate(town.schools, start=1):
        words = ("小学", "中学", "实验学校", "幼儿园")[number % 4]
        name = f"{_said(found, territory)}{words}"
        yield _service(found, "school", number, name, xy, territory)
    for number, (name, capacity) in enumerate(HOSPITALS, start=1):
        xy, territory = spots.pop()
        yield _service(found, "hospital", number, name, xy, territory, capacity)
    for number, name in enumerate(FIRE_STATIONS, start=1):
        xy, territory = spots.pop()
        yield _service(found, "fire_station", number, name, xy, territory)
    for kind, word in (("police", "派出所"), ("clinic", "社区卫生服务中心")):
        paths = list(found.street_names) if kind == "police" else _paths(found)
        for number, path in enumerate(paths, start=1):
            xy, territory = _spot(spots, path)
            said = found.street_names[path][0][:-2] if kind == "police" else _said(found, path)
            yield _service(found, kind, number, f"{said}{word}", xy, territory)
    communities = _paths(found)
    for number, count in enumerate(beds, start=1):
        path = communities[number % len(communities)]
        xy, territory = _spot(spots, path)
        name = f"{_said(found, territory)}第{number}日间照料中心"
        yield _service(found, "day_care", number, name, xy, territory, count)


def _paths(found: CityPlan) -> list[str]:
    return [community.territory for community in found.communities]


def _said(found: CityPlan, territory: str) -> str:
    """What a community is called, without the word for what it is."""
    names = {one.territory: one.jurisdiction.community_name for one in found.communities}
    return names[territory].removesuffix("社区").removesuffix("村")


def _spot(
    spots: list[tuple[tuple[float, float], str]], path: str
) -> tuple[tuple[float, float], str]:
    """A spot of the town in a territory, or else in the same street; taken from the list."""
    for within in (path, path.rpartition(".")[0], ""):
        for number, (_, territory) in enumerate(spots):
            if territory == within or territory.startswith(within):
                return spots.pop(number)
    raise ValueError("no spot left in the town")


def _service(
    found: CityPlan,
    kind: str,
    number: int,
    name: str,
    xy: tuple[float, float],
    territory: str,
    capacity: int = 0,
) -> Service:
    return Service(
        id=f"{found.id}/{kind}/{number}",
        kind=kind,
        name=name,
        lonlat=EAST_NORTH.ground([xy])[0],
        territory=territory,
        capacity=capacity,
        hours="" if kind in ("hospital", "fire_station", "police") else "08:00-18:00",
    )
