"""Tiny files of every format, made by ourselves."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tests.support.builders.sites import ORIGIN, OUTLINE, ROWS, write
from twin.places.metres import lonlat_from_xy

BOXES = {row["properties"]["name"]: row["geometry"]["coordinates"][0] for row in ROWS}
HEAD = "id,kind,name,lon,lat,azimuth\n"


def at(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place in metres about the origin."""
    lon, lat = lonlat_from_xy((x, y), ORIGIN)
    return float(lon), float(lat)


def written(
    path: Path,
    shapes: list[BaseGeometry],
    driver: str,
    crs: str | None = "EPSG:4326",
    encoding: str | None = None,
    layer: str | None = None,
    **columns: list[Any],
) -> Path:
    """A file of GDAL's with some columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a file without reference is one is the point
        _write(path, shapes, columns, crs=crs, driver=driver, encoding=encoding, layer=layer)
    return path


def _write(
    path: Path, shapes: list[BaseGeometry], columns: dict[str, list[Any]], **options: Any
) -> None:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes)) if shapes else None,
        [np.array(values, dtype=object if isinstance(values[0], str) else None)
         for values in columns.values()],
        list(columns),
        geometry_type=shapes[0].geom_type if shapes else None,
        **options,
    )  # fmt: skip


def slabs(path: Path, driver: str, **options: Any) -> Path:
    """The six slabs of ``builders`` as a file of GDAL's."""
    shapes = [shapely.Polygon(ring) for ring in BOXES.values()]
    heights = [18.0] * len(shapes)
    return written(path, shapes, driver, name=list(BOXES), height=heights, **options)


def outline(folder: Path) -> Path:
    """The outline as GeoJSON."""
    folder.mkdir(exist_ok=True)
    write(folder / "outline.geojson", [OUTLINE])
    return folder


def base(folder: Path) -> Path:
    """Outline and slabs as GeoJSON."""
    write(outline(folder) / "buildings.geojson", ROWS)
    return folder


def camera_rows(
    count: int = 6, move: Callable[[NDArray[np.float64]], Iterable[float]] | None = None
) -> list[str]:
    """Rows of cameras along the lane between the slabs, perhaps written in another system."""
    rows = []
    for number in range(1, count + 1):
        place = np.array(at(-60 + number * 17.0, -25 + (number % 2) * 42.0))
        lon, lat = move(place) if move else place
        rows.append(f"D{number},球机,摄像机{number},{lon:.7f},{lat:.7f},90")
    return rows


def cameras(path: Path, rows: list[str], encoding: str = "utf-8", head: str = HEAD) -> Path:
    """A CSV list of cameras."""
    path.write_bytes((head + "\n".join(rows) + "\n").encode(encoding))
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """An archive of some files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def city(version: str = "2.0") -> dict[str, Any]:
    """CityJSON with a block of LoD1 and a building whose part has LoD2, in EPSG:4547 metres."""
    vertices: list[list[int]] = []
    objects: dict[str, dict[str, Any]] = {}
    for number, (x, y, high) in enumerate([(0, 0, 18), (60, 0, 30)]):
        corners = [(x, y), (x + 40, y), (x + 40, y + 11), (x, y + 11)]
        first = len(vertices)
        vertices += [[a * 1000, b * 1000, 0] for a, b in corners]
        vertices += [[a * 1000, b * 1000, high * 1000] for a, b in corners]
        low, top = [first + n for n in (3, 2, 1, 0)], [first + n for n in (4, 5, 6, 7)]
        sides = [[first + n, first + (n + 1) % 4, first + 4 + (n + 1) % 4, first + 4 + n]
                 for n in range(4)]  # fmt: skip
        solid = [[[low], [top], *([side] for side in sides)]]
        objects[f"B{number + 1}"] = {
            "type": "Building", "attributes": {"name": f"{number + 1}幢"},
            "geometry": [{"type": "Solid", "lod": "1.2", "boundaries": solid}],
        }  # fmt: skip
    shapes = objects["B2"].pop("geometry")
    shapes[0] |= {"lod": "2.2", "semantics": {
        "surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}],
        "values": [[0, 1, 2, 2, 2, 2]]}}  # fmt: skip
    objects["B2"]["children"] = ["B2-1"]
    objects["B2-1"] = {"type": "BuildingPart", "parents": ["B2"], "geometry": shapes}
    return {
        "type": "CityJSON", "version": version, "CityObjects": objects, "vertices": vertices,
        "transform": {"scale": [0.001] * 3, "translate": [416300.0, 3079600.0, 40.0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4547"},
    }  # fmt: skip


def catalogue(items: list[dict[str, str]]) -> str:
    """A GB/T 28181 catalogue message."""
    rows = "".join(
        "<Item>" + "".join(f"<{k}>{v}</{k}>" for k, v in item.items()) + "</Item>" for item in items
    )
    return (
        '<?xml version="1.0" encoding="GB2312"?>\n<Response><CmdType>Catalog</CmdType>'
        f'<DeviceList Num="{len(items)}">{rows}</DeviceList></Response>'
    )


def item(kind: str, serial: int, x: float, y: float, **more: str) -> dict[str, str]:
    """An entry of a catalogue whose id says its kind."""
    lon, lat = at(x, y)
    number = f"4302110111{kind}0{serial:06d}"
    name, parent = f"设备{serial}", "43021101002000000001"
    place = {"Longitude": f"{lon:.7f}", "Latitude": f"{lat:.7f}"}
    return {"DeviceID": number, "Name": name, "ParentID": parent, "Status": "ON", **place, **more}


# --- OpenStreetMap's binary form, as much of it as a test needs -------------------------------


def _varint(value: int) -> bytes:
    found = bytearray()
    while True:
        value, low = value >> 7, value & 127
        found.append(low | (128 if value else 0))
        if not value:
            return bytes(found)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _packed(field: int, values: list[int]) -> bytes:
    return _bytes(field, b"".join(map(_varint, values)))


def _blob(kind: str, content: bytes) -> bytes:
    packed = zlib.compress(content)
    blob = _number(2, len(content)) + _bytes(3, packed)
    header = _bytes(1, kind.encode()) + _number(3, len(blob))
    return len(header).to_bytes(4, "big") + header + blob


def pbf(path: Path, rings: dict[str, list[list[float]]]) -> Path:
    """A .pbf of buildings by name."""
    words = ["", "building", "yes", "name", "building:levels", "6", *rings]
    nodes, ways = b"", b""
    number = 0
    for way, (name, ring) in enumerate(rings.items(), start=1):
        refs = []
        for lon, lat in ring[:-1]:
            number += 1
            place = [_zigzag(round(value * 1e7)) for value in (lat, lon)]
            node = _number(1, _zigzag(number)) + _number(8, place[0]) + _number(9, place[1])
            nodes += _bytes(1, node)
            refs.append(number)
        refs.append(refs[0])
        steps = [_zigzag(b - a) for a, b in pairwise([0, *refs])]
        tags = _packed(2, [1, 3, 4]) + _packed(3, [2, words.index(name), 5])
        ways += _bytes(3, _number(1, way) + tags + _packed(8, steps))
    table = b"".join(_bytes(1, word.encode()) for word in words)
    features = b"".join(_bytes(4, word) for word in (b"OsmSchema-V0.6",))
    block = _bytes(1, table) + _bytes(2, nodes) + _bytes(2, ways)
    path.write_bytes(_blob("OSMHeader", features) + _blob("OSMData", block))
    return path
