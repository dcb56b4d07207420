"""What reads foreign files with GDAL: a process of its own, which may fail without harm.

``python -m geodata.importing.readers.ogr_child FILE OUT MEMORY SECONDS`` reads every layer of one
file and writes it to OUT as MessagePack: geometry as WKB, columns as plain values. GDAL is a
million lines of C++ and the files come from anybody, so memory, processor time and the size of what
it writes are bounded by the system, and drivers that would reach out to other files or to the
network are not loaded (``GDAL_SKIP`` in the environment, which GDAL reads when it starts).
"""

from __future__ import annotations

import resource
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

MOST_FEATURES = 300_000
MEMORY, MANY = 3, 4
"""How it ends when memory does not suffice, and when a file holds more features than that."""
_UNWANTED = ("geopandas", "pandas", "pyarrow", "shapely", "pyproj")
CONFIG = Path(__file__).parent / "osmconf.ini"


def main(words: Sequence[str]) -> int:
    """Read one file; 0, ``MEMORY``, ``MANY``, or 1 with GDAL's own words on standard error."""
    file, out, memory, seconds, encoding = words
    bound(int(memory), int(seconds))
    # pyogrio would load all of them where it finds them: a second of time and 80 MB for nothing.
    sys.modules.update(dict.fromkeys(_UNWANTED))  # type: ignore[arg-type]
    gdal, errors = import_module("pyogrio"), import_module("pyogrio.errors")
    try:
        layers = _layers(gdal, Path(file), encoding)
    except (errors.DataSourceError, errors.DataLayerError, errors.FieldError, ValueError) as exc:
        print(" ".join(str(exc).split())[:400], file=sys.stderr)
        return 1
    except MemoryError:
        return MEMORY
    if layers is None:
        return MANY
    Path(out).write_bytes(msgspec.msgpack.encode(layers))
    return 0


def bound(memory_bytes: int, seconds: int) -> None:
    """Let the system end this process where it takes too much."""
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, memory_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def _layers(gdal: Any, file: Path, encoding: str) -> list[dict[str, Any]] | None:
    """All layers with features, or None when there are more than we take."""
    # What a field type cannot hold is told by a warning; the values are there as text or null.
    warnings.simplefilter("ignore")
    gdal.set_gdal_config_options(
        {"OSM_CONFIG_FILE": str(CONFIG), "OSM_MAX_TMPFILE_SIZE": "200", "SHAPE_RESTORE_SHX": "NO",
         "GML_DOWNLOAD_SCHEMA": "NO", "OGR_XLSX_HEADERS": "FORCE", "CPL_VSIL_CURL_USE_HEAD": "NO"}
    )  # fmt: skip
    found, left = [], MOST_FEATURES
    for name in (str(name) for name, _ in gdal.list_layers(file)):
        layer = _layer(gdal.raw, file, name, encoding, left)
        left -= layer["count"]
        if left <= 0:
            return None
        if layer["count"]:
            found.append(layer)
    return found


def _layer(raw: Any, file: Path, name: str, encoding: str, left: int) -> dict[str, Any]:
    meta, _, shapes, values = raw.read(
        file, layer=name, force_2d=True, max_features=left, encoding=encoding or None
    )
    count = len(values[0]) if len(values) else len(shapes) if shapes is not None else 0
    columns = [str(field) for field in meta["fields"]]
    return {
        "name": name,
        "crs": meta.get("crs") or "",
        "encoding": meta.get("encoding") or "",
        "count": count,
        "shapes": [] if shapes is None else [_bytes(shape) for shape in shapes],
        "columns": dict(zip(columns, (_plain(value) for value in values), strict=True)),
    }


def _bytes(shape: Any) -> bytes | None:
    return None if shape is None else bytes(shape)


def _plain(values: np.ndarray[Any, Any]) -> list[Any]:
    """A column as numbers and texts; what is not there is None."""
    if values.dtype.kind in "iub":
        return values.tolist()  # type: ignore[no-any-return]
    if values.dtype.kind == "f":
        return [None if value != value else value for value in values.tolist()]
    if values.dtype.kind == "M":
        return [None if np.isnat(value) else str(value) for value in values]
    return [value if isinstance(value, str | int | float) else _text(value) for value in values]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bytes):
        return None
    return str(value.tolist() if isinstance(value, np.ndarray) else value)[:1000]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
