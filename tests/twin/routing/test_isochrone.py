from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.places import a_block, a_path, a_place, at
from tests.support.catalogues import CATALOGUE
from tests.twin.routing.test_search import OBSTACLES, PLACES, blocked, town
from twin.places.metres import xy_from_lonlat
from twin.places.model import LonLat, Service
from twin.routing.isochrone import Circle, Spread, circle, nearest
from twin.routing.network import Network
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S


def ground(found: Circle) -> shapely.Geometry:
    origin = at(0, 0)
    shapes = [[xy_from_lonlat(ring, origin) for ring in rings] for rings in found.area]
    return shapely.union_all([shapely.Polygon(outer, holes) for outer, *holes in shapes])


def a_service(kind: str, x: float, y: float) -> Service:
    return Service(id=f"huodian/{kind}/{x:g}", kind=kind, name=f"{kind} {x:g}",
                   lonlat=at(x, y), territory="x")  # fmt: skip


@given(PLACES, PLACES, OBSTACLES)
def test_a_spread_tells_the_same_as_a_way(
    a: LonLat, b: LonLat, some: list[tuple[int, float, float]]
) -> None:
    passage = blocked(some)
    one = passage.ways_to(a, [b])
    spread = Spread(passage, a).at(town().stand([b]).snaps)
    out_s = one.seconds[0] if one.linked[0] else float("inf")
    assert spread[0] == pytest.approx(out_s, abs=1e-3)


@given(PLACES, st.floats(5, 120), OBSTACLES)
def test_more_time_reaches_no_less_and_an_obstacle_no_more(
    centre: LonLat, seconds: float, some: list[tuple[int, float, float]]
) -> None:
    def length_m(passage: Passage, within: float) -> float:
        return float(shapely.union_all(Spread(passage, centre).ways_within(within)).length)

    free, shut = Passage(town()), blocked(some)
    assert length_m(free, seconds) <= length_m(free, seconds + 20) + 0.1
    assert length_m(shut, seconds) <= length_m(free, seconds) + 0.1


def test_the_circle_covers_the_buildings_whose_doors_are_in_reach_and_the_ground_beside() -> None:
    paths = (a_path("long", (0, 0), (2000, 0)),)
    blocks = tuple(a_block(f"b{x}", x, 5, x + 20, 15, (x + 10, 5)) for x in range(0, 2000, 200))
    network = Network(
        [a_place(paths=paths, buildings=blocks, walls=(), devices=())], CATALOGUE.ways.modes
    )
    found = circle(Passage(network), at(0, 0))
    assert found.covered == ["b0", "b200", "b400", "b600"]
    west, _, east, _ = ground(found).bounds
    assert east == pytest.approx(600 * WALK_M_S + 30, abs=12) and west == pytest.approx(-30, abs=4)
    assert circle(Passage(network), at(0, 0), 5.0).covered == []


def test_beyond_a_shut_gate_nothing_is_reached() -> None:
    edge = int(town().stand([at(50, 12)]).snaps.edge[0])
    passage = blocked([(e, 0.5, 0.5) for e in range(len(town().lengths)) if e != edge])
    spread = Spread(passage, at(50, 12.5))
    assert sum(piece.length for piece in spread.ways_within(60)) <= 25 + 6 * 13
    assert not circle(passage, at(50, 12.5), 600).covered


def test_the_nearest_of_each_kind_is_found_by_way_and_not_as_the_crow_flies() -> None:
    network = Network([a_place()], CATALOGUE.ways.modes)
    services = [a_service("hydrant", 50, 62), a_service("hydrant", 100, 12),
                a_service("clinic", 60, 98), a_service("police", 0, 0)]  # fmt: skip
    found = nearest(Passage(network), at(75, 42), services, ("hydrant", "clinic", "duty_room"))
    assert [one.service.kind for one in found] == ["hydrant", "clinic"]
    assert found[1].route.via == "东门" and found[1].route.seconds > 0
    assert nearest(Passage(network), at(75, 42), [], ("hydrant",)) == []


def test_engines_come_by_road_as_far_as_it_leads_and_their_crew_walks_on() -> None:
    road = a_path("road", (150, 100), (2000, 100), kind="road")
    network = Network([a_place()], CATALOGUE.ways.modes, [road])
    stations = [a_service("fire_station", 1900, 110), a_service("clinic", 1900, 110)]
    engine, clinic = nearest(Passage(network), at(50, 62), stations, ("fire_station", "clinic"))
    assert engine.route.mode == "vehicle" and engine.route.via == "东门"
    assert engine.route.seconds < clinic.route.seconds / 3 and clinic.route.mode == "foot"
    assert engine.route.line[0] == stations[0].lonlat


def test_without_any_way_nothing_is_reached() -> None:
    empty = Network([a_place(paths=())], CATALOGUE.ways.modes)
    assert circle(Passage(empty), at(0, 0)).covered == []
    assert nearest(Passage(empty), at(0, 0), [a_service("hydrant", 5, 5)], ("hydrant",)) == []
