"""Compounds and districts on disk: one JSON file each, written whole or not at all.

Reading a folder never fails for one of its files: what holds no place that can be used is left
out and told, and everything else is there. See ``geodata.leaving_out``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple, TypeVar

import msgspec

from geodata import leaving_out
from geodata.last_good import LastGood
from geodata.leaving_out import LeftOut, Odd, line
from geodata.packed import PackedSequence
from twin.errors import InvalidPlace
from twin.places.model import Area, Building, Compound, District, LonLat, Pipe, Value, Wall
from twin.places.model import Path as Way
from twin.places.territory import is_label

DISTRICT = ".district.json"
"""How the file of a district ends; beside it lie the compounds."""

_REPEATED = ("territory", "kind", "name", "building", "unit", "room", "use")
_SELDOM: dict[str, type[Value]] = {
    "areas": Area, "surroundings": Building, "paths": Way, "walls": Wall, "pipes": Pipe,
}  # fmt: skip
"""What is read to describe a compound, and once to work out its ways."""

_NONE = msgspec.Raw(b"[]")
_Place = TypeVar("_Place", Compound, District)


class PlacesFolder(NamedTuple):
    """What a folder holds, sorted by id, and what of it was left out and why."""

    compounds: list[Compound]
    districts: list[District]
    left_out: list[LeftOut]


def load(folder: Path | str, *, fold: bool = False) -> list[Compound]:
    """The compounds of ``read``, for those who do not care what was left out."""
    return read(folder, fold=fold).compounds


def load_districts(folder: Path | str) -> list[District]:
    """The districts of ``read``; mostly one, or none."""
    return _read(sorted(Path(folder).glob(f"*{DISTRICT}")), _plain, None).districts


def read(folder: Path | str, *, fold: bool = False, last_good: Path | None = None) -> PlacesFolder:
    """Every compound and district in a folder; none when there is no such folder.

    ``fold`` holds what is seldom read in a ``PackedSequence``, for processes that live long.
    ``last_good`` is a folder for copies of what could be read: where a file cannot, its copy
    stands for it. Without one nothing is written.
    """
    files = sorted(Path(folder).glob("*.json"))
    copies = LastGood(last_good) if last_good else None
    if copies:
        copies.forget_all_but({file.name for file in files})
    return _read(files, _folded if fold else _plain, copies)


def _read(files: Sequence[Path], decode: Any, copies: LastGood | None) -> PlacesFolder:
    compounds: dict[str, Compound] = {}
    districts: dict[str, District] = {}
    left: list[LeftOut] = []
    for file in files:
        if file.name.endswith(DISTRICT):
            _take(file, _district_of, districts, left, copies)
        else:
            _take(file, decode, compounds, left, copies)
    for found in (compounds, districts):
        left += leaving_out.doubles(found)
    return PlacesFolder(_sorted(compounds), _sorted(districts), sorted(left))


def _take(
    file: Path, decode: Any, found: dict[str, Any], left: list[LeftOut], copies: LastGood | None
) -> None:
    """The place of a file, else that of its last good copy, else nothing; what is odd is told."""
    try:
        stamp = file.stat().st_mtime_ns
        content = file.read_bytes()
        found[file.name] = _sound(content, decode)
    except FileNotFoundError:  # taken away since the folder was listed
        return
    except Odd as odd:
        left.append(LeftOut(line(file.name), odd.reason, odd.said))
    except OSError as exc:
        left.append(LeftOut(line(file.name), "unreadable", exc.strerror or str(exc)))
    else:
        if copies:
            copies.keep(file.name, content, stamp)
        return
    kept = copies.content(file.name) if copies else None
    if kept is not None:
        try:
            found[file.name] = _sound(kept, decode)
            left[-1] = left[-1]._replace(last_good=True)
        except Odd:  # what was good once is not for this version of the program
            return


def _sound(content: bytes, decode: Any) -> Any:
    """A place that can be used. Raises Odd.

    What is folded is read no sooner than it is looked at, so looking may fail as reading does.
    """
    try:
        place = decode(content)
        leaving_out.look(place)
    except (ValueError, RecursionError) as exc:
        raise Odd("unreadable", str(exc)) from exc
    return _sharing(place) if isinstance(place, Compound) else place


def _sorted(found: dict[str, _Place]) -> list[_Place]:
    return sorted(found.values(), key=lambda place: place.id)


def _sharing(compound: Compound) -> Compound:
    """The same compound; words that thousands of devices repeat are held once.

    A street of 100,000 devices takes 20 MB less in every process that reads it. Nobody else has
    seen these values yet, so setting fields of frozen ones is in order here.
    """
    for place in compound.devices:
        for field in _REPEATED:
            msgspec.structs.force_setattr(place, field, intern(getattr(place, field)))
    points: dict[LonLat, LonLat] = {}
    for thing, field in _lines(compound):
        line = tuple(points.setdefault(point, point) for point in getattr(thing, field))
        msgspec.structs.force_setattr(thing, field, line)
    return compound


def _lines(compound: Compound) -> Iterator[tuple[Value, str]]:
    """What has positions that others have too: paths meet, rings end where they begin."""
    if isinstance(compound.paths, tuple):
        yield from ((path, "line") for path in compound.paths)
    yield from ((building, "outline") for building in compound.buildings)


_Half = msgspec.defstruct(
    "_Half", [(name, msgspec.Raw, _NONE) for name in _SELDOM], bases=(Compound,)
)
"""A compound of which some is not read yet: reading and dropping it would cost room, too."""


def _plain(content: bytes) -> Compound:
    return msgspec.json.decode(content, type=Compound)


def _folded(content: bytes) -> Compound:
    half = msgspec.json.decode(content, type=_Half)
    fields = {name: getattr(half, name) for name in Compound.__struct_fields__}
    for name, item in _SELDOM.items():
        folded = PackedSequence(fields[name], item)
        fields[name] = folded if len(folded) else ()  # as nothing is written of nothing
    return Compound(**fields)


def _district_of(content: bytes) -> District:
    return msgspec.json.decode(content, type=District)


def save(folder: Path | str, compound: Compound) -> Path:
    """Write one compound as ``<id>.json`` and give the file's path.

    It is written beside its place and moved there, so a reader sees the old one or the
    new one and never a half. Raises InvalidPlace for an id that is not the last label of its
    territory: a name from a file must not choose where we write.
    """
    if not is_label(compound.id) or compound.territory.rpartition(".")[2] != compound.id:
        whose = f"{compound.id!r} is not the last label of {compound.territory!r}"
        raise InvalidPlace([whose[:300]])
    return _written(Path(folder) / f"{compound.id}.json", compound)


def load_district(folder: Path | str, name: str) -> District | None:
    """The district of an id, or None when the folder holds none of it.

    Raises ``ValueError`` naming the file when it does not hold a district.
    """
    file = Path(folder) / f"{name}{DISTRICT}"
    if not file.exists():
        return None
    try:
        return _district_of(file.read_bytes())
    except msgspec.DecodeError as error:
        raise ValueError(f"{file} does not hold a district: {error}") from error


def save_district(folder: Path | str, district: District) -> Path:
    """Write a district as ``<id>.district.json``, whole or not at all, and give the file's path.

    Raises InvalidPlace for an id that is no label.
    """
    if not is_label(district.id):
        raise InvalidPlace([f"{district.id[:100]!r} is no label"])
    return _written(Path(folder) / f"{district.id}{DISTRICT}", district)


def _written(target: Path, value: msgspec.Struct) -> Path:
    """A value's file, written beside its place and moved there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    stem = target.name.partition(".")[0]
    handle, name = tempfile.mkstemp(prefix=f".{stem}-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(value, enc_hook=tuple))  # of what is folded
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
