"""Sources: a token opens its own territory and types, and nothing tells what else there is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from feeds.access.sources import DEMO_TOKEN, SOURCES_KEY, Source, SourceRefused, Sources

pytestmark = pytest.mark.anyio
GATES = Source(name="gates", territory="lusong.hejiatu.changtangwan", types=("gate.state",))


@pytest.fixture
async def client(valkey_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        yield client


async def test_a_token_gives_its_source_and_is_not_kept(client: redis.asyncio.Redis) -> None:
    sources = Sources(client)
    token = await sources.add(GATES)
    assert await sources.lookup(token) == GATES
    assert await sources.list() == [GATES]
    kept = await client.hget(SOURCES_KEY, "gates")
    assert isinstance(kept, bytes) and token.encode() not in kept


@pytest.mark.parametrize("token", ["", "gates", "gates.wrong", "nobody.x", "{*}.x", "gates.\ud800"])
async def test_any_other_token_gives_nothing(client: redis.asyncio.Redis, token: str) -> None:
    sources = Sources(client)
    await sources.add(GATES)
    assert await sources.lookup(token) is None


async def test_a_new_token_or_removal_ends_the_old_one(client: redis.asyncio.Redis) -> None:
    sources = Sources(client)
    old, new = await sources.add(GATES), await sources.add(GATES)
    assert (await sources.lookup(old), await sources.lookup(new)) == (None, GATES)
    assert await sources.remove("gates")
    assert await sources.lookup(new) is None
    assert not await sources.remove("gates")


async def test_the_demo_token_works_in_the_demo_alone(client: redis.asyncio.Redis) -> None:
    demo = Source(name="demo", territory="lusong.hejiatu")
    assert await Sources(client, demo=demo).lookup(DEMO_TOKEN) == demo
    assert await Sources(client).lookup(DEMO_TOKEN) is None


def test_a_source_grants_its_types_or_all_telemetry_but_never_operations() -> None:
    everything = Source(name="all", territory="lusong.hejiatu")
    assert GATES.grants("gate.state") and not GATES.grants("lift.state")
    assert everything.grants("lift.state") and not everything.grants("incident.closed")
    assert GATES.street == "lusong.hejiatu"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source(name="a.b", territory="lusong.hejiatu"), "name"),
        (Source(name="a", territory="lusong"), "territory"),
        (Source(name="a", territory="lusong.Hejiatu"), "territory"),
        (Source(name="a", territory="lusong.hejiatu", types=("incident.closed",)), "type"),
    ],
)
async def test_a_source_that_cannot_be_is_refused(
    client: redis.asyncio.Redis, source: Source, words: str
) -> None:
    with pytest.raises(SourceRefused, match=words):
        await Sources(client).add(source)
