from __future__ import annotations

import math

import shapely

from geodata.drawing.free_ground import FreeGround, outward
from geodata.drawing.shapes import box


def test_free_is_what_lies_inside_and_off_everything_taken() -> None:
    ground = FreeGround(box(0, 0, 40, 40), [box(10, 10, 20, 20), shapely.Point(30, 30).buffer(2)])
    spots = [(5.0, 5.0), (15.0, 15.0), (31.0, 30.0), (50.0, 5.0)]
    assert ground.at(spots).tolist() == [True, False, False, False]


def test_nothing_taken_leaves_all_of_the_ground() -> None:
    assert FreeGround(box(0, 0, 4, 4), []).at([(1.0, 1.0), (9.0, 1.0)]).tolist() == [True, False]


def test_a_search_goes_outward_ring_by_ring() -> None:
    spots = list(outward((7.0, 3.0), (0.0, 2.0), lambda reach: 1 if reach == 0 else 4))
    assert spots[0] == (7.0, 3.0)
    assert [round(math.dist(spot, (7.0, 3.0)), 9) for spot in spots[1:]] == [2.0] * 4
