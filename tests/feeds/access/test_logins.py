"""Every way in and out leaves its operations event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import argon2
import pytest

from feeds.access.accounts import Account, Accounts
from feeds.access.attempts import NOTED_OF_NAME, NOTED_OF_STRANGERS, TRIES, Somewhere
from feeds.access.logins import Logins
from feeds.streams.batches import Position
from feeds.streams.link import client_from_url
from feeds.streams.streams import Streams
from twin.errors import LoginRefused
from twin.events import AccountLogin, AccountLogout, decode_batch

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
STREETS = ("lusong.hejiatu", "lusong.jianning")
PASSWORD = "three-gates-open"
CHEN = Account(name="chen", display="陈敏", role="dispatcher", prefixes=("lusong.jianning.a",))
WALL = Account(name="wall1", display="大屏", role="viewer", prefixes=("lusong",))
GUEST = Account(name="guest", display="访客", role="viewer", prefixes=STREETS, demo=True)
QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def told(streams: Streams, street: str) -> list[tuple[str, str, str, str]]:
    """(event, subject, outcome, detail) of a street's operations."""
    batch = await streams.read(street, Position(), operations_only=True)
    rows = []
    for event in decode_batch(batch.operations.payloads):
        assert isinstance(event, AccountLogin | AccountLogout)
        rows.append((type(event).__name__, event.subject, event.data.outcome, event.data.detail))
    return rows


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[tuple[Logins, Streams]]:
    client = client_from_url(valkey_url)
    accounts = Accounts(client, demo=[GUEST], hasher=QUICK)
    await accounts.add(CHEN, PASSWORD)
    await accounts.add(WALL, PASSWORD)
    async with Streams(valkey_url) as streams:
        yield Logins(accounts, streams, STREETS, lambda: NOW), streams
    await client.aclose()


async def test_a_login_is_written_where_the_account_may_look(house: tuple[Logins, Streams]) -> None:
    logins, streams = house
    token = await logins.by_password("chen", PASSWORD, "console")
    account = await logins.lookup(token)
    assert account is not None and account.name == "chen"
    assert await told(streams, STREETS[0]) == []
    assert await told(streams, STREETS[1]) == [("AccountLogin", "chen", "accepted", "password")]


async def test_a_wrong_password_is_written_and_never_the_password(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    with pytest.raises(LoginRefused):
        await logins.by_password("chen", "wrong-password", "console")
    assert await told(streams, STREETS[1]) == [("AccountLogin", "chen", "wrong", "")]


async def test_an_unknown_name_is_written_once_for_the_installation(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    with pytest.raises(LoginRefused):
        await logins.by_password("nobody", PASSWORD, "console")
    assert await told(streams, STREETS[0]) == [("AccountLogin", "nobody", "wrong", "")]
    assert await told(streams, STREETS[1]) == []


async def test_the_sixth_try_is_written_as_locked_out(house: tuple[Logins, Streams]) -> None:
    logins, streams = house
    for _ in range(6):
        with pytest.raises(LoginRefused):
            await logins.by_password("chen", "wrong-password", "console")
    outcomes = [row[2] for row in await told(streams, STREETS[1])]
    assert outcomes == ["wrong"] * 5 + ["locked"]


async def test_demo_identities_and_kiosk_links_enter_and_are_written(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    assert [account.name for account in logins.demo] == ["guest"]
    await logins.by_demo("guest")
    await logins.by_link(await logins.accounts.make_link("wall1"))
    details = [row[1:] for row in await told(streams, STREETS[0])]
    assert details == [("guest", "accepted", "demo"), ("wall1", "accepted", "link")]
    for way in (logins.by_demo("chen"), logins.by_link("forged")):
        with pytest.raises(LoginRefused):
            await way


async def test_leaving_ends_the_session_once(house: tuple[Logins, Streams]) -> None:
    logins, streams = house
    token = await logins.by_demo("guest")
    assert await logins.still_open(token)
    await logins.leave(token)
    await logins.leave(token)
    assert not await logins.still_open(token)
    kinds = [row[0] for row in await told(streams, STREETS[0])]
    assert kinds == ["AccountLogin", "AccountLogout"]


async def test_nobody_without_a_session_makes_the_record_grow_for_ever(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    for n in range(60):
        here = Somewhere(f"10.0.{n % 7}.7")
        ways = (logins.by_link(f"forged {n}", here), logins.by_demo(f"nobody{n}", here),
                logins.by_password(f"nobody{n}", PASSWORD, "console", here))  # fmt: skip
        for way in ways:
            with pytest.raises(LoginRefused):
                await way
    rows = await told(streams, STREETS[0])
    assert len(rows) == NOTED_OF_STRANGERS
    assert await told(streams, STREETS[1]) == []


async def test_a_name_that_is_tried_without_end_is_noted_some_times_then_counted(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    for n in range(30):
        with pytest.raises(LoginRefused):
            await logins.by_password("chen", "wrong-password", "console", Somewhere(f"10.0.0.{n}"))
    assert [row[2] for row in await told(streams, STREETS[1])] == ["wrong"] * TRIES + ["locked"]
    await logins.accounts.attempts._client.delete("dayuan:noted:chen")  # a quarter of an hour on
    with pytest.raises(LoginRefused):
        await logins.by_password("chen", "wrong-password", "console", Somewhere("10.0.1.1"))
    last = (await told(streams, STREETS[1]))[-1]
    assert last[2:] == ("locked", f"{30 - NOTED_OF_NAME} more before it are not written down")


async def test_one_address_fills_no_more_than_its_share_of_the_record(
    house: tuple[Logins, Streams],
) -> None:
    logins, streams = house
    names = [f"duty{n}" for n in range(12)]
    for name in names:
        await logins.accounts.add(Account(name=name, display=name, role="dispatcher",
                                          prefixes=("lusong.jianning.a",)), PASSWORD)  # fmt: skip
    for name in names * 3:
        with pytest.raises(LoginRefused):
            await logins.by_password(name, "wrong-password", "console", Somewhere("10.0.0.9"))
    assert len(await told(streams, STREETS[1])) == NOTED_OF_STRANGERS
