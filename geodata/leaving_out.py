"""Which files of a folder of places are left out, and why: the rest of the city lives.

Ids are unique over the folder, for they are what events, screens and people call things by. Of two
files that hold the same one, that stays which is named after its compound and holds its own ids
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from geodata.importing.readers.encodings import printable
from geodata.soundness import unsound
from twin.errors import InvalidTerritory
from twin.places.model import Compound, District
from twin.places.territory import LEVELS, parse

MOST_SAID = 300
_COMPOUND_LABELS = LEVELS.index("compound") + 1
_WITH_IDS = ("buildings", "surroundings", "paths", "areas", "services", "pipes", "devices",
             "responders")  # fmt: skip
_ID = attrgetter("id")


class LeftOut(NamedTuple):
    """A file that was left out: ``reason`` is a word for programs, ``said`` is in English.

    Reasons: ``unreadable`` (no place at all), ``unsound`` (one that nothing can be computed with),
    ``misplaced`` (its territory and id do not fit), ``double`` (ids that another file holds).
    ``last_good`` says that an earlier copy of the file stands for it.
    """

    file: str
    reason: str
    said: str
    last_good: bool = False


class Odd(Exception):
    """What a file holds is no place that can be used: a reason of ``LeftOut`` and a sentence."""

    def __init__(self, reason: str, said: str) -> None:
        self.reason, self.said = reason, line(said)
        super().__init__(self.said)


def line(said: str) -> str:
    """A sentence that quotes a file, as one line of a log."""
    return printable(" ".join(said.split()))[:MOST_SAID]


def look(place: Compound | District) -> None:
    """Raise Odd for a place whose name or numbers nothing could work with."""
    levels = _COMPOUND_LABELS if isinstance(place, Compound) else 1
    try:
        labels = parse(place.territory)
    except InvalidTerritory as exc:
        raise Odd("misplaced", str(exc)) from exc
    if len(labels) != levels or labels[-1] != place.id:
        raise Odd("misplaced", f"id {place.id!r} does not end the territory {place.territory!r}")
    if found := unsound(place):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise Odd("unsound", f"{found[0].feature}: {found[0].words}{more}")


def doubles(found: dict[str, Compound] | dict[str, District]) -> list[LeftOut]:
    """Take files out of ``found`` that hold ids of others; told one by one.

    Where each holds its own ids alone, and each another label, none is looked up.
    """
    foreign = {file: _foreign(place) for file, place in found.items()}
    if not any(foreign.values()) and len({place.id for place in found.values()}) == len(found):
        return []
    left: list[LeftOut] = []
    held: dict[str, str] = {}
    ranks = {name: (_stem(name) != found[name].id, foreign[name], name) for name in found}
    for file in sorted(ranks, key=ranks.__getitem__):
        own, ids = found[file].id, set(_ids(found[file]))
        if taken := ids & held.keys():
            del found[file]
            first = own if own in taken else min(taken)
            said = line(f"{first} is in {held[first]} already")
            left.append(LeftOut(line(file), "double", said))
        else:
            held |= dict.fromkeys(ids, file)
    return left


def _stem(file: str) -> str:
    return file.partition(".")[0]


def _foreign(place: Compound | District) -> bool:
    """Whether a compound holds an id or a grid that begins like another's."""
    if isinstance(place, District):
        return False
    own, inside = f"{place.id}/", f"{place.territory}."
    return not (
        all(name.startswith(own) for name in _inner(place))
        and all(grid.territory.startswith(inside) for grid in place.grids)
    )


def _ids(place: Compound | District) -> Iterator[str]:
    yield place.id
    if isinstance(place, Compound):
        yield from _inner(place)
        yield from (grid.territory for grid in place.grids)


def _inner(compound: Compound) -> Iterator[str]:
    for part in _WITH_IDS:
        yield from map(_ID, getattr(compound, part))
