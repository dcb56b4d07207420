from __future__ import annotations

from collections import Counter

import pytest
import shapely

from geodata.checks import faults
from geodata.demo.city.city import City
from geodata.demo.city.scale import _cut, _quotas
from geodata.demo.city.street_grid import Cell
from tests.support.catalogues import CATALOGUE
from tests.support.streets.cities import putuo
from twin.places.metres import xy_from_lonlat
from twin.places.territory import parse, street_of
from twin.routing.network import Network
from twin.routing.search import Passage


@pytest.fixture(scope="module")
def city() -> City:
    return putuo()


def test_the_counts_are_those_of_putuo(city: City) -> None:
    levels = Counter(division.level for division in city.district.divisions)
    assert levels == {"street": 10, "area": 27, "block": 59, "community": 278}
    assert len(city.compounds) == 726
    assert sum(len(compound.devices) for compound in city.compounds) == 100_000
    assert len({street_of(compound.territory) for compound in city.compounds}) == 10
    assert len({compound.territory.rpartition(".")[0] for compound in city.compounds}) == 278


def test_every_community_has_twelve_digits_of_its_own(city: City) -> None:
    codes = {one.territory.rpartition(".")[0]: one.community_code for one in city.compounds}
    assert len(set(codes.values())) == len(codes) == 278
    assert all(len(code) == 12 and code.startswith("310107") for code in codes.values())


def test_ids_are_given_once_and_territories_can_be_read(city: City) -> None:
    ids = [device.id for compound in city.compounds for device in compound.devices]
    assert len(set(ids)) == 100_000
    assert len({compound.id for compound in city.compounds}) == 726
    for compound in city.compounds[::25]:
        assert parse(compound.territory)[3] == compound.id
        assert all(device.territory.startswith(compound.territory) for device in compound.devices)


def test_areas_and_blocks_are_made_of_whole_communities(city: City) -> None:
    communities = {one.territory for one in city.district.divisions if one.level == "community"}
    for level in ("area", "block"):
        members = [
            member
            for division in city.district.divisions
            if division.level == level
            for member in division.members
        ]
        assert sorted(members) == sorted(communities)


def test_the_checks_find_nothing_in_any_kind_of_compound(city: City) -> None:
    assert [fault for compound in city.compounds[::30] for fault in faults(compound)] == []


def test_compounds_lie_apart_and_in_the_district(city: City) -> None:
    origin = city.district.origin
    shapes = [shapely.Polygon(xy_from_lonlat(one.outline, origin)) for one in city.compounds]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()
    whole = shapely.Polygon(xy_from_lonlat(city.district.outline, origin))
    assert shapely.contains(whole, shapes).all()


def test_one_walks_from_one_compound_of_a_street_to_another(city: City) -> None:
    street = street_of(city.compounds[0].territory)
    own = [one for one in city.compounds if street_of(one.territory) == street]
    doors = [one.buildings[0].entrances[0].lonlat for one in own]
    seconds = Passage(Network(own, CATALOGUE.ways.modes)).costs_to(doors[0], doors[1:])
    assert (seconds < 3 * 3600).all() and (seconds[-5:] > 60).all()


def test_people_are_on_duty_in_every_community(city: City) -> None:
    staffed = {
        compound.territory.rpartition(".")[0] for compound in city.compounds if compound.responders
    }
    assert len(staffed) == 278


def test_more_devices_than_were_drawn_cannot_be_had() -> None:
    assert sum(_quotas([10, 20, 30], 59)) == 59
    with pytest.raises(ValueError, match="60 devices were drawn of 61"):
        _quotas([10, 20, 30], 61)


def test_runs_are_cut_into_pieces_that_are_all_used() -> None:
    cells = [Cell(float(n), n + 1.0, 0.0, 1.0) for n in range(7)]
    pieces = _cut({"a.b": cells[:5], "a.c": cells[5:]}, 3)
    assert list(pieces) == ["a.b.1", "a.b.2", "a.c.1"]
    assert [cell for piece in pieces.values() for cell in piece] == cells
