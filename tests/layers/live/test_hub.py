"""The hub: who hears what, when, and that in the end everybody has seen the same."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from layers.live.clock import Clock
from layers.live.connection import QUEUE_FRAMES
from layers.live.frames import unpack
from layers.live.hub import BEAT_TURNS, Hub, run
from layers.live.messages import Hello, View
from tests.support.builders.layers import (
    COMMUNITY,
    NOON,
    STREET,
    a_street,
    acknowledged,
    at,
    cleared,
    measured,
    opened,
    raised,
    reported,
    silent,
    step,
)
from tests.support.catalogues import CATALOGUE
from tests.support.network import CALL, STREETWIDE, Network, a_hub, close, happen
from twin import events
from twin.places import territory

GRID = (f"{COMMUNITY}.huodian.g1",)


def test_a_screen_sees_what_happened_before_it_came_and_what_happens_after() -> None:
    twin = a_street()
    hub = a_hub(twin)
    happen(hub, reported("huodian/gate/1", "open", at(0)))
    hub.tick(at(0.1))
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian", "jinyuan")
    assert screen.browser.devices[twin.devices["huodian/gate/1"].index][1] & 7 == 1
    happen(hub, reported("jinyuan/gate/1", "fault", at(0.15)))
    hub.tick(at(0.2))
    offset = len(twin.compounds["huodian"].devices)
    index = offset + twin.devices["jinyuan/gate/1"].index
    assert screen.browser.devices[index][1] & 7 == 4
    assert screen.browser.gaps == 0


def test_many_reports_of_one_device_in_a_tick_are_one_change() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    before = len(screen.sent)
    noises = (measured("huodian/noise/1", "level_db", n, at(n / 100)) for n in range(9))
    happen(hub, *noises)
    hub.tick(at(0.1))
    (frame,) = screen.sent[before:]
    assert len(frame["bytes"]) == 20 + 9
    assert 8.0 in (value for value, _ in screen.browser.devices.values())


def test_nothing_new_is_nothing_sent_until_the_heartbeat() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    happen(hub, reported("huodian/gate/1", "open", at(0)))
    for tick in range(1, BEAT_TURNS + 1):
        hub.tick(at(tick / 10))
    assert screen.browser.kinds[:2] == ["snapshot", "binary"]
    assert screen.browser.kinds[-1] == "beat"
    assert screen.texts()[-1]["newest"] == NOON.timestamp() * 1000
    assert screen.browser.gaps == 0


def test_every_text_frame_says_which_frames_showed_the_newest_event_first() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    for tick in range(1, 4):
        hub.tick(at(tick / 10))
    happen(hub, measured("huodian/noise/1", "level_db", 60, at(0.31)))
    for tick in range(4, 2 * BEAT_TURNS + 1):
        hub.tick(at(tick / 10))
    beats = [frame for frame in screen.texts() if frame["kind"] == "beat"]
    noon_ms = NOON.timestamp() * 1000
    seen = {(round(frame["newest"] - noon_ms), round(frame["shown"] - noon_ms)) for frame in beats}
    assert seen == {(310, 400)}, "the tick whose rows carried it, however late the beat"
    (rows,) = [frame for frame in screen.sent[2:] if "bytes" in frame]
    assert unpack(rows["bytes"]).at == beats[0]["shown"]


def test_from_afar_there_are_roll_ups_and_no_devices() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian", band="far")
    happen(hub, reported("huodian/gate/1", "open", at(0)))
    for tick in range(1, 6):
        hub.tick(at(tick / 10))
    assert screen.browser.devices == {} and screen.browser.compounds == []
    assert screen.browser.panels["rollups"]["huodian"]["online"] == 1


def test_switched_off_layers_are_not_sent() -> None:
    twin = a_street("huodian")
    hub = a_hub(twin)
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian", layers=("gates", "sensors/lift"))
    shown = {twin.compounds["huodian"].devices[index].kind for index in screen.browser.devices}
    assert shown == {"gate", "lift"}


def test_looking_elsewhere_counts_from_the_next_tick_and_only_once() -> None:
    hub = a_hub(a_street())
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    for compound in ("huodian", "jinyuan"):
        key = hub.key(STREETWIDE, False, View(compounds=(compound,)))
        hub.move(screen.connection, key)
    hub.tick(at(0.1))
    assert screen.browser.kinds == ["snapshot", "binary"] * 2
    assert [one["id"] for one in screen.browser.compounds] == ["jinyuan"]


def test_a_full_house_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.live.hub.MAX_SCREENS", 1)
    hub = a_hub(a_street())
    first, second = Network(hub, STREETWIDE), Network(hub, STREETWIDE)
    first.hello("huodian")
    key = hub.key(STREETWIDE, False, Hello())
    assert not hub.join(second.connection, key, None, None)
    assert hub.screens == 1


def test_people_who_have_a_case_open_see_each_other_and_public_screens_do_not() -> None:
    twin = a_street()
    hub = a_hub(twin)
    happen(hub, opened(1, CALL, twin, at(0)))
    hub.tick(at(0.1))
    person, wall = Network(hub, STREETWIDE), Network(hub, STREETWIDE, masked=True)
    person.hello("huodian")
    wall.hello("huodian")
    hub.open(person.connection, "INC-1121-0001")
    for tick in range(2, 7):
        hub.tick(at(tick / 10))
    assert person.browser.panels["presence"] == {"INC-1121-0001": ["陈敏"]}
    assert wall.browser.panels["presence"] == {}
    hub.open(person.connection, "INC-1121-0009")
    assert person.connection.incident is None


def test_a_replays_frames_carry_its_clock() -> None:
    clock = Clock(now_ms=0.0, start_ms=0.0, end_ms=1e6, mode="paused")
    hub = Hub({STREET: a_street()}, CATALOGUE, now=NOON, epoch="t", clock=clock)
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    assert screen.texts()[0]["clock"]["mode"] == "paused"
    clock.obey("play")
    hub.tick(at(0.1))
    assert screen.texts()[-1]["clock"]["mode"] == "replay"
    for tick in range(2, BEAT_TURNS + 1):
        clock.advance(100.0)
        hub.tick(at(tick / 10))
    assert screen.texts()[-1]["kind"] == "beat" and screen.texts()[-1]["clock"]["now"] == 900.0
    assert hub.instant() == at(1)


@pytest.mark.anyio
async def test_the_loop_ticks_for_ever_and_keeps_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.live.hub.PERIOD_S", 0.001)
    hub, enough = a_hub(a_street()), asyncio.Event()
    times: list[datetime] = []

    def now() -> datetime:
        times.append(at(len(times) / 10))
        if len(times) == 12:
            enough.set()
        return times[-1]

    task = asyncio.create_task(run(hub, now))
    await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert hub.instant() >= times[10]


def test_a_finished_case_stays_a_quarter_of_an_hour_and_leaves() -> None:
    twin = a_street()
    hub = a_hub(twin)
    happen(hub, opened(1, CALL, twin, at(0)))
    happen(hub, step(events.IncidentRejected, 1, 2, at(1), text="误报"))
    screen = Network(hub, STREETWIDE)
    screen.hello("huodian")
    for tick in range(BEAT_TURNS):
        hub.tick(at(800 + tick))
    assert screen.browser.things["incidents"]["INC-1121-0001"]["state"] == "rejected"
    for tick in range(BEAT_TURNS):
        hub.tick(at(902 + tick))
    assert screen.browser.things["incidents"] == {}
    assert screen.browser.panels["counts"]["today"] == 1


PREFIXES = (
    STREETWIDE,
    (f"{COMMUNITY}.huodian",),
    GRID,
    (f"{COMMUNITY}.huodian.g2", f"{COMMUNITY}.jinyuan.g1"),
    ("lusong.jianning",),
)
COMPOUNDS = ("huodian", "jinyuan")
DEVICES = sorted(a_street().devices)
CALLS = [name for name in DEVICES if "/call/" in name]


class Screens(RuleBasedStateMachine):
    """Screens that come, go, look elsewhere and have slow networks, while things happen."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.twin = a_street()
        self.hub = a_hub(self.twin)
        self.now = 0.0
        self.screens: list[Network] = []
        self.cases = 0

    def teardown(self) -> None:
        self.runner.run(self.settle())
        for screen in self.screens:
            self.runner.run(close(screen))
        self.runner.close()

    async def settle(self) -> None:
        """When the network is free again and time has passed, everybody sees the same."""
        for screen in self.screens:
            screen.free.set()
        for _ in range(BEAT_TURNS):
            self.hub.tick(at(self.now))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        fresh_hub = Hub({STREET: self.twin}, CATALOGUE, now=at(self.now), epoch="f")
        for screen in self.screens:
            for hub in (self.hub, fresh_hub):
                fresh = Network(hub, screen.prefixes, screen.masked)
                assert screen.connection.key is not None
                fresh.key = screen.connection.key
                fresh.join(resume=False)
                seen, expected = screen.browser.shown(), fresh.browser.shown()
                if hub is fresh_hub:  # it does not know what the day's strip counted earlier
                    seen["panels"] |= {"strip": None}
                    expected["panels"] |= {"strip": None}
                assert seen == expected
                hub.leave(fresh.connection)
            assert screen.browser.gaps == 0

    def run(self, act: Callable[[], object]) -> None:
        async def acting() -> None:
            act()
            await asyncio.sleep(0)

        self.runner.run(acting())

    @rule(prefixes=st.sampled_from(PREFIXES), masked=st.booleans(), near=st.booleans(),
          compounds=st.lists(st.sampled_from(COMPOUNDS), unique=True))  # fmt: skip
    def somebody_comes(
        self, prefixes: tuple[str, ...], masked: bool, near: bool, compounds: list[str]
    ) -> None:
        def come() -> None:
            screen = Network(self.hub, prefixes, masked)
            screen.hello(*compounds, band="near" if near else "far")
            self.screens.append(screen)

        if len(self.screens) < 5:
            self.run(come)

    @precondition(lambda self: self.screens)
    @rule(data=st.data(), near=st.booleans(),
          compounds=st.lists(st.sampled_from(COMPOUNDS), unique=True))  # fmt: skip
    def somebody_looks_elsewhere(
        self, data: st.DataObject, near: bool, compounds: list[str]
    ) -> None:
        screen = data.draw(st.sampled_from(self.screens))
        view = View(band="near" if near else "far", compounds=tuple(compounds))
        screen.key = self.hub.key(screen.prefixes, screen.masked, view)
        self.run(lambda: self.hub.move(screen.connection, screen.key))

    @precondition(lambda self: self.screens)
    @rule(data=st.data())
    def a_network_jams_or_frees(self, data: st.DataObject) -> None:
        screen = data.draw(st.sampled_from(self.screens))
        self.run(screen.free.clear if screen.free.is_set() else screen.free.set)

    @precondition(lambda self: self.screens)
    @rule(data=st.data())
    def a_link_breaks_and_comes_back(self, data: st.DataObject) -> None:
        screen = data.draw(st.sampled_from(self.screens))
        self.runner.run(close(screen))

        def come_back() -> None:
            screen.connect()
            screen.join(resume=True)

        self.run(come_back)

    @rule(device=st.sampled_from(DEVICES), code=st.integers(0, 2), gap=st.sampled_from((0.1, 400)))
    def a_device_reports(self, device: str, code: int, gap: float) -> None:
        self.now += gap
        states = self.twin.devices[device].traits.states
        happen(self.hub, reported(device, states[code % len(states)], at(self.now)))

    @rule(device=st.sampled_from(DEVICES))
    def a_device_goes_silent(self, device: str) -> None:
        happen(self.hub, silent(device, at(self.now)))

    @rule(device=st.sampled_from(CALLS), other=st.sampled_from(CALLS))
    def somebody_calls(self, device: str, other: str) -> None:
        self.cases += 1
        alarms = []
        for one in {device, other}:
            alarm = f"{one}#call_pressed"
            version = self.twin.alarms[alarm].version if alarm in self.twin.alarms else 0
            happen(self.hub, raised(one, at(self.now), version + 1))
            alarms.append(alarm)
        happen(self.hub, opened(self.cases, device, self.twin, at(self.now), tuple(sorted(alarms))))

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def somebody_is_sent_or_a_case_ends(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.cases))
        case = self.twin.incidents[f"INC-1121-{number:04d}"]
        who = data.draw(st.sampled_from(sorted(self.twin.responders)))
        if data.draw(st.booleans()):
            fact = step(
                events.IncidentAssigned, number, case.version + 1, at(self.now), responder=who
            )
        else:
            fact = step(events.IncidentRejected, number, case.version + 1, at(self.now))
        happen(self.hub, fact)

    @precondition(lambda self: self.twin.alarms)
    @rule(data=st.data())
    def an_alarm_is_acknowledged(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.twin.alarms)))
        version = self.twin.alarms[name].version + 1
        happen(self.hub, acknowledged(name, version, at(self.now)))

    @precondition(lambda self: self.twin.alarms)
    @rule(data=st.data())
    def an_alarm_returns_to_normal(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.twin.alarms)))
        version = self.twin.alarms[name].version + 1
        happen(self.hub, cleared(name, version, at(self.now)))

    @rule(ticks=st.integers(1, 20))
    def time_passes(self, ticks: int) -> None:
        async def passing() -> None:
            for _ in range(ticks):
                self.now += 0.1
                self.hub.tick(at(self.now))
                await asyncio.sleep(0)

        self.runner.run(passing())

    @invariant()
    def nobody_hears_of_what_is_not_theirs(self) -> None:
        for screen in self.screens:
            for message in screen.sent:
                for name in re.findall(r"\w+/\w+/\w+|INC-\d+-\d+", message.get("text", "")):
                    if "/responder/" not in name:
                        assert territory.covers(screen.prefixes, self.twin.territory_of(name))
            for panel in ("rollups",):
                for compound in screen.browser.panels.get(panel, {}):
                    path = self.twin.compounds[compound].territory
                    assert territory.touches(screen.prefixes, path)
            for screen_place in screen.browser.compounds:
                place = self.twin.compounds[screen_place["id"]]
                seen = sum(territory.covers(screen.prefixes, d.territory) for d in place.devices)
                assert screen_place["count"] == seen
            screen.sent.clear()

    @invariant()
    def nothing_piles_up(self) -> None:
        for screen in self.screens:
            assert len(screen.connection._queue) <= QUEUE_FRAMES


TestScreens = Screens.TestCase
TestScreens.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
