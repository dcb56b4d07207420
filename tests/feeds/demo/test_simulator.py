"""The demo's world: the same for the same seed, complete at once, never dull, never absurd."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import anyio
import pytest

from feeds.demo import simulator
from feeds.demo.simulator import (
    MOST_OPEN,
    OPENING,
    Simulator,
    put_on_duty,
    request,
    run,
    run_streets,
    turn,
)
from feeds.engine import role as engine
from feeds.errors import Unavailable
from feeds.intake.commands import Desk, Receipt
from feeds.streams.batches import Position
from feeds.streams.replica import ingest
from feeds.streams.streams import Streams
from geodata.demo.street import build_street
from tests.support.builders.streams import STREET, subjects
from tests.support.builders.twin import a_state
from tests.support.catalogues import CATALOGUE, CATALOGUES
from tests.support.waiting import comes_true
from tests.support.world import MORNING, NIGHT, World, a_compound
from twin.commands.table import Command
from twin.errors import InvalidSetting, StaleVersion
from twin.events import Event, ResponderStatus, StatusData, encode, type_of
from twin.places.model import Compound
from twin.state.twin import Twin


@cache
def street() -> tuple[Compound, ...]:
    return tuple(build_street(1))


def test_the_first_step_reports_every_device_so_that_no_mark_stays_unknown() -> None:
    world = World()
    world.run(1)
    assert all(device.state is not None for device in world.twin.devices.values())


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def told(seed: int) -> list[bytes]:
        world = World(seed=seed, plays=True)
        world.run(120)
        return list(map(encode, world.told))

    assert told(7) == told(7) != told(8)


def test_at_its_rate_no_device_of_the_demo_street_falls_silent() -> None:
    world = World(street(), rate=1)
    world.run(1000, step_s=5)
    assert world.types("device.silent") == []


@pytest.mark.parametrize("rate", [50, 20_000])
def test_the_rate_asked_for_is_the_rate_sent(rate: int) -> None:
    sim = Simulator([a_compound()], CATALOGUE, 1, rate, MORNING, plays=False)
    twin = Twin(STREET, [a_compound()], CATALOGUE)
    sim.step(twin, MORNING)
    told: Counter[str] = Counter()
    for n in range(1, 21):
        for event in sim.step(twin, MORNING + timedelta(seconds=n / 4)):
            told[type_of(event)] += 1
    assert told.total() - told["responder.position"] == pytest.approx(rate * 5, abs=2)


def test_reports_are_spread_over_the_time_since_the_last_step() -> None:
    sim = Simulator([a_compound()], CATALOGUE, 1, 400, MORNING, plays=False)
    twin = Twin(STREET, [a_compound()], CATALOGUE)
    sim.step(twin, MORNING)
    now = MORNING + timedelta(seconds=0.25)
    times = {event.time for event in sim.step(twin, now) if "responder" not in event.subject}
    assert MORNING < min(times) and now - max(times) < timedelta(milliseconds=1) and len(times) > 30


def test_within_the_first_minute_somebody_is_on_the_way_to_an_elder() -> None:
    world = World(street(), plays=True)
    world.run(60)
    call = next(iter(world.twin.incidents.values()))
    assert call.kind == "one_key_call" and call.compound == "huodian"
    assert (call.reported_at - MORNING).total_seconds() <= 10
    assert call.state in ("en_route", "on_scene")


def test_the_first_to_go_is_a_grid_officer_who_walks_about_a_minute() -> None:
    world = World(street(), plays=True)
    world.run(130)
    call = next(iter(world.twin.incidents.values()))
    (sent,) = call.crew
    assert world.twin.responders[sent].card.role == "grid_officer"
    assert 30 <= (call.times["on_scene"] - call.times["en_route"]).total_seconds() <= 90


def test_what_was_missed_while_the_streams_were_away_is_not_made_up_for() -> None:
    sim = Simulator([a_compound()], CATALOGUE, 1, 1000, MORNING, plays=False)
    twin = Twin(STREET, [a_compound()], CATALOGUE)
    sim.step(twin, MORNING)
    assert len(sim.step(twin, MORNING + timedelta(hours=1))) < 5100


def test_the_opening_is_told_to_its_end() -> None:
    world = World(plays=True)
    world.run(OPENING[-1][0] + 1)
    opened = list(world.twin.incidents.values())
    assert [case.kind for case in opened] == ["one_key_call", "waste_full", "gate_fault"]
    world.run(400)
    assert [case.state for case in opened] == ["closed"] * 3


@pytest.mark.parametrize("start", [MORNING, NIGHT])
def test_hours_of_the_demo_are_never_dull_and_never_absurd(start: datetime) -> None:
    world = World(plays=True, start=start, rate=5)
    most = 0
    for _ in range(120):
        world.run(60, step_s=3)
        most = max(most, len(world.twin.open_incidents))
    cases = list(world.twin.incidents.values())
    begun = sorted(case.reported_at for case in cases)
    longest = max((b - a).total_seconds() for a, b in pairwise(begun))
    assert 15 <= len(cases) <= 80 and most <= MOST_OPEN and longest < 1500
    assert len({case.kind for case in cases}) >= 5
    assert len(world.types("incident.closed")) >= len(cases) - MOST_OPEN


def test_stories_of_the_night_are_not_told_by_day() -> None:
    world = World(plays=True, rate=5)
    world.run(3600, step_s=3)
    kinds = {case.kind for case in world.twin.incidents.values()}
    assert "noise" not in kinds and "lamp_fault" not in kinds


def test_no_new_story_begins_while_many_cases_are_open() -> None:
    world = World(plays=True, rate=5)
    world.run(90)
    for responder in world.twin.responders.values():
        responder.duty = "off_duty"
    world.run(1500, step_s=5)
    assert len(world.twin.open_incidents) == MOST_OPEN


def test_a_device_does_what_people_ask_of_it_after_a_moment() -> None:
    world = World()
    world.run(5)
    lamp = world.twin.devices["huodian/lamp/1"]
    world.give("set_device", lamp.id, state="on")
    assert (lamp.pending, lamp.desired) == (True, "on")
    world.run(3)
    assert lamp.state == "on" and not lamp.pending
    world.run(700)
    assert lamp.state == "on"
    world.give("set_device", lamp.id, state="off")
    world.run(3)
    assert lamp.state == "off"


def test_a_device_that_is_out_of_order_says_so_instead() -> None:
    world = World()
    world.run(1)
    world.begin("gate_fault")
    world.run(1)
    gate = world.twin.devices[world.case().device]
    world.give("set_device", gate.id, state="open")
    world.run(5)
    assert gate.state == "fault" and gate.pending


def test_a_simulator_that_starts_again_goes_on_where_people_were() -> None:
    world = World()
    world.run(300)
    again = Simulator([a_compound()], CATALOGUE, 1, 20, world.now)
    again.settle(world.twin)
    for who, walker in again.walkers.items():
        assert walker.here == world.twin.responders[who].lonlat


def test_a_case_that_is_open_when_it_starts_again_is_worked_on() -> None:
    world = World()
    world.write([a_state("huodian/call/1", "pressed", world.now)])
    world.run(300)
    assert world.case().state == "closed"


def test_a_street_without_compounds_is_quiet() -> None:
    sim = Simulator([], CATALOGUE, 1, 20, MORNING)
    twin = Twin(STREET, [], CATALOGUE)
    assert sim.step(twin, MORNING + timedelta(seconds=60)) == []
    assert list(sim.commands(twin, MORNING)) == []


# --- the role -----------------------------------------------------------------------------------


class TenTimes:
    """A clock that runs ten times as fast, for less than the five minutes events may be ahead."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._began + 10 * (datetime.now(UTC) - self._began)


class Faltering(Streams):
    """Streams that are away for the first thing that is appended."""

    faltered = False

    async def append(self, street: str, events: Sequence[Event]) -> list[str]:
        if not self.faltered:
            self.faltered = True
            raise Unavailable("away for a moment")
        return await super().append(street, events)


class Refusing(Desk):
    """A desk where somebody else was always faster."""

    asked = 0

    async def submit(self, command: Command, at: datetime) -> Receipt:
        self.asked += 1
        raise StaleVersion("somebody else was first")


@pytest.mark.anyio
async def test_the_role_puts_people_on_duty_reports_and_plays_what_is_asked(
    valkey_url: str,
) -> None:
    place = a_compound()
    twin = Twin(STREET, [place], CATALOGUE)
    async with Faltering(valkey_url) as streams:
        roles = [
            asyncio.ensure_future(engine.run(streams, STREET, [place], CATALOGUE)),
            asyncio.ensure_future(
                run(streams, STREET, [place], CATALOGUE, rate=50, clock=TenTimes())
            ),
        ]
        with anyio.fail_after(40):
            await request(streams, STREET, "one_key_call")
            async for batch in streams.follow(STREET, Position()):
                ingest(twin, batch)
                if any(case.working for case in twin.incidents.values()):
                    break
        for role in roles:
            role.cancel()
            with suppress(asyncio.CancelledError):
                await role
    assert streams.faltered
    assert all(device.state is not None for device in twin.devices.values())
    assert {responder.duty for responder in twin.responders.values()} == {"available"}


async def more_telemetry(streams: Streams) -> None:
    """Wait until more of it is there than now."""
    before = (await streams.newest(STREET)).telemetry

    async def more() -> bool:
        return (await streams.newest(STREET)).telemetry != before

    await comes_true(more)


@pytest.mark.anyio
async def test_a_second_start_finds_people_on_duty_already(valkey_url: str) -> None:
    place = a_compound()
    async with Streams(valkey_url) as streams:
        for _ in range(2):
            role = asyncio.ensure_future(run(streams, STREET, [place], CATALOGUE))
            for _ in range(3):  # people come first; by now they would have come anew
                await more_telemetry(streams)
            role.cancel()
            with suppress(asyncio.CancelledError):
                await role
    assert [name for name, _ in subjects(valkey_url)].count("responder.status") == 4


@pytest.mark.anyio
async def test_who_was_sent_home_is_not_put_on_duty_by_a_second_start(valkey_url: str) -> None:
    twin = Twin(STREET, [a_compound()], CATALOGUE)
    who, *others = twin.responders
    sent_home = ResponderStatus(
        id="x", subject=who, time=datetime.now(UTC), by="chenmin",
        data=StatusData(status="off_duty", version=1),
    )  # fmt: skip
    twin.apply(sent_home)
    async with Streams(valkey_url) as streams:
        await put_on_duty(streams, twin, datetime.now(UTC))
    assert sorted(subjects(valkey_url)) == [("responder.status", one) for one in sorted(others)]


@pytest.mark.anyio
async def test_losing_a_race_is_no_trouble(valkey_url: str) -> None:
    world = World()
    world.run(1)
    world.begin("one_key_call")
    world.run(9)
    async with Streams(valkey_url) as streams:
        desk = Refusing(streams, {})
        await turn(streams, world.twin, desk, world.sim, world.now + timedelta(seconds=3))
        assert desk.asked == 1


@pytest.mark.anyio
async def test_a_wish_that_no_simulator_takes_is_withdrawn(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(request.__globals__, "TAKEN_WITHIN_S", 0.2)
    async with Streams(valkey_url) as streams:
        with pytest.raises(InvalidSetting, match="gate_fault"):
            await request(streams, STREET, "flood")
        with pytest.raises(InvalidSetting, match="no simulator"):
            await request(streams, STREET, "one_key_call")


@pytest.mark.anyio
async def test_a_fault_in_one_street_is_played_anew_there_and_stops_no_other(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[str] = []

    async def playing(streams: Streams, street: str, *places: object, **options: object) -> None:
        begun.append(street)
        if street == STREET:
            raise RuntimeError("a fault of ours")
        await asyncio.Event().wait()

    monkeypatch.setattr(simulator, "run", playing)
    streets = {STREET: [a_compound()], "lusong.jianning": []}
    async with Streams(valkey_url) as streams:
        role = asyncio.ensure_future(run_streets(streams, streets, (), CATALOGUES, seed=1, rate=1))
        await comes_true(lambda: begun.count(STREET) >= 3)
        assert not role.done()
        role.cancel()
        with suppress(asyncio.CancelledError):
            await role
    assert begun.count("lusong.jianning") == 1
    assert len([text for text in caplog.messages if "plays anew" in text]) == 1
