"""Files to features: whatever format, in WGS-84, each source with the reference it was read in.

GeoJSON without a ``crs`` member is CRS84 (RFC 7946, section 4). Any other format must state its
reference in the file, or the caller must declare one; a guess is never made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from pyogrio.errors import DataSourceError
from pyproj.exceptions import CRSError

from geodata import crs
from geodata.checks import Fault
from twin.metres import scale_m

OTHER_FORMATS = frozenset({".shp", ".gpkg", ".fgb", ".kml", ".gml"})
LARGEST_BYTES = 64 * 1024 * 1024
NOWHERE = (0.0, 0.0)


@dataclass
class Source:
    """A file that was read: how many features, in which reference, who said so, how far moved."""

    file: str
    features: int = 0
    reference: str = ""
    stated: str = ""
    moved_m: float = 0.0
    used: dict[str, int] = field(default_factory=dict)


@dataclass
class Feature:
    """A geometry in WGS-84 degrees with its properties; ``label`` names it to people."""

    source: Source
    number: int
    shape: shapely.Geometry
    properties: dict[str, Any]
    trouble: str = ""

    @property
    def label(self) -> str:
        """What a report calls it: its name, else its id, else file and number."""
        name = self.text("name", "名称", "楼栋", "楼号")
        return name or self.text("id", "gid", "fid") or f"{self.source.file} #{self.number}"

    @property
    def place(self) -> tuple[float, float]:
        """A position for a report; 0, 0 when it has none."""
        coords = shapely.get_coordinates(self.shape)
        if not len(coords) or not np.isfinite(coords).all():
            return NOWHERE
        lon, lat = coords.mean(axis=0)
        return round(float(lon), 7), round(float(lat), 7)

    def text(self, *keys: str) -> str:
        """The first property there is of some names, in any case, as text."""
        found = {key.casefold(): value for key, value in self.properties.items()}
        values = (found.get(key.casefold()) for key in keys)
        return next((str(value).strip() for value in values if value not in (None, "")), "")

    def figure(self, *keys: str) -> float | None:
        """The first property there is of some names as a finite number, or None."""
        try:
            value = float(self.text(*keys).removesuffix("m"))
        except ValueError:
            return None
        return value if np.isfinite(value) else None


def read(
    folder: Path, reference: str | None = None
) -> tuple[list[Feature], list[Source], list[Fault]]:
    """Every feature of a folder's files in WGS-84; what cannot be read is a fault."""
    features: list[Feature] = []
    sources: list[Source] = []
    faults: list[Fault] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix.lower() not in {".geojson", ".json", *OTHER_FORMATS}:
            continue
        source = Source(path.name)
        sources.append(source)
        try:
            found = list(_features(path, source, reference))
        except (ValueError, TypeError, KeyError, DataSourceError, CRSError, OSError) as exc:
            kind = "no reference" if isinstance(exc, _NoReference) else "unreadable"
            faults.append(Fault(path.name, NOWHERE, kind, str(exc) or type(exc).__name__))
            continue
        source.features = len(found)
        wrong = [fault for feature in found if (fault := _astray(feature))]
        faults += wrong
        features += _moved(found, source) if not wrong else found
    if not sources:
        words = "there is no file in a format we read"
        faults.append(Fault(str(folder), NOWHERE, "unreadable", words))
    return features, sources, faults


class _NoReference(ValueError):
    """Nobody said which reference the coordinates of a file are in."""


def _features(path: Path, source: Source, reference: str | None) -> Iterator[Feature]:
    if path.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"larger than {LARGEST_BYTES // 1024**2} MiB")
    if path.suffix.lower() in OTHER_FORMATS:
        return _from_table(geopandas.read_file(path), source, reference)
    return _from_geojson(json.loads(path.read_bytes()), source, reference)


def _from_geojson(content: Any, source: Source, reference: str | None) -> Iterator[Feature]:
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise ValueError("is not a GeoJSON FeatureCollection")
    member = content.get("crs")
    rows = content["features"]
    parsed = [_shape(row.get("geometry")) for row in rows]
    shapes = [shape for shape, _ in parsed]
    declared = member["properties"]["name"] if member else None
    known = crs.reference_named(declared) if declared else "wgs84"
    if reference:
        source.reference, source.stated = reference, "declared by the operator"
    elif known:
        source.reference = known
        source.stated = f"in the file: {declared}" if declared else "GeoJSON without crs is CRS84"
    else:
        return _from_table(
            geopandas.GeoDataFrame(
                [row.get("properties") or {} for row in rows], geometry=shapes, crs=declared
            ),
            source,
            None,
        )
    return (
        Feature(source, number, shape, _properties(row), trouble)
        for number, ((shape, trouble), row) in enumerate(zip(parsed, rows, strict=True), start=1)
    )


def _shape(geometry: object) -> tuple[shapely.Geometry, str]:
    """A GeoJSON geometry, or an empty one and what is wrong with it."""
    if geometry is None:
        return shapely.Point(), "has no geometry"
    try:
        return shapely.force_2d(shapely.from_geojson(json.dumps(geometry))), ""
    except shapely.errors.ShapelyError as exc:
        return shapely.Point(), str(exc)


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    own = {"id": row["id"]} if "id" in row else {}
    return own | (row.get("properties") or {})


def _from_table(
    table: geopandas.GeoDataFrame, source: Source, reference: str | None
) -> Iterator[Feature]:
    """Rows of a table with geometry; projected coordinates become WGS-84 degrees."""
    if reference:
        source.reference, source.stated = reference, "declared by the operator"
    elif table.crs is None:
        raise _NoReference("states no reference system: declare one with --reference")
    else:
        source.reference = crs.reference_named(str(table.crs.to_string())) or "wgs84"
        source.stated = f"in the file: {table.crs.name}"
        if not table.crs.is_geographic:
            table = table.to_crs("EPSG:4326")
    names = [name for name in table.columns if name != table.geometry.name]
    return (
        Feature(
            source,
            number,
            shapely.Point() if shape is None else shapely.force_2d(shape),
            dict(zip(names, row, strict=True)),
        )
        for number, (shape, row) in enumerate(
            zip(table.geometry, table[names].itertuples(index=False), strict=True), start=1
        )
    )


def _astray(feature: Feature) -> Fault | None:
    """Coordinates that are not degrees of longitude and latitude, in this order."""
    coords = shapely.get_coordinates(feature.shape)
    if not len(coords) or not np.isfinite(coords).all():
        words = feature.trouble or "has no usable coordinates"
        return Fault(feature.label, NOWHERE, "invalid", words)
    x, y = coords.T
    place = feature.place
    if np.all((np.abs(x) <= 90) & (np.abs(y) > 90) & (np.abs(y) <= 180)) or np.all(
        (x > 3) & (x < 54) & (y > 73) & (y < 136)
    ):
        return Fault(feature.label, place, "swapped", "latitude stands before longitude")
    if np.any((np.abs(x) > 180) | (np.abs(y) > 90)):
        words = "its coordinates are no degrees: metres of a projection without its name?"
        return Fault(feature.label, place, "metres", words)
    return None


def _moved(features: list[Feature], source: Source) -> list[Feature]:
    """Features of a source brought to WGS-84; the source notes how far the farthest moved."""
    for feature in features:
        before = shapely.get_coordinates(feature.shape)
        after = crs.to_wgs84(before, source.reference)
        step = (after - before) * scale_m(float(after[0, 1]))
        source.moved_m = max(source.moved_m, float(np.hypot(*step.T).max()))
        feature.shape = shapely.set_coordinates(feature.shape, after)
    return features
