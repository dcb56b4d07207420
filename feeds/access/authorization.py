"""Programs that ask with an Authorization header: an access token, or a name and password.

A program sends its header with every request, and a password costs 64 MiB and a core to verify.
So the first request opens a session like any other login, and the following ones use it: it ends
with the account, a new password, or ten idle minutes. Wrong tokens are counted and recorded, but
a right one always opens: 256 bits are not guessed, and nobody shall lock a program out.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from feeds.access.accounts import Account
from feeds.access.attempts import TRIES, Somewhere, Visitor
from feeds.access.logins import Logins
from feeds.access.tokens import Tokens, name_in
from twin.errors import LoginRefused

MOST_SESSIONS = 256
"""Sessions of programs kept at once; the one unused for longest is ended first."""
MOST_HEADER = 1024
TOLD_EVERY = timedelta(hours=1)
"""The use of a token is recorded at most this often: each request would drown the record."""


class Authorization:
    """Who is behind an Authorization header."""

    def __init__(self, tokens: Tokens, logins: Logins, now: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._logins = logins
        self._now = now
        self._key = secrets.token_bytes(32)
        self._sessions: OrderedDict[bytes, str] = OrderedDict()
        self._opening: dict[bytes, asyncio.Task[Account | None]] = {}
        self._told: dict[str, datetime] = {}

    async def admit(self, authorization: str, address: str = "") -> Account | None:
        """The account or token behind a header, or None for one that opens nothing.

        ``address`` is where the program asks from. Raises LoginRefused ``locked`` after five
        failures in fifteen minutes, ``busy`` when too many wait.
        """
        scheme, _, words = authorization.partition(" ")
        words = words.strip()
        if len(authorization) > MOST_HEADER:
            return None
        if scheme.lower() == "bearer":
            return await self._by_token(words)
        if scheme.lower() != "basic":
            return None
        name, colon, password = _decoded(words).partition(":")
        if not colon:
            return None
        # QGIS has fields for a name and a password only: there a token is the password.
        return await (
            self._by_token(password)
            if name_in(password)
            else self._by_password(name, password, Somewhere(address))
        )

    async def _by_token(self, shown: str) -> Account | None:
        token = await self._tokens.lookup(shown)
        if token is None:
            await self._count_wrong(name_in(shown))
            return None
        now = self._now()
        told = self._told.get(token.name)
        if told is None or now - told >= TOLD_EVERY:
            self._told[token.name] = now
            await self._logins.note(token.account, "accepted", "token")
        return token.account

    async def _count_wrong(self, name: str) -> None:
        """Count a wrong token and record it; beyond five, say so and record no more."""
        counted = await self._tokens.count_wrong(name)
        if counted.tries > TRIES:
            raise LoginRefused("locked", counted.left_s)
        await self._logins.note(None, "wrong", "token", counted.subject)

    async def _by_password(self, name: str, password: str, visitor: Visitor) -> Account | None:
        key = blake2b(f"{name}:{password}".encode("utf-8", "surrogatepass"), key=self._key).digest()
        if account := await self._of_session(key):
            return account
        opening = self._opening.get(key)
        if opening is None:  # ten connections of one program are one login
            opening = asyncio.ensure_future(self._open(key, name, password, visitor))
            self._opening[key] = opening
            opening.add_done_callback(lambda _: self._opening.pop(key))
        return await asyncio.shield(opening)

    async def _open(self, key: bytes, name: str, password: str, visitor: Visitor) -> Account | None:
        accounts = self._logins.accounts
        try:
            session = await self._logins.by_password(
                name, password, "program", visitor, how="basic"
            )
        except LoginRefused as refused:
            if refused.kind != "wrong":
                raise
            return None
        self._sessions[key] = session
        if len(self._sessions) > MOST_SESSIONS:
            await accounts.close_session(self._sessions.popitem(last=False)[1])
        return await accounts.lookup(session)

    async def _of_session(self, key: bytes) -> Account | None:
        session = self._sessions.get(key)
        account = await self._logins.accounts.lookup(session) if session else None
        if account is None:
            self._sessions.pop(key, None)
        elif key in self._sessions:
            self._sessions.move_to_end(key)
        return account


def _decoded(words: str) -> str:
    """What stands in a Basic header, or nothing (RFC 7617; UTF-8 as we announce)."""
    try:
        return base64.b64decode(words, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
