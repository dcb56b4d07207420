from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import shapely

from layers.places.inside import building_of, described
from tests.support.builders.layers import COMMUNITY, STREET, a_compound
from tests.support.catalogues import CATALOGUE
from twin.places.model import Compound, DevicePlace, Entrance

HERE = f"{COMMUNITY}.huodian"
ALL = (STREET,)


def place(**more: Any) -> Compound:
    """火电 with two doors and a lift in its one building."""
    plain = a_compound("huodian")
    (block,) = plain.buildings
    west, south = block.outline[0]
    doors = tuple(
        Entrance(unit=str(n), lonlat=(west + 0.0001 * n - 0.00005, south + 0.00021)) for n in (1, 2)
    )
    lift = DevicePlace(
        id="huodian/lift/9", kind="lift", name="3幢2单元电梯", building=block.id, unit="2", floor=1,
        lonlat=(west + 0.00016, south + 0.00015), territory=f"{HERE}.g1",
    )  # fmt: skip
    block = msgspec.structs.replace(block, entrances=doors)
    return msgspec.structs.replace(
        plain, buildings=(block,), devices=(*plain.devices, lift), **more
    )


def told(prefixes: tuple[str, ...] = ALL, masked: bool = False, **more: Any) -> dict[str, Any]:
    compound = place(**more)
    building = building_of(compound, "b3", prefixes)
    assert building is not None
    shown: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(described(compound, building, prefixes, CATALOGUE.devices, masked))
    )
    return shown


def test_floors_units_stairs_lifts_and_devices_of_a_building_are_told() -> None:
    shown = told()
    assert [row["floor"] for row in shown["floors"]] == [1, 2, 3, 4, 5, 6]
    assert [row["units"] for row in shown["units"]] == [["1"], ["2"]]
    assert [row["lift"] for row in shown["units"]] == [False, True]
    assert [row["units"] for row in shown["stairs"]] == [["1"], ["2"]]
    assert [(row["id"], row["unit"]) for row in shown["shafts"]] == [("huodian/lift/9", "2")]
    assert {row["kind"] for row in shown["devices"]} == {"call", "smoke", "lift"}
    assert {row["name"] for row in shown["rooms"]} == {"102", "202", "302", "402"}


def test_shapes_are_closed_rings_in_degrees_that_cover_the_outline() -> None:
    outline = shapely.Polygon(place().buildings[0].outline)
    shapes = [
        shapely.Polygon(rings[0], rings[1:]) for row in told()["units"] for rings in row["shape"]
    ]
    assert all(shape.is_valid and shape.exterior.is_ccw for shape in shapes)
    assert shapely.union_all(shapes).symmetric_difference(outline).area < outline.area / 1000
    for row in told()["units"]:
        assert any(
            shapely.Polygon(rings[0]).contains(shapely.Point(row["middle"]))
            for rings in row["shape"]
        )


def test_a_masked_screen_gets_no_rooms_no_devices_in_flats_and_no_name_of_either() -> None:
    shown = told(masked=True)
    assert shown["rooms"] == []
    assert [row["id"] for row in shown["devices"]] == ["huodian/lift/9"]
    assert "02" not in json.dumps([row["name"] for row in shown["devices"]])


def test_an_account_of_one_grid_gets_the_devices_of_that_grid() -> None:
    shown = told((f"{HERE}.g1",))
    own = {one.id for one in place().devices if one.territory == f"{HERE}.g1"}
    assert {row["id"] for row in shown["devices"]} <= own
    assert {name for row in shown["rooms"] for name in row["devices"]} <= own
    assert len(shown["devices"]) < len(told()["devices"])


def test_a_building_of_another_grid_is_none_to_a_grids_account() -> None:
    plain = place()
    block = msgspec.structs.replace(plain.buildings[0], territory=f"{HERE}.g2")
    compound = msgspec.structs.replace(plain, buildings=(block,))
    assert building_of(compound, "b3", (f"{HERE}.g1",)) is None
    assert building_of(compound, "b3", (f"{HERE}.g2",)) is block
    assert building_of(compound, "b3", (HERE,)) is block
    assert building_of(compound, "b4", ALL) is None


@pytest.mark.parametrize(
    ("prefixes", "households", "expected"),
    [(ALL, 292, 292), ((f"{HERE}.g1",), 292, None), (ALL, 4, None), (ALL, 0, None)],
)
def test_households_are_told_where_they_are_known_and_many_enough(
    prefixes: tuple[str, ...], households: int, expected: int | None
) -> None:
    assert told(prefixes, households=households)["households"] == expected


def test_households_of_a_compound_of_several_homes_are_not_shared_out() -> None:
    plain = place(households=100)
    other = msgspec.structs.replace(plain.buildings[0], id="huodian/b4")
    two = msgspec.structs.replace(plain, buildings=(*plain.buildings, other))
    assert described(two, two.buildings[0], ALL, CATALOGUE.devices, False)["households"] is None
