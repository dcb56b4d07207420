"""The demo's world: same seed, same world; never an alarm by accident; stories that end."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest

from feeds.scenario import scripts
from feeds.simulator import FIRST_STORY, Simulator
from geodata.demo import build
from tests.feeds.world import MORNING, World
from twin.errors import InvalidSetting
from twin.events import encode, type_of
from twin.metres import distance_m
from twin.model import Compound
from twin.state import Twin


@cache
def street() -> tuple[Compound, ...]:
    return tuple(build(1))


def test_the_first_step_reports_every_device_so_that_no_mark_stays_unknown() -> None:
    world = World(street(), stories=False)
    world.run(1)
    assert all(device.state is not None for device in world.twin.devices.values())


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = World(street(), seed=7), World(street(), seed=7)
    first.run(90)
    second.run(90)
    assert list(map(encode, first.told)) == list(map(encode, second.told))


def test_at_its_rate_every_device_speaks_within_its_patience() -> None:
    world = World(street(), stories=False)
    world.run(600)
    assert not [event for event in world.told if type_of(event) == "device.silent"]


def test_a_usual_day_raises_no_alarm_but_the_standing_faults() -> None:
    world = World(street(), stories=False)
    sim: Simulator = world.sim
    for _ in range(96):
        world.now += timedelta(minutes=15)
        for place in sim.rhythm.places:
            for event in sim.rhythm.report(place, world.now):
                world._apply(event)
    raised = [event for event in world.told if type_of(event) == "alarm.raised"]
    assert len(raised) == len(sim.rhythm._standing)


@pytest.mark.parametrize("rate", [1, 200, 20_000])
def test_the_rate_asked_for_is_the_rate_sent(rate: int) -> None:
    sim = Simulator(street(), 1, rate, MORNING)
    twin = Twin("lusong.hejiatu", street())
    sim.step(twin, MORNING)
    subjects: Counter[str] = Counter()
    for n in range(1, 41):
        for event in sim.step(twin, MORNING + timedelta(seconds=n / 4)):
            subjects[type_of(event)] += type_of(event).endswith(".state")
    assert sum(subjects.values()) == pytest.approx(rate * 10, rel=0.001, abs=1)


def test_within_the_first_minute_somebody_is_on_the_way_to_an_elder() -> None:
    world = World(street())
    world.run(60)
    cases = list(world.twin.incidents.values())
    assert [case.kind for case in cases][:1] == [FIRST_STORY]
    assert cases[0].state in ("en_route", "on_scene")


def test_the_first_story_ends_with_the_case_closed_and_the_terminal_idle() -> None:
    world = World(street())
    world.run(400)
    case = next(iter(world.twin.incidents.values()))
    assert case.state == "closed"
    assert world.twin.devices[case.device].state == "idle"
    assert case.checked_by != case.handled_by
    steps = [entry.type.removeprefix("incident.") for entry in case.log]
    assert [step for step in steps if step != "noted"] == [
        "reported", "assigned", "accepted", "started", "arrived", "handled", "checked", "closed",
    ]  # fmt: skip


def test_a_walk_keeps_to_the_paths_and_to_walking_speed() -> None:
    world = World(street())
    world.run(60)
    spots = [e for e in world.told if type_of(e) == "responder.position"]
    who = next(iter(world.twin.incidents.values())).working[0]
    steps = [event.data.lonlat for event in spots if event.subject == who]
    moved = [distance_m(a, b) for a, b in pairwise(steps)]
    assert max(moved) < 8.0, "four seconds at walking speed"
    assert sum(moved) > 10.0


@pytest.mark.parametrize("name", sorted(scripts()))
def test_every_story_ends_the_same_way_for_the_same_seed(name: str) -> None:
    ends = []
    for _ in range(2):
        world = World(street(), seed=3, stories=False)
        world.run(2)
        world.sim.begin(name, world.now)
        world.run(1200)
        assert not world.sim.stories and not world.sim.rhythm.instead
        kinds = [(case.kind, case.device, case.state) for case in world.twin.incidents.values()]
        ends.append((kinds, world.twin.snapshot()))
    assert ends[0] == ends[1]
    assert ends[0][0] and ends[0][0][0][2] == "closed"


def test_the_power_cut_silences_eighteen_devices_that_join_one_case() -> None:
    world = World(street(), stories=False)
    world.run(90)
    world.sim.begin("power_cut", world.now)
    world.run(420)
    cases = [one for one in world.twin.incidents.values() if one.kind == "power_outage"]
    assert len(cases) == 1
    silences = [alarm for alarm in cases[0].alarms if alarm.endswith("silent")]
    assert len(silences) == 18


def test_an_unknown_story_is_refused_with_the_names_there_are() -> None:
    world = World(street())
    with pytest.raises(InvalidSetting, match="one_key_call"):
        world.sim.begin("flood", world.now)


def test_a_person_at_a_console_is_given_time_before_the_demo_acts() -> None:
    world = World(street())
    world.run(12)
    case = next(iter(world.twin.incidents.values()))
    case.last_by, case.last_at = "chenmin", world.now
    world.run(40)
    assert case.state == "reported"
    world.run(60)
    assert case.state != "reported"
