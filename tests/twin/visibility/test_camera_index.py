from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders.places import a_block, a_camera, a_place, at
from twin.places.model import Building, DevicePlace, Lens
from twin.visibility.camera_index import BESIDE_M, CameraIndex


def eyes(*cameras: DevicePlace, blocks: tuple[Building, ...] = ()) -> CameraIndex:
    return CameraIndex([a_place(devices=cameras, buildings=blocks)])


def names(found: CameraIndex, x: float, y: float, **more: Any) -> list[str]:
    return [one.camera.rpartition("/")[2] for one in found.seeing(at(x, y), **more)]


def test_the_sharpest_comes_first_and_who_looks_away_or_is_too_far_does_not_come() -> None:
    found = eyes(
        a_camera(1, 0, -35, 0.0), a_camera(2, 0, -8, 0.0), a_camera(3, 0, -20, 180.0),
        a_camera(4, 0, -50, 0.0), a_camera(5, 0, -30, 0.0, lens=Lens(pixels_wide=7680)),
    )  # fmt: skip
    assert names(found, 0, 0) == ["5", "2", "1"]


def test_what_hides_a_place_from_one_camera_does_not_from_another() -> None:
    wall = a_block("w", -5, -15, 5, -10)
    found = eyes(a_camera(1, 0, -30, 0.0), a_camera(2, 30, 0, 270.0), blocks=(wall,))
    assert names(found, 0, 0) == ["2"]


def test_of_two_that_show_as_much_the_surer_comes_first() -> None:
    unsure = Lens(azimuth_unsure_deg=22.5)
    found = eyes(a_camera(1, 0, -18, 40.0, lens=unsure), a_camera(2, 0, -19, 0.0))
    first, second = found.seeing(at(0, 0))
    assert (first.camera, first.certainty) == ("huodian/camera/2", 1.0)
    # 40° off with ±45° of picture: in view unless the camera is turned away by more than 5°.
    assert second.certainty == pytest.approx((45 - 40 + 22.5) / 45)
    assert second.density_px_m > first.density_px_m


def test_only_the_wanted_are_looked_at() -> None:
    found = eyes(a_camera(1, 0, -18, 0.0), a_camera(2, 0, -19, 0.0))
    assert names(found, 0, 0, wanted=lambda camera: camera.endswith("/2")) == ["2"]
    assert names(found, 0, 0, wanted=lambda camera: False) == []


def test_density_is_of_the_line_of_sight() -> None:
    (one,) = eyes(a_camera(1, 0, -3, 0.0, height_m=4.0)).seeing(at(0, 0))
    assert one.distance_m == pytest.approx(3.0, abs=0.01)
    assert one.density_px_m == pytest.approx(1920 / (2 * 5), rel=0.001)


def test_who_sees_only_the_ground_beside_comes_last_and_only_when_asked_for() -> None:
    found = eyes(a_camera(1, 12, -5, 90.0), a_camera(2, 0, -30, 0.0))
    assert names(found, 0, 0) == ["2"]
    sightings = found.seeing(at(0, 0), beside_m=BESIDE_M)
    assert [one.beside for one in sightings] == [False, True]


def test_a_call_in_a_flat_is_seen_by_the_camera_before_the_door() -> None:
    block = a_block("b1", 20, 20, 80, 40)
    assert names(eyes(a_camera(1, 30, 0, 0.0), blocks=(block,)), 30, 32, beside_m=BESIDE_M) == ["1"]


def test_a_masked_camera_does_not_see_there() -> None:
    assert names(eyes(a_camera(1, 0, -20, 0.0, lens=Lens(masks=((350.0, 10.0),)))), 0, 0) == []


def test_no_cameras_see_nothing() -> None:
    assert CameraIndex([]).seeing(at(0, 0)) == []
    assert eyes(a_camera(1, 0, -20, None)).seeing(at(0, 0)) == []
