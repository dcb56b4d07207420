from __future__ import annotations

from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.builders.places import ORIGIN, a_block, at, metres
from twin.places.inside import floor_of, floors, inside, parts
from twin.places.model import Building, DevicePlace

HOME = a_block("b9", 0, 0, 45, 12, (7.5, 13), (22.5, 13), (37.5, 13))


def device(kind: str, x: float = 5, y: float = 5, number: int = 1, **more: Any) -> DevicePlace:
    more = {"building": "b9", "unit": "1"} | more
    return DevicePlace(
        id=f"huodian/{kind}/{number}", kind=kind, name=kind, lonlat=at(x, y), territory="t", **more
    )


def test_floors_are_equally_high_and_begin_at_the_ground() -> None:
    found = floors(HOME)
    assert [floor.number for floor in found] == [1, 2, 3, 4, 5, 6]
    assert [(floor.base_m, floor.top_m) for floor in found][:2] == [(0, 3), (3, 6)]
    assert found[-1].top_m == HOME.height_m


def test_a_basement_exists_when_a_device_is_in_it() -> None:
    found = floors(HOME, [device("water", floor=-2)])
    assert [(floor.number, floor.base_m, floor.top_m) for floor in found][:3] == [
        (-2, -6, -3), (-1, -3, 0), (1, 0, 3),
    ]  # fmt: skip


def test_a_building_without_floors_is_drawn_with_one() -> None:
    shed = msgspec.structs.replace(HOME, floors=0)
    assert [floor.number for floor in floors(shed)] == [1]


@pytest.mark.parametrize(
    ("floor", "room", "found"),
    [(3, "302", 3), (0, "302", 3), (0, "1204", 0), (0, "A302", 0), (0, "", 0), (7, "", 0),
     (-1, "", -1), (-9, "", 0), (2, "302", 2)],
)  # fmt: skip
def test_a_floor_is_told_by_the_device_or_its_room_and_never_guessed(
    floor: int, room: str, found: int
) -> None:
    assert floor_of(HOME, device("call", floor=floor, room=room)) == found


def test_units_are_told_in_the_order_of_their_doors_with_the_door_on_the_outline() -> None:
    found = parts(HOME, ORIGIN)
    assert [part.units for part in found] == [("1",), ("2",), ("3",)]
    assert [part.door for part in found] == [
        pytest.approx((x, 12), abs=1e-6) for x in (7.5, 22.5, 37.5)
    ]
    assert [round(part.shape.area) for part in found] == [180, 180, 180]


def test_units_behind_one_door_share_a_part() -> None:
    both = a_block("b9", 0, 0, 45, 12, (10, 12), (10.4, 12), (35, 12))
    assert [part.units for part in parts(both, ORIGIN)] == [("1", "2"), ("3",)]


def test_without_doors_the_footprint_is_one_part_and_without_area_there_is_none() -> None:
    (whole,) = parts(a_block("b9", 0, 0, 45, 12), ORIGIN)
    assert (whole.units, whole.door, round(whole.shape.area)) == ((), None, 540)
    for ring in ((), (at(0, 0), at(1, 1), at(2, 2), at(0, 0))):
        flat = msgspec.structs.replace(HOME, outline=ring)
        told = inside(flat, ORIGIN, [device("lift"), device("call", room="302")])
        assert (told.parts, told.stairs, told.shafts) == ((), (), ())
        assert [room.name for room in told.rooms] == ["302"]


def test_a_self_crossing_outline_still_gives_valid_parts() -> None:
    bow = msgspec.structs.replace(
        HOME, outline=tuple(at(*xy) for xy in ((0, 0), (40, 12), (40, 0), (0, 12), (0, 0)))
    )
    assert all(part.shape.is_valid for part in parts(bow, ORIGIN))


def test_stairs_begin_behind_the_door_of_their_unit() -> None:
    told = inside(HOME, ORIGIN, [])
    assert [stair.units for stair in told.stairs] == [("1",), ("2",), ("3",)]
    for stair, part in zip(told.stairs, told.parts, strict=True):
        assert stair.shape.area == pytest.approx(2.4 * 3.0, rel=1e-3)
        assert shapely.difference(stair.shape, part.shape).area < 1e-6
        assert stair.shape.distance(shapely.Point(part.door)) < 1e-6


def test_a_lift_has_a_shaft_in_its_unit_even_when_its_place_is_a_little_off() -> None:
    told = inside(
        HOME,
        ORIGIN,
        [device("lift", 22, 8, unit="2"), device("lift", 50, 6, 2, unit="3"),
         device("lift", 5, 5, 3, building="b1")],
    )  # fmt: skip
    assert [(shaft.id, shaft.unit) for shaft in told.shafts] == [
        ("huodian/lift/1", "2"), ("huodian/lift/2", "3"),
    ]  # fmt: skip
    for shaft, n in zip(told.shafts, (1, 2), strict=True):
        assert shapely.difference(shaft.shape, told.parts[n].shape).area < 1e-6
    assert told.shafts[0].xy == pytest.approx((22, 8), abs=1e-3)


def test_rooms_are_those_that_devices_name_and_no_others() -> None:
    told = inside(
        HOME,
        ORIGIN,
        [device("call", 40, 4, 1, unit="3", floor=3, room="302"),
         device("smoke", 42, 6, 2, unit="3", floor=3, room="302"),
         device("smoke", 7, 9, 3, floor=3), device("call", 5, 5, 4, floor=9, room="901")],
    )  # fmt: skip
    (room,) = told.rooms
    assert (room.floor, room.unit, room.name) == (3, "3", "302")
    assert room.devices == ("huodian/call/1", "huodian/smoke/2")
    assert room.xy == pytest.approx((41, 5), abs=1e-3)


@settings(deadline=None, max_examples=40)
@given(
    doors=st.lists(st.tuples(st.floats(-3, 63), st.floats(-3, 23)), max_size=6),
    devices=st.lists(
        st.tuples(st.sampled_from(["lift", "call"]), st.floats(-5, 65), st.floats(-5, 25),
                  st.integers(1, 7)), max_size=4),
)  # fmt: skip
@example(doors=[(0.0, 1.0), (0.0, 0.0)], devices=[("lift", 0.0, 0.0, 2)])
def test_whatever_doors_and_devices_there_are_everything_lies_within_the_footprint(
    doors: list[tuple[float, float]], devices: list[tuple[str, float, float, int]]
) -> None:
    house: Building = a_block("b9", 0, 0, 60, 20, *doors)
    told = inside(
        house,
        ORIGIN,
        [device(kind, x, y, n, unit=str(unit), floor=2, room="201" if kind == "call" else "")
         for n, (kind, x, y, unit) in enumerate(devices)],
    )  # fmt: skip
    whole = shapely.union_all([part.shape for part in told.parts])
    assert whole.area == pytest.approx(1200, rel=1e-6)
    assert sum(part.shape.area for part in told.parts) == pytest.approx(1200, rel=1e-6)
    units = [unit for part in told.parts for unit in part.units]
    assert sorted(units) == sorted({door.unit for door in house.entrances})
    grown = whole.buffer(1e-6)
    for shape in (*(s.shape for s in told.shafts), *(s.shape for s in told.stairs)):
        assert shapely.covers(grown, shape)
    assert all(shapely.covers(grown, shapely.Point(room.xy)) for room in told.rooms)
    assert metres(house.outline)[0] == (0, 0)
