"""Files that GDAL reads, by a bounded process of its own: see ``ogr_child``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from geodata.importing.readers import ogr_child
from geodata.importing.report.sentences import CannotImport, Words, say

MEMORY_BYTES = 3 * 1024**3
"""Address space, of which GDAL and its libraries map 1 GB without using it."""
SECONDS = 120
_HOUSE = Path(__file__).resolve().parents[3]
_SKIPPED = (
    "VRT,OGR_VRT,WFS,OAPIF,WMS,WMTS,WCS,CSW,HTTP,PLSCENES,Carto,AmigoCloud,Elastic,NGW,GMLAS,"
    "MongoDBv3,PostgreSQL,MySQL,MSSQLSpatial,ODBC,PGEO,OCI,DAAS,EEDA,STACIT,STACTA,TileDB,GTI"
)
_ENDED = {-9: "takes_memory", -24: "takes_time", -25: "takes_space",
          ogr_child.MEMORY: "takes_memory"}  # fmt: skip
"""Signals by which the system ends what takes too much (SIGKILL, SIGXCPU, SIGXFSZ)."""


class OgrLayer(msgspec.Struct):
    """A layer as GDAL gave it: WKB shapes, and columns of as many values."""

    name: str
    crs: str
    encoding: str
    count: int
    shapes: list[bytes | None]
    columns: dict[str, list[Any]]

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary a feature, of what it has."""
        names = list(self.columns)
        if not names:
            return [{} for _ in range(self.count)]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value not in (None, "")}
            for row in zip(*self.columns.values(), strict=True)
        ]


def read(
    file: Path,
    encoding: str = "",
    *,
    kept: Path | None = None,
    memory_bytes: int = MEMORY_BYTES,
    seconds: int = SECONDS,
) -> list[OgrLayer]:
    """Every layer of a file that has features.

    What was read is left in the folder ``kept``, so that an import that was broken off goes on
    from there. Raises CannotImport with what GDAL said, or with the bound that was reached.
    """
    before = kept / f"{_hash(file, encoding)}.layers" if kept else None
    if before and before.exists():
        try:
            return msgspec.msgpack.decode(before.read_bytes(), type=list[OgrLayer])
        except msgspec.DecodeError:
            before.unlink()
    content = _read(file, encoding, memory_bytes, seconds)
    if before:
        before.parent.mkdir(parents=True, exist_ok=True)
        half = before.with_suffix(".half")
        half.write_bytes(content)
        half.replace(before)
    return msgspec.msgpack.decode(content, type=list[OgrLayer])


def _hash(file: Path, encoding: str) -> str:
    """Of the content, of the files beside it that belong to it, and of how it is read."""
    found = hashlib.sha256(f"2 {encoding} {file.suffix}".encode())
    for path in sorted(file.parent.glob(f"{file.stem}.*")) if file.suffix == ".shp" else [file]:
        with path.open("rb") as opened:
            found.update(hashlib.file_digest(opened, "sha256").digest())
    return found.hexdigest()


def _read(file: Path, encoding: str, memory_bytes: int, seconds: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="dayuan-") as folder:
        out = Path(folder) / "layers"
        words = [str(file.resolve()), str(out), str(memory_bytes), str(seconds), encoding]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "geodata.importing.readers.ogr_child", *words],
                cwd=_HOUSE,
                env={"GDAL_SKIP": _SKIPPED, "OGR_SKIP": _SKIPPED, "CPL_TMPDIR": folder},
                capture_output=True,
                timeout=seconds * 2,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CannotImport(say("not_in_time", seconds=seconds * 2)) from None
        if done.returncode:
            raise CannotImport(_why(done.returncode, done.stderr.decode("utf-8", "replace")))
        return out.read_bytes()


def _why(code: int, said: str) -> Words:
    if code in _ENDED or "MemoryError" in said:
        return say(_ENDED.get(code, "takes_memory"))
    if code == ogr_child.MANY:
        return say("too_many_features", most=ogr_child.MOST_FEATURES)
    if last := said.strip().splitlines()[-1:]:
        return say("library_says", library="GDAL", said=last[0])
    return say("reading_ended", code=code)
