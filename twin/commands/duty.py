"""On and off duty: what a responder's card takes, and the event that a person's word becomes."""

from __future__ import annotations

from datetime import datetime

from twin.commands.roles import Actor
from twin.commands.table import DUTY, Args, Command, taken
from twin.errors import CommandRejected
from twin.events import ResponderStatus, StatusData
from twin.places.territory import covers
from twin.state.records import Responder
from twin.state.twin import Twin


def takes(responder: Responder) -> list[str]:
    """The duty commands that a responder's state allows now, whoever gives them."""
    return taken("responder", responder)


def changed(
    twin: Twin, responder: Responder, args: Args, command: Command, at: datetime
) -> ResponderStatus:
    """The event that puts a responder on or off duty.

    Raises CommandRejected ``not_permitted`` for somebody else's card, ``illegal_state`` for a
    state that is there already, and for leaving in the middle of a task: its detail has the
    ``incidents`` that must be finished or handed over first.
    """
    if command.by.role == "responder" and command.by.responder != responder.id:
        raise CommandRejected(
            "not_permitted", "a responder acts for themselves only", **detail(responder)
        )
    if command.name not in takes(responder):
        raise _refusal(twin, responder, command)
    version = responder.version + 1
    return ResponderStatus(
        id=f"{responder.id}@{version}",
        subject=responder.id,
        time=at,
        by=command.by.account,
        territory=responder.card.territory,
        data=StatusData(status=DUTY[command.name].duty, reason=args.reason, version=version),
    )


def detail(responder: Responder) -> dict[str, object]:
    """What a refusal tells: state, version, and by whom and when (epoch ms) it last changed."""
    at = None if responder.duty_at is None else int(responder.duty_at.timestamp() * 1000)
    return {
        "state": responder.status, "version": responder.version, "by": responder.duty_by, "at": at,
    }  # fmt: skip


def _refusal(twin: Twin, responder: Responder, command: Command) -> CommandRejected:
    state = detail(responder)
    name = responder.card.name
    if command.name == "duty_off" and responder.assignments:
        mine = [case for case in responder.assignments if _seen(twin, case, command.by)]
        tasks = ", ".join(mine) or "a case elsewhere"
        reason = f"{name} is on {tasks}: finish or hand over first"
        return CommandRejected("illegal_state", reason, incidents=mine, **state)
    reason = f"cannot {command.name} when {name} is {responder.status}"
    return CommandRejected("illegal_state", reason, **state)


def _seen(twin: Twin, case: str, by: Actor) -> bool:
    incident = twin.incidents[case]
    return covers(by.prefixes, incident.territory) or by.responder in incident.crew
