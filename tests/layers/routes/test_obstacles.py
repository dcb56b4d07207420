from __future__ import annotations

import json

from layers.live.subscription import Subscription
from layers.routes.obstacles import thing
from tests.layers.live.test_state_store import a_picture, happen, shown
from tests.support.builders.layers import COMMUNITY, NOON, STREET, a_street, at, reported
from twin import events

NOON_MS = NOON.timestamp() * 1000
GATE, LIFT = "huodian/gate/1", "huodian/lift/1"


def a_closing(reason: str = "挖沟") -> events.WayClosed:
    data = events.WayClosedData(
        version=1, kind="works", reason=reason, path="p1",
        outline=((113.1, 27.8), (113.2, 27.8), (113.2, 27.9), (113.1, 27.8)),
    )  # fmt: skip
    return events.WayClosed(
        id="w", subject="huodian/way/1", time=at(0), by="chen", territory=f"{COMMUNITY}.huodian",
        data=data,
    )  # fmt: skip


def test_a_gate_that_fails_is_on_screens_until_it_works_again() -> None:
    twin = a_street()
    picture = a_picture(twin)
    happen(picture, twin, reported(GATE, "fault", at(1)))
    (turned,) = [one for one in picture.publish(NOON_MS, every=False).things if one.sort == "ways"]
    assert turned.before is None and turned.id == GATE
    told = shown(picture, "ways", GATE)
    assert (told["code"], told["compound"]) == ("gate.fault", "huodian")
    assert told["stops"] == ["ebike", "foot", "vehicle"] and told["lonlat"]
    happen(picture, twin, reported(GATE, "closed", at(2)))
    picture.publish(NOON_MS, every=False)
    assert GATE not in picture.things["ways"]


def test_what_stands_in_the_way_already_is_there_from_the_start() -> None:
    twin = a_street()
    twin.apply(reported(LIFT, "stopped", at(1)))
    twin.apply(a_closing())
    things = a_picture(twin).things["ways"]
    assert set(things) == {LIFT, "huodian/way/1"}


def test_a_closed_way_carries_its_ground_and_a_masked_screen_gets_no_words_of_people() -> None:
    twin = a_street()
    twin.apply(a_closing("王奶奶家门口挖沟"))
    full = thing(twin, "huodian/way/1", masked=False)
    assert full and full["reason"] == "王奶奶家门口挖沟" and len(full["outline"]) == 4
    assert "王奶奶" not in json.dumps(thing(twin, "huodian/way/1", masked=True), ensure_ascii=False)


def test_who_sees_one_grid_learns_nothing_of_the_gate_of_another() -> None:
    twin = a_street()
    picture = a_picture(twin)
    happen(picture, twin, reported(GATE, "fault", at(1)), a_closing())
    picture.publish(NOON_MS, every=False)
    home = twin.devices[GATE].place.territory
    other = f"{home.rpartition('.')[0]}.g{3 - int(home[-1])}"
    assert set(Subscription((home,), False, picture).things()["ways"]) == {GATE}
    assert Subscription((other,), False, picture).things()["ways"] == {}
    assert set(Subscription((STREET,), False, picture).things()["ways"]) == {GATE, "huodian/way/1"}


def test_other_devices_and_unknown_names_stand_in_no_way() -> None:
    twin = a_street()
    twin.apply(reported("huodian/camera/1", "fault", at(1)))
    assert thing(twin, "huodian/camera/1", masked=False) is None
    assert thing(twin, "huodian/way/9", masked=False) is None
