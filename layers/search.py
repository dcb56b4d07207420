"""Search: buildings, devices, people and cases by what people type, filtered like everything else.

A first form: every word must occur somewhere in a thing's words, after both were brought to one
way of writing (三栋一单元 becomes 3幢1单元). What begins with the words comes first, then the
shorter name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from layers.redaction import device_name, place_words
from twin import territory
from twin.catalogue import device_kinds, incident_kind
from twin.model import Compound, LonLat
from twin.state import Twin

LIMIT = 20
MAX_WORDS = 8

_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = re.compile("[零〇一二两三四五六七八九十百]+(?=[幢栋号单层楼室期门网])")
_SAME = str.maketrans({"栋": "幢", "楼": "幢", "號": "号"})


class Row(NamedTuple):
    """Something that can be found: ``words`` is searched, the rest is shown."""

    type: str
    id: str
    name: str
    detail: str
    compound: str
    lonlat: LonLat | None
    territory: str
    words: str


def normal(text: str) -> str:
    """One way of writing for what people write in several.

    >>> normal("三栋一单元"), normal("十二号楼 GATE"), normal("３幢")
    ('3幢1单元', '12幢 gate', '3幢')
    """
    halved = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    numbered = _NUMBER.sub(lambda found: str(_number(found.group())), halved.lower())
    return numbered.translate(_SAME).replace("号幢", "幢").strip()


def _number(words: str) -> int:
    """A Chinese number below a thousand.

    >>> [_number(words) for words in ("三", "十", "二十一", "一百零五")]
    [3, 10, 21, 105]
    """
    total, digit = 0, 0
    for word in words:
        if word in "十百":
            total += (digit or 1) * (10 if word == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[word]
    return total + digit


def find(
    twins: Mapping[str, Twin],
    prefixes: Sequence[str],
    text: str,
    *,
    masked: bool,
    limit: int = LIMIT,
) -> list[dict[str, Any]]:
    """What matches, best first, of what the account may see; rooms cannot be searched masked."""
    words = normal(text).split()[:MAX_WORDS]
    if not words:
        return []
    found = [
        row
        for twin in twins.values()
        for row in chain(_incidents(twin, masked), _responders(twin), _standing(twin, masked))
        if all(word in row.words for word in words) and territory.covers(prefixes, row.territory)
    ]
    found.sort(key=lambda row: (not row.words.startswith(words[0]), len(row.name), row.id))
    return [{k: v for k, v in row._asdict().items() if k != "words"} for row in found[:limit]]


def _incidents(twin: Twin, masked: bool) -> Iterator[Row]:
    for case in twin.incidents.values():
        title = incident_kind(case.kind)
        where = place_words(twin, case) if masked else case.place
        said = "" if masked else case.text
        words = normal(f"{title.label} {title.en} {case.id} {where} {said}")
        yield Row(
            "incident",
            case.id,
            title.label,
            where,
            case.compound,
            case.lonlat,
            case.territory,
            words,
        )


def _responders(twin: Twin) -> Iterator[Row]:
    for responder in twin.responders.values():
        card = responder.card
        place = territory.compound_of(card.territory) or ""
        words = normal(f"{card.name} {card.id} {card.role}")
        yield Row(
            "responder",
            card.id,
            card.name,
            card.role,
            place,
            responder.lonlat,
            card.territory,
            words,
        )


_rows_of: WeakKeyDictionary[Twin, dict[bool, list[Row]]] = WeakKeyDictionary()


def _standing(twin: Twin, masked: bool) -> list[Row]:
    """What does not move, made searchable once for each twin: there may be 100,000 of them."""
    rows = _rows_of.setdefault(twin, {})
    if masked not in rows:
        compounds = twin.compounds.values()
        rows[masked] = [
            *chain.from_iterable(map(_buildings, compounds)),
            *chain.from_iterable(_devices(compound, masked) for compound in compounds),
        ]
    return rows[masked]


def _buildings(compound: Compound) -> Iterator[Row]:
    for building in compound.buildings:
        units = (f"{building.name}{_unit(door.unit)}" for door in building.entrances)
        words = normal(" ".join((building.name, *units, compound.name)))
        where = building.territory or compound.territory
        yield Row(
            "building", building.id, building.name, compound.name, compound.id,
            building.outline[0], where, words,
        )  # fmt: skip


def _unit(unit: str) -> str:
    return unit if unit.endswith("单元") else f"{unit}单元"


def _devices(compound: Compound, masked: bool) -> Iterator[Row]:
    for place in compound.devices:
        kind = device_kinds()[place.kind]
        name = device_name(place, compound, masked)
        words = normal(f"{name} {kind.label} {kind.en} {place.id} {compound.name}")
        yield Row(
            "device", place.id, name, kind.label, compound.id, place.lonlat, place.territory, words
        )
