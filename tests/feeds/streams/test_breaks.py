"""Streams that lose entries or go back: recorded, told, and everybody knows what is true now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import redis

from feeds.errors import Unavailable
from feeds.intake.commands import Desk
from feeds.streams.keys import key
from feeds.streams.replica import Replica, follow_all
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.engines import an_engine, start, up_to_date
from tests.support.servers import Server
from tests.support.waiting import comes_true
from twin import events as ev
from twin.commands.table import Command
from twin.errors import CommandRejected

pytestmark = pytest.mark.anyio
S = b.STREET
T = TypeVar("T")


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def standing(streams: Streams) -> dict[str, dict[str, object]]:
    return {one.code: dict(one.figures) for one in streams.conditions.standing()}


async def ended(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# --- trimmed before it was read ----------------------------------------------------------------


async def test_what_was_trimmed_while_the_engine_was_away_is_recorded_and_told(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        evening = await an_engine(streams, 1)
        b.write(redis_url, [(0, b.state(b.GATE, "closed", b.after(0)))])
        await up_to_date(evening)
        await evening.keep()
        await evening.lease.release()
        b.write(redis_url, [(n, b.reading(40.0, b.after(n))) for n in range(2, 52)])
        b.write(redis_url, [(60, b.state(b.CALL, "pressed", b.after(60)))])
        client.xtrim(key(S, "telemetry"), maxlen=11, approximate=False)
        morning = await an_engine(streams, 61, holder="morning")
        await up_to_date(morning)
        assert standing(streams)["stream_gap"]["lost"] == 40
    told = [ev.decode(payload) for payload in b.payloads(redis_url)]
    (gap,) = [event for event in told if isinstance(event, ev.FeedGap)]
    assert (gap.subject, gap.by, gap.territory, gap.data.lost) == ("telemetry", "system", S, 40)
    assert [ev.type_of(event) for event in told if event is not gap] == [
        "alarm.raised",
        "incident.reported",
    ]


async def test_a_screen_is_told_of_a_gap_in_what_it_read(
    redis_url: str, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replica is busy for so long that entries are trimmed which it has not read."""
    monkeypatch.setattr("feeds.streams.reading.LOOK_EVERY_S", 0.0)
    async with Streams(redis_url, kept_telemetry=100_000) as streams:
        replica = Replica(streams, b.a_twin())
        trimmed: list[int] = []

        def use(street: str, changes: object) -> None:
            if replica.twin.devices[b.NOISE].value == 1.0 and not trimmed:
                # As if this took hours: all of it in one step of the loop, and nothing is read.
                b.write(redis_url, [(n, b.reading(2.0, b.after(n))) for n in range(10, 20)])
                client.xadd(key(S, "telemetry"), {"e": ev.encode(b.reading(3.0))})
                trimmed.append(client.xtrim(key(S, "telemetry"), maxlen=1, approximate=False))

        running = asyncio.ensure_future(follow_all([replica], use))
        await replica.current.wait()
        b.write(redis_url, [(1, b.reading(1.0, b.after(1)))])
        await comes_true(lambda: "stream_gap" in standing(streams))
        await comes_true(lambda: replica.twin.devices[b.NOISE].value == 3.0)
        await ended(running)
    assert standing(streams)["stream_gap"]["stream"] == "telemetry"


async def test_what_was_refused_and_deleted_before_it_was_read_is_no_gap(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        first = await an_engine(streams, 1)
        await first.keep()
        await first.lease.release()
        face = b'{"id":"1","type":"gate.state","subject":"a","face":"x"}'
        client.xadd(key(S, "telemetry"), {"e": face}, id=f"{b.NOON_MS}-*")
        client.xadd(key(S, "telemetry"), {"e": face}, id=f"{b.NOON_MS}-*")
        # Another engine read and refused them, and was killed before it noted that.
        second = await an_engine(streams, 1, holder="second")
        await up_to_date(second)
        await second.lease.release()
        assert client.xlen(key(S, "telemetry")) == 0
        third = await an_engine(streams, 1, holder="third")
        await up_to_date(third)
        assert standing(streams) == {}


# --- gone back -----------------------------------------------------------------------------------


async def test_a_screen_forgets_what_an_emptied_server_does_not_know_and_commands_are_true(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.append_operations(S, [b.a_case("INC-1"), b.a_case("INC-2")])
        await streams.append_operations(S, [b.a_note("INC-1", 2)])
        replica, anew = Replica(streams, b.a_twin()), asyncio.Event()
        desk = Desk(streams, {S: replica})
        running = asyncio.ensure_future(follow_all([replica], lambda s, c: None, anew.set))
        await replica.current.wait()
        client.flushall()
        with pytest.raises((CommandRejected, Unavailable)) as at_once:
            await desk.submit(note("INC-1"), b.now())
        assert getattr(at_once.value, "code", "") != "stale"
        async with asyncio.timeout(10):
            await anew.wait()
        with pytest.raises(CommandRejected) as refused:
            await desk.submit(note("INC-1"), b.now())
        assert refused.value.code == "unknown"
        assert replica.twin.incidents == {}
        assert replica.twin.devices[b.GATE].state is None
        # Numbering begins again, and the new case of the old number can be worked on.
        await streams.append_operations(S, [b.a_case("INC-1")])
        await comes_true(lambda: "INC-1" in replica.twin.incidents)
        assert (await desk.submit(note("INC-1"), b.now())).version == 2
        assert "stream_rolled_back" in standing(streams)
        await ended(running)


def note(incident: str) -> Command:
    return Command(name="note", target=incident, by=b.DISPATCHER, args={"text": "到了"})


async def test_an_engine_begins_anew_on_an_emptied_server_and_says_so(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        running = start(streams, "a", [])
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await comes_true(lambda: len(b.payloads(redis_url)) == 2)
        client.flushall()
        await comes_true(lambda: ("feed.rolled_back", "telemetry") in b.subjects(redis_url))
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await comes_true(lambda: len(b.payloads(redis_url)) == 3)
        await ended(running)
        assert "stream_rolled_back" in standing(streams)
    kinds = [kind for kind, _ in b.subjects(redis_url)]
    assert kinds == ["feed.rolled_back", "alarm.raised", "incident.reported"]


async def test_a_log_cut_short_is_noticed_by_screen_and_engine_and_both_equal_a_fresh_fold(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        async with Streams(server.url) as streams:
            replica = Replica(streams, b.a_twin())
            following = asyncio.ensure_future(follow_all([replica], lambda s, c: None))
            running = start(streams, "a", [])
            await streams.append(S, [b.state(b.GATE, "closed")])
            await replica.current.wait()
            size = log_of(tmp_path).stat().st_size
            await streams.append(S, [b.state(b.CALL, "pressed"), *b.readings(20)])
            await comes_true(lambda: replica.twin.alarms)
            server.kill()
            with log_of(tmp_path).open("r+b") as file:
                file.truncate(size)
            server.start()
            await comes_true(lambda: "stream_rolled_back" in standing(streams))
            await comes_true(lambda: not replica.twin.alarms)
            await streams.append(S, [b.state(b.CALL, "pressed")])
            await comes_true(lambda: replica.twin.open_incidents)
            fresh = Replica(streams, b.a_twin())
            also = asyncio.ensure_future(fresh.run())
            await fresh.current.wait()
            await comes_true(lambda: fresh.position == replica.position)
            assert fresh.twin.snapshot() == replica.twin.snapshot()
            await ended(following, running, also)


def log_of(folder: Path) -> Path:
    return max(folder.glob("appendonlydir/*.incr.aof"))


async def test_a_snapshot_that_leads_beyond_the_streams_is_passed_over(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.append_operations(S, [b.a_case("INC-1")])
        twin = b.a_twin()
        twin.apply(b.a_case("INC-9"))
        beyond = type(await streams.newest(S))("99999999999999-0", "99999999999999-0")
        await streams.save_snapshot(S, twin.snapshot(), beyond)
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        await comes_true(lambda: [*replica.twin.incidents] == ["INC-1"])
        assert replica.twin.devices[b.GATE].state == "open"
        active = await an_engine(streams, 1)
        await up_to_date(active)
        assert [*active.twin.incidents] == ["INC-1"]
        await ended(running)


async def test_progress_beyond_the_streams_lets_nothing_go_unfollowed(
    redis_url: str, client: redis.Redis
) -> None:
    ahead = "99999999999999-0"
    client.hset(
        key(S, "progress"),
        mapping={"telemetry": ahead, "operations": ahead, "at_ms": "0", "listening_ms": "0"},
    )
    async with Streams(redis_url) as streams:
        active = await an_engine(streams, 1)
        b.write(redis_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
        await up_to_date(active)
    assert [kind for kind, _ in b.subjects(redis_url)] == ["alarm.raised", "incident.reported"]


# --- thrown away ---------------------------------------------------------------------------------


async def test_versions_that_the_server_threw_away_are_mended_from_the_operations(
    redis_url: str, client: redis.Redis
) -> None:
    """As under ``allkeys-lru``: no step of a known case is refused for ever, no alarm lost."""
    b.write(redis_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
    async with Streams(redis_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        client.delete(key(S, "versions"))
        (case,) = replica.twin.incidents
        done = await Desk(streams, {S: replica}).submit(note(case), b.now())
        assert done.version == 2
        client.delete(key(S, "versions"))
        b.write(redis_url, [(2, b.state(b.CALL, "idle", b.after(2)))])
        await up_to_date(active)
        await ended(running)
    assert ("alarm.cleared", f"{b.CALL}#call_pressed") in b.subjects(redis_url)


async def test_who_was_really_first_is_still_told(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        await streams.append_operations(S, [b.a_case("INC-1")])
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        await ended(running)
        await streams.append_operations(S, [b.a_note("INC-1", 2, "li")])
        with pytest.raises(CommandRejected) as refused:
            await Desk(streams, {S: replica}).submit(note("INC-1"), b.now())
        assert refused.value.code == "stale"
