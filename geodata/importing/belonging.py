"""Whose a compound's parts are: an imported file speaks of its own compound and of no other.

Ids and territories decide what a screen shows to whom and which device an event speaks of. A file
that names those of another compound would take its cameras and people over, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from geodata.checks import Fault
from geodata.compound_fields import FIELDS, CompoundField
from geodata.importing.report.sentences import say
from geodata.soundness import NOWHERE, called
from twin.errors import InvalidTerritory
from twin.places.model import Compound, LonLat
from twin.places.territory import LEVELS, contains, parse

SHOWN = 120
"""Characters of a foreign value that are quoted."""


def strays(compound: Compound, territory: str) -> list[Fault]:
    """What in a compound is not of the compound at ``territory``: file, feature and value of each.

    ``territory`` has four labels. An empty territory of a building, or building of a device, says
    nothing and is no fault.
    """
    label = territory.rpartition(".")[2]
    found = []
    if compound.id != label:
        words = say("compound_id", file="compound.geojson", value=_quoted(compound.id), label=label)
        found.append(Fault(_quoted(compound.id), _first(compound.outline), "foreign id", words))
    for part in FIELDS.values():
        for number, thing in enumerate(getattr(compound, part.name), start=1):
            found += _astray(part, thing, number, territory, label)
    return found


def _astray(
    part: CompoundField, thing: Any, number: int, territory: str, label: str
) -> Iterator[Fault]:
    file = f"{part.name}.geojson"
    for field in part.bound:
        value = getattr(thing, field)
        own = value.startswith(f"{label}/") and len(value) > len(label) + 1
        if not own and (value or field == "id"):
            about = {"file": file, "number": number, "field": field, "value": _quoted(value)}
            words = say("id_elsewhere", **about, label=label)
            yield Fault(called(part.name, number, thing), _place(part, thing), "foreign id", words)
    if part.territory and not _inside(thing.territory, territory, part.territory):
        about = {"file": file, "number": number, "value": _quoted(thing.territory)}
        words = say("territory_elsewhere", **about, territory=territory)
        name = called(part.name, number, thing)
        yield Fault(name, _place(part, thing), "foreign territory", words)


def _inside(value: str, territory: str, need: str) -> bool:
    """Whether a part's territory is the compound's or a grid's of it; a grid's own is a grid's."""
    if not value:
        return need == "may"
    try:
        labels = parse(value)
    except InvalidTerritory:
        return False
    return contains(territory, value) and (len(labels) == len(LEVELS) or need != "grid")


def _place(part: CompoundField, thing: Any) -> LonLat:
    shape = getattr(thing, part.geometry)
    return shape if part.geometry in ("lonlat", "post") else _first(shape)


def _first(line: tuple[LonLat, ...]) -> LonLat:
    return line[0] if line else NOWHERE


def _quoted(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
