from __future__ import annotations

import pytest
import shapely

from tests.twin.place_builders import a_block, a_camera, a_place, at
from twin.metres import xy_from_lonlat
from twin.model import Building, DevicePlace
from twin.sight import RANGE_M, RAYS, fields_of_view, seeing


def field(camera: DevicePlace, *blocks: Building) -> shapely.Polygon:
    """A camera's field of view in metres about the origin of the test place."""
    place = a_place(devices=(camera,), buildings=blocks)
    return shapely.Polygon(xy_from_lonlat(fields_of_view(place)[camera.id], place.origin))


def sees(shape: shapely.Polygon, x: float, y: float) -> bool:
    return bool(shapely.contains_xy(shape, x, y))


def test_on_open_ground_a_camera_sees_its_wedge() -> None:
    wedge = field(a_camera(1, 0, 0, 0.0))
    assert wedge.area == pytest.approx(40**2 * 3.14159 / 4, rel=0.001)
    assert sees(wedge, 0, 39) and sees(wedge, 20, 25)
    assert not sees(wedge, 0, 41) and not sees(wedge, 25, 20) and not sees(wedge, 0, -1)


def test_bearings_run_clockwise_from_north() -> None:
    assert sees(field(a_camera(1, 0, 0, 90.0)), 30, 0)


def test_a_building_hides_what_is_behind_it() -> None:
    wedge = field(a_camera(1, 0, 0, 0.0), a_block("b", -5, 20, 5, 30))
    assert sees(wedge, 0, 19) and not sees(wedge, 0, 21) and not sees(wedge, 0, 35)
    assert sees(wedge, 15, 25)


def test_of_two_buildings_the_nearer_counts() -> None:
    wedge = field(a_camera(1, 0, 0, 0.0), a_block("b", -9, 30, 9, 33), a_block("a", -9, 10, 9, 12))
    assert not sees(wedge, 0, 15)


def test_buildings_around_the_compound_hide_too() -> None:
    place = a_place(devices=(a_camera(1, 0, 0, 0.0),), surroundings=(a_block("s", -9, 20, 9, 30),))
    ring = fields_of_view(place)["huodian/camera/1"]
    assert not sees(shapely.Polygon(xy_from_lonlat(ring, place.origin)), 0, 35)


def test_a_camera_looks_over_what_is_lower_than_itself() -> None:
    kiosk = a_block("kiosk", -5, 20, 5, 30, high=3.0)
    assert sees(field(a_camera(1, 0, 0, 0.0), kiosk), 0, 35)


@pytest.mark.parametrize("inside_m", [-0.2, 0.0, 0.2])
def test_a_camera_on_a_facade_is_not_blinded_by_its_own_wall(inside_m: float) -> None:
    wedge = field(a_camera(1, 0, inside_m, 180.0), a_block("b", -10, 0, 10, 12))
    assert sees(wedge, 0, -35)


def test_a_camera_that_looks_into_its_own_wall_sees_nothing() -> None:
    assert field(a_camera(1, 0, -0.1, 0.0), a_block("b", -60, 0, 60, 60)).area < 1.0


def test_the_ring_is_closed_and_counter_clockwise() -> None:
    place = a_place(devices=(a_camera(1, 0, 0, 30.0),))
    ring = fields_of_view(place)["huodian/camera/1"]
    assert ring[0] == ring[-1] and len(ring) == RAYS + 2
    assert shapely.LinearRing(ring).is_ccw


def test_a_dome_camera_sees_all_around() -> None:
    dome = field(a_camera(1, 0, 0, 0.0, hfov_deg=360.0))
    assert dome.is_valid and dome.area == pytest.approx(40**2 * 3.14159, rel=0.001)


def test_an_unknown_lens_counts_as_a_usual_one() -> None:
    wedge = field(a_camera(1, 0, 0, 0.0, hfov_deg=None, range_m=None))
    assert wedge.area == pytest.approx(RANGE_M**2 * 3.14159 * 67.7 / 360, rel=0.001)


def test_a_camera_without_a_direction_has_no_field() -> None:
    assert fields_of_view(a_place(devices=(a_camera(1, 0, 0, None),))) == {}


def test_the_cameras_that_see_a_place_come_nearest_first_then_those_that_see_beside_it() -> None:
    cameras = (
        a_camera(1, 0, -35, 0.0), a_camera(2, 0, -20, 0.0), a_camera(3, 12, -5, 90.0),
        a_camera(4, 0, -20, 180.0),
    )  # fmt: skip
    fields = fields_of_view(a_place(devices=cameras, buildings=()))
    found = seeing(cameras, fields, at(0, 0))
    assert [(name, round(metres)) for name, metres in found] == [
        ("huodian/camera/2", 20), ("huodian/camera/1", 35), ("huodian/camera/3", 13),
    ]  # fmt: skip


def test_a_call_in_a_flat_is_seen_by_the_camera_before_the_door() -> None:
    cameras = (a_camera(1, 30, 0, 0.0),)
    fields = fields_of_view(a_place(devices=cameras))
    assert seeing(cameras, fields, at(30, 32))
    assert not seeing(cameras, {}, at(30, 32))
