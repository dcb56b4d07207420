"""Access tokens: what a program shows instead of a name and password, to read what is shared.

A token is ``dyt_<name>.<secret>``, shown once; kept is its SHA-256 only. It carries a role and
territories like an account, opens ``/ogc`` alone, gives no commands, and ends by itself. An
unknown name, a wrong secret and an expired token are answered alike.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from hmac import compare_digest
from typing import Any, NamedTuple

import msgspec

from feeds.access.accounts import Account
from feeds.access.attempts import TRIES_WITHIN_S
from feeds.access.store import RecordStore, digest, refuse
from twin.commands.roles import ROLES
from twin.errors import DayuanError

TOKENS_KEY = "dayuan:tokens"
USED_KEY = "dayuan:tokens:used"
TOKEN_ROLES = tuple(role for role in ROLES if role != "responder")
"""A token acts as nobody who could be sent."""
MOST_DAYS = 3650
USED_EVERY_S = 60
"""The time of last use is written at most this often."""
_DAY_S = 86_400
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_TOKEN = re.compile(r"dyt_([a-z0-9][a-z0-9_-]{0,63})\.[A-Za-z0-9_-]{43}\Z")


class TokenRefused(DayuanError):
    """A token that cannot be made as asked; the message says why."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a token opens: role and territories; instants in seconds since the epoch."""

    name: str
    role: str
    prefixes: tuple[str, ...]
    until: float
    made_at: float

    @property
    def account(self) -> Account:
        """Who a program with this token is: an account that exists nowhere else."""
        name = subject(self.name)
        return Account(name=name, display=self.name, role=self.role, prefixes=self.prefixes)


class Wrong(NamedTuple):
    """Wrong tries at a token: how events name it, how many, seconds until they are forgotten."""

    subject: str
    tries: int
    left_s: int


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    token: Token
    digest: str


class Tokens:
    """The access tokens of one installation; ``client`` is an asyncio Redis client."""

    def __init__(self, client: Any, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._records = RecordStore(client, TOKENS_KEY, _Record, _NAME)
        self._now = now
        self._noted: dict[str, float] = {}

    async def add(
        self, name: str, role: str, prefixes: tuple[str, ...], *, days: int
    ) -> tuple[str, Token]:
        """Make a token, or replace the one of that name; gives what to show, and what it is.

        Raises TokenRefused for a name, role, territory or duration that cannot be.
        """
        _check(name, role, prefixes, days)
        made_at = self._now()
        until = made_at + days * _DAY_S
        token = Token(name=name, role=role, prefixes=prefixes, until=until, made_at=made_at)
        shown = f"dyt_{name}.{secrets.token_urlsafe(32)}"
        await self._records.put(name, _Record(token=token, digest=digest(shown)))
        await self._client.hdel(USED_KEY, name)
        return shown, token

    async def remove(self, name: str) -> Token | None:
        """End a token at once; what it was, or None when there was none."""
        record = await self._records.get(name)
        await self._records.remove(name)
        await self._client.hdel(USED_KEY, name)
        return record.token if record else None

    async def list(self) -> list[tuple[Token, float | None]]:
        """Every token by name, expired ones too, with when it was used last."""
        found = [record.token for record in await self._records.all()]
        used = await self._client.hgetall(USED_KEY)
        return [
            (token, float(used[token.name.encode()]) if token.name.encode() in used else None)
            for token in found
        ]

    async def lookup(self, shown: str) -> Token | None:
        """The token behind some words, or None; notes that it was used."""
        name = name_in(shown)
        record = await self._records.get(name) if name else None
        if record is None or not compare_digest(digest(shown), record.digest):
            return None
        now = self._now()
        if record.token.until <= now:
            return None
        if now - self._noted.get(name, 0.0) >= USED_EVERY_S:
            self._noted[name] = now
            await self._client.hset(USED_KEY, name, f"{now:.0f}")
        return record.token

    async def count_wrong(self, name: str) -> Wrong:
        """Count a wrong try at a name; how many there were in fifteen minutes.

        Counted by name where there is such a token; all others share one count, so that invented
        names fill neither the database nor the record.
        """
        known = name if name and await self._records.get(name) else "-"
        key = f"dayuan:lockout:{subject(known)}"
        tries = await self._client.incr(key)
        await self._client.expire(key, TRIES_WITHIN_S, nx=True)
        return Wrong(subject(known), tries, max(1, await self._client.ttl(key)))


def name_in(shown: str) -> str:
    """The name in words of a token's form, or nothing when they are none.

    >>> name_in("dyt_gis." + "x" * 43), name_in("three-gates-open")
    ('gis', '')
    """
    found = _TOKEN.match(shown)
    return found[1] if found else ""


def subject(name: str) -> str:
    """How events name a token: no account can be called so.

    >>> subject("gis")
    'token:gis'
    """
    return f"token:{name}"


def _check(name: str, role: str, prefixes: tuple[str, ...], days: int) -> None:
    faults = (
        (not _NAME.match(name), f"name {name!r}: a-z 0-9 _ - only, 64 at most"),
        (role not in TOKEN_ROLES, f"role {role!r}: one of {', '.join(TOKEN_ROLES)}"),
        (not prefixes, "territory: at least one is needed"),
        (not 1 <= days <= MOST_DAYS, f"days {days}: from 1 to {MOST_DAYS}"),
    )
    refuse(TokenRefused, faults, "territory", prefixes)
