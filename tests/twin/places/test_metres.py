from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.places.metres import distance_m, lonlat_from_xy, scale_m, xy_from_lonlat

near = st.floats(-0.02, 0.02)


def test_a_degree_of_latitude_at_the_equator_and_at_45_degrees_is_known() -> None:
    assert scale_m(0.0) == pytest.approx((111_319.49, 110_574.28), abs=0.01)
    assert scale_m(45.0) == pytest.approx((78_846.84, 111_131.78), abs=0.01)


@given(near, near)
def test_metres_and_back_give_the_same_position(east: float, north: float) -> None:
    origin = (113.15, 27.83)
    lonlat = (origin[0] + east, origin[1] + north)
    back = lonlat_from_xy(xy_from_lonlat(lonlat, origin), origin)
    assert back == pytest.approx(lonlat, abs=1e-9)


def test_many_positions_are_turned_at_once() -> None:
    xy = xy_from_lonlat([[(113.15, 27.83), (113.16, 27.83)]], (113.15, 27.83))
    assert xy.shape == (1, 2, 2)
    assert np.allclose(xy[0, 0], 0.0)


@given(near, near)
def test_the_distance_is_the_length_in_metres_and_has_no_direction(
    east: float, north: float
) -> None:
    here, there = (113.15, 27.83), (113.15 + east, 27.83 + north)
    straight = float(np.hypot(*xy_from_lonlat(there, here)))
    assert distance_m(here, there) == pytest.approx(straight, rel=1e-3, abs=1e-6)
    assert distance_m(here, there) == distance_m(there, here)
