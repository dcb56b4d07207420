"""What a camera would see: what buildings hide, and what others see already."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geodata.cameras.sight import TURNS, Marks, Sight, WaysInView, within
from geodata.drawing.shapes import box

NORTH = shapely.LineString([(0, 5), (0, 40)])
EAST = shapely.LineString([(5, 0), (25, 0)])


def marks(*points: tuple[float, float], buildings: tuple[shapely.Polygon, ...] = ()) -> Marks:
    return Marks(np.array(points, dtype=float), np.ones(len(points)), buildings)


def test_marks_within_reach_lie_open_where_no_building_stands_before_them() -> None:
    seen = marks((0, 10), (10, 0), (0, -10), (0, 60), buildings=(box(4, -2, 6, 2),))
    numbers, bearings = seen.open_from((0.0, 0.0), 45.0)
    assert numbers.tolist() == [0, 2]
    assert bearings % 360 == pytest.approx([0.0, 180.0])


def test_what_is_at_the_foot_of_the_mast_tells_nothing() -> None:
    seen = marks((0, 0.5), (0, 10))
    assert seen.open_from((0.0, 0.0), 45.0, nearest_m=1.0)[0].tolist() == [1]


def test_nothing_in_sight_is_no_fault() -> None:
    assert marks((0, 90)).look((0.0, 0.0), 60.0, 45.0) == 0.0


def test_a_lens_shows_half_its_width_to_either_side_and_past_north() -> None:
    shown = within(np.array([350.0, 20.0, 40.0]), 60.0)
    assert shown[0].tolist() == [True, True, False]
    assert shown[int(np.flatnonzero(TURNS == 45.0)[0])].tolist() == [False, True, True]


@pytest.mark.parametrize(
    "sight",
    [
        marks(*((0.0, float(y)) for y in range(5, 41, 2)), *((x, 0.0) for x in range(5, 26, 2))),
        WaysInView([NORTH, EAST], [], box(-60, -60, 60, 60)),
    ],
    ids=["marks", "ways"],
)
def test_a_second_camera_looks_where_the_first_does_not(sight: Sight) -> None:
    assert sight.look((0.0, 0.0), 40.0, 45.0) in (0.0, 345.0, 15.0)
    assert sight.look((0.0, 0.0), 40.0, 45.0) in (75.0, 90.0, 105.0)


def test_a_building_before_a_way_turns_the_camera_to_another() -> None:
    wall = box(-8, 2, 8, 4)
    seen = WaysInView([NORTH, EAST], [wall], box(-60, -60, 60, 60))
    assert seen.look((0.0, 0.0), 40.0, 45.0) in (75.0, 90.0, 105.0)
