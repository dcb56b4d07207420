"""The geocoder: what an address means on our own ground, never guessed in silence.

A place is the entrance of a unit, with its floor; where two places fit, both are given, and where
none does, the nearest with the reason. Nothing outside the asker's territory is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from twin.addresses.candidates import Candidate, Note, Resolution
from twin.addresses.compound_addresses import CompoundAddresses, Sees, note
from twin.addresses.language import Language
from twin.addresses.locate import located
from twin.addresses.names import GENERIC, Found, NameBook, bare
from twin.addresses.parser import Address, parse
from twin.places import territory
from twin.places.model import Compound

MOST = 24
"""Candidates that are given at most."""

_LEVELS = (
    ("community", "community_name"),
    ("street", "street_name"),
    ("district", "district_name"),
)


class Gazetteer:
    """Addresses of some compounds. Built once for a set of places; asking changes nothing."""

    def __init__(self, compounds: Iterable[Compound], language: Language) -> None:
        self._language = language
        self.sites = [CompoundAddresses(compound, language) for compound in compounds]
        places = [site.compound for site in self.sites]
        self._names = NameBook(_names(places), language)
        self._above = {
            field: NameBook(
                ((key, getattr(place, field)) for key, place in enumerate(places)), language
            )
            for _, field in _LEVELS
        }

    def prepare(self) -> None:
        """Work out what is otherwise worked out when first asked for."""
        for site in self.sites:
            site.signs.meant("", "")
            site.names.find("a")

    def resolve(
        self,
        text: str,
        prefixes: Sequence[str] | None = None,
        *,
        here: str = "",
        masked: bool = False,
    ) -> Resolution:
        """What a text means for who may see ``prefixes`` (None: all).

        ``here`` is the compound on screen, which comes first among equals. ``masked`` finds
        nothing in flats.
        """
        address = parse(text, self._language)
        if address == Address(rest=address.rest) and not "".join(address.rest):
            return Resolution(address, ())
        if masked and address.room:
            return Resolution(address, ())
        sees = _seeing(prefixes)
        open_ = [key for key, site in enumerate(self.sites) if _touched(prefixes, site)]
        address = self._storey(address, open_)
        found = [
            candidate
            for key, words, notes in self._compounds(address, open_)
            for candidate in self._within(key, address, words, notes, sees)
            if not (masked and candidate.room)
        ]
        return Resolution(address, tuple(_ranked(found, here, len(open_))))

    def _storey(self, address: Address, open_: list[int]) -> Address:
        """``东裙楼二楼``: behind a building that has a name, what was in doubt is a floor."""
        if not (address.doubts and address.doubts[0].endswith("楼")):
            return address
        if not any(self._holds(key, address.compound, endings=True) for key in open_):
            return address
        floor = int(address.building) if address.building.isdecimal() else 0
        return msgspec.structs.replace(address, building="", floor=floor, doubts=())

    def _compounds(
        self, address: Address, open_: list[int]
    ) -> Iterator[tuple[int, str, tuple[Note, ...]]]:
        """Compounds that may be meant, the words left for inside, and what was read otherwise."""
        rest = " ".join(word for word in address.rest if not _is_remark(word))
        spared = [_remark(address)] if any(map(_is_remark, address.rest)) else []
        general = (*_slips(address), *spared)
        level = self._of_level(address, open_)
        if address.community and level is None:  # no community of ours: the name goes on behind it
            name = f"{address.community}{address.compound}"
            address = msgspec.structs.replace(address, community="", compound=name)
        words = " ".join(filter(None, (address.compound, rest)))
        named = self._by_name(words, open_)
        if not named and words and words not in GENERIC:
            yield from self._by_content(words, address, level or open_, general)
        elif not named:
            yield from ((key, "", general) for key in level or open_)
        for one in named:
            differs = _differing(address, self.sites[one.key].compound, self._language)
            yield one.key, one.left, (*general, *_read_as(one), *differs)

    def _by_name(self, words: str, open_: list[int]) -> list[Found]:
        """Compounds by the name written, or all of the community it turned out to be."""
        seen = set(open_)
        named = [one for one in self._names.find(words) if one.key in seen]
        exact = [one for one in named if not one.written]
        inside = [key for key in open_ if self._holds(key, words)]
        if exact and not (inside and any(one.left for one in exact)):
            return exact
        if inside:
            return [Found(key, "", words.replace(" ", "")) for key in inside]
        level = [one for one in self._levels(words) if one.key in seen and not one.written]
        return level or exact or named

    def _holds(self, key: int, words: str, endings: bool = False) -> bool:
        """Whether something in a compound has just this name, or the words end in one."""
        plain = self._language.plain
        words = plain(words).replace(" ", "")
        names = [plain(one.name) for one in self.sites[key].named] if words else []
        return words in names or (endings and words.endswith(tuple(names)))

    def _levels(self, words: str) -> list[Found]:
        ways = (self._above[field].find(words) for _, field in _LEVELS)
        return next((found for found in ways if found), [])

    def _of_level(self, address: Address, open_: list[int]) -> list[int] | None:
        """Of the compounds that may be seen those of the community, street or district said."""
        plain = self._language.plain
        for column, field in _LEVELS:
            said = bare(plain(getattr(address, column)))
            names = {key: getattr(self.sites[key].compound, field) for key in open_}
            kept = [key for key in open_ if said and bare(plain(names[key])) == said]
            if kept:
                return kept
        return None

    def _by_content(
        self, words: str, address: Address, open_: list[int], general: tuple[Note, ...]
    ) -> Iterator[tuple[int, str, tuple[Note, ...]]]:
        """No compound has the name: something inside one may, else the nearest are given."""
        holding = [key for key in open_ if self.sites[key].names.find(words)]
        if holding and not address.building:
            yield from ((key, words, general) for key in holding)
            return
        nearest = [key for key in self._names.nearest(words) if key in set(open_)]
        why = note("no_such_compound", written=words)
        yield from ((key, "", (*general, why)) for key in nearest or open_)

    def _within(
        self, key: int, address: Address, words: str, notes: tuple[Note, ...], sees: Sees
    ) -> Iterator[Candidate]:
        place = self.sites[key].compound
        doubts = [note("doubt", written=word) for word in address.doubts]
        code = _code(address, place)
        for candidate in located(self.sites[key], address, words, sees):
            yield candidate.with_notes(*notes, *doubts, *code)


def _names(places: Sequence[Compound]) -> Iterator[tuple[int, str]]:
    for key, place in enumerate(places):
        yield key, place.name
        yield from ((key, alias) for alias in (place.name_en, place.id) if alias)


def _seeing(prefixes: Sequence[str] | None) -> Sees:
    if prefixes is None:
        return lambda path: True
    known: dict[str, bool] = {}

    def sees(path: str) -> bool:
        if path not in known:
            known[path] = territory.covers(prefixes, path)
        return known[path]

    return sees


def _touched(prefixes: Sequence[str] | None, site: CompoundAddresses) -> bool:
    return prefixes is None or territory.touches(prefixes, site.compound.territory)


def _is_remark(word: str) -> bool:
    """Words behind an address that hold no number are what happened there, not where."""
    return not any(char.isascii() and char.isalnum() for char in word)


def _remark(address: Address) -> Note:
    return note("remark", words=" ".join(filter(_is_remark, address.rest)))


def _slips(address: Address) -> Iterator[Note]:
    return (note("slip", written=was, read=read) for was, read in address.corrected)


def _read_as(one: Found) -> Iterator[Note]:
    if one.written:
        yield note("compound_read_as", written=one.written, name=one.name)


def _differing(address: Address, place: Compound, language: Language) -> Iterator[Note]:
    """Levels above the compound that were said and are not so."""
    plain = language.plain
    for column, field in _LEVELS:
        said, known = getattr(address, column), getattr(place, field)
        same = bare(plain(said)) in (bare(plain(known)), bare(plain(place.name)))
        if said and known and not same:
            yield note("level_differs", written=said, name=known)


def _code(address: Address, place: Compound) -> list[Note]:
    if not address.community_code or address.community_code == place.community_code:
        return []
    if not place.community_code:
        return [note("code_unchecked", code=address.community_code)]
    return [note("code_differs", code=address.community_code, known=place.community_code)]


def _ranked(found: list[Candidate], here: str, open_: int) -> list[Candidate]:
    """What fits if anything does, else what is near; best first, each once."""
    fitting = [one for one in found if one.fits]
    closer = [one for one in fitting if all(note.code != "no_device_there" for note in one.notes)]
    fitting = closer or fitting
    kept = fitting or found
    if fitting and found != fitting and len(fitting) == 1 and open_ > 1:
        kept = [fitting[0].with_notes(Note("only_place"))]
    unique = {(one.id, one.unit, one.floor, one.room): one for one in reversed(kept)}
    ordered = [one for one in kept if unique.get((one.id, one.unit, one.floor, one.room)) is one]
    return sorted(ordered, key=lambda one: (-one.confidence, one.compound != here))[:MOST]


__all__ = ["Candidate", "Gazetteer", "Note", "Resolution"]
