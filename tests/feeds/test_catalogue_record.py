"""By which catalogue a street went since when: noted at each change, told to who replays it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis

from feeds.catalogue_record import KEPT, WentBy, note, noted
from feeds.engine.active import Active
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE, with_rule
from tests.support.engines import clock_at, start
from tests.support.servers import Server
from tests.support.waiting import comes_true
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio
S = b.STREET


async def test_a_version_is_noted_when_it_is_another_one(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        assert await noted(streams.link, S) == []
        for at_ms, version in ((1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "a")):
            await note(streams.link, S, version, at_ms)
        assert await noted(streams.link, S) == [WentBy(1, "a"), WentBy(3, "b"), WentBy(5, "a")]
        assert await noted(streams.link, "lusong.jianning") == []


async def test_what_was_written_twice_or_is_no_row_changes_nothing(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        await note(streams.link, S, "a", 1)
        with redis.Redis.from_url(redis_url) as client:
            client.rpush(
                key(S, "catalogues"), b'{"since_ms":2,"version":"a"}', b"nonsense", b"\xff"
            )
        assert await noted(streams.link, S) == [WentBy(1, "a")]


async def test_the_oldest_are_forgotten_where_there_are_too_many(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        with redis.Redis.from_url(redis_url) as client:
            rows = (b'{"since_ms":%d,"version":"v%d"}' % (n, n) for n in range(KEPT))
            client.rpush(key(S, "catalogues"), *rows)
        await note(streams.link, S, "new", KEPT)
        kept = await noted(streams.link, S)
        assert (len(kept), kept[0], kept[-1]) == (KEPT, WentBy(1, "v1"), WentBy(KEPT, "new"))


async def test_a_key_that_holds_something_else_keeps_no_engine_from_leading(
    valkey_url: str,
) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        client.set(key(S, "catalogues"), "something else")
    async with Streams(valkey_url) as streams:
        running = start(streams, "a", [])
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await comes_true(lambda: len(b.payloads(valkey_url)) == 2)
        assert await noted(streams.link, S) == []
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_rights_from_before_there_was_such_a_key_keep_no_engine_from_leading(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        server.say("ACL", "SETUSER", "default", "-rpush", "-lrange")
        async with Streams(server.url) as streams:
            await note(streams.link, S, "a", 1)
            assert await noted(streams.link, S) == []


async def test_an_engine_that_goes_by_other_rows_notes_since_when(valkey_url: str) -> None:
    other = with_rule("smoke", label="烟")
    async with Streams(valkey_url) as streams:
        for seconds, catalogue in enumerate((CATALOGUE, CATALOGUE, other)):
            lease = streams.lease(S, f"engine {seconds}", lasts_ms=60_000)
            token = await lease.take()
            assert token is not None
            twin = Twin(S, [b.a_compound()], catalogue)
            await Active(streams, twin, lease, token, clock_at(seconds)).begin()
            await lease.release()
        found = await noted(streams.link, S)
    assert found == [
        WentBy(b.NOON_MS, CATALOGUE.version), WentBy(b.NOON_MS + 2000, other.version),
    ]  # fmt: skip
