"""How complete a compound's addresses are, by the five duties: 采集 录入 融合 更新 管理.

Every measure counts things we hold: how many there are, how many are in order, and which are not.
What there is nothing to count of is not given. ``docs/explanation/addresses.md`` has the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import msgspec

from twin.addresses.compound_addresses import natural, unit_number
from twin.addresses.language import Language
from twin.addresses.parser import parse
from twin.places.model import Building, Compound, DevicePlace

DUTIES = ("collected", "entered", "merged", "updated", "managed")
"""采集, 录入, 融合, 更新, 管理."""
FRESH = timedelta(days=365)
"""A survey older than this is out of date. No standard that we know gives a period: it is ours."""

SHOWN = 12
"""Examples of what is missing that are named."""

HOMES = "residence"


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One count: ``done`` of ``total`` are in order; ``missing`` names some that are not."""

    duty: str
    name: str
    done: int
    total: int
    missing: tuple[str, ...] = ()


class _Rule(NamedTuple):
    """What is counted: things with their names, and whether each is in order."""

    duty: str
    name: str
    rows: Callable[[Compound], Iterable[tuple[str, bool]]]


def completeness(compound: Compound, today: date, language: Language) -> list[Measure]:
    """The measures of one compound; one of which there is nothing to count is left out."""
    found = []
    for rule in _rules(today, language):
        rows = list(rule.rows(compound))
        missing = sorted((name for name, good in rows if not good), key=natural)
        if rows:
            found.append(
                Measure(
                    duty=rule.duty, name=rule.name, done=len(rows) - len(missing),
                    total=len(rows), missing=tuple(missing[:SHOWN]),
                )
            )  # fmt: skip
    return found


def share(measures: Iterable[Measure], duty: str) -> float | None:
    """The mean share in order over the measures of a duty, or None when it has none."""
    shares = [one.done / one.total for one in measures if one.duty == duty]
    return sum(shares) / len(shares) if shares else None


def _homes(compound: Compound) -> list[Building]:
    return [one for one in compound.buildings if one.use == HOMES]


def _with_units(compound: Compound) -> Iterator[tuple[str, bool]]:
    """采集: every residence has at least one entrance, so that an address has a door."""
    return ((one.name, bool(one.entrances)) for one in _homes(compound))


def _with_floors(compound: Compound) -> Iterator[tuple[str, bool]]:
    """采集: the storeys of every residence are known."""
    return ((one.name, one.floors > 0) for one in _homes(compound))


def _numbered(language: Language, compound: Compound) -> Iterator[tuple[str, bool]]:
    """录入: the name of every residence is a number or letter that an address can hold."""
    return ((one.name or one.id, _reads(one.name, language)) for one in _homes(compound))


def _reads(name: str, language: Language) -> bool:
    read = parse(name, language)
    return bool(read.building) and not read.rest and not read.doubts


def _unique(compound: Compound) -> Iterator[tuple[str, bool]]:
    """录入: no two buildings have one name, no two doors of a building one unit."""
    names = [one.name for one in compound.buildings]
    for one in compound.buildings:
        units = [unit_number(door.unit) for door in one.entrances]
        yield one.name, names.count(one.name) == 1 and len(set(units)) == len(units)


def _coded(compound: Compound) -> Iterator[tuple[str, bool]]:
    """录入: the community's 12 digits are known."""
    yield compound.community_name or compound.name, len(compound.community_code) == 12


def _bound(compound: Compound) -> Iterator[tuple[str, bool]]:
    """融合: every device in a building is in one that exists, on a floor and in a unit it has."""
    buildings = {one.id: one for one in compound.buildings}
    for place in compound.devices:
        if place.building:
            yield place.name, _fits(place, buildings.get(place.building))


def _fits(place: DevicePlace, building: Building | None) -> bool:
    if building is None:
        return False
    units = {unit_number(door.unit) for door in building.entrances}
    floor = not building.floors or place.floor <= building.floors
    return floor and (not place.unit or unit_number(place.unit) in units)


def _surveyed(today: date, compound: Compound) -> Iterator[tuple[str, bool]]:
    """更新: the survey is not older than a year, and not of a day to come."""
    day = compound.surveyed
    good = day is not None and today - FRESH <= day <= today
    yield f"{compound.name} {day or ''}".strip(), good


def _in_grid(compound: Compound) -> Iterator[tuple[str, bool]]:
    """管理: every building lies in a grid, so that somebody answers for it."""
    grids = {grid.territory for grid in compound.grids}
    return ((one.name, one.territory in grids) for one in compound.buildings)


def _confirmed(compound: Compound) -> Iterator[tuple[str, bool]]:
    """管理: what an import proposed has been confirmed by somebody."""
    return ((one.name, not one.proposed) for one in compound.buildings)


def _rules(today: date, language: Language) -> tuple[_Rule, ...]:
    """What is counted on a day, with names read in a language."""
    return (
        _Rule("collected", "units", _with_units),
        _Rule("collected", "floors", _with_floors),
        _Rule("entered", "numbers", partial(_numbered, language)),
        _Rule("entered", "unique", _unique),
        _Rule("entered", "code", _coded),
        _Rule("merged", "devices", _bound),
        _Rule("managed", "grids", _in_grid),
        _Rule("managed", "confirmed", _confirmed),
        _Rule("updated", "surveyed", partial(_surveyed, today)),
    )
