"""What stands still, made searchable once: 100,000 names looked through as one array.

Substrings are found by comparing arrays, so the time does not depend on how many match; names
that many devices share are held and looked through once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.live.redaction import device_name
from layers.search.ngrams import Spelled, Texts, normal
from twin.addresses.language import Language
from twin.catalogue import DeviceKinds
from twin.places import territory
from twin.places.model import Area, Building, Compound, DevicePlace, LonLat, Service

Mask = NDArray[np.bool_]

RANK = {"compound": 0, "responder": 1, "incident": 2, "building": 3, "service": 4, "area": 5,
        "device": 6}  # fmt: skip
"""Which types come first among what matches as well."""

KEPT_VIEWS = 64
"""Accounts' views of the rows held at once: one byte a row."""


class SearchRow(NamedTuple):
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

    row: SearchRow
    begins: bool


class Naming(NamedTuple):
    """How things are called: devices by the kinds of a catalogue, without rooms when ``masked``."""

    language: Language
    kinds: DeviceKinds
    masked: bool


Thing = Compound | Building | Area | Service | DevicePlace


def things(compound: Compound) -> Iterator[Thing]:
    """All that stands in a compound and has a name, itself first."""
    yield compound
    yield from compound.buildings
    yield from (area for area in compound.areas if area.name)
    yield from compound.services
    yield from compound.devices


def _whole(one: Compound, number: int, compound: Compound, naming: Naming) -> SearchRow:
    return SearchRow("compound", one.id, one.name, "", number, one.territory, one.origin)


def _building(one: Building, number: int, compound: Compound, naming: Naming) -> SearchRow:
    at = one.entrances[0].lonlat if one.entrances else one.outline[0]
    path = one.territory or compound.territory
    return SearchRow("building", one.id, one.name, "", number, path, at)


def _area(one: Area, number: int, compound: Compound, naming: Naming) -> SearchRow:
    return SearchRow("area", one.id, one.name, "", number, compound.territory, one.outline[0])


def _service(one: Service, number: int, compound: Compound, naming: Naming) -> SearchRow:
    kind = f"service/{one.kind}"
    return SearchRow("service", one.id, one.name, kind, number, one.territory, one.lonlat)


def _device(one: DevicePlace, number: int, compound: Compound, naming: Naming) -> SearchRow:
    name = device_name(one, compound, naming.kinds, naming.masked)
    return SearchRow("device", one.id, name, one.kind, number, one.territory, one.lonlat)


_ROWS: dict[type[Any], Callable[..., SearchRow]] = {
    Compound: _whole,
    Building: _building,
    Area: _area,
    Service: _service,
    DevicePlace: _device,
}


class SearchIndex:
    """The rows of some compounds, for one screen class."""

    def __init__(self, compounds: Sequence[Compound], naming: Naming) -> None:
        self._compounds, self._naming = compounds, naming
        language = naming.language
        there = [(thing, i) for i, place in enumerate(compounds) for thing in things(place)]
        rows = [self._made(thing, i) for thing, i in there]
        order = np.lexsort(([len(row.name) for row in rows], [RANK[row.type] for row in rows]))
        rows = [rows[i] for i in order.tolist()]
        # Rows are made anew for what is found: a hundred bytes each, and few are ever shown.
        self._things = [there[i][0] for i in order.tolist()]
        self._name, names = _coded(row.name for row in rows)
        self._kind, self._kinds = _coded(row.kind for row in rows)
        self._path, self._paths = _coded(row.territory for row in rows)
        self._compound = np.array([row.compound for row in rows], dtype=np.int32)
        self._part_is_enough = np.array([row.type in ("compound", "area") for row in rows])
        self._texts = Texts([normal(name, language) for name in names])
        self._spelled = Spelled(names, language.readings)
        self._kind_words = [_said(_kind_words(kind, naming), language) for kind in self._kinds]
        self._compound_words = [_said(_compound_words(place), language) for place in compounds]
        self._views: OrderedDict[tuple[str, ...], Mask] = OrderedDict()

    def _made(self, thing: Thing, compound: int) -> SearchRow:
        make = _ROWS[type(thing)]
        return make(thing, compound, self._compounds[compound], self._naming)

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
            rows = (self._made(self._things[i], self._compound[i]) for i in best.tolist())
            hits += [Hit(row, wanted >= 2) for row in rows]
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
            found[i] = self._things[i].id.lower().startswith(word)
        return found

    def _seen(self, prefixes: tuple[str, ...]) -> Mask:
        """Which rows an account may see; of a compound and its grounds a part is enough."""
        if prefixes not in self._views:
            covered = np.array([territory.covers(prefixes, path) for path in self._paths])
            touched = np.array([territory.touches(prefixes, path) for path in self._paths])
            self._views[prefixes] = np.where(
                self._part_is_enough, touched[self._path], covered[self._path]
            )
        self._views.move_to_end(prefixes)
        if len(self._views) > KEPT_VIEWS:
            self._views.popitem(last=False)
        return self._views[prefixes]


def _coded(words: Iterable[str]) -> tuple[NDArray[np.int32], list[str]]:
    """Each word as a number, and the words by number."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(word, len(numbers)) for word in words]
    return np.array(codes, dtype=np.int32), list(numbers)


def _kind_words(kind: str, naming: Naming) -> list[str]:
    """What people call a kind of device or service."""
    known = naming.language.words
    if kind.startswith("service/"):
        name = kind.removeprefix("service/")
        return [name, *known.services.get(name, ())]
    row = naming.kinds.get(kind)
    return [kind, row.label, row.en, *known.devices.get(kind, ())] if row else []


def _compound_words(place: Compound) -> list[str]:
    return [place.name, place.name_en, place.id, place.community_name]


def _said(words: Iterable[str], language: Language) -> tuple[str, Spelled]:
    words = [word for word in words if word]
    return "\n".join(normal(word, language) for word in words), Spelled(words, language.readings)


def _holds(said: tuple[str, Spelled], word: str) -> bool:
    text, spelled = said
    return word in text or bool(spelled.holding(word).any())
