from __future__ import annotations

from typing import Any

import msgspec
import pytest

from layers.cameras import field_of_view
from layers.rows import cameras
from tests.support.builders.places import a_block, a_camera, a_place, at
from tests.support.builders.twin import HUODIAN
from tests.support.catalogues import CATALOGUE
from twin.commands.cameras import CameraWish, LensWish
from twin.places.model import Compound, Grid, Lens
from twin.places.territory import street_of
from twin.state.twin import Twin
from twin.visibility.coverage import Coverage

DISTRICT = ("lusong",)
CAMERAS = (
    a_camera(1, 0, 5, 90.0), a_camera(2, 100, 50, 270.0), a_camera(3, 50, 80, 180.0),
    a_camera(4, 0, 70, 45.0, lens=Lens(azimuth_unsure_deg=22.5)),
)  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Compound:
    west = Grid(
        territory=f"{HUODIAN}.g1", name="g1",
        outline=tuple(at(*xy) for xy in ((-10, 0), (50, 0), (50, 90), (-10, 90), (-10, 0))),
    )  # fmt: skip
    first = msgspec.structs.replace(CAMERAS[0], territory=west.territory)
    return a_place(devices=(first, *CAMERAS[1:]), grids=(west,))


@pytest.fixture(scope="module")
def coverage(place: Compound) -> Coverage:
    return Coverage.of(place)


def told(place: Compound, coverage: Coverage, *prefixes: str, **choice: Any) -> dict[str, Any]:
    choice = {"dark": (), "without": (), "edition": "2014"} | choice
    return field_of_view.covered(place, coverage, prefixes or DISTRICT, **choice)


def areas(answer: dict[str, Any]) -> dict[str, int]:
    return {row["class"]: row["m2"] for row in answer["classes"]}


def test_the_classes_divide_the_open_ground(place: Compound, coverage: Coverage) -> None:
    found = told(place, coverage)
    assert sum(areas(found).values()) == found["area_m2"] == 9600
    assert found["seen"] == pytest.approx(1 - areas(found)["gap"] / found["area_m2"], abs=0.001)
    assert areas(found)["maybe"] > 0 and areas(found)["detect"] > 0 and areas(found)["lost"] == 0


def test_what_is_lost_without_cameras_was_seen_with_them(
    place: Compound, coverage: Coverage
) -> None:
    whole, less = told(place, coverage), told(place, coverage, without=["huodian/camera/2", "x"])
    assert less["without"] == ["huodian/camera/2"]
    assert areas(less)["lost"] > 0 and areas(less)["gap"] == areas(whole)["gap"]
    assert less["seen"] < whole["seen"]


def test_what_does_not_work_covers_nothing(place: Compound, coverage: Coverage) -> None:
    dark = told(place, coverage, dark=["huodian/camera/2"])
    assert areas(dark)["gap"] > areas(told(place, coverage))["gap"]
    assert dark["dark"] == ["huodian/camera/2"] and areas(dark)["lost"] == 0


def test_each_edition_has_its_own_classes(place: Compound, coverage: Coverage) -> None:
    assert {"overview", "outline"} <= set(areas(told(place, coverage, edition="2025")))


def test_gaps_are_drawn_one_by_one_with_their_area(place: Compound, coverage: Coverage) -> None:
    drawn = told(place, coverage)["features"]["features"]
    gaps = [one["properties"] for one in drawn if one["properties"]["class"] == "gap"]
    assert gaps and all(gap["m2"] >= field_of_view.LEAST_GAP_M2 for gap in gaps)
    assert len({one["properties"]["id"] for one in drawn}) == len(drawn)
    shades = {one["properties"]["class"]: one["properties"]["shade"] for one in drawn}
    assert shades["gap"] == 0.0 < shades["detect"] < 1.0


def test_an_account_of_one_grid_gets_its_ground_and_its_cameras(
    place: Compound, coverage: Coverage
) -> None:
    own = told(place, coverage, f"{HUODIAN}.g1", dark=["huodian/camera/2"])
    assert (own["cameras"], own["dark"]) == (1, [])
    assert own["area_m2"] == pytest.approx(60 * 90 - 30 * 20, rel=0.02)
    assert "camera/2" not in str(own) and "camera/3" not in str(own)


def test_a_camera_is_told_with_rings_but_never_with_its_stream(place: Compound) -> None:
    lens = Lens(stream="https://video.example/1", stream_kind="still", tilt_deg=15.0)
    camera = a_camera(9, 0, 5, 90.0, lens=lens)
    found = field_of_view.camera(place, camera)
    assert found["stream_kind"] == "still" and "video.example" not in str(found)
    assert (found["tilt_deg"], found["tilt_known"]) == (15.0, True)
    rings = {(r["properties"]["edition"], r["properties"]["level"]): r["properties"]["radius_m"]
             for r in found["rings"]["features"]}  # fmt: skip
    assert rings["2014", "observe"] == pytest.approx((15.36**2 - 16) ** 0.5, abs=0.05)
    assert ("2014", "identify") not in rings  # 3.84 m are less than the mast is high


def test_a_camera_that_shows_homes_too_sharply_says_so(place: Compound) -> None:
    assert field_of_view.camera(place, CAMERAS[0])["facades"] == []
    (facade,) = field_of_view.camera(place, a_camera(9, 50, 17.5, 0.0))["facades"]
    assert facade["name"] == "b1"


def test_a_camera_nobody_measured_is_taken_to_look_as_far_as_its_range(place: Compound) -> None:
    found = field_of_view.camera(place, CAMERAS[0])
    assert not found["tilt_known"]
    assert found["tilt_deg"] - found["vfov_deg"] / 4 == pytest.approx(5.7, abs=0.1)
    assert field_of_view.camera(place, a_camera(9, 0, 5, None))["rings"]["features"] == []


def test_a_field_says_how_unsure_it_is(place: Compound) -> None:
    found = {f["properties"]["id"]: f for f in cameras.fields(place, DISTRICT)}
    assert found["huodian/camera/4"]["properties"]["unsure"] == 22.5
    assert all(f["geometry"]["type"] == "MultiPolygon" for f in found.values())


def test_a_pose_holds_what_may_be_wished_of_it_and_no_stream() -> None:
    lens = Lens(tilt_deg=12.0, masks=((1.0, 2.0),), stream="https://x", stream_kind="hls")
    told = field_of_view.pose(a_camera(1, 0, 5, 90.0, lens=lens))
    wish = msgspec.convert(told, CameraWish)
    assert isinstance(wish.lens, LensWish) and wish.lens.masks == ((1.0, 2.0),)
    assert (told["azimuth_deg"], told["lens"]["tilt_deg"]) == (90.0, 12.0)
    assert "stream" not in told["lens"]


def test_a_camera_is_previewed_where_it_does_not_stand_yet(place: Compound) -> None:
    told = field_of_view.preview(place, a_camera(1, 20, 5, 90.0))
    (field,) = told["field"]
    assert field["properties"] == {"id": "huodian/camera/1", "unsure": 0.0}
    assert told["lonlat"] == at(20, 5) and told["rings"]["features"]
    blind = field_of_view.preview(place, a_camera(1, 20, 5, None))
    assert (blind["field"], blind["rings"]["features"]) == ([], [])


def test_sights_are_worked_out_when_asked_for_and_once(place: Compound) -> None:
    known = field_of_view.Sights.of([Twin(street_of(place.territory), [place], CATALOGUE)])
    street = street_of(place.territory)
    assert known.eyes(street) is known.eyes(street)
    assert known.coverage("huodian") is known.coverage("huodian")
    assert [one.id for one in known.eyes(street).places] == [c.id for c in CAMERAS]


def test_levels_are_those_reached() -> None:
    assert field_of_view.levels_at(130.0) == {"2014": "recognise", "2025": "perceive"}
    assert field_of_view.levels_at(5.0) == {"2014": "", "2025": ""}


def test_a_compound_without_open_ground_is_covered() -> None:
    whole = a_place(buildings=(a_block("all", -20, -10, 120, 100),), devices=CAMERAS[:1])
    assert told(whole, Coverage.of(whole))["seen"] == 1.0
