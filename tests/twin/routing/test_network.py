from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.places import a_path, a_place, at, metres
from tests.support.catalogues import CATALOGUE
from twin.places.metres import distance_m
from twin.places.model import LonLat, Path
from twin.routing.network import Network
from twin.routing.search import KEPT, Passage
from twin.routing.values import WALK_M_S

WAYS = Passage(Network([a_place()], CATALOGUE.ways.modes))
SPOTS = st.tuples(st.floats(-60, 160), st.floats(-10, 120)).map(lambda xy: at(*xy))


def ways_over(*paths: Path) -> Passage:
    return Passage(Network([a_place(paths=paths, buildings=(), walls=())], CATALOGUE.ways.modes))


def length_m(line: list[LonLat]) -> float:
    return sum(distance_m(a, b) for a, b in pairwise(line))


def test_a_route_goes_round_by_the_paths_and_takes_walking_time() -> None:
    way = WAYS.route(at(40, 10), at(40, 60))
    assert metres(way.line) == [(40, 10), (0, 10), (0, 60), (40, 60)]
    assert way.distance_m == pytest.approx(130, abs=0.2)
    assert way.seconds == way.distance_m / WALK_M_S


def test_paths_that_cross_join_where_they_cross() -> None:
    way = ways_over(a_path("a", (0, 0), (40, 0)), a_path("b", (20, -20), (20, 20))).route(
        at(0, 0), at(20, 20)
    )
    assert metres(way.line) == [(0, 0), (20, 0), (20, 20)]


@pytest.mark.parametrize("gap_m", [-0.3, 0.0, 0.4])
def test_a_path_that_ends_within_half_a_metre_of_another_joins_it(gap_m: float) -> None:
    ways = ways_over(a_path("a", (0, 0), (40, 0)), a_path("b", (20, gap_m), (20, 20)))
    assert ways.route(at(0, 0), at(20, 20)).distance_m == pytest.approx(40, abs=0.7)


def test_where_no_path_leads_the_way_is_straight() -> None:
    ways = ways_over(a_path("a", (0, 0), (40, 0)), a_path("b", (0, 50), (40, 50)))
    way = ways.route(at(10, 0), at(10, 50))
    assert metres(way.line) == [(10, 0), (10, 50)]
    assert way.seconds == pytest.approx(50 / WALK_M_S, rel=1e-3)


def test_without_any_path_the_way_is_straight() -> None:
    assert metres(ways_over().route(at(0, 0), at(3, 4)).line) == [(0, 0), (3, 4)]
    assert Passage(Network([], CATALOGUE.ways.modes)).route((0.0, 0.0), (0.0, 0.0)).distance_m == 0


def test_two_places_on_one_stretch_go_along_it() -> None:
    assert metres(WAYS.route(at(10, 9), at(40, 12)).line) == [
        (10, 9),
        (10, 10),
        (40, 10),
        (40, 12),
    ]


def test_a_flat_is_reached_through_the_nearest_door_of_its_building() -> None:
    way = WAYS.route(at(0, 60), at(68, 36))
    assert metres(way.line) == [(0, 60), (0, 10), (70, 10), (70, 20), (68, 36)]


def test_from_one_flat_to_another_of_the_same_building_it_goes_by_their_doors() -> None:
    way = WAYS.route(at(25, 30), at(75, 30))
    assert metres(way.line) == [(25, 30), (30, 20), (30, 10), (70, 10), (70, 20), (75, 30)]


def test_nobody_steps_onto_the_street_through_the_wall() -> None:
    way = WAYS.route(at(20, 86), at(60, 60))
    assert metres(way.line)[:2] == [(20, 86), (20, 60)]


def test_behind_walls_on_all_sides_the_nearest_path_has_to_do() -> None:
    far = Passage(
        Network([a_place(paths=(a_path("far", (0, 200), (100, 200)),))], CATALOGUE.ways.modes)
    )
    assert metres(far.route(at(50, 60), at(0, 200)).line) == [(50, 60), (50, 200), (0, 200)]


def test_a_way_into_the_compound_names_the_gate() -> None:
    assert WAYS.route(at(-40, 100), at(0, 60)).via == "东门"
    assert WAYS.route(at(0, 60), at(100, 60)).via == ""
    assert WAYS.route(at(0, 60), at(0, 60)).via == ""


def test_a_step_to_the_path_and_back_is_no_way_to_walk() -> None:
    way = WAYS.route(at(40, 60.02), at(40, 60.02))
    assert way.distance_m < 0.1 and all(a != b for a, b in pairwise(way.line))


def test_many_starts_cost_what_each_route_takes() -> None:
    starts = [at(0, 0), at(50, 60), at(140, 100), at(30, 30)]
    goal = at(75, 25)
    assert WAYS.costs_to(goal, starts) == pytest.approx(
        [WAYS.route(start, goal).seconds for start in starts]
    )
    assert len(WAYS.costs_to(goal, [])) == 0


def test_a_search_that_was_dropped_is_done_again() -> None:
    ways = ways_over(*(a_path(f"p{n}", (n * 10, 0), (n * 10 + 10, 0)) for n in range(KEPT + 5)))
    once = ways.route(at(0, 0), at(205, 0))
    for n in range(KEPT + 5):
        ways.route(at(0, 0), at(n * 10 + 5, 0))
    assert ways.route(at(0, 0), at(205, 0)) == once


@given(SPOTS, SPOTS)
def test_a_route_joins_its_ends_and_is_as_long_as_its_line_both_ways(a: LonLat, b: LonLat) -> None:
    way, back = WAYS.route(a, b), WAYS.route(b, a)
    assert distance_m(way.line[0], a) < 0.01 and distance_m(way.line[-1], b) < 0.01
    assert way.distance_m == pytest.approx(length_m(way.line), abs=0.2)
    assert all(a != b for a, b in pairwise(way.line))
    assert way.distance_m == pytest.approx(back.distance_m, abs=0.01)
    assert way.distance_m >= distance_m(a, b) - 0.1
