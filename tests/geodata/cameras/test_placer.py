"""Cameras of a drawn yard: at its gate first, then far from each other along its ways."""

from __future__ import annotations

import math

import pytest
import shapely

from geodata.cameras import placer
from geodata.cameras.masts import around_gate, inside_gate, spread
from geodata.demo.cameras import ESTATE_CAMERAS, STREET_CAMERAS
from geodata.demo.plane import ANCHOR, demo_plan
from geodata.demo.ways import gate
from geodata.drawing.buildings import DrawnBuilding
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from twin.places.metres import distance_m


@pytest.fixture
def plan() -> SitePlan:
    drawn = demo_plan("yard", "院", "Yard", box(0, 0, 120, 90), plane=Plane(ANCHOR))
    drawn.grids = [drawn.outline]
    drawn.buildings.append(DrawnBuilding("b1", "1幢", box(40, 50, 80, 62), 6, 18.0))
    drawn.path("road", [(10, 30), (110, 30)], 5.0)
    drawn.path("lane", [(20, 30), (20, 80)], 3.6)
    gate(drawn, "东门", "vehicle", [(110, 30), (130, 30)])
    return drawn


def test_of_many_spots_those_farthest_from_each_other_are_taken() -> None:
    row = [(float(x), 0.0) for x in range(11)]
    assert spread(row, [(0.0, 0.0)], 2) == [(10.0, 0.0), (5.0, 0.0)]
    assert len(spread(row, [], 99)) == 11


@pytest.mark.parametrize("rule", [STREET_CAMERAS, ESTATE_CAMERAS], ids=["street", "estate"])
def test_the_first_camera_stands_at_the_gate_and_none_in_the_way(
    plan: SitePlan, rule: placer.PlacingRule
) -> None:
    placer.stand(plan, 5, rule)
    cameras = [(xy, place) for xy, place in plan.places if place.kind == "camera"]
    (entrance,) = (place for _, place in plan.places if place.kind == "gate")
    assert [place.id for _, place in cameras] == [f"yard/camera/{n}" for n in range(1, 6)]
    assert distance_m(cameras[0][1].lonlat, entrance.lonlat) < 10.0
    assert all(plan.free(xy) for xy, _ in cameras)
    assert all(place.height_m == 4.0 and place.azimuth_deg is not None for _, place in cameras)


def test_more_cameras_than_there_are_spots_are_refused(plan: SitePlan) -> None:
    with pytest.raises(ValueError, match=r"room for \d+ masts of 998"):
        placer.stand(plan, 999, ESTATE_CAMERAS)


def test_a_camera_known_to_eighths_of_the_circle_looks_along_one(plan: SitePlan) -> None:
    placer.stand(plan, 10, ESTATE_CAMERAS)
    cameras = [place for _, place in plan.places if place.kind == "camera"]
    unsure = [one for one in cameras if one.lens and one.lens.azimuth_unsure_deg]
    assert [one.id for one in unsure] == ["yard/camera/9"]
    assert all(one.azimuth_deg is not None and one.azimuth_deg % 45 == 0 for one in unsure)


def test_a_gate_without_room_around_it_says_so(plan: SitePlan) -> None:
    plan.area("water", box(-1, -1, 121, 91))
    with pytest.raises(ValueError, match="no room for a camera"):
        around_gate(plan, (110.0, 30.0))


def test_a_proposed_camera_at_a_gate_sees_who_comes_in(plan: SitePlan) -> None:
    (entrance,) = plan.gates
    camera = placer.propose(plan)[0]
    assert camera.name == "东门" and plan.outline.contains(shapely.Point(camera.xy))
    assert camera.xy == inside_gate(plan, entrance)
    dx, dy = entrance.at.x - camera.xy[0], entrance.at.y - camera.xy[1]
    assert dx > 0
    assert camera.azimuth_deg == pytest.approx(math.degrees(math.atan2(dx, dy)) % 360)
