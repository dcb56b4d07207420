from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.builders.places import ORIGIN, a_block, a_camera, a_place
from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, DevicePlace, Lens
from twin.visibility.field_of_view import (
    RANGE_M,
    Field,
    certainty,
    fields_of_view,
    hidden,
    walls_of,
)
from twin.visibility.optics import optics


def shape_of(field: Field) -> shapely.Geometry:
    """A field of view in metres about the origin of the test place."""
    polygons = [[xy_from_lonlat(ring, ORIGIN) for ring in rings] for rings in field]
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in polygons])


def field(camera: DevicePlace, *blocks: Building) -> shapely.Geometry:
    """A camera's field of view in metres about the origin of the test place."""
    place = a_place(devices=(camera,), buildings=blocks)
    return shape_of(fields_of_view(place)[camera.id])


def sees(shape: shapely.Geometry, x: float, y: float) -> bool:
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
    assert not sees(shape_of(fields_of_view(place)["huodian/camera/1"]), 0, 35)


def test_a_camera_high_up_looks_over_what_is_low_but_not_at_the_ground_just_behind_it() -> None:
    kiosk = a_block("kiosk", -5, 10, 5, 12, high=3.0)
    wedge = field(a_camera(1, 0, 0, 0.0, height_m=8.0), kiosk)
    # The line over the far edge, 12 m away and 3 m high, meets the ground after 12 * 8 / 5 m.
    assert not sees(wedge, 0, 11) and not sees(wedge, 0, 12 * 8 / 5 - 0.1)
    assert sees(wedge, 0, 9.9) and sees(wedge, 0, 12 * 8 / 5 + 0.1) and sees(wedge, 0, 39)


def test_a_camera_hardly_higher_than_a_roof_sees_nothing_behind_it_within_its_range() -> None:
    assert not sees(field(a_camera(1, 0, 0, 0.0), a_block("k", -5, 20, 5, 30, high=3.5)), 0, 39)


@pytest.mark.parametrize("inside_m", [-0.2, 0.0, 0.2])
def test_a_camera_on_a_facade_is_not_blinded_by_its_own_wall(inside_m: float) -> None:
    wedge = field(a_camera(1, 0, inside_m, 180.0), a_block("b", -10, 0, 10, 12))
    assert sees(wedge, 0, -35)


def test_a_camera_that_looks_into_its_own_wall_sees_nothing() -> None:
    assert field(a_camera(1, 0, -0.1, 0.0), a_block("b", -60, 0, 60, 60)).area < 1.0


def test_the_ring_is_closed_and_counter_clockwise_with_few_corners() -> None:
    place = a_place(devices=(a_camera(1, 0, 0, 30.0),))
    ((ring,),) = fields_of_view(place)["huodian/camera/1"]
    assert ring[0] == ring[-1] and len(ring) < 60
    assert shapely.LinearRing(ring).is_ccw


def test_a_tilted_camera_sees_from_the_near_to_the_far_edge_of_its_picture() -> None:
    lens = Lens(tilt_deg=30.0, vfov_deg=40.0)
    wedge = field(a_camera(1, 0, 0, 0.0, lens=lens))
    assert not sees(wedge, 0, 3.3) and sees(wedge, 0, 3.5)
    assert sees(wedge, 0, 22.5) and not sees(wedge, 0, 22.8)


def test_masked_bearings_are_not_seen() -> None:
    lens = Lens(masks=((350.0, 10.0), (300.0, 320.0)))
    wedge = field(a_camera(1, 0, 0, 0.0, lens=lens))
    assert not sees(wedge, 0, 20) and not sees(wedge, -20, 20)
    assert sees(wedge, 7, 20) and sees(wedge, -7, 20)
    assert field(a_camera(1, 0, 0, 0.0, lens=Lens(masks=((310.0, 50.0),)))).is_empty


def test_an_unsure_camera_may_see_more_to_either_side() -> None:
    unsure = field(a_camera(1, 0, 0, 0.0, lens=Lens(azimuth_unsure_deg=22.5)))
    assert sees(unsure, 20, 10) and not sees(unsure, 20, 5)


def test_a_dome_camera_sees_all_around() -> None:
    dome = field(a_camera(1, 0, 0, 0.0, hfov_deg=360.0))
    assert dome.is_valid and dome.area == pytest.approx(40**2 * 3.14159, rel=0.002)


def test_an_unknown_lens_counts_as_a_usual_one() -> None:
    wedge = field(a_camera(1, 0, 0, 0.0, hfov_deg=None, range_m=None))
    assert wedge.area == pytest.approx(RANGE_M**2 * 3.14159 * 67.7 / 360, rel=0.001)


def test_a_camera_without_a_direction_has_no_field() -> None:
    assert fields_of_view(a_place(devices=(a_camera(1, 0, 0, None),))) == {}


@st.composite
def scenes(draw: st.DrawFn) -> tuple[DevicePlace, list[Building]]:
    number = st.floats(-35, 35).map(lambda metres: round(metres, 1))
    blocks = []
    for n in range(draw(st.integers(1, 5))):
        west, south = draw(number), draw(number)
        size = draw(st.floats(1, 20))
        high = draw(st.floats(1, 30))
        blocks.append(a_block(f"b{n}", west, south, west + size, south + size, high=high))
    height = draw(st.floats(2, 20))
    hfov = draw(st.sampled_from([60.0, 90.0, 360.0]))
    return a_camera(1, 0, 0, draw(st.floats(0, 359)), height_m=height, hfov_deg=hfov), blocks


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_removing_a_building_never_shrinks_what_is_seen(
    scene: tuple[DevicePlace, list[Building]],
) -> None:
    camera, (removed, *rest) = scene
    eye, goals = np.zeros(2), np.random.default_rng(1).uniform(-40, 40, (300, 2))
    many, fewer = (walls_of(a_place(buildings=tuple(b))) for b in ((removed, *rest), rest))
    unseen = hidden(eye, camera.height_m, goals, many.around(eye, 80.0))
    still = hidden(eye, camera.height_m, goals, fewer.around(eye, 80.0))
    assert not (still & ~unseen).any()
    if not shapely.dwithin(many.shapes, shapely.Point(eye), 1.5).any():
        lost = field(camera, *rest).buffer(0.3)
        assert field(camera, removed, *rest).difference(lost).area < 0.5


@settings(max_examples=40, deadline=None)
@given(scenes())
def test_the_drawn_field_and_the_line_of_sight_say_the_same(
    scene: tuple[DevicePlace, list[Building]],
) -> None:
    camera, blocks = scene
    walls = walls_of(a_place(buildings=tuple(blocks)))
    eye = np.zeros(2)
    if shapely.dwithin(walls.shapes, shapely.Point(eye), 1.5).any():
        return
    goals = np.random.default_rng(2).uniform(-39, 39, (400, 2))
    shape = field(camera, *blocks)
    clear = certainty(optics(camera), eye, goals) > 0
    clear &= ~hidden(eye, camera.height_m, goals, walls.around(eye, 80.0))
    points = shapely.points(goals)
    built = shapely.union_all(walls.shapes)
    sure = shapely.distance(points, shapely.union_all([shape.boundary, built])) > 0.6
    assert (shapely.contains(shape, points) == clear)[sure].all()
