"""Every format is read, every bad file is refused with its name, and nothing else happens."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from bench import extract
from geodata.checks import Fault
from geodata.importing.importer import Options, import_folder
from geodata.importing.readers import formats, ogr, reading
from geodata.importing.readers.features import Feature, SourceFile
from geodata.importing.readers.references import declared
from geodata.importing.report.sentences import STOPS
from tests.support.builders import files as f
from tests.support.builders.sites import (
    ORIGIN,
    ROWS,
    TERRITORY,
    a_feature,
    box,
    degrees,
    raw,
    write,
)
from tests.support.catalogues import CATALOGUE
from twin.places.metres import distance_m


def read(folder: Path, *crs: str) -> tuple[list[Feature], list[SourceFile], list[Fault]]:
    return reading.read(folder, declared(list(crs)))


def only(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, faults
    return faults[0]


FORMATS: dict[str, Callable[[Path], object]] = {
    "gpkg": lambda folder: f.slabs(folder / "buildings.gpkg", "GPKG"),
    "shp": lambda folder: f.slabs(folder / "buildings.shp", "ESRI Shapefile"),
    "fgb": lambda folder: f.slabs(folder / "buildings.fgb", "FlatGeobuf"),
    "kml": lambda folder: f.slabs(folder / "buildings.kml", "LIBKML"),
    "pbf": lambda folder: f.pbf(folder / "map.pbf", f.BOXES),
    "geojson": lambda folder: write(folder / "buildings.geojson", ROWS),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_gives_its_buildings_where_they_are(tmp_path: Path, name: str) -> None:
    FORMATS[name](tmp_path)
    features, (source,), faults = read(tmp_path)
    assert faults == []
    found = {feature.name: feature.shape.centroid for feature in features}
    assert sorted(found) == sorted(f.BOXES)  # FlatGeobuf has an order of its own
    assert source.reference == "wgs84" and source.stated
    for name, ring in f.BOXES.items():
        assert found[name].distance(shapely.Polygon(ring).centroid) < 1e-7


def test_a_zipped_shapefile_is_one_layer(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    f.slabs(inner / "buildings.shp", "ESRI Shapefile")
    parts = {f"小区/{path.name}": path.read_bytes() for path in inner.iterdir()}
    archive = f.zipped(tmp_path / "buildings.zip", parts)
    features, sources, faults = read(archive)
    assert faults == [] and len(features) == 6
    assert [source.file for source in sources] == ["buildings.shp"]


def test_a_drawing_needs_a_reference_and_its_closed_lines_are_areas(tmp_path: Path) -> None:
    lines = [
        shapely.LineString(
            [
                (416300 + x, 3079600),
                (416340 + x, 3079600),
                (416340 + x, 3079611),
                (416300 + x, 3079611),
                (416300 + x, 3079600),
            ]
        )
        for x in (0, 60)
    ]
    f.written(tmp_path / "plan.dxf", lines, "DXF", crs=None, Layer=["建筑", "建筑"])  # fmt: skip
    _, (source,), faults = read(tmp_path)
    fault = only(faults)
    assert fault.kind == "no reference" and "--crs plan.dxf=" in str(fault.words)
    assert not source.read
    report = import_folder(tmp_path, "小院", TERRITORY, "EPSG:4547", catalogue=CATALOGUE)
    assert not report.fatal, report.lines("en")
    assert report.compound and len(report.compound.buildings) == 2
    assert distance_m(report.compound.origin, ORIGIN) < 2000


def test_an_extract_of_openstreetmap_becomes_a_compound(tmp_path: Path) -> None:
    path = extract.write(tmp_path / "map.osm", 12, "小院")
    report = import_folder(path, "小院", TERRITORY, catalogue=CATALOGUE)
    assert report.fatal == [] and report.compound, report.lines("en")
    compound = report.compound
    assert [building.name for building in compound.buildings] == [f"{n}幢" for n in range(1, 13)]
    assert [building.floors for building in compound.buildings][:3] == [4, 5, 6]
    assert all(len(building.entrances) == 1 for building in compound.buildings)
    given = [path for path in compound.paths if not path.proposed]
    assert {path.kind for path in given} == {"road"}
    gates = [device for device in compound.devices if device.kind == "gate"]
    assert len(gates) == 2 and not any(gate.proposed for gate in gates)
    assert not any(fault.kind == "unreachable" for fault in report.faults)


def test_city_json_gives_footprints_with_heights(tmp_path: Path) -> None:
    for version in ("1.1", "2.0"):
        (tmp_path / "city.json").write_text(json.dumps(f.city(version)), "utf-8")
        features, (source,), faults = read(tmp_path)
        assert faults == []
        assert [feature.name for feature in features] == ["1幢", "2幢"]
        assert [feature.figure("height") for feature in features] == [18.0, 30.0]
        assert source.reference == "EPSG:4547"
        assert all(len(shapely.get_coordinates(feature.shape)) == 5 for feature in features)


def test_a_sheet_is_a_list_of_devices(tmp_path: Path) -> None:
    lon, lat = f.at(0, -25)
    f.written(
        tmp_path / "cameras.xlsx", [], "XLSX", crs=None,
        设备编号=["C1"], 设备类型=["枪机"], 设备名称=["东门"], 经度=[lon], 纬度=[lat],
    )  # fmt: skip
    (feature,), _, faults = read(tmp_path, "WGS84")
    assert faults == []
    assert (feature.text("id"), feature.text("kind"), feature.label) == ("C1", "camera", "东门")
    assert distance_m((feature.shape.x, feature.shape.y), (lon, lat)) < 0.01


# --- what bad input gets ----------------------------------------------------------------------


def cut(path: Path, share: float = 0.6) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def cut_off(name: str, driver: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        cut(f.slabs(folder / name, driver))

    return make


def cut_features(folder: Path) -> None:
    write(folder / "b.geojson", ROWS)
    cut(folder / "b.geojson")


def cut_map(folder: Path) -> None:
    cut(extract.write(folder / "map.osm", 4))


def cut_blocks(folder: Path) -> None:
    cut(f.pbf(folder / "map.pbf", f.BOXES))


def bomb(folder: Path) -> None:
    f.zipped(folder / "bomb.zip", {"buildings.geojson": b" " * 30_000_000})


def linked(folder: Path) -> None:
    with zipfile.ZipFile(folder / "link.zip", "w") as archive:
        info = zipfile.ZipInfo("buildings.geojson")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")


def huge(folder: Path) -> None:
    with (folder / "buildings.geojson").open("wb") as file:
        os.truncate(file.fileno(), 10 * 1024**3)  # ten gigabytes that take no room


def in_disguise(folder: Path) -> None:
    words = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc</SrcDataSource>'
    (folder / "buildings.gpkg").write_text(words + "</OGRVRTLayer></OGRVRTDataSource>")


def lonely(folder: Path) -> None:
    f.slabs(folder / "buildings.shp", "ESRI Shapefile")
    (folder / "buildings.dbf").unlink()


def two_systems(folder: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    write(folder / "buildings.geojson", [*ROWS[:3], *({**row, "crs": crs} for row in ROWS[3:])])
    content = json.loads((folder / "buildings.geojson").read_text())
    content["crs"] = {"type": "name", "properties": {"name": "EPSG:4326"}}
    (folder / "buildings.geojson").write_text(json.dumps(content))


REFUSED: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "cut-off GeoPackage": ("unreadable", "cut off", cut_off("buildings.gpkg", "GPKG")),
    "cut-off shapefile": ("unreadable", "cut off", cut_off("buildings.shp", "ESRI Shapefile")),
    "cut-off KML": ("unreadable", "cut off", cut_off("buildings.kml", "LIBKML")),
    "cut-off map": ("unreadable", "cut off", cut_map),
    "cut-off blocks": ("unreadable", "cut off", cut_blocks),
    "cut-off GeoJSON": ("unreadable", "cut off", cut_features),
    "cut-off archive": ("unreadable", "cut-off zip", lambda d: cut(
        f.zipped(d / "a.zip", {"b.geojson": os.urandom(4000)}))),
    "climbing path": ("unsafe", "leads out", lambda d: f.zipped(
        d / "a.zip", {"../../evil.geojson": b"{}"})),
    "absolute path": ("unsafe", "leads out", lambda d: f.zipped(d / "a.zip", {"/b.geojson": b""})),
    "bomb": ("unsafe", "grow", bomb),
    "link": ("unsafe", "link", linked),
    "ten gigabytes": ("unreadable", "10,240 MiB", huge),
    "another format in disguise": ("unreadable", "begin", in_disguise),
    "shapefile without table": ("unreadable", ".dbf", lonely),
    "two systems in one file": ("unreadable", "mixes", two_systems),
    "no list": ("unreadable", "mapping", lambda d: (d / "a.csv").write_text("a,b\n1,2\n")),
    "entities": ("unreadable", "document type", lambda d: (d / "a.xml").write_text(
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_by_name_and_reason(tmp_path: Path, name: str) -> None:
    kind, words, make = REFUSED[name]
    folder = tmp_path / "files"
    folder.mkdir()
    make(folder)
    features, _, faults = read(folder)
    fault = only(faults)
    assert features == [] and fault.kind == kind and kind in STOPS
    assert words in str(fault.words) and fault.feature in {path.name for path in folder.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_a_file_that_states_another_system_than_declared_is_refused(tmp_path: Path) -> None:
    f.slabs(tmp_path / "buildings.gpkg", "GPKG")
    fault = only(read(tmp_path, "EPSG:4547")[2])
    assert fault.kind == "other reference" and "WGS84" in str(fault.words)
    assert only(read(tmp_path, "CGCS2000")[2]).kind == "other reference"
    assert read(tmp_path, "WGS84")[2] == []
    assert read(tmp_path, "GCJ02")[1][0].moved_m > 300


def test_files_in_several_systems_are_named(tmp_path: Path) -> None:
    f.slabs(tmp_path / "buildings.gpkg", "GPKG")
    write(f.outline(tmp_path) / "roads.geojson", [])
    f.cameras(tmp_path / "cameras.csv", f.camera_rows())
    fault = only(read(tmp_path, "cameras.csv=CGCS2000")[2])
    assert fault.kind == "mixed" and "cameras.csv is in CGCS2000" in str(fault.words)


def test_degrees_in_a_file_of_metres_are_named(tmp_path: Path) -> None:
    f.slabs(tmp_path / "buildings.gpkg", "GPKG", crs="EPSG:4547")
    faults = read(tmp_path)[2]
    assert {fault.kind for fault in faults} == {"degrees"} and faults[0].feature == "1幢"


def test_swapped_and_metric_coordinates_are_named_one_by_one(tmp_path: Path) -> None:
    ring = [pair[::-1] for pair in degrees(box(0, 0, 9, 9))]
    metric = raw([box(5e5, 3e6, 5e5 + 9, 3e6 + 9)], name="米")
    write(tmp_path / "buildings.geojson", [raw([ring], name="反"), metric, *ROWS])
    faults = read(tmp_path)[2]
    assert [(fault.kind, fault.feature) for fault in faults] == [
        ("swapped", "反"),
        ("metres", "米"),
    ]
    assert distance_m(faults[0].place, ORIGIN) < 50


def test_many_faults_of_one_kind_are_counted(tmp_path: Path) -> None:
    metric = raw([box(5e5, 3e6, 5e5 + 9, 3e6 + 9)])
    write(tmp_path / "buildings.geojson", [metric] * 100)
    faults = read(tmp_path)[2]
    assert len(faults) == reading.MOST_NAMED + 1 and str(faults[-1].words).startswith("and 60 more")


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_of_a_shapefile_without_code_page_are_found_out(
    tmp_path: Path, encoding: str
) -> None:
    f.slabs(tmp_path / "buildings.shp", "ESRI Shapefile", encoding=encoding)
    (tmp_path / "buildings.cpg").unlink(missing_ok=True)
    features, (source,), _ = read(tmp_path)
    assert features[0].name == "1幢"
    assert source.encoding == ("GB18030" if encoding == "gbk" else "")


def test_a_list_in_gbk_and_names_read_by_the_wrong_letters_are_said(tmp_path: Path) -> None:
    f.cameras(tmp_path / "cameras.csv", f.camera_rows(), "gbk")
    garbled = "1幢".encode("gbk").decode("latin-1")
    write(tmp_path / "buildings.geojson", [a_feature(box(0, 0, 9, 9), name=garbled, height=9)])
    features, sources, _ = read(tmp_path, "cameras.csv=WGS84")
    assert features[0].name == "1幢" and features[1].label == "摄像机1"
    assert "read wrongly" in str(sources[0].notes[0])
    assert "GB18030" in sources[1].encoding


def test_latin_letters_stay_latin(tmp_path: Path) -> None:
    path = tmp_path / "cameras.csv"
    f.cameras(path, ["D1,camera,Café,113.15,27.83,90"], "latin-1")
    (feature,), (source,), _ = read(tmp_path, "WGS84")
    assert feature.label == "Café" and "ISO-8859-1" in source.encoding


def test_a_registration_shift_moves_everything(tmp_path: Path) -> None:
    folder = f.base(tmp_path / "files")
    plain = import_folder(folder, "小院", TERRITORY, catalogue=CATALOGUE).compound
    moved = import_folder(
        folder, "小院", TERRITORY, options=Options(shift=(3.0, -4.0)), catalogue=CATALOGUE
    ).compound
    assert plain and moved
    assert distance_m(plain.origin, moved.origin) == pytest.approx(5.0, abs=0.02)


def test_reading_is_bounded_in_memory_and_broken_off_work_goes_on(tmp_path: Path) -> None:
    path = f.slabs(tmp_path / "buildings.gpkg", "GPKG")
    with pytest.raises(ValueError):
        ogr.read(path, memory_bytes=150 * 1024**2)
    kept = tmp_path / "kept"
    first = ogr.read(path, kept=kept)
    shutil.copy(path, tmp_path / "copy.gpkg")
    assert ogr.read(tmp_path / "copy.gpkg", kept=kept, memory_bytes=1) == first


def test_every_format_is_bounded(tmp_path: Path) -> None:
    assert all(0 < form.most_bytes <= 1024 * formats.MIB for form in formats.FORMATS.values())
