"""What a command is: its name, target and arguments, and the table of those that move a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from twin.catalogue.workflows import workflow
from twin.commands.roles import Actor
from twin.events import (
    CheckedData,
    IncidentAccepted,
    IncidentArrived,
    IncidentAssigned,
    IncidentCancelled,
    IncidentChecked,
    IncidentClosed,
    IncidentHandled,
    IncidentNoted,
    IncidentReassigned,
    IncidentRejected,
    IncidentReopened,
    IncidentResponderAdded,
    IncidentStarted,
    IncidentVerified,
    NoteData,
    ReassignedData,
    ResponderData,
    Words,
    type_of,
)

SHELF_CAP_MIN = 24 * 60
"""Nobody may silence an alarm for longer (domain.md 1.1)."""


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a command can carry besides its target; ``Row.needs`` says which it must."""

    responder: str = ""
    instead_of: str = ""
    text: Words = ""
    reason: Annotated[str, Meta(max_length=200)] = ""
    minutes: Annotated[int, Meta(ge=0, le=SHELF_CAP_MIN)] = 0
    passed: bool | None = None
    state: str = ""
    kind: str = ""
    path: str = ""
    outline: Annotated[tuple[tuple[float, float], ...], Meta(max_length=100)] = ()


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A request: ``version`` is what the screen showed, None to take whatever is there."""

    name: str
    target: str
    by: Actor
    version: int | None = None
    args: dict[str, Any] = {}


class Row(msgspec.Struct, frozen=True):
    """A row of the case commands: the event, its data from (version, arguments), what it needs.

    ``sees`` says that whoever does this has seen the alarms of the case; ``while_held`` it needs,
    too, while one of them holds. From which states, ``workflows.toml`` says in the event's row.
    """

    event: Any
    data: Callable[[int, Args], Any]
    needs: tuple[str, ...] = ()
    sees: bool = False
    while_held: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """The step that the responder must be at; empty when it is not about one."""
        return workflow().moves[type_of(self.event)].at

    @property
    def out_of(self) -> tuple[str, ...]:
        """The states that a case can be in for this."""
        return workflow().moves[type_of(self.event)].from_


def _note(version: int, args: Args) -> NoteData:
    return NoteData(version=version, text=args.text)


def _for_responder(version: int, args: Args) -> ResponderData:
    return ResponderData(version=version, responder=args.responder, text=args.text)


def _instead(version: int, args: Args) -> ReassignedData:
    return ReassignedData(
        version=version, responder=args.responder, instead_of=args.instead_of, text=args.text
    )


def _checked(version: int, args: Args) -> CheckedData:
    return CheckedData(version=version, passed=bool(args.passed), text=args.text)


CASES: dict[str, Row] = {
    "verify": Row(IncidentVerified, _note, sees=True),
    "reject": Row(IncidentRejected, _note, ("text",), sees=True),
    "assign": Row(IncidentAssigned, _for_responder, ("responder",), sees=True),
    "add_responder": Row(IncidentResponderAdded, _for_responder, ("responder",)),
    "reassign": Row(IncidentReassigned, _instead, ("responder",)),
    "accept": Row(IncidentAccepted, _for_responder),
    "start": Row(IncidentStarted, _for_responder),
    "arrive": Row(IncidentArrived, _for_responder),
    "handle": Row(IncidentHandled, _for_responder),
    "check": Row(IncidentChecked, _checked, ("passed",), while_held=("text",)),
    "close": Row(IncidentClosed, _note, while_held=("text",)),
    "cancel": Row(IncidentCancelled, _note, ("text",), sees=True),
    "reopen": Row(IncidentReopened, _note, ("text",)),
    "note": Row(IncidentNoted, _note, ("text",)),
}


def next_step(step: str) -> str:
    """The command that a responder at this step of a case gives next; empty when there is none."""
    return next((name for name, row in CASES.items() if step and row.step == step), "")


ALARM_NEEDS: dict[str, tuple[str, ...]] = {
    "acknowledge": (),
    "shelve": ("reason", "minutes"),
    "unshelve": (),
}
SENDS = frozenset({"assign", "add_responder", "reassign"})
"""Commands that put a responder on a case who was not on it."""

WAY_NEEDS: dict[str, tuple[str, ...]] = {"close_way": ("kind", "reason"), "open_way": ()}
"""``close_way`` is aimed at a compound and needs ``path`` or ``outline`` beside these."""

DUTY: dict[str, str] = {"duty_on": "available", "duty_off": "off_duty"}
"""Commands aimed at a responder, and the duty each leads to."""

NEEDS: dict[str, tuple[str, ...]] = {
    **ALARM_NEEDS,
    **{name: row.needs for name, row in CASES.items()},
    "set_device": ("state",),
    **WAY_NEEDS,
    **dict.fromkeys(DUTY, ()),
}
"""The arguments that each command must carry."""

COMMANDS = tuple(NEEDS)
"""Every command's name."""
