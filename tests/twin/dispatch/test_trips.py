from __future__ import annotations

import pytest

from tests.support.builders.places import a_place, at, metres
from tests.support.builders.twin import STREET, a_state, settle
from tests.support.catalogues import CATALOGUE
from twin.dispatch.trips import Goal, Trips, goal_of
from twin.places.model import DevicePlace
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.values import WALK_M_S
from twin.state.twin import Twin

CALL = DevicePlace(id="huodian/call/1", kind="call", name="一键呼", lonlat=at(32, 30),
                   territory=f"{STREET}.x.huodian.g1", building="b1", unit="2",
                   floor=5, room="502")  # fmt: skip


def lived() -> tuple[Twin, Live]:
    place = a_place(devices=(*a_place().devices, CALL))
    twin = Twin(STREET, [place], CATALOGUE)
    return twin, Live(Network([place], CATALOGUE.ways.modes), twin)


def test_a_case_in_a_flat_is_reached_by_the_door_of_its_unit_and_up_its_stairs() -> None:
    twin, live = lived()
    settle(twin, [a_state(CALL.id, "pressed")])
    (incident,) = twin.open_incidents.values()
    goal = goal_of(twin, incident)
    assert goal.building is not None
    assert (goal.building.id, goal.unit, goal.floor) == ("b1", "2", 5)
    trip = Trips(live, goal, [at(0, 10)]).trip(0)
    assert (70, 20) in metres(trip.line) and (30, 20) not in metres(trip.line)
    assert (trip.by, trip.floor, trip.mode) == ("stairs", 5, "foot")
    assert trip.seconds == pytest.approx(trip.distance_m / WALK_M_S + 4 * (3 * 2.24 + 1.8))


def test_each_goes_by_what_is_quicker_for_them() -> None:
    _, live = lived()
    starts = [at(-50, 100), at(60, 61), at(150, 100)]
    trips = Trips(live, Goal(at(60, 60)), starts, ["ebike", "ebike", "vehicle"])
    assert [trips.trip(row).mode for row in range(3)] == ["ebike", "foot", "vehicle"]
    on_foot = Trips(live, Goal(at(60, 60)), starts).seconds
    assert (trips.seconds <= on_foot).all()


def test_a_trip_that_is_cut_off_shows_what_would_have_to_be_cleared() -> None:
    twin, live = lived()
    twin.apply(a_state("huodian/gate/东门", "fault"))
    trips = Trips(live, Goal(at(0, 60)), [at(-40, 100), at(100, 10)])
    trip = trips.trip(0)
    assert trip.seconds == float("inf") and len(trip.line) > 3
    assert [one.name for one in trip.around] == ["东门"]
    assert trips.free_seconds(0) < 300 and trips.trip(1).around == ()


def test_nobody_to_send_means_no_trips() -> None:
    _, live = lived()
    assert len(Trips(live, Goal(at(0, 60)), []).seconds) == 0
