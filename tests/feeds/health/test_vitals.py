"""What a web role notices about engines, its own reading and other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ResponseError

from feeds.engine import role
from feeds.health import vitals
from feeds.health.conditions import Conditions, Shared
from feeds.health.server_watch import watch
from feeds.health.vitals import Vitals
from feeds.streams.batches import Position, Progress
from feeds.streams.keys import key
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from tests.support.servers import Server
from tests.support.waiting import comes_true
from twin.errors import EntrySetAside

pytestmark = pytest.mark.anyio
S = b.STREET


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """All patience a tenth of what it is."""
    for name in ("LOOK_EVERY_S", "ABSENT_AFTER_S", "LATE_AFTER_S", "UNHEARD_AFTER_S"):
        monkeypatch.setattr(vitals, name, getattr(vitals, name) / 10)


@asynccontextmanager
async def watching(url: str) -> Any:
    """A replica that follows and vitals that look, until the block ends."""
    async with Streams(url) as streams:
        replica = Replica(streams, b.a_twin())
        looking = Vitals(streams, {S: replica})
        tasks = [asyncio.ensure_future(replica.run()), asyncio.ensure_future(looking.run())]
        try:
            yield streams, looking
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until_standing(looking: Vitals, *codes: str, within_s: float = 20.0) -> None:
    """Wait until exactly these conditions stand."""
    await comes_true(lambda: [one.code for one in looking.standing()] == list(codes), within_s)


async def test_a_street_without_an_engine_is_told_until_one_leads(valkey_url: str) -> None:
    async with watching(valkey_url) as (streams, looking):
        await until_standing(looking, "engine_absent")
        [one] = looking.standing()
        leading = asyncio.ensure_future(
            role.run(streams, S, [b.a_compound()], CATALOGUE, lease_ms=500)
        )
        await until_standing(looking)
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        await until_standing(looking, "engine_absent")
        assert looking.standing()[0].since_ms > one.since_ms


async def test_an_engine_that_holds_its_lease_and_gets_nowhere_is_late(valkey_url: str) -> None:
    async with watching(valkey_url) as (streams, looking):
        lease = streams.lease(S, "stuck", lasts_ms=60_000)
        token = await lease.take()
        await until_standing(looking)
        await streams.append(S, [b.state(b.GATE, "open")])
        await until_standing(looking, "engine_late")
        reached = Progress(await streams.newest(S), b.NOON_MS, b.NOON_MS)
        await streams.append_operations(S, [], token=token, progress=reached)
        await until_standing(looking)


async def test_streams_that_went_back_leave_no_engine_late(valkey_url: str) -> None:
    async with watching(valkey_url) as (streams, looking):
        await streams.lease(S, "stuck", lasts_ms=60_000).take()
        await streams.append(S, [b.state(b.GATE, "open")])
        await until_standing(looking, "engine_late")
        looking._replicas[S].position = Position()
        await until_standing(looking)


async def test_a_reading_that_stands_still_is_told_and_healed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "UNHEARD_AFTER_S", 3.0)  # the streams answer every two seconds
    with Server(tmp_path) as server:
        async with watching(server.url) as (streams, looking):
            await streams.lease(S, "engine", lasts_ms=600_000).take()
            await until_standing(looking)
            with gone(server):
                await until_standing(looking, "fold_late")
                assert looking.silence_s(S) > 3.0
            await until_standing(looking)


@contextmanager
def gone(server: Server) -> Iterator[None]:
    """The server is killed, and comes back when the block ends."""
    server.kill()
    yield
    server.start()


async def test_what_an_engine_says_is_read_and_disbelieved_once_it_is_gone(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(valkey_url) as (streams, looking), Streams(valkey_url) as theirs:
        await streams.lease(S, "engine", lasts_ms=60_000).take()
        shared = Shared(theirs.link, theirs.conditions, [S])
        theirs.conditions.raise_("clock_set_back", back_s=7200)
        theirs.conditions.raise_("entry_set_aside", S, count=2)
        await shared.write()
        await until_standing(looking, "entry_set_aside", "clock_set_back")
        # What two processes noticed happened once.
        streams.conditions.raise_("entry_set_aside", S, count=1)
        assert [one.count for one in looking.standing()] == [2, 1]
        monkeypatch.setattr(vitals, "DISBELIEVED_AFTER_S", 0.0)
        assert [one.code for one in looking.standing()] == ["entry_set_aside"]


@pytest.mark.parametrize("name", ["progress", "conditions", "lease"])
async def test_an_engine_is_missed_whatever_lies_in_another_key_of_its_street(
    valkey_url: str, name: str
) -> None:
    async with watching(valkey_url) as (streams, looking):
        await until_standing(looking, "engine_absent")
        for spoilt in (("SET", "odd"), ("HSET", "telemetry", "\udcff", "operations", "a-b")):
            at = key(S, name)
            await streams.link.call(at, ("DEL", at), (spoilt[0], at, *map(_bytes, spoilt[1:])))
            looking._conditions.clear("engine_absent", S)
            looking._streets[S].unled_s = None
            if name == "lease" and spoilt[0] == "SET":
                continue  # somebody holds it
            await until_standing(looking, "engine_absent")


@pytest.mark.parametrize("spoilt", [
    ("SET", "odd"), ("HSET", "telemetry", "\udcff", "operations", "a-b"),
    ("HSET", "telemetry", "5", "operations", ""),
])  # fmt: skip
async def test_an_engine_whose_progress_is_not_to_be_read_is_late(
    valkey_url: str, spoilt: tuple[str, ...]
) -> None:
    async with watching(valkey_url) as (streams, looking):
        await streams.lease(S, "stuck", lasts_ms=60_000).take()
        at = key(S, "progress")
        await streams.link.call(at, ("DEL", at), (spoilt[0], at, *map(_bytes, spoilt[1:])))
        await until_standing(looking)
        await streams.append(S, [b.state(b.GATE, "open")])
        await until_standing(looking, "engine_late")


def _bytes(word: str) -> bytes:
    return word.encode("utf-8", "surrogateescape")


def test_what_makes_a_web_role_fail_is_told_once_for_each_thing() -> None:
    streams: Any = SimpleNamespace(conditions=Conditions())
    looking = Vitals(streams, {})
    for name in ("INC-1", "INC-1", "INC-2"):
        looking.set_aside(S, EntrySetAside("show", name, KeyError("odd")))
    [one] = looking.standing()
    assert (one.code, one.street, one.count) == ("entry_set_aside", S, 2)
    assert one.figures["entry"] == "INC-2"


class OddLink:
    """A server in whose keys lies what is not ours: it answers each question with an error."""

    def __init__(self) -> None:
        self.asked = 0

    async def call(self, *_: object, **__: object) -> list[Any]:
        self.asked += 1
        raise ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")


@pytest.mark.parametrize("part", ["vitals", "watch", "shared"])
async def test_what_lies_in_a_key_of_one_street_ends_no_role(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.health.server_watch.ASK_EVERY_S", 0.01)
    monkeypatch.setattr("feeds.health.conditions.SHARE_EVERY_S", 0.01)
    streams: Any = SimpleNamespace(link=OddLink(), conditions=Conditions())
    streams.conditions.raise_("clock_ahead", S)
    parts = {
        "vitals": Vitals(streams, {}).run,
        "watch": lambda: watch(streams, [S]),
        "shared": Shared(streams.link, streams.conditions, [S]).run,
    }
    task = asyncio.ensure_future(parts[part]())
    await comes_true(lambda: streams.link.asked >= 3 or task.done())
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
