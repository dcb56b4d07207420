"""GeoPackages as GDAL and SQLite read them, made by a process of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from feeds.host.export_child import PACKER, pack
from geodata import export

KINDS = ("string", "integer", "number", "boolean", "instant")
ROW = {"string": "清水 '3幢'", "integer": 7, "number": 1.5, "boolean": True,
       "instant": "2026-11-22T04:00:00.250Z"}  # fmt: skip


def feature(name: str, geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def a_folder(folder: Path, shape: str, features: list[dict[str, Any]]) -> Path:
    """What the server hands over: one collection with a field of each kind."""
    fields = [{"name": kind, "kind": kind, "words": kind} for kind in KINDS]
    table = {"id": "things", "title": "东西", "about": "Things.", "shape": shape, "fields": fields}
    (folder / "schema.json").write_text(json.dumps([table]))
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in features)
    (folder / "things.geojson").write_text(f'{{"features":[\n{lines}\n]}}\n')
    return folder


def test_each_kind_of_field_and_what_is_unknown_arrive(tmp_path: Path) -> None:
    here = {"type": "Point", "coordinates": [113.1, 27.8]}
    rows = [feature("a", here, **ROW), feature("b", None, **dict.fromkeys(KINDS))]
    target = tmp_path / "x.gpkg"
    export.geopackage(a_folder(tmp_path, "Point", rows), target)
    info = pyogrio.read_info(target)
    assert (info["crs"], info["geometry_type"]) == ("EPSG:4326", "Point")
    meta, _, shapes, columns = pyogrio.raw.read(target)
    got = dict(zip(meta["fields"], (column.tolist() for column in columns), strict=True))
    assert got["id"] == ["a", "b"]
    assert [got[kind][0] for kind in ("string", "number")] == [ROW["string"], 1.5]
    assert shapes[1] is None and tuple(info["total_bounds"]) == (113.1, 27.8, 113.1, 27.8)
    with sqlite3.connect(target) as file:
        first, second = file.execute(f"SELECT {', '.join(KINDS)} FROM things").fetchall()
        layer = file.execute("SELECT identifier, description, srs_id FROM gpkg_contents").fetchone()
    assert first == (ROW["string"], 7, 1.5, 1, ROW["instant"])
    assert second == (None,) * 5
    assert layer == ("东西", "Things.", 4326)
    file.close()


@pytest.mark.parametrize(
    ("shape", "coordinates"),
    [("LineString", [[113, 27], [113.1, 27.1]]),
     ("Polygon", [[[113, 27], [113.1, 27], [113.1, 27.1], [113, 27]]])],
)  # fmt: skip
def test_lines_and_areas_keep_their_shape(
    tmp_path: Path, shape: str, coordinates: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 2)
    found = {"type": shape, "coordinates": coordinates}
    rows = [feature(str(number), found, **ROW) for number in range(5)]
    target = tmp_path / "x.gpkg"
    export.geopackage(a_folder(tmp_path, shape, rows), target)
    info = pyogrio.read_info(target)
    assert (info["geometry_type"], info["features"]) == (shape, 5)


def test_a_collection_with_nothing_in_it_is_a_layer_all_the_same(tmp_path: Path) -> None:
    target = tmp_path / "x.gpkg"
    export.geopackage(a_folder(tmp_path, "Polygon", []), target)
    info = pyogrio.read_info(target)
    assert (info["features"], info["fields"].tolist()) == (0, ["id", *KINDS])


@pytest.mark.anyio
async def test_the_packer_is_a_process_that_says_whether_it_worked(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "Point", [])
    assert await pack(folder, tmp_path / "x.gpkg")
    assert pyogrio.read_info(tmp_path / "x.gpkg")["features"] == 0
    (folder / "schema.json").write_text("[")
    said = subprocess.run(
        [sys.executable, "-P", PACKER, folder, tmp_path / "y.gpkg"], capture_output=True
    )
    assert said.returncode != 0 and b"JSONDecodeError" in said.stderr
