"""Whether the server takes what we write, and keeps it: asked, and said while it is not so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.health import server_watch
from feeds.streams.durability import refuse_eviction
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from tests.feeds.streams.test_healing import BINARIES
from tests.support.builders import streams as b
from tests.support.servers import Server
from tests.support.waiting import comes_true
from twin.errors import InvalidSetting

pytestmark = pytest.mark.anyio
S = b.STREET


@pytest.fixture(params=BINARIES, ids=lambda path: Path(path).name)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, binary=request.param) as server:
        yield server


def said(streams: Streams) -> dict[str, dict[str, object]]:
    return {one.code: dict(one.figures) for one in streams.conditions.standing()}


async def test_a_server_that_takes_no_writes_is_said_though_nobody_writes_and_unsaid_again(
    server: Server,
) -> None:
    async with Streams(server.url, patience_s=0.1) as streams:
        await server_watch.ask(streams, S)
        assert said(streams) == {}
        server.say("CONFIG", "SET", "maxmemory", "1")
        await server_watch.ask(streams, S)
        assert said(streams) == {"server_refuses": {"reason": "OOM"}}
        server.say("CONFIG", "SET", "maxmemory", "0")
        await server_watch.ask(streams, S)
        assert said(streams) == {}
        server.hang()
        await server_watch.ask(streams, S)
        assert said(streams) == {"server_refuses": {"reason": "AWAY"}}
        server.go_on()


async def test_a_server_that_begins_to_evict_is_said(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_watch, "ASK_EVERY_S", 0.01)
    async with Streams(server.url) as streams:
        watching = asyncio.ensure_future(server_watch.watch(streams, [S]))
        server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        await comes_true(lambda: said(streams) == {"server_evicts": {"policy": "allkeys-lru"}})
        server.say("CONFIG", "SET", "maxmemory-policy", "noeviction")
        await comes_true(lambda: not said(streams))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_server_that_would_throw_away_is_refused_at_start_even_if_it_hides_its_settings(
    server: Server, hidden: bool
) -> None:
    if hidden:
        server.say("ACL", "SETUSER", "default", "-config")
    async with Streams(server.url) as streams:
        await refuse_eviction(streams.link, key(None, "probe"))
        if hidden:
            server.say("ACL", "SETUSER", "default", "+config")
        server.say("CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
        with pytest.raises(InvalidSetting, match=r"maxmemory-policy='volatile-ttl'.*noeviction"):
            await refuse_eviction(streams.link, key(None, "probe"))
