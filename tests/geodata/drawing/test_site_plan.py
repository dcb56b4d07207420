from __future__ import annotations

import pytest
import shapely

from geodata.demo.plane import ANCHOR, demo_plan, finished
from geodata.drawing.buildings import DrawnBuilding
from geodata.drawing.parts import Gate, Way
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose


@pytest.fixture
def plan() -> SitePlan:
    drawn = demo_plan("yard", "院", "Yard", box(0, 0, 100, 60))
    drawn.grids = [box(0, 0, 50, 60), box(50, 0, 100, 60)]
    return drawn


def test_devices_are_numbered_by_kind_and_know_their_grid(plan: SitePlan) -> None:
    plan.device("lamp", "灯杆 LP-#", (10, 10), digits=3)
    plan.device("manhole", "雨水井 #", (20, 10))
    plan.device("lamp", "灯杆 LP-#", (90, 10), digits=3)
    places = [place for _, place in plan.places]
    assert [place.id for place in places] == ["yard/lamp/1", "yard/manhole/1", "yard/lamp/2"]
    assert [place.name for place in places] == ["灯杆 LP-001", "雨水井 01", "灯杆 LP-002"]
    assert [place.territory[-2:] for place in places] == ["g1", "g1", "g2"]


def test_a_post_moves_to_free_ground_beside_what_stands_there(plan: SitePlan) -> None:
    block = DrawnBuilding("b1", "1幢", box(40, 20, 60, 30), 6, 18.0)
    plan.buildings.append(block)
    plan.path("road", [(0, 10), (100, 10)], 6.0)
    assert plan.near([(5.0, 40.0)]) == (5.0, 40.0)
    spot = plan.near([(50.0, 21.0)])
    assert plan.free(spot)
    assert block.outline.distance(shapely.Point(spot)) >= 0.5
    assert not plan.free((50.0, 11.0))


def test_where_nothing_is_free_it_says_so(plan: SitePlan) -> None:
    plan.area("water", box(-1, -1, 101, 61))
    with pytest.raises(ValueError, match="no free ground"):
        plan.near([(50.0, 30.0)])


def test_what_stands_on_the_border_of_two_grids_is_of_the_first(plan: SitePlan) -> None:
    assert plan.grids_of([shapely.Point(50, 30), shapely.Point(50.1, 30)]) == [1, 2]


def test_what_lies_outside_of_all_grids_is_of_the_nearest(plan: SitePlan) -> None:
    assert plan.grids_of([shapely.Point(-5, 30), shapely.Point(200, 30)]) == [1, 2]


def test_without_grids_everything_is_of_the_compound(plan: SitePlan) -> None:
    plan.grids = []
    plan.device("lamp", "灯杆", (10, 10))
    assert [place.territory for _, place in plan.places] == [plan.territory]


def test_what_stands_in_a_building_lies_in_the_grid_of_the_building(plan: SitePlan) -> None:
    block = DrawnBuilding("b1", "1幢", box(20, 20, 60, 30), 6, 18.0)
    plan.device("smoke", "烟感", (55, 25), building=block, floor=2)
    ((_, place),) = plan.places
    assert (place.building, place.floor, place.territory[-2:]) == ("yard/b1", 2, "g1")


def test_a_wall_is_open_at_gates_and_never_runs_through_a_building(plan: SitePlan) -> None:
    plan.gates.append(Gate("南门", "vehicle", shapely.Point(50, 0), (0.0, 1.0)))
    plan.buildings.append(DrawnBuilding("b1", "1幢", box(90, 20, 100, 40), 6, 18.0))
    enclose(plan)
    wall = shapely.union_all(plan.walls)
    assert wall.distance(plan.gates[0].at) == pytest.approx(3.5, abs=0.1)
    assert wall.distance(plan.buildings[0].outline) == pytest.approx(0.3)
    assert wall.length == pytest.approx(320 - 7 - 20.6, abs=0.1)


def test_a_board_of_a_survey_proposes_all_that_no_file_gave() -> None:
    site = SitePlan.surveyed("a.b.c.yard", ANCHOR, box(0, 0, 100, 60), [])
    site.grids, site.grid_names = [site.outline], ["东片"]
    site.path("road", [(0, 10), (100, 10)], 5.0)
    site.ways.append(Way("foot", shapely.LineString([(0, 20), (100, 20)]), 2.04, given="way/7"))
    site.area("green", box(10, 30, 30, 50))
    site.surroundings = [DrawnBuilding("b9", "9幢", box(120, 0, 130, 10), 6, 18.0)]
    made = site.compound()
    assert (made.territory, made.origin) == ("a.b.c.yard", ANCHOR)
    assert [(way.id, way.width_m, way.proposed) for way in made.paths] == [
        ("yard/path/1", 5.0, True),
        ("yard/path/2", 2.0, False),
    ]
    assert [(area.id, area.proposed) for area in made.areas] == [("yard/area/1", True)]
    assert [(grid.name, grid.proposed) for grid in made.grids] == [("东片", False)]
    assert [(b.id, b.territory, b.proposed) for b in made.surroundings] == [("yard/b9", "", False)]


def test_a_board_of_the_demo_proposes_nothing_and_counts_from_its_middle(plan: SitePlan) -> None:
    plan.path("road", [(0, 10), (100, 10)], 5.0)
    plan.buildings.append(DrawnBuilding("b1", "1幢", box(60, 20, 80, 30), 6, 18.0))
    made = finished(plan)
    assert [(way.id, way.proposed) for way in made.paths] == [("yard/p1", False)]
    assert [(b.territory[-2:], b.proposed) for b in made.buildings] == [("g2", False)]
    assert [grid.name for grid in made.grids] == ["第1网格", "第2网格"]
    assert made.origin == plan.plane.ground([(50.0, 30.0)])[0]
