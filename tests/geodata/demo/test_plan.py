from __future__ import annotations

import math

import pytest
import shapely

from geodata.demo.plan import Plan, box
from geodata.demo.plane import bearing, ground, ring
from geodata.drawing.buildings import DrawnBuilding
from twin.places.metres import distance_m, xy_from_lonlat


@pytest.fixture
def plan() -> Plan:
    drawn = Plan("yard", "院", "Yard", box(0, 0, 100, 60))
    drawn.grids = [box(0, 0, 50, 60), box(50, 0, 100, 60)]
    return drawn


def test_metres_of_the_plane_are_metres_on_the_ground_in_the_middle_of_the_street() -> None:
    a, b = ground([(280.0, 150.0), (580.0, 150.0)])
    assert distance_m(a, b) == pytest.approx(300, abs=0.2)


@pytest.mark.parametrize("at", [(0.0, 0.0), (430.0, 150.0), (900.0, 300.0)])
def test_square_corners_stay_square(at: tuple[float, float]) -> None:
    x, y = at
    here, east, north = ground([(x, y), (x + 10, y), (x, y + 10)])
    (ex, ey), (nx, ny) = xy_from_lonlat([east, north], here)
    assert abs(ex * nx + ey * ny) < 0.5
    assert 0.85 < math.hypot(ex, ey) / 10 < 1.15
    assert bearing(0.0, at) == pytest.approx(math.degrees(math.atan2(nx, ny)) % 360, abs=0.5)
    assert bearing(90.0, at) == pytest.approx(math.degrees(math.atan2(ex, ey)) % 360, abs=0.5)


def test_the_street_swings_by_some_degrees_from_end_to_end() -> None:
    assert 10 < bearing(90.0, (0, 150)) - bearing(90.0, (860, 150)) < 20


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
    block = DrawnBuilding("b1", "1幢", box(40, 20, 60, 30), 6, 18.0)
    plan.blocks.append(block)
    plan.path("road", [(0, 10), (100, 10)], 6.0)
    assert plan.near([(5.0, 40.0)]) == (5.0, 40.0)
    spot = plan.near([(50.0, 21.0)])
    assert plan.free(spot)
    assert block.outline.distance(shapely.Point(spot)) >= 0.5
    assert not plan.free((50.0, 11.0))


def test_where_nothing_is_free_it_says_so(plan: Plan) -> None:
    plan.area("water", box(-1, -1, 101, 61))
    with pytest.raises(ValueError, match="no free ground"):
        plan.near([(50.0, 30.0)])
