"""Compounds and districts on disk: one JSON file each, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from sys import intern

import msgspec

from geodata.folded import Folded
from twin.model import Area, Building, Compound, District, LonLat, Pipe, Value, Wall
from twin.model import Path as Way

DISTRICT = ".district.json"
"""How the file of a district ends; beside it lie the compounds."""

_REPEATED = ("territory", "kind", "name", "building", "unit", "room", "use")
_SELDOM: dict[str, type[Value]] = {
    "areas": Area, "surroundings": Building, "paths": Way, "walls": Wall, "pipes": Pipe,
}  # fmt: skip
"""What is read to describe a compound, and once to work out its ways."""

_NONE = msgspec.Raw(b"[]")


def load(folder: Path | str, *, fold: bool = False) -> list[Compound]:
    """Every compound in a folder, sorted by id; none when there is no such folder.

    ``fold`` holds what is seldom read as ``Folded`` sequences, for processes that live long.
    Raises ``ValueError`` naming the file when one of them does not hold a compound.
    """
    found = []
    for file in sorted(Path(folder).glob("*.json")):
        if file.name.endswith(DISTRICT):
            continue
        try:
            read = _folded if fold else _plain
            found.append(_sharing(read(file.read_bytes())))
        except msgspec.DecodeError as error:
            raise ValueError(f"{file} does not hold a compound: {error}") from error
    return sorted(found, key=lambda compound: compound.id)


def load_districts(folder: Path | str) -> list[District]:
    """Every district of a folder, sorted by id; mostly one, or none.

    Raises ``ValueError`` naming the file when one of them does not hold a district.
    """
    names = sorted(file.name for file in Path(folder).glob(f"*{DISTRICT}"))
    return [_district(Path(folder) / name) for name in names]


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


class _Half(Compound):
    """A compound of which some is not read yet: reading and dropping it would cost room, too."""

    areas: msgspec.Raw = _NONE  # type: ignore[assignment]
    surroundings: msgspec.Raw = _NONE  # type: ignore[assignment]
    paths: msgspec.Raw = _NONE  # type: ignore[assignment]
    walls: msgspec.Raw = _NONE  # type: ignore[assignment]
    pipes: msgspec.Raw = _NONE  # type: ignore[assignment]


def _plain(content: bytes) -> Compound:
    return msgspec.json.decode(content, type=Compound)


def _folded(content: bytes) -> Compound:
    half = msgspec.json.decode(content, type=_Half)
    fields = {name: getattr(half, name) for name in Compound.__struct_fields__}
    for name, item in _SELDOM.items():
        folded = Folded(fields[name], item)
        fields[name] = folded if len(folded) else ()  # as nothing is written of nothing
    return Compound(**fields)


def save(folder: Path | str, compound: Compound) -> Path:
    """Write one compound as ``<id>.json`` and give the file's path.

    It is written beside its place and moved there, so a reader sees the old one or the
    new one and never a half.
    """
    return _written(Path(folder) / f"{compound.id}.json", compound)


def load_district(folder: Path | str, name: str) -> District | None:
    """The district of an id, or None when the folder holds none of it.

    Raises ``ValueError`` naming the file when it does not hold a district.
    """
    file = Path(folder) / f"{name}{DISTRICT}"
    return _district(file) if file.exists() else None


def _district(file: Path) -> District:
    try:
        return msgspec.json.decode(file.read_bytes(), type=District)
    except msgspec.DecodeError as error:
        raise ValueError(f"{file} does not hold a district: {error}") from error


def save_district(folder: Path | str, district: District) -> Path:
    """Write a district as ``<id>.district.json``, whole or not at all, and give the file's path."""
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
