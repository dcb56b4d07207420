"""Compounds on disk: one JSON file each, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from sys import intern

import msgspec

from twin.model import Compound

_editing = threading.Lock()
_REPEATED = ("territory", "kind", "name", "building", "unit", "room", "use")


def load(folder: Path | str) -> list[Compound]:
    """Every compound in a folder, sorted by id; none when there is no such folder.

    Raises ``ValueError`` naming the file when one of them does not hold a compound.
    """
    found = []
    for file in sorted(Path(folder).glob("*.json")):
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


def edit(
    folder: Path | str, compound: str, change: Callable[[Compound], Compound]
) -> tuple[Compound, Compound]:
    """Change one compound on disk: as it is there now, and as it is then.

    One change at a time in a process, so that none of two is lost. What ``change`` raises passes
    through and leaves the file as it was; KeyError when there is no such compound.
    """
    with _editing:
        file = Path(folder) / f"{compound}.json"
        if not file.is_file():
            raise KeyError(compound)
        before = msgspec.json.decode(file.read_bytes(), type=Compound)
        after = change(before)
        if after != before:
            save(folder, after)
    return before, after


def save(folder: Path | str, compound: Compound) -> Path:
    """Write one compound as ``<id>.json`` and give the file's path.

    The file is written beside its place and moved there, so a reader sees the old one or the
    new one and never a half.
    """
    target = Path(folder) / f"{compound.id}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{compound.id}-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(compound))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
