from __future__ import annotations

import re
from collections import Counter
from datetime import date

import msgspec
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geodata.checks import faults
from geodata.demo.street import build_street
from tests.support.catalogues import CATALOGUE, LANGUAGE
from twin.addresses.completeness import DUTIES, completeness
from twin.places.fences import Fences
from twin.places.metres import distance_m, xy_from_lonlat
from twin.places.model import Building, Compound
from twin.routing.network import Network
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S

IDS = ["huodian", "jinyuan", "nanxing", "xiangyuan"]
INDOOR = {"lift", "smoke", "call"}


@pytest.fixture(scope="module")
def street() -> list[Compound]:
    return build_street(7)


@pytest.fixture(scope="module")
def huodian(street: list[Compound]) -> Compound:
    return street[0]


def footprint(compound: Compound, building: Building) -> shapely.Polygon:
    return shapely.Polygon(xy_from_lonlat(building.outline, compound.origin))


def numbered(compound: Compound) -> list[Building]:
    return [b for b in compound.buildings if re.fullmatch(r"\d+幢", b.name)]


def test_the_street_has_four_compounds_in_one_community(street: list[Compound]) -> None:
    assert [compound.id for compound in street] == IDS
    for compound in street:
        assert compound.territory == f"lusong.hejiatu.changtangwan.{compound.id}"
        assert (compound.district_name, compound.street_name) == ("芦淞区", "贺家土街道")
        assert compound.community_name == "长塘湾社区"


@pytest.mark.parametrize("seed", [0, 7, 2026])
def test_no_seed_draws_a_fault(seed: int) -> None:
    assert [fault for compound in build_street(seed) for fault in faults(compound)] == []


def test_the_same_seed_draws_the_same_street_and_another_another(street: list[Compound]) -> None:
    assert msgspec.json.encode(build_street(7)) == msgspec.json.encode(street)
    assert build_street(8) != street


def test_it_is_small_enough_to_be_sent_to_a_browser(street: list[Compound]) -> None:
    assert len(msgspec.json.encode(street)) < 3_000_000


def test_the_demo_is_counted_in_all_five_duties_and_its_community_has_a_code(
    street: list[Compound],
) -> None:
    today = date(2026, 6, 1)
    for compound in street:
        measures = completeness(msgspec.structs.replace(compound, surveyed=today), today, LANGUAGE)
        assert compound.community_code.startswith("430203")
        assert {one.duty for one in measures} == set(DUTIES)
        code = next(one for one in measures if one.name == "code")
        assert (code.done, code.total) == (1, 1)


def test_each_compound_has_the_buildings_it_is_known_for(street: list[Compound]) -> None:
    counts = {compound.id: len(numbered(compound)) for compound in street}
    assert counts == {"huodian": 37, "jinyuan": 4, "nanxing": 14, "xiangyuan": 11}
    floors = {c.id: sorted({b.floors for b in numbered(c)}) for c in street}
    assert floors["huodian"] == [6, 7, 10]
    assert floors["jinyuan"] == [24, 26, 28, 30]
    assert floors["xiangyuan"] == [7, 11]
    assert street[1].households == 292


def test_footprints_are_notched_and_heights_fit_the_floors(street: list[Compound]) -> None:
    for compound in street:
        for building in numbered(compound):
            assert len(building.outline) >= 20, building.id
            assert 2.8 < building.height_m / building.floors < 3.3, building.id


def test_doors_stand_on_the_facade_and_are_numbered_from_one(street: list[Compound]) -> None:
    for compound in street:
        for building in numbered(compound):
            facade = footprint(compound, building).exterior
            units = [entrance.unit for entrance in building.entrances]
            assert units == [str(n + 1) for n in range(len(units))]
            for entrance in building.entrances:
                door = shapely.Point(xy_from_lonlat(entrance.lonlat, compound.origin))
                assert facade.distance(door) < 0.1, building.id


def test_there_are_as_many_devices_as_a_real_street_has(street: list[Compound]) -> None:
    counts = {compound.id: len(compound.devices) for compound in street}
    assert 380 <= counts["huodian"] <= 460
    assert 1100 <= sum(counts.values()) <= 1350
    kinds = Counter(device.kind for device in street[0].devices)
    assert (kinds["camera"], kinds["gate"]) == (26, 4)


def test_the_street_has_devices_of_every_kind_but_those_of_the_city(
    street: list[Compound],
) -> None:
    kinds = {device.kind for compound in street for device in compound.devices}
    assert kinds == set(CATALOGUE.devices) - {"lock", "tilt", "crack"}


def test_every_compound_has_hydrants_a_muster_point_a_duty_room_and_day_care(
    street: list[Compound],
) -> None:
    for compound in street:
        kinds = Counter(service.kind for service in compound.services)
        assert kinds["hydrant"] >= 4 and kinds["muster"] >= 1, compound.id
        assert (kinds["duty_room"], kinds["day_care"]) == (1, 1)
        grids = {grid.territory for grid in compound.grids}
        assert {service.territory for service in compound.services} <= grids
        assert {pipe.kind for pipe in compound.pipes} == {
            "water", "drain", "sewer", "gas", "power", "fibre",
        }  # fmt: skip


def test_every_compound_has_a_gate_on_each_side_for_cars_or_for_people(
    street: list[Compound],
) -> None:
    for compound in street:
        gates = {d.name: d.use for d in compound.devices if d.kind == "gate"}
        assert set(gates) == {"东门", "南门", "西门", "北门"}
        assert set(gates.values()) == {"vehicle", "pedestrian"}


def test_walls_are_open_at_gates_and_closed_elsewhere(street: list[Compound]) -> None:
    for compound in street:
        walls = shapely.MultiLineString(
            [xy_from_lonlat(wall.line, compound.origin) for wall in compound.walls]
        )
        outline = shapely.Polygon(xy_from_lonlat(compound.outline, compound.origin)).exterior
        gates = [d for d in compound.devices if d.kind == "gate"]
        for gate in gates:
            spot = shapely.Point(xy_from_lonlat(gate.lonlat, compound.origin))
            assert walls.distance(spot) > 1.5
        opened = outline.length - walls.length
        widths = sum(8.0 if gate.use == "vehicle" else 3.4 for gate in gates)
        assert opened == pytest.approx(widths, rel=0.1)


def test_devices_carry_the_grid_they_stand_in(street: list[Compound]) -> None:
    fences = Fences(street)
    for compound in street:
        assert 2 <= len(compound.grids) <= 4
        devices = compound.devices
        found = fences.grids_at([device.lonlat for device in devices])
        assert [d.territory for d in devices] == found
        for building in compound.buildings:
            assert building.territory in {grid.territory for grid in compound.grids}


def test_devices_in_flats_and_stairwells_stand_inside_their_building(
    street: list[Compound],
) -> None:
    for compound in street:
        shapes = {b.id: (b, footprint(compound, b)) for b in compound.buildings}
        for device in compound.devices:
            if device.kind in INDOOR:
                building, shape = shapes[device.building]
                spot = shapely.Point(xy_from_lonlat(device.lonlat, compound.origin))
                assert shape.contains(spot), device.id
                assert 1 <= device.floor <= building.floors
                assert device.unit in {entrance.unit for entrance in building.entrances}


def test_devices_in_the_open_stand_in_no_building(street: list[Compound]) -> None:
    for compound in street:
        built = shapely.union_all([footprint(compound, b) for b in compound.buildings])
        for device in compound.devices:
            if not device.building:
                spot = shapely.Point(xy_from_lonlat(device.lonlat, compound.origin))
                assert not built.contains(spot), device.id


def test_a_call_terminal_is_named_as_people_give_the_address(huodian: Compound) -> None:
    calls = {device.name: device for device in huodian.devices if device.kind == "call"}
    call = calls["3幢1单元302 一键呼"]
    assert (call.building, call.unit, call.floor, call.room) == ("huodian/b3", "1", 3, "302")
    assert len(calls) == sum(device.kind == "call" for device in huodian.devices)


def test_names_are_the_ones_on_the_plates(huodian: Compound) -> None:
    names = {device.name for device in huodian.devices}
    assert {"摄像机 C-08", "灯杆 LP-031", "雨水井 07", "翠塘湖水位", "1–5幢配电箱"} <= names


def test_no_two_devices_of_a_compound_share_a_name(street: list[Compound]) -> None:
    for compound in street:
        names = Counter(device.name for device in compound.devices)
        assert [name for name, count in names.items() if count > 1] == []


def test_cameras_have_a_direction_a_lens_and_a_reach(street: list[Compound]) -> None:
    for compound in street:
        for camera in (d for d in compound.devices if d.kind == "camera"):
            assert camera.azimuth_deg is not None and 0 <= camera.azimuth_deg < 360
            assert camera.hfov_deg and camera.range_m and camera.height_m == 4.0


def test_the_ways_of_the_street_and_of_each_compound_hang_together(
    street: list[Compound],
) -> None:
    for compounds in [street, *([compound] for compound in street)]:
        network = Network(compounds, CATALOGUE.ways.modes)
        ends, size = network.graph.ends, len(network.graph.nodes)
        edges = csr_matrix((np.ones(len(ends)), tuple(ends.T)), (size, size))
        assert connected_components(edges, directed=False)[0] == 1
        for compound in compounds:
            doors = [e.lonlat for b in compound.buildings for e in b.entrances]
            gates = [d.lonlat for d in compound.devices if d.kind == "gate"]
            post = compound.responders[0].post
            seconds = Passage(network).costs_to(post, [*doors, *gates])
            straight = np.array([distance_m(post, goal) for goal in [*doors, *gates]]) / WALK_M_S
            assert np.all(seconds < 3 * straight + 60)
            assert np.all(seconds >= straight * 0.999)


def test_a_walk_from_another_compound_leads_through_a_gate(street: list[Compound]) -> None:
    door = street[0].buildings[0].entrances[0].lonlat
    route = Passage(Network(street, CATALOGUE.ways.modes)).route(street[3].responders[0].post, door)
    assert route.via in {"东门", "南门"}
    assert 700 < route.distance_m < 1200


def test_the_town_around_stands_outside_walls_and_off_the_roads(street: list[Compound]) -> None:
    origin = street[0].origin
    town = [
        shapely.Polygon(xy_from_lonlat(building.outline, origin))
        for compound in street
        for building in compound.surroundings
    ]
    assert 250 <= len(town) <= 600
    roads = shapely.union_all(
        [
            shapely.LineString(xy_from_lonlat(path.line, origin)).buffer(path.width_m / 2)
            for compound in street
            for path in compound.paths
        ]
    )
    walled = shapely.MultiPolygon([(xy_from_lonlat(place.outline, origin), []) for place in street])
    for shape in town:
        assert not shape.intersects(roads)
        assert not shape.intersects(walled)


def test_responders_wait_at_a_post_with_the_skills_of_their_role(street: list[Compound]) -> None:
    for compound in street:
        assert 2 <= len(compound.responders) <= 3
        grids = {grid.territory for grid in compound.grids}
        assert {responder.territory for responder in compound.responders} <= grids
    zhou, li, wang = street[0].responders
    assert (zhou.id, zhou.name, zhou.role) == ("huodian/responder/zhoumin", "周敏", "grid_officer")
    assert zhou.territory.endswith("huodian.g2")
    assert zhou.skills == ("first_aid", "mediation")
    assert (li.name, wang.name) == ("李建国", "王师傅")
