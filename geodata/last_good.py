"""Copies of places as they could be read last, for the day on which one of them cannot.

A file that is being copied in, that lost its end with the disk full, or that a hand spoiled, takes
its compound off every screen; with its copy the compound stays as it was, and the fault is told.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


class LastGood:
    """A folder of copies by the name of their file; a full disk only means that none is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def content(self, name: str) -> bytes | None:
        """The copy of a file, or None."""
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return None

    def keep(self, name: str, content: bytes, stamp_ns: int) -> None:
        """Copy what was read of a file that changed at ``stamp_ns``, unless it is here already.

        Several processes read one folder: each writes a file of its own and moves it here.
        """
        with suppress(OSError):
            copy = self.folder / name
            if copy.exists() and copy.stat().st_mtime_ns == stamp_ns:
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, spare = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.utime(spare, ns=(stamp_ns, stamp_ns))
                os.replace(spare, copy)
            except BaseException:
                Path(spare).unlink(missing_ok=True)
                raise

    def forget_all_but(self, names: set[str]) -> None:
        """Drop the copies of files that were taken away: who takes a place away means it."""
        with suppress(OSError):
            for copy in self.folder.glob("*.json"):
                if copy.name not in names:
                    copy.unlink(missing_ok=True)
