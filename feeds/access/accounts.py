"""Who may come in: accounts, sessions and kiosk links, kept in Redis.

Passwords are kept as argon2id (RFC 9106), tokens only as their SHA-256: who reads the database
can neither log in nor take over a session. Nothing here writes events: every call gives its
outcome to the caller, who writes ``account.login`` and ``account.logout``.

Each command touches one key, so all of this also works on a cluster.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import argon2
import msgspec

from feeds.access.attempts import Attempts, Somewhere, Standing, Visitor
from feeds.access.hash_queue import KNOWN_BROWSER, KNOWN_NAME, UNKNOWN_NAME, Crowded, Turns
from feeds.access.store import RecordStore, digest, refuse
from feeds.errors import Unavailable
from twin.commands.roles import ROLES
from twin.errors import DayuanError, LoginRefused
from twin.places.model import Compound
from twin.places.territory import street_of

ACCOUNTS_KEY = "dayuan:accounts"
LANGUAGES = ("zh-CN", "en")
MIN_PASSWORD = 10
MAX_PASSWORD = 200
BUSY_S = 5
CROWDING_S = 60
"""When whoever was told to wait may ask again."""
SOMEWHERE = Somewhere()
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


class AccountRefused(DayuanError):
    """An account that cannot be made as asked; the message says why, never the password."""


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or screen that may log in, and what it may see.

    ``prefixes`` are territory paths; ``responder`` is the responder id this account acts as;
    ``demo`` marks the passwordless identities of the demo.
    """

    name: str
    display: str
    role: str
    prefixes: tuple[str, ...]
    responder: str | None = None
    language: str = "zh-CN"
    demo: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lasts at most, and how long without a request (0 = no limit)."""

    absolute_s: int
    idle_s: int


CONSOLE = Terms(absolute_s=12 * 3600, idle_s=600)
"""Ten minutes idle: GB/T 22239-2019 section 8 asks for a limit, assessors accept 600 s."""
WALL = Terms(absolute_s=30 * 86400, idle_s=0)
"""A wall shows and never commands, and nobody is there to log on again."""
DEMO = Terms(absolute_s=12 * 3600, idle_s=0)


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    """An account as stored. A new ``generation`` ends every session opened before."""

    account: Account
    hash: str
    generation: str


class _Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as stored under the digest of its token; instants in seconds since the epoch."""

    account: str
    generation: str
    until: float
    idle_s: int
    demo: bool = False


class Accounts:
    """The accounts of one installation.

    ``client`` is an asyncio Redis client; ``demo`` are identities that log in without password,
    given only in demo mode: without them, their old sessions are worth nothing.
    """

    def __init__(
        self,
        client: Any,
        *,
        demo: Sequence[Account] = (),
        console: Terms = CONSOLE,
        hasher: argon2.PasswordHasher | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        assert all(account.demo for account in demo), "a real account needs a password"
        self.demo = {account.name: account for account in demo}
        self._client = client
        self._records = RecordStore(client, ACCOUNTS_KEY, _Record, _NAME)
        self._console = console
        self._hasher = hasher or argon2.PasswordHasher()
        self._now = now
        self.attempts = Attempts(client)
        self._turns = Turns()
        self._decoy = ""

    async def add(self, account: Account, password: str) -> None:
        """Make an account, or replace the one of that name and end its sessions.

        Raises AccountRefused for a name, role, prefix, language or password that cannot be.
        """
        _check(account, password)
        await self._store(account, await self._hashed(password), secrets.token_hex(8))

    async def remove(self, name: str) -> bool:
        """Remove an account; its sessions end at once. False when there was none."""
        return await self._records.remove(name)

    async def list(self) -> list[Account]:
        """Every real account, by name."""
        return [record.account for record in await self._records.all()]

    async def named(self, name: str) -> Account | None:
        """The real account of a name, or None."""
        record = await self._records.get(name)
        return record.account if record else None

    async def verify(self, name: str, password: str, visitor: Visitor = SOMEWHERE) -> Account:
        """The account, if the password is right.

        Raises LoginRefused ``wrong``, or ``locked`` after five failures in fifteen minutes, or
        ``busy`` when too many are waiting. An unknown name takes the same time, counts the same
        and locks the same. A browser or address the name came in from before has a lock of its
        own. An address that tried too many names hears ``busy`` instead of anything but yes.
        """
        known = name if _NAME.match(name) else digest(name)
        standing = await self.attempts.standing(known, visitor)
        record = await self._records.get(name)
        if record is None and standing.crowding:
            await self._turns.pass_by()
            raise LoginRefused("busy", CROWDING_S, outcome="")
        if locked_s := await self.attempts.locked_for(standing):
            raise _refusal("locked", locked_s, standing)
        if not await self._right(record, password, visitor, standing):
            raise _refusal("wrong", 0, standing)
        assert record is not None, "without an account no password is right"
        await self.attempts.came_in(known, visitor, standing)
        if self._hasher.check_needs_rehash(record.hash):
            await self._store(record.account, await self._hashed(password), record.generation)
        return record.account

    async def open_session(self, account: Account, *, screen: str = "console") -> str:
        """A new session's token: 32 random bytes, to be shown to nobody but its browser.

        Viewers and the screen ``wall`` get thirty days, demo identities twelve hours, all others
        twelve hours that end after ten idle minutes.

        Raises LoginRefused when the account is gone, or is a demo identity outside the demo.
        """
        generation = await self._generation(account)
        read_only = account.role == "viewer" or screen == "wall"
        terms = DEMO if account.demo else WALL if read_only else self._console
        return await self._open("session", account, generation, terms)

    async def lookup(self, token: str, *, touch: bool = True) -> Account | None:
        """The account behind a session's token, or None; the account as it is now.

        ``touch`` counts as activity; a check that a socket makes on its own leaves it out.
        """
        session = await self._session("session", token)
        if session is None:
            return None
        if touch and session.idle_s:
            left_s = min(session.until - self._now(), session.idle_s)
            with suppress(Unavailable):  # a server that takes no writes still knows people
                await self._client.expire(_key("session", token), max(1, int(left_s)))
        return await self._account_of(session)

    async def close_session(self, token: str) -> None:
        """End a session; one that is not there is none."""
        await self._client.delete(_key("session", token))

    async def make_link(self, name: str, *, days: int = 365) -> str:
        """A kiosk token that lets a wall in without a password, for viewers only.

        Raises AccountRefused for an unknown account or one that may give commands.
        """
        record = await self._records.get(name)
        if record is None or record.account.role != "viewer":
            raise AccountRefused(f"{name}: a kiosk link needs an existing account of role viewer")
        terms = Terms(absolute_s=days * 86400, idle_s=0)
        return await self._open("kiosk", record.account, record.generation, terms)

    async def redeem_link(self, token: str) -> Account | None:
        """The viewer account behind a kiosk token, or None."""
        link = await self._session("kiosk", token)
        return await self._account_of(link) if link else None

    async def _open(self, kind: str, account: Account, generation: str, terms: Terms) -> str:
        token = secrets.token_urlsafe(32)
        session = _Session(
            account=account.name,
            generation=generation,
            until=self._now() + terms.absolute_s,
            idle_s=terms.idle_s,
            demo=account.demo,
        )
        lasts_s = terms.idle_s or terms.absolute_s
        await self._client.set(_key(kind, token), msgspec.json.encode(session), ex=lasts_s)
        return token

    async def _session(self, kind: str, token: str) -> _Session | None:
        row = await self._client.get(_key(kind, token)) if token else None
        session = msgspec.json.decode(row, type=_Session) if row else None
        return session if session and session.until > self._now() else None

    async def _account_of(self, session: _Session) -> Account | None:
        if session.demo:
            return self.demo.get(session.account)
        record = await self._records.get(session.account)
        same = record is not None and record.generation == session.generation
        return record.account if record and same else None

    async def _generation(self, account: Account) -> str:
        if account.demo:
            if account.name not in self.demo:
                raise LoginRefused("wrong")
            return ""
        record = await self._records.get(account.name)
        if record is None:
            raise LoginRefused("wrong")
        return record.generation

    async def _right(
        self, record: _Record | None, password: str, visitor: Visitor, standing: Standing
    ) -> bool:
        """Whether the password fits; without an account one is hashed all the same, for the time.

        Raises LoginRefused ``busy`` when it is not looked at: too many wait, or nobody does.
        """
        rank = KNOWN_BROWSER if standing.known_browser else KNOWN_NAME if record else UNKNOWN_NAME
        words = _utf8(password[: MAX_PASSWORD + 1])
        if not self._decoy:
            self._decoy = await self._hashed(secrets.token_hex(8))
        try:
            async with self._turns.turn(rank):
                if await visitor.gone():
                    raise LoginRefused("busy", BUSY_S, outcome="")
                hash_ = record.hash if record else self._decoy
                await asyncio.to_thread(self._hasher.verify, hash_, words)
        except argon2.exceptions.VerifyMismatchError:
            return False
        except Crowded as exc:
            raise LoginRefused("busy", BUSY_S, outcome="") from exc
        return record is not None

    async def _hashed(self, password: str) -> str:
        async with self._turns.turn(KNOWN_BROWSER):
            return await asyncio.to_thread(self._hasher.hash, _utf8(password))

    async def _store(self, account: Account, hash_: str, generation: str) -> None:
        record = _Record(account=account, hash=hash_, generation=generation)
        await self._records.put(account.name, record)


def demo_accounts(compounds: Iterable[Compound]) -> list[Account]:
    """The identities the demo's login page offers, for the streets these compounds lie in.

    The grid officer acts as the demo's responder of that name, or as the first grid officer.
    """
    compounds = list(compounds)
    streets = tuple(sorted({street_of(compound.territory) for compound in compounds}))
    cards = [card for compound in compounds for card in compound.responders]
    officers = sorted(
        (card for card in cards if card.role == "grid_officer"),
        key=lambda card: not card.name.startswith("周"),
    )
    officer = officers[0].id if officers else None
    return [
        Account(
            name=name,
            display=display,
            role=role,
            prefixes=streets,
            responder=officer if role == "responder" else None,
            demo=True,
        )
        for name, display, role in _DEMO_IDENTITIES
    ]


_DEMO_IDENTITIES = (
    ("chenmin", "陈敏·街道值班", "dispatcher"),
    ("liuyang", "刘洋·复核", "reviewer"),
    ("zhou", "周网格员", "responder"),
    ("guest", "访客", "viewer"),
    ("wall", "大屏", "viewer"),
    ("admin", "管理员", "administrator"),
)


def _refusal(outcome: str, retry_after_s: int, standing: Standing) -> LoginRefused:
    if standing.crowding:
        return LoginRefused("busy", CROWDING_S, outcome)
    return LoginRefused(outcome, retry_after_s)


def _check(account: Account, password: str) -> None:
    faults = (
        (not _NAME.match(account.name), f"name {account.name!r}: a-z 0-9 . _ - only, 64 at most"),
        (not account.display.strip(), "display: a name for other people to see is needed"),
        (account.role not in ROLES, f"role {account.role!r}: one of {', '.join(ROLES)}"),
        (account.language not in LANGUAGES, f"language: one of {', '.join(LANGUAGES)}"),
        (not account.prefixes, "prefix: at least one territory is needed"),
        (account.demo, "a demo identity is not stored"),
        (len(password) < MIN_PASSWORD, f"password: {MIN_PASSWORD} characters at least"),
        (len(password) > MAX_PASSWORD, f"password: {MAX_PASSWORD} characters at most"),
        (password.lower() == account.name, "password: not the account's own name"),
    )
    refuse(AccountRefused, faults, "prefix", account.prefixes)


def _utf8(word: str) -> bytes:
    # A form may carry half a surrogate pair: no password of ours, but no crash either.
    return word.encode("utf-8", "surrogatepass")


def _key(kind: str, token: str) -> str:
    return f"dayuan:{kind}:{digest(token)}"
