"""Which reader a file is for, by its ending and its first and last bytes.

A file that is not what its name says, or that was cut off on the way, is refused before any
library sees it. GeoJSON, CityJSON, lists and catalogues are read here; the rest is GDAL's.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import shapely

from geodata.importing.readers import cityjson, device_lists, encodings, gb28181, ogr
from geodata.importing.readers.device_lists import ColumnMapping
from geodata.importing.readers.features import LayerTable
from geodata.importing.readers.references import Stated, stated
from geodata.importing.report.sentences import CannotImport, Words, say
from twin.catalogue import DeviceKinds

MIB = 1024 * 1024
CRS84 = Stated("wgs84", say("by_definition"), firm=False)


class How(NamedTuple):
    """How lists are read, and the folder where what GDAL read is kept until an import is done.

    ``kinds`` are the device kinds that a list may name by their labels.
    """

    mapping: ColumnMapping = ColumnMapping()
    kept: Path | None = None
    kinds: DeviceKinds = MappingProxyType({})


class Format(NamedTuple):
    """A kind of file: how large it may be, how it begins and ends, and what reads it."""

    most_bytes: int
    begins: tuple[bytes, ...]
    ends: tuple[bytes, ...]
    read: Callable[[Path, How], list[LayerTable]]


def read(path: Path, how: How) -> list[LayerTable]:
    """The tables of a file. Raises CannotImport, its words said after the file's name."""
    form = FORMATS[path.suffix.lower()]
    check(path, form)
    return form.read(path, how)


def check(path: Path, form: Format) -> None:
    """Raise Refused for a file that is too large, of another kind, or cut off."""
    size = path.stat().st_size
    if size > form.most_bytes:
        raise CannotImport(say("too_large", size=size / MIB, most=form.most_bytes // MIB))
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(size - 512, 0))
        tail = file.read().rstrip(b"\0 \r\n\t\x1a")
    if form.begins and not any(mark in head for mark in form.begins):
        raise CannotImport(say("not_this_kind", ending=path.suffix))
    if form.ends and not tail.endswith(form.ends):
        raise CannotImport(say("cut_off"))
    if path.suffix.lower() in _LENGTHS:
        _LENGTHS[path.suffix.lower()](path, head, size)


def _shp_length(path: Path, head: bytes, size: int) -> None:
    """Byte 24 of a shapefile tells its length in 16-bit words."""
    told = struct.unpack(">i", head[24:28])[0] * 2 if len(head) >= 28 else 0
    if size < told or len(head) < 100:
        raise CannotImport(say("cut_off_bytes", size=size, told=told))
    beside = {other.suffix.lower() for other in path.parent.glob(f"{path.stem}.*")}
    if missing := {".shx", ".dbf"} - beside:
        raise CannotImport(say("lacks_parts", endings=" ".join(sorted(missing))))
    dbf = next(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() == ".dbf")
    with dbf.open("rb") as file:
        top = file.read(32)
    count, begin, each = struct.unpack("<IHH", top[4:12]) if len(top) == 32 else (0, 1, 0)
    if dbf.stat().st_size < begin + count * each:
        raise CannotImport(say("table_short", name=dbf.name, rows=count))


def _sqlite_length(path: Path, head: bytes, size: int) -> None:
    """Bytes 16 and 28 of a database tell its page size and its pages."""
    page, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])[0]
    told = (65536 if page == 1 else page) * pages
    if size < told:
        raise CannotImport(say("cut_off_bytes", size=size, told=told))


def _pbf_length(path: Path, head: bytes, size: int) -> None:
    """Blobs follow each other, each with its length before it; the last ends with the file."""
    with path.open("rb") as file:
        while lead := file.read(4):
            length = struct.unpack(">I", lead)[0] if len(lead) == 4 else 1 << 20
            header = file.read(length) if length <= 64 * 1024 else b""
            if len(header) < length or not (found := _datasize(header)):
                raise CannotImport(say("cut_off_block"))
            if file.seek(found, 1) > size:
                raise CannotImport(say("cut_off_block"))


def _datasize(header: bytes) -> int:
    """Field 3 of a BlobHeader, a varint; fields before it are strings (OSM PBF, fileformat)."""
    at = 0
    while at < len(header):
        key, at = _varint(header, at)
        value, at = _varint(header, at)
        if key == 0x18:
            return value
        at += value if key & 7 == 2 else 0
    return 0


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content):
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            break
    return value, at


_LENGTHS = {".shp": _shp_length, ".gpkg": _sqlite_length, ".pbf": _pbf_length}


def _json(path: Path, how: How) -> list[LayerTable]:
    text, encoding = encodings.decoded(path.read_bytes())
    try:
        content = json.loads(text)
    except json.JSONDecodeError as exc:
        if exc.pos >= len(text.rstrip()) - 1 or exc.msg.startswith("Unterminated"):
            raise CannotImport(say("cut_off")) from exc
        raise CannotImport(say("no_json", said=str(exc))) from exc
    except RecursionError:
        raise CannotImport(say("nested")) from None
    if not isinstance(content, dict):
        raise CannotImport(say("no_geojson"))
    if content.get("type") == "CityJSON":
        return [cityjson.read(content)]
    table = _geojson(content)
    table.encoding = encoding
    return [table]


def _geojson(content: dict[str, Any]) -> LayerTable:
    if content.get("type") != "FeatureCollection" or not isinstance(content.get("features"), list):
        raise CannotImport(say("no_geojson"))
    rows = content["features"]
    says = {json.dumps(part["crs"]) for part in (content, *rows) if part.get("crs")}
    if len(says) > 1:
        raise CannotImport(say("mixes_references", said=", ".join(sorted(says))[:200]))
    member = json.loads(says.pop()) if says else None
    own = stated(_crs_name(member)) if member else CRS84
    trouble: dict[int, Words] = {}
    shapes = [_shape(row.get("geometry"), number, trouble) for number, row in enumerate(rows)]
    return LayerTable(own, shapes, [_properties(row) for row in rows], trouble=trouble)


def _crs_name(member: Any) -> str:
    try:
        return str(member["properties"]["name"])
    except (KeyError, TypeError):
        raise CannotImport(say("crs_unnamed", said=str(member)[:80])) from None


def _shape(geometry: object, number: int, trouble: dict[int, Words]) -> shapely.Geometry | None:
    """A GeoJSON geometry; None, and what is wrong with it noted, when it is none."""
    if geometry is None:
        trouble[number] = say("no_geometry")
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except shapely.errors.ShapelyError as exc:
        trouble[number] = say("library_says", library="GEOS", said=str(exc))
        return None


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    own = {"id": row["id"]} if "id" in row else {}
    return own | (row.get("properties") or {})


def _gdal(path: Path, how: How) -> list[LayerTable]:
    encoding = _dbf_encoding(path) if path.suffix.lower() == ".shp" else ""
    tables = []
    for layer in ogr.read(path, encoding, kept=how.kept):
        shapes = list(shapely.from_wkb(layer.shapes, on_invalid="ignore"))
        rows = layer.rows()
        trouble = {n: say("no_geometry") for n, shape in enumerate(shapes) if shape is None}
        says = stated(layer.crs, firm=path.suffix.lower() not in _LOOSE) if layer.crs else None
        tables.append(
            LayerTable(
                says, shapes, rows, layer.name, encoding=encoding or "UTF-8", trouble=trouble
            )
        )
    return tables


_LOOSE = frozenset({".kml", ".kmz"})
"""Their system is a matter of definition, and many programs write shifted degrees into them."""


def _dbf_encoding(path: Path) -> str:
    """The letters of a shapefile's texts: as its .cpg says, if that is true, else found out."""
    beside = {other.suffix.lower(): other for other in path.parent.glob(f"{path.stem}.*")}
    with beside[".dbf"].open("rb") as file:
        top = file.read(32)
        file.seek(struct.unpack("<H", top[8:10])[0])
        sample = file.read(256 * 1024)
    found = encodings.detected(sample)
    said = beside[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in beside else ""
    if said and found != "UTF-8":
        try:
            sample.decode(said)
        except (LookupError, UnicodeDecodeError):
            return found
        return said
    return found


def _csv(path: Path, how: How) -> list[LayerTable]:
    text, encoding = encodings.decoded(path.read_bytes())
    table = device_lists.from_csv(text, how.mapping, how.kinds)
    table.encoding = encoding
    return [table]


def _sheets(path: Path, how: How) -> list[LayerTable]:
    return [
        device_lists.table(layer.rows(), how.mapping, how.kinds)
        for layer in ogr.read(path, kept=how.kept)
    ]


def _catalogue(path: Path, how: How) -> list[LayerTable]:
    text, encoding = encodings.decoded(path.read_bytes())
    items, left = gb28181.from_xml(text)
    table = device_lists.table(items, how.mapping, how.kinds, left)
    table.encoding = encoding
    return [table]


FORMATS: dict[str, Format] = {
    ".geojson": Format(64 * MIB, (), (), _json),
    ".json": Format(64 * MIB, (), (), _json),
    ".gpkg": Format(1024 * MIB, (b"SQLite format 3\0",), (), _gdal),
    ".shp": Format(512 * MIB, (b"\0\0\x27\x0a",), (), _gdal),
    ".fgb": Format(512 * MIB, (b"fgb",), (), _gdal),
    ".kml": Format(64 * MIB, (b"<kml", b":kml"), (b"kml>",), _gdal),
    ".gml": Format(64 * MIB, (b"gml",), (b">",), _gdal),
    ".dxf": Format(128 * MIB, (b"SECTION",), (b"EOF",), _gdal),
    ".osm": Format(256 * MIB, (b"<osm",), (b"</osm>",), _gdal),
    ".pbf": Format(256 * MIB, (b"OSMHeader",), (), _gdal),
    ".csv": Format(16 * MIB, (), (), _csv),
    ".xlsx": Format(16 * MIB, (b"PK\x03\x04",), (), _sheets),
    ".xml": Format(16 * MIB, (b"<",), (b">",), _catalogue),
}
"""What is read, by the ending of its name."""
