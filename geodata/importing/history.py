"""What imports and people did: a log, what each last import made, and the bytes to go back to.

One folder a compound beside the places: ``imports/<compound>/``. ``log.jsonl`` has a line for each
import, edit and undo, with who, when, from which files and with which options (an inverse of GCJ-02
or BD-09 among them). ``base.json`` and ``keys.json`` are what the next import compares with.
``undo/<n>/`` holds what was there before change n; its entry is written first, so a fall in between
leaves either the old place with a spare entry, which is known by its hash, or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from geodata import store
from geodata.importing.merging import LastImport
from geodata.importing.report.sentences import Words, say
from twin.errors import DayuanError, InvalidPlace, InvalidTerritory
from twin.places.model import Compound
from twin.places.territory import is_label

KEPT = 10
"""Changes that can be undone, one after another."""
_STATE = ("base.json", "keys.json", "mapping.json")


class CannotUndo(DayuanError):
    """There is nothing to undo, or what stands now is not what the last change wrote."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(str(words))


class Entry(msgspec.Struct):
    """What one change replaced: ``before`` and ``after`` are hashes, "" where there was no file."""

    number: int
    before: str
    after: str
    at: str


class _Lying(msgspec.Struct):
    """Of a place only where it lies."""

    territory: str


class History:
    """The changes of one compound, one at a time however many processes make them."""

    def __init__(self, places: Path, compound: str) -> None:
        """Raises InvalidTerritory for a ``compound`` that is no label: it names files."""
        if not is_label(compound):
            raise InvalidTerritory(f"{compound[:100]!r} is no label of a territory")
        self.place = places / f"{compound}.json"
        self.compound = compound
        self.folder = places.parent / "imports" / compound

    def known(self) -> LastImport | None:
        """What the last import left, or None."""
        base, keys = self.folder / "base.json", self.folder / "keys.json"
        try:
            return LastImport(
                msgspec.json.decode(base.read_bytes(), type=Compound),
                msgspec.json.decode(keys.read_bytes(), type=dict[str, str]),
            )
        except (OSError, msgspec.DecodeError):
            return None

    @property
    def mapping(self) -> Path:
        """The column mapping that was used last; the next import finds it there."""
        return self.folder / "mapping.json"

    def save(
        self, merged: Compound, base: Compound | None, keys: Mapping[str, str],
        mapping: bytes | None, about: Mapping[str, Any],
    ) -> Path | None:  # fmt: skip
        """Write the place and what belongs to it; None when it is there already, byte for byte.

        ``base`` is None for files that a person edited and no import made: what is theirs in them
        nobody can tell.
        """
        state = {"keys.json": msgspec.json.encode(dict(keys))}
        if base is not None:
            state["base.json"] = msgspec.json.encode(base)
        if mapping is not None:
            state["mapping.json"] = mapping
        with self._alone():
            entry = self._replaced(merged)
            self._write(state)
            if entry is None:
                return None
            self._log("place.imported", {**about, "number": entry.number, "sha256": entry.after})
            return self.place

    def edit(
        self, change: Callable[[Compound], Compound], about: Mapping[str, Any]
    ) -> tuple[Compound, Compound]:
        """Change the place on disk: as it is there now, and as it is then.

        What ``change`` raises passes through and leaves all as it was; KeyError when there is no
        such compound.
        """
        if not self.place.is_file():
            raise KeyError(self.compound)
        with self._alone():
            before = msgspec.json.decode(self.place.read_bytes(), type=Compound)
            after = change(before)
            entry = self._replaced(after) if after != before else None
            if entry:
                where = {"territory": before.territory, "number": entry.number}
                self._log("place.edited", {**about, **where, "sha256": entry.after})
        return before, after

    def undo(self, by: str, territory: str = "") -> Words:
        """Bring back the bytes from before the last change; gives a sentence.

        Raises CannotUndo when there was none, when the file was written by others since, or when
        it lies in another ``territory`` than the one named.
        """
        if not self.folder.is_dir():
            raise CannotUndo(say("nothing_to_undo", compound=self.compound))
        with self._alone():
            return self._undo(by, territory)

    def _undo(self, by: str, territory: str) -> Words:
        lies_in = self._territory()
        if territory and territory != lies_in:
            raise CannotUndo(say("no_such_compound", territory=territory))
        entry, folder = self._last()
        now = _hash(self.place)
        if entry is None or folder is None:
            raise CannotUndo(say("nothing_to_undo", compound=self.compound))
        if now != entry.after:
            raise CannotUndo(say("changed_since", compound=self.compound))
        before = folder / "place.json"
        if before.exists():
            _replace(self.place, before.read_bytes())
        else:
            self.place.unlink()
        for name in _STATE:
            if (folder / name).exists():
                _replace(self.folder / name, (folder / name).read_bytes())
            else:
                (self.folder / name).unlink(missing_ok=True)
        about = {"territory": lies_in, "by": by, "number": entry.number, "sha256": entry.before}
        self._log("place.import_undone", about)
        shutil.rmtree(folder)
        what = "undone" if entry.before else "undone_gone"
        return say(what, compound=self.compound, at=entry.at)

    def _territory(self) -> str:
        try:
            return msgspec.json.decode(self.place.read_bytes(), type=_Lying).territory
        except (OSError, msgspec.DecodeError):
            return ""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes this compound meanwhile, in no process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _replaced(self, compound: Compound) -> Entry | None:
        """Write the place, what was there kept; None when it is there already, byte for byte.

        Raises InvalidPlace for another compound than the one whose changes these are.
        """
        if compound.id != self.compound:
            raise InvalidPlace([f"{compound.id[:100]!r} is not {self.compound!r}"])
        content = msgspec.json.encode(compound)
        if self.place.exists() and self.place.read_bytes() == content:
            return None
        entry = self._remember(content)
        store.save(self.place.parent, compound)
        return entry

    def _remember(self, content: bytes) -> Entry:
        numbers = [int(path.name) for path in self._entries()]
        after = hashlib.sha256(content).hexdigest()
        entry = Entry(max(numbers, default=0) + 1, _hash(self.place), after, _now())
        folder = self.folder / "undo" / f"{entry.number:06d}"
        spare = folder.with_name(f".{folder.name}")
        shutil.rmtree(spare, ignore_errors=True)
        spare.mkdir(parents=True)
        for source, name in ((self.place, "place.json"), *((self.folder / n, n) for n in _STATE)):
            if source.exists():
                _replace(spare / name, source.read_bytes())
        _replace(spare / "entry.json", msgspec.json.encode(entry))
        spare.rename(folder)
        for old in self._entries()[:-KEPT]:
            shutil.rmtree(old)
        return entry

    def _last(self) -> tuple[Entry | None, Path | None]:
        """The newest entry whose change came to its end; entries of others are thrown away."""
        now = _hash(self.place)
        for folder in reversed(self._entries()):
            entry = msgspec.json.decode((folder / "entry.json").read_bytes(), type=Entry)
            if entry.before == now != entry.after:
                shutil.rmtree(folder)  # its change fell before the place was written
                continue
            return entry, folder
        return None, None

    def _entries(self) -> list[Path]:
        folder = self.folder / "undo"
        return sorted(p for p in folder.glob("[0-9]*") if p.is_dir()) if folder.exists() else []

    def _write(self, state: Mapping[str, bytes]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, content in state.items():
            path = self.folder / name
            if not path.exists() or path.read_bytes() != content:
                _replace(path, content)

    def _log(self, kind: str, data: Mapping[str, Any]) -> None:
        by = data.get("by", "")
        line = {"time": _now(), "type": kind, "subject": self.compound, "by": by, "data": data}
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def edit(
    places: Path, compound: str, change: Callable[[Compound], Compound], about: Mapping[str, Any]
) -> tuple[Compound, Compound]:
    """Change one compound of a folder of places, see ``History.edit``."""
    if not is_label(compound):
        raise KeyError(compound)
    return History(places, compound).edit(change, about)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, 0o644)
    os.replace(name, path)
