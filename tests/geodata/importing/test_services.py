"""Hydrants, clinics and schools of files become services: within, around, once, and by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from msgspec.structs import replace

from bench.extract import estate
from geodata import store
from geodata.importing.history import History
from geodata.importing.importer import Options, import_folder
from geodata.importing.report.report import Report
from tests.support.builders import files as f
from tests.support.builders.sites import TERRITORY, write
from tests.support.catalogues import CATALOGUE
from twin.places.model import Service
from twin.routing.isochrone import nearest
from twin.routing.network import Network
from twin.routing.search import Passage


def imported(path: Path, data: Path | None = None, **options: Any) -> Report:
    chosen = Options(bare=True, **options)
    report = import_folder(path, "小院", TERRITORY, data=data, options=chosen, catalogue=CATALOGUE)
    assert report.fatal == [], report.lines("en")
    return report


def services(report: Report) -> dict[str, Service]:
    assert report.compound
    return {one.name: one for one in report.compound.services}


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of twelve houses with what helps them, on both sides of the outline."""
    drawn = estate(12, "小院")
    drawn.node(20, 15, emergency="fire_hydrant")
    drawn.node(50, 15, emergency="fire_hydrant", ref="7")
    drawn.node(-60, 20, amenity="clinic", name="街口诊所", opening_hours="08:00-21:00")
    drawn.node(7, 4, amenity="police", name="警务室")
    drawn.box(-100, -60, -60, -30, amenity="school", name="实验小学", capacity="900")
    drawn.node(-70, -40, amenity="school", name="实验小学")
    drawn.box(80, 0, 92, 9, building="yes", amenity="hospital", name="9幢医院")
    drawn.node(-400, 0, amenity="toilets", name="远处公厕")
    path = tmp_path_factory.mktemp("map") / "map.osm"
    path.write_text(drawn.text(), "utf-8")
    return path


@pytest.fixture(scope="module")
def report(mapped: Path) -> Report:
    return import_folder(mapped, "小院", TERRITORY, catalogue=CATALOGUE)


def test_what_a_map_tells_within_and_around_becomes_services(report: Report) -> None:
    found = services(report)
    kinds = {name: one.kind for name, one in found.items()}
    assert kinds == {
        "消火栓": "hydrant", "消火栓 7": "hydrant", "街口诊所": "clinic", "警务室": "police",
        "实验小学": "school", "9幢医院": "hospital",
    }  # fmt: skip
    assert found["街口诊所"].hours == "08:00-21:00" and found["实验小学"].capacity == 900
    assert all(one.territory.startswith(f"{TERRITORY}.g") for one in found.values())
    assert found["警务室"].building == "small/b1" and not found["消火栓"].building
    assert {one.id for one in found.values()} >= {"small/hydrant/1", "small/hydrant/2"}
    assert report.compound and not any(one.name == "警务室" for one in report.compound.buildings)


def test_the_nearest_hydrant_and_clinic_are_found_from_a_door(report: Report) -> None:
    assert report.compound
    passage = Passage(Network([report.compound], CATALOGUE.ways.modes))
    start = report.compound.buildings[0].entrances[0].lonlat
    found = nearest(passage, start, report.compound.services, ("hydrant", "clinic"))
    assert [one.service.name for one in found] == ["消火栓", "街口诊所"]
    assert all(one.route.seconds > 0 for one in found)


def test_a_map_imported_again_changes_nothing(mapped: Path, tmp_path: Path) -> None:
    places = tmp_path / "data" / "places"
    imported(mapped, places)
    assert imported(mapped, places).unchanged


def test_ids_and_what_a_person_changed_stay_and_undo_takes_services_back(tmp_path: Path) -> None:
    files, places = f.base(tmp_path / "files"), tmp_path / "data" / "places"
    points(files / "hydrants.geojson", [{"id": 1}, {"id": 2}, {"id": 3}])
    imported(files, places)
    (made,) = store.load(places)
    edited = [replace(one, name="西栓") if one.id.endswith("/2") else one for one in made.services]
    store.save(places, replace(made, services=tuple(edited)))
    before = (places / "small.json").read_bytes()
    points(files / "hydrants.geojson", [{"id": 4}, {"id": 2}, {"id": 3}], begin=7)
    report = imported(files, places)
    assert report.difference
    assert (report.difference.gone["services"], report.difference.added["services"]) == (1, 1)
    (now,) = store.load(places)
    assert [one.id for one in now.services] == [f"small/hydrant/{n}" for n in (2, 3, 4)]
    assert [one.name for one in now.services] == ["西栓", "消火栓", "消火栓"]
    assert now.services[0].lonlat != made.services[1].lonlat
    History(places, "small").undo("admin")
    assert (places / "small.json").read_bytes() == before


def points(path: Path, rows: list[dict[str, Any]], begin: int = 0) -> None:
    features = [
        {"type": "Feature", "properties": row,
         "geometry": {"type": "Point", "coordinates": f.at(5.0 * n, -25.0)}}
        for n, row in enumerate(rows, start=begin)
    ]  # fmt: skip
    write(path, features)


@pytest.mark.parametrize(
    ("file", "row", "expected"),
    [
        ("hydrants.geojson", {}, ("hydrant", "消火栓")),
        ("小区消火栓.geojson", {"name": "西栓"}, ("hydrant", "西栓")),
        ("services.geojson", {"kind": "clinic", "name": "卫生室"}, ("clinic", "卫生室")),
        ("公共服务.geojson", {"类型": "派出所", "name": "城北所"}, ("police", "城北所")),
    ],
)
def test_the_name_of_a_file_or_a_column_of_it_declares_services(
    tmp_path: Path, file: str, row: dict[str, Any], expected: tuple[str, str]
) -> None:
    points(f.base(tmp_path) / file, [row])
    found = services(imported(tmp_path))
    assert [(one.kind, one.name) for one in found.values()] == [expected]


def test_a_layer_of_a_geopackage_declares_them_too(tmp_path: Path) -> None:
    f.base(tmp_path)
    shapes = [shapely.Point(f.at(0, -25)), shapely.Point(f.at(300, 0))]
    f.written(tmp_path / "city.gpkg", shapes, "GPKG", layer="消火栓", name=["甲", "乙"])
    report = imported(tmp_path)
    assert [one.name for one in services(report).values()] == ["甲"]
    assert any(note.name == "services_far" for _, note in report.notes())


def test_a_file_that_only_has_such_a_word_in_its_name_declares_nothing(tmp_path: Path) -> None:
    points(f.base(tmp_path) / "医院家属院.geojson", [{"name": "1幢"}])
    assert services(imported(tmp_path)) == {}
