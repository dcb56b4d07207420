"""An imported file stays in its compound: whatever is edited, nothing of others changes."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from geodata import compound_fields, geojson, store
from geodata.importing import belonging
from geodata.importing.history import CannotUndo, History
from geodata.importing.importer import import_folder
from geodata.importing.report.report import Report
from geodata.proposal import layout
from tests.support.builders import files as f
from tests.support.builders.sites import OUTLINE, ROWS, TERRITORY, a_site, write
from tests.support.catalogues import CATALOGUE
from twin.errors import DayuanError, InvalidPlace, InvalidTerritory
from twin.places.model import Compound, District

OTHER = "lusong.jianning.baihetan.other"
LABEL = TERRITORY.rpartition(".")[2]


@pytest.fixture(scope="module")
def mine() -> Compound:
    return layout.propose(a_site(), 1, name="小院", name_en="Small", attribution="局")


@pytest.fixture(scope="module")
def other() -> Compound:
    return layout.propose(a_site(OTHER), 2, name="别院", name_en="Other")


class DataFolder:
    """A data folder with two compounds and a district, and things beside it."""

    def __init__(self, root: Path, *compounds: Compound) -> None:
        self.root, self.places, self.given = root, root / "data" / "places", root / "given"
        for compound in compounds:
            store.save(self.places, compound)
        outline = compounds[0].outline
        district = District(id="lusong", name="区", name_en="L", territory="lusong",
                            origin=outline[0], outline=outline)  # fmt: skip
        store.save_district(self.places, district)
        (root / "beside.json").write_text("{}")
        self.given.mkdir()

    def bytes(self) -> dict[str, bytes]:
        """Every file inside and around the data folder, what is given apart."""
        found = {str(p.relative_to(self.root)): p for p in self.root.rglob("*") if p.is_file()}
        return {name: p.read_bytes() for name, p in found.items() if not name.startswith("given/")}

    def imported(self, label: str = LABEL) -> tuple[Report | DayuanError | None, set[str]]:
        """An import of what is given, and which files it changed that are not the compound's."""
        before = self.bytes()
        report: Report | DayuanError | None = None
        with spare_files_in(self.root / "tmp"):
            try:
                report = import_folder(
                    self.given,
                    "小院",
                    TERRITORY,
                    "wgs84",
                    data=self.places,
                    catalogue=CATALOGUE,
                )
            except DayuanError as exc:
                report = exc
        after = self.bytes()
        changed = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
        own = (f"data/places/{label}.json", f"data/imports/{label}/")
        return report, {name for name in changed if not name.startswith(own)}


class spare_files_in:
    """Spare files lie in a folder of the test, so that what is left of them is seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.before, tempfile.tempdir = tempfile.tempdir, str(self.folder)

    def __exit__(self, *_: object) -> None:
        tempfile.tempdir = self.before


HOSTILE: st.SearchStrategy[object] = st.sampled_from([
    "other", "../../evil", "/etc/evil", "other/camera/1", "other/responder/zhou", "other/b1", "",
    "small", "small/", "smaller/camera/1", "../small/camera/1", "SMALL/camera/1", "small.json",
    OTHER, f"{OTHER}.g1", "lusong", TERRITORY, f"{TERRITORY}.g1", f"{TERRITORY}.g1.x", "x" * 5000,
    f"{TERRITORY}x.g1", f"{TERRITORY}.G1", ".", "..", "\ud800", "a\x00b", None, 7, [], {}, 1e308,
])  # fmt: skip
FIELDS = st.sampled_from(["id", "territory", "building", "name", "kind", "unit", "parent"])


def judged(house: DataFolder, others: list[Compound]) -> None:
    """Import what is given; then the others are as they were and the own is its own."""
    report, beyond = house.imported()
    assert beyond == set()
    held = store.read(house.places)
    assert held.left_out == []
    assert [c for c in held.compounds if c.id != LABEL] == others
    for compound in held.compounds:
        assert belonging.strays(compound, compound.territory) == []
    if isinstance(report, Report):
        assert "own fault" not in {fault.kind for fault in report.faults}, report.lines("en")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_edit_of_our_own_files_reaches_beyond_the_compound(
    mine: Compound, other: Compound, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    house = DataFolder(tmp_path_factory.mktemp("house"), mine, other)
    geojson.write(house.given, mine)
    for _ in range(data.draw(st.integers(1, 3))):
        file = (
            house.given
            / f"{data.draw(st.sampled_from(['compound', *compound_fields.FIELDS]))}.geojson"
        )
        content = json.loads(file.read_bytes())
        if content["features"]:
            feature = data.draw(st.sampled_from(content["features"]))
            feature["properties"][data.draw(FIELDS)] = data.draw(HOSTILE)
        file.write_text(json.dumps(content))
    judged(house, [other])


def a_list(data: st.DataObject, folder: Path) -> None:
    ids = data.draw(st.lists(HOSTILE, min_size=1, max_size=4))
    rows = [
        f'"{number}",{data.draw(st.sampled_from(["球机", "大门", "other"]))},"{name}",'
        f"{f.at(n * 5.0, 20)[0]},{f.at(n * 5.0, 20)[1]},90"
        for n, number in enumerate(ids)
        for name in [data.draw(HOSTILE)]
    ]
    f.base(folder)
    (folder / "cameras.csv").write_bytes((f.HEAD + "\n".join(rows)).encode("utf-8", "replace"))
    mapping = {"columns": {"id": data.draw(st.sampled_from(["id", "name"]))}}
    (folder / "mapping.json").write_text(json.dumps(mapping))


def layers(data: st.DataObject, folder: Path) -> None:
    rows = json.loads(json.dumps(ROWS))
    for _ in range(data.draw(st.integers(1, 4))):
        data.draw(st.sampled_from(rows))["properties"][data.draw(FIELDS)] = data.draw(HOSTILE)
    write(folder / "outline.geojson", [OUTLINE])
    names = ["buildings", "..", "other", "楼栋", "...zip"]
    write(folder / f"{data.draw(st.sampled_from(names))}.geojson", rows)


def city(data: st.DataObject, folder: Path) -> None:
    text = json.dumps(f.city())
    text = text.replace('"B1"', json.dumps(str(data.draw(HOSTILE))))
    text = text.replace("2幢", json.dumps(str(data.draw(HOSTILE)))[1:-1])
    (folder / "city.json").write_text(text)


def a_catalogue(data: st.DataObject, folder: Path) -> None:
    f.base(folder)
    row = f.item("132", 1, 0.0, 20.0)
    row[data.draw(st.sampled_from(["DeviceID", "Name", "ParentID"]))] = str(data.draw(HOSTILE))
    text = f.catalogue([row, f.item("132", 2, 9.0, 20.0)])
    (folder / "catalogue.xml").write_bytes(text.encode("gb18030", "replace"))


MEMBERS = ["../../slip.geojson", "..\\..\\slip.csv", "/slip.geojson", "a/../../slip.geojson", "",
           "./", "C:\\slip.geojson", "a" * 300 + ".geojson", "outline.geojson", "..geojson",
           "\udcff.geojson"]  # fmt: skip


def an_archive(data: st.DataObject, folder: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in data.draw(st.lists(st.sampled_from(MEMBERS), max_size=3, unique=True)):
            member = zipfile.ZipInfo("x")
            member.filename = name.encode("utf-8", "replace").decode()
            archive.writestr(member, json.dumps({"type": "FeatureCollection", "features": ROWS}))
    f.base(folder)
    name = data.draw(st.sampled_from(["a.zip", "...zip", "..zip", "other.zip", "b.ZIP"]))
    (folder / name).write_bytes(content.getvalue())


KINDS: dict[str, Callable[[st.DataObject, Path], None]] = {
    "lists": a_list, "layers": layers, "city": city, "catalogues": a_catalogue, "zips": an_archive,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_file_of_others_reaches_beyond_the_compound(
    mine: Compound, other: Compound, tmp_path_factory: pytest.TempPathFactory, kind: str,
    data: st.DataObject,
) -> None:  # fmt: skip
    house = DataFolder(tmp_path_factory.mktemp("house"), mine, other)
    KINDS[kind](data, house.given)
    judged(house, [other])


# --- what the fault says ------------------------------------------------------------------------


def edited(house: DataFolder, stem: str, **properties: object) -> Report:
    """An import of our files with the first feature of one of them changed."""
    file = house.given / f"{stem}.geojson"
    content = json.loads(file.read_bytes())
    content["features"][0]["properties"] |= properties
    file.write_text(json.dumps(content))
    report, beyond = house.imported()
    assert beyond == set() and isinstance(report, Report)
    return report


@pytest.fixture
def house(tmp_path: Path, mine: Compound, other: Compound) -> Iterator[DataFolder]:
    found = DataFolder(tmp_path, mine, other)
    geojson.write(found.given, mine)
    yield found


CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("compound", {"id": "other"}, "foreign id", 'compound.geojson: its id "other" is not the last'),
    ("compound", {"id": "../../evil"}, "foreign id", 'its id "../../evil" is not the last word'),
    ("devices", {"id": "other/camera/1"}, "foreign id",
     'devices.geojson, feature 1: id "other/camera/1" does not begin with small/'),
    ("devices", {"building": "other/b1"}, "foreign id", 'building "other/b1" does not begin'),
    ("responders", {"id": "other/responder/zhou"}, "foreign id", "responders.geojson, feature 1"),
    ("buildings", {"id": "other/b1"}, "foreign id", 'buildings.geojson, feature 1: id "other/b1"'),
    ("paths", {"id": ""}, "foreign id", 'paths.geojson, feature 1: id "" does not begin'),
    ("areas", {"id": "smaller/area/1"}, "foreign id", 'id "smaller/area/1" does not begin'),
    *((part, {"territory": f"{OTHER}.g1"}, "foreign territory",
       f"{part}.geojson, feature 1: territory \"{OTHER}.g1\" is not inside {TERRITORY}")
      for part in ("devices", "responders", "buildings", "grids")),
    ("devices", {"territory": ""}, "foreign territory", 'territory "" is not inside'),
    ("devices", {"territory": f"{TERRITORY}x"}, "foreign territory", "is not inside"),
    ("grids", {"territory": TERRITORY}, "foreign territory", "is not inside"),
]  # fmt: skip


@pytest.mark.parametrize(("stem", "properties", "kind", "words"), CASES)
def test_what_belongs_to_others_stops_and_is_named_by_file_feature_and_value(
    house: DataFolder, stem: str, properties: dict[str, Any], kind: str, words: str
) -> None:
    report = edited(house, stem, **properties)
    said = [str(fault.words) for fault in report.fatal if fault.kind == kind]
    assert any(words in one for one in said), report.lines("en")
    assert report.written is None


def test_a_file_with_its_own_ids_is_imported(house: DataFolder) -> None:
    report = edited(house, "devices", name="新名字")
    assert report.fatal == [] and report.written == house.places / "small.json"


def test_services_of_elsewhere_stop_too(house: DataFolder, mine: Compound) -> None:
    from_elsewhere = {"id": "small/service/1", "kind": "clinic", "name": "x",
                      "territory": f"{OTHER}.g1"}  # fmt: skip
    place = {"type": "Point", "coordinates": mine.origin}
    row = {"type": "Feature", "geometry": place, "properties": from_elsewhere}
    content = {"type": "FeatureCollection", "features": [row]}
    (house.given / "services.geojson").write_text(json.dumps(content))
    report, beyond = house.imported()
    assert isinstance(report, Report) and beyond == set()
    assert [fault.kind for fault in report.fatal] == ["foreign territory"]


def test_strays_that_an_earlier_version_let_in_stop_the_next_import(house: DataFolder) -> None:
    """They stand in the file already, and an import would keep them as a person's own."""
    place = store.load(house.places)[-1]
    taken = replace(place.devices[0], id="other/camera/77", proposed=False)
    store.save(house.places, replace(place, devices=(*place.devices, taken)))
    for file in house.given.iterdir():
        file.unlink()
    f.base(house.given)
    report, beyond = house.imported()
    assert isinstance(report, Report) and beyond == set()
    assert [fault.feature for fault in report.fatal] == ["other/camera/77"]


@pytest.mark.parametrize("name", ["../../evil", "", "nanxing.x", "Other", "a/b", ".", "x\n"])
def test_nothing_is_saved_under_a_name_that_is_no_label(
    tmp_path: Path, mine: Compound, name: str
) -> None:
    for territory in (TERRITORY, f"a.b.c.{name}"):
        with pytest.raises(InvalidPlace):
            store.save(tmp_path / "deep" / "places", replace(mine, id=name, territory=territory))
    with pytest.raises(InvalidTerritory):
        History(tmp_path / "deep" / "places", name)
    assert list(tmp_path.rglob("*.json")) == []


def test_an_edit_never_turns_a_compound_into_another(house: DataFolder, other: Compound) -> None:
    with pytest.raises(InvalidPlace):
        History(house.places, "small").edit(lambda _: other, {})
    assert [c.id for c in store.load(house.places)] == ["other", "small"]
    with pytest.raises(CannotUndo):
        History(house.places, "small").undo("x")


def test_a_name_of_a_zip_never_leads_out_of_the_spare_folder(house: DataFolder) -> None:
    """``...zip`` without its ending is ``..``: its members would lie beside the spare folder."""
    geojson_file = json.dumps({"type": "FeatureCollection", "features": ROWS})
    for file in house.given.iterdir():
        file.unlink()
    f.zipped(house.given / "...zip", {"slip.geojson": geojson_file.encode()})
    _, beyond = house.imported()
    assert beyond == set()
    assert os.listdir(house.root / "tmp") == []
