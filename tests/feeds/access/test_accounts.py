"""Accounts against real servers: what a stranger with the database, or with time, can do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import argon2
import msgspec
import pytest
import redis.asyncio

from feeds.access.accounts import (
    ACCOUNTS_KEY,
    CONSOLE,
    WALL,
    Account,
    AccountRefused,
    Accounts,
    demo_accounts,
)
from feeds.access.attempts import TRIES
from twin.errors import LoginRefused
from twin.places.model import Compound, ResponderCard

pytestmark = pytest.mark.anyio
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "green gate 7 lamps"
LI = Account(name="li", display="李", role="dispatcher", prefixes=("lusong.hejiatu",))
SCREEN = Account(name="hall", display="大厅", role="viewer", prefixes=("lusong",))


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def accounts(client: redis.asyncio.Redis, clock: Clock) -> Accounts:
    accounts = Accounts(client, hasher=CHEAP, now=clock)
    await accounts.add(LI, PASSWORD)
    return accounts


async def refusal(accounts: Accounts, name: str, password: str) -> LoginRefused:
    with pytest.raises(LoginRefused) as caught:
        await accounts.verify(name, password)
    return caught.value


async def test_the_right_password_gives_the_account(accounts: Accounts) -> None:
    assert await accounts.verify("li", PASSWORD) == LI
    assert await accounts.list() == [LI]


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(accounts: Accounts) -> None:
    wrong = await refusal(accounts, "li", "something \ud800 else")
    unknown = await refusal(accounts, "nobody", "something else")
    odd = await refusal(accounts, "李\ud800 {*}", "something else")
    assert (wrong.kind, str(wrong)) == (unknown.kind, str(unknown)) == (odd.kind, str(odd))


@pytest.mark.parametrize("name", ["li", "nobody"])
async def test_five_failures_lock_even_against_the_right_password(
    accounts: Accounts, name: str
) -> None:
    kinds = [(await refusal(accounts, name, f"guess {n}")).kind for n in range(TRIES)]
    locked = await refusal(accounts, name, PASSWORD)
    assert kinds == ["wrong"] * TRIES
    assert locked.kind == "locked"
    assert 0 < locked.retry_after_s <= 900


async def test_the_lock_ends_by_itself_and_tries_do_not_prolong_it(
    accounts: Accounts, client: redis.asyncio.Redis
) -> None:
    for n in range(TRIES):
        await refusal(accounts, "li", f"guess {n}")
    await client.expire("dayuan:lockout:li", 40)
    assert (await refusal(accounts, "li", PASSWORD)).retry_after_s <= 40
    await client.delete("dayuan:lockout:li")
    assert await accounts.verify("li", PASSWORD) == LI


async def test_a_login_forgets_the_failures_before_it(accounts: Accounts) -> None:
    for _ in range(2):
        for n in range(TRIES - 1):
            await refusal(accounts, "li", f"guess {n}")
        assert await accounts.verify("li", PASSWORD) == LI


async def test_an_old_hash_is_renewed_at_login_and_sessions_live_on(
    accounts: Accounts, client: redis.asyncio.Redis
) -> None:
    token = await accounts.open_session(LI)
    before = await client.hget(ACCOUNTS_KEY, "li")
    stronger = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    renewing = Accounts(client, hasher=stronger)
    assert await renewing.verify("li", PASSWORD) == LI
    assert await client.hget(ACCOUNTS_KEY, "li") != before
    assert await accounts.lookup(token) == LI


async def test_the_database_holds_neither_password_nor_token(
    accounts: Accounts, client: redis.asyncio.Redis
) -> None:
    token = await accounts.open_session(LI)
    keys = [key async for key in client.scan_iter()]
    kept = await client.hget(ACCOUNTS_KEY, "li")
    assert isinstance(kept, bytes) and b"$argon2id$" in kept
    assert PASSWORD.encode() not in kept
    assert not any(token.encode() in key for key in keys)


async def test_a_session_gives_the_account_as_it_is_now(accounts: Accounts) -> None:
    token = await accounts.open_session(LI)
    assert await accounts.lookup(token) == LI
    assert await accounts.lookup("") is None
    assert await accounts.lookup(token + "x") is None


async def test_a_session_ends_when_closed_or_removed_or_given_a_new_password(
    accounts: Accounts,
) -> None:
    closed, removed, renewed = [await accounts.open_session(LI) for _ in range(3)]
    await accounts.close_session(closed)
    assert await accounts.lookup(closed) is None
    await accounts.add(LI, "another good password")
    assert await accounts.lookup(renewed) is None
    assert await accounts.remove("li")
    assert await accounts.lookup(removed) is None
    assert not await accounts.remove("li")
    with pytest.raises(LoginRefused):
        await accounts.open_session(LI)


async def test_a_console_ends_after_ten_idle_minutes_and_use_prolongs_it(
    accounts: Accounts, client: redis.asyncio.Redis
) -> None:
    token = await accounts.open_session(LI)
    (key,) = [key async for key in client.scan_iter("dayuan:session:*")]
    assert 0 < await client.ttl(key) <= CONSOLE.idle_s
    await client.expire(key, 30)
    await accounts.lookup(token, touch=False)
    assert await client.ttl(key) <= 30
    await accounts.lookup(token)
    assert await client.ttl(key) > 30


async def test_a_console_ends_after_twelve_hours_however_busy(
    accounts: Accounts, clock: Clock
) -> None:
    token = await accounts.open_session(LI)
    clock.now += CONSOLE.absolute_s - 1
    assert await accounts.lookup(token) == LI
    clock.now += 2
    assert await accounts.lookup(token) is None


async def test_a_wall_stays_for_thirty_days(
    accounts: Accounts, clock: Clock, client: redis.asyncio.Redis
) -> None:
    await accounts.add(SCREEN, PASSWORD)
    token = await accounts.open_session(SCREEN)
    (key,) = [key async for key in client.scan_iter("dayuan:session:*")]
    assert await client.ttl(key) > CONSOLE.absolute_s
    clock.now += WALL.absolute_s - 1
    assert await accounts.lookup(token) == SCREEN


async def test_a_kiosk_link_lets_in_a_viewer_and_nobody_who_commands(accounts: Accounts) -> None:
    await accounts.add(SCREEN, PASSWORD)
    token = await accounts.make_link("hall")
    assert await accounts.redeem_link(token) == SCREEN
    assert await accounts.redeem_link("nonsense") is None
    assert await accounts.lookup(token) is None
    for name in ("li", "nobody"):
        with pytest.raises(AccountRefused):
            await accounts.make_link(name)
    await accounts.remove("hall")
    assert await accounts.redeem_link(token) is None


@pytest.mark.parametrize(
    ("changed", "password", "words"),
    [
        ({"name": "Li Wei"}, PASSWORD, "name"),
        ({"name": "a" * 65}, PASSWORD, "name"),
        ({"display": " "}, PASSWORD, "display"),
        ({"role": "king"}, PASSWORD, "role"),
        ({"language": "fr"}, PASSWORD, "language"),
        ({"prefixes": ()}, PASSWORD, "prefix"),
        ({"prefixes": ("Lusong",)}, PASSWORD, "prefix"),
        ({"demo": True}, PASSWORD, "demo"),
        ({}, "too short", "password"),
        ({}, "x" * 201, "password"),
        ({"name": "longenoughname"}, "LongEnoughName", "password"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_the_reason(
    valkey_url: str, changed: dict[str, object], password: str, words: str
) -> None:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        accounts = Accounts(client, hasher=CHEAP)
        with pytest.raises(AccountRefused, match=words) as caught:
            await accounts.add(msgspec.structs.replace(LI, **changed), password)
        assert password not in str(caught.value)
        assert await accounts.list() == []


def a_place(*responders: tuple[str, str, str]) -> Compound:
    return Compound(
        id="huodian",
        name="火电小区",
        name_en="Huodian",
        territory="lusong.hejiatu.changtangwan.huodian",
        origin=(113.1, 27.8),
        outline=(),
        responders=tuple(
            ResponderCard(
                id=f"huodian/responder/{id_}",
                name=name,
                role=role,
                skills=(),
                territory="lusong.hejiatu.changtangwan.huodian.g1",
                post=(113.1, 27.8),
            )
            for id_, name, role in responders
        ),
    )


async def test_demo_identities_need_no_password_in_the_demo_and_are_nothing_outside(
    valkey_url: str,
) -> None:
    place = a_place(
        ("wang", "王保安", "guard"),
        ("sun", "孙网格员", "grid_officer"),
        ("zhou", "周敏", "grid_officer"),
    )
    demo = demo_accounts([place])
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        inside, outside = Accounts(client, demo=demo), Accounts(client)
        tokens = [await inside.open_session(account) for account in demo]
        assert [await inside.lookup(token) for token in tokens] == demo
        assert [await outside.lookup(token) for token in tokens] == [None] * len(demo)
        with pytest.raises(LoginRefused):
            await outside.open_session(demo[0])
        assert await outside.list() == []
    by_name = {account.name: account for account in demo}
    assert by_name["zhou"].responder == "huodian/responder/zhou"
    assert {account.prefixes for account in demo} == {("lusong.hejiatu",)}


def test_a_place_without_grid_officers_has_a_demo_too() -> None:
    assert all(account.responder is None for account in demo_accounts([a_place()]))
