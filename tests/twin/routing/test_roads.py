from __future__ import annotations

import msgspec

from tests.support.builders.places import a_path, a_place, at
from tests.support.catalogues import CATALOGUE
from twin.places.model import District, Division, LonLat, Path, Ring, Service
from twin.routing.network import Network
from twin.routing.roads import BEYOND_M, Surroundings
from twin.routing.search import Passage

STREET = "lusong.hejiatu"


def square(west: float, south: float, east: float, north: float) -> Ring:
    return (at(west, south), at(east, south), at(east, north), at(west, north), at(west, south))


def a_district(
    *paths: Path, street: Ring | None = None, spots: tuple[LonLat, ...] = ()
) -> District:
    divisions = (
        Division(territory=STREET, level="street", name="x", name_en="x", outline=street),
    ) if street else ()  # fmt: skip
    services = tuple(
        Service(id=f"lusong/clinic/{n}", kind="clinic", name="x", lonlat=spot, territory="lusong")
        for n, spot in enumerate(spots)
    )
    return District(
        id="lusong", name="x", name_en="x", territory="lusong", origin=at(0, 0), paths=paths,
        outline=square(-9e3, -9e3, 9e3, 9e3), divisions=divisions, services=services,
    )  # fmt: skip


def kept(*paths: Path, street: Ring | None = None) -> list[str]:
    around = Surroundings(STREET, [a_place()], [a_district(*paths, street=street)])
    return [path.id for path in around.roads()]


def test_a_road_counts_where_it_comes_near_and_one_across_the_border_on_both_sides() -> None:
    near = a_path("near", (-BEYOND_M + 50, -50), (-BEYOND_M - 500, -50), kind="road")
    far = a_path("far", (-BEYOND_M - 500, 0), (-BEYOND_M - 900, 0), kind="road")
    assert kept(near, far) == ["near"]
    assert kept(near, far, street=square(-600, 0, 100, 100)) == ["near", "far"]
    assert Surroundings("elsewhere.street", [a_place()], [a_district(near)]).roads() == []
    assert Surroundings(STREET, [a_place()], []).roads() == []


def test_a_road_that_a_compound_has_of_its_own_is_not_taken_twice() -> None:
    own = next(path for path in a_place().paths if path.id == "out")
    same = msgspec.structs.replace(own, id="same")
    longer = msgspec.structs.replace(own, id="longer", line=(*own.line, at(400, 300)))
    across = a_path("across", (-200, 77), (400, 77), kind="road")
    assert kept(same, longer, across) == ["longer", "across"]


def test_services_count_as_far_as_roads() -> None:
    district = a_district(spots=(at(300, 0), at(BEYOND_M + 900, 0)))
    around = Surroundings(STREET, [a_place()], [district])
    assert [one.id for one in around.services()] == ["lusong/clinic/0"]
    assert Surroundings(STREET, [a_place()], [a_district()]).services() == []


def test_a_way_goes_by_the_districts_roads() -> None:
    road = a_path("road", (150, 100), (900, 100), kind="road")
    around = Surroundings(STREET, [a_place()], [a_district(road)])
    route = Passage(Network([a_place()], CATALOGUE.ways.modes, around.roads())).route(
        at(880, 110), at(0, 60)
    )
    assert route.via == "东门" and route.distance_m > 880
