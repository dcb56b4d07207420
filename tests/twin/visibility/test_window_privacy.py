from __future__ import annotations

import msgspec
import pytest

from tests.support.builders.places import a_block, a_camera, a_place
from twin.places.model import Building, DevicePlace, Lens
from twin.visibility.window_privacy import all_glimpses, glimpses, masked, with_masks

HOME = a_block("3幢", -10, 5, 10, 15)


def seen(camera: DevicePlace, *blocks: Building) -> list[tuple[str, int, int]]:
    place = a_place(devices=(camera,), buildings=blocks or (HOME,))
    return [(g.building, round(g.from_deg), round(g.to_deg)) for g in glimpses(place, camera)]


def test_a_home_close_enough_to_know_a_face_in_its_window_is_named_with_the_bearings() -> None:
    # 1920 px over 90° are 250 px/m at 3.84 m; the wall is 3 m away and 2.5 m below the eye.
    ((building, first, last),) = seen(a_camera(1, 0, 2, 0.0))
    assert building == "3幢"
    assert 310 <= first <= 330 and 30 <= last <= 50


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (a_camera(1, 0, 0, 0.0), "five metres are too far for such a lens"),
        (a_camera(1, 0, 2, 180.0), "it looks away"),
        (a_camera(1, 0, 2, None), "it looks nobody knows where"),
        (a_camera(1, 0, 2, 0.0, lens=Lens(pixels_wide=640)), "its picture is coarse"),
        (a_camera(1, 0, 2, 0.0, lens=Lens(masks=((300.0, 60.0),))), "it is masked"),
        (a_camera(1, -14, 4.9, 90.0), "it looks along the wall"),
        (a_camera(1, 0, 2, 0.0, height_m=4.0, lens=Lens(tilt_deg=75.0, vfov_deg=30.0)), "steep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_home_is_left_alone_by(camera: DevicePlace, why: str) -> None:
    assert seen(camera) == []


def test_a_sharper_lens_reaches_farther() -> None:
    assert seen(a_camera(1, 0, 0, 0.0, lens=Lens(pixels_wide=3840)))


def test_what_is_no_home_may_be_looked_at() -> None:
    assert seen(a_camera(1, 0, 2, 0.0), msgspec.structs.replace(HOME, use="office")) == []


def test_a_home_behind_another_building_is_not_seen() -> None:
    shed = a_block("shed", -8, 3.2, 8, 3.9, high=30.0)
    assert seen(a_camera(1, 0, 2, 0.0), HOME, msgspec.structs.replace(shed, use="shed")) == []


def test_upper_windows_count_for_a_camera_as_high_as_they_are() -> None:
    assert seen(a_camera(1, 0, 2, 0.0, height_m=14.0))
    assert not seen(a_camera(1, 0, 2, 0.0, height_m=30.0))


def test_masks_over_what_was_found_leave_nothing_to_find() -> None:
    cameras = (a_camera(1, 0, 2, 0.0), a_camera(2, -9, 2, 20.0), a_camera(3, 40, 2, 0.0))
    place = a_place(devices=cameras, buildings=(HOME, a_block("4幢", 35, 5, 55, 15)))
    assert set(all_glimpses(place)) == {f"huodian/camera/{n}" for n in (1, 2, 3)}
    done = with_masks(place)
    assert all_glimpses(done) == {}
    assert all(device.lens and device.lens.masks for device in done.devices)


def test_masks_are_added_to_those_there_are() -> None:
    camera = a_camera(1, 0, 2, 0.0, lens=Lens(masks=((350.0, 355.0),), pixels_wide=2000))
    place = a_place(devices=(camera,), buildings=(HOME,))
    found = masked(camera, glimpses(place, camera)).lens
    assert found and found.pixels_wide == 2000 and found.masks[0] == (350.0, 355.0)
    assert len(found.masks) > 1
