from __future__ import annotations

import random

import pytest
import shapely

from geodata.demo.plane import demo_plan
from geodata.demo.ways import bend, blob, gate, knot, park, plant
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose


@pytest.fixture
def plan() -> SitePlan:
    drawn = demo_plan("yard", "院", "Yard", box(0, 0, 100, 60))
    drawn.grids = [box(0, 0, 100, 60)]
    return drawn


def test_a_bend_keeps_the_ends_and_stays_near_the_corner() -> None:
    bent = bend([(0, 0), (30, 0), (30, 30)], 7.0)
    assert (bent[0], bent[-1]) == ((0, 0), (30, 30))
    assert (30.0, 0.0) not in bent
    assert shapely.LineString(bent).distance(shapely.Point(30, 0)) < 3.0


def test_a_way_that_ends_on_another_gives_it_a_vertex_there(plan: SitePlan) -> None:
    plan.path("road", [(0, 30), (100, 30)], 5.0)
    plan.path("foot", [(40, 0), (40, 29.8)], 2.0)
    knot([plan])
    assert list(plan.ways[0].line.coords) == [(0, 30), (40, 29.8), (100, 30)]


def test_ways_that_cross_share_a_vertex_even_in_two_plans(plan: SitePlan) -> None:
    other = demo_plan("next", "邻", "Next", box(100, 0, 200, 60))
    plan.path("road", [(0, 30), (100, 30)], 5.0)
    other.path("road", [(50, 0), (50, 60)], 5.0)
    knot([plan, other])
    assert (50, 30) in list(plan.ways[0].line.coords)
    assert (50, 30) in list(other.ways[0].line.coords)


def test_a_gate_stands_inside_its_gap_in_the_wall(plan: SitePlan) -> None:
    gate(plan, "东门", "vehicle", [(90, 30), (110, 30)])
    enclose(plan)
    xy, place = plan.places[0]
    assert (place.id, place.name, place.territory[-2:]) == ("yard/gate/1", "东门", "g1")
    assert xy == pytest.approx((99.4, 30))
    assert sum(wall.length for wall in plan.walls) == pytest.approx(312)


def test_parking_keeps_off_ways_that_join_the_lane(plan: SitePlan) -> None:
    plan.path("lane", [(0, 20), (100, 20)], 3.6)
    plan.path("foot", [(30, 20), (30, 40)], 2.0)
    for seed in range(20):
        park(plan, random.Random(seed), [(0, 100)], 20.0)
    strips = [area.outline for area in plan.areas if area.kind == "parking"]
    foot = shapely.LineString([(30, 20), (30, 40)]).buffer(1.0)
    assert strips
    assert not any(strip.intersects(foot) for strip in strips)


def test_green_is_planted_around_a_pond_without_a_hole_in_any_area(plan: SitePlan) -> None:
    pond = blob((50, 30), (15, 10), random.Random(1))
    plan.area("water", pond)
    plant(plan)
    greens = [area.outline for area in plan.areas if area.kind == "green"]
    assert len(greens) >= 2
    assert not any(shape.interiors for shape in greens)
    assert shapely.union_all(greens).distance(pond) > 0
    assert shapely.union_all(greens).area > 4000
