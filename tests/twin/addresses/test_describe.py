from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.builders.twin import GATE, LAT, LON, a_device, huodian, jinyuan
from twin.addresses.describe import place_text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"unit": "2", "room": "302", "floor": 3}, "93幢2单元302"),
        ({"unit": "1单元", "floor": 4}, "93幢1单元4层"),
        ({"unit": "1单元"}, "93幢1单元"),
        ({"floor": 4}, "93幢4层"),
    ],
)
def test_indoors_is_building_unit_and_room(more: dict[str, Any], words: str) -> None:
    place = a_device("huodian/call/1", "g2", building="b93", **more)
    assert place_text(huodian(), place) == f"{words} · 第2网格"


def test_a_building_that_is_not_on_the_plan_goes_by_what_the_device_says() -> None:
    place = a_device("huodian/call/1", building="七号楼")
    assert place_text(huodian(), place).startswith("七号楼 · ")


@pytest.mark.parametrize(
    ("east", "north", "side"),
    [
        (0.0006, 0.0004, "东侧"),
        (0.0006, 0.0006, "东北侧"),
        (0.0004, 0.0006, "北侧"),
        (0.0002, 0.0006, "西北侧"),
        (0.0002, 0.0004, "西侧"),
        (0.0002, 0.0002, "西南侧"),
        (0.0004, 0.0002, "南侧"),
        (0.0006, 0.0002, "东南侧"),
    ],
)
def test_outdoors_is_the_side_of_the_nearest_building(east: float, north: float, side: str) -> None:
    place = a_device(GATE, lonlat=(LON + east, LAT + north))
    assert place_text(huodian(), place) == f"93幢{side} · 第1网格"


def test_far_from_every_building_a_device_goes_by_its_own_name() -> None:
    place = a_device(GATE, name="北门", lonlat=(LON + 0.0019, LAT + 0.0019))
    assert place_text(huodian(), place) == "北门 · 第1网格"
    bare = a_device("jinyuan/camera/1", name="C-01")
    assert place_text(jinyuan(), bare) == "C-01 · 金元大厦"


def test_the_first_of_two_equally_near_buildings_is_named() -> None:
    compound = huodian()
    twice = msgspec.structs.replace(compound, buildings=compound.buildings * 2)
    place = a_device(GATE, lonlat=(LON + 0.0006, LAT + 0.0004))
    assert place_text(twice, place) == place_text(compound, place)
