"""A city of Putuo's size, for measuring: a dozen drawn compounds placed 726 times.

``geodata/demo/city/putuo.toml`` has the numbers: 10 streets and towns, 27 areas, 59 blocks, 278
communities, 726 compounds and 100,000 devices.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import shapely
from scipy.spatial import cKDTree

from geodata.demo.city.city import City
from geodata.demo.city.division_codes import STREETS, numbered
from geodata.demo.city.street_grid import Cell, Course, Street, StreetGrid
from geodata.demo.city.template import Name, Template
from geodata.demo.city.town import Town, build
from geodata.demo.estate.layout import Brief
from geodata.demo.estate.whole import complete
from geodata.demo.plane import ANCHOR, demo_plan
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import Jurisdiction
from twin.places.model import Area, Building, Compound, District, Division, LonLat, Path

SWING_DEG, PERIOD_M = 7.0, 9500.0
WIDE_EVERY, WIDE_M, USUAL_M = 6, 22.0, 13.0
"""Every so many streets one is an avenue."""
STYLES = ("six", "seven", "old", "dense", "garden", "six", "office", "seven")
SIZES = ((150.0, 158.0), (156.0, 150.0), (146.0, 160.0))
STREETS_ACROSS = 5
STREET_M = 16.0
"""From the wall of a template to where its gates' ways end before they are led to the street."""
FILL = "hhompps"


@dataclass(frozen=True)
class Lot:
    """A mesh of the street grid: where it is counted, and the path of its community."""

    cell: Cell
    community: str = ""


def scale_city(seed: int = 1) -> City:
    """The whole city; the same for the same seed."""
    rows = tomllib.loads(resources.files(__package__).joinpath("putuo.toml").read_text("utf-8"))
    street_grid, rng = _street_grid(rows), random.Random(f"scale {seed}")
    places = _Divided(rows, street_grid)
    templates = [_template(number, seed) for number in range(len(STYLES))]
    settled = _settled(places, rows["compounds"], rng)
    compounds = list(_compounds(rows, places, templates, settled, rng))
    streets = _streets(places, compounds, settled)
    compounds = [
        msgspec.structs.replace(one, paths=one.paths + tuple(ways))
        for one, ways in zip(compounds, streets, strict=True)
    ]
    district = _district(rows, places, set(settled), rng)
    return City(district, sorted(compounds, key=lambda one: one.id))


def _street_grid(rows: dict[str, Any]) -> StreetGrid:
    vs, us = (
        tuple((n - count / 2) * pitch for n in range(count + 1))
        for count, pitch in ((rows["columns"], rows["pitch_v"]), (rows["rows"], rows["pitch_u"]))
    )
    wide = {
        (line, at): (WIDE_M, "")
        for line, lines in (("v", vs), ("u", us))
        for number, at in enumerate(lines)
        if number % WIDE_EVERY == 0
    }
    anchor: LonLat = (rows["anchor"][0], rows["anchor"][1])
    course = Course(anchor, (0.0, 0.0), 2.0, SWING_DEG, PERIOD_M, reach_m=vs[-1] + 800)
    return StreetGrid(course, vs, us, wide, usual_m=USUAL_M)


# --- divisions ------------------------------------------------------------------------------------


class _Divided:
    """The meshes shared out: streets are rectangles, all below them runs of meshes to and fro."""

    def __init__(self, rows: dict[str, Any], street_grid: StreetGrid) -> None:
        self.street_grid, self.rows = street_grid, rows
        self.ground = Plane(street_grid.course.anchor)
        grid = np.array(street_grid.cells(), dtype=object).reshape(rows["rows"], rows["columns"])
        self.streets: dict[str, list[Cell]] = {}
        halves = np.array_split(np.arange(rows["rows"]), len(rows["streets"]) // STREETS_ACROSS)
        columns = np.array_split(np.arange(rows["columns"]), STREETS_ACROSS)
        parts = [(half, column) for half in halves for column in columns]
        for (half, column), (name, _, _) in zip(parts, rows["streets"], strict=True):
            run = [
                grid[row, c]
                for n, c in enumerate(column)
                for row in (half if n % 2 == 0 else half[::-1])
            ]
            self.streets[f"{rows['id']}.{name}"] = run
        self.areas = _cut(self.streets, rows["areas"])
        self.blocks = _cut(self.areas, rows["blocks"])
        self.communities = _cut(self.blocks, rows["communities"])
        self.lots = [
            Lot(cell, _path(name)) for name, cells in self.communities.items() for cell in cells
        ]

    def divisions(self) -> Iterator[Division]:
        """Streets, areas, blocks, communities."""
        words = {f"{self.rows['id']}.{name}": (said, en) for name, said, en in self.rows["streets"]}
        for path, cells in self.streets.items():
            yield self._division(path, "street", *words[path], cells)
        for level, word, found in (("area", "片区", self.areas), ("block", "责任块", self.blocks)):
            for number, (name, cells) in enumerate(found.items(), start=1):
                members = tuple(_path(one) for one in self.communities if _in(one, name))
                one = self._division(
                    ".".join(name.split(".")[:2]), level, f"第{number}{word}",
                    f"{level.title()} {number}", cells,
                )  # fmt: skip
                yield msgspec.structs.replace(one, members=members)
        for number, (name, cells) in enumerate(self.communities.items()):
            said = f"{self.said(number)}居民区"
            yield self._division(_path(name), "community", said, f"Community {number + 1}", cells)

    def said(self, number: int) -> str:
        """What the people call a community: a stem, and which of that name it is."""
        stems = self.rows["stems"]
        return f"{stems[number % len(stems)]}{'一二三四五六七八九'[number // len(stems)]}"

    def _division(
        self, path: str, level: str, name: str, name_en: str, cells: Sequence[Cell]
    ) -> Division:
        shape = shapely.union_all([self.street_grid.polygon(cell) for cell in cells])
        return Division(
            territory=path, level=level, name=name, name_en=name_en, outline=self.ground.ring(shape)
        )


def _cut(found: dict[str, list[Cell]], count: int) -> dict[str, list[Cell]]:
    """Each run of meshes cut into pieces, ``count`` in all, named by number below its parent."""
    least, more = divmod(count, len(found))
    pieces: dict[str, list[Cell]] = {}
    longest = sorted(found, key=lambda name: -len(found[name]))[:more]
    for name, cells in found.items():
        parts = np.array_split(np.arange(len(cells)), least + (name in longest))
        for number, part in enumerate(parts, start=1):
            pieces[f"{name}.{number}"] = [cells[n] for n in part]
    return pieces


def _in(name: str, above: str) -> bool:
    return name.startswith(above + ".")


def _path(name: str) -> str:
    """The territory of a community: its street, and its numbers from area to community."""
    district, street, *numbers = name.split(".")
    return f"{district}.{street}.j{'-'.join(numbers)}"


# --- compounds ------------------------------------------------------------------------------------


def _template(number: int, seed: int) -> Template:
    """Draw one of the compounds that are placed again and again."""
    rng = random.Random(f"stamp {number} {seed}")
    wide, deep = SIZES[number % len(SIZES)]
    outline = box(-wide / 2, -deep / 2, wide / 2, deep / 2)
    plan = demo_plan(
        "t", "小区", "Stamp", outline, plane=Plane(ANCHOR), jurisdiction=Jurisdiction("a.b.c")
    )
    court = (("plaza",), ("sport",), ("green",))[number % 3]
    brief = Brief(STYLES[number], cameras=16 + number % 4, barriers=1, court=court)
    street = outline.buffer(STREET_M, join_style="mitre").exterior
    complete(plan, brief, [shapely.LineString(street.coords)], rng)
    return Template(plan)


def _settled(places: _Divided, count: int, rng: random.Random) -> list[int]:
    """Which lots have a compound: one at least in each community, then by chance."""
    first: dict[str, int] = {}
    for number, lot in enumerate(places.lots):
        first.setdefault(lot.community, number)
    rest = [number for number in range(len(places.lots)) if number not in set(first.values())]
    return sorted([*first.values(), *rng.sample(rest, count - len(first))])


def _compounds(
    rows: dict[str, Any],
    places: _Divided,
    templates: Sequence[Template],
    settled: Sequence[int],
    rng: random.Random,
) -> Iterator[Compound]:
    paths = dict.fromkeys(lot.community for lot in places.lots)
    numbers = {path: number for number, path in enumerate(paths)}
    words = {f"{rows['id']}.{name}": said for name, said, _ in rows["streets"]}
    codes = _codes(rows, list(paths))
    chosen = [rng.randrange(len(templates)) for _ in settled]
    quotas = _quotas([templates[n].size for n in chosen], rows["devices"])
    crewed: set[str] = set()
    counts: dict[str, int] = {}
    for lot_number, template, quota in zip(settled, chosen, quotas, strict=True):
        lot = places.lots[lot_number]
        street = lot.community.rpartition(".")[0]
        counts[street] = counts.get(street, 0) + 1
        number = numbers[lot.community]
        said = places.said(number)
        code = codes[lot.community]
        whose = Jurisdiction(lot.community, code, f"{said}居民区", words[street], rows["name"])
        name_id = f"{street.rpartition('.')[2]}-{counts[street]:03d}"
        kind = rows["kinds"][(counts[street] * 5 + number) % len(rows["kinds"])]
        name = Name(name_id, f"{said}{kind}", name_id.title(), whose)
        frame = places.street_grid.course.frame(*lot.cell.middle)
        around = frame.local(places.street_grid.polygon(lot.cell).exterior)
        crew = lot.community not in crewed
        crewed.add(lot.community)
        yield templates[template].place(name, frame, around, quota, crew=crew)


def _codes(rows: dict[str, Any], paths: Sequence[str]) -> dict[str, str]:
    """The twelve digits of each community, by its path."""
    found = {}
    numbers = numbered([said for _, said, _ in rows["streets"]], STREETS)
    for (name, _, _), number in zip(rows["streets"], numbers, strict=True):
        own = [path for path in paths if path.split(".")[1] == name]
        for path, last in zip(own, numbered(own, {}), strict=True):
            found[path] = f"{rows['code']}{number}{last}"
    return found


def _quotas(sizes: Sequence[int], total: int) -> list[int]:
    """``total`` devices shared out in proportion to what was drawn.

    Raises ValueError when less was drawn.
    """
    if sum(sizes) < total:
        raise ValueError(f"{sum(sizes)} devices were drawn of {total}")
    ends = np.floor(np.cumsum(sizes) * (total / sum(sizes)) + 1e-6).astype(int)
    ends[-1] = total
    return [int(b - a) for a, b in pairwise([0, *ends])]


def _streets(
    places: _Divided, compounds: Sequence[Compound], settled: Sequence[int]
) -> list[list[Path]]:
    """Every stretch of street with the nearest compound of each street (街道) that it touches."""
    owned: list[list[Path]] = [[] for _ in compounds]
    middles = np.array([places.lots[number].cell.middle for number in settled])
    names = [one.territory.split(".")[1] for one in compounds]
    stretches = list(places.street_grid.streets())
    mids = np.array([street.middle for street in stretches])
    for path, cells in places.streets.items():
        edges = np.array([(c.v0, c.v1, c.u0, c.u1) for c in cells])
        low, high = edges.min(axis=0), edges.max(axis=0)
        inside = (mids[:, 0] > low[0] - 1) & (mids[:, 0] < high[1] + 1)
        inside &= (mids[:, 1] > low[2] - 1) & (mids[:, 1] < high[3] + 1)
        own = np.array([n for n, name in enumerate(names) if path.endswith("." + name)])
        _, near = cKDTree(middles[own]).query(mids[inside])
        for number, at in zip(np.flatnonzero(inside), near, strict=True):
            ways = owned[own[at]]
            one = compounds[own[at]].id
            ways.append(_way(places, f"{one}/r{len(ways) + 1}", stretches[number]))
    return owned


def _way(places: _Divided, name: str, street: Street) -> Path:
    line = places.ground.ground(places.street_grid.course.metres(street.line))
    return Path(id=name, kind="road", line=line, width_m=street.width_m)


# --- the district ---------------------------------------------------------------------------------


def _district(
    rows: dict[str, Any], places: _Divided, settled: set[int], rng: random.Random
) -> District:
    street_grid, town = places.street_grid, Town()
    for number, lot in enumerate(places.lots):
        if number not in settled:
            frame = street_grid.course.frame(*lot.cell.middle)
            ground = frame.local(street_grid.polygon(street_grid.inside(lot.cell)))
            build(town, frame, ground, rng.choice(FILL), lot.community, rng)
    whole = Cell(street_grid.vs[0], street_grid.vs[-1], street_grid.us[0], street_grid.us[-1])
    name = rows["id"]
    return District(
        id=name,
        name=rows["name"],
        name_en=rows["name_en"],
        territory=name,
        origin=street_grid.course.anchor,
        outline=places.ground.ring(street_grid.polygon(whole)),
        divisions=tuple(places.divisions()),
        areas=tuple(
            Area(id=f"{name}/a{n}", kind=kind, outline=places.ground.ring(shape), name=said)
            for n, (kind, shape, said) in enumerate(town.grounds, start=1)
        ),
        paths=tuple(
            _way(places, f"{name}/r{n}", street)
            for n, street in enumerate(street_grid.streets(), start=1)
        ),
        buildings=tuple(
            Building(id=f"{name}/t{n}", name="", outline=places.ground.ring(house.shape),
                     height_m=house.height_m, floors=house.floors, use=house.use)
            for n, house in enumerate(town.houses, start=1)
        ),
        attribution="示范数据",
    )  # fmt: skip
