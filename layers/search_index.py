"""What stands still, made searchable once: 100,000 names looked through as one array.

Substrings are found by comparing arrays, so the time does not depend on how many match; names
that many devices share are held and looked through once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.redaction import device_name
from layers.spelling import Spelled, Texts, normal
from twin import territory
from twin.address_words import words as address_words
from twin.catalogue import device_kinds
from twin.model import Compound, DevicePlace, LonLat

Mask = NDArray[np.bool_]

RANK = {"compound": 0, "responder": 1, "incident": 2, "building": 3, "service": 4, "area": 5,
        "device": 6}  # fmt: skip
"""Which types come first among what matches as well."""

KEPT_VIEWS = 64
"""Accounts' views of the rows held at once: one byte a row."""


class Row(NamedTuple):
    """Something that does not move and can be found."""

    type: str
    id: str
    name: str
    kind: str
    compound: int
    territory: str
    lonlat: LonLat | None


class Hit(NamedTuple):
    """A row that matches, and whether its name begins with what was typed."""

    row: Row
    begins: bool


def rows(compounds: Sequence[Compound], masked: bool) -> Iterator[Row]:
    """All that stands in some compounds and has a name."""
    for number, place in enumerate(compounds):
        whole = place.territory
        yield Row("compound", place.id, place.name, "", number, whole, place.origin)
        for one in place.buildings:
            where = one.territory or whole
            at = one.entrances[0].lonlat if one.entrances else one.outline[0]
            yield Row("building", one.id, one.name, "", number, where, at)
        for area in place.areas:
            if area.name:
                at = area.outline[0]
                yield Row("area", area.id, area.name, "", number, whole, at)
        for service in place.services:
            kind = f"service/{service.kind}"
            path, at = service.territory, service.lonlat
            yield Row("service", service.id, service.name, kind, number, path, at)
        yield from (_device(device, place, number, masked) for device in place.devices)


def _device(place: DevicePlace, compound: Compound, number: int, masked: bool) -> Row:
    name = device_name(place, compound, masked)
    return Row("device", place.id, name, place.kind, number, place.territory, place.lonlat)


class Index:
    """The rows of some compounds, for one screen class."""

    def __init__(self, compounds: Sequence[Compound], masked: bool) -> None:
        self._compounds = compounds
        found = list(rows(compounds, masked))
        order = np.lexsort(([len(row.name) for row in found], [RANK[row.type] for row in found]))
        self._rows = [found[i] for i in order.tolist()]
        self._name, names = _coded(row.name for row in self._rows)
        self._kind, self._kinds = _coded(row.kind for row in self._rows)
        self._path, self._paths = _coded(row.territory for row in self._rows)
        self._compound = np.array([row.compound for row in self._rows], dtype=np.int32)
        self._whole = np.array([row.type in ("compound", "area") for row in self._rows])
        self._texts = Texts([normal(name) for name in names])
        self._spelled = Spelled(names)
        self._kind_words = [_said(_kind_words(kind)) for kind in self._kinds]
        self._compound_words = [_said(_compound_words(place)) for place in compounds]
        self._views: OrderedDict[tuple[str, ...], Mask] = OrderedDict()

    def find(
        self, words: Sequence[str], prefixes: Sequence[str], here: str, limit: int
    ) -> list[Hit]:
        """Rows in which every word (of ``normal`` form) occurs, what begins with them first."""
        there = self._seen(tuple(prefixes)).copy()
        for word in words:
            there &= self._holding(word)
        begins = (self._texts.beginning(words[0]) | self._spelled.beginning(words[0]))[self._name]
        at_hand = np.array([place.id == here for place in self._compounds], dtype=bool)
        score = begins * 2 + at_hand[self._compound]
        hits: list[Hit] = []
        for wanted in (3, 2, 1, 0):
            best = np.flatnonzero(there & (score == wanted))[: limit - len(hits)]
            hits += [Hit(self._rows[i], wanted >= 2) for i in best.tolist()]
        return hits

    def _holding(self, word: str) -> Mask:
        """The rows of which the name, kind, compound or id holds a word."""
        named = self._texts.holding(word) | self._spelled.holding(word)
        kinds = np.array([_holds(said, word) for said in self._kind_words], dtype=bool)
        places = np.array([_holds(said, word) for said in self._compound_words], dtype=bool)
        found: Mask = named[self._name] | kinds[self._kind] | places[self._compound]
        return found | self._identified(word) if "/" in word else found

    def _identified(self, word: str) -> Mask:
        """Rows whose id begins with a word; only those of its compound are looked at."""
        numbers = [i for i, one in enumerate(self._compounds) if word.startswith(f"{one.id}/")]
        found: Mask = np.isin(self._compound, numbers)
        for i in np.flatnonzero(found).tolist():
            found[i] = self._rows[i].id.lower().startswith(word)
        return found

    def _seen(self, prefixes: tuple[str, ...]) -> Mask:
        """Which rows an account may see; of a compound and its grounds a part is enough."""
        if prefixes not in self._views:
            covered = np.array([territory.covers(prefixes, path) for path in self._paths])
            touched = np.array([territory.touches(prefixes, path) for path in self._paths])
            self._views[prefixes] = np.where(self._whole, touched[self._path], covered[self._path])
        self._views.move_to_end(prefixes)
        if len(self._views) > KEPT_VIEWS:
            self._views.popitem(last=False)
        return self._views[prefixes]


def _coded(words: Iterable[str]) -> tuple[NDArray[np.int32], list[str]]:
    """Each word as a number, and the words by number."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(word, len(numbers)) for word in words]
    return np.array(codes, dtype=np.int32), list(numbers)


def _kind_words(kind: str) -> list[str]:
    """What people call a kind of device or service."""
    known = address_words()
    if kind.startswith("service/"):
        name = kind.removeprefix("service/")
        return [name, *known.services.get(name, ())]
    row = device_kinds().get(kind)
    return [kind, row.label, row.en, *known.devices.get(kind, ())] if row else []


def _compound_words(place: Compound) -> list[str]:
    return [place.name, place.name_en, place.id, place.community_name]


def _said(words: Iterable[str]) -> tuple[str, Spelled]:
    words = [word for word in words if word]
    return "\n".join(map(normal, words)), Spelled(words)


def _holds(said: tuple[str, Spelled], word: str) -> bool:
    text, spelled = said
    return word in text or bool(spelled.holding(word).any())
