from __future__ import annotations

from typing import Any

import msgspec
import pytest

from layers.panels.incident_detail import WorkedOut, detail
from tests.support.builders.layers import (
    COMMUNITY,
    STREET,
    a_compound,
    at,
    opened,
    raised,
    reported,
    step,
)
from tests.support.catalogues import CATALOGUE
from twin import events
from twin.commands.decide import Command, decide
from twin.commands.roles import Actor
from twin.places.metres import lonlat_from_xy
from twin.places.model import Building, Entrance, LonLat, Path
from twin.state.twin import Twin

CALL = "huodian/call/1"
ZHOU = "huodian/responder/zhou"
CHEN = Actor(account="chen", role="dispatcher", prefixes=(STREET,))


def at_m(east: float, north: float) -> tuple[float, float]:
    lon, lat = lonlat_from_xy((east, north), (113.1, 27.8))
    return float(lon), float(lat)


@pytest.fixture
def twin() -> Twin:
    """A compound with one path, past the post and the call, and a camera that looks along it."""
    bare = a_compound("huodian")
    call = next(place for place in bare.devices if place.id == CALL)
    places = tuple(
        msgspec.structs.replace(place, lonlat=at_m(call_m - 20, 0))
        if place.id == "huodian/camera/1"
        else msgspec.structs.replace(place, lonlat=at_m(call_m, 0))
        if place.id == CALL
        else place
        for call_m in (200.0,)
        for place in bare.devices
    )
    assert call.room
    path = Path(id="p", kind="foot", line=(at_m(0, 0), at_m(300, 0)))
    compound = msgspec.structs.replace(bare, devices=places, paths=(path,), buildings=())
    twin = Twin(STREET, [compound], CATALOGUE)
    duty = events.StatusData(status="available")
    twin.apply(events.ResponderStatus(id="d", subject=ZHOU, time=at(0), by="zhou", data=duty))
    twin.apply(raised(CALL, at(0)))
    twin.apply(raised("huodian/call/2", at(0)))
    alarms = (f"{CALL}#call_pressed", "huodian/call/2#call_pressed")
    twin.apply(opened(1, CALL, twin, at(0), alarms))
    return twin


def told(
    twin: Twin, actor: Actor = CHEN, masked: bool = False, passed_s: float = 1
) -> dict[str, Any]:
    known = WorkedOut.of([twin])
    case = twin.incidents["INC-1121-0001"]
    return detail(twin, case, known, actor, now=at(passed_s), masked=masked)


def test_the_case_in_full_says_who_could_go_and_which_way(twin: Twin) -> None:
    (first,) = told(twin)["recommendations"]
    assert (first["responder"], first["name"], first["skilled"]) == (ZHOU, "周网格员", True)
    assert first["distance_m"] == pytest.approx(200, abs=1)
    assert len(first["route"]) >= 2


def test_it_lists_the_cameras_that_see_it_and_whether_they_are_there(twin: Twin) -> None:
    (camera,) = told(twin)["cameras"]
    assert camera["id"] == "huodian/camera/1" and camera["online"] is False
    assert camera["distance_m"] == pytest.approx(20, abs=0.5)
    twin.apply(reported("huodian/camera/1", "online", at(1)))
    assert told(twin)["cameras"][0]["online"] is True


def test_it_says_what_may_be_done_and_what_was_done(twin: Twin) -> None:
    full = told(twin)
    assert "assign" in full["possible"] and full["advice"]
    assert [entry["type"] for entry in full["log"]] == ["incident.reported"]


def test_a_finished_case_recommends_nobody(twin: Twin) -> None:
    twin.apply(step(events.IncidentRejected, 1, 2, at(1), text="误报"))
    assert told(twin)["recommendations"] == []


def test_who_sees_one_grid_gets_nothing_of_the_other(twin: Twin) -> None:
    joined = step(events.IncidentAlarmJoined, 1, 2, at(1), alarm="huodian/call/4#call_pressed")
    twin.apply(joined)
    grid = msgspec.structs.replace(CHEN, prefixes=(f"{COMMUNITY}.huodian.g1",))
    part = told(twin, grid)
    assert "call/2" not in str(part) and "call/4" not in str(part)
    assert "call/4" in str(told(twin)["log"])
    assert told(twin, msgspec.structs.replace(CHEN, prefixes=("x.y",)))["recommendations"] == []


def test_masked_there_is_no_room_and_no_text(twin: Twin) -> None:
    words = str(told(twin, masked=True))
    assert "单元102" not in words and "102室" not in words and "王奶奶" not in words


def test_the_way_takes_time_and_off_duty_there_is_none(twin: Twin) -> None:
    known, case = WorkedOut.of([twin]), twin.incidents["INC-1121-0001"]
    walk = events.PositionData(lonlat=at_m(100, 0))
    twin.apply(events.ResponderPosition(id="w", subject=ZHOU, time=at(2), data=walk))
    travel = known.lives.travel({twin.street: twin})
    seconds = travel(twin.responders[ZHOU], case, at(2))
    assert seconds is not None and 50 < seconds < 150
    off = events.StatusData(status="off_duty")
    twin.apply(events.ResponderStatus(id="o", subject=ZHOU, time=at(3), by="zhou", data=off))
    assert travel(twin.responders[ZHOU], case, at(3)) is None


def test_before_the_paths_are_learned_a_case_opens_without_ways(twin: Twin) -> None:
    known, case = WorkedOut.unlearned([twin]), twin.incidents["INC-1121-0001"]
    told = detail(twin, case, known, CHEN, now=at(2), masked=False)
    assert told["recommendations"] == []
    assert told["cameras"]
    assert known.lives.travel({twin.street: twin})(twin.responders[ZHOU], case, at(2)) is None
    known.learn([twin])
    assert detail(twin, case, known, CHEN, now=at(2), masked=False)["recommendations"]


def test_whoever_is_under_way_has_a_route_from_where_they_are_until_they_arrive(twin: Twin) -> None:
    walk = events.PositionData(lonlat=at_m(100, 0))
    twin.apply(events.ResponderPosition(id="w", subject=ZHOU, time=at(2), data=walk))
    twin.apply(step(events.IncidentAssigned, 1, 2, at(3), responder=ZHOU))
    (member,) = told(twin)["crew"]
    assert member["route"][0] == pytest.approx(at_m(100, 0))
    assert member["route"][-1] == pytest.approx(at_m(200, 0))
    for version, kind in enumerate(
        (events.IncidentAccepted, events.IncidentStarted, events.IncidentArrived), 3
    ):
        twin.apply(step(kind, 1, version, at(version), responder=ZHOU))
    assert told(twin)["crew"][0]["route"] == []


def test_a_phone_silent_for_an_hour_gives_no_arrival_though_nothing_else_happened(
    twin: Twin,
) -> None:
    walk = events.PositionData(lonlat=at_m(100, 0))
    twin.apply(events.ResponderPosition(id="w", subject=ZHOU, time=at(2), data=walk))
    twin.apply(step(events.IncidentAssigned, 1, 2, at(3), responder=ZHOU))
    for passed_s, known in ((4, True), (3600, False)):
        (member,) = told(twin, passed_s=passed_s)["crew"]
        assert (member["eta_s"] is not None, bool(member["route"])) == (known, known)


def test_a_way_under_way_that_something_cuts_off_says_so(twin: Twin) -> None:
    walk = events.PositionData(lonlat=at_m(100, 0))
    twin.apply(events.ResponderPosition(id="w", subject=ZHOU, time=at(2), data=walk))
    twin.apply(step(events.IncidentAssigned, 1, 2, at(3), responder=ZHOU))
    assert told(twin)["crew"][0]["cut"] is False
    works = {"kind": "works", "reason": "挖沟", "outline": box(at_m(140, -5), at_m(150, 5))}
    order = Command(name="close_way", target="huodian", by=CHEN, args=works)
    twin.fold(decide(twin, order, at(4)))
    (member,) = told(twin)["crew"]
    assert member["cut"] is True and member["route"][-1] == pytest.approx(at_m(200, 0))


def test_for_a_flat_the_cameras_are_those_that_see_the_door_of_its_unit(twin: Twin) -> None:
    (compound,) = twin.compounds.values()
    door = Entrance(unit="1", lonlat=at_m(190, 0))
    other = Entrance(unit="2", lonlat=at_m(-500, 0))
    flat = Building(
        id="huodian/b3", name="3幢", outline=box(at_m(195, -5), at_m(260, 60)), height_m=18.0,
        floors=6, entrances=(door, other),
    )  # fmt: skip
    twin.compounds[compound.id] = msgspec.structs.replace(compound, buildings=(flat,))
    (camera,) = told(twin)["cameras"]
    assert camera["id"] == "huodian/camera/1"
    assert camera["distance_m"] == pytest.approx(10, abs=0.5)


def box(a: LonLat, b: LonLat) -> tuple[LonLat, ...]:
    """A ring from two opposite corners."""
    return (a, (b[0], a[1]), b, (a[0], b[1]), a)
