from __future__ import annotations

import pytest
import shapely

from geodata.plan import Block, Plan, bearing, box, ground, ring
from twin.metres import distance_m


@pytest.fixture
def plan() -> Plan:
    drawn = Plan("yard", "院", "Yard", box(0, 0, 100, 60))
    drawn.grids = [box(0, 0, 50, 60), box(50, 0, 100, 60)]
    return drawn


def test_metres_of_the_plane_are_metres_on_the_ground() -> None:
    a, b = ground([(0.0, 0.0), (300.0, 400.0)])
    assert distance_m(a, b) == pytest.approx(500, abs=0.1)


def test_a_direction_on_the_plane_turns_with_it() -> None:
    here, ahead = ground([(0.0, 0.0), (0.0, 1000.0)])
    assert ahead[0] < here[0]
    assert bearing(0.0) == 354.0
    assert bearing(90.0) == 84.0


def test_rings_run_counter_clockwise_and_close() -> None:
    outline = ring(shapely.Polygon([(0, 0), (0, 10), (10, 10), (10, 0)]))
    assert outline[0] == outline[-1]
    assert shapely.Polygon(outline).exterior.is_ccw


def test_devices_are_numbered_by_kind_and_know_their_grid(plan: Plan) -> None:
    plan.device("lamp", "灯杆 LP-@", (10, 10))
    plan.device("manhole", "雨水井 #", (20, 10))
    plan.device("lamp", "灯杆 LP-@", (90, 10))
    places = [place for _, place in plan.places]
    assert [place.id for place in places] == ["yard/lamp/1", "yard/manhole/1", "yard/lamp/2"]
    assert [place.name for place in places] == ["灯杆 LP-001", "雨水井 01", "灯杆 LP-002"]
    assert [place.territory[-2:] for place in places] == ["g1", "g1", "g2"]


def test_a_post_moves_to_free_ground_beside_what_stands_there(plan: Plan) -> None:
    block = Block("b1", "1幢", box(40, 20, 60, 30), 6, 18.0)
    plan.blocks.append(block)
    plan.path("road", [(0, 10), (100, 10)], 6.0)
    assert plan.near([(5.0, 40.0)]) == (5.0, 40.0)
    spot = plan.near([(50.0, 21.0)])
    assert plan.free(spot)
    assert block.shape.distance(shapely.Point(spot)) >= 0.5
    assert not plan.free((50.0, 11.0))


def test_where_nothing_is_free_it_says_so(plan: Plan) -> None:
    plan.area("water", box(-1, -1, 101, 61))
    with pytest.raises(ValueError, match="no free ground"):
        plan.near([(50.0, 30.0)])
