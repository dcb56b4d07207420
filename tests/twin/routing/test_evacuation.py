from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.builders.places import a_block, a_path, a_place, at, metres
from tests.support.builders.twin import STREET, a_state
from tests.support.catalogues import CATALOGUE
from twin.places.model import Service
from twin.routing.evacuation import FLOW_A_METRE, PEOPLE_A_HOUSEHOLD, evacuate, people_of
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.search import Passage
from twin.state.twin import Twin


def a_muster(x: float, y: float) -> Service:
    return Service(id=f"m{x:g}", kind="muster", name=f"集合点{x:g}", lonlat=at(x, y), territory="x")


def test_people_are_spread_over_the_homes_by_their_floors() -> None:
    low, high = a_block("low", 0, 0, 10, 10, (5, 0)), a_block("high", 20, 0, 30, 10, (25, 0))
    shop = replace(a_block("shop", 40, 0, 50, 10, (45, 0)), use="service")
    place = a_place(buildings=(low, replace(high, floors=18), shop))
    people = people_of(replace(place, households=400))
    assert people == pytest.approx(
        {"low": 100 * PEOPLE_A_HOUSEHOLD, "high": 300 * PEOPLE_A_HOUSEHOLD}, rel=1e-3
    )
    assert sum(people_of(place).values()) == pytest.approx(2400 / 41.76, rel=1e-2)
    assert people_of(a_place(buildings=())) == {}


def test_everybody_goes_to_the_nearest_muster_point_and_loads_add_up_on_the_way() -> None:
    blocks = tuple(a_block(f"b{x}", x, 5, x + 10, 15, (x + 5, 5)) for x in (0, 100, 300))
    network = Network([a_place(paths=(a_path("lane", (-50, 0), (400, 0)),), buildings=blocks,
                               walls=(), devices=())], CATALOGUE.ways.modes)  # fmt: skip
    found = evacuate(Passage(network), {"b0": 10, "b100": 20, "b300": 40},
                     [a_muster(-40, 1), a_muster(390, 1)])  # fmt: skip
    assert [muster.people for muster in found.musters] == [30, 40]
    assert found.people == 70 and found.stranded == []
    assert found.walk_s == pytest.approx((145 + 5) / 1.3, abs=0.2)
    assert [load.people for load in found.loads] == [10, 20, 40]
    widest = found.loads[-1]
    assert widest.seconds == pytest.approx(40 / (FLOW_A_METRE * widest.width_m))
    assert metres(widest.line) == [(305, 0), (390, 0)]


def test_flows_meet_and_pass_the_gate_that_has_to_be_opened() -> None:
    network = Network([a_place()], CATALOGUE.ways.modes)
    found = evacuate(Passage(network), {"b1": 90}, [a_muster(60, 99)])
    assert [(gate.name, gate.people) for gate in found.gates] == [("东门", 90)]
    assert max(load.people for load in found.loads) == 90
    assert found.musters[0].people == 90


def test_behind_a_faulty_gate_people_go_elsewhere_or_are_named_as_stuck() -> None:
    twin = Twin(STREET, [a_place()], CATALOGUE)
    live = Live(Network([a_place()], CATALOGUE.ways.modes), twin)
    twin.apply(a_state("huodian/gate/东门", "fault"))
    inside = evacuate(live.passage(), {"b1": 90}, [a_muster(60, 99), a_muster(0, 60)])
    assert [muster.people for muster in inside.musters] == [0, 90] and inside.gates == []
    stuck = evacuate(live.passage(), {"b1": 90}, [a_muster(60, 99)])
    assert stuck.stranded == ["b1"] and stuck.loads == []


def test_without_muster_points_everybody_is_stuck() -> None:
    found = evacuate(Passage(Network([a_place()], CATALOGUE.ways.modes)), {"b1": 90}, [])
    assert found.stranded == ["b1"] and found.musters == []
