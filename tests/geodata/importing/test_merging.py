"""A second import is a difference: ids, confirmations and edits stay; undo restores bytes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from geodata import geojson, store
from geodata.importing.history import CannotUndo, History
from geodata.importing.importer import Options, import_folder
from geodata.importing.readers.device_lists import ColumnMapping
from geodata.importing.readers.references import declared
from geodata.importing.report.report import Report
from tests.support.builders import files as f
from tests.support.builders.sites import OUTLINE, ROWS, TERRITORY, a_feature, box, write
from tests.support.catalogues import CATALOGUE
from twin.places.metres import distance_m
from twin.places.model import Building, Compound


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return f.base(tmp_path / "files")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    return tmp_path / "data" / "places"


def again(files: Path, places: Path, *, bare: bool = True, **options: Any) -> Report:
    chosen = Options(by="admin", bare=bare, **options)
    return import_folder(files, "小院", TERRITORY, data=places, options=chosen, catalogue=CATALOGUE)


def now(places: Path) -> Compound:
    (compound,) = store.load(places)
    return compound


def person(places: Path, **fields: Any) -> None:
    """What somebody edited, through the editable files, as they would."""
    store.save(places, msgspec.structs.replace(now(places), **fields))


def building(places: Path, name: str) -> Building:
    return next(one for one in now(places).buildings if one.name == name)


def test_an_unchanged_import_changes_nothing(files: Path, places: Path) -> None:
    again(files, places, bare=False)
    before = (places / "small.json").stat().st_mtime_ns, (places / "small.json").read_bytes()
    report = again(files, places, bare=False)
    assert report.unchanged and report.written is None
    assert report.difference and report.difference.lines() == []
    assert (
        (places / "small.json").stat().st_mtime_ns,
        (places / "small.json").read_bytes(),
    ) == before


def test_the_day_of_survey_is_that_of_what_changed_or_as_somebody_says(
    files: Path, places: Path
) -> None:
    first, later, told = date(2026, 1, 5), date(2026, 3, 1), date(2026, 2, 1)
    again(files, places, today=first)
    before = (places / "small.json").read_bytes()
    assert again(files, places, today=later).unchanged
    assert now(places).surveyed == first and (places / "small.json").read_bytes() == before
    assert again(files, places, today=later, surveyed=told).written
    assert now(places).surveyed == told
    write(files / "buildings.geojson", ROWS[:5])
    again(files, places, today=later)
    assert now(places).surveyed == later
    log = (places.parent / "imports" / "small" / "log.jsonl").read_text("utf-8").splitlines()
    days = [json.loads(line)["data"]["surveyed"] for line in log]
    assert days == [str(first), str(told), str(later)]
    History(places, "small").undo("admin")
    assert now(places).surveyed == told


def test_a_name_left_out_this_time_stays(files: Path, places: Path) -> None:
    again(files, places, known={"street_name": "贺家土街道", "community_code": "430203001001"})
    again(files, places, known={"street_name": ""})
    assert now(places).street_name == "贺家土街道"
    assert now(places).community_code == "430203001001"
    again(files, places, known={"street_name": "建设街道"})
    assert now(places).street_name == "建设街道"


def test_ids_stay_when_buildings_come_and_go(files: Path, places: Path) -> None:
    again(files, places)
    ids = {one.name: one.id for one in now(places).buildings}
    rows = [a_feature(box(60, 55, 80, 66), name="7幢", height=9.0), *ROWS[1:]]
    write(files / "buildings.geojson", rows)
    report = again(files, places)
    assert report.difference and report.difference.added["buildings"] == 1
    assert report.difference.gone["buildings"] == 1
    found = {one.name: one.id for one in now(places).buildings}
    assert found == {**{name: ids[name] for name in list(ids)[1:]}, "7幢": "small/b7"}


def test_a_building_of_another_name_in_the_same_place_keeps_its_id(
    files: Path, places: Path
) -> None:
    again(files, places)
    renamed = {**ROWS[0], "properties": {"name": "新一号楼", "height": 18.0}}
    write(files / "buildings.geojson", [renamed, *ROWS[1:]])
    again(files, places)
    assert building(places, "新一号楼").id == "small/b1"


def test_the_id_of_the_source_counts_before_name_and_place(files: Path, places: Path) -> None:
    def rows(*names: str) -> list[Any]:
        return [{**row, "properties": {"id": f"src{n}", "name": name, "height": 18.0}}
                for n, (row, name) in enumerate(zip(ROWS, names, strict=False))]  # fmt: skip

    write(files / "buildings.geojson", rows("甲1", "乙2", "丙3"))
    again(files, places)
    write(files / "buildings.geojson", rows("乙2", "甲1", "丙3"))
    again(files, places)
    assert [one.name for one in now(places).buildings] == ["乙2", "甲1", "丙3"]
    assert [one.id for one in now(places).buildings] == ["small/b1", "small/b2", "small/b3"]


def test_what_a_person_changed_wins_over_the_files_field_by_field(
    files: Path, places: Path
) -> None:
    again(files, places)
    compound = now(places)
    first = msgspec.structs.replace(compound.buildings[0], name="甲楼", floors=7)
    person(places, buildings=(first, *compound.buildings[1:]), name_en="Little Court")
    higher = {**ROWS[0], "properties": {"name": "1幢", "height": 21.0}}
    write(files / "buildings.geojson", [higher, *ROWS[1:]])
    report = again(files, places)
    found = next(one for one in now(places).buildings if one.id == "small/b1")
    assert (found.name, found.floors, found.height_m) == ("甲楼", 7, 21.0)
    assert now(places).name_en == "Little Court"
    assert report.difference and report.difference.kept["buildings"] == 1


def test_what_a_person_confirmed_added_or_took_away_stays_so(files: Path, places: Path) -> None:
    again(files, places, bare=False)
    compound = now(places)
    lamps = [device for device in compound.devices if device.kind == "lamp"]
    sure = msgspec.structs.replace(lamps[0], proposed=False)
    own = msgspec.structs.replace(lamps[0], id="small/lamp/900", name="自装灯", proposed=False)
    rest = [d for d in compound.devices if d.id not in (lamps[0].id, lamps[1].id)]
    person(places, devices=(sure, own, *rest))
    write(
        files / "buildings.geojson",
        [*ROWS[:5], a_feature(box(15, 28, 57, 39), name="6幢", height=30)],
    )
    again(files, places, bare=False)
    found = {device.id: device for device in now(places).devices}
    assert found[lamps[0].id] == sure and found["small/lamp/900"] == own
    assert lamps[1].id not in found


def test_without_a_record_things_that_are_not_proposed_count_as_a_persons(
    files: Path, places: Path
) -> None:
    again(files, places)
    compound = now(places)
    mine = msgspec.structs.replace(compound.grids[0], name="东片", proposed=False)
    person(places, grids=(mine, *compound.grids[1:]))
    for name in ("base.json", "keys.json"):
        (places.parent / "imports" / "small" / name).unlink()
    again(files, places)
    assert now(places).grids[0].name == "东片"


def test_devices_keep_their_ids_when_a_list_is_sorted_anew(files: Path, places: Path) -> None:
    wishes = declared(["cameras.csv=WGS84"])
    rows = f.camera_rows()
    f.cameras(files / "cameras.csv", rows)
    again(files, places, wishes=wishes)
    ids = {one.name: one.id for one in now(places).devices if one.kind == "camera"}
    f.cameras(files / "cameras.csv", rows[::-1][:-1])
    again(files, places, wishes=wishes)
    found = {one.name: one.id for one in now(places).devices if one.kind == "camera"}
    assert found == {name: number for name, number in ids.items() if name != "摄像机1"}


def test_a_mapping_is_kept_for_the_next_import(files: Path, places: Path) -> None:
    lon, lat = f.at(0, -25)
    f.cameras(files / "cameras.csv", [f"7,枪机,门口,{lon},{lat},x"], head="点,类,甲,乙,丙,丁\n")
    columns = {"id": "点", "kind": "类", "name": "甲", "lon": "乙", "lat": "丙"}
    wishes = declared(["cameras.csv=WGS84"])
    again(files, places, wishes=wishes, mapping=ColumnMapping(columns=columns))
    assert again(files, places, wishes=wishes).unchanged


# --- undo and log -----------------------------------------------------------------------------


def test_undo_restores_the_bytes_step_by_step(files: Path, places: Path) -> None:
    history, states = History(places, "small"), [b""]
    for count in (6, 5, 4):
        write(files / "buildings.geojson", ROWS[:count])
        again(files, places)
        states.append(history.place.read_bytes())
    assert len(set(states)) == 4
    for state in reversed(states[1:-1]):
        history.undo("admin")
        assert history.place.read_bytes() == state
    history.undo("admin")
    assert not history.place.exists()
    with pytest.raises(CannotUndo, match="no change"):
        history.undo("admin")


def test_an_import_after_undo_is_as_if_the_undone_never_was(files: Path, places: Path) -> None:
    again(files, places)
    first = (places / "small.json").read_bytes()
    write(files / "buildings.geojson", ROWS[:4])
    again(files, places)
    History(places, "small").undo("admin")
    write(files / "buildings.geojson", ROWS)
    assert again(files, places).unchanged
    assert (places / "small.json").read_bytes() == first


def test_what_somebody_changed_since_is_not_undone(files: Path, places: Path) -> None:
    again(files, places)
    person(places, name="改名")
    with pytest.raises(CannotUndo, match="written by others"):
        History(places, "small").undo("admin")
    assert now(places).name == "改名"


def test_an_import_that_fell_before_the_place_was_written_leaves_no_trace(
    files: Path, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(files, places)
    before = (places / "small.json").read_bytes()
    write(files / "buildings.geojson", ROWS[:4])

    def fall(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(store, "save", fall)
        with pytest.raises(OSError, match="no space"):
            again(files, places)
    assert (places / "small.json").read_bytes() == before
    assert History(places, "small").undo("admin")
    assert not (places / "small.json").exists()


def test_the_log_says_who_did_what_and_that_gcj02_was_undone(files: Path, places: Path) -> None:
    again(files, places, wishes=declared(["GCJ02"]), shift=(1.0, 2.0))
    History(places, "small").undo("somebody")
    lines = (places.parent / "imports" / "small" / "log.jsonl").read_text("utf-8").splitlines()
    first, last = (json.loads(line) for line in lines)
    assert (first["type"], first["by"]) == ("place.imported", "admin")
    assert first["data"]["inverse"] == ["gcj02"] and first["data"]["shift_m"] == [1.0, 2.0]
    assert first["data"]["territory"] == last["data"]["territory"] == TERRITORY
    assert (last["type"], last["by"]) == ("place.import_undone", "somebody")


def test_undo_asks_for_the_right_territory(files: Path, places: Path) -> None:
    again(files, places)
    with pytest.raises(CannotUndo, match="no such compound"):
        History(places, "small").undo("admin", "lusong.hejiatu.elsewhere.small")


def test_a_trial_compares_and_writes_nothing(files: Path, places: Path) -> None:
    again(files, places)
    before = sorted(path.as_posix() for path in places.parent.rglob("*"))
    write(files / "buildings.geojson", ROWS[:4])
    report = again(files, places, dry_run=True)
    assert report.difference and report.difference.gone["buildings"] == 2
    assert not report.unchanged
    assert sorted(path.as_posix() for path in places.parent.rglob("*")) == before


def test_a_trial_of_what_is_there_says_that_nothing_differs(files: Path, places: Path) -> None:
    again(files, places)
    report = again(files, places, dry_run=True)
    assert report.unchanged and report.outcome.name == "unchanged"


def test_edited_files_and_a_survey_after_them_agree(
    files: Path, places: Path, tmp_path: Path
) -> None:
    again(files, places)
    edit = tmp_path / "edit"
    geojson.write(edit, now(places))
    content = json.loads((edit / "buildings.geojson").read_text("utf-8"))
    content["features"][0]["properties"]["name"] = "甲楼"
    (edit / "buildings.geojson").write_text(json.dumps(content), "utf-8")
    again(edit, places)
    write(files / "outline.geojson", [OUTLINE])
    again(files, places)
    assert now(places).buildings[0].name == "甲楼"
    assert distance_m(now(places).origin, now(places).buildings[0].outline[0]) < 200
