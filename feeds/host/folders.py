"""The data folder is its owner's alone: hashes of passwords, people and places lie in it."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)

OURS = ("places", "last-good", "valkey", "imports", "tiles")
"""What we make in it."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(data: Path) -> None:
    """From now on make files for ourselves alone, and close to others what lies there already.

    A folder that many share (``/tmp``) or that is another's is left as it is.
    """
    os.umask(_OTHERS)
    for folder in (data, *(data / name for name in OURS)):
        try:
            found = folder.stat()
        except OSError:
            continue
        if not found.st_mode & _OTHERS or found.st_mode & stat.S_ISVTX:
            continue
        try:
            folder.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
        except OSError as exc:
            log.warning("%s can be read by other users of this machine: %s", folder, exc)
