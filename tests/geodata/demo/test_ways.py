from __future__ import annotations

import random

import pytest
import shapely

from geodata.demo.plan import Plan, box
from geodata.demo.ways import bend, blob, enclose, gate, knot, park, plant


@pytest.fixture
def plan() -> Plan:
    drawn = Plan("yard", "院", "Yard", box(0, 0, 100, 60))
    drawn.grids = [box(0, 0, 100, 60)]
    return drawn


def test_a_bend_keeps_the_ends_and_stays_near_the_corner() -> None:
    bent = bend([(0, 0), (30, 0), (30, 30)], 7.0)
    assert (bent[0], bent[-1]) == ((0, 0), (30, 30))
    assert (30.0, 0.0) not in bent
    assert shapely.LineString(bent).distance(shapely.Point(30, 0)) < 3.0


def test_a_way_that_ends_on_another_gives_it_a_vertex_there(plan: Plan) -> None:
    plan.path("road", [(0, 30), (100, 30)], 5.0)
    plan.path("foot", [(40, 0), (40, 29.8)], 2.0)
    knot([plan])
    assert plan.lines[0][1] == [(0, 30), (40, 29.8), (100, 30)]


def test_ways_that_cross_share_a_vertex_even_in_two_plans(plan: Plan) -> None:
    other = Plan("next", "邻", "Next", box(100, 0, 200, 60))
    plan.path("road", [(0, 30), (100, 30)], 5.0)
    other.path("road", [(50, 0), (50, 60)], 5.0)
    knot([plan, other])
    assert (50, 30) in plan.lines[0][1]
    assert (50, 30) in other.lines[0][1]


def test_a_gate_stands_inside_its_gap_in_the_wall(plan: Plan) -> None:
    gate(plan, "东门", "vehicle", [(90, 30), (110, 30)])
    enclose(plan)
    xy, place = plan.places[0]
    assert (place.id, place.name, place.territory[-2:]) == ("yard/gate/1", "东门", "g1")
    assert xy == pytest.approx((99.4, 30))
    assert sum(shapely.LineString(wall).length for wall in plan.walls) == pytest.approx(312)


def test_parking_keeps_off_ways_that_join_the_lane(plan: Plan) -> None:
    plan.path("lane", [(0, 20), (100, 20)], 3.6)
    plan.path("foot", [(30, 20), (30, 40)], 2.0)
    for seed in range(20):
        park(plan, random.Random(seed), [(0, 100)], 20.0)
    strips = [shape for kind, shape, _ in plan.areas if kind == "parking"]
    foot = shapely.LineString([(30, 20), (30, 40)]).buffer(1.0)
    assert strips
    assert not any(strip.intersects(foot) for strip in strips)


def test_green_is_planted_around_a_pond_without_a_hole_in_any_area(plan: Plan) -> None:
    pond = blob((50, 30), (15, 10), random.Random(1))
    plan.area("water", pond)
    plant(plan)
    greens = [shape for kind, shape, _ in plan.areas if kind == "green"]
    assert len(greens) >= 2
    assert not any(shape.interiors for shape in greens)
    assert shapely.union_all(greens).distance(pond) > 0
    assert shapely.union_all(greens).area > 4000
