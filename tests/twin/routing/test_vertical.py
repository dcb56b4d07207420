from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.builders.places import a_block, a_place, at
from tests.support.builders.twin import STREET, a_state, after
from tests.support.catalogues import CATALOGUE
from twin.places.model import Building, DevicePlace, Entrance
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.vertical import climb
from twin.state.twin import Twin

TOWER = replace(a_block("t", 20, 20, 40, 40, (30, 20), high=54.0), floors=18)


def a_lift(number: int) -> DevicePlace:
    return DevicePlace(id=f"huodian/lift/{number}", kind="lift", name=f"{number}号梯",
                       lonlat=at(30, 25), territory="x", building="t", unit="1")  # fmt: skip


def lived(building: Building, *lifts: DevicePlace) -> tuple[Twin, Live]:
    place = a_place(buildings=(building,), devices=lifts)
    twin = Twin(STREET, [place], CATALOGUE)
    return twin, Live(Network([place], CATALOGUE.ways.modes), twin)


def test_on_the_ground_nobody_climbs_and_to_the_third_floor_everybody_walks() -> None:
    _, live = lived(TOWER, a_lift(1))
    assert [climb(live, TOWER, "1", floor).by for floor in (0, 1, 3)] == ["", "", "stairs"]
    assert climb(live, None, "", 7).seconds == 0.0


def test_high_up_a_lift_is_taken_as_long_as_one_of_them_runs() -> None:
    twin, live = lived(TOWER, a_lift(1), a_lift(2))
    with_lift = climb(live, TOWER, "1", 16)
    assert with_lift.by == "lift" and with_lift.out == ()
    assert with_lift.seconds == pytest.approx(40 + 45, abs=0.1)
    twin.apply(a_state("huodian/lift/1", "fault"))
    assert climb(live, TOWER, "1", 16) == with_lift
    twin.apply(a_state("huodian/lift/2", "stopped", after(1)))
    stairs = climb(live, TOWER, "1", 16)
    assert stairs.by == "stairs" and stairs.seconds > with_lift.seconds
    assert [one.name for one in stairs.out] == ["1号梯", "2号梯"]


def test_a_lift_out_of_service_is_no_matter_to_the_second_floor() -> None:
    twin, live = lived(TOWER, a_lift(1))
    twin.apply(a_state("huodian/lift/1", "fault"))
    assert climb(live, TOWER, "1", 2).out == ()


def test_a_door_with_a_lift_that_says_nothing_counts_as_having_one() -> None:
    door = Entrance(unit="1", lonlat=at(30, 20), has_lift=True)
    tower = replace(TOWER, entrances=(door, replace(door, unit="2", has_lift=False)))
    _, live = lived(tower)
    assert climb(live, tower, "1", 16).by == "lift"
    assert climb(live, tower, "2", 16).by == "stairs"


def test_two_floors_down_take_as_long_as_two_floors_up() -> None:
    _, live = lived(TOWER)
    assert climb(live, TOWER, "1", -2).seconds == climb(live, TOWER, "1", 3).seconds > 0
