"""Zip files from people we do not know: looked at before anything is written.

A path that climbs, a link, a password, too many files, or far more inside than outside is refused
whole. What is written is counted as it comes, for the sizes in the index may lie.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from functools import partial
from pathlib import Path, PurePosixPath

from geodata.importing.readers.encodings import printable
from geodata.importing.report.sentences import CannotImport, say

MOST_FILES = 2000
MOST_BYTES = 512 * 1024 * 1024
MOST_TIMES = 200
"""Text shrinks 5 to 20 times, footprints up to 50; a bomb a thousand times."""
SMALL_BYTES = 1024 * 1024
_CHUNK = 1024 * 1024
_UTF8_FLAG = 0x800
_SECRET_FLAG = 0x1


Unsafe = partial(CannotImport, kind="unsafe")
"""An archive that is not unpacked, and why."""


def unpack(archive: Path, into: Path) -> list[Path]:
    """Write the files of an archive below a folder, without its inner folders; gives them.

    Raises CannotImport, of kind ``unsafe``, or ``unreadable`` for one that is broken.
    """
    into.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if not info.is_dir()]
            _look(members)
            left = MOST_BYTES
            found: list[Path] = []
            for info in members:
                target = into / _name(info).name
                if target in found:
                    raise Unsafe(say("zip_twins", name=target.name))
                left -= _write(opened, info, target, left)
                found.append(target)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as exc:
        raise CannotImport(say("broken_zip", said=str(exc))) from exc


def _name(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path of a member; old archives from Chinese systems have theirs in GBK."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    return PurePosixPath(printable(name).replace("\\", "/"))


def _look(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise Unsafe(say("zip_many", count=len(members), most=MOST_FILES))
    for info in members:
        path = _name(info)
        climbs = path.is_absolute() or not path.parts or ".." in path.parts or ":" in path.parts[0]
        if climbs or "\x00" in info.filename:
            raise Unsafe(say("zip_climbs", path=path))
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unsafe(say("zip_link", path=path))
        if info.flag_bits & _SECRET_FLAG:
            raise Unsafe(say("zip_locked", path=path))
        grows = info.file_size > MOST_TIMES * max(info.compress_size, 1)
        if info.file_size > SMALL_BYTES and grows:
            times = info.file_size // max(info.compress_size, 1)
            raise Unsafe(say("zip_bomb", path=path, times=times))
    whole = sum(info.file_size for info in members)
    if whole > MOST_BYTES:
        raise Unsafe(say("zip_huge", size=whole // 1024**2, most=MOST_BYTES // 1024**2))


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    written = 0
    with opened.open(info) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise Unsafe(say("zip_grew", most=MOST_BYTES // 1024**2))
            file.write(chunk)
    return written
