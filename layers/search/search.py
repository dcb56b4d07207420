"""Search: addresses, places, devices, people and cases, filtered like everything else that leaves.

Addresses go through parser and gazetteer; everything else is found by every word of what was
typed, in Chinese, pinyin or initials. What stands still is indexed once, away from the event loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from layers.live.redaction import place_words
from layers.search.index import RANK, Naming, SearchIndex
from layers.search.ngrams import normal
from twin.addresses.candidates import Candidate, Resolution
from twin.addresses.gazetteer import Gazetteer
from twin.addresses.language import Language
from twin.addresses.parser import Address, parse, said
from twin.catalogue import Catalogue
from twin.errors import EntrySetAside
from twin.places import territory
from twin.places.model import Compound, LonLat
from twin.state.records import Incident
from twin.state.twin import Twin

LIMIT = 20
MAX_WORDS = 8
ADDRESSES = 12
"""Places that an address may mean, at most."""

_TYPES = {"unit": "address", "gate": "device"}
Found = list[dict[str, Any]]


class _Text(NamedTuple):
    """What a moving thing is found by, and the version it was made from."""

    version: int
    words: str


class Finder:
    """Search over some streets. ``standing`` may run in any thread, ``moving`` on the loop.

    ``left_out`` are the compounds in which nothing is found, by their street, and why.
    """

    def __init__(self, twins: Mapping[str, Twin], catalogue: Catalogue) -> None:
        self._kinds = catalogue.devices
        self.language = Language(catalogue)
        self._twins = twins
        self._places = [place for twin in twins.values() for place in twin.compounds.values()]
        self.left_out: list[tuple[str, EntrySetAside]] = []
        self._indexes: dict[bool, SearchIndex] = {}
        self._gazetteer: Gazetteer | None = None
        self._learning = Lock()
        self._texts: dict[tuple[str, bool], _Text] = {}

    def learn(self, masked: bool = False) -> tuple[SearchIndex, Gazetteer]:
        """Index and gazetteer, made when first asked for: a second for 100,000 devices."""
        with self._learning:
            try:
                return self._learnt(masked)
            except Exception:  # of all compounds but those it fails for
                self._leave_out()
                return self._learnt(masked)

    def _learnt(self, masked: bool) -> tuple[SearchIndex, Gazetteer]:
        if self._gazetteer is None:
            self._gazetteer = _prepared(self._places, self.language)
        if masked not in self._indexes:
            self._indexes[masked] = SearchIndex(self._places, self._naming(masked))
        return self._indexes[masked], self._gazetteer

    def _naming(self, masked: bool) -> Naming:
        return Naming(self.language, self._kinds, masked)

    def _leave_out(self) -> None:
        """Go on without the compounds for which learning fails."""
        self._gazetteer, kept = None, []
        self._indexes.clear()
        for place in self._places:
            try:
                _prepared([place], self.language)
                for masked in (False, True):
                    SearchIndex([place], self._naming(masked))
                kept.append(place)
            except Exception as failure:
                why = EntrySetAside("search", place.id, failure)
                why.__cause__ = failure
                self.left_out.append((territory.street_of(place.territory), why))
        self._places = kept

    def find(
        self,
        prefixes: Sequence[str],
        text: str,
        *,
        masked: bool,
        here: str = "",
        limit: int = LIMIT,
    ) -> Found:
        """What matches, best first, of what the account may see; no flats when ``masked``."""
        words = split(text, self.language)
        moving = self.moving(prefixes, words, masked=masked)
        standing = self.standing(prefixes, text, masked=masked, here=here, limit=limit)
        return together(moving, standing, limit)

    def moving(self, prefixes: Sequence[str], words: Sequence[str], *, masked: bool) -> Found:
        """Cases and people in whom every word occurs."""
        if not words:
            return []
        return [
            row | {"begins": text.startswith(words[0])}
            for twin in self._twins.values()
            for row, text in (*self._incidents(twin, masked), *self._responders(twin))
            if all(word in text for word in words) and territory.covers(prefixes, row["territory"])
        ]

    def standing(
        self,
        prefixes: Sequence[str],
        text: str,
        *,
        masked: bool,
        here: str = "",
        limit: int = LIMIT,
    ) -> tuple[Found, Found]:
        """Places that the text means as an address; compounds, buildings, devices by words."""
        words = split(text, self.language)
        if not words:
            return [], []
        index, gazetteer = self.learn(masked)
        names = {site.compound.id: site.compound.name for site in gazetteer.sites}
        addresses: Found = []
        if not _only_a_kind(parse(text, self.language)):  # which the index has in better order
            meant = gazetteer.resolve(text, prefixes, here=here, masked=masked)
            addresses = [_address(one, names) for one in _worth(meant)[:ADDRESSES]]
        hits = index.find(words, prefixes, here, limit)
        compounds = [site.compound for site in gazetteer.sites]
        rows = [
            _row(
                hit.row.type, hit.row.id, hit.row.name, self._detail(hit.row.kind, hit.row.type),
                compounds[hit.row.compound].id, hit.row.lonlat, hit.row.territory,
            ) | {"place": compounds[hit.row.compound].name, "begins": hit.begins}
            for hit in hits
        ]  # fmt: skip
        return addresses, rows

    def _detail(self, kind: str, type_: str) -> str:
        row = self._kinds.get(kind) if type_ == "device" else None
        return row.label if row else kind.removeprefix("service/")

    def _incidents(self, twin: Twin, masked: bool) -> Iterator[tuple[dict[str, Any], str]]:
        for case in twin.incidents.values():
            kept = self._texts.get((case.id, masked))
            if kept is None or kept.version != case.version:
                kept = _Text(case.version, _case_words(twin, case, masked, self.language))
                self._texts[case.id, masked] = kept
            where = place_words(twin, case) if masked else case.place
            title = twin.catalogue.incident(case.kind).label
            yield (
                _row("incident", case.id, title, where, case.compound, case.lonlat, case.territory)
                | {"open": case.open},
                kept.words,
            )

    def _responders(self, twin: Twin) -> Iterator[tuple[dict[str, Any], str]]:
        for one in twin.responders.values():
            card = one.card
            kept = self._texts.get((card.id, False))
            if kept is None:
                ways = (way for pair in self.language.readings.sounds(card.name) for way in pair)
                words = f"{card.name} {card.id} {card.role} {' '.join(ways)}"
                kept = _Text(0, normal(words, self.language))
                self._texts[card.id, False] = kept
            place = territory.compound_of(card.territory) or ""
            yield (
                _row("responder", card.id, card.name, card.role, place, one.lonlat, card.territory)
                | {"open": one.duty != "off_duty", "duty": one.status},
                kept.words,
            )


def _prepared(places: Sequence[Compound], language: Language) -> Gazetteer:
    gazetteer = Gazetteer(places, language)
    gazetteer.prepare()
    return gazetteer


def split(text: str, language: Language) -> list[str]:
    """The words of what was typed, in their normal form, eight at most."""
    return normal(text, language).split()[:MAX_WORDS]


def together(moving: Found, standing: tuple[Found, Found], limit: int = LIMIT) -> Found:
    """One list: what an address means, what begins with the words, the rest, what is near."""
    addresses, rows = standing
    # Open cases and people on duty first; what stands comes in its own order.
    moving = sorted(moving, key=lambda row: (not row["open"], len(row["name"]), row["id"]))
    found = sorted((*moving, *rows), key=lambda row: (not row["begins"], RANK[row["type"]]))
    unique: dict[tuple[str, str], dict[str, Any]] = {}
    fitting = [row for row in addresses if row["fits"]]
    near = [row for row in addresses if not row["fits"]]
    for row in (*fitting, *found, *near):
        unique.setdefault((row["type"], row["id"]), row)
    hidden = ("begins", "open")
    kept = list(unique.values())[:limit]
    return [{name: value for name, value in row.items() if name not in hidden} for row in kept]


def _row(
    type_: str, id_: str, name: str, detail: str, compound: str, lonlat: LonLat | None, path: str
) -> dict[str, Any]:
    return {
        "type": type_, "id": id_, "name": name, "detail": detail, "compound": compound,
        "lonlat": lonlat, "territory": path,
    }  # fmt: skip


def _case_words(twin: Twin, case: Incident, masked: bool, language: Language) -> str:
    title = twin.catalogue.incident(case.kind)
    where = place_words(twin, case) if masked else case.place
    told = "" if masked else case.text
    ways = (way for pair in language.readings.sounds(title.label) for way in pair)
    words = f"{title.label} {title.en} {case.id} {where} {told} {' '.join(ways)}"
    return normal(words, language)


def _worth(meant: Resolution) -> Sequence[Candidate]:
    """Candidates worth showing: all that fit, the nearest only to what is surely an address."""
    surely = meant.status != "none" or _surely(meant.address)
    return meant.candidates if surely else ()


def _only_a_kind(address: Address) -> bool:
    """Whether nothing but a kind of device was said."""
    place = address.number or address.compound or address.indoors
    return bool(address.device) and not place


def _surely(address: Address) -> bool:
    return address.indoors or bool(address.gate) or bool(address.device and address.number)


def _address(one: Candidate, names: Mapping[str, str]) -> dict[str, Any]:
    name = said(one.name, one.unit, one.floor, one.room) if one.kind == "unit" else one.name
    inside = "/".join(filter(None, (one.unit, str(one.floor or ""), one.room)))
    id_ = f"{one.id}#{inside}" if one.kind == "unit" else one.id
    row = _row(
        _TYPES.get(one.kind, one.kind), id_, name, "", one.compound, one.lonlat, one.territory
    )
    return row | {
        "place": names[one.compound], "building": one.building, "unit": one.unit,
        "floor": one.floor, "room": one.room, "exact": one.exact, "fits": one.fits,
        "notes": [{"code": note.code, **note.args} for note in one.notes],
    }  # fmt: skip
