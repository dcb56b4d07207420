"""One compound as addresses see it: buildings by number, gates, names, devices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from twin.addresses.candidates import Candidate, Note
from twin.addresses.language import Language
from twin.addresses.names import NameBook
from twin.addresses.parser import parse
from twin.places.model import Building, Compound, DevicePlace, Entrance, LonLat, Ring

GATES = ("gate", "barrier")
"""Kinds of device that stand where one comes in."""

_SIGN = re.compile(
    "(?<![A-Z0-9])([A-Z]{1,4})-?0*([0-9]{1,6})|(?<![0-9])0*([0-9]{1,6})号(?!楼)|(?<![0-9])0*([0-9]{1,6})$"
)
_COMPASS = {"东": (1, 0), "南": (0, -1), "西": (-1, 0), "北": (0, 1)}

Sees = Callable[[str], bool]
"""Whether a territory path may be seen by whoever asks."""


class Named(NamedTuple):
    """Something with a name of its own: a building without a number, an area, a service, a gate."""

    name: str
    kind: str
    id: str
    lonlat: LonLat
    territory: str
    building: str = ""


class CompoundAddresses:
    """A compound's addresses. Devices are looked through when asked for, the rest is at hand."""

    def __init__(self, compound: Compound, language: Language) -> None:
        self.compound, self._language = compound, language
        numbered: dict[str, list[tuple[Building, str]]] = {}
        named = []
        for building in compound.buildings:
            read = parse(building.name, language)
            if read.building and not read.rest and not read.until:
                numbered.setdefault(read.building, []).append((building, read.compound))
            else:
                named.append(building)
        self.numbered = {number: numbered[number] for number in sorted(numbered, key=natural)}
        self.named = [*_of_buildings(compound, named), *_of_others(compound, named)]

    @cached_property
    def names(self) -> NameBook:
        """The names of what has one, numbered as in ``named``."""
        return NameBook(((key, one.name) for key, one in enumerate(self.named)), self._language)

    @cached_property
    def signs(self) -> Signs:
        """What is written on the devices."""
        return Signs(self.compound.devices)

    @cached_property
    def gates(self) -> list[DevicePlace]:
        """The devices at which one comes in."""
        return [place for place in self.compound.devices if place.kind in GATES]

    def buildings(self, number: str, words: str, sees: Sees) -> list[Building]:
        """The buildings of a number that may be seen; words (二期) choose among equals."""
        there = [pair for pair in self.numbered.get(number, ()) if sees(self.path(pair[0]))]
        chosen = [pair for pair in there if pair[1] and pair[1] in words]
        return [building for building, _ in chosen or there]

    def numbers(self, sees: Sees) -> list[str]:
        """The numbers of buildings that may be seen, in the order people count."""
        return [
            number
            for number, pairs in self.numbered.items()
            if any(sees(self.path(building)) for building, _ in pairs)
        ]

    def path(self, building: Building) -> str:
        """The territory a building lies in."""
        return building.territory or self.compound.territory

    def candidate(self, building: Building, door: Entrance | None = None) -> Candidate:
        """A building, or one of its units, as a place to go to."""
        alone = building.entrances[0] if building.entrances else None
        at = door or alone
        return Candidate(
            kind="unit" if door else "building", id=building.id, name=building.name,
            compound=self.compound.id, territory=self.path(building), building=building.id,
            unit=unit_number(door.unit) if door else "",
            lonlat=at.lonlat if at else middle(building.outline),
        )  # fmt: skip

    def whole(self) -> Candidate:
        """The compound itself."""
        place = self.compound
        return Candidate(
            kind="compound", id=place.id, name=place.name, compound=place.id,
            territory=place.territory, lonlat=middle(place.outline),
        )  # fmt: skip

    def thing(self, one: Named) -> Candidate:
        """Something with a name as a place to go to."""
        return Candidate(
            kind=one.kind, id=one.id, name=one.name, compound=self.compound.id,
            territory=one.territory, lonlat=one.lonlat, building=one.building,
        )  # fmt: skip

    def device(self, place: DevicePlace) -> Candidate:
        """A device as a place to go to."""
        return Candidate(
            kind="gate" if place.kind in GATES else "device", id=place.id, name=place.name,
            compound=self.compound.id, territory=place.territory, lonlat=place.lonlat,
            building=place.building, unit=unit_number(place.unit), floor=place.floor,
            room=place.room,
        )  # fmt: skip


def _of_buildings(compound: Compound, buildings: Iterable[Building]) -> Iterator[Named]:
    for building in buildings:
        doors = building.entrances
        at = doors[0].lonlat if doors else middle(building.outline)
        path = building.territory or compound.territory
        yield Named(building.name, "building", building.id, at, path, building.id)


def _of_others(compound: Compound, buildings: Sequence[Building]) -> Iterator[Named]:
    """Areas and services, but for a service that its building is named after."""
    told = {(building.name, building.id) for building in buildings}
    for area in compound.areas:
        if area.name:
            yield Named(area.name, "area", area.id, middle(area.outline), compound.territory)
    for service in compound.services:
        if (service.name, service.building) in told:
            continue
        yield Named(service.name, "service", service.id, service.lonlat, service.territory)


def middle(ring: Ring) -> LonLat:
    """The mean of a ring's corners."""
    lon, lat = np.mean(ring[:-1] or ring, axis=0)
    return float(lon), float(lat)


def toward(ring: Ring, side: str) -> LonLat:
    """The middle of what a ring has farthest to a side: 东, 西南."""
    corners = np.array(ring)
    way = np.sum([_COMPASS[char] for char in side], axis=0)
    centre = np.array(middle(ring))
    reach = (corners - centre) @ way
    far = corners[reach >= reach.max() - 0.1 * np.ptp(reach)].mean(axis=0)
    return float(far[0]), float(far[1])


def unit_number(unit: str) -> str:
    """A unit's number without 单元.

    >>> unit_number("2单元"), unit_number("2")
    ('2', '2')
    """
    return unit.removesuffix("单元")


@lru_cache(maxsize=4096)
def natural(word: str) -> tuple[int, str]:
    """For sorting numbers the way people count: 2 before 10, and A3 after 3.

    >>> sorted(["10", "2", "A3"], key=natural)
    ['2', '10', 'A3']
    """
    digits = "".join(char for char in word if char.isdecimal())
    return (int(digits or "0") + 10_000 * (not word[:1].isdecimal()), word)


def sign(label: str) -> tuple[str, int]:
    """Letters and number of what is written on a device; -1 for a number it has not.

    >>> sign("灯杆 LP-031"), sign("3"), sign("1幢1单元2号梯"), sign("3幢1单元电梯")
    (('LP', 31), ('', 3), ('', 2), ('', -1))
    """
    found = _SIGN.search(label)
    if found is None:
        return "", -1
    return found[1] or "", int(found[2] or found[3] or found[4])


class Signs:
    """Kinds and signs of a compound's devices as arrays: 100,000 of them in a millisecond."""

    def __init__(self, places: Sequence[DevicePlace]) -> None:
        signs = [sign(place.name.upper()) for place in places]
        self._kinds, self._kind = np.unique([place.kind for place in places], return_inverse=True)
        self._words, self._word = np.unique([word for word, _ in signs], return_inverse=True)
        self._number = np.array([number for _, number in signs], dtype=np.int32)

    def meant(self, kind: str, label: str) -> list[int]:
        """Which devices are of a kind and bear a label, when these are given; letters may lack."""
        word, number = sign(label) if label else ("", -1)
        there = np.ones(len(self._number), dtype=bool)
        if kind:
            there &= (self._kinds == kind)[self._kind]
        if word:
            there &= (self._words == word)[self._word]
        if number >= 0:
            there &= self._number == number
        found: list[int] = np.flatnonzero(there).tolist()
        return found

    def nearest(self, kind: str, label: str) -> list[int]:
        """The devices of a kind, the one whose number is nearest to a label's first."""
        there = np.flatnonzero((self._kinds == kind)[self._kind])
        away = np.abs(self._number[there] - sign(label)[1])
        found: list[int] = there[np.argsort(away, kind="stable")].tolist()
        return found


def listed(words: Iterable[str], most: int = 8) -> str:
    """A few words in one, runs of numbers drawn together: 1-37、A.

    >>> listed(["1", "2", "3", "5", "西门"])
    '1-3、5、西门'
    """
    runs: list[list[str]] = []
    for word in words:
        last = runs[-1][-1] if runs else ""
        if last.isdecimal() and word.isdecimal() and int(word) == int(last) + 1:
            runs[-1].append(word)
        else:
            runs.append([word])
    shown = [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return "、".join(shown[:most]) + ("…" if len(shown) > most else "")


def note(code: str, /, **args: str | int) -> Note:
    """A reason with its words."""
    return Note(code, {name: str(value) for name, value in args.items()})
