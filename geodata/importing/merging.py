"""A second import is a difference: ids stay, and so does what a person confirmed or changed.

Three states are compared, thing by thing and field by field: what the last import made (``base``),
what stands now, and what the files say this time. What a person changed since the last import is
what differs between the first two, and it wins over the files. Things are recognised by what they
are called in their source, then by name, then by where they lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from geodata.compound_fields import FIELDS, CompoundField
from geodata.importing.report.sentences import Words, called, say
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, LonLat, Value

SAME_SHARE = 0.5
"""Two outlines are of one thing when they share this much of what both cover."""
SAME_M = 2.0
"""Two points are of one thing when they are this near, two lines when this near all along."""
_SKIPPED = frozenset({"id", "territory"})


PARTS = (
    FIELDS["grids"],
    *(field for field in FIELDS.values() if field.identity and field.name != "grids"),
)
"""Grids first: other things are of their territories."""


class Difference(msgspec.Struct):
    """What a second import changes, by part: how many are new, changed, gone, kept."""

    added: Counter[str] = msgspec.field(default_factory=Counter)
    changed: Counter[str] = msgspec.field(default_factory=Counter)
    gone: Counter[str] = msgspec.field(default_factory=Counter)
    kept: Counter[str] = msgspec.field(default_factory=Counter)

    def lines(self) -> list[Words]:
        """One line for each part that differs."""
        found = []
        for part in PARTS:
            counts = ((self.added, "differs_added"), (self.changed, "differs_changed"),
                      (self.gone, "differs_gone"), (self.kept, "differs_kept"))  # fmt: skip
            words = tuple(say(w, count=count[part.name]) for count, w in counts if count[part.name])
            if words:
                found.append(say("differs_part", part=called(part.name, "parts"), counts=words))
        return found


class LastImport(msgspec.Struct):
    """What the last import left: what it made, and what each thing is called in its source."""

    base: Compound
    keys: dict[str, str]


def merge(
    now: Compound, known: LastImport | None, fresh: Compound, keys: dict[str, str]
) -> tuple[Compound, dict[str, str], Compound, Difference]:
    """The compound to save, the names in sources by id, the new base, and what differs.

    Without ``known`` there is no telling what a person did: things that are not *proposed* count
    as theirs.
    """
    renamed, keys = _recognised(now, known.keys if known else {}, fresh, keys)
    base = known.base if known else now
    difference = Difference()
    fields: dict[str, Any] = {}
    for part in PARTS:
        fields[part.name] = _merged(part, now, base, renamed, bool(known), difference)
    for name in ("name", "name_en", "attribution", "street_name", "community_name",
                 "district_name", "community_code", "households", "outline", "walls"):  # fmt: skip
        was, is_, new = (getattr(whole, name) for whole in (base, now, renamed))
        if new == "":  # who leaves a name out this time does not mean to take it away
            renamed = msgspec.structs.replace(renamed, **{name: was})
            new = was
        fields[name] = is_ if known and is_ != was else new
    # The zero of the metre frame is nothing to move for a metre: positions are kept in degrees.
    fields["origin"] = now.origin
    return msgspec.structs.replace(renamed, **fields), keys, renamed, difference


def _recognised(
    now: Compound, old_keys: dict[str, str], fresh: Compound, keys: dict[str, str]
) -> tuple[Compound, dict[str, str]]:
    """The fresh compound under the ids that its things have already."""
    names: dict[str, str] = {}
    for part in PARTS:
        old, new = getattr(now, part.name), getattr(fresh, part.name)
        same = _same(part, old, new, old_keys, keys, now.origin)
        ids = {new_id: getattr(old[i], part.identity) for new_id, i in same.items()}
        taken = {getattr(thing, part.identity) for thing in old} | set(ids.values())
        for thing in new:
            number = getattr(thing, part.identity)
            if number not in ids:
                ids[number] = _free(number, taken) if number in taken else number
                taken.add(ids[number])
        names |= ids
    return _renamed(fresh, names), {names.get(one, one): key for one, key in keys.items()}


def _free(number: str, taken: set[str]) -> str:
    """The next id of the same kind that nobody has: gate/7 after gate/6, b3-2 after b3."""
    stem, _, last = number.rpartition("/")
    if last.isdecimal():
        used = [int(t.rpartition("/")[2]) for t in taken
                if t.rpartition("/")[0] == stem and t.rpartition("/")[2].isdecimal()]  # fmt: skip
        return f"{stem}/{max(used, default=0) + 1}"
    if "." in number:  # a grid: …huoju.g3
        head = number.rpartition(".")[0]
        return next(f"{head}.g{n}" for n in range(1, len(taken) + 2) if f"{head}.g{n}" not in taken)
    return next(f"{number}-{n}" for n in range(2, len(taken) + 3) if f"{number}-{n}" not in taken)


def _renamed(compound: Compound, names: dict[str, str]) -> Compound:
    fields: dict[str, Any] = {}
    for part in PARTS:
        found = []
        for thing in getattr(compound, part.name):
            told = {
                name: names[getattr(thing, name)]
                for name in ("id", "territory", "building")
                if getattr(thing, name, "") in names
            }
            found.append(msgspec.structs.replace(thing, **told) if told else thing)
        fields[part.name] = tuple(found)
    return msgspec.structs.replace(compound, **fields)


def _same(
    part: CompoundField, old: Sequence[Any], new: Sequence[Any], old_keys: dict[str, str],
    keys: dict[str, str], origin: LonLat,
) -> dict[str, int]:  # fmt: skip
    """New id to the number of the old thing it is, by source, then name, then place."""
    found: dict[str, int] = {}
    left = set(range(len(old)))

    def take(pairs: Iterable[tuple[Any, int]]) -> None:
        for thing, number in pairs:
            identity = getattr(thing, part.identity)
            if number in left and identity not in found:
                found[identity] = number
                left.discard(number)

    for word in (
        lambda thing, known: known.get(getattr(thing, part.identity), ""),
        lambda thing, known: _called(thing),
    ):
        take(_by_word(old, new, word, old_keys, keys))
    rest = [thing for thing in new if getattr(thing, part.identity) not in found]
    take(_by_place(part, old, sorted(left), rest, origin))
    return found


def _called(thing: Any) -> str:
    """Kind and name, for what has a name; names of proposals number themselves, so they count."""
    name = getattr(thing, "name", "")
    return f"{getattr(thing, 'kind', '')}/{name}" if name else ""


def _by_word(
    old: Sequence[Any], new: Sequence[Any], word: Callable[[Any, dict[str, str]], str],
    old_keys: dict[str, str], keys: dict[str, str],
) -> Iterable[tuple[Any, int]]:  # fmt: skip
    """Pairs that one word joins; a word that two things have joins nothing."""
    was = [word(thing, old_keys) for thing in old]
    is_ = [word(thing, keys) for thing in new]
    once_was, once_is = Counter(was), Counter(is_)
    numbers = {name: n for n, name in enumerate(was) if name and once_was[name] == 1}
    return [(thing, numbers[name]) for thing, name in zip(new, is_, strict=True)
            if once_is[name] == 1 and name in numbers]  # fmt: skip


def _by_place(
    part: CompoundField, old: Sequence[Any], left: Sequence[int], new: Sequence[Any], origin: LonLat
) -> list[tuple[Any, int]]:
    """Pairs that lie on one another, the best first."""
    if not left or not new:
        return []
    olds = np.array([_shape(old[n], part, origin) for n in left])
    news = np.array([_shape(thing, part, origin) for thing in new])
    row, column = shapely.STRtree(olds).query(news, "dwithin", distance=SAME_M)
    if part.geometry == "outline":
        both = shapely.area(shapely.intersection(olds[column], news[row]))
        either = shapely.area(olds[column]) + shapely.area(news[row]) - both
        near = both / np.where(either > 0, either, 1.0)
        good = near >= SAME_SHARE
    else:
        near = -shapely.hausdorff_distance(olds[column], news[row])
        good = near >= -SAME_M
    kinds = np.array([getattr(old[left[c]], "kind", "") == getattr(new[r], "kind", "")
                      for r, c in zip(row, column, strict=True)], dtype=bool)  # fmt: skip
    order = np.argsort(-near, kind="stable")
    return [(new[row[n]], left[column[n]]) for n in order if good[n] and kinds[n]]


def _shape(thing: Any, part: CompoundField, origin: LonLat) -> shapely.Geometry:
    xy = xy_from_lonlat(getattr(thing, part.geometry), origin)
    if part.geometry == "outline":
        return shapely.make_valid(shapely.Polygon(xy))
    return shapely.LineString(xy) if part.geometry == "line" else shapely.Point(xy)


def _merged(
    part: CompoundField,
    now: Compound,
    base: Compound,
    fresh: Compound,
    known: bool,
    difference: Difference,
) -> tuple[Value, ...]:
    """The things of one part: in the order they have, new ones at the end."""
    was = {getattr(thing, part.identity): thing for thing in getattr(base, part.name)}
    new = {getattr(thing, part.identity): thing for thing in getattr(fresh, part.name)}
    found: list[Value] = []
    for thing in getattr(now, part.name):
        number = getattr(thing, part.identity)
        found += _kept(part, thing, was.get(number), new.get(number), known, difference)
    present = {getattr(thing, part.identity) for thing in getattr(now, part.name)}
    for number, thing in new.items():
        if number in present:
            continue
        if known and number in was:
            difference.kept[part.name] += 1  # a person took it away, and away it stays
            continue
        difference.added[part.name] += 1
        found.append(thing)
    return tuple(found)


def _kept(
    part: CompoundField, thing: Any, was: Any, new: Any, known: bool, difference: Difference
) -> list[Value]:
    """One thing that stands now: as it is, as the files say, or some of both; none when gone."""
    theirs = (was is None or thing != was) if known else not getattr(thing, "proposed", True)
    if new is None:
        if theirs:
            difference.kept[part.name] += 1
            return [thing]
        difference.gone[part.name] += 1
        return []
    if not known:
        if theirs and thing != new:
            difference.kept[part.name] += 1
            return [thing]
        difference.changed[part.name] += thing != new
        return [new]
    confirmed = getattr(was, "proposed", False) and not thing.proposed
    if confirmed:
        difference.kept[part.name] += thing != new
        return [thing]
    names = [name for name in thing.__struct_fields__ if name not in _SKIPPED - {part.identity}]
    mine = {
        name: getattr(thing, name)
        for name in names
        if was is None or getattr(thing, name) != getattr(was, name)
    }
    merged = msgspec.structs.replace(new, **mine)
    difference.kept[part.name] += bool(mine) and merged != new
    difference.changed[part.name] += merged != thing
    return [merged]
