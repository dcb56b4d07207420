"""Golden points on which the public implementations agree, and the way there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.importing.readers.crs import (
    FORWARD,
    from_wgs84,
    gcj02_from_wgs84,
    reference_named,
    to_wgs84,
)
from twin.places.metres import distance_m

# place: WGS-84, GCJ-02, BD-09, shift in metres of each
GOLDEN = {
    "天安门": ((116.3974589, 39.9087202), (116.40370247, 39.91012369), (116.41007541, 39.91646308)),
    "普陀": ((121.4, 31.25), (121.40465304, 31.24817359), (121.41119018, 31.25407584)),
    "天心": ((112.99, 28.11), (112.99559792, 28.10662442), (113.00217476, 28.11239709)),
    "芦淞": ((113.15, 27.83), (113.15580470, 27.82683405), (113.16221087, 27.83316233)),
    "孝南": ((113.92, 30.92), (113.92548390, 30.91752049), (113.93203580, 30.92326862)),
    "军门": ((119.3, 26.085), (119.30480618, 26.08189652), (119.31130103, 26.08799613)),
}
in_china = st.tuples(st.floats(74.0, 134.0), st.floats(4.0, 53.0))


@pytest.mark.parametrize("place", GOLDEN)
def test_golden_points_agree_to_eight_decimals(place: str) -> None:
    wgs84, gcj02, bd09 = GOLDEN[place]
    assert from_wgs84(wgs84, "gcj02") == pytest.approx(gcj02, abs=1.1e-8)
    assert from_wgs84(wgs84, "bd09") == pytest.approx(bd09, abs=1.1e-8)


@pytest.mark.parametrize("reference", FORWARD)
@given(point=in_china)
def test_there_and_back_is_closer_than_a_millimetre(
    reference: str, point: tuple[float, float]
) -> None:
    lon, lat = to_wgs84(from_wgs84(point, reference), reference)
    assert distance_m((float(lon), float(lat)), point) < 0.001


def test_whole_arrays_are_converted_at_once() -> None:
    points = np.array([[place[0] for place in GOLDEN.values()]])
    shifted = np.array([[place[1] for place in GOLDEN.values()]])
    assert from_wgs84(points, "gcj02").shape == (1, 6, 2)
    assert np.allclose(to_wgs84(shifted, "gcj02"), points, atol=2e-8)


def test_no_positions_are_no_positions() -> None:
    assert to_wgs84(np.empty((0, 2)), "bd09").shape == (0, 2)


def test_outside_the_box_nothing_is_shifted() -> None:
    assert gcj02_from_wgs84((139.7, 35.68)) == pytest.approx((139.7, 35.68), abs=0)


def test_cgcs2000_is_passed_through() -> None:
    assert to_wgs84((113.15, 27.83), "cgcs2000") == pytest.approx((113.15, 27.83), abs=0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("urn:ogc:def:crs:EPSG::4490", "cgcs2000"),
        ("GCJ-02", "gcj02"),
        ("BD09", "bd09"),
        ("EPSG:3857", None),
    ],
)
def test_references_are_known_by_the_names_files_use(written: str, meant: str | None) -> None:
    assert reference_named(written) == meant


def test_an_unknown_reference_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        to_wgs84((0.0, 0.0), "mars")
