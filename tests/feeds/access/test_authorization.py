"""Authorization that come in by a header: what opens, what is written down, what locks."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import argon2
import pytest
import redis.asyncio

from feeds.access import authorization
from feeds.access.accounts import Account, Accounts
from feeds.access.authorization import Authorization
from feeds.access.logins import Logins
from feeds.access.tokens import Tokens
from twin.errors import LoginRefused
from twin.events import AccountLogin, Event

pytestmark = pytest.mark.anyio
QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
STREET = "lusong.hejiatu"
PASSWORD = "three:gates-open 三门"
LI = Account(name="li", display="李", role="viewer", prefixes=(STREET,))


class Journal:
    """Remembers what was written."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, str]] = []

    async def append_operations(
        self, street: str, events: Sequence[Event], *, thing: str | None, expected: int | None
    ) -> None:
        for event in events:
            assert isinstance(event, AccountLogin)
            self.written.append((event.subject, event.data.outcome, event.data.detail))


class Door:
    """Authorization over a real server, with a clock to be moved."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self.now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
        self.journal = Journal()
        self.accounts = Accounts(client, hasher=QUICK)
        self.tokens = Tokens(client)
        logins = Logins(self.accounts, self.journal, [STREET], lambda: self.now)
        self.programs = Authorization(self.tokens, logins, lambda: self.now)

    async def basic(self, name: str, password: str) -> Account | None:
        words = base64.b64encode(f"{name}:{password}".encode()).decode()
        return await self.programs.admit(f"Basic {words}")


@pytest.fixture
async def door(valkey_url: str) -> AsyncIterator[Door]:
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        door = Door(client)
        await door.accounts.add(LI, PASSWORD)
        yield door


async def test_a_name_and_password_open_one_session_however_often_they_come(door: Door) -> None:
    found = await asyncio.gather(*(door.basic("li", PASSWORD) for _ in range(8)))
    assert found == [LI] * 8
    assert door.journal.written == [("li", "accepted", "basic")]


async def test_a_changed_password_and_a_removed_account_count_at_once(door: Door) -> None:
    assert await door.basic("li", PASSWORD) == LI
    await door.accounts.add(LI, "another password")
    assert await door.basic("li", PASSWORD) is None
    assert await door.basic("li", "another password") == LI
    await door.accounts.remove("li")
    assert await door.basic("li", "another password") is None


async def test_five_wrong_passwords_lock_the_name_for_programs_too(door: Door) -> None:
    for _ in range(5):
        assert await door.basic("li", "guess") is None
    with pytest.raises(LoginRefused, match="locked"):
        await door.basic("li", PASSWORD)
    assert door.journal.written == [("li", "wrong", "")] * 5 + [("li", "locked", "")]


async def test_a_token_opens_as_bearer_and_as_a_password(door: Door) -> None:
    shown, token = await door.tokens.add("gis", "reviewer", (STREET,), days=1)
    assert await door.programs.admit(f"Bearer {shown}") == token.account
    assert await door.programs.admit(f"bearer  {shown}") == token.account
    assert await door.basic("whoever", shown) == token.account
    assert door.journal.written == [("token:gis", "accepted", "token")]
    door.now += timedelta(hours=1)
    await door.programs.admit(f"Bearer {shown}")
    assert len(door.journal.written) == 2


async def test_wrong_tokens_are_recorded_five_times_and_never_lock_the_right_one_out(
    door: Door,
) -> None:
    shown, token = await door.tokens.add("gis", "viewer", (STREET,), days=1)
    wrong = "Bearer dyt_gis." + "x" * 43
    for _ in range(5):
        assert await door.programs.admit(wrong) is None
    for _ in range(3):
        with pytest.raises(LoginRefused, match="locked"):
            await door.programs.admit(wrong)
    assert door.journal.written == [("token:gis", "wrong", "token")] * 5
    assert await door.programs.admit(f"Bearer {shown}") == token.account


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ", "Basic !!!", "Basic bGk=", "Basic /w==", "Digest li", "Bearer",
     "Basic " + "A" * 2000, "\ud800"],
)  # fmt: skip
async def test_what_is_no_header_of_ours_opens_nothing(door: Door, header: str) -> None:
    assert await door.programs.admit(header) is None


async def test_no_more_sessions_are_kept_than_there_is_room_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorization, "MOST_SESSIONS", 1)
    wu = Account(name="wu", display="吴", role="viewer", prefixes=(STREET,))
    await door.accounts.add(wu, PASSWORD)
    for _ in range(2):
        assert await door.basic("li", PASSWORD) == LI
        assert await door.basic("wu", PASSWORD) == wu
    assert len(door.journal.written) == 4
