"""Stories: who takes part, what happens when, and that everything is as before at the end."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from feeds.demo.daily_profile import DailyProfile
from feeds.demo.scenario import GIVE_UP_S, Script, cast, script, scripts, stages
from tests.support.builders.places import a_place, at
from tests.support.builders.twin import HUODIAN
from tests.support.catalogues import CATALOGUE
from tests.support.world import CHEN, NIGHT, World, a_compound
from twin.errors import InvalidSetting
from twin.events import encode, type_of
from twin.places.model import DevicePlace

TOLD = {
    "one_key_call": "one_key_call", "manhole_rain": "manhole_open", "power_cut": "power_outage",
    "gate_fault": "gate_fault", "waste_full": "waste_full", "noise_night": "noise",
    "lamp_fault": "lamp_fault", "camera_switch": "",
}  # fmt: skip


def played(name: str, seconds: float, seed: int = 3) -> World:
    world = World(seed=seed, rate=5, start=NIGHT)
    world.run(2)
    world.begin(name)
    world.run(seconds)
    return world


def other_compound(cameras: int) -> list[DevicePlace]:
    return [
        DevicePlace(
            id=f"jinyuan/{kind}/{n}",
            kind=kind,
            name=kind,
            lonlat=at(500 + n, 0),
            territory=HUODIAN.replace("huodian", "jinyuan"),
        )
        for kind, count in (("power", 1), ("camera", cameras))
        for n in range(count)
    ]


def test_every_story_is_told_here() -> None:
    assert sorted(scripts()) == sorted(TOLD)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_story_asks_for_states_and_devices_that_there_are(name: str) -> None:
    told = script(name)
    for step in told.steps:
        for kind in told.picks[step.pick].kinds:
            assert step.state is None or step.state in CATALOGUE.devices[kind].states
        assert (step.at_s is None) != (step.when == "")
        if step.value is not None:
            assert all(CATALOGUE.devices[kind].quantities for kind in told.picks[step.pick].kinds)
    assert told.kind in ("", TOLD[name])
    assert all(pick.near in ("", *told.picks) for pick in told.picks.values())
    assert told.title and told.en and told.about


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_story_ends_the_same_way_for_the_same_seed_and_leaves_nothing_behind(name: str) -> None:
    first, second = played(name, 700), played(name, 700)
    assert list(map(encode, first.told)) == list(map(encode, second.told))
    kinds = [(case.kind, case.state) for case in first.twin.incidents.values()]
    assert kinds == ([(TOLD[name], "closed")] if TOLD[name] else [])
    assert not first.sim.stories and not first.sim.rhythm.instead
    standing = {f"{device}" for device in first.sim.rhythm.standing}
    assert {alarm.device for alarm in first.twin.alarms.values() if alarm.active} == standing


def test_some_stories_fit_every_hour() -> None:
    assert sum(told.hours == (0.0, 24.0) for told in scripts().values()) >= 5


def test_another_seed_may_take_other_devices() -> None:
    callers = {played("one_key_call", 5, seed).case().device for seed in range(12)}
    assert len(callers) > 1


def test_the_terminal_is_idle_again_once_somebody_is_there() -> None:
    world = played("one_key_call", 5)
    device = world.twin.devices[world.case().device]
    assert device.state == "pressed"
    while world.case().state != "on_scene":
        assert device.state == "pressed"
        world.run(1)
    world.run(2)
    assert device.state == "idle"


def test_wells_fill_before_the_cover_moves() -> None:
    world = played("manhole_rain", 20)
    levels = [d.value or 0.0 for d in world.twin.devices.values() if d.kind == "manhole"]
    assert sum(level > 0.5 for level in levels) == 5
    assert not world.twin.incidents
    world.run(10)
    assert world.case().kind == "manhole_open"
    assert CATALOGUE.rules["manhole_water"].above == 0.8


def test_a_power_cut_silences_eighteen_devices_that_join_one_case_within_minutes() -> None:
    world = played("power_cut", 100)
    assert world.case().kind == "power_outage" and len(world.case().alarms) == 1
    world.run(220)
    assert world.case().state == "on_scene"
    assert sum(alarm.endswith("#silent") for alarm in world.case().alarms) == 18
    spoken = {event.subject for event in world.told[-200:] if type_of(event).endswith(".state")}
    silent = {alarm.partition("#")[0] for alarm in world.case().alarms[1:]}
    assert not spoken & silent


def test_alarms_that_are_no_case_end_with_their_story() -> None:
    world = played("camera_switch", 10)
    assert sum(device.state == "offline" for device in world.twin.devices.values()) == 5
    world.run(150)
    assert sum(device.state == "offline" for device in world.twin.devices.values()) == 1


def test_a_case_that_a_person_calls_off_ends_the_story() -> None:
    world = played("one_key_call", 5)
    world.give("cancel", world.case().id, CHEN, text="误按")
    world.run(2)
    assert not world.sim.stories
    assert world.twin.devices[world.case().device].state == "idle"


def test_a_story_that_nobody_finishes_gives_up() -> None:
    world = played("one_key_call", 5)
    for responder in world.twin.responders.values():
        responder.duty = "off_duty"
    world.run(GIVE_UP_S + 20, step_s=5)
    assert world.case().state == "reported" and not world.sim.stories
    assert world.twin.devices[world.case().device].state == "idle"


def test_two_stories_do_not_share_a_device() -> None:
    world = World()
    world.run(1)
    for _ in range(6):
        world.begin("gate_fault")
    devices = [name for story in world.sim.stories for name in story.devices]
    assert sorted(devices) == ["huodian/gate/1", "huodian/gate/2"]


def test_a_story_plays_where_there_are_devices_enough() -> None:
    cut = msgspec.structs.replace(script("power_cut"), compound="jinyuan")
    places = [*a_compound().devices, *other_compound(cameras=20)]
    assert cast(cut, places, 1, frozenset())["supply"][0].id.startswith("jinyuan/")
    places = [*a_compound().devices, *other_compound(cameras=9)]
    assert cast(cut, places, 1, frozenset())["supply"][0].id.startswith("huodian/")


def test_near_picks_are_the_nearest_to_the_first() -> None:
    told = script("power_cut")
    picked = cast(told, other_compound(cameras=30), 1, frozenset())
    assert {place.id for place in picked["dark"]} == {f"jinyuan/camera/{n}" for n in range(18)}


def test_without_the_devices_there_is_no_story() -> None:
    world = World([a_place()])
    world.begin("one_key_call")
    assert world.sim.stories == []
    assert cast(script("one_key_call"), [], 1, frozenset()) == {"caller": []}


def _is_number(number: str) -> Callable[[DevicePlace], bool]:
    return lambda place: place.id.endswith(number)


def test_the_first_device_is_one_that_suits_if_there_is_any() -> None:
    told, places = script("gate_fault"), a_compound().devices
    for number in "12":
        (first,) = cast(told, places, 1, frozenset(), _is_number(number))["gate"]
        assert first.id == f"huodian/gate/{number}"
    assert cast(told, places, 1, frozenset(), lambda one: False)["gate"]


def test_an_unknown_story_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InvalidSetting, match="one_key_call"):
        script("flood")


def test_a_wrong_story_file_says_where_it_is_wrong() -> None:
    with pytest.raises(msgspec.ValidationError, match="stepz"):
        msgspec.convert({"title": "", "en": "", "about": "", "picks": {}, "stepz": []}, Script)


def test_the_places_of_a_story_are_those_of_its_rhythm() -> None:
    rhythm = DailyProfile([a_compound()], CATALOGUE.devices, 1)
    assert {p.id for p in cast(script("waste_full"), rhythm.places, 1, frozenset())["station"]}


def test_stories_are_told_where_they_are_set_or_else_in_the_first_street() -> None:
    home = a_compound()
    other = msgspec.structs.replace(home, id="elsewhere")
    streets = {"lusong.hejiatu": [other, home], "lusong.baiguan": [other]}
    assert stages(streets) == ["lusong.hejiatu"]
    assert stages({"b.c": [other], "a.b": [other]}) == ["a.b"]
    assert stages({}) == []
