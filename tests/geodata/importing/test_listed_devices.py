"""Lists and catalogues become devices: kinds, places, grids, directions, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geodata.importing.importer import Options, import_folder
from geodata.importing.readers import device_lists, gb28181
from geodata.importing.readers.crs import from_wgs84
from geodata.importing.readers.references import declared
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import say
from tests.support.builders import files as f
from tests.support.builders.sites import TERRITORY
from tests.support.catalogues import CATALOGUE
from twin.places.metres import distance_m
from twin.places.model import DevicePlace


def imported(folder: Path, *crs: str, bare: bool = True) -> Report:
    chosen = Options(wishes=declared(list(crs)), bare=bare)
    return import_folder(f.base(folder), "小院", TERRITORY, options=chosen, catalogue=CATALOGUE)


def devices(report: Report, kind: str) -> list[DevicePlace]:
    assert report.compound, report.lines("en")
    return [device for device in report.compound.devices if device.kind == kind]


def kinds(report: Report) -> dict[str, str]:
    return {fault.kind: fault.feature for fault in report.faults}


def test_a_list_stands_for_its_kinds_and_leaves_the_others_proposed(tmp_path: Path) -> None:
    f.cameras(tmp_path / "cameras.csv", f.camera_rows())
    report = imported(tmp_path, "cameras.csv=WGS84", bare=False)
    cameras = devices(report, "camera")
    assert report.fatal == []
    assert [camera.name for camera in cameras] == [f"摄像机{n}" for n in range(1, 7)]
    assert {camera.azimuth_deg for camera in cameras} == {90.0}
    assert devices(report, "lamp")[0].proposed
    assert all(c.territory.startswith(f"{TERRITORY}.g") for c in cameras)


def test_a_list_without_reference_is_refused_with_how_to_say_it(tmp_path: Path) -> None:
    f.cameras(tmp_path / "cameras.csv", f.camera_rows())
    (fault,) = imported(tmp_path).fatal
    assert (fault.kind, fault.feature) == ("no reference", "cameras.csv")
    assert "--crs cameras.csv=WGS84" in str(fault.words)


def test_a_list_that_would_fit_as_gcj02_is_said_and_not_done(tmp_path: Path) -> None:
    rows = f.camera_rows(move=lambda place: from_wgs84(place, "gcj02"))
    f.cameras(tmp_path / "cameras.csv", rows)
    report = imported(tmp_path, "cameras.csv=WGS84")
    fault = next(one for one in report.faults if one.kind == "perhaps shifted")
    assert "would fit the buildings if they were GCJ02: 100%" in str(fault.words)
    (tmp_path / "mapping.json").write_text(json.dumps({"crs": "WGS84"}))
    (stopped,) = (one for one in imported(tmp_path).fatal if one.kind == "shifted")
    assert "--crs cameras.csv=GCJ02" in str(stopped.words)
    right = imported(tmp_path, "cameras.csv=GCJ02")
    assert right.fatal == [] and "perhaps shifted" not in kinds(right)
    assert distance_m(devices(right, "camera")[0].lonlat, f.at(-43, 17)) < 0.05


def test_a_mapping_names_columns_and_kinds(tmp_path: Path) -> None:
    lon, lat = f.at(0, -25)
    head = "点位,分类,甲,乙,纬,人脸库\n"
    f.cameras(tmp_path / "cameras.csv", [f"7,鹰眼,门口,{lon},{lat},x"], head=head)
    saved = {"columns": {"id": "点位", "kind": "分类", "name": "甲", "lon": "乙", "lat": "纬"},
             "kinds": {"鹰眼": "camera"}, "crs": "WGS84"}  # fmt: skip
    (tmp_path / "mapping.json").write_text(json.dumps(saved), "utf-8")
    report = imported(tmp_path)
    assert [camera.name for camera in devices(report, "camera")] == ["门口"]
    assert "人脸库 is about persons: never read" in map(str, report.sources[1].notes)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"columns": {"ids": "x"}}))
    with pytest.raises(ValueError, match="no field ids"):
        device_lists.load(wrong)


def test_a_device_without_coordinates_stands_in_its_building(tmp_path: Path) -> None:
    rows = ["L1,电梯,3幢电梯,,,", "X1,电梯,别处,,,"]
    head = "编号,类型,名称,经度,纬度,楼栋\n"
    rows = ["L1,电梯,一号梯,,,3号楼", "L2,电梯,别处,0,0,99幢"]
    f.cameras(tmp_path / "lifts.csv", rows, head=head)
    report = imported(tmp_path)
    (lift,) = devices(report, "lift")
    assert lift.building == "small/b3" and lift.name == "一号梯"
    assert kinds(report)["no position"] == "别处"


def test_devices_on_another_continent_and_twice_are_named(tmp_path: Path) -> None:
    rows = [*f.camera_rows(), "D1,球机,再一,113.15,27.83,0", "D9,球机,远方,-73.98,40.75,0"]
    f.cameras(tmp_path / "cameras.csv", rows)
    report = imported(tmp_path, "cameras.csv=WGS84")
    found = {fault.kind: fault for fault in report.fatal}
    assert found["far away"].feature == "远方" and "km" in str(found["far away"].words)
    assert found["far away"].place == (-73.98, 40.75)
    assert found["duplicate id"].feature == "D1"
    assert "row 1 is 摄像机1; " in str(found["duplicate id"].words)
    assert "row 7 is 再一" in str(found["duplicate id"].words)


# --- GB/T 28181 -------------------------------------------------------------------------------

ITEMS = [
    f.item("132", 1, -43, -25, DirectionType="5", PTZType="3"),
    f.item("131", 2, -26, 17, DirectionType="4"),
    f.item("132", 3, -40, -45, RoomType="2", Name="一楼大厅"),
    f.item("141", 4, 60, -65),
    f.item("124", 5, -60, 65),
    f.item("134", 6, -40, -45, Name="1幢烟感"),
    f.item("137", 7, 0, 0, Name="云喇叭"),
    f.item("118", 8, 0, 0),
    {"DeviceID": "43021101", "Name": "某区"},
]


def test_a_catalogue_becomes_devices_by_digits_of_its_ids(tmp_path: Path) -> None:
    text = f.catalogue([*ITEMS, f.item("200", 1, 0, 0, ParentID="")])
    (tmp_path / "catalogue.xml").write_bytes(text.encode("gbk"))
    report = imported(tmp_path, "catalogue.xml=WGS84")
    assert report.fatal == [], report.lines("en")
    first, second, inside = devices(report, "camera")
    assert (first.azimuth_deg, second.azimuth_deg, inside.azimuth_deg) == (135.0, 0.0, None)
    assert first.lens and first.lens.azimuth_unsure_deg == 22.5 and first.proposed
    assert (first.use, second.use) == ("fixed", "")
    assert inside.building == "small/b1"
    assert [gate.use for gate in devices(report, "gate")] == ["vehicle", "pedestrian"]
    assert [smoke.name for smoke in devices(report, "smoke")] == ["1幢烟感"]
    notes = " ".join(str(note) for source in report.sources for note in source.notes)
    assert ": loudspeakers" in notes and ": recorders" in notes


def test_a_catalogue_as_csv_is_one_too(tmp_path: Path) -> None:
    columns = list(ITEMS[0])
    rows = [",".join(item.get(column, "") for column in columns) for item in ITEMS[:2]]
    f.cameras(tmp_path / "catalogue.csv", rows, "gbk", ",".join(columns) + "\n")
    report = imported(tmp_path, "catalogue.csv=WGS84")
    assert [camera.azimuth_deg for camera in devices(report, "camera")] == [135.0, 0.0]


def test_parents_in_a_circle_and_missing_ones_are_named(tmp_path: Path) -> None:
    one, two, three = (dict(item) for item in ITEMS[:3])
    one["ParentID"], two["ParentID"] = two["DeviceID"], one["DeviceID"]
    four = f.item("132", 9, 0, 17, ParentID="43021101002000000009")
    (tmp_path / "catalogue.xml").write_text(f.catalogue([one, two, three, four]), "utf-8")
    report = imported(tmp_path, "catalogue.xml=WGS84")
    found = {fault.kind: fault for fault in report.faults}
    assert found["cyclic parents"] in report.fatal
    assert one["DeviceID"] in str(found["cyclic parents"].words)
    assert "is not in the list" in str(found["missing parent"].words)
    assert report.written is None


@pytest.mark.parametrize(("kind", "bearing"), sorted(gb28181.DIRECTIONS.items()))
def test_a_direction_is_the_middle_of_its_eighth(kind: str, bearing: float) -> None:
    row = gb28181.row(f.item("131", 1, 0, 0, DirectionType=kind))
    assert (row["azimuth_deg"], row["azimuth_unsure_deg"]) == (bearing, 22.5)


def test_persons_and_faces_are_never_read() -> None:
    text = f.catalogue(ITEMS[:1]).replace(
        "</Response>", "<FaceList><Face><Name>张三</Name></Face></FaceList></Response>"
    )
    items, left = gb28181.from_xml(text)
    assert "张三" not in json.dumps(items, ensure_ascii=False)
    assert left == [say("about_persons", name=name) for name in ("Face", "FaceList")]
    secret = dict(ITEMS[0], Password="secret", IPAddress="10.0.0.1")
    assert "secret" not in str(gb28181.from_xml(f.catalogue([secret])))


def test_a_name_or_a_word_tells_the_kind() -> None:
    mapping = device_lists.ColumnMapping()
    said = {
        "球机": "camera",
        "人脸识别门禁": "gate",
        "LAMP": "lamp",
        "烟感": "smoke",
        "路灯": "lamp",
    }
    assert {
        word: device_lists.kind_of(word, "", mapping, CATALOGUE.devices) for word in said
    } == said
    assert device_lists.kind_of("", "3幢电梯", mapping, CATALOGUE.devices) == "lift"
    assert device_lists.kind_of("其他", "某物", mapping, CATALOGUE.devices) == ""
    assert np.isfinite(device_lists.figure("3.5米") or 0) and device_lists.figure("nan") is None
