from __future__ import annotations

import math

import pytest
import shapely

from geodata.demo.city.street_grid import Cell, Course, StreetGrid, cut

HOLE = Cell(-200.0, 0.0, 0.0, 300.0)


@pytest.fixture
def street_grid() -> StreetGrid:
    wide = {("u", 0.0): (24.0, "建设路")}
    return StreetGrid(Course(), (-400.0, -200.0, 0.0, 300.0), (-250.0, 0.0, 300.0), wide, (HOLE,))


def test_the_course_swings_about_its_bearing_and_lines_stay_square_to_it() -> None:
    course = Course(middle=(10.0, 20.0), turn_deg=5.0, swing_deg=10.0, period_m=4000.0)
    assert course.metres([(0.0, 0.0)])[0].tolist() == pytest.approx([10.0, 20.0])
    assert (course.angle(0), course.angle(1000)) == pytest.approx((5.0, 15.0))
    (a, b, c) = course.metres([(990.0, 0.0), (1010.0, 0.0), (1000.0, 50.0)])
    along, across = b - a, c - (a + b) / 2
    assert abs(along @ across) < 0.5
    assert math.hypot(*along) == pytest.approx(20.0, abs=0.01)


def test_cells_cover_the_ground_without_gap_or_overlap(street_grid: StreetGrid) -> None:
    shapes = [street_grid.polygon(cell) for cell in street_grid.cells()]
    whole = street_grid.polygon(Cell(-400.0, 300.0, -250.0, 300.0))
    assert len(shapes) == 6
    assert all(shape.is_valid and shape.exterior.is_ccw for shape in shapes)
    assert shapely.union_all(shapes).symmetric_difference(whole).area < 1e-6
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area)


def test_streets_run_between_crossings_but_not_through_what_is_merged(
    street_grid: StreetGrid,
) -> None:
    streets = list(street_grid.streets())
    assert len(streets) == 3 * 3 + 4 * 2
    assert not [street for street in streets if HOLE.holds(*street.middle)]
    level = [street for street in streets if {u for _, u in street.line} == {0.0}]
    assert {street.width_m for street in level} == {24.0}


def test_a_cell_is_cut_into_parcels_behind_its_streets(street_grid: StreetGrid) -> None:
    cell = Cell(0.0, 300.0, 0.0, 300.0)
    parcels, streets = cut(street_grid, cell, 2, 2)
    assert (len(parcels), len(streets)) == (4, 2)
    lines = shapely.union_all(
        [
            shapely.LineString(street_grid.course.metres(street.line)).buffer(street.width_m / 2)
            for street in [*streets, *street_grid.streets()]
        ]
    )
    for parcel in parcels:
        assert street_grid.polygon(parcel).distance(lines) > 2.0
