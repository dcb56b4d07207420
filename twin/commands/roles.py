"""Who people are: their roles, and sets of roles that the rows of the command table name.

Territory is asked for separately.
"""

from __future__ import annotations

import msgspec

ROLES = ("viewer", "responder", "dispatcher", "reviewer", "administrator")
"""Every role an account can have. Administrators keep accounts and sources, not cases."""

DISPATCH = frozenset({"dispatcher"})
STEP = frozenset({"dispatcher", "responder"})
"""Who takes a responder's steps: they themselves, and whoever hears of it by radio."""
REVIEW = frozenset({"dispatcher", "reviewer"})
WORK = STEP | REVIEW
"""Whoever works on cases."""
KEEP = frozenset({"administrator"})
"""Who keeps accounts, sources and places."""
OPERATE = WORK | KEEP
EXPORT = DISPATCH | KEEP
"""Who may take everything they see away in one file."""
EVERYBODY = frozenset(ROLES)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives a command: account name, role, territory prefixes, and which responder they are."""

    account: str
    role: str
    prefixes: tuple[str, ...]
    responder: str | None = None
