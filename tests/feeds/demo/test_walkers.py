"""People on foot: they keep to the paths and to walking speed."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from feeds.demo.walkers import PATROL_M_S, Walker, beat_of
from tests.support.builders.places import a_helper, at, metres
from tests.support.catalogues import CATALOGUE
from tests.support.world import MORNING, a_compound
from twin.events import ResponderPosition
from twin.places.metres import distance_m
from twin.routing.network import Network
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S

PLACE = a_compound()
WAYS = Passage(Network([PLACE], CATALOGUE.ways.modes))


def a_walker(seed: int = 1) -> Walker:
    return Walker(a_helper("zhou", 0, 60, "first_aid"), beat_of(PLACE), seed)


def walk(walker: Walker, seconds: int) -> list[ResponderPosition]:
    """Everything told in so many seconds, of a patrol if nobody sent the walker."""
    told: list[ResponderPosition] = []
    for second in range(1, seconds + 1):
        now = MORNING + timedelta(seconds=second)
        walker.stroll(WAYS, now)
        walker.step(1.0)
        told += walker.said(now)
    return told


def test_somebody_sent_walks_the_route_at_walking_speed_and_tells_it_every_second() -> None:
    walker = a_walker()
    walker.send(WAYS, at(40, 60), "INC-1")
    told = walk(walker, 20)
    steps = [distance_m(a.data.lonlat, b.data.lonlat) for a, b in pairwise(told)]
    assert len(told) == 20 and steps == pytest.approx([WALK_M_S] * 19, rel=0.01)
    assert told[0].data.heading_deg == pytest.approx(90.0, abs=0.5)
    assert not walker.arrived


def test_nobody_walks_off_or_falls_silent_because_a_clock_was_set() -> None:
    walker = a_walker()
    walk(walker, 300)
    told: list[ResponderPosition] = []
    for jump_s in (-7200.0, 1.0, 7200.0, 90000.0, 1.0):
        now = MORNING + timedelta(seconds=300 + jump_s)
        walker.stroll(WAYS, now)
        before = walker.here
        walker.step(jump_s)
        assert distance_m(before, walker.here) <= 60 * PATROL_M_S + 1
        told += walker.said(now)
    assert len(told) >= 4
    assert all(distance_m(each.data.lonlat, at(40, 60)) < 200 for each in told)


def test_they_arrive_at_the_end_of_the_route_and_stay_there() -> None:
    walker = a_walker()
    walker.send(WAYS, at(75, 30), "INC-1")
    assert WAYS.route(at(0, 60), at(75, 30)).seconds < 140
    walk(walker, 140)
    assert walker.arrived and metres([walker.here]) == [(75, 30)]
    walk(walker, 200)
    assert metres([walker.here]) == [(75, 30)], "the case is not over"


def test_somebody_who_is_there_already_has_arrived() -> None:
    walker = a_walker()
    walker.send(WAYS, at(0, 60), "INC-1")
    assert walker.arrived


def test_a_patrol_rests_and_walks_on_slowly_telling_every_few_seconds() -> None:
    told = walk(a_walker(), 900)
    steps = [distance_m(a.data.lonlat, b.data.lonlat) for a, b in pairwise(told)]
    assert 200 <= len(told) <= 240
    assert max(steps) <= 4 * PATROL_M_S + 0.1 and sum(steps) > 100
    assert steps.count(0.0) > 20, "a rest now and then"


def test_a_patrol_keeps_to_doors_gates_and_paths() -> None:
    for event in walk(a_walker(), 600):
        x, y = metres([event.data.lonlat])[0]
        assert not (21 < x < 79 and 21 < y < 39), "not through the block"


def test_after_a_case_they_rest_and_go_back_to_patrol() -> None:
    walker = a_walker()
    walker.send(WAYS, at(40, 60), "INC-1")
    walk(walker, 60)
    walker.release()
    assert walker.case is None
    assert len({event.data.lonlat for event in walk(walker, 300)}) > 5


def test_the_same_seed_walks_the_same_patrol() -> None:
    assert walk(a_walker(3), 300) == walk(a_walker(3), 300) != walk(a_walker(4), 300)


def test_a_walker_without_a_beat_stays_at_the_post() -> None:
    walker = Walker(a_helper("zhou", 0, 60), [], 1)
    walker.set_out(random.Random(1))
    assert {event.data.lonlat for event in walk(walker, 200)} == {at(0, 60)}


def test_the_day_begins_with_people_somewhere_on_their_beat() -> None:
    walker = a_walker()
    walker.set_out(random.Random(1))
    assert walker.here in beat_of(PLACE)


def test_somebody_without_a_beat_stays_at_the_post_and_says_so_once_a_minute() -> None:
    walker = Walker(a_helper("zhou", 0, 60, "first_aid"), (), 1)
    walker.set_out(random.Random(1))
    told = walk(walker, 125)
    assert [one.data.lonlat for one in told] == [walker.card.post] * 3
