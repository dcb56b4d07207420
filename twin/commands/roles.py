"""Who may do what: roles, and the commands each may give. Territory is asked for separately."""

from __future__ import annotations

import msgspec

ROLES = ("viewer", "responder", "dispatcher", "reviewer", "administrator")
"""Every role an account can have. Administrators keep accounts and sources, not cases."""

_DISPATCH = frozenset({"dispatcher"})
_STEP = frozenset({"dispatcher", "responder"})
_REVIEW = frozenset({"dispatcher", "reviewer"})

MAY: dict[str, frozenset[str]] = {
    "acknowledge": _DISPATCH,
    "shelve": _DISPATCH,
    "unshelve": _DISPATCH,
    "verify": _DISPATCH,
    "reject": _DISPATCH,
    "assign": _DISPATCH,
    "add_responder": _DISPATCH,
    "reassign": _DISPATCH,
    "accept": _STEP,
    "start": _STEP,
    "arrive": _STEP,
    "handle": _STEP,
    "check": _REVIEW,
    "close": _REVIEW,
    "cancel": _DISPATCH,
    "reopen": _REVIEW,
    "note": _STEP | _REVIEW,
    "set_device": _DISPATCH,
    "close_way": _DISPATCH,
    "open_way": _DISPATCH,
    "duty_on": _STEP,
    "duty_off": _STEP,
}
"""Which roles may give a command."""

OF_ONESELF: dict[str, frozenset[str]] = {"responder": frozenset({"duty_on", "duty_off"})}
"""Commands aimed at a person that a role may give of the own card only."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives a command: account name, role, territory prefixes, and which responder they are."""

    account: str
    role: str
    prefixes: tuple[str, ...]
    responder: str | None = None


def may(role: str, command: str) -> bool:
    """Whether a role may give a command at all.

    >>> may("viewer", "assign"), may("dispatcher", "assign")
    (False, True)
    """
    return role in MAY.get(command, ())
