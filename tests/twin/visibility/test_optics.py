from __future__ import annotations

import pytest

from tests.support.builders.places import a_camera
from twin.places.model import Lens
from twin.visibility.densities import EDITIONS, IDENTIFYING_PX_M
from twin.visibility.optics import (
    density_px_m,
    distance_m,
    footprint_m,
    hfov_deg,
    optics,
    vfov_deg,
)

# Distances in metres at which each density is reached, by pixels across and angle of view.
VECTORS: list[tuple[int, float, dict[float, float]]] = [
    (1920, 90, {20: 48.0, 25: 38.4, 62.5: 15.4, 125: 7.7, 250: 3.8, 500: 1.9}),
    (1920, 60, {25: 66.5, 125: 13.3, 250: 6.7}),
    (3840, 90, {25: 76.8, 125: 15.4, 250: 7.7}),
    (3840, 30, {25: 286.6, 250: 28.7}),
]


@pytest.mark.parametrize(
    ("pixels", "angle", "px_m", "metres"),
    [(pixels, angle, *row) for pixels, angle, rows in VECTORS for row in rows.items()],
)
def test_a_density_is_reached_at_its_distance(
    pixels: int, angle: float, px_m: float, metres: float
) -> None:
    assert distance_m(pixels, angle, px_m) == pytest.approx(metres, abs=0.051)
    exact = distance_m(pixels, angle, px_m)
    assert float(density_px_m(pixels, angle, exact)) == pytest.approx(px_m)


@pytest.mark.parametrize(("focal", "angle"), [(2.8, 87.6), (4.0, 67.7), (6.0, 48.2)])
def test_a_focal_length_gives_its_angle(focal: float, angle: float) -> None:
    assert hfov_deg(focal) == pytest.approx(angle, abs=0.05)


def test_a_footprint_runs_from_the_lower_to_the_upper_edge_of_the_picture() -> None:
    assert footprint_m(4.0, 30.0, 40.0, 60.0) == pytest.approx((3.356, 22.685), abs=0.001)
    assert footprint_m(4.0, 15.0, 40.0, 60.0)[1] == 60.0  # the horizon is in the picture
    assert footprint_m(4.0, 80.0, 40.0, 60.0)[0] == 0.0  # so is the foot of the mast
    assert footprint_m(4.0, 30.0, 40.0, 10.0)[1] == 10.0


def test_the_levels_of_both_editions_rise_and_meet_at_identifying() -> None:
    for edition in EDITIONS.values():
        densities = [level.px_m for level in edition.levels.values()]
        assert densities == sorted(densities) and edition.source
        assert edition.identifying_px_m == 250
    limits = {y: [level.px_m for level in e.levels.values()] for y, e in EDITIONS.items()}
    assert limits["2014"] == [12.5, 25, 62.5, 125, 250]
    assert limits["2025"] == [20, 40, 80, 125, 250, 500, 1500]
    assert IDENTIFYING_PX_M == 250


def test_a_lens_is_known_by_its_angle_or_its_focal_length_or_taken_as_usual() -> None:
    assert optics(a_camera(1, 0, 0, 0.0, hfov_deg=50.0)).hfov_deg == 50.0
    by_focal = a_camera(1, 0, 0, 0.0, hfov_deg=None, lens=Lens(focal_mm=6.0))
    assert optics(by_focal).hfov_deg == pytest.approx(48.2, abs=0.05)
    usual = optics(a_camera(1, 0, 0, 0.0, hfov_deg=None, range_m=None))
    assert (usual.hfov_deg, usual.far_m, usual.near_m) == (67.7, 40.0, 0.0)
    tilted = optics(a_camera(1, 0, 0, 0.0, lens=Lens(tilt_deg=30.0, vfov_deg=40.0)))
    assert tilted.near_m == pytest.approx(3.356, abs=0.001)


def test_a_fish_eye_spreads_its_pixels_by_angle() -> None:
    assert vfov_deg(360.0) == 180.0 and vfov_deg(90.0) == pytest.approx(58.7, abs=0.05)
    assert float(density_px_m(3600, 360.0, 1.0)) == pytest.approx(3600 / 6.2832, rel=0.001)
