"""A folder of shared collections as one GeoPackage, WGS-84 declared, a layer for each.

Run as a program of its own, ``python -P geodata/export.py FOLDER FILE``: GDAL belongs into no
process that serves. The folder holds ``schema.json``, a list of collections with their fields,
and ``<id>.geojson`` each, one feature a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

AT_ONCE = 10_000
"""Features in memory at once: a street of 100,000 devices in ten pieces."""
WGS84 = "EPSG:4326"
"""GeoPackage stores longitude first whatever the axis order of the definition (OGC 12-128r18)."""
_UTC = 100
"""GDAL's number for it."""
_EMPTY: Mapping[str, Any] = {"string": None, "integer": 0, "number": 0.0, "boolean": False}
_TYPES: Mapping[str, Any] = {
    "string": object, "integer": np.int64, "number": np.float64, "boolean": np.bool_,
}  # fmt: skip


def geopackage(folder: Path, target: Path) -> None:
    """Write all collections of a folder into one file, which must not exist yet."""
    for table in json.loads((folder / "schema.json").read_bytes()):
        features = _features(folder / f"{table['id']}.geojson")
        first = list(islice(features, AT_ONCE))
        _write(target, table, first, append=False)
        while more := list(islice(features, AT_ONCE)):
            _write(target, table, more, append=True)


def _features(path: Path) -> Iterator[dict[str, Any]]:
    """The features of a file, read line by line."""
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b'{"type":"Feature",'):
                yield json.loads(line.rstrip(b",\n"))


def _write(
    target: Path, table: Mapping[str, Any], features: Sequence[dict[str, Any]], *, append: bool
) -> None:
    fields = [{"name": "id", "kind": "string"}, *table["fields"]]
    rows = [{"id": one["id"], **one["properties"]} for one in features]
    columns = [_column([row[f["name"]] for row in rows], f["kind"]) for f in fields]
    instants = [field["name"] for field in fields if field["kind"] == "instant"]
    options = {} if append else {"IDENTIFIER": table["title"], "DESCRIPTION": table["about"]}
    pyogrio.raw.write(
        target,
        geometry=_geometries(features),
        field_data=[column for column, _ in columns],
        field_mask=[mask for _, mask in columns],
        fields=[field["name"] for field in fields],
        geometry_type=table["shape"],
        crs=WGS84,
        layer=table["id"],
        driver="GPKG",
        append=append,
        gdal_tz_offsets={name: np.full(len(rows), _UTC) for name in instants},
        layer_options=options,
    )


def _geometries(features: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Geometries as WKB, None where a feature has none."""
    makers: Mapping[str, Callable[[Any], shapely.Geometry]] = {
        "Point": shapely.Point,
        "LineString": shapely.LineString,
        "Polygon": lambda rings: shapely.Polygon(rings[0], rings[1:]),
    }
    found = (one["geometry"] for one in features)
    shapes = [makers[one["type"]](one["coordinates"]) if one else None for one in found]
    wkb: np.ndarray = shapely.to_wkb(np.array(shapes, object))
    return wkb


def _column(values: Sequence[Any], kind: str) -> tuple[np.ndarray, np.ndarray | None]:
    """A column and, where it needs one, the mask of what is unknown."""
    unknown = np.array([value is None for value in values], bool)
    if kind == "instant":
        # Written in UTC; numpy knows no zones.
        instants = [None if value is None else value.removesuffix("Z") for value in values]
        return np.array(instants, "datetime64[ms]"), None
    if kind == "string":
        return np.array(values, object), None
    known = [_EMPTY[kind] if value is None else value for value in values]
    return np.array(known, _TYPES[kind]), unknown


if __name__ == "__main__":
    geopackage(Path(sys.argv[1]), Path(sys.argv[2]))
