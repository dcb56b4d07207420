"""An import of any compound ends with a report: turned, scaled, crowded, edited, or broken."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geodata import geojson, store
from geodata.compound_fields import FIELDS
from geodata.drawing.parts import DrawnArea, Way
from geodata.drawing.site_plan import SitePlan
from geodata.importing.command import main
from geodata.importing.importer import import_folder
from geodata.importing.readers import formats
from geodata.importing.report import page
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import LANGUAGES
from geodata.proposal import layout
from tests.support.builders import files as f
from tests.support.builders.sites import ORIGIN, TERRITORY, a_folder, a_site, box, write
from tests.support.catalogues import CATALOGUE
from twin.places.metres import lonlat_from_xy
from twin.places.model import Compound
from twin.routing.network import Network

SLABS = [(-60, -50), (15, -50), (-60, -12), (15, -12), (-60, 30), (15, 30)]
Metres = list[tuple[float, float]]


def told(report: Report) -> Report:
    """A report that can be shown in every form, and holds no fault of our own."""
    assert "own fault" not in {fault.kind for fault in report.faults}, report.lines("en")
    for lang in LANGUAGES:
        page.html(report, lang).encode()
        json.loads(report.geojson(lang))
        "\n".join(report.lines(lang)).encode()
        json.dumps(report.values(lang)).encode()
        if drawn := report.map(lang):
            ET.fromstring(drawn)
    return report


def a_shape(corners: Metres, turn: Any, origin: tuple[float, float], **about: object) -> Any:
    """A polygon feature of some corners, turned, in degrees as they come, every digit of them."""
    ring = lonlat_from_xy(np.array(corners) @ turn, origin).tolist()
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": shape, "properties": about}


def turned(degrees: float, scale: float) -> Any:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s], [-s, c]]) * scale


# --- proposals --------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(degrees=304.0, scale=2.1, lon=116.4, lat=39.9)
@example(degrees=30.0, scale=1.0, lon=113.15, lat=27.83)
@given(
    degrees=st.floats(0, 360), scale=st.floats(0.6, 2.2), lon=st.floats(-179, 179),
    lat=st.floats(-60, 60),
)  # fmt: skip
def test_a_compound_turned_scaled_and_moved_is_imported_without_a_fault(
    tmp_path_factory: pytest.TempPathFactory, degrees: float, scale: float, lon: float, lat: float
) -> None:
    folder, turn = tmp_path_factory.mktemp("turned"), turned(degrees, scale)
    outline = a_shape(box(-90, -70, 90, 70), turn, (lon, lat), name="小院")
    slabs = [a_shape(box(x, y, x + 42, y + 11), turn, (lon, lat), name=f"{n}幢", height=18.0)
             for n, (x, y) in enumerate(SLABS, start=1)]  # fmt: skip
    write(folder / "outline.geojson", [outline])
    write(folder / "buildings.geojson", slabs)
    report = told(import_folder(folder, "小院", TERRITORY, catalogue=CATALOGUE))
    assert report.fatal == [] and report.compound is not None
    assert all(len(set(path.line)) > 1 for path in report.compound.paths)


SIDES = st.sampled_from([(5.0, 5.0), (20.0, 12.0), (60.0, 40.0), (150.0, 20.0), (200.0, 3.0)])
HOUSES = st.lists(
    st.tuples(
        st.floats(-1, 1), st.floats(-1, 1),
        st.sampled_from([(2.0, 2.1), (4.0, 1.0), (12.0, 10.0), (42.0, 11.0), (0.5, 30.0), (0, 0)]),
        st.booleans(), st.sampled_from([18.0, 2, 99, 600, -5, "x", None]),
    ), min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(sides=(5.0, 5.0), houses=[(-1.0, -1.0, (0, 0), False, 18.0)], lined=True, way=None)
@example(sides=(5.0, 5.0), houses=[(-0.4, -0.4, (2.0, 2.1), False, 18.0)], lined=True, way=None)
@example(sides=(20.0, 12.0), houses=[(-1.0, 0.0, (4.0, 1.0), False, 3)], lined=False, way=None)
@given(sides=SIDES, houses=HOUSES, lined=st.booleans(),
       way=st.none() | st.sampled_from([0.0, 1e-9, 0.004, 0.02, 1.5, 60.0]))  # fmt: skip
def test_a_compound_of_any_layout_ends_with_a_report(
    tmp_path_factory: pytest.TempPathFactory, sides: tuple[float, float], houses: list[Any],
    lined: bool, way: float | None,
) -> None:  # fmt: skip
    folder, turn = tmp_path_factory.mktemp("layout"), turned(17.0, 1.0)
    east, north = sides
    rows = []
    for number, (x, y, (wide, deep), elbow, height) in enumerate(houses, start=1):
        a, b = x * east, y * north
        c, d = a + (wide or 2 * east), b + (deep or 2 * north)
        corners = box(a, b, c, d)
        if elbow:
            corners[2:3] = [(c, (b + d) / 2), ((a + c) / 2, (b + d) / 2), ((a + c) / 2, d)]
        rows.append(a_shape(corners, turn, ORIGIN, name=f"{number}幢", height=height))
    write(folder / "buildings.geojson", rows)
    if lined:
        outline = a_shape(box(-east, -north, east, north), turn, ORIGIN, name="小院")
        write(folder / "outline.geojson", [outline])
    if way is not None:
        line = lonlat_from_xy(np.array([(0.0, 0.0), (way, 0.0)]), ORIGIN).tolist()
        road = {"type": "Feature", "properties": {"highway": "service"},
                "geometry": {"type": "LineString", "coordinates": line}}  # fmt: skip
        write(folder / "roads.geojson", [road])
    told(import_folder(folder, "小院", TERRITORY, catalogue=CATALOGUE))


def test_what_rounding_makes_a_point_of_is_left_out_before_anything_stands_on_it() -> None:
    site = a_site()
    lane = shapely.LineString([(0, 0), (0.001, 0.001)])
    speck = shapely.box(0, 0, 0.002, 0.002)
    street = Way("road", shapely.LineString([(0, -60), (0, 60)]), 5.5)
    site.ways, site.walls = [Way("lane", lane, 4.0), street], [lane]
    site.areas = [DrawnArea("green", speck), DrawnArea("green", shapely.box(0, 0, 9, 9))]
    site.settle()
    assert site.ways == [street] and site.walls == []
    assert [patch.outline.area for patch in site.areas] == [81.0]


def test_ground_without_room_for_a_way_gets_none() -> None:
    full = SitePlan.surveyed(TERRITORY, ORIGIN, shapely.box(0, 0, 9, 9), a_site().buildings[:1])
    full.buildings[0].outline = shapely.box(0, 0, 9, 9)
    compound = layout.propose(full, 1, name="小院", name_en="Small")
    assert compound.paths == () and len(compound.grids) == 1


# --- files that were edited ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound() -> Compound:
    return layout.propose(a_site(), 1, name="小院", name_en="Small")


NUMBERS = st.sampled_from([0, -1, 1, 1e308, -1e308, 5e-324, 10**400, 2**63, 180.01, 91, 360, 1e-9])
ODD: st.SearchStrategy[object] = st.sampled_from([
    0, 1e308, 10**400, None, True, "", "x", [], {}, [[0, 0]], [[1, 2], [1, 2]], "0001-01-01",
    "\ud800", [[[1, 2]]],
])  # fmt: skip


def mutated(data: st.DataObject, value: Any, depth: int = 0) -> Any:
    """A value of a file with one thing in it changed: a number, a list cut, a wrong kind."""
    if isinstance(value, dict) and value and depth < 4:
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: mutated(data, value[key], depth + 1)}
    if isinstance(value, list) and value:
        match data.draw(st.sampled_from(["in", "cut", "end", "twice", "turned"])):
            case "cut":
                return value[: data.draw(st.integers(0, 2))]
            case "end":
                return value[:-1]
            case "twice":
                return [*value, value[0]]
            case "turned":
                return value[::-1]
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], mutated(data, value[at], depth + 1), *value[at + 1 :]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return data.draw(ODD)
    return data.draw(NUMBERS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_edited_files_end_with_a_report_and_what_is_written_can_be_lived_in(
    sound: Compound, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    geojson.write(folder / "files", sound)
    for _ in range(data.draw(st.integers(1, 2))):
        part = data.draw(st.sampled_from(["compound", *FIELDS]))
        path = folder / "files" / f"{part}.geojson"
        content = json.loads(path.read_bytes())
        if isinstance(content["features"], list) and content["features"]:
            at = data.draw(st.integers(0, min(len(content["features"]) - 1, 5)))
            content["features"][at] = mutated(data, content["features"][at])
        path.write_text(json.dumps(content))
    report = told(
        import_folder(
            folder / "files", "小院", TERRITORY, data=folder / "places", catalogue=CATALOGUE
        )
    )
    held = store.read(folder / "places")
    assert held.left_out == []
    assert len(held.compounds) == bool(report.written)
    Network(held.compounds, CATALOGUE.ways.modes)


@pytest.mark.parametrize("features", [5, None, {}, "x", [], [5], [None], [{}, {}]])
@pytest.mark.parametrize("part", ["compound", "devices"])
def test_edited_files_of_another_shape_are_named(
    sound: Compound, tmp_path: Path, part: str, features: object
) -> None:
    geojson.write(tmp_path, sound)
    content = {"type": "FeatureCollection", "format": geojson.FORMAT, "features": features}
    (tmp_path / f"{part}.geojson").write_text(json.dumps(content))
    report = told(import_folder(tmp_path, "小院", TERRITORY, catalogue=CATALOGUE))
    assert report.fatal == [] if (part, features) == ("devices", []) else report.fatal
    assert all(f"{part}.geojson" in str(fault.words) for fault in report.fatal)


def test_two_compounds_in_one_file_are_one_too_many(sound: Compound, tmp_path: Path) -> None:
    geojson.write(tmp_path, sound)
    path = tmp_path / "compound.geojson"
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(content | {"features": content["features"] * 2}))
    (fault,) = told(import_folder(tmp_path, "小院", TERRITORY, catalogue=CATALOGUE)).fatal
    assert str(fault.words) == "compound.geojson cannot be read: 2 features where one belongs"


# --- files of others ----------------------------------------------------------------------------


def _city(**more: Any) -> bytes:
    return json.dumps(f.city() | more).encode()


def _open_ring() -> bytes:
    city = f.city()
    city["CityObjects"]["B1"]["geometry"][0]["boundaries"] = [[[[0, 0, 0]]]]
    return json.dumps(city).encode()


def _zip(name: str) -> Callable[[Path], object]:
    return lambda folder: f.zipped(folder / "a.zip", {name: b"{}"})


def _bytes(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


LONG = b'id,name,lon,lat\n1,"' + b"x" * 200_000 + b'",1,2\n'
FAR = {"scale": [1e308] * 3, "translate": [1e308] * 3}
HALF = (b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,'
        b'"properties":{"name":"\\ud800"}}]}')  # fmt: skip
DEEP = b"[" * 100_000
BROKEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a field of 200,000 letters": ("d.csv", _bytes("d.csv", LONG)),
    "odd line ends": ("d.csv", _bytes("d.csv", b"\n\n\nid,name,lon,lat\r\r\n1,a\rb,1,2\n")),
    "a vast number": ("c.json", _bytes("c.json", _city(vertices=[[10**400, 0, 0]]))),
    "a scale beyond all": ("c.json", _bytes("c.json", _city(transform=FAR))),
    "a ring of one corner": ("c.json", _bytes("c.json", _open_ring())),
    "objects that are a list": ("c.json", _bytes("c.json", _city(CityObjects=[]))),
    "a member without a name": ("a.zip", _zip(".")),
    "a member of 300 letters": ("a.zip", _zip("a" * 300 + ".geojson")),
    "a mapping in other letters": ("mapping.json", _bytes("mapping.json", b'{"columns":"\xff"}')),
    "a mapping without an end": ("mapping.json", _bytes("mapping.json", DEEP)),
    "a compound without an end": ("compound.geojson", _bytes("compound.geojson", DEEP)),
    "half a letter in a name": ("\ufffd", _bytes("x.geojson", HALF)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_a_reader_stumbles_over_is_named(tmp_path: Path, what: str) -> None:
    named, make = BROKEN[what]
    a_folder(tmp_path)
    make(tmp_path)
    report = told(import_folder(tmp_path, "小院", TERRITORY, "wgs84", catalogue=CATALOGUE))
    assert named in {fault.feature for fault in report.fatal}, report.lines("en")


def test_a_reader_that_falls_over_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise ArithmeticError("nobody thought of it")

    monkeypatch.setattr(formats, "read", fall)
    report = told(import_folder(a_folder(tmp_path), "小院", TERRITORY, catalogue=CATALOGUE))
    assert {fault.feature for fault in report.fatal} == {"buildings.geojson", "outline.geojson"}


def test_a_fault_of_our_own_is_said_as_ours_and_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall(*_: object, **__: object) -> None:
        raise ArithmeticError("nobody thought of it")

    monkeypatch.setattr(layout, "propose", fall)
    words = [str(a_folder(tmp_path)), "--name=小院", f"--territory={TERRITORY}", "--lang=en"]
    assert main(words, tmp_path / "places", CATALOGUE) == 1
    said = capsys.readouterr().out
    assert "[fault of ours] test_soundness.py:" in said
    assert "ArithmeticError: nobody thought of it" in said and "memory" not in said
    assert not (tmp_path / "places").exists()


def test_memory_that_runs_out_is_no_fault_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(layout, "propose", fall)
    with pytest.raises(MemoryError):
        import_folder(a_folder(tmp_path), "小院", TERRITORY, catalogue=CATALOGUE)
