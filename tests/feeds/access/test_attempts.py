"""A flood of logins, a lock turned on its owner, a client that has gone: who comes in, who not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import argon2
import pytest
import redis.asyncio

from feeds.access.accounts import Account, Accounts
from feeds.access.attempts import TRIES, TRIES_FROM_ADDRESS, Somewhere
from twin.errors import LoginRefused

pytestmark = pytest.mark.anyio
PASSWORD = "green gate 7 lamps"
LI = Account(name="li", display="李", role="dispatcher", prefixes=("lusong.hejiatu",))
WU = Account(name="wu", display="吴", role="dispatcher", prefixes=("lusong.hejiatu",))
OFFICE, ELSEWHERE = "10.0.0.7", "10.9.9.9"


class Hasher(argon2.PasswordHasher):
    """Cheap, counted, and held up until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.hashed: list[str | bytes] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        assert self.go_on.wait(20)
        self.hashed.append(password)
        return super().verify(hash, password)


def hasher_of(accounts: Accounts) -> Hasher:
    hasher = accounts._hasher
    assert isinstance(hasher, Hasher)
    return hasher


class Left(Somewhere):
    """A visitor who has hung up."""

    async def gone(self) -> bool:
        return True


@pytest.fixture
async def accounts(redis_url: str) -> AsyncIterator[Accounts]:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        accounts = Accounts(client, hasher=Hasher())
        await accounts.add(LI, PASSWORD)
        await accounts.add(WU, PASSWORD)
        yield accounts


async def refusal(
    accounts: Accounts, name: str, where: Somewhere, password: str = "a wrong guess"
) -> LoginRefused:
    with pytest.raises(LoginRefused) as caught:
        await accounts.verify(name, password, where)
    return caught.value


async def locked_out(accounts: Accounts, name: str) -> None:
    for n in range(TRIES + 1):
        await refusal(accounts, name, Somewhere(f"10.1.{n}.1"))


async def test_a_lock_from_elsewhere_does_not_lock_out_a_browser_it_came_in_from(
    accounts: Accounts,
) -> None:
    await accounts.verify("li", PASSWORD, Somewhere(ELSEWHERE, "", "mark 1"))
    await locked_out(accounts, "li")
    assert (await refusal(accounts, "li", Somewhere("10.5.5.5"), PASSWORD)).kind == "locked"
    assert await accounts.verify("li", PASSWORD, Somewhere("10.6.6.6", "mark 1", "mark 2")) == LI
    # The mark is new each time, and what it knew goes over.
    assert (await refusal(accounts, "li", Somewhere("", "mark 1"), PASSWORD)).kind == "locked"
    assert await accounts.verify("li", PASSWORD, Somewhere("", "mark 2", "mark 3")) == LI


async def test_a_lock_from_elsewhere_does_not_lock_out_an_address_it_came_in_from(
    accounts: Accounts,
) -> None:
    await accounts.verify("li", PASSWORD, Somewhere(OFFICE))
    await locked_out(accounts, "li")
    assert await accounts.verify("li", PASSWORD, Somewhere(OFFICE)) == LI
    assert (await refusal(accounts, "wu", Somewhere(OFFICE))).kind == "wrong"


async def test_a_known_browser_may_guess_no_more_than_any_other(accounts: Accounts) -> None:
    await accounts.verify("li", PASSWORD, Somewhere("", "", "mark"))
    known = Somewhere("", "mark", "next")
    kinds = [(await refusal(accounts, "li", known)).kind for _ in range(TRIES + 1)]
    assert kinds == ["wrong"] * TRIES + ["locked"]
    assert (await refusal(accounts, "li", known, PASSWORD)).kind == "locked"
    assert await accounts.verify("li", PASSWORD, Somewhere(ELSEWHERE)) == LI


async def test_a_screen_shared_by_a_shift_is_known_for_all_of_them(accounts: Accounts) -> None:
    await accounts.verify("li", PASSWORD, Somewhere("", "", "one"))
    await accounts.verify("wu", PASSWORD, Somewhere("", "one", "two"))
    await locked_out(accounts, "li")
    await locked_out(accounts, "wu")
    assert await accounts.verify("li", PASSWORD, Somewhere("", "two", "three")) == LI
    assert await accounts.verify("wu", PASSWORD, Somewhere("", "three", "four")) == WU


async def test_ever_new_names_from_one_address_are_not_hashed_nor_remembered(
    accounts: Accounts,
) -> None:
    client, hasher = accounts.attempts._client, hasher_of(accounts)
    said = [await refusal(accounts, f"nobody{n}", Somewhere(OFFICE)) for n in range(200)]
    assert [one.kind for one in said] == ["wrong"] * TRIES_FROM_ADDRESS + ["busy"] * 180
    assert all(one.retry_after_s for one in said[TRIES_FROM_ADDRESS:])
    assert len(hasher.hashed) == TRIES_FROM_ADDRESS
    assert len([key async for key in client.scan_iter("dayuan:*")]) < TRIES_FROM_ADDRESS + 10
    assert (await refusal(accounts, "other", Somewhere(ELSEWHERE))).kind == "wrong"


async def test_from_a_crowding_address_the_right_password_opens_and_all_else_sounds_alike(
    accounts: Accounts,
) -> None:
    for n in range(TRIES_FROM_ADDRESS):
        await refusal(accounts, f"nobody{n}", Somewhere(OFFICE))
    said = [await refusal(accounts, name, Somewhere(OFFICE)) for name in ["li"] * 7 + ["nobody"]]
    assert {(one.kind, one.retry_after_s) for one in said} == {("busy", 60)}
    assert [one.outcome for one in said] == ["wrong"] * TRIES + ["locked"] * 2 + [""]
    assert await accounts.verify("wu", PASSWORD, Somewhere(OFFICE)) == WU


async def test_right_logins_of_a_large_office_never_make_its_address_a_crowd(
    accounts: Accounts,
) -> None:
    for _ in range(3 * TRIES_FROM_ADDRESS):
        assert await accounts.verify("li", PASSWORD, Somewhere(OFFICE)) == LI
    assert (await refusal(accounts, "wu", Somewhere(OFFICE))).kind == "wrong"


async def test_in_a_flood_of_many_addresses_few_wait_and_who_is_known_comes_first(
    accounts: Accounts,
) -> None:
    await refusal(accounts, "nobody", Somewhere(ELSEWHERE))  # the decoy is made once
    hasher = hasher_of(accounts)
    hasher.hashed.clear()
    hasher.go_on.clear()
    flood = [
        asyncio.ensure_future(refusal(accounts, f"nobody{n}", Somewhere(f"10.2.{n}.1")))
        for n in range(60)
    ]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    right = asyncio.ensure_future(accounts.verify("li", PASSWORD, Somewhere(OFFICE)))
    while not right.done() and accounts._turns._waiting[1] == 0:
        await asyncio.sleep(0)
    hasher.go_on.set()
    assert await right == LI
    said = [one.kind for one in await asyncio.gather(*flood)]
    assert (said.count("busy"), said.count("wrong")) == (38, 22)
    # Two were being hashed, and one of them made room for it.
    assert hasher.hashed.index(PASSWORD.encode()) <= 3


async def test_a_client_that_has_gone_is_not_hashed(accounts: Accounts) -> None:
    await refusal(accounts, "li", Left(OFFICE))
    assert hasher_of(accounts).hashed == []
