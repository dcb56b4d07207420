"""Compounds on disk: one JSON file each, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from twin.model import Compound


def load(folder: Path | str) -> list[Compound]:
    """Every compound in a folder, sorted by id; none when there is no such folder.

    Raises ``ValueError`` naming the file when one of them does not hold a compound.
    """
    found = []
    for file in sorted(Path(folder).glob("*.json")):
        try:
            found.append(msgspec.json.decode(file.read_bytes(), type=Compound))
        except msgspec.DecodeError as error:
            raise ValueError(f"{file} does not hold a compound: {error}") from error
    return sorted(found, key=lambda compound: compound.id)


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
