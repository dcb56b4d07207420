"""The command line's accounts and sources: what is typed, what is answered."""

from __future__ import annotations

import argparse
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import argon2
import pytest
import redis.asyncio

from feeds.access import account_cli
from feeds.access.accounts import AccountRefused, Accounts
from feeds.access.logins import Logins
from feeds.access.sources import Sources
from twin.events import type_of

pytestmark = pytest.mark.anyio
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
Type = Callable[..., Awaitable[str]]


@pytest.fixture
async def accounts(valkey_url: str) -> AsyncIterator[Accounts]:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        yield Accounts(client, hasher=CHEAP)


@pytest.fixture
def written() -> list[tuple[str, str, str, str, str]]:
    """What the records of the streets say: street, event, subject, outcome, detail."""
    return []


@pytest.fixture
async def typed(
    valkey_url: str, accounts: Accounts, written: list[tuple[str, str, str, str, str]]
) -> AsyncIterator[Type]:
    parser = argparse.ArgumentParser()
    account_cli.add_arguments(parser.add_subparsers(dest="command"))

    async def append(street: str, events: Any, **_: Any) -> None:
        for event in events:
            assert event.by == "cli:root"
            kind, data = type_of(event), event.data
            written.append((street, kind, event.subject, data.outcome, data.detail))

    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        journal: Any = SimpleNamespace(append_operations=append)
        streets = ["lusong.hejiatu", "lusong.jianning", "tianyuan.a"]
        logins = Logins(accounts, journal, streets, lambda: datetime.now(UTC))
        register = account_cli.Register(accounts, Sources(client), logins, "cli:root")

        async def typing(*words: str) -> str:
            return await account_cli.carry_out(parser.parse_args(words), register)

        yield typing


def register(accounts: Accounts, there: dict[str, str]) -> account_cli.Register:
    """A register whose places have these responders, and no street to write in."""
    logins = Logins(accounts, SimpleNamespace(), [], lambda: datetime.now(UTC))
    return account_cli.Register(accounts, Sources(None), logins, "cli", lambda: there)


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO("seven green lamps\n"))
    return "seven green lamps"


async def test_an_account_is_made_listed_linked_and_removed(
    typed: Type, accounts: Accounts, password: str
) -> None:
    assert await typed("account", "list") == "no account yet"
    words = "account add hall --role viewer --territory lusong --territory tianyuan".split()
    assert await typed(*words) == "hall: viewer for lusong, tianyuan"
    account = await accounts.verify("hall", password)
    assert account.display == "hall"
    assert "hall  viewer  lusong, tianyuan" in await typed("account", "list")
    link = await typed("account", "link", "hall")
    assert await accounts.redeem_link(link.removeprefix("/login?link=")) == account
    assert "removed" in await typed("account", "remove", "hall")
    with pytest.raises(AccountRefused, match="no such account"):
        await typed("account", "remove", "hall")


async def test_a_source_is_made_listed_and_removed(typed: Type, valkey_url: str) -> None:
    assert await typed("source", "list") == "no source yet"
    words = "source add gates --territory lusong.hejiatu --type gate.state".split()
    token = (await typed(*words)).splitlines()[0]
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        assert await Sources(client).lookup(token)
    assert await typed("source", "list") == "gates  lusong.hejiatu  gate.state"
    assert await typed("source", "remove", "gates") == "gates: removed"
    with pytest.raises(AccountRefused, match="no such source"):
        await typed("source", "remove", "gates")


async def test_at_a_terminal_the_password_is_asked_for_twice(
    typed: Type, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    right = "seven green lamps"
    said = iter([right, "seven green limps", right, right])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(said))
    words = "account add li --role dispatcher --territory lusong".split()
    with pytest.raises(AccountRefused, match="not the same"):
        await typed(*words)
    await typed(*words)
    assert await accounts.verify("li", "seven green lamps")


async def test_a_link_to_a_responder_who_is_in_no_place_is_made_and_said(
    accounts: Accounts, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = argparse.ArgumentParser()
    account_cli.add_arguments(parser.add_subparsers(dest="command"))
    words = "account add zhou --role responder --territory lusong --responder a/responder/{}"
    names = {"a/responder/1": "第1网格员"}

    async def typed(number: int, there: dict[str, str]) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        asked = parser.parse_args(words.format(number).split())
        return await account_cli.carry_out(asked, register(accounts, there))

    assert "no place has any" in await typed(1, {})
    wrong = await typed(2, names)
    assert "no responder a/responder/2 yet" in wrong and "a/responder/1  第1网格员" in wrong
    assert await typed(1, names) == "zhou: responder for lusong"
    (account,) = await accounts.list()
    assert account.responder == "a/responder/1"
    asked = parser.parse_args(["account", "list"])
    listed = await account_cli.carry_out(asked, register(accounts, {}))
    assert listed.endswith("a/responder/1")


async def test_each_change_of_who_may_come_in_stands_in_the_record_and_no_secret_does(
    typed: Type, written: list[tuple[str, str, str, str, str]], password: str
) -> None:
    link_and_token = []
    await typed(*"account add hall --role viewer --territory lusong.jianning".split())
    link_and_token.append(await typed("account", "link", "hall", "--days", "30"))
    await typed("account", "remove", "hall")
    words = "source add gates --territory lusong.hejiatu --type gate.state"
    link_and_token.append((await typed(*words.split())).splitlines()[0])
    await typed("source", "remove", "gates")
    for words in ("account remove nobody", "source remove none", "account link nobody"):
        with pytest.raises(AccountRefused):
            await typed(*words.split())
    await typed("account", "list")
    here, there = "lusong.jianning", "lusong.hejiatu"
    assert written == [
        (here, "account.granted", "hall", "viewer", "lusong.jianning"),
        (here, "kiosk.granted", "hall", "viewer", "for 30 days"),
        (here, "account.revoked", "hall", "revoked", ""),
        (there, "source.granted", "source:gates", "source", "lusong.hejiatu: gate.state"),
        (there, "source.revoked", "source:gates", "revoked", ""),
    ]
    for secret in (*link_and_token, password):
        assert secret.rpartition("=")[2] not in str(written)
