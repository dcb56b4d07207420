"""Whose turn it is, kept by the system: a lock that a child holds for as long as it lives.

A number of a process in a file says nothing after a power cut, when another process has it. A lock
on an open file ends with the process that holds it, however it ends, and lives on when the one who
started it is started anew.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class Turn:
    """One turn for all who use this file; who has it is written in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # To look is to lock for a moment: nobody of this process takes the turn meanwhile.
        self._looking = threading.Lock()

    def take(self, name: str) -> int | None:
        """A descriptor to hand to the child that has the turn, then to close; None when taken."""
        with self._looking:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not _locked(handle, fcntl.LOCK_EX):
                os.close(handle)
                return None
            os.ftruncate(handle, 0)
            os.pwrite(handle, name.encode(), 0)
            return handle

    def pass_on(self) -> None:
        """Let others have the turn of a child that has done its work and only has to leave."""
        with self._looking:
            self.path.unlink(missing_ok=True)  # its lock is on the file, not on the name

    def holder(self) -> str:
        """Who has the turn; nothing when nobody has."""
        with self._looking:
            try:
                handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                return ""
            try:
                return "" if _locked(handle, fcntl.LOCK_SH) else os.pread(handle, 100, 0).decode()
            finally:
                os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
