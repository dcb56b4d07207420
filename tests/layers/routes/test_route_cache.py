from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest

from layers.routes import route_cache as module
from layers.routes.route_cache import RouteCache, trip_words
from tests.support.builders.places import a_path, a_place, at
from tests.support.builders.twin import (
    CALL,
    STREET,
    ZHOU,
    a_call,
    a_position,
    a_state,
    a_twin,
    after,
)
from tests.support.catalogues import CATALOGUE
from tests.twin.routing.test_roads import a_district
from twin.commands.roles import Actor
from twin.dispatch.trips import Goal, Trips
from twin.routing.obstacles import Live
from twin.routing.roads import Surroundings
from twin.state.twin import Twin

GATE = "huodian/gate/东门"


def learned() -> tuple[RouteCache, Twin]:
    lives, twin = RouteCache(), Twin(STREET, [a_place()], CATALOGUE)
    lives.learn([twin])
    return lives, twin


def test_a_replay_shares_the_network_and_has_its_own_gates() -> None:
    lives, twin = learned()
    past = Twin(STREET, [a_place()], CATALOGUE)
    now_live, past_live = lives.live(twin), lives.live(past)
    assert now_live and past_live and now_live.network is past_live.network
    twin.apply(a_state(GATE, "fault"))
    assert len(now_live.standing()) == 1 and past_live.standing() == []
    assert lives.live(twin) is now_live
    assert RouteCache().live(twin) is None


def test_the_districts_roads_and_services_count_too() -> None:
    lives, twin = RouteCache(), Twin(STREET, [a_place()], CATALOGUE)
    road = a_path("district", (150, 100), (400, 100), kind="road")
    lives.learn([twin], [a_district(road, spots=(at(300, 120),))])
    live = lives.live(twin)
    assert live and live.free.route(at(390, 100), at(0, 60)).via == "东门"
    assert [one.kind for one in lives.services(twin)] == ["clinic"]
    assert RouteCache().services(twin) == []


def test_a_large_city_s_networks_are_made_when_asked_for_and_few_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("layers.routes.route_cache.EAGER", 0)
    monkeypatch.setattr("layers.routes.route_cache.KEPT", 1)
    lives, first, second = (
        RouteCache(),
        Twin(STREET, [a_place()], CATALOGUE),
        Twin("lusong.jianning", [a_place()], CATALOGUE),
    )
    lives.learn([first, second])
    assert lives.live(first) is None
    lives.ready(first)
    assert lives.live(first) is not None
    lives.ready(second)
    assert lives.live(second) is not None and lives.live(first) is None
    lives.ready(first)
    again = lives.live(first)
    assert again is not None and again.network is lives.networks[STREET]


def test_a_twin_that_nobody_uses_any_more_goes_though_its_ways_were_asked_for() -> None:
    lives, twin = learned()
    gone = ref(twin)
    assert lives.live(twin) is not None
    del twin
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("prefix", "name"), [(STREET, "东门"), ("x.y", "")])
def test_what_a_trip_goes_round_is_named_to_those_who_may_see_it(prefix: str, name: str) -> None:
    lives, twin = learned()
    live = lives.live(twin)
    assert isinstance(live, Live)
    twin.apply(a_state(GATE, "fault", after(1)))
    trip = Trips(live, Goal(at(0, 60)), [at(-40, 100)]).trip(0)
    actor = Actor(account="a", role="dispatcher", prefixes=(prefix,))
    told = trip_words(twin, actor, trip)
    assert told["seconds"] is None and told["route"]
    assert told["around"] == [{"id": GATE if name else "", "code": "gate.fault", "name": name}]


def test_the_way_of_who_was_located_is_known_though_our_clock_was_set_back() -> None:
    twin, lives = a_twin(), RouteCache()
    lives.learn([twin])
    incident = twin.incidents[a_call(twin, after(5000))]

    def way(now_s: float) -> bool:
        return lives.trips(twin, twin.responders[ZHOU], incident, after(now_s)) is not None

    for seconds in range(6000, 7201, 200):
        twin.fold([a_position(ZHOU, at=after(seconds))], after(seconds))
    assert way(7200)
    twin.fold([a_position(ZHOU, at=after(1000))], after(1000))
    assert (twin.responders[ZHOU].located_at, twin.newest_at) == (after(1000), after(7200))
    assert way(1000)
    twin.fold([a_state(CALL, "idle", after(2000))], after(2000))
    assert not way(2000), "long ago by either clock"
    twin.fold([a_position(ZHOU, at=after(9000))], after(9000))
    assert way(9000)


def test_a_street_whose_ways_cannot_be_worked_out_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = (
        Twin(STREET, [a_place()], CATALOGUE),
        Twin("lusong.jianning", [a_place()], CATALOGUE),
    )

    def fails_for_first(street: str, *rest: Any) -> Surroundings:
        if street == STREET:
            raise KeyError("what nobody thought of")
        return Surroundings(street, *rest)

    monkeypatch.setattr(module, "Surroundings", fails_for_first)
    lives = RouteCache()
    lives.learn([first, second])
    assert [why.value for why in lives.failed.values()] == [STREET]
    lives.ready(first)  # as a case of the street is looked at
    assert lives.live(first) is None and lives.live(second) is not None
