"""Coming in and going out, written down: every login, refusal and logout is an operations event."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from feeds.access.accounts import SOMEWHERE, Account, Accounts
from feeds.access.attempts import Visitor
from feeds.errors import Unavailable
from twin.errors import LoginRefused
from twin.events import (
    AccountData,
    AccountGranted,
    AccountLogin,
    AccountLogout,
    AccountRevoked,
    DataExported,
    Event,
    KioskGranted,
    SourceGranted,
    SourceRevoked,
    TokenGranted,
    TokenRevoked,
)
from twin.places.territory import touches

Change = (
    AccountGranted | AccountRevoked | KioskGranted | SourceGranted | SourceRevoked
    | TokenGranted | TokenRevoked
)  # fmt: skip
MOST_WORDS = 500
"""What an event's detail holds (``twin.events.Words``)."""


class Journal(Protocol):
    """Where events of a street are written: ``feeds.streams.streams.Streams``."""

    async def append_operations(
        self, street: str, events: Sequence[Event], *, thing: str | None, expected: int | None
    ) -> object:
        """Append without a version check when ``thing`` is None."""


class Logins:
    """The way in for people and screens.

    ``streets`` are the streets this installation serves. An event goes to every street the
    account may see; an attempt on an unknown name concerns nobody's street, so it goes to the
    first one, where an administrator of the installation finds it.
    """

    def __init__(
        self,
        accounts: Accounts,
        journal: Journal,
        streets: Sequence[str],
        now: Callable[[], datetime],
    ) -> None:
        self.accounts = accounts
        self._journal = journal
        self._streets = sorted(streets)
        self._now = now

    @property
    def demo(self) -> list[Account]:
        """The identities that need no password, in the order offered; none outside the demo."""
        return list(self.accounts.demo.values())

    async def lookup(self, token: str) -> Account | None:
        """The account behind a session token, or None; counts as activity."""
        return await self.accounts.lookup(token)

    async def still_open(self, token: str) -> bool:
        """Whether a session lives, without counting as activity; yes while nobody can tell."""
        try:
            return await self.accounts.lookup(token, touch=False) is not None
        except Unavailable:
            return True

    async def by_password(
        self,
        name: str,
        password: str,
        screen: str,
        visitor: Visitor = SOMEWHERE,
        *,
        how: str = "password",
    ) -> str:
        """A new session's token. Raises LoginRefused, ``wrong``, ``locked`` or ``busy``.

        Refusals are recorded within bounds, beyond them counted.
        """
        try:
            account = await self.accounts.verify(name, password, visitor)
        except LoginRefused as refused:
            if refused.outcome:
                known = await self.accounts.named(name)
                await self._refused(known, name, refused.outcome, visitor)
            raise
        return await self._enter(account, how, screen)

    async def by_demo(self, name: str, visitor: Visitor = SOMEWHERE) -> str:
        """A new session for a demo identity. Raises LoginRefused outside the demo."""
        account = self.accounts.demo.get(name)
        if account is None:
            await self._refused(None, name[:64], "wrong", visitor)
            raise LoginRefused("wrong")
        return await self._enter(account, "demo", "console")

    async def by_link(self, token: str, visitor: Visitor = SOMEWHERE) -> str:
        """A new session for a wall that carries a kiosk token. Raises LoginRefused."""
        account = await self.accounts.redeem_link(token)
        if account is None:
            await self._refused(None, "kiosk", "wrong", visitor)
            raise LoginRefused("wrong")
        return await self._enter(account, "link", "wall")

    async def leave(self, token: str) -> None:
        """End a session and record the logout; an ended one is left alone."""
        account = await self.accounts.lookup(token, touch=False)
        if account is None:
            return
        await self.accounts.close_session(token)
        left = AccountLogout(data=_data("left"), **self._envelope(account.name))
        await self._write(account.prefixes, left)

    async def note(
        self, account: Account | None, outcome: str, detail: str, name: str = ""
    ) -> None:
        """Record how a program came in, or did not; ``name`` is what was tried for nobody's."""
        await self._record(account, account.name if account else name, outcome, detail)

    async def exported(self, name: str, prefixes: Sequence[str], detail: str) -> None:
        """Record that somebody takes away what they see: before it leaves, not after."""
        taken = DataExported(data=_data("taken", detail), **self._envelope(name))
        await self._write(prefixes, taken)

    async def changed(
        self,
        kind: type[Change],
        who: tuple[str, Sequence[str]],
        by: str,
        outcome: str,
        detail: str = "",
    ) -> None:
        """Record that somebody at the command line changed who may come in.

        ``who`` is a name and its territories: it is written in every street they touch.
        """
        name, prefixes = who
        made = kind(data=_data(outcome, detail), **self._envelope(name, by))
        await self._write(prefixes, made)

    async def _enter(self, account: Account, how: str, screen: str) -> str:
        token = await self.accounts.open_session(account, screen=screen)
        await self._record(account, account.name, "accepted", how)
        return token

    async def _refused(
        self, account: Account | None, name: str, outcome: str, visitor: Visitor
    ) -> None:
        """Record a refusal, unless there were so many that they are only counted."""
        before = await self.accounts.attempts.noted(name, account is not None, visitor)
        if before is not None:
            detail = f"{before} more before it are not written down" if before else ""
            await self._record(account, name, outcome, detail)

    async def _record(
        self, account: Account | None, name: str, outcome: str, detail: str = ""
    ) -> None:
        event = AccountLogin(data=_data(outcome, detail), **self._envelope(name or "-"))
        await self._write(account.prefixes if account else None, event)

    async def _write(self, prefixes: Sequence[str] | None, event: Event) -> None:
        for street in self._streets_in(prefixes):
            await self._journal.append_operations(street, [event], thing=None, expected=None)

    def _streets_in(self, prefixes: Sequence[str] | None) -> list[str]:
        if prefixes is None:
            return self._streets[:1]
        return [street for street in self._streets if touches(tuple(prefixes), street)]

    def _envelope(self, name: str, by: str = "") -> dict[str, Any]:
        subject = name[:200]
        return {
            "id": secrets.token_hex(8), "subject": subject, "time": self._now(),
            "by": by or subject,
        }  # fmt: skip


def _data(outcome: str, detail: str = "") -> AccountData:
    return AccountData(outcome=outcome, detail=detail[:MOST_WORDS])
