from __future__ import annotations

import pytest

from tests.support.builders.places import a_path, a_place, at
from tests.support.builders.twin import STREET, a_state, after, give
from tests.support.catalogues import CATALOGUE
from twin.errors import CommandRejected
from twin.events import DesiredData, DeviceDesired
from twin.places.model import DevicePlace, LonLat
from twin.routing.network import Network
from twin.routing.obstacles import Live, of_device
from twin.state.twin import Twin

GATE = "huodian/gate/东门"
NORTH, STREET_SIDE = at(0, 60), at(-40, 100)


def lived(**more: object) -> tuple[Twin, Live]:
    place = a_place(**more)
    twin = Twin(STREET, [place], CATALOGUE)
    return twin, Live(Network([place], CATALOGUE.ways.modes), twin)


def ordered(state: str, seconds: float = 1) -> DeviceDesired:
    return DeviceDesired(
        id=f"{state}{seconds}", subject=GATE, time=after(seconds), data=DesiredData(state=state)
    )


def box(west: float, south: float, east: float, north: float) -> list[LonLat]:
    return [at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)]


def seconds(live: Live, mode: str = "foot") -> float:
    return float(live.passage().ways_to(NORTH, [STREET_SIDE], mode).seconds[0])


@pytest.mark.parametrize(
    ("state", "shut"),
    [("closed", False), ("open", False), ("held_open", False), ("forced_open", False),
     ("fault", True)],
)  # fmt: skip
def test_a_gate_stops_people_when_it_is_faulty_and_opens_to_staff_when_closed(
    state: str, shut: bool
) -> None:
    twin, live = lived()
    twin.apply(a_state(GATE, state))
    assert [one.code for one in live.standing()] == (["gate.fault"] if shut else [])
    assert (seconds(live) == float("inf")) == shut


def test_a_gate_ordered_shut_stays_shut_whatever_it_says_until_it_is_ordered_open() -> None:
    twin, live = lived()
    twin.apply(ordered("closed"))
    for state in ("open", "closed"):
        twin.apply(a_state(GATE, state, after(2)))
        assert [one.code for one in live.standing()] == ["gate.ordered_shut"]
    twin.apply(ordered("open", 3))
    assert live.standing() == [] and seconds(live) < 1000


def test_one_gate_that_turns_leaves_the_network_and_makes_one_new_passage() -> None:
    twin, live = lived()
    before = live.passage()
    twin.apply(a_state(GATE, "open"))
    assert live.passage() is live.free is before
    twin.apply(a_state(GATE, "fault", after(1)))
    shut = live.passage()
    assert shut is live.passage() is not before and shut.network is live.network
    twin.restore(Twin(STREET, [a_place()], CATALOGUE).snapshot())
    assert live.passage() is before


def test_a_lift_that_traps_people_carries_nobody_and_other_kinds_stand_in_no_way() -> None:
    lift = DevicePlace(id="huodian/lift/1", kind="lift", name="2号梯", lonlat=at(30, 25),
                       territory="x", building="b1", unit="1")  # fmt: skip
    twin, live = lived(devices=(lift,))
    assert of_device(twin.devices[lift.id], CATALOGUE.ways) is None
    twin.apply(a_state(lift.id, "people_trapped"))
    found = of_device(twin.devices[lift.id], CATALOGUE.ways)
    assert found is not None and (found.code, found.name) == ("lift.people_trapped", "2号梯")
    assert live.lifts("b1", "1") == [twin.devices[lift.id]] and live.lifts("b1", "2") == []


def test_a_blocked_lane_stops_vehicles_and_lets_people_past() -> None:
    twin, live = lived()
    on_foot, driving = seconds(live), seconds(live, "vehicle")
    give(twin, "close_way", "huodian", kind="blocked", reason="占道", path="out")
    assert seconds(live) == on_foot and seconds(live, "vehicle") > driving


def test_works_stop_everybody_and_are_gone_when_opened_again() -> None:
    twin, live = lived()
    free = seconds(live)
    give(twin, "close_way", "huodian", kind="works", reason="挖沟", outline=box(55, 70, 65, 75))
    assert seconds(live) == float("inf")
    (closure,) = twin.closures.values()
    give(twin, "open_way", closure.id, version=1)
    assert seconds(live) == free


def test_who_stands_in_the_works_may_leave_them_on_the_nearer_side_only() -> None:
    twin, live = lived()
    give(twin, "close_way", "huodian", kind="works", reason="挖沟", outline=box(55, 70, 65, 80))
    inner, outer = at(60, 72), at(60, 78)
    leave = live.passage().ways_to(inner, [NORTH, STREET_SIDE, outer]).seconds
    assert leave[0] < 100 and leave[1] == float("inf") and leave[2] < 10


def test_a_closing_ends_by_itself_when_its_time_is_up() -> None:
    twin, live = lived()
    outline = box(55, 70, 65, 80)
    give(twin, "close_way", "huodian", kind="works", reason="挖沟", outline=outline, minutes=10)
    assert twin.due(after(599)) == []
    (opened,) = twin.due(after(600))
    assert opened.by == "system" and twin.apply(opened) and twin.due(after(601)) == []
    assert live.standing() == []
    assert twin.apply(opened) == []


def test_a_way_that_is_open_again_cannot_be_opened_twice() -> None:
    twin, _ = lived()
    give(twin, "close_way", "huodian", kind="blocked", reason="占道", path="out")
    (name,) = twin.closures
    give(twin, "open_way", name)
    with pytest.raises(CommandRejected) as refused:
        give(twin, "open_way", name)
    assert refused.value.code == "illegal_state" and refused.value.detail["version"] == 2
    with pytest.raises(CommandRejected, match="somebody"):
        give(twin, "open_way", name, version=1)


def test_closed_ways_are_kept_in_a_snapshot() -> None:
    twin, live = lived()
    give(twin, "close_way", "huodian", kind="works", reason="挖沟", path="out")
    again = Twin(STREET, [a_place()], CATALOGUE)
    again.restore(twin.snapshot())
    assert again.snapshot() == twin.snapshot()
    assert Live(live.network, again).standing() == live.standing()


def test_a_unit_door_is_no_gate_on_the_way_and_a_gate_far_from_paths_stops_nothing() -> None:
    door = DevicePlace(id="huodian/gate/1", kind="gate", name="1单元门", lonlat=at(30, 20),
                       territory="x", building="b1")  # fmt: skip
    far = DevicePlace(id="huodian/gate/2", kind="gate", name="孤门", lonlat=at(50, 80),
                      territory="x")  # fmt: skip
    network = Network(
        [a_place(devices=(door, far), paths=(a_path("p", (0, 10), (100, 10)),))],
        CATALOGUE.ways.modes,
    )
    assert list(network.gates) == [far.id] and network.gates[far.id].spots == ()


def test_the_catalogue_has_a_row_for_every_state_and_a_mode_for_every_vehicle() -> None:
    ways = CATALOGUE.ways
    assert set(ways.modes) == {"foot", "ebike", "vehicle"}
    assert [ways.mode_of(word) for word in ("foot", "vehicle", "broom")] == [
        "foot",
        "vehicle",
        "foot",
    ]
    assert all(row.reason for row in (*ways.gates.values(), *ways.lifts.values()))
