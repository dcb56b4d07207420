"""The life of a case: whether an event may move it, where to, and what that does to the crew.

The flow itself is data: ``twin/catalogue/workflows.toml`` says which states there are and which
event moves a case from where to where; this file carries a row out. While responders are on it, a
case is as far as its foremost responder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from twin.catalogue import IncidentKind
from twin.catalogue.workflows import Move, Workflow
from twin.events import Event, IncidentReported, type_of
from twin.state.records import Crew, Incident, LogEntry

_KEEPS_FIRST = ("waiting", "working")
"""Stages of which the first time counts: a case that goes there again responded earlier."""


def report(
    event: IncidentReported, territory: str, compound: str, kind: IncidentKind, flow: Workflow
) -> Incident:
    """A new case from its first event; deadlines come from the row of its kind."""
    first = event.data
    start = flow.start
    return Incident(
        id=event.subject,
        kind=first.kind,
        level=first.level,
        state=start,
        version=first.version,
        territory=territory,
        compound=compound,
        place=first.place,
        lonlat=first.lonlat,
        source=first.source,
        device=first.device,
        building=first.building,
        floor=first.floor,
        text=first.text,
        alarms=list(first.alarms),
        reported_at=event.time,
        response_due_at=event.time + timedelta(seconds=kind.response_s),
        resolve_due_at=event.time + timedelta(seconds=kind.resolve_s),
        times={start: event.time},
        log=[LogEntry(event.time, event.by, type_of(event), first.text)],
        last_by=event.by,
        last_at=event.time,
    ).follow(flow)


def legal(incident: Incident, event: Event, kind: IncidentKind) -> bool:
    """Whether a case of this kind may take an event in its present state, whatever its version."""
    move = incident.flow.moves.get(type_of(event))
    if move is None or incident.state not in move.from_:
        return False
    if move.believed and not is_believed(incident, kind):
        return False
    return _DEEDS[move.does].may(incident, event, move)


def advance(incident: Incident, event: Any, kind: IncidentKind) -> bool:
    """Let a case of this kind take an event that makes its next version; True when it was legal.

    The version and the record grow either way, so that they agree with the stream's counter; an
    event that is illegal in the present state moves nothing.
    """
    moved = legal(incident, event, kind)
    if moved:
        move = incident.flow.moves[type_of(event)]
        _DEEDS[move.does].act(incident, event, move)
        if move.anew:
            incident.response_due_at = event.time + timedelta(seconds=kind.response_s)
            incident.resolve_due_at = event.time + timedelta(seconds=kind.resolve_s)
    data = event.data
    responder = getattr(data, "responder", "")
    text = getattr(data, "text", "") or getattr(data, "alarm", "")
    incident.log.append(LogEntry(event.time, event.by, type_of(event), text, responder))
    incident.version = data.version
    incident.last_by = event.by
    incident.last_at = event.time
    return moved


def step_of(incident: Incident, responder: str) -> str | None:
    """How far a responder is with the case, or None when they were never on it."""
    crew = incident.crew.get(responder)
    return crew.state if crew else None


def is_believed(incident: Incident, kind: IncidentKind) -> bool:
    """Whether somebody may be sent: the case was verified, or one of its kind needs not be."""
    return incident.flow.states[incident.state].believed or not kind.verify_first


# --- what the moves do -------------------------------------------------------------------------


def _enter(incident: Incident, state: str, at: datetime) -> None:
    """Let the case be in a state; whoever is on it is free when that ends it."""
    stage = incident.flow.stage(state)
    if stage == "finished":
        _release(incident, incident.working, at)
    incident.state = state
    if stage not in _KEEPS_FIRST or state not in incident.times:
        incident.times[state] = at


def _go(incident: Incident, event: Any, move: Move) -> None:
    if move.to:
        _enter(incident, move.to, event.time)


def _release(incident: Incident, responders: tuple[str, ...], at: datetime) -> None:
    for responder in responders:
        incident.crew[responder] = Crew(incident.flow.released, at)


def _take_step(incident: Incident, event: Any, move: Move) -> None:
    """The responder takes a step; the case is as far as the foremost of those who are on it."""
    incident.crew[event.data.responder] = Crew(move.step, event.time)
    busy = incident.flow.busy
    foremost = max(busy.index(incident.crew[who].state) for who in incident.working)
    _enter(incident, busy[foremost], event.time)


def _take_over(incident: Incident, event: Any, move: Move) -> None:
    _release(incident, (event.data.instead_of,), event.time)
    _take_step(incident, event, move)


def _handle(incident: Incident, event: Any, move: Move) -> None:
    """The matter is dealt with: the handler is done and everybody else is free."""
    _release(incident, incident.working, event.time)
    incident.crew[event.data.responder] = Crew(move.step, event.time)
    incident.handled_by = event.data.responder
    incident.handled_recorder = event.by
    _enter(incident, move.to, event.time)


def _check(incident: Incident, event: Any, move: Move) -> None:
    """The work holds up; or whoever handled it goes back to it."""
    incident.checked_by = event.by
    if event.data.passed:
        _enter(incident, move.to, event.time)
        return
    incident.reworks += 1
    incident.crew[incident.handled_by] = Crew(move.step, event.time)
    _enter(incident, move.step, event.time)


def _reopen(incident: Incident, event: Any, move: Move) -> None:
    """A case that was once believed starts as believed."""
    states = incident.flow.states
    believed = any(states[name].believed for name in incident.times if name in states)
    incident.handled_by = incident.handled_recorder = incident.checked_by = ""
    _enter(incident, move.believed_to if believed else move.to, event.time)


def _join_alarm(incident: Incident, event: Any, move: Move) -> None:
    incident.alarms.append(event.data.alarm)


# --- who may be moved --------------------------------------------------------------------------


def _always(incident: Incident, event: Any, move: Move) -> bool:
    return True


def _is_new(incident: Incident, event: Any, move: Move) -> bool:
    return event.data.responder not in incident.working


def _can_take_over(incident: Incident, event: Any, move: Move) -> bool:
    return _is_new(incident, event, move) and event.data.instead_of in incident.working


def _is_at(incident: Incident, event: Any, move: Move) -> bool:
    return step_of(incident, event.data.responder) == move.at


def _is_not_joined(incident: Incident, event: Any, move: Move) -> bool:
    return event.data.alarm not in incident.alarms


class _Deed(NamedTuple):
    """What a row's ``does`` means: what it does to the case, and whether it may."""

    act: Callable[[Incident, Any, Move], None]
    may: Callable[[Incident, Any, Move], bool] = _always


_DEEDS: dict[str, _Deed] = {
    "": _Deed(_go),
    "join": _Deed(_take_step, _is_new),
    "replace": _Deed(_take_over, _can_take_over),
    "step": _Deed(_take_step, _is_at),
    "handle": _Deed(_handle, _is_at),
    "check": _Deed(_check),
    "reopen": _Deed(_reopen),
    "alarm": _Deed(_join_alarm, _is_not_joined),
}
