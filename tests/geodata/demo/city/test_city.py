from __future__ import annotations

import random
from collections import Counter

import msgspec
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geodata.checks import faults
from geodata.demo.city import city as city_module
from geodata.demo.city.city import City
from geodata.demo.city.ground import ground
from geodata.demo.plane import finished
from tests.support.catalogues import CATALOGUE
from tests.support.streets.cities import lusong
from twin.places.metres import xy_from_lonlat
from twin.places.model import Area, Building, Compound, District, Division, Path, Ring, Service
from twin.places.territory import contains, street_of
from twin.routing.isochrone import DRIVES, nearest
from twin.routing.network import Network
from twin.routing.roads import Surroundings
from twin.routing.search import Passage


@pytest.fixture(scope="module")
def city() -> City:
    return lusong()


@pytest.fixture(scope="module")
def named(city: City) -> dict[str, Compound]:
    return {compound.id: compound for compound in city.compounds}


def services(city: City, kind: str) -> list[Service]:
    places: list[Compound | District] = [*city.compounds, city.district]
    return [one for place in places for one in place.services if one.kind == kind]


def shape(city: City, ring: Ring) -> shapely.Polygon:
    return shapely.Polygon(xy_from_lonlat(ring, city.district.origin))


def divisions(city: City, level: str) -> list[Division]:
    return [one for one in city.district.divisions if one.level == level]


# --- counts ---------------------------------------------------------------------------------------


def test_the_counts_are_those_of_the_real_district(city: City) -> None:
    devices = [device for compound in city.compounds for device in compound.devices]
    kinds = Counter(device.kind for device in devices)
    barriers = [device for device in devices if device.kind == "gate" and device.use == "vehicle"]
    assert len(city.compounds) == 42
    assert (kinds["camera"], kinds["lift"], len(barriers)) == (2014, 50, 36)
    assert len({street_of(compound.territory) for compound in city.compounds}) == 8
    assert set(kinds) == set(CATALOGUE.devices)
    care = services(city, "day_care")
    assert (len(care), sum(one.capacity for one in care)) == (84, 404)


def test_ids_are_given_once_in_the_whole_city(city: City) -> None:
    ids = [city.district.id, *(compound.id for compound in city.compounds)]
    places: list[Compound | District] = [*city.compounds, city.district]
    for place in places:
        things: list[Building | Path | Area | Service] = [
            *place.buildings, *place.paths, *place.areas, *place.services,
        ]  # fmt: skip
        ids += [thing.id for thing in things]
    ids += [device.id for compound in city.compounds for device in compound.devices]
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_there_is_what_a_district_needs(city: City) -> None:
    kinds = Counter(one.kind for one in city.district.services)
    assert kinds["hospital"] == 3 and kinds["fire_station"] == 2 and kinds["police"] == 8
    assert kinds["school"] >= 15 and kinds["clinic"] >= 20
    waters = {area.name for area in city.district.areas if area.kind == "water"}
    assert {"湘江", "枫溪港"} <= waters
    assert len(city.district.paths) > 300 and len(city.district.buildings) > 2000


def test_junmen_is_the_old_quarter_of_the_case(named: dict[str, Compound]) -> None:
    junmen = named["junmen"]
    homes = [one for one in junmen.buildings if one.use == "residence"]
    area = shapely.Polygon(xy_from_lonlat(junmen.outline, junmen.origin)).area
    assert len(homes) == 68
    assert 0.155e6 < area < 0.165e6
    assert 9_000 < junmen.households * 2.9 < 11_000
    assert len(junmen.grids) == round(junmen.households / 500)
    kinds = Counter(device.kind for device in junmen.devices)
    assert min(kinds["gate"], kinds["manhole"], kinds["lamp"], kinds["lock"]) > 0


def test_dayuan_has_six_grids_and_its_bays(named: dict[str, Compound]) -> None:
    dayuan = named["dayuan"]
    assert len(dayuan.grids) == 6
    assert sum(area.kind == "bay" for area in dayuan.areas) == 520


def test_yinguiyuan_weighs_its_waste_and_hears_its_noise(named: dict[str, Compound]) -> None:
    kinds = Counter(device.kind for device in named["yinguiyuan"].devices)
    uses = {device.use for device in named["yinguiyuan"].devices if device.kind == "waste"}
    assert (kinds["noise"], kinds["waste"], uses) == (2, 2, {"weighing"})


def test_the_slope_of_hejiawan_is_watched(named: dict[str, Compound]) -> None:
    hejiawan = named["hejiawan"]
    (slope,) = [area for area in hejiawan.areas if area.kind == "slope"]
    ground = shapely.Polygon(xy_from_lonlat(slope.outline, hejiawan.origin))
    gauges = [device for device in hejiawan.devices if device.kind in ("tilt", "crack")]
    assert Counter(device.kind for device in gauges) == {"tilt": 3, "crack": 3}
    for gauge in gauges:
        assert ground.contains(shapely.Point(xy_from_lonlat(gauge.lonlat, hejiawan.origin)))


def test_the_others_are_as_they_are_known(named: dict[str, Compound]) -> None:
    assert "翠塘湖" in {area.name for area in named["huodian"].areas}
    assert named["jinyuan"].households == 292
    assert {"nanxing", "xiangyuan", "jinsedibiao"} <= named.keys()


# --- geometry -------------------------------------------------------------------------------------


def test_every_check_finds_nothing(city: City) -> None:
    assert [fault for compound in city.compounds for fault in faults(compound)] == []


def test_compounds_lie_apart(city: City) -> None:
    shapes = [shape(city, compound.outline) for compound in city.compounds]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert [(i, j) for i, j in zip(first, second, strict=True) if i < j] == []


def test_every_shape_of_the_district_is_valid(city: City) -> None:
    district = city.district
    rings = [district.outline]
    for things in (district.divisions, district.areas, district.buildings):
        rings += [thing.outline for thing in things]
    for ring in rings:
        assert ring[0] == ring[-1]
        assert shape(city, ring).is_valid and shape(city, ring).exterior.is_ccw


@pytest.mark.parametrize("level", ["street", "community"])
def test_divisions_share_the_district_out_without_gap_or_overlap(city: City, level: str) -> None:
    shapes = [shape(city, one.outline) for one in divisions(city, level)]
    whole = shape(city, city.district.outline)
    assert shapely.union_all(shapes).symmetric_difference(whole).area < 2.0
    assert sum(one.area for one in shapes) == pytest.approx(whole.area, abs=2.0)


def test_every_compound_lies_in_its_community(city: City) -> None:
    grounds = {one.territory: shape(city, one.outline) for one in divisions(city, "community")}
    for compound in city.compounds:
        ground = grounds[compound.territory.rpartition(".")[0]]
        assert ground.contains(shape(city, compound.outline)), compound.id


def test_plain_blocks_stand_outside_compounds_and_off_the_streets(city: City) -> None:
    plain = [*city.district.buildings]
    for compound in city.compounds:
        if compound.community_name != "长塘湾社区":
            plain += compound.surroundings
    blocks = [shape(city, one.outline) for one in plain]
    origin = city.district.origin
    solid = [shape(city, compound.outline) for compound in city.compounds]
    solid += [
        shapely.LineString(xy_from_lonlat(path.line, origin)).buffer(path.width_m / 2)
        for path in city.district.paths
    ]
    assert not len(shapely.STRtree(solid).query(blocks, predicate="intersects")[0])
    first, second = shapely.STRtree(blocks).query(blocks, predicate="intersects")
    assert [(i, j) for i, j in zip(first, second, strict=True) if i < j] == []


def test_blocks_face_south_within_twenty_degrees(city: City) -> None:
    for compound in city.compounds:
        for block in compound.buildings[:3]:
            box = shapely.oriented_envelope(shape(city, block.outline))
            xy = np.array(box.exterior.coords)
            turns = np.degrees(np.arctan2(*np.diff(xy, axis=0).T[::-1])) % 90
            assert min(turns[0], 90 - turns[0]) < 22, block.id


# --- ways and territory ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def networks(city: City) -> dict[str, Network]:
    """The ways of every street, as screens have them: its compounds', and the district's roads."""
    streets: dict[str, list[Compound]] = {}
    for compound in city.compounds:
        streets.setdefault(street_of(compound.territory), []).append(compound)
    return {
        street: Network(
            own, CATALOGUE.ways.modes, Surroundings(street, own, [city.district]).roads()
        )
        for street, own in streets.items()
    }


def parts(network: Network) -> np.ndarray:
    """Which connected part of a network every edge belongs to; 0 is the largest."""
    size, ends = len(network.graph.nodes), network.graph.ends
    edges = csr_matrix((np.ones(len(ends)), tuple(ends.T)), (size, size))
    label = connected_components(edges, directed=False)[1][ends[:, 0]]
    return np.asarray(np.argsort(np.argsort(-np.bincount(label)))[label])


def test_the_ways_of_every_street_hang_together(city: City, networks: dict[str, Network]) -> None:
    for street, network in networks.items():
        own = [one for one in city.compounds if street_of(one.territory) == street]
        assert not parts(Network(own, CATALOGUE.ways.modes)).any(), street
        assert not parts(network).any(), street


def test_every_gate_joins_the_road_net(networks: dict[str, Network]) -> None:
    for street, network in networks.items():
        part = parts(network)
        joined = [any(part[edge] == 0 for edge, _ in gate.spots) for gate in network.gates.values()]
        assert joined and sum(joined) / len(joined) == 1.0, street


def test_from_every_compound_a_hospital_a_fire_station_and_the_police_are_known(
    city: City, networks: dict[str, Network]
) -> None:
    for compound in city.compounds:
        street = street_of(compound.territory)
        own = [one for one in city.compounds if street_of(one.territory) == street]
        services = Surroundings(street, own, [city.district]).services()
        door = compound.buildings[0].entrances[0].lonlat
        found = nearest(Passage(networks[street]), door, services, tuple(DRIVES))
        assert [one.service.kind for one in found] == list(DRIVES), compound.id
        for one in found:
            straight = np.hypot(*xy_from_lonlat(one.service.lonlat, door))
            assert straight - 1 <= one.route.distance_m < 2.5 * straight + 400, compound.id
            assert one.route.mode == "vehicle" and one.route.seconds < 1200


def test_everything_in_a_compound_has_a_territory_in_it(city: City) -> None:
    for compound in city.compounds:
        grids = {grid.territory for grid in compound.grids}
        assert {device.territory for device in compound.devices} <= grids
        assert {card.territory for card in compound.responders} <= grids
        assert {one.territory for one in compound.services} <= grids
        assert all(contains(compound.territory, grid) for grid in grids)
        roles = Counter(card.role for card in compound.responders)
        assert roles["grid_officer"] >= 1 and roles["guard"] >= 1


def test_lifts_stand_behind_doors_that_have_one(city: City) -> None:
    for compound in city.compounds:
        doors = {(b.id, e.unit) for b in compound.buildings for e in b.entrances if e.has_lift}
        lifts = {(d.building, d.unit) for d in compound.devices if d.kind == "lift"}
        assert doors == lifts, compound.id


def test_no_two_devices_of_a_compound_share_a_name(city: City) -> None:
    for compound in city.compounds:
        names = Counter(device.name for device in compound.devices)
        assert [name for name, count in names.items() if count > 1] == [], compound.id


def test_cameras_carry_their_lens_and_some_know_their_direction_by_eighths_only(
    city: City, named: dict[str, Compound]
) -> None:
    cameras = [one for one in named["junmen"].devices if one.kind == "camera"]
    assert all(one.lens and one.lens.focal_mm and one.hfov_deg for one in cameras)
    unsure = [one for one in cameras if one.lens and one.lens.azimuth_unsure_deg]
    assert 0 < len(unsure) < len(cameras) / 5


# --- seeds ----------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_compounds_and_another_others() -> None:
    def drawn(seed: int, name: str) -> bytes:
        found = ground(seed)
        site = next(site for site in found.sites if site.id == name)
        return msgspec.json.encode(finished(city_module.draw(found, site, seed, 4)))

    assert drawn(3, "fushi") == drawn(3, "fushi") != drawn(4, "fushi")


@pytest.mark.parametrize("seed", [2, 2026])
def test_no_seed_draws_a_fault_in_some_compounds(seed: int) -> None:
    found = ground(seed)
    for site in random.Random(seed).sample(found.sites, 4):
        compound = finished(city_module.draw(found, site, seed, 4))
        assert faults(compound) == [], site.id
        assert len([d for d in compound.devices if d.kind == "camera"]) == site.brief.cameras
