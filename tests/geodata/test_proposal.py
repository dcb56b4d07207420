"""What is proposed for six slabs in a rectangle: all hangs together, nothing is in the way."""

from __future__ import annotations

import random

import pytest
import shapely

from geodata.cameras import placer
from geodata.checks import faults
from geodata.drawing.buildings import DrawnBuilding
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose
from geodata.proposal import crew, devices, doors, gates, grids, ground, layout, ways
from tests.support.builders.sites import a_site
from tests.support.catalogues import CATALOGUE
from twin.places.model import Area, Compound, DevicePlace, Grid, Path
from twin.routing.network import Network
from twin.routing.search import Passage


@pytest.fixture(scope="module")
def site() -> SitePlan:
    site = a_site()
    for house in site.buildings:
        doors.equip(house)
    ways.propose(site)
    gates.propose(site)
    enclose(site)
    grids.propose(site)
    ground.propose(site, random.Random(1))
    return site


@pytest.fixture(scope="module")
def compound() -> Compound:
    return layout.propose(a_site(), 1, name="小院", name_en="Small")


def test_a_proposal_has_no_faults(compound: Compound) -> None:
    assert faults(compound) == []


def test_the_same_seed_proposes_the_same_and_another_does_not(compound: Compound) -> None:
    again = layout.propose(a_site(), 1, name="小院", name_en="Small")
    other = layout.propose(a_site(), 2, name="小院", name_en="Small")
    assert again == compound
    assert other != compound


def test_everything_but_the_survey_is_marked_proposed(compound: Compound) -> None:
    rows: list[Grid | Path | Area | DevicePlace] = [
        *compound.grids, *compound.paths, *compound.areas, *compound.devices,
    ]  # fmt: skip
    assert all(row.proposed for row in rows)


@pytest.mark.parametrize(
    ("height_m", "floors"), [(2.0, 1), (18.0, 6), (38.5, 13), (57.1, 20), (0.5, 1)]
)
def test_floors_follow_from_height(height_m: float, floors: int) -> None:
    assert doors.floors_of(height_m) == floors


def test_doors_stand_outside_the_north_facade_one_a_unit(site: SitePlan) -> None:
    for house in site.buildings:
        assert [door.unit for door in house.doors] == ["1", "2"] + ["3"] * (house.floors < 12)
        for door in house.doors:
            assert not house.outline.contains(door.at)
            assert door.at.y > house.outline.centroid.y
            assert house.outline.contains(door.behind(2.0))


def test_seven_floors_and_more_have_lifts(site: SitePlan) -> None:
    for house in site.buildings:
        assert all(door.has_lift == (house.floors >= 7) for door in house.doors)


def test_a_turned_building_has_its_doors_to_the_north() -> None:
    shape = shapely.affinity.rotate(shapely.box(-21, -5, 21, 5), 30, origin=(0, 0))
    house = DrawnBuilding("b1", "1幢", shape, 6, 18.0)
    doors.equip(house)
    assert len(house.doors) == 3
    assert all(door.at.distance(shape) < 1.0 and door.into[1] < -0.8 for door in house.doors)


def test_every_door_is_reached_from_every_gate_along_the_ways(compound: Compound) -> None:
    passage = Passage(Network([compound], CATALOGUE.ways.modes))
    starts = [place.lonlat for place in compound.devices if place.kind == "gate"]
    assert len(starts) == 4
    for building in compound.buildings:
        for entrance in building.entrances:
            for start in starts:
                assert len(passage.route(start, entrance.lonlat).line) > 3


def test_gates_open_the_wall_on_four_sides(site: SitePlan) -> None:
    assert [gate.name for gate in site.gates] == ["东门", "南门", "西门", "北门"]
    for gate in site.gates:
        gap = min(wall.distance(gate.at) for wall in site.walls)
        assert gap == pytest.approx(gate.width_m / 2, abs=0.1)


def test_no_way_leads_through_a_building_or_a_wall(site: SitePlan) -> None:
    solid = site.solid(-0.1)
    for way in site.ways:
        assert not way.line.intersects(solid)
        assert all(not way.line.intersects(wall) for wall in site.walls)


def test_grids_tile_the_outline() -> None:
    site = a_site()
    site.buildings = [
        DrawnBuilding(f"b{n}", f"{n}幢", shapely.box(x, y, x + 9, y + 9), 6, 18.0)
        for n, (x, y) in enumerate((x, y) for x in range(-80, 80, 20) for y in (-50, -9, 40))
    ]
    grids.propose(site)
    assert len(site.grids) == 2
    assert sum(grid.area for grid in site.grids) == pytest.approx(site.outline.area, abs=0.1)
    assert site.grids[0].intersection(site.grids[1]).area < 0.01


def test_greens_keep_off_buildings_ways_and_bays(site: SitePlan) -> None:
    greens = shapely.union_all([p.outline for p in site.areas if p.kind == "green"])
    bays = shapely.union_all([p.outline for p in site.areas if p.kind == "parking"])
    assert greens.area > 0.1 * site.outline.area
    for other in (site.solid(), site.paved(), bays):
        assert greens.intersection(other).area < 2.0


def test_no_two_bays_share_ground(site: SitePlan) -> None:
    bays = [p.outline for p in site.areas if p.kind == "parking"]
    assert len(bays) > 20
    assert shapely.union_all(bays).area == pytest.approx(sum(bay.area for bay in bays), rel=1e-3)


def test_cameras_stand_at_gates_first_and_look_out(site: SitePlan) -> None:
    seen = placer.propose(site)
    assert [camera.name for camera in seen[:4]] == ["东门", "南门", "西门", "北门"]
    assert 4 <= len(seen) <= 8
    assert all(not site.solid().contains(shapely.Point(camera.xy)) for camera in seen)


def test_devices_are_of_known_kinds_with_names_and_numbers_of_their_own(site: SitePlan) -> None:
    placed = devices.propose(site, random.Random(1))
    assert {place.kind for place in placed} <= set(CATALOGUE.devices)
    assert len({place.id for place in placed}) == len({place.name for place in placed})
    assert all(place.id.startswith(f"small/{place.kind}/") for place in placed)


def test_terminals_and_detectors_name_flat_and_floor(compound: Compound) -> None:
    indoor = [place for place in compound.devices if place.kind in ("call", "smoke")]
    buildings = {building.id: building for building in compound.buildings}
    assert indoor
    for place in indoor:
        building = buildings[place.building]
        assert place.unit in {entrance.unit for entrance in building.entrances}
        assert 1 <= place.floor <= building.floors
        assert place.height_m < building.height_m
        assert place.kind == "smoke" or place.room.startswith(str(place.floor))


def test_posts_carry_no_names_of_persons_and_every_skill_is_there(site: SitePlan) -> None:
    cards = crew.propose(site)
    assert {card.role for card in cards} == {"grid_officer", "guard", "repair", "volunteer"}
    assert {"first_aid", "security", "repair", "electric", "lift"} <= {
        skill for card in cards for skill in card.skills
    }
