from __future__ import annotations

import json
from typing import Any

from layers.places.compound import KEPT_DESCRIPTIONS, KEPT_LISTINGS, PlacesView
from tests.support.builders.layers import COMMUNITY, STREET, a_compound
from tests.support.catalogues import CATALOGUE

HERE = f"{COMMUNITY}.huodian"


def described(prefixes: tuple[str, ...], masked: bool = False) -> dict[str, Any]:
    places = PlacesView([a_compound("huodian"), a_compound("jinyuan")], CATALOGUE.devices)
    told = places.describe(places.compounds["huodian"], prefixes, masked)
    description: dict[str, Any] = json.loads(told)
    return description


def test_devices_stand_in_index_order_and_geometry_by_map_source() -> None:
    told = described((STREET,))
    devices = a_compound("huodian").devices
    assert [row["id"] for row in told["devices"]] == [place.id for place in devices]
    assert told["count"] == len(devices)
    assert set(told["features"]) == {
        "buildings", "grids", "boundary", "paths", "areas", "walls", "surroundings", "fields",
    }  # fmt: skip
    (building,) = told["features"]["buildings"]["features"]
    assert building["properties"]["height"] == 18.0
    assert building["geometry"]["type"] == "Polygon"


def test_a_grid_account_gets_its_devices_fields_and_grid_only() -> None:
    told = described((f"{HERE}.g1",))
    assert {row["grid"] for row in told["devices"]} == {f"{HERE}.g1"}
    (grid,) = told["features"]["grids"]["features"]
    assert grid["properties"]["id"] == f"{HERE}.g1"
    cameras = {row["id"] for row in told["devices"] if row["kind"] == "camera"}
    assert {one["properties"]["id"] for one in told["features"]["fields"]["features"]} <= cameras
    assert told["version"].endswith("-g1")


def test_a_masked_description_names_no_room() -> None:
    masked, plain = described((STREET,), masked=True), described((STREET,))
    flats = [row for row in masked["devices"] if row["kind"] == "call"]
    assert all(row["room"] == "" and row["floor"] and row["building"] for row in flats)
    assert flats[0]["name"] == "一键呼 3幢1单元2层"
    assert "02" not in "".join(row["name"] for row in masked["devices"])
    assert any(row["room"] for row in plain["devices"])
    assert masked["version"] == plain["version"] + "-m"


def test_a_compound_is_in_the_list_of_who_sees_a_part_of_it() -> None:
    places = PlacesView([a_compound("huodian"), a_compound("jinyuan")], CATALOGUE.devices)
    assert [one.id for one in places.seen((f"{HERE}.g2",))] == ["huodian"]
    summary = places.summary(places.compounds["huodian"], (f"{HERE}.g2",), False)
    west, south, east, north = summary["bounds"]
    assert west < summary["center"][0] < east and south < summary["center"][1] < north
    assert summary["count"] == len(a_compound("huodian").devices) / 2


def test_the_version_follows_the_content() -> None:
    one, other = (
        PlacesView([a_compound("huodian")], CATALOGUE.devices),
        PlacesView([a_compound("huodian", each=3)], CATALOGUE.devices),
    )
    versions = {p.version(p.compounds["huodian"], (STREET,), False) for p in (one, other)}
    assert len(versions) == 2


def test_a_description_is_encoded_once_and_only_so_many_are_held() -> None:
    compounds = [a_compound(f"c{number}", each=1) for number in range(KEPT_DESCRIPTIONS + 1)]
    places = PlacesView(compounds, CATALOGUE.devices)
    first = places.describe(compounds[0], (STREET,), False)
    assert places.describe(compounds[0], (STREET,), False) is first
    for compound in compounds:
        places.describe(compound, (STREET,), False)
    assert places.describe(compounds[0], (STREET,), False) is not first


def test_the_list_of_compounds_is_worked_out_once_for_each_scope() -> None:
    places = PlacesView([a_compound("qiaotou"), a_compound("mudan")], CATALOGUE.devices)
    listed = places.listing((STREET,), False)
    assert places.listing((STREET,), False) is listed
    rows = json.loads(listed)
    assert [row["id"] for row in rows] == ["qiaotou", "mudan"]
    assert rows[0]["count"] == len(places.compounds["qiaotou"].devices)
    (part,) = json.loads(places.listing((f"{STREET}.changtangwan.mudan.g1",), True))
    assert part["count"] == rows[1]["count"] / 2
    assert part["version"].endswith("-m-g1")
    for number in range(KEPT_LISTINGS):
        places.listing((f"{STREET}.x{number}",), False)
    assert places.listing((STREET,), False) is not listed
