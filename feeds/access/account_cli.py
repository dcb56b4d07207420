"""The register: accounts, kiosk links and sources from the command line, each change recorded."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from feeds.access.accounts import LANGUAGES, Account, AccountRefused, Accounts
from feeds.access.logins import Change, Logins
from feeds.access.sources import Source, Sources
from twin.commands.roles import ROLES
from twin.events import (
    AccountGranted,
    AccountRevoked,
    KioskGranted,
    SourceGranted,
    SourceRevoked,
)

MOST_NAMED = 50
"""Responders that are named to whoever gave one that is not there."""


def add_arguments(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``account`` and ``source`` with what each takes to a command line."""
    account = commands.add_parser("account", help="who may log in").add_subparsers(
        dest="do", required=True
    )
    add = account.add_parser("add", help="make or replace an account; asks for the password")
    add.add_argument("name")
    add.add_argument("--display", help="what other people see (default: the name)")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--territory", required=True, action="append", help="may be given repeatedly")
    add.add_argument("--responder", help="the responder id this account acts as")
    add.add_argument("--language", default="zh-CN", choices=LANGUAGES)
    account.add_parser("list", help="every account")
    account.add_parser("remove", help="an account and its sessions").add_argument("name")
    link = account.add_parser("link", help="a kiosk token that lets a wall in without a password")
    link.add_argument("name")
    link.add_argument("--days", type=int, default=365)

    source = commands.add_parser("source", help="which programs may send events").add_subparsers(
        dest="do", required=True
    )
    add = source.add_parser("add", help="make or replace a source; prints its token once")
    add.add_argument("name")
    add.add_argument("--territory", required=True, help="street or below")
    add.add_argument("--type", action="append", default=[], help="event type (default: telemetry)")
    source.add_parser("list", help="every source")
    source.add_parser("remove", help="a source and its token").add_argument("name")


@dataclass(frozen=True)
class Register:
    """What the commands work on: accounts, sources, and where each change is written down.

    ``by`` is who sits at the command line; ``responders`` gives the names of all responders in the
    places by id.
    """

    accounts: Accounts
    sources: Sources
    logins: Logins
    by: str
    responders: Callable[[], Mapping[str, str]] = dict

    async def note(
        self, kind: type[Change], who: tuple[str, Sequence[str]], outcome: str, detail: str = ""
    ) -> None:
        """Write a change into the record of the streets it concerns."""
        await self.logins.changed(kind, who, self.by, outcome, detail)


async def carry_out(asked: argparse.Namespace, register: Register) -> str:
    """Do what was asked; gives the words to print. Raises AccountRefused, SourceRefused."""
    done = await _DONE_BY[asked.command, asked.do](asked, register)
    linked: str | None = getattr(asked, "responder", None)
    return done + (_unplaced(linked, register.responders()) if linked else "")


def _unplaced(responder: str, names: Mapping[str, str]) -> str:
    """A note for whoever links an account to a responder that stands in no place."""
    if responder in names:
        return ""
    rows = [f"  {one}  {name}" for one, name in sorted(names.items())[:MOST_NAMED]]
    there = "the first there are:" if rows else "no place has any; import one."
    return "\n".join((f"\nNote: no responder {responder} yet: {there}", *rows))


async def _account_add(asked: argparse.Namespace, register: Register) -> str:
    account = Account(
        name=asked.name,
        display=asked.display or asked.name,
        role=asked.role,
        prefixes=tuple(asked.territory),
        responder=asked.responder,
        language=asked.language,
    )
    await register.accounts.add(account, _password())
    territories = ", ".join(account.prefixes)
    who = (account.name, account.prefixes)
    await register.note(AccountGranted, who, account.role, territories)
    return f"{account.name}: {account.role} for {territories}"


async def _account_list(_: argparse.Namespace, register: Register) -> str:
    rows = [
        (a.name, a.role, ", ".join(a.prefixes), a.display, *([a.responder] if a.responder else ()))
        for a in await register.accounts.list()
    ]
    return "\n".join("  ".join(row) for row in rows) or "no account yet"


async def _account_remove(asked: argparse.Namespace, register: Register) -> str:
    account = await register.accounts.named(asked.name)
    if account is None or not await register.accounts.remove(asked.name):
        raise AccountRefused(f"{asked.name}: no such account")
    await register.note(AccountRevoked, (account.name, account.prefixes), "revoked")
    return f"{asked.name}: removed, its sessions are over"


async def _account_link(asked: argparse.Namespace, register: Register) -> str:
    token = await register.accounts.make_link(asked.name, days=asked.days)
    if account := await register.accounts.named(asked.name):
        who = (account.name, account.prefixes)
        await register.note(KioskGranted, who, account.role, f"for {asked.days} days")
    return f"/login?link={token}"


async def _source_add(asked: argparse.Namespace, register: Register) -> str:
    source = Source(name=asked.name, territory=asked.territory, types=tuple(asked.type))
    token = await register.sources.add(source)
    types = ", ".join(source.types) or "all telemetry"
    await register.note(SourceGranted, _source(source), "source", f"{source.territory}: {types}")
    return f"{token}\nThis token is not kept: store it now."


async def _source_list(_: argparse.Namespace, register: Register) -> str:
    found = await register.sources.list()
    rows = [(s.name, s.territory, ", ".join(s.types) or "all telemetry") for s in found]
    return "\n".join("  ".join(row) for row in rows) or "no source yet"


async def _source_remove(asked: argparse.Namespace, register: Register) -> str:
    source = next((s for s in await register.sources.list() if s.name == asked.name), None)
    if source is None or not await register.sources.remove(asked.name):
        raise AccountRefused(f"{asked.name}: no such source")
    await register.note(SourceRevoked, _source(source), "revoked")
    return f"{asked.name}: removed"


def _source(source: Source) -> tuple[str, Sequence[str]]:
    """How events name a source: no account can be called so."""
    return f"source:{source.name}", (source.territory,)


_DONE_BY: dict[tuple[str, str], Callable[[argparse.Namespace, Register], Awaitable[str]]] = {
    ("account", "add"): _account_add,
    ("account", "list"): _account_list,
    ("account", "remove"): _account_remove,
    ("account", "link"): _account_link,
    ("source", "add"): _source_add,
    ("source", "list"): _source_list,
    ("source", "remove"): _source_remove,
}


def _password() -> str:
    """Asked for twice at a terminal; else the first line of standard input, for scripts."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != second:
        raise AccountRefused("password: the two were not the same")
    return first
