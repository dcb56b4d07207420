"""A street's streams, on every server this machine has."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from redis.crc import key_slot

from feeds.engine.clocks import server_now
from feeds.errors import LostLease
from feeds.streams.batches import Position, Progress, order
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.clocks import HOUR_MS, add, now_ms
from tests.support.servers import LossyLine, Server
from twin import events as ev
from twin.errors import EventRejected, StaleVersion

pytestmark = pytest.mark.anyio
S = b.STREET
NAMES = ("telemetry", "operations", "rejected", "versions", "snapshot", "lease", "fence",
         "progress", "rejected_until", "rejected_counts")  # fmt: skip


async def test_telemetry_is_appended_in_order_and_operations_are_not_taken(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        ids = await streams.append(S, b.readings(2500))
        assert ids == sorted(ids, key=order)
        assert len(set(ids)) == 2500 == len(b.payloads(redis_url, "telemetry"))
        with pytest.raises(AssertionError, match="not telemetry"):
            await streams.append(S, [b.a_case("INC-1")])
        with pytest.raises(AssertionError, match="not operations"):
            await streams.append_operations(S, [b.reading()])


async def test_who_writes_second_about_one_version_is_told_which_entry_was_first(
    redis_url: str,
) -> None:
    async with Streams(redis_url) as streams:
        await streams.append_operations(S, [b.a_case("INC-1")])
        won = await streams.append_operations(S, [b.a_note("INC-1", 2, "a")])
        assert won.version == 2
        with pytest.raises(StaleVersion) as lost:
            await streams.append_operations(S, [b.a_note("INC-1", 2, "b")])
        assert lost.value.detail == {"thing": "INC-1", "version": 2, "entry": won.ids[-1]}
        assert len(b.payloads(redis_url)) == 2


async def test_several_things_are_written_all_or_none(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        await streams.append_operations(S, [b.a_case("INC-1"), b.a_case("INC-2")])
        both = [b.a_note("INC-1", 2), b.a_note("INC-2", 3)]
        with pytest.raises(StaleVersion) as stale:
            await streams.append_operations(S, both)
        assert stale.value.detail["thing"] == "INC-2"
        again = [b.a_note("INC-1", 2), b.a_note("INC-2", 2), b.a_note("INC-2", 3)]
        assert (await streams.append_operations(S, again)).versions == {"INC-1": 2, "INC-2": 3}


async def test_eight_clients_racing_for_three_hundred_incidents_win_three_hundred_times(
    redis_url: str,
) -> None:
    wins: list[str] = []

    async def racer(name: str) -> None:
        async with Streams(redis_url) as streams:
            for number in range(300):
                try:
                    await streams.append_operations(S, [b.a_note(f"INC-{number}", 1, name)])
                    wins.append(f"INC-{number}")
                except StaleVersion:
                    pass

    await asyncio.gather(*(racer(f"client{n}") for n in range(8)))
    assert sorted(wins) == sorted(f"INC-{number}" for number in range(300))
    assert len(b.payloads(redis_url)) == 300


async def test_a_command_whose_reply_was_lost_counts_once_and_is_answered(redis_url: str) -> None:
    async with LossyLine(redis_url) as line, Streams(line.url) as streams:
        await streams.append_operations(S, [b.a_case("INC-1")])
        line.lose(b"EVALSHA")
        done = await streams.append_operations(S, [b.a_note("INC-1", 2)])
        assert (line.lost, done.version) == (1, 2)
        assert len(b.payloads(redis_url)) == 2


async def test_a_lost_reply_is_found_again_even_if_somebody_wrote_in_between(
    redis_url: str,
) -> None:
    async with LossyLine(redis_url) as line, Streams(line.url) as ours, Streams(redis_url) as other:
        await ours.append_operations(S, [b.a_case("INC-1")])
        line.lose(b"EVALSHA", lambda: other.append_operations(S, [b.a_note("INC-1", 3, "other")]))
        done = await ours.append_operations(S, [b.a_note("INC-1", 2, "ours")])
        assert done.version == 2
        texts = [ev.decode(payload).by for payload in b.payloads(redis_url)]
        assert texts == ["system", "ours", "other"]


async def test_a_login_whose_reply_was_lost_is_written_once(valkey_url: str) -> None:
    login = ev.AccountLogin(
        id="l1", subject="chenmin", time=b.now(), data=ev.AccountData(outcome="accepted")
    )
    async with LossyLine(valkey_url) as line, Streams(line.url) as streams:
        await streams.append_operations(S, [login])
        line.lose(b"EVALSHA")
        done = await streams.append_operations(S, [login], thing=None, expected=None)
        assert (line.lost, done.version) == (1, None)
        assert len(b.payloads(valkey_url)) == 2


async def test_the_marks_kept_for_one_thing_are_bounded(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        for version in range(1, 40):
            await streams.append_operations(S, [b.a_note("INC-1", version)])
    with redis.Redis.from_url(valkey_url) as client:
        kept = client.hget(key(S, "versions"), "INC-1").split()
    assert (kept[0], len(kept)) == (b"39", 9)


async def test_only_the_newest_fencing_token_may_write(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        ours, theirs = streams.lease(S, "ours"), streams.lease(S, "theirs")
        token = await ours.take()
        assert (token, await theirs.take(), await ours.take()) == (1, None, 1)
        await ours.release()
        newer = await theirs.take()
        assert newer == 2
        reached = Progress(Position("5-0", "6-0"), 7, 8)
        with pytest.raises(LostLease):
            await streams.append_operations(
                S, [b.a_note("INC-1", 1)], token=token, progress=reached
            )
        assert (b.payloads(redis_url), await streams.load_progress(S)) == ([], None)
        await streams.append_operations(S, [], token=newer, progress=reached)
        assert await streams.load_progress(S) == reached


async def test_following_from_a_position_misses_nothing_and_repeats_nothing(
    redis_url: str,
) -> None:
    async with Streams(redis_url) as streams:
        ids = await streams.append(S, b.readings(1500))
        cases = [b.a_case(f"INC-{n}") for n in range(700)]
        ids += (await streams.append_operations(S, cases)).ids
        position = Position()
        found: list[str] = []
        while len(found) < len(ids):  # a new follower again and again, from where the last was
            for batch in await b.collected(streams, 300, position=position, batch=150):
                found += batch.ids
                position = batch.after
        assert sorted(found) == sorted(ids)
        assert position == await streams.newest(S)


async def test_a_follower_survives_the_death_of_the_server(tmp_path: Path) -> None:
    heard: list[bool] = []
    with Server(tmp_path) as server:
        async with Streams(server.url) as streams:
            ids = await streams.append(S, b.readings(50))
            following = streams.follow(
                S, Position(), connection=lambda up, reason: heard.append(up)
            )
            found = (await anext(following)).ids
            next_batch = asyncio.ensure_future(anext(following))
            await asyncio.sleep(0)
            server.kill()
            server.start()
            ids += await streams.append(S, b.readings(50))
            found += (await next_batch).ids
            while len(found) < len(ids):
                found += (await anext(following)).ids
            await following.aclose()
    assert found == ids
    assert heard == [True, False, True]


async def test_entries_that_are_no_events_are_handed_on_as_they_are(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        stream = key(S, "telemetry")
        client.xadd(stream, {"e": b"\xff\x00"})
        client.xadd(stream, {"temperature": "21", "unit": "C"})
        client.xadd(stream, {"a": "1", "e": "{}"})
    async with Streams(valkey_url) as streams:
        (batch,) = await b.collected(streams, 3, position=Position())
    assert batch.payloads == [b"\xff\x00", b'["temperature","21","unit","C"]', b"{}"]
    assert batch.kinds == ["telemetry"] * 3


async def test_a_range_is_in_order_over_both_streams_whatever_the_batches(
    valkey_url: str,
) -> None:
    b.write(valkey_url, [(n * 0.01, b.reading(n)) for n in range(300)])
    cases = [(n * 0.1 + 0.005, b.a_case(f"INC-{n}")) for n in range(60)]
    b.write(valkey_url, cases, "operations")
    async with Streams(valkey_url) as streams:
        start, end = b.NOON_MS + 500, b.NOON_MS + 4005
        for size in (7, 1000):
            found = [batch async for batch in streams.range(S, start, end, batch=size)]
            ids = b.ids_in(found)
            assert ids == sorted(ids, key=order)
            assert len(ids) == 250 + 36
            assert {kind for batch in found for kind in batch.kinds} == {"telemetry", "operations"}
        assert await streams.span(S) == (b.NOON_MS, b.NOON_MS + 5905)
        assert await streams.span("nobody.here") is None


async def test_a_snapshot_comes_back_with_its_position(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        assert await streams.load_snapshot(S) is None
        await streams.save_snapshot(S, b"\x00state" * 1000, Position("1-2", "3-4"))
        assert await streams.load_snapshot(S) == (b"\x00state" * 1000, Position("1-2", "3-4"))


async def test_telemetry_is_trimmed_and_operations_are_not(valkey_url: str) -> None:
    async with Streams(valkey_url, kept_telemetry=100) as streams:
        await streams.append_operations(S, [b.a_case(f"INC-{n}") for n in range(500)])
        await streams.append(S, b.readings(1000))
        assert len(b.payloads(valkey_url, "telemetry")) < 300
        await streams.trim(S, telemetry=0)
        assert len(b.payloads(valkey_url, "telemetry")) < 100
        assert len(b.payloads(valkey_url)) == 500


async def test_a_rejected_entry_is_kept_once_with_field_value_and_reason(redis_url: str) -> None:
    why = EventRejected("data.value", float("nan"), "not a finite number")
    payload = ev.encode(b.reading())
    async with Streams(redis_url) as streams:
        for entry in ("7-1", "7-2", "7-1", "7-10", "7-2"):
            await streams.reject(S, payload, why, "stream", entry)
        await streams.reject(None, b"{}", why, "http:outside")
        counts, rows = await streams.rejected(S)
        assert (counts, [row["entry"] for row in rows]) == ({"stream": 3}, ["7-10", "7-2", "7-1"])
        assert rows[0]["field"] == "data.value" and rows[0]["reason"] == "not a finite number"
        assert rows[0]["value"] == "nan" and rows[0]["payload"] == payload.decode()
        assert (await streams.rejected(None))[0] == {"http:outside": 1}


def test_all_keys_of_a_street_lie_on_one_node() -> None:
    assert len({key_slot(key(S, name).encode()) for name in NAMES}) == 1
    assert len({key_slot(key(None, name).encode()) for name in NAMES}) == 1


async def test_a_server_that_does_not_write_through_is_waited_for(tmp_path: Path) -> None:
    with Server(tmp_path, appendfsync="everysec") as server:
        async with Streams(server.url) as streams:
            await streams.append_operations(S, [b.a_case("INC-1")])
            with redis.Redis.from_url(server.url) as client:
                calls = client.info("commandstats")["cmdstat_waitaof"]["calls"]
                # Nothing is left to wait for: it was on disk before the answer came.
                assert client.execute_command("WAITAOF", 1, 0, 1)[0] == 1
    assert calls >= 2  # to see whether it can, and with the append


async def test_a_server_without_a_log_is_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Server(tmp_path, appendonly="no") as server:
        async with Streams(server.url) as streams:
            await streams.append(S, [b.reading()])
            await streams.append(S, [b.reading()])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "appendonly yes" in caplog.text


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
