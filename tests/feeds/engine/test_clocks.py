"""Clocks that jump, with a real server: what is said now counts now, and the screen says why."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import redis
from fastapi import FastAPI

from feeds.access.sources import Source
from feeds.engine import role
from feeds.engine.clocks import WatchedClock, instant, ms_of, say, server_now
from feeds.engine.role import Active
from feeds.errors import Unavailable
from feeds.health.conditions import Conditions
from feeds.intake.http import Intake
from feeds.streams.batches import Position, milliseconds
from feeds.streams.keys import key
from feeds.streams.replica import Replica, ingest
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from twin import events as ev
from twin.events import encode
from twin.state.limits import LATEST
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio
S = b.STREET
HOUR_MS = 3600_000
TWO_HOURS = timedelta(hours=2)
CASE = [("alarm.raised", f"{b.CALL}#call_pressed"), "incident.reported"]


class Clock:
    """A wall clock that is set, beside one that cannot be; both go on by ``pass_s``."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or b.now()
        self.seconds = 0.0

    def wall(self) -> datetime:
        return self.now

    def monotonic_s(self) -> float:
        return self.seconds

    def pass_s(self, seconds: float, jump_s: float = 0.0) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds + jump_s)


async def an_engine(streams: Streams, clock: Clock | None = None, holder: str = "e") -> Active:
    clock = clock or Clock()
    lease = streams.lease(S, holder, lasts_ms=60_000)
    token = await lease.take()
    assert token is not None
    active = Active(streams, b.a_twin(), lease, token, clock.wall, monotonic_s=clock.monotonic_s)
    await active.begin()
    return active


async def up_to_date(active: Active) -> None:
    while await active.step(wait_ms=None):
        pass


def add(url: str, event: ev.Event, entry_id: str) -> None:
    """An entry with an id of somebody's choice, written by a client that is not ours."""
    with redis.Redis.from_url(url) as client:
        client.xadd(key(S, "telemetry"), {"e": encode(event)}, id=entry_id)


def now_ms() -> int:
    return ms_of(b.now())


async def whole(streams: Streams, batch: int) -> Twin:
    """What a reader of everything knows, in batches of a size."""
    twin, after = b.a_twin(), Position()
    while read := await streams.read(S, after, batch=batch):
        ingest(twin, read)
        after = read.after
    return twin


def the_clock_was_two_hours_ahead(url: str) -> None:
    """What stands in a stream when its server's clock has just been set back by two hours."""
    ahead = b.now() + TWO_HOURS
    for n, (subject, word) in enumerate([(b.CALL, "idle"), (b.GATE, "closed"), (b.CALL, "idle")]):
        at = ahead - timedelta(seconds=3 - n)
        add(url, b.state(subject, word, at), f"{ms_of(at)}-0")


# --- the streams ---------------------------------------------------------------------------------


async def test_the_time_of_receipt_is_noted_beside_entries_only_while_ids_are_ahead(
    redis_url: str,
) -> None:
    def fields() -> list[set[bytes]]:
        with redis.Redis.from_url(redis_url) as client:
            return [set(found) for _, found in client.xrange(key(S, "telemetry"))]

    async with Streams(redis_url) as streams:
        await streams.append(S, b.readings(2))
        assert fields() == [{b"e"}, {b"e"}]
        add(redis_url, b.reading(), f"{now_ms() + 2 * HOUR_MS}-0")
        await streams.append(S, b.readings(2))
        assert fields()[2:] == [{b"e"}, {b"e", b"r"}, {b"e", b"r"}]
        read = await streams.read(S, Position())
        assert [len(read.telemetry.noted), len(read.telemetry)] == [2, 5]
        assert all(abs(ms - now_ms()) < 60_000 for ms in read.telemetry.noted.values())
        first, rest = read.telemetry.cut(3)
        assert first.noted is rest.noted is read.telemetry.noted
        assert abs(await server_now(streams.link, S) - b.now()) < timedelta(minutes=1)


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


async def test_others_who_write_without_us_count_too_once_we_have_noted_the_time(
    valkey_url: str,
) -> None:
    async with Streams(valkey_url) as streams:
        the_clock_was_two_hours_ahead(valkey_url)
        await streams.append(S, [b.reading()])
        add(valkey_url, b.state(b.CALL, "pressed"), "*")
        twin = await whole(streams, 1)
        assert twin.devices[b.CALL].state == "pressed"
        assert (await whole(streams, 1000)).snapshot() == twin.snapshot()


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


# --- the door ------------------------------------------------------------------------------------


async def post(streams: Streams, *events: ev.Event, twin: Twin | None = None) -> httpx.Response:
    async def lookup(token: str) -> Source | None:
        return Source(name="s", territory=S)

    app = FastAPI()
    app.include_router(Intake(streams, lookup, {S: twin or b.a_twin()}).router())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dayuan") as client:
        return await client.post(
            "/api/events",
            content=b"\n".join(map(encode, events)),
            headers={"Authorization": "Bearer s"},
        )


@pytest.mark.parametrize("off_s", [0, 240, 7200, 90000, -30, -3000, -80000])
async def test_a_call_that_is_answered_200_becomes_a_case_whatever_its_clock_says(
    valkey_url: str, off_s: int
) -> None:
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams)
        assert (await post(streams, b.state(b.CALL, "idle"))).status_code == 200
        await up_to_date(active)
        call = b.state(b.CALL, "pressed", b.now() + timedelta(seconds=off_s))
        assert (await post(streams, call)).json()["events"] == [{"id": call.id, "ok": True}]
        await up_to_date(active)
        assert b.subjects(valkey_url)[:1] == CASE[:1]
        assert [kind for kind, _ in b.subjects(valkey_url)][1:2] == CASE[1:]
        seen = len(b.subjects(valkey_url))
        if off_s <= 0:  # sent once more, because the answer was lost: it is known
            assert (await post(streams, call)).status_code == 200
            await up_to_date(active)
            assert len(b.subjects(valkey_url)) == seen
        state = "idle" if off_s < 0 else "pressed"
        assert active.twin.devices[b.CALL].state == state


async def test_what_the_fold_would_refuse_is_refused_at_the_door_with_a_margin(
    valkey_url: str,
) -> None:
    async with Streams(valkey_url) as streams:
        day = timedelta(hours=24)
        events = [b.reading(at=b.now() - day), b.reading(at=b.now() - day + timedelta(minutes=1))]
        answer = await post(streams, *events)
        assert [row.get("ok", False) for row in answer.json()["events"]] == [False, True]
        twin = await whole(streams, 1000)
        assert twin.devices[b.NOISE].value == 41.5


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
