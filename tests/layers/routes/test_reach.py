from __future__ import annotations

from msgspec.structs import replace

from layers.routes import reach
from tests.support.builders.places import a_gate, a_place, at
from tests.support.builders.twin import HUODIAN, STREET, a_state
from tests.support.catalogues import CATALOGUE
from twin.places.model import Service
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.state.twin import Twin

GRID = f"{HUODIAN}.g1"


def lived() -> tuple[Twin, Live]:
    plain = a_place()
    car_gate = replace(a_gate("车门", 58, 90), use="vehicle")
    services = (
        Service(id="huodian/muster/1", kind="muster", name="广场集合点", lonlat=at(60, 99),
                territory=HUODIAN, capacity=50),
        Service(id="huodian/hydrant/1", kind="hydrant", name="消火栓01", lonlat=at(40, 60),
                territory=GRID),
    )  # fmt: skip
    block = replace(plain.buildings[0], territory=GRID)
    place = replace(plain, services=services, buildings=(block,), households=100,
                    devices=(*plain.devices, car_gate))  # fmt: skip
    twin = Twin(STREET, [place], CATALOGUE)
    return twin, Live(Network([place], CATALOGUE.ways.modes), twin)


def test_the_circle_says_what_share_of_the_buildings_it_covers() -> None:
    twin, live = lived()
    told = reach.circle(twin, live, (STREET,), at(60, 70))()
    assert (told["covered"], told["buildings"], told["share"], told["far"]) == (1, 1, 1.0, [])
    assert told["area"] and told["seconds"] == 600
    nobody = reach.circle(twin, live, ("x.y",), at(60, 70))()
    assert nobody["buildings"] == 0 and nobody["share"] is None


def test_the_nearest_services_come_with_the_way_and_only_those_one_may_see() -> None:
    twin, live = lived()
    (hydrant,) = reach.nearest(twin, live, (GRID,), at(60, 70))()["nearest"]
    assert hydrant["name"] == "消火栓01" and hydrant["seconds"] > 0 and len(hydrant["route"]) > 1
    assert reach.nearest(twin, live, ("x.y",), at(60, 70))()["nearest"] == []


def test_the_districts_services_are_for_whoever_sees_anything_in_the_district() -> None:
    twin, live = lived()
    far = Service(id="lusong/hospital/1", kind="hospital", name="医院", lonlat=at(140, 110),
                  territory="lusong.jianning.x")  # fmt: skip
    (told,) = reach.nearest(twin, live, ("lusong.y",), at(60, 70), [far])()["nearest"]
    assert (told["name"], told["mode"], told["via"]) == ("医院", "vehicle", "东门")


def test_an_evacuation_lists_gates_to_open_for_people_and_for_engines() -> None:
    twin, live = lived()
    place = twin.compounds["huodian"]
    told = reach.evacuate(twin, live, (STREET,), place)()
    assert told["people"] == 262 and told["musters"][0]["people"] == 262
    assert told["musters"][0]["capacity"] == 50 and told["stranded"] == []
    assert {gate["name"]: gate["people"] for gate in told["gates"]} == {"东门": 262, "车门": 262}
    assert told["loads"][-1]["people"] == 262 and told["walk_s"] > 0 and told["jam_s"] > 0
    twin.apply(a_state("huodian/gate/东门", "held_open"))
    assert [g["name"] for g in reach.evacuate(twin, live, (STREET,), place)()["gates"]] == ["车门"]


def test_a_grid_sees_its_own_people_and_none_of_what_is_not_its_own() -> None:
    twin, live = lived()
    told = reach.evacuate(twin, live, (GRID,), twin.compounds["huodian"])()
    assert told["gates"] == [] and told["musters"] == []
    assert told["stranded"] == [twin.compounds["huodian"].buildings[0].name]
