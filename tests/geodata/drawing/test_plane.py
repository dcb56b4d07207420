from __future__ import annotations

import math

import pytest
import shapely

from geodata.demo.plane import ANCHOR, STREET
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import box, heading, without_holes
from twin.places.metres import distance_m, xy_from_lonlat


def test_metres_of_the_plane_are_metres_on_the_ground_in_the_middle_of_the_street() -> None:
    a, b = STREET.ground([(280.0, 150.0), (580.0, 150.0)])
    assert distance_m(a, b) == pytest.approx(300, abs=0.2)


@pytest.mark.parametrize("at", [(0.0, 0.0), (430.0, 150.0), (900.0, 300.0)])
def test_square_corners_stay_square(at: tuple[float, float]) -> None:
    x, y = at
    here, east, north = STREET.ground([(x, y), (x + 10, y), (x, y + 10)])
    (ex, ey), (nx, ny) = xy_from_lonlat([east, north], here)
    assert abs(ex * nx + ey * ny) < 0.5
    assert 0.85 < math.hypot(ex, ey) / 10 < 1.15
    assert STREET.bearing(0.0, at) == pytest.approx(math.degrees(math.atan2(nx, ny)) % 360, abs=0.5)
    assert STREET.bearing(90.0, at) == pytest.approx(
        math.degrees(math.atan2(ex, ey)) % 360, abs=0.5
    )


def test_the_street_swings_by_some_degrees_from_end_to_end() -> None:
    assert 10 < STREET.bearing(90.0, (0, 150)) - STREET.bearing(90.0, (860, 150)) < 20


def test_rings_run_counter_clockwise_and_close() -> None:
    outline = STREET.ring(shapely.Polygon([(0, 0), (0, 10), (10, 10), (10, 0)]))
    assert outline[0] == outline[-1]
    assert shapely.Polygon(outline).exterior.is_ccw


def test_neighbours_that_round_to_one_point_become_one() -> None:
    (line,) = Plane(ANCHOR).lines([shapely.LineString([(0, 0), (0.001, 0.001), (9, 0)])])
    assert line == Plane(ANCHOR).ground([(0, 0), (9, 0)])


def test_many_lines_in_one_go_are_what_each_is_alone() -> None:
    lines = [shapely.LineString([(0, 0), (50, n), (90, 0)]) for n in range(3)]
    for plane in (STREET, Plane(ANCHOR, turn_deg=20.0, shift=(900.0, 400.0))):
        assert plane.lines(lines) == [plane.lines([line])[0] for line in lines]
    assert STREET.lines([]) == []


def test_a_shape_snapped_to_a_grid_bends_as_finely_as_any_other() -> None:
    drawn = box(500, 200, 541, 230)
    assert STREET.ring(shapely.set_precision(drawn, 1.0)) == STREET.ring(shapely.normalize(drawn))


def test_an_area_around_a_pond_is_cut_into_parts_without_holes() -> None:
    lawn = box(0, 0, 40, 40).difference(shapely.union_all([box(5, 5, 9, 9), box(20, 20, 30, 30)]))
    parts = without_holes(lawn)
    assert not any(part.interiors for part in parts)
    assert sum(part.area for part in parts) == pytest.approx(lawn.area)


def test_a_shape_in_metres_of_the_ground_lies_on_the_plane_as_it_was_drawn() -> None:
    plane = Plane(ANCHOR, turn_deg=20.0, shift=(900.0, 400.0))
    drawn = shapely.Polygon([(0, 0), (40, 5), (20, 60)])
    placed = shapely.transform(drawn, plane.metres)
    assert plane.local(placed).equals_exact(drawn, 1e-9)
    assert placed.centroid.distance(drawn.centroid) > 900


def test_a_heading_is_where_a_line_goes_on_from_a_point() -> None:
    here, turn = heading(shapely.LineString([(0, 0), (10, 0), (10, 10)]), 10.0)
    assert (here.x, here.y) == (10.0, 0.0)
    assert turn == pytest.approx(math.pi / 2)
