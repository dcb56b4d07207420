"""Access tokens and exports from the command line; each is written down in its streets."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from feeds.access.logins import Logins
from feeds.access.tokens import TOKEN_ROLES, TokenRefused, Tokens, subject
from twin.commands.roles import ROLES
from twin.events import TokenGranted, TokenRevoked

DAYS = 365


def add_arguments(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``token`` and ``export`` with what each takes to a command line."""
    token = commands.add_parser("token", help="which programs may read").add_subparsers(
        dest="do", required=True
    )
    add = token.add_parser("add", help="make or replace an access token; prints it once")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=TOKEN_ROLES)
    add.add_argument("--territory", required=True, action="append", help="may be given repeatedly")
    add.add_argument("--days", type=int, default=DAYS, help=f"until it ends (default: {DAYS})")
    token.add_parser("list", help="every access token, its end and last use")
    token.add_parser("remove", help="end an access token at once").add_argument("name")

    export = commands.add_parser("export", help="places and what lives in them, as a file")
    export.add_argument("--territory", required=True, action="append", help="may be repeated")
    export.add_argument("--format", required=True, choices=("gpkg", "geojson"), dest="form")
    export.add_argument("-o", "--output", required=True, help="the file; it must not exist yet")
    export.add_argument("--collections", default="", help="ids with commas between (default: all)")
    help_ = "as whom; viewers get no rooms, people or words (default: viewer)"
    export.add_argument("--role", default="viewer", choices=ROLES, help=help_)
    export.add_argument("--reason", default="", help="what for; kept in the record")


def operator() -> str:
    """How events name the person at the command line."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "cli"


async def carry_out(asked: argparse.Namespace, logins: Logins, tokens: Tokens) -> str:
    """Do what was asked with tokens; gives the words to print. Raises TokenRefused."""
    return await _DONE_BY[asked.do](asked, logins, tokens)


async def _add(asked: argparse.Namespace, logins: Logins, tokens: Tokens) -> str:
    shown, token = await tokens.add(asked.name, asked.role, tuple(asked.territory), days=asked.days)
    detail = f"{', '.join(token.prefixes)} until {_day(token.until)}"
    who = (subject(token.name), token.prefixes)
    await logins.changed(TokenGranted, who, operator(), token.role, detail)
    return f"{shown}\n{token.role} for {detail}. This token is not kept: store it now."


async def _list(_: argparse.Namespace, __: Logins, tokens: Tokens) -> str:
    rows = [
        (token.name, token.role, ", ".join(token.prefixes), f"until {_day(token.until)}",
         f"used {_day(used)}" if used else "never used")
        for token, used in await tokens.list()
    ]  # fmt: skip
    return "\n".join("  ".join(row) for row in rows) or "no token yet"


async def _remove(asked: argparse.Namespace, logins: Logins, tokens: Tokens) -> str:
    token = await tokens.remove(asked.name)
    if token is None:
        raise TokenRefused(f"{asked.name}: no such token")
    who = (subject(token.name), token.prefixes)
    await logins.changed(TokenRevoked, who, operator(), "revoked")
    return f"{asked.name}: removed, it opens nothing from now on"


_DONE_BY: dict[str, Callable[[argparse.Namespace, Logins, Tokens], Awaitable[str]]] = {
    "add": _add,
    "list": _list,
    "remove": _remove,
}


def _day(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).date().isoformat()
