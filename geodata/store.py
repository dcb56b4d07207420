"""Compounds and districts on disk: one JSON file each, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from sys import intern

import msgspec

from twin.model import Compound, District

DISTRICT = ".district.json"
"""How the file of a district ends; beside it lie the compounds."""
_REPEATED = ("territory", "kind", "name", "building", "unit", "room", "use")


def load(folder: Path | str) -> list[Compound]:
    """Every compound in a folder, sorted by id; none when there is no such folder.

    Raises ``ValueError`` naming the file when one of them does not hold a compound.
    """
    found = []
    for file in sorted(Path(folder).glob("*.json")):
        if file.name.endswith(DISTRICT):
            continue
        try:
            found.append(_sharing(msgspec.json.decode(file.read_bytes(), type=Compound)))
        except msgspec.DecodeError as error:
            raise ValueError(f"{file} does not hold a compound: {error}") from error
    return sorted(found, key=lambda compound: compound.id)


def _sharing(compound: Compound) -> Compound:
    """The same compound; words that thousands of devices repeat are held once.

    A street of 100,000 devices takes 20 MB less in every process that reads it. Nobody else has
    seen these values yet, so setting fields of frozen ones is in order here.
    """
    for place in compound.devices:
        for field in _REPEATED:
            msgspec.structs.force_setattr(place, field, intern(getattr(place, field)))
    return compound


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
    if not file.exists():
        return None
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
            file.write(msgspec.json.encode(value))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
