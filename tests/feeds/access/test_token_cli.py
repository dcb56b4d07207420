"""Tokens from the command line: made, listed, ended, each written down."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import redis.asyncio

from feeds.access import token_cli
from feeds.access.accounts import Accounts
from feeds.access.logins import Logins
from feeds.access.tokens import TokenRefused, Tokens

pytestmark = pytest.mark.anyio
STREET = "lusong.hejiatu"
Type = Callable[..., Awaitable[str]]


@pytest.fixture
async def told(valkey_url: str) -> AsyncIterator[SimpleNamespace]:
    """``typed`` types a command, ``written`` is what the streets' records say."""
    written: list[tuple[str, str, str, str, str]] = []

    async def append(street: str, events: Any, **_: Any) -> None:
        for event in events:
            data = event.data
            kind = type(event).__name__
            written.append((street, kind, event.subject, data.outcome, data.detail))
            assert event.by.startswith("cli")

    parser = argparse.ArgumentParser()
    token_cli.add_arguments(parser.add_subparsers(dest="command"))
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        journal: Any = SimpleNamespace(append_operations=append)
        streets = [STREET, "lusong.jianning"]
        logins = Logins(Accounts(client), journal, streets, lambda: datetime.now(UTC))

        async def typed(words: str) -> str:
            asked = parser.parse_args(words.split())
            return await token_cli.carry_out(asked, logins, Tokens(client))

        yield SimpleNamespace(typed=typed, written=written, tokens=Tokens(client))


async def test_a_token_is_made_listed_and_ended(told: SimpleNamespace) -> None:
    assert await told.typed("token list") == "no token yet"
    said = await told.typed(f"token add gis --role viewer --territory {STREET} --days 3")
    shown = said.splitlines()[0]
    assert "viewer for lusong.hejiatu until" in said
    assert "gis  viewer  lusong.hejiatu  until" in await told.typed("token list")
    assert "never used" in await told.typed("token list")
    assert await told.tokens.lookup(shown)
    assert "used 2" in await told.typed("token list")
    assert "removed" in await told.typed("token remove gis")
    assert await told.tokens.lookup(shown) is None
    with pytest.raises(TokenRefused, match="no such token"):
        await told.typed("token remove gis")


async def test_what_is_granted_and_ended_stands_in_the_record_of_its_streets(
    told: SimpleNamespace,
) -> None:
    await told.typed(f"token add gis --role viewer --territory {STREET}")
    await told.typed("token remove gis")
    rows = [row[:4] for row in told.written]
    assert rows == [
        (STREET, "TokenGranted", "token:gis", "viewer"),
        (STREET, "TokenRevoked", "token:gis", "revoked"),
    ]
    assert told.written[0][4].startswith(f"{STREET} until ")


def test_an_operator_without_a_name_is_named_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert token_cli.operator() == "cli"
