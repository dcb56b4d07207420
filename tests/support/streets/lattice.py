"""A small district: the demo's compounds, copied side by side, in streets and communities."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bench.street import copied
from geodata.demo.street import build_street
from twin.places.model import Area, Compound, District, Division, Path, Ring

NAME = "lusong"
_COLUMNS, _STEP_LON, _STEP_LAT = 33, 0.0046, 0.0042
_WEST, _SOUTH = 113.05, 27.75


def city(
    compounds: int, communities: int, streets: int, devices: int
) -> tuple[list[Compound], District]:
    """Compounds with together exactly ``devices`` devices, and the district around them."""
    plans = [msgspec.structs.replace(one, surroundings=()) for one in build_street(1)]
    full, rest = divmod(devices, compounds)
    made = []
    for number in range(compounds):
        community = number * communities // compounds
        path = f"{NAME}.s{community * streets // communities}.k{community}"
        made.append(_placed(plans[number % len(plans)], number, path, full + (number < rest)))
    return made, _district(made)


def _placed(plan: Compound, number: int, community: str, devices: int) -> Compound:
    row, column = divmod(number, _COLUMNS)
    here = (_WEST + column * _STEP_LON, _SOUTH + row * _STEP_LAT)
    by = (here[0] - plan.origin[0], here[1] - plan.origin[1])
    copy = copied(plan, f"c{number}", by, devices)
    words = msgspec.json.encode(copy).decode()
    old = plan.territory.rpartition(".")[0]
    return msgspec.structs.replace(
        msgspec.json.decode(words.replace(f'"{old}.', f'"{community}.'), type=Compound),
        name=f"第{number + 1}小区", name_en=f"Compound {number + 1}",
        street_name=f"{community.split('.')[1]}街道", community_name=community.split(".")[2],
    )  # fmt: skip


def _box(west: float, south: float, east: float, north: float) -> Ring:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def _around(compounds: Iterable[Compound]) -> Ring:
    lons, lats = zip(*(point for one in compounds for point in one.outline), strict=True)
    return _box(min(lons), min(lats), max(lons), max(lats))


def _district(compounds: list[Compound]) -> District:
    """Divisions as boxes around what they hold, a road along every row and column, a river."""
    levels = {"street": 2, "community": 3}
    divisions = []
    for level, depth in levels.items():
        inside: dict[str, list[Compound]] = {}
        for one in compounds:
            inside.setdefault(".".join(one.territory.split(".")[:depth]), []).append(one)
        divisions += [
            Division(territory=path, level=level, name=path.split(".")[-1],
                     name_en=path.split(".")[-1], outline=_around(some))
            for path, some in inside.items()
        ]  # fmt: skip
    (west, south), _, (east, north), *_ = outline = _around(compounds)
    rows, columns = range(-(-len(compounds) // _COLUMNS) + 1), range(_COLUMNS + 1)
    lines = [((west, y), (east, y)) for y in (_SOUTH + (n - 0.5) * _STEP_LAT for n in rows)]
    lines += [((x, south), (x, north)) for x in (_WEST + (n - 0.5) * _STEP_LON for n in columns)]
    return District(
        id=NAME, name="区", name_en="District", territory=NAME, origin=(west, south),
        outline=outline, divisions=tuple(divisions),
        areas=(Area(id=f"{NAME}/area/1", kind="water",
                    outline=_box(west - 0.01, south, west - 0.004, north)),),
        paths=tuple(Path(id=f"{NAME}/path/{number}", kind="road", line=line, width_m=12.0)
                    for number, line in enumerate(lines, 1)),
    )  # fmt: skip
