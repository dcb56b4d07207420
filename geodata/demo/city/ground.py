"""The ground of the demo city: what ``lusong.toml`` says, as cells, parcels and streets."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
import shapely

from geodata.demo.city.division_codes import COMMUNITIES, STREETS, numbered
from geodata.demo.city.street_grid import Cell, Course, Street, StreetGrid, cut
from geodata.demo.estate.layout import Brief
from geodata.demo.outskirts import BOUNDS
from geodata.demo.plane import ANCHOR, STREET
from geodata.drawing.buildings import XY
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import Jurisdiction

BY_HAND = "lusong.hejiatu.changtangwan"
"""The community of the compounds drawn by hand."""
SPLITS = {"whole": (1, 1), "half": (2, 1), "quarter": (2, 2)}
"""A compound's parcel: its cell cut into so many columns and rows."""
TURNED = (1, 3)
"""Of five halves these lie along the river, the others across it."""
SHALLOW_M = 300.0
TOWN_SPLITS = ((2, 1), (1, 2), (2, 2), (2, 2), (3, 2), (1, 1))


@dataclass(frozen=True)
class Community:
    """A community: its territory, its names, and its rectangle on the street grid."""

    jurisdiction: Jurisdiction
    name_en: str
    cell: Cell

    @property
    def territory(self) -> str:
        """Its path."""
        return self.jurisdiction.community


@dataclass(frozen=True)
class PlannedCompound:
    """A compound to be drawn: its parcel and what is asked for."""

    id: str
    name: str
    name_en: str
    community: Community
    parcel: Cell
    brief: Brief


@dataclass
class CityPlan:
    """The whole plan: street grid, communities, compounds' parcels, the town's parcels, streets."""

    id: str
    name: str
    name_en: str
    street_grid: StreetGrid
    hole: Cell
    shore: float
    river: tuple[float, float]
    creek: Cell
    street_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    communities: list[Community] = field(default_factory=list)
    sites: list[PlannedCompound] = field(default_factory=list)
    town: list[tuple[Cell, Community]] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)


def table() -> dict[str, Any]:
    """``lusong.toml``, parsed."""
    return tomllib.loads(resources.files(__package__).joinpath("lusong.toml").read_text("utf-8"))


def ground(seed: int) -> CityPlan:
    """Lay everything out; the seed changes how the town's cells are cut, not where things lie."""
    rows = table()
    hole = _hole(rows)
    street_grid = StreetGrid(
        _course(hole), tuple(map(float, rows["vs"])), tuple(map(float, rows["us"])), _wide(rows),
        (hole,),
    )  # fmt: skip
    low, high = street_grid.us[0], street_grid.us[-1]
    creek = Cell(float(rows["creek"][0]), float(rows["creek"][1]), low, high)
    found = CityPlan(
        rows["id"], rows["name"], rows["name_en"], street_grid, hole, float(rows["shore"]),
        (float(rows["river"][0]), float(rows["river"][1])), creek,
    )  # fmt: skip
    numbers = numbered([street["name"] for street in rows["street"]], STREETS)
    for street, number in zip(rows["street"], numbers, strict=True):
        found.street_names[f"{found.id}.{street['id']}"] = (street["name"], street["name_en"])
        found.communities += _communities(found, street, rows["code"] + number)
    _parcels(found, rows["compound"], random.Random(f"parcels {seed}"))
    return found


def patch() -> shapely.Polygon:
    """The ground of the street drawn by hand, in metres east and north of the anchor."""
    edge = shapely.segmentize(box(*BOUNDS).exterior, 40.0)
    return shapely.Polygon(STREET.metres([(x, y) for x, y in edge.coords]))


def _hole(rows: dict[str, Any]) -> Cell:
    return next(
        _rectangle(one)
        for street in rows["street"]
        for one in street["communities"]
        if f"{rows['id']}.{street['id']}.{one['id']}" == BY_HAND
    )


def _course(hole: Cell) -> Course:
    """A course on which the street drawn by hand lies in the middle of its hole."""
    ((x, y),) = STREET.metres([((BOUNDS[0] + BOUNDS[2]) / 2, (BOUNDS[1] + BOUNDS[3]) / 2)]).tolist()
    centre = Course(ANCHOR).metres([hole.middle])[0]
    return Course(ANCHOR, (round(x - centre[0], 1), round(y - centre[1], 1)))


def _rectangle(row: dict[str, Any]) -> Cell:
    return Cell(*map(float, (*row["v"], *row["u"])))


def _wide(rows: dict[str, Any]) -> dict[tuple[str, float], tuple[float, str]]:
    return {
        (line, float(at)): (float(width), name)
        for line in ("v", "u")
        for at, (width, name) in rows["roads"][line].items()
    }


def _communities(found: CityPlan, street: dict[str, Any], code: str) -> Iterator[Community]:
    numbers = numbered([row["name"] for row in street["communities"]], COMMUNITIES)
    for row, number in zip(street["communities"], numbers, strict=True):
        path = f"{found.id}.{street['id']}.{row['id']}"
        whose = Jurisdiction(path, code + number, row["name"], street["name"], found.name)
        yield Community(whose, row["en"], _rectangle(row))


def _parcels(found: CityPlan, compounds: list[dict[str, Any]], rng: random.Random) -> None:
    """Give every compound a parcel in its community, and the rest to the town."""
    found.streets += list(found.street_grid.streets())
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in compounds:
        wanted.setdefault(f"{found.id}.{row['community']}", []).append(row)
    cells = [cell for cell in found.street_grid.cells() if cell not in found.street_grid.merged]
    for community in found.communities:
        v, u = community.cell.middle
        own = [cell for cell in cells if community.cell.holds(*cell.middle)]
        own = [cell for cell in own if not found.creek.holds(*cell.middle)]
        own.sort(key=lambda cell: abs(cell.middle[0] - v) + abs(cell.middle[1] - u))
        left = _settled(found, community, own, wanted.get(community.territory, []))
        for cell in left:
            columns, rows = rng.choice(TOWN_SPLITS)
            parcels, streets = cut(found.street_grid, cell, columns, rows)
            found.streets += streets
            found.town += [(parcel, community) for parcel in parcels]


def _settled(
    found: CityPlan, community: Community, cells: list[Cell], rows: list[dict[str, Any]]
) -> list[Cell]:
    """Lay a community's compounds into its cells, one cell each while they last; what is left."""
    open_: dict[str, list[Cell]] = {}
    free = list(cells)
    for row in sorted(rows, key=lambda row: list(SPLITS).index(row["size"])):
        size = row["size"]
        if free:
            cell = free.pop(0)
            parcels, streets = cut(found.street_grid, cell, *_split(cell, size, len(found.sites)))
            found.streets += streets
            open_.setdefault(size, []).extend(parcels[1:])
            parcel = parcels[0]
        else:
            parcel = open_[size].pop(0)
        brief = {name: row[name] for name in Brief.__dataclass_fields__ if name in row}
        brief |= {name: tuple(row[name]) for name in ("court", "extra") if name in row}
        site = PlannedCompound(
            row["id"], row["name"], row["name_en"], community, parcel, Brief(**brief)
        )
        found.sites.append(site)
    found.town += [(parcel, community) for parcels in open_.values() for parcel in parcels]
    return free


def _split(cell: Cell, size: str, number: int) -> tuple[int, int]:
    """Columns and rows to cut a compound's cell into; a shallow cell is never cut along."""
    columns, rows = SPLITS[size]
    if cell.u1 - cell.u0 < SHALLOW_M:
        return columns, 1
    return (rows, columns) if size == "half" and number % 5 in TURNED else (columns, rows)


def connectors(found: CityPlan, lines: list[np.ndarray]) -> list[list[XY]]:
    """Short streets from where streets drawn by hand end to the street grid around them.

    ``lines`` and what comes back are in metres east and north of the anchor.
    """
    edge, around = patch().exterior, found.street_grid.polygon(found.hole).exterior
    links = []
    for line in lines:
        for end, before in ((line[-1], line[-2]), (line[0], line[1])):
            if edge.distance(shapely.Point(end)) > 1.0:
                continue
            way = (end - before) / np.hypot(*(end - before))
            ray = shapely.LineString([end, end + way * 400.0])
            met = shapely.get_coordinates(ray.intersection(around))
            if len(met):
                goal = min(met.tolist(), key=lambda xy: float(np.hypot(*(xy - end))))
                links.append([tuple(end.tolist()), tuple(goal)])
    return links
