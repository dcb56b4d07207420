"""Access tokens: shown once, kept as a digest, over when they are over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from feeds.access.tokens import TOKENS_KEY, USED_KEY, TokenRefused, Tokens

pytestmark = pytest.mark.anyio
STREET = ("lusong.hejiatu",)
DAY = 86_400


class Clock:
    """The time, to be moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def client(valkey_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        yield client


async def test_a_token_gives_its_role_and_territories_and_is_not_kept(
    client: redis.asyncio.Redis,
) -> None:
    tokens = Tokens(client)
    shown, token = await tokens.add("gis", "reviewer", STREET, days=30)
    assert await tokens.lookup(shown) == token
    account = token.account
    assert (account.name, account.role, account.prefixes) == ("token:gis", "reviewer", STREET)
    secret = shown.partition(".")[2].encode()
    kept = await client.hget(TOKENS_KEY, "gis")
    assert isinstance(kept, bytes) and secret not in kept


async def test_any_other_words_give_nothing(client: redis.asyncio.Redis) -> None:
    tokens = Tokens(client)
    shown, _ = await tokens.add("gis", "viewer", STREET, days=30)
    wrong = ["", "gis", "dyt_gis.", "dyt_gis." + "x" * 43, shown[:-1], shown + "x", shown.upper(),
             shown.replace("gis", "geo"), "dyt_{*}." + "x" * 43, shown + "\n"]  # fmt: skip
    assert [word for word in wrong if await tokens.lookup(word)] == []


async def test_it_ends_with_its_days_with_a_new_one_and_when_removed(
    client: redis.asyncio.Redis,
) -> None:
    clock = Clock()
    tokens = Tokens(client, now=clock)
    shown, _ = await tokens.add("gis", "viewer", STREET, days=2)
    clock.now += 2 * DAY - 1
    assert await tokens.lookup(shown)
    clock.now += 1
    assert await tokens.lookup(shown) is None
    again, _ = await tokens.add("gis", "viewer", STREET, days=2)
    assert (await tokens.lookup(shown), bool(await tokens.lookup(again))) == (None, True)
    assert await tokens.remove("gis")
    assert await tokens.lookup(again) is None
    assert await tokens.remove("gis") is None


async def test_the_last_use_is_known_to_a_minute(client: redis.asyncio.Redis) -> None:
    clock = Clock()
    tokens = Tokens(client, now=clock)
    shown, token = await tokens.add("gis", "viewer", STREET, days=2)
    assert await tokens.list() == [(token, None)]
    for wait in (0, 30, 29, 1):
        clock.now += wait
        await tokens.lookup(shown)
    assert await tokens.list() == [(token, clock.now)]
    clock.now += 30
    await tokens.lookup(shown)
    used = await client.hget(USED_KEY, "gis")
    assert used is not None and float(used) == clock.now - 30


async def test_wrong_tries_are_counted_by_token_and_all_unknown_names_together(
    client: redis.asyncio.Redis,
) -> None:
    tokens = Tokens(client)
    await tokens.add("gis", "viewer", STREET, days=2)
    assert (await tokens.count_wrong("gis")).tries == 1
    names = ["", "a", "b", "c"]
    assert [(await tokens.count_wrong(name)).tries for name in names] == [1, 2, 3, 4]
    counted = await tokens.count_wrong("gis")
    assert (counted.subject, counted.tries) == ("token:gis", 2)
    assert 0 < counted.left_s <= 15 * 60


@pytest.mark.parametrize(
    ("name", "role", "prefixes", "days", "words"),
    [
        ("a.b", "viewer", STREET, 1, "name"),
        ("a", "responder", STREET, 1, "role"),
        ("a", "king", STREET, 1, "role"),
        ("a", "viewer", (), 1, "territory"),
        ("a", "viewer", ("lusong.",), 1, "territory"),
        ("a", "viewer", STREET, 0, "days"),
        ("a", "viewer", STREET, 9999, "days"),
    ],
)
async def test_a_token_that_cannot_be_is_refused(
    client: redis.asyncio.Redis, name: str, role: str, prefixes: tuple[str, ...], days: int,
    words: str,
) -> None:  # fmt: skip
    with pytest.raises(TokenRefused, match=words):
        await Tokens(client).add(name, role, prefixes, days=days)
