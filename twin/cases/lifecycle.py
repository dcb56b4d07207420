"""The life of a case: which event may move it from where to where, and what it does to the crew.

reported → verified → assigned → accepted → en_route → on_scene → handled → checked → closed, with
reject, cancel and reopen. While responders are on it, the case is as far as its foremost
responder. Structured after the seven steps of digital city management (核实 verify that it
exists, 核查 check that it is fixed; the handler never checks) with emergency kinds assigned first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from twin.catalogue import IncidentKind
from twin.events import (
    Event,
    IncidentAccepted,
    IncidentAlarmJoined,
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
    IncidentReported,
    IncidentResponderAdded,
    IncidentStarted,
    IncidentVerified,
    type_of,
)
from twin.state.records import BUSY_STEPS, FINISHED, Crew, Incident, LogEntry

WORKING = frozenset(BUSY_STEPS)
OPEN = frozenset({"reported", "verified", "handled", "checked"}) | WORKING
STATES = OPEN | FINISHED
ANY = STATES
_FIRST_TIME_COUNTS = frozenset({"reported", "verified"}) | WORKING


class Move(msgspec.Struct, frozen=True):
    """A row of the transition table: from which states, and what it does to the case.

    Where ``believed``, kinds that are verified first must have been; ``anew`` runs the deadlines
    of the kind from the start.
    """

    frm: frozenset[str]
    act: Callable[[Incident, Any], None]
    may: Callable[[Incident, Any], bool] = lambda incident, event: True
    believed: bool = False
    anew: bool = False


def report(event: IncidentReported, territory: str, compound: str, kind: IncidentKind) -> Incident:
    """A new case from its first event; deadlines come from the row of its kind."""
    told = event.data
    return Incident(
        id=event.subject,
        kind=told.kind,
        level=told.level,
        state="reported",
        version=told.version,
        territory=territory,
        compound=compound,
        place=told.place,
        lonlat=told.lonlat,
        source=told.source,
        device=told.device,
        building=told.building,
        floor=told.floor,
        text=told.text,
        alarms=list(told.alarms),
        reported_at=event.time,
        response_due_at=event.time + timedelta(seconds=kind.response_s),
        resolve_due_at=event.time + timedelta(seconds=kind.resolve_s),
        times={"reported": event.time},
        log=[LogEntry(event.time, event.by, type_of(event), told.text)],
        last_by=event.by,
        last_at=event.time,
    )


def legal(incident: Incident, event: Event, kind: IncidentKind) -> bool:
    """Whether a case of this kind may take an event in its present state, whatever its version."""
    move = MOVES.get(type(event))
    if move is None or incident.state not in move.frm:
        return False
    believed = not move.believed or incident.state == "verified" or not kind.verify_first
    return believed and move.may(incident, event)


def advance(incident: Incident, event: Any, kind: IncidentKind) -> bool:
    """Let the case take an event that makes its next version; True when it was legal.

    The version and the record grow either way, so that they agree with the stream's counter; an
    event that is illegal in the present state moves nothing.
    """
    moved = legal(incident, event, kind)
    if moved:
        move = MOVES[type(event)]
        move.act(incident, event)
        if move.anew:
            incident.response_due_at = event.time + timedelta(seconds=kind.response_s)
            incident.resolve_due_at = event.time + timedelta(seconds=kind.resolve_s)
    told = event.data
    responder = getattr(told, "responder", "")
    text = getattr(told, "text", "") or getattr(told, "alarm", "")
    incident.log.append(LogEntry(event.time, event.by, type_of(event), text, responder))
    incident.version = told.version
    incident.last_by = event.by
    incident.last_at = event.time
    return moved


def step_of(incident: Incident, responder: str) -> str | None:
    """How far a responder is with the case, or None when they were never on it."""
    crew = incident.crew.get(responder)
    return crew.state if crew else None


# --- what the moves do -------------------------------------------------------------------------


def _enter(incident: Incident, state: str, at: datetime) -> None:
    incident.state = state
    if state not in _FIRST_TIME_COUNTS or state not in incident.times:
        incident.times[state] = at


def _to(state: str) -> Callable[[Incident, Event], None]:
    def act(incident: Incident, event: Event) -> None:
        _enter(incident, state, event.time)

    return act


def _finish(state: str) -> Callable[[Incident, Event], None]:
    def act(incident: Incident, event: Event) -> None:
        _release(incident, incident.working, event.time)
        _enter(incident, state, event.time)

    return act


def _release(incident: Incident, responders: tuple[str, ...], at: datetime) -> None:
    for responder in responders:
        incident.crew[responder] = Crew("released", at)


def _follow_foremost(incident: Incident, at: datetime) -> None:
    """The case is as far as the foremost of the responders who are on it."""
    foremost = max(BUSY_STEPS.index(incident.crew[who].state) for who in incident.working)
    _enter(incident, BUSY_STEPS[foremost], at)


def _put_on(incident: Incident, event: Any) -> None:
    incident.crew[event.data.responder] = Crew("assigned", event.time)
    _follow_foremost(incident, event.time)


def _take_over(incident: Incident, event: Any) -> None:
    _release(incident, (event.data.instead_of,), event.time)
    _put_on(incident, event)


def _step(step: str) -> Callable[[Incident, Any], None]:
    def act(incident: Incident, event: Any) -> None:
        incident.crew[event.data.responder] = Crew(step, event.time)
        _follow_foremost(incident, event.time)

    return act


def _handle(incident: Incident, event: Any) -> None:
    """The matter is dealt with: the handler is done and everybody else is free."""
    _release(incident, incident.working, event.time)
    incident.crew[event.data.responder] = Crew("handled", event.time)
    incident.handled_by = event.data.responder
    incident.handled_recorder = event.by
    _enter(incident, "handled", event.time)


def _check(incident: Incident, event: IncidentChecked) -> None:
    incident.checked_by = event.by
    if event.data.passed:
        _enter(incident, "checked", event.time)
        return
    incident.reworks += 1
    incident.crew[incident.handled_by] = Crew("on_scene", event.time)
    _enter(incident, "on_scene", event.time)


def _reopen(incident: Incident, event: IncidentReopened) -> None:
    """A case that was once believed starts as verified."""
    believed = not {"verified", "assigned"}.isdisjoint(incident.times)
    incident.handled_by = incident.handled_recorder = incident.checked_by = ""
    _enter(incident, "verified" if believed else "reported", event.time)


def _join(incident: Incident, event: IncidentAlarmJoined) -> None:
    incident.alarms.append(event.data.alarm)


def _nothing(incident: Incident, event: IncidentNoted) -> None:
    """Words only; the record takes them."""


# --- who may be moved --------------------------------------------------------------------------


def _not_on_it(incident: Incident, event: Any) -> bool:
    return event.data.responder not in incident.working


def _can_take_over(incident: Incident, event: Any) -> bool:
    return _not_on_it(incident, event) and event.data.instead_of in incident.working


def _is_at(step: str) -> Callable[[Incident, Any], bool]:
    return lambda incident, event: step_of(incident, event.data.responder) == step


def _not_joined(incident: Incident, event: IncidentAlarmJoined) -> bool:
    return event.data.alarm not in incident.alarms


MOVES: dict[type[Event], Move] = {
    IncidentVerified: Move(frozenset({"reported"}), _to("verified")),
    IncidentRejected: Move(frozenset({"reported"}), _finish("rejected")),
    IncidentAssigned: Move(frozenset({"reported", "verified"}), _put_on, believed=True),
    IncidentResponderAdded: Move(WORKING, _put_on, _not_on_it),
    IncidentReassigned: Move(WORKING, _take_over, _can_take_over),
    IncidentAccepted: Move(WORKING, _step("accepted"), _is_at("assigned")),
    IncidentStarted: Move(WORKING, _step("en_route"), _is_at("accepted")),
    IncidentArrived: Move(WORKING, _step("on_scene"), _is_at("en_route")),
    IncidentHandled: Move(WORKING, _handle, _is_at("on_scene")),
    IncidentChecked: Move(frozenset({"handled"}), _check),
    IncidentClosed: Move(frozenset({"checked"}), _finish("closed")),
    IncidentCancelled: Move(OPEN - {"checked"}, _finish("cancelled")),
    IncidentReopened: Move(FINISHED, _reopen, anew=True),
    IncidentAlarmJoined: Move(OPEN, _join, _not_joined),
    IncidentNoted: Move(ANY, _nothing),
}
