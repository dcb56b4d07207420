"""Clocks that jump, with a real server: what is said now counts now, and the screen says why."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from feeds.engine import role
from feeds.engine.clocks import WatchedClock, instant, ms_of, say
from feeds.errors import Unavailable
from feeds.health.conditions import Conditions
from feeds.streams.batches import Position, milliseconds
from feeds.streams.keys import key
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from tests.support.clocks import (
    CASE,
    HOUR_MS,
    TWO_HOURS,
    Clock,
    add,
    an_engine,
    now_ms,
    the_clock_was_two_hours_ahead,
    whole,
)
from tests.support.engines import up_to_date
from twin import events as ev
from twin.state.limits import LATEST

pytestmark = pytest.mark.anyio
S = b.STREET


# --- the streams: ids of times to come ------------------------------------------------------------


@pytest.mark.parametrize("ahead", [
    str(25 * HOUR_MS), str(2 * HOUR_MS), "99999999999999", "18446744073709551000",
])  # fmt: skip
async def test_an_entry_from_the_future_keeps_no_call_from_becoming_a_case(
    redis_url: str, ahead: str
) -> None:
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.CALL, "idle"), b.state(b.GATE, "closed")])
        active = await an_engine(streams)
        await up_to_date(active)
        at_ms = int(ahead) if len(ahead) > 10 else now_ms() + int(ahead)
        told = b.state(b.GATE, "open", min(instant(at_ms), b.now() + timedelta(hours=25)))
        add(redis_url, told, f"{at_ms}-0")
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await up_to_date(active)
        assert b.subjects(redis_url)[:1] == CASE[:1]
        assert [kind for kind, _ in b.subjects(redis_url)][1:2] == CASE[1:]
        await streams.append(S, [b.state(b.CALL, "idle"), b.state(b.GATE, "forced_open")])
        await up_to_date(active)
        kinds = {kind for kind, _ in b.subjects(redis_url)}
        assert "alarm.cleared" in kinds and "device.silent" not in kinds
        assert active.twin.devices[b.GATE].state == "forced_open"
        await active.keep()
        await active.lease.release()
        again = await an_engine(streams, holder="again")
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await up_to_date(again)
        assert again.twin.devices[b.CALL].level == 1
        # What stands in an entry of the year 5138 was said three thousand years before.
        refused = int(at_ms > now_ms() + 100 * HOUR_MS)
        assert (await streams.rejected(S))[0] == ({"stream": 1} if refused else {})
        for size in (1, 3, 1000):
            assert (await whole(streams, size)).snapshot() == again.twin.snapshot()
        async with aclosing(Replica(streams, b.a_twin()).steps()) as steps:
            async for step in steps:
                assert step.refused == []
                break


async def test_an_engine_killed_after_an_entry_from_the_future_leaves_no_clock_set_back(
    redis_url: str,
) -> None:
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.CALL, "idle")])
        add(redis_url, b.state(b.GATE, "open"), f"{now_ms() + 24 * HOUR_MS}-0")
        first = await an_engine(streams)
        await up_to_date(first)
        await first.keep()
        for holder in ("second", "third"):  # each is killed as soon as it has noted where it is
            await first.lease.release()
            first = await an_engine(streams, holder=holder)
            await first.keep()
            assert first._watched.set_back == timedelta(0)
            noted = await streams.load_progress(S)
            assert noted is not None and noted.at_ms <= now_ms()


async def test_after_the_servers_clock_was_set_back_a_call_becomes_a_case(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        the_clock_was_two_hours_ahead(redis_url)
        active = await an_engine(streams)
        await up_to_date(active)
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await up_to_date(active)
        assert b.subjects(redis_url)[:1] == CASE[:1]
        late = b.state(b.CALL, "idle", b.now() - timedelta(minutes=20))
        old = b.state(b.CALL, "idle", b.now() + TWO_HOURS - timedelta(seconds=2))
        await streams.append(S, [late, old])
        await up_to_date(active)
        assert active.twin.devices[b.CALL].state == "pressed"
        assert (await streams.rejected(S))[0] == {}
        for size in (1, 2, 1000):
            assert (await whole(streams, size)).snapshot() == active.twin.snapshot()


async def test_the_docs_say_how_entries_from_the_future_are_numbered_anew(redis_url: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "recover.md").read_text("utf-8")
    script = page.partition("<<'END'\n")[2].partition("\nEND\n")[0]
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.CALL, "idle")])
        add(redis_url, b.state(b.GATE, "open"), "18446744073709551615-18446744073709551614")
        await streams.append(S, [b.state(b.CALL, "pressed")])
        with pytest.raises(Unavailable, match="EXHAUSTED"):
            await streams.append(S, [b.state(b.CALL, "idle")])
        with redis.Redis.from_url(redis_url) as client:
            assert client.eval(script, 1, key(S, "telemetry"), now_ms()) == 3
        await streams.append(S, [b.state(b.CALL, "idle")])
        read = await streams.read(S, Position())
        assert len(read) == 4 and len(read.telemetry.noted) == 1
        assert all(milliseconds(each) <= now_ms() for each in read.telemetry.ids)
        active = await an_engine(streams)
        await up_to_date(active)
        assert [kind for kind, _ in b.subjects(redis_url)] == [
            "alarm.raised", "incident.reported", "alarm.cleared",
        ]  # fmt: skip
        assert standing(streams.conditions) == {}


# --- the engine's own clock ----------------------------------------------------------------------


async def test_a_shelf_of_a_minute_ends_after_a_minute_whatever_the_clock_is_set_to(
    valkey_url: str,
) -> None:
    clock = Clock()
    async with Streams(valkey_url) as streams:
        await streams.append(S, [b.state(b.CALL, "pressed")])
        active = await an_engine(streams, clock)
        await up_to_date(active)
        alarm = active.twin.alarms[f"{b.CALL}#call_pressed"]
        shelf = ev.AlarmShelved(
            id="s", subject=alarm.id, time=clock.now, by="chen",
            data=ev.ShelveData(
                version=alarm.version + 1, reason="x", until=clock.now + timedelta(minutes=1)
            ),
        )  # fmt: skip
        await streams.append_operations(S, [shelf])
        await up_to_date(active)
        assert alarm.label == "shelved"
        clock.pass_s(20, jump_s=-7200)
        await up_to_date(active)
        assert alarm.label == "shelved"
        clock.pass_s(42)
        await up_to_date(active)
        assert alarm.label == "unacknowledged"


async def test_notes_and_snapshots_go_on_after_the_clock_was_set_back(valkey_url: str) -> None:
    clock = Clock()
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, clock)
        await streams.append(S, [b.reading()])
        await up_to_date(active)
        clock.pass_s(31)
        await up_to_date(active)
        first = await streams.load_progress(S)
        await streams.append(S, [b.reading()])
        clock.pass_s(31, jump_s=-7200)
        await up_to_date(active)
        noted, kept = await streams.load_progress(S), await streams.load_snapshot(S)
        assert first is not None and noted is not None and kept is not None
        assert noted.at_ms == ms_of(clock.now) < first.at_ms
        assert kept[1] == active.position == noted.position


async def test_a_device_that_falls_silent_after_the_clock_was_set_back_is_told(
    valkey_url: str,
) -> None:
    clock = Clock()
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, clock)
        await streams.append(S, [b.state(b.GATE, "closed")])
        await up_to_date(active)
        clock.pass_s(1, jump_s=-7200)
        for _ in range(11):
            clock.pass_s(30)
            await up_to_date(active)
        assert b.subjects(valkey_url)[0] == ("device.silent", b.GATE)
        assert len(b.subjects(valkey_url)) == 2, "once, and its alarm"


# --- what is said of it --------------------------------------------------------------------------


def standing(conditions: Conditions) -> dict[str, dict[str, object]]:
    return {one.code: dict(one.figures) for one in conditions.standing()}


async def test_the_screens_are_told_that_the_clock_was_set_back_until_it_has_caught_up(
    valkey_url: str,
) -> None:
    clock = Clock()
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, clock)
        await streams.append(S, [b.reading()])
        await up_to_date(active)
        assert standing(streams.conditions) == {}
        clock.pass_s(1, jump_s=-7200)
        await up_to_date(active)
        assert standing(streams.conditions) == {"clock_set_back": {"back_s": 7200}}
        clock.pass_s(3600, jump_s=3600)
        await up_to_date(active)
        assert standing(streams.conditions) == {}


async def test_the_screens_are_told_that_ids_are_ahead_until_they_are_not(valkey_url: str) -> None:
    clock = Clock()
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, clock)
        add(valkey_url, b.reading(), f"{now_ms() + 25 * HOUR_MS}-0")
        await up_to_date(active)
        (figures,) = standing(streams.conditions).values()
        assert set(standing(streams.conditions)) == {"clock_ahead"}
        assert 24 * 3600 < int(str(figures["ahead_s"])) <= 25 * 3600
        clock.pass_s(26 * 3600)
        await up_to_date(active)
        assert standing(streams.conditions) == {}


def a_watched_clock() -> tuple[Clock, WatchedClock]:
    clock = Clock(datetime(2026, 11, 21, 4, tzinfo=UTC))
    return clock, WatchedClock(clock.wall, clock.monotonic_s)


def test_a_clock_that_drifts_or_is_set_by_a_second_was_not_set_back() -> None:
    clock, watched = a_watched_clock()
    for _ in range(100):
        clock.pass_s(1, jump_s=-1)
        watched.now()
    assert watched.set_back == timedelta(0)


def test_a_clock_that_is_set_back_and_right_again_is_as_it_was() -> None:
    clock, watched = a_watched_clock()
    clock.pass_s(5, jump_s=-7200)
    assert watched.now() == clock.now and watched.set_back == TWO_HOURS
    clock.pass_s(5, jump_s=-60)
    watched.now()
    assert watched.set_back == TWO_HOURS + timedelta(minutes=1)
    clock.pass_s(5, jump_s=3600)
    watched.now()
    assert watched.set_back == timedelta(minutes=61)
    for _ in range(61):
        clock.pass_s(60)
        watched.now()
    assert watched.set_back == timedelta(0)


def test_what_another_process_saw_of_the_clock_is_gone_on_from() -> None:
    clock, watched = a_watched_clock()
    watched.went_on_from(clock.now + TWO_HOURS)
    assert watched.set_back == TWO_HOURS
    watched.now()
    assert watched.set_back == TWO_HOURS
    clock.pass_s(7300)
    watched.now()
    assert watched.set_back == timedelta(0)
    watched.went_on_from(clock.now - TWO_HOURS)
    assert watched.set_back == timedelta(0)


def test_a_clock_that_was_set_back_is_told_once_and_not_as_ids_that_are_ahead() -> None:
    (clock, watched), conditions = a_watched_clock(), Conditions()
    say(conditions, S, watched, clock.now)
    newest = clock.now
    clock.pass_s(1, jump_s=-7200)
    watched.now()
    say(conditions, S, watched, newest)
    assert set(standing(conditions)) == {"clock_set_back"}
    say(conditions, S, watched, newest + TWO_HOURS)
    assert set(standing(conditions)) == {"clock_set_back", "clock_ahead"}
    say(conditions, S, watched, None)
    assert set(standing(conditions)) == {"clock_set_back"}


def test_how_far_ids_are_ahead_is_told_by_the_minute() -> None:
    (clock, watched), conditions = a_watched_clock(), Conditions()
    newest, told = clock.now + timedelta(seconds=7230), []
    for _ in range(90):
        say(conditions, S, watched, newest)
        told.append(standing(conditions)["clock_ahead"]["ahead_s"])
        clock.pass_s(1)
    assert list(dict.fromkeys(told)) == [7200, 7140]


async def test_an_engine_that_ends_leaves_it_to_the_next_to_say(valkey_url: str) -> None:
    add(valkey_url, b.reading(), f"{now_ms() + 25 * HOUR_MS}-0")
    async with Streams(valkey_url) as streams:
        leading = asyncio.ensure_future(role.run(streams, S, [b.a_compound()], CATALOGUE))
        async with asyncio.timeout(20):
            while "clock_ahead" not in standing(streams.conditions):
                await asyncio.sleep(0)
        leading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leading
        assert standing(streams.conditions) == {}


@pytest.mark.parametrize("ms", [0, 1795312800123, 99999999999999])
def test_an_instant_and_its_milliseconds_are_the_same(ms: int) -> None:
    assert ms_of(instant(ms)) == ms


def test_an_id_that_is_no_time_is_the_end_of_times() -> None:
    assert instant(2**64 - 1) == LATEST and ms_of(instant(-1)) == 0
