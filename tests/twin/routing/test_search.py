from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.places import a_path, a_place, at, metres
from tests.support.catalogues import CATALOGUE
from twin.places.metres import distance_m
from twin.places.model import LonLat
from twin.routing.network import Network
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S, Obstacle, Placed

ALL = frozenset({"foot", "ebike", "vehicle"})
MODES = st.sampled_from(sorted(ALL))
PLACES = st.tuples(st.floats(-10, 110), st.floats(-10, 110)).map(lambda xy: at(*xy))


@cache
def town() -> Network:
    """Streets, lanes and foot paths crossing every 25 m, without anything built."""
    kinds = ("road", "foot", "lane", "foot", "road")
    rows = [a_path(f"r{n}", (0, n * 25), (100, n * 25), kind=k) for n, k in enumerate(kinds)]
    columns = [a_path(f"c{n}", (n * 25, 0), (n * 25, 100), kind=k) for n, k in enumerate(kinds)]
    return Network(
        [a_place(paths=(*rows, *columns), buildings=(), walls=(), devices=())], CATALOGUE.ways.modes
    )


def blocked(spots: list[tuple[int, float, float]], stops: frozenset[str] = ALL) -> Passage:
    """The town with obstacles on edges, each from and to a share of its length."""
    placed = []
    for number, (edge, low, high) in enumerate(spots):
        length = float(town().lengths[edge % len(town().lengths)])
        one = Obstacle(f"o{number}", "closure.works", "", stops)
        low, high = sorted((low * length, high * length))
        placed.append(Placed(one, edge % len(town().lengths), low, high))
    return Passage(town(), placed)


SHARES = st.floats(0, 1)
OBSTACLES = st.lists(st.tuples(st.integers(0, 39), SHARES, SHARES), max_size=12)


def seconds(passage: Passage, a: LonLat, b: LonLat, mode: str = "foot") -> float:
    return float(passage.ways_to(b, [a], mode).seconds[0])


@given(PLACES, PLACES, OBSTACLES, OBSTACLES, MODES)
def test_an_obstacle_more_never_makes_a_way_shorter(
    a: LonLat, b: LonLat, some: list[tuple[int, float, float]],
    more: list[tuple[int, float, float]], mode: str,
) -> None:  # fmt: skip
    free, less = seconds(Passage(town()), a, b, mode), seconds(blocked(some), a, b, mode)
    assert free <= less + 1e-6 <= seconds(blocked([*some, *more]), a, b, mode) + 2e-6


@given(PLACES, PLACES, OBSTACLES)
def test_on_foot_there_and_back_take_the_same_time(
    a: LonLat, b: LonLat, some: list[tuple[int, float, float]]
) -> None:
    passage = blocked(some)
    assert seconds(passage, a, b) == pytest.approx(seconds(passage, b, a), abs=1e-3)


@given(st.lists(st.tuples(st.integers(0, 39), SHARES), min_size=3, max_size=3), OBSTACLES)
def test_a_detour_by_a_third_place_on_the_ways_is_never_quicker(
    spots: list[tuple[int, float]], some: list[tuple[int, float, float]]
) -> None:
    network = town()
    on = [network.piece(e, 0.0, share * float(network.lengths[e]))[-1] for e, share in spots]
    a, b, c = (at(*(xy - network.xy([at(0, 0)])[0])) for xy in on)
    # Whoever stands in an obstacle may leave it, so nothing is said of ways through such a place.
    passage = blocked([one for one in some if one[0] not in {e for e, _ in spots}])
    assert seconds(passage, a, c) <= seconds(passage, a, b) + seconds(passage, b, c) + 0.1


@given(PLACES, PLACES, OBSTACLES, MODES)
def test_a_route_begins_and_ends_where_it_should_and_takes_what_was_foretold(
    a: LonLat, b: LonLat, some: list[tuple[int, float, float]], mode: str
) -> None:
    ways = blocked(some).ways_to(b, [a], mode)
    route = ways.route(0)
    assert distance_m(route.line[0], a) < 0.01 and distance_m(route.line[-1], b) < 0.01
    assert all(one != other for one, other in pairwise(route.line))
    drawn_m = sum(distance_m(one, other) for one, other in pairwise(route.line))
    assert route.distance_m == pytest.approx(drawn_m, abs=0.2)
    assert route.seconds == ways.seconds[0]
    if mode == "foot" and np.isfinite(route.seconds):
        assert route.seconds == pytest.approx(route.distance_m / WALK_M_S, rel=1e-3, abs=0.05)


@given(PLACES, PLACES, OBSTACLES)
def test_no_route_passes_an_obstacle(
    a: LonLat, b: LonLat, some: list[tuple[int, float, float]]
) -> None:
    passage = blocked(some)
    ways = passage.ways_to(b, [a])
    for step in ways.steps(0) if np.isfinite(ways.seconds[0]) else ():
        low, high = sorted((step.from_m, step.to_m))
        for one in passage.stops("foot").get(step.edge, ()):
            middle_m = (one.from_m + one.to_m) / 2
            inside = one.from_m <= low and high <= one.to_m
            assert inside or not low + 1e-6 < middle_m < high - 1e-6


@given(st.lists(PLACES, min_size=1, max_size=6), PLACES, OBSTACLES)
def test_many_starts_take_what_each_alone_takes(
    starts: list[LonLat], goal: LonLat, some: list[tuple[int, float, float]]
) -> None:
    passage = blocked(some)
    together = passage.ways_to(goal, starts).seconds
    assert together == pytest.approx([seconds(passage, start, goal) for start in starts])


def test_who_rides_is_quicker_on_the_road_and_walks_from_where_it_ends() -> None:
    a, b = at(0, 0), at(50, 25)
    ride = Passage(town()).ways_to(b, [a], "ebike").route(0)
    assert ride.mode == "ebike" and metres(ride.line)[0] == (0, 0)
    # 50 m of road and 25 m of lane ridden, ten seconds to get off.
    assert ride.seconds == pytest.approx(75 / 4.17 + 10, abs=0.3)
    far = at(25, 62)  # in the middle of a foot path
    walked = Passage(town()).ways_to(far, [a], "vehicle").steps(0)
    assert [step.ridden for step in walked] == sorted((s.ridden for s in walked), reverse=True)
    assert walked[0].ridden and not walked[-1].ridden


def test_what_stands_in_the_way_is_named_with_what_would_be_quicker() -> None:
    network = town()
    edge = int(network.stand([at(50, 12)]).snaps.edge[0])
    passage = Passage(
        network, [Placed(Obstacle("gate", "gate.fault", "东门", ALL), edge, 12.0, 12.0)]
    )
    ways = passage.ways_to(at(50, 0), [at(50, 25)])
    assert ways.seconds[0] == pytest.approx(75 / WALK_M_S, abs=0.1)
    assert [one.obstacle.name for one in ways.around(0)] == ["东门"]
    assert passage.ways_to(at(0, 0), [at(0, 100)]).around(0) == []


def test_of_two_edges_between_the_same_places_the_quicker_is_taken() -> None:
    paths = (a_path("long", (0, 0), (0, 30), (40, 30), (40, 0)), a_path("short", (0, 0), (40, 0)))
    network = Network(
        [a_place(paths=paths, buildings=(), walls=(), devices=())], CATALOGUE.ways.modes
    )
    assert Passage(network).route(at(0, 0), at(40, 0)).distance_m == pytest.approx(40, abs=0.1)
    (short,) = network.edges_of("short").tolist()
    shut = Passage(network, [Placed(Obstacle("x", "closure.works", "", ALL), short, 5.0, 6.0)])
    assert shut.route(at(0, 0), at(40, 0)).distance_m == pytest.approx(100, abs=0.1)


def test_a_passage_of_its_own_tells_the_same() -> None:
    passage = blocked([(3, 0.4, 0.6)])
    assert passage.copy().route(at(0, 0), at(99, 99)) == passage.route(at(0, 0), at(99, 99))
