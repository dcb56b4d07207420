"""From files to a working twin, or to a report that says why not and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geodata import geojson, store
from geodata.checks import faults
from geodata.importing.command import main
from geodata.importing.importer import import_folder
from geodata.importing.readers.crs import from_wgs84
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import STOPS, Words
from tests.support.builders.sites import (
    HUOJU,
    ORIGIN,
    OUTLINE,
    ROWS,
    TERRITORY,
    Corners,
    a_feature,
    a_folder,
    box,
    degrees,
    needs_huoju,
    raw,
    write,
)
from tests.support.catalogues import CATALOGUE
from twin.errors import InvalidTerritory
from twin.places.metres import distance_m, xy_from_lonlat
from twin.routing.network import Network
from twin.routing.search import Passage

HUOJU_TERRITORY = "binjiang.changhe.huoju.huoju"


def kinds(report: Report) -> set[str]:
    return {fault.kind for fault in report.faults}


@pytest.fixture(scope="module")
def huoju(tmp_path_factory: pytest.TempPathFactory) -> Report:
    data = tmp_path_factory.mktemp("places")
    return import_folder(HUOJU, "火炬小区", HUOJU_TERRITORY, data=data, catalogue=CATALOGUE)


# --- a real compound --------------------------------------------------------------------------


@needs_huoju
def test_the_real_compound_becomes_a_working_twin(huoju: Report) -> None:
    assert huoju.fatal == []
    assert huoju.written and store.load(huoju.written.parent) == [huoju.compound]
    compound = huoju.compound
    assert compound
    assert len(compound.buildings) == 34
    assert {"86幢", "幼儿园"} <= {building.name for building in compound.buildings}
    assert len(compound.grids) == 3
    assert sum(place.kind == "gate" for place in compound.devices) == 4
    assert sum(place.kind == "camera" for place in compound.devices) >= 20
    assert len(compound.devices) > 300
    assert len(compound.responders) >= 6


@needs_huoju
def test_the_report_names_the_building_outside_and_the_nursery_without_number(
    huoju: Report,
) -> None:
    found = {(fault.kind, fault.feature) for fault in huoju.warnings}
    assert {("outside", "82幢"), ("no number", "幼儿园")} <= found
    outside = next(fault for fault in huoju.warnings if fault.kind == "outside")
    assert distance_m(outside.place, (120.16791, 30.16586)) < 20


@needs_huoju
def test_the_only_faults_of_the_real_compound_are_those_of_its_survey(huoju: Report) -> None:
    assert huoju.compound
    assert {(f.kind, f.feature) for f in faults(huoju.compound)} == {("outside", "huoju/b82")}


@needs_huoju
def test_every_door_of_the_real_compound_is_reached_from_every_gate(huoju: Report) -> None:
    compound = huoju.compound
    assert compound
    passage = Passage(Network([compound], CATALOGUE.ways.modes))
    shapes = [
        shapely.Polygon(xy_from_lonlat(building.outline, compound.origin))
        for building in compound.buildings
    ]
    walls = shapely.union_all(shapes).buffer(-0.3)
    starts = [place.lonlat for place in compound.devices if place.kind == "gate"]
    for building in compound.buildings:
        for entrance in building.entrances:
            for start in starts:
                route = passage.route(start, entrance.lonlat)
                line = shapely.LineString(xy_from_lonlat(route.line, compound.origin))
                assert 0 < route.distance_m < 1200
                assert not line.intersects(walls), (building.name, entrance.unit)


@needs_huoju
def test_the_report_says_for_every_file_which_reference_it_was_read_in(huoju: Report) -> None:
    text = "\n".join(huoju.lines("en"))
    assert "GeoJSON without crs is CRS84" in text
    assert "in the file: urn:ogc:def:crs:OGC:1.3:CRS84" in text


@needs_huoju
def test_the_same_seed_imports_the_same(huoju: Report) -> None:
    assert (
        import_folder(HUOJU, "火炬小区", HUOJU_TERRITORY, catalogue=CATALOGUE).compound
        == huoju.compound
    )


# --- small ones -------------------------------------------------------------------------------


def test_an_import_again_replaces_what_was_there(tmp_path: Path) -> None:
    folder, places = tmp_path / "files", tmp_path / "places"
    folder.mkdir()
    import_folder(a_folder(folder), "小院", TERRITORY, data=places, catalogue=CATALOGUE)
    import_folder(a_folder(folder, ROWS[:4]), "小院", TERRITORY, data=places, catalogue=CATALOGUE)
    (compound,) = store.load(places)
    assert len(compound.buildings) == 4
    assert [path.name for path in places.iterdir()] == ["small.json"]


def test_another_compound_of_the_same_id_is_not_overwritten(tmp_path: Path) -> None:
    folder, places = tmp_path / "files", tmp_path / "places"
    folder.mkdir()
    import_folder(a_folder(folder), "小院", TERRITORY, data=places, catalogue=CATALOGUE)
    other = import_folder(
        folder, "别院", "lusong.hejiatu.other.small", data=places, catalogue=CATALOGUE
    )
    assert [fault.kind for fault in other.fatal] == ["taken"]
    assert store.load(places)[0].name == "小院"


@pytest.mark.parametrize("reference", ["gcj02", "bd09", "cgcs2000"])
def test_a_declared_reference_is_converted_and_recorded(tmp_path: Path, reference: str) -> None:
    def moved(feature: dict[str, Any]) -> dict[str, Any]:
        rings = feature["geometry"]["coordinates"]
        return raw(from_wgs84(rings, reference).tolist(), **feature["properties"])

    write(tmp_path / "outline.geojson", [moved(OUTLINE)])
    write(tmp_path / "buildings.geojson", [moved(row) for row in ROWS])
    report = import_folder(tmp_path, "小院", TERRITORY, reference, catalogue=CATALOGUE)
    assert report.compound
    assert distance_m(report.compound.origin, ORIGIN) < 0.02
    assert all(source.reference == reference for source in report.sources)
    assert all(str(source.stated) == "declared by the operator" for source in report.sources)
    shifts = {"gcj02": 670.9, "bd09": 1253.0, "cgcs2000": 0.0}
    assert report.sources[0].moved_m == pytest.approx(shifts[reference], abs=2.0)


def a_table(*footprints: Corners) -> geopandas.GeoDataFrame:
    shapes = [shapely.Polygon(degrees(corners)) for corners in footprints]
    names = [f"{number}幢" for number in range(1, len(shapes) + 1)]
    return geopandas.GeoDataFrame({"name": names, "height": 18.0}, geometry=shapes)


def test_a_projected_file_that_says_so_is_converted(tmp_path: Path) -> None:
    table = a_table(box(-40, -5, 2, 6), box(9, 9, 50, 20)).set_crs("EPSG:4490")
    table.to_crs("EPSG:4547").to_file(tmp_path / "buildings.gpkg")
    report = import_folder(tmp_path, "小院", TERRITORY, catalogue=CATALOGUE)
    assert report.fatal == []
    assert "no outline" in kinds(report)
    assert report.compound and distance_m(report.compound.origin, ORIGIN) < 60


def test_a_file_without_a_reference_is_refused_until_one_is_declared(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        a_table(box(0, 0, 42, 11)).to_file(tmp_path / "buildings.shp")
    refused = import_folder(tmp_path, "小院", TERRITORY, catalogue=CATALOGUE)
    assert [fault.kind for fault in refused.fatal] == ["no reference"]
    assert import_folder(tmp_path, "小院", TERRITORY, "cgcs2000", catalogue=CATALOGUE).fatal == []


def test_names_come_from_points_where_footprints_have_none(tmp_path: Path) -> None:
    bare = [a_feature(box(-40, 0, 0, 11), height=18.0), a_feature(box(20, 0, 60, 11), height=18.0)]
    lon, lat = degrees([(-20.0, 5.0)])[0]
    point = {"type": "Point", "coordinates": [lon, lat]}
    write(
        tmp_path / "names.geojson",
        [{"type": "Feature", "geometry": point, "properties": {"name": "7幢"}}],
    )
    report = import_folder(a_folder(tmp_path, bare), "小院", TERRITORY, catalogue=CATALOGUE)
    assert report.compound
    assert [building.name for building in report.compound.buildings] == ["7幢", "未命名2"]
    assert "unnamed" in kinds(report)


def test_a_building_far_outside_is_kept_as_surroundings(tmp_path: Path) -> None:
    away = a_feature(box(200, 0, 240, 11), name="9幢", height=18.0)
    report = import_folder(
        a_folder(tmp_path, [*ROWS, away]), "小院", TERRITORY, catalogue=CATALOGUE
    )
    assert report.compound
    assert [building.name for building in report.compound.surroundings] == ["9幢"]
    assert ("outside", "9幢") in {(fault.kind, fault.feature) for fault in report.warnings}


SLAB = box(-60, -50, -18, -39)
WARNINGS: dict[str, list[Any]] = {
    "no number": [a_feature(SLAB, name="幼儿园", height=9.0)],
    "unnamed": [a_feature(SLAB, height=18.0)],
    "duplicate": [ROWS[0], a_feature(box(15, -50, 57, -39), name="1幢", height=18.0)],
    "height": [a_feature(SLAB, name="1幢", height=4000)],
    "slight overlap": [ROWS[0], a_feature(box(-18.2, -50, 20, -39), name="2幢", height=18.0)],
    "outside": [ROWS[0], ROWS[1], a_feature(box(50, 60, 70, 71), name="3幢", height=18.0)],
    "tiny": [ROWS[0], a_feature(box(0, 0, 1, 1), name="2幢", height=3.0)],
}


@pytest.mark.parametrize("kind", WARNINGS)
def test_what_can_be_lived_with_is_listed_with_feature_and_place(tmp_path: Path, kind: str) -> None:
    report = import_folder(
        a_folder(tmp_path, WARNINGS[kind]), "小院", TERRITORY, catalogue=CATALOGUE
    )
    found = [fault for fault in report.warnings if fault.kind == kind]
    assert report.compound and report.fatal == []
    assert found and all(fault.feature and isinstance(fault.words, Words) for fault in found)
    assert all(distance_m(fault.place, ORIGIN) < 150 for fault in found)


def swapped(feature: dict[str, Any]) -> dict[str, Any]:
    (ring,) = feature["geometry"]["coordinates"]
    return raw([[pair[::-1] for pair in ring]], **feature["properties"])


BOWTIE: list[tuple[float, float]] = [(-60, -50), (-18, -39), (-18, -50), (-60, -39), (-60, -50)]
FAR = [a_feature(box(x, 9000, x + 40, 9011), name=f"{x}幢", height=18) for x in (0, 60)]
FATAL_FILES: dict[str, Callable[[Path], object]] = {
    "unreadable": lambda f: (f / "buildings.geojson").write_text("{not json"),
    "metres": lambda f: write(f / "buildings.geojson", [raw([box(5e5, 3e6, 5e5 + 9, 3e6 + 9)])]),
    "swapped": lambda f: write(f / "buildings.geojson", [swapped(row) for row in ROWS]),
    "self-crossing": lambda f: write(f / "buildings.geojson", [a_feature(BOWTIE, name="1幢")]),
    "invalid": lambda f: write(f / "buildings.geojson", [a_feature(None, name="1幢", height=9)]),
    "overlap": lambda f: write(
        f / "buildings.geojson", [ROWS[0], a_feature(box(-50, -50, 0, -39), name="2幢", height=9)]
    ),
    "no buildings": lambda f: write(f / "buildings.geojson", []),
    "elsewhere": lambda f: write(f / "buildings.geojson", FAR),
}


@pytest.mark.parametrize("kind", FATAL_FILES)
def test_what_is_fatal_stops_everything_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    folder, places = tmp_path / "files", tmp_path / "places"
    folder.mkdir()
    a_folder(folder)
    FATAL_FILES[kind](folder)
    report = import_folder(folder, "小院", TERRITORY, data=places, catalogue=CATALOGUE)
    assert kind in {fault.kind for fault in report.fatal}
    assert kind in STOPS
    assert report.written is None and report.compound is None
    assert not places.exists() or not any(places.iterdir())
    assert "nothing was imported" in "\n".join(report.lines("en"))


def test_a_folder_without_files_is_a_fault(tmp_path: Path) -> None:
    report = import_folder(tmp_path / "nowhere", "小院", TERRITORY, catalogue=CATALOGUE)
    assert [fault.kind for fault in report.fatal] == ["unreadable"]


def test_a_territory_must_name_a_compound(tmp_path: Path) -> None:
    with pytest.raises(InvalidTerritory):
        import_folder(tmp_path, "小院", "lusong.hejiatu", catalogue=CATALOGUE)


# --- edited files and the command line --------------------------------------------------------


def test_edited_files_come_back_as_they_are(tmp_path: Path) -> None:
    files, edit = tmp_path / "files", tmp_path / "edit"
    files.mkdir()
    first = import_folder(a_folder(files), "小院", TERRITORY, catalogue=CATALOGUE)
    assert first.compound
    geojson.write(edit, first.compound)
    content = json.loads((edit / "grids.geojson").read_text("utf-8"))
    content["features"][0]["properties"] |= {"name": "东片", "proposed": False}
    (edit / "grids.geojson").write_text(json.dumps(content), "utf-8")
    again = import_folder(edit, "小院", TERRITORY, data=tmp_path / "places", catalogue=CATALOGUE)
    assert again.compound and again.fatal == []
    assert again.compound.grids[0].name == "东片"
    assert not again.compound.grids[0].proposed
    assert again.compound.devices == first.compound.devices


def test_edited_files_with_a_fault_stop_the_import(tmp_path: Path) -> None:
    files, edit = tmp_path / "files", tmp_path / "edit"
    files.mkdir()
    first = import_folder(a_folder(files), "小院", TERRITORY, catalogue=CATALOGUE)
    assert first.compound
    geojson.write(edit, first.compound)
    elsewhere = import_folder(edit, "小院", "lusong.hejiatu.other.small", catalogue=CATALOGUE)
    assert [fault.kind for fault in elsewhere.fatal] == ["taken"]
    (edit / "devices.geojson").write_text("{")
    broken = import_folder(edit, "小院", TERRITORY, catalogue=CATALOGUE)
    assert [fault.kind for fault in broken.fatal] == ["unreadable"]


def test_the_command_writes_the_place_the_report_and_the_editable_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, page, edit = tmp_path / "files", tmp_path / "report.html", tmp_path / "edit"
    files.mkdir()
    a_folder(files, [*ROWS, a_feature(box(0, 60, 9, 71), name="<b>7</b>幢", height=3)])
    argv = [str(files), "--name", "小院", "--territory", TERRITORY]
    argv += ["--report", str(page), "--editable", str(edit), "--lang", "zh-CN"]
    assert main(argv, tmp_path / "places", CATALOGUE) == 0
    assert store.load(tmp_path / "places")[0].name == "小院"
    assert "提示" in capsys.readouterr().out
    assert "&lt;b&gt;7" in page.read_text("utf-8")
    assert geojson.is_editable(edit)


def test_a_trial_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = tmp_path / "files"
    files.mkdir()
    argv = [str(a_folder(files)), "--name", "小院", "--territory", TERRITORY, "--dry-run"]
    argv += ["--lang", "en"]
    assert main(argv, tmp_path / "places", CATALOGUE) == 0
    assert not (tmp_path / "places").exists()
    assert "nothing was written" in capsys.readouterr().out


def test_the_command_fails_on_a_fatal_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [str(tmp_path / "nowhere"), "--name", "小院", "--territory", TERRITORY]
    argv += ["--data", str(tmp_path / "data"), "--lang", "en"]
    assert main(argv, tmp_path / "places", CATALOGUE) == 1
    assert "FAULT" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()
