from __future__ import annotations

from datetime import timedelta
from math import isinf

import pytest
from msgspec.structs import replace

from tests.support.builders.places import a_helper, a_place, at
from tests.support.builders.twin import (
    NOON,
    STREET,
    a_position,
    a_state,
    after,
    give,
    on_duty,
    settle,
)
from tests.support.catalogues import CATALOGUE
from twin.dispatch.recommend import KNOWN_FOR, MOST, Recommendation, recommend
from twin.places.model import DevicePlace, LonLat, ResponderCard
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.values import WALK_M_S
from twin.state.records import Incident
from twin.state.twin import Twin

CALL = "huodian/call/1"
NEAR, FAR, WRONG, LATER = (
    a_helper("near", 40, 10, "security"),
    a_helper("far", 0, 60, "first_aid"),
    a_helper("wrong", 30, 12, "electric"),
    a_helper("later", 100, 60, "security"),
)


def a_call_in_a_flat(*cards: ResponderCard) -> tuple[Twin, Incident, Live]:
    """Everybody on duty, and somebody in the block has pressed the one-key call."""
    call = DevicePlace(
        id=CALL, kind="call", name="一键呼", lonlat=at(32, 30), territory=f"{STREET}.x.huodian.g1"
    )
    place = a_place(devices=(*a_place().devices, call), responders=cards)
    twin = Twin(STREET, [place], CATALOGUE)
    for card in cards:
        twin.apply(on_duty(card.id))
    settle(twin, [a_state(CALL, "pressed")])
    (incident,) = twin.open_incidents.values()
    return twin, incident, Live(Network([place], CATALOGUE.ways.modes), twin)


def ranked(twin: Twin, incident: Incident, live: Live, seconds: float = 0) -> list[Recommendation]:
    return recommend(twin, incident, live, after(seconds))


def names(found: list[Recommendation]) -> list[str]:
    return [one.responder.rpartition("/")[2] for one in found]


def test_skilled_people_come_first_then_the_nearest_by_path() -> None:
    assert names(ranked(*a_call_in_a_flat(WRONG, FAR, NEAR, LATER))) == [
        "near", "far", "later", "wrong",
    ]  # fmt: skip


def test_a_recommendation_says_how_soon_how_far_and_by_which_way() -> None:
    street = a_helper("street", -40, 100, "security")
    (found,) = ranked(*a_call_in_a_flat(street))
    assert found.trip.via == "东门" and found.skilled and found.load == 0
    assert 299 < found.trip.distance_m < 301
    assert found.seconds == pytest.approx(found.trip.distance_m / WALK_M_S)
    assert found.trip.line[0] == pytest.approx(street.post) and len(found.trip.line) > 4


def test_somebody_on_another_case_comes_after_those_who_are_free() -> None:
    twin, incident, live = a_call_in_a_flat(NEAR, FAR, LATER)
    twin.apply(a_state(CALL, "idle", after(1)))
    give(twin, "assign", incident.id, responder=NEAR.id, at=after(2))
    settle(twin, [a_state(CALL, "idle", after(3)), a_state(CALL, "pressed", after(4))])
    other = Incident(**{name: getattr(incident, name) for name in incident.__struct_fields__})
    other.follow(incident.flow)
    other.id, other.crew = "INC-1121-0002", {}
    found = ranked(twin, other, live, 5)
    assert names(found) == ["far", "later", "near"]
    assert [one.load for one in found] == [0, 0, 1]


def test_people_off_duty_unavailable_or_already_on_the_case_are_not_asked() -> None:
    twin, incident, live = a_call_in_a_flat(NEAR, FAR, LATER, WRONG)
    twin.apply(on_duty(FAR.id, "off_duty", after(1)))
    twin.apply(on_duty(WRONG.id, "unavailable", after(1)))
    give(twin, "assign", incident.id, responder=NEAR.id, at=after(2))
    assert names(ranked(twin, incident, live, 3)) == ["later"]


def test_people_start_from_where_they_were_seen_else_from_their_post() -> None:
    here: LonLat = at(31, 12)
    twin, incident, live = a_call_in_a_flat(NEAR, FAR)
    twin.apply(a_position(FAR.id, here))
    assert names(ranked(twin, incident, live)) == ["far", "near"]
    assert ranked(twin, incident, live)[0].trip.line[0] == pytest.approx(here)
    long_after = NOON + KNOWN_FOR + timedelta(seconds=1)
    assert names(recommend(twin, incident, live, long_after)) == ["near", "far"]


def test_no_more_than_ten_are_named() -> None:
    crowd = [a_helper(f"r{n:02}", float(n), 10, "security") for n in range(15)]
    assert len(ranked(*a_call_in_a_flat(*crowd))) == MOST


def test_of_somebody_whose_phone_says_nothing_it_is_said_that_nobody_knows_where_they_are() -> None:
    twin, incident, live = a_call_in_a_flat(NEAR, LATER)
    twin.apply(a_position(LATER.id, at(60, 12), after(1)))
    places = {one.responder: one.located for one in ranked(twin, incident, live, 2)}
    assert places == {NEAR.id: False, LATER.id: True}, "both can be sent"
    silent_s = KNOWN_FOR.total_seconds() + 2
    assert not any(one.located for one in ranked(twin, incident, live, silent_s))


def test_nobody_on_duty_means_nobody_to_send() -> None:
    assert ranked(*a_call_in_a_flat()) == []


def test_nobody_is_sent_who_would_walk_for_hours() -> None:
    near = a_helper("li", 10, 10, "first_aid")
    far = a_helper("wang", 400_000, 0, "first_aid")
    assert names(ranked(*a_call_in_a_flat(near, far))) == ["li"]


def test_who_rides_comes_before_who_walks_the_same_way() -> None:
    walker = a_helper("walker", -40, 100, "security")
    rider = replace(a_helper("rider", -40, 100, "security"), vehicle="ebike")
    found = ranked(*a_call_in_a_flat(walker, rider))
    assert names(found) == ["rider", "walker"]
    assert [one.trip.mode for one in found] == ["ebike", "foot"]


def test_when_the_gate_fails_those_inside_come_first_and_the_others_are_cut_off() -> None:
    inside = a_helper("inside", 0, 60, "electric")
    outside = a_helper("outside", 60, 100, "security")
    twin, incident, live = a_call_in_a_flat(inside, outside)
    assert names(ranked(twin, incident, live)) == ["outside", "inside"]
    twin.apply(a_state("huodian/gate/东门", "fault", after(1)))
    first, second = ranked(twin, incident, live, 2)
    assert names([first, second]) == ["inside", "outside"]
    assert isinf(second.seconds) and [one.code for one in second.trip.around] == ["gate.fault"]
    twin.apply(a_state("huodian/gate/东门", "closed", after(3)))
    assert names(ranked(twin, incident, live, 4)) == ["outside", "inside"]
