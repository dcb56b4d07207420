"""Incidents: the case as the queue and the map show it, redacted by screen class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from layers.live.columns import milliseconds
from layers.live.redaction import place_words
from twin.catalogue import Workflow
from twin.commands.table import next_step
from twin.rules.standing import holding
from twin.state.records import Incident, Responder
from twin.state.twin import Twin

KEPT_S = 900
"""A finished case stays on screens this long, so that people see how it ended."""

Travel = Callable[[Responder, Incident, datetime], float | None]
"""Seconds a responder still needs to a case, as of an instant; None where no way is known."""


def no_travel(responder: Responder, incident: Incident, now: datetime) -> float | None:
    """The travel time where no path network is at hand: unknown."""
    return None


def is_coming(step: str, flow: Workflow) -> bool:
    """Whether a crew member at this step is still to arrive."""
    row = flow.steps.get(step)
    return row is not None and row.coming


def unacked(twin: Twin, incident: Incident) -> bool:
    """Whether nobody has acknowledged yet that the open case exists.

    A case with alarms is acknowledged by acknowledging them; one that a person reported, by
    whatever the first person does with it.
    """
    if not incident.open:
        return False
    alarms = [twin.alarms[name] for name in incident.alarms if name in twin.alarms]
    if not alarms:
        return incident.state == incident.flow.start
    return any(alarm.unseen for alarm in alarms)


def thing(
    twin: Twin,
    incident: Incident,
    travel: Travel,
    *,
    now: datetime,
    alarms: Sequence[str],
    masked: bool,
) -> dict[str, Any]:
    """An incident as screens get it, naming ``alarms``; ``masked`` drops room and free text.

    ``holding`` says whether any alarm of the case holds, also one that is not named; ``stage`` what
    the state means to people, ``fresh`` that nobody has done anything about it yet.
    """
    return {
        "id": incident.id,
        "kind": incident.kind,
        "level": incident.level,
        "state": incident.state,
        "stage": incident.stage,
        "fresh": incident.state == incident.flow.start,
        "version": incident.version,
        "compound": incident.compound,
        "grid": incident.territory.rpartition(".")[2],
        "territory": incident.territory,
        "place": place_words(twin, incident) if masked else incident.place,
        "lonlat": incident.lonlat,
        "device": incident.device,
        "building": incident.building,
        "floor": incident.floor,
        "at": milliseconds(incident.reported_at),
        "due": milliseconds(incident.due_at),
        "finished": None if incident.open else milliseconds(incident.last_at),
        "source": incident.source,
        "alarms": alarms,
        "unacked": unacked(twin, incident),
        "holding": bool(holding(twin, incident)),
        "crew": _crew(twin, incident, travel, now),
        "by": incident.last_by,
        "text": "" if masked else incident.text,
    }


def _crew(twin: Twin, incident: Incident, travel: Travel, now: datetime) -> list[dict[str, Any]]:
    """Who is or was on it; ``rank`` grows with how far they are, ``next`` is what they do next."""
    return [
        {
            "id": who,
            "name": twin.responders[who].card.name,
            "state": crew.state,
            "since": milliseconds(crew.since),
            "eta_s": _eta(twin.responders[who], incident, crew.state, travel, now),
        }
        | step(crew.state, incident.flow)
        for who, crew in incident.crew.items()
        if who in twin.responders
    ]


def step(name: str, flow: Workflow) -> dict[str, Any]:
    """What a crew member's step means."""
    steps = flow.steps
    row = steps.get(name)
    return {
        "rank": list(steps).index(name) if row is not None else 0,
        "busy": row is not None and row.busy,
        "moving": row is not None and row.moving,
        "next": next_step(name, flow),
    }


def _eta(
    responder: Responder, incident: Incident, state: str, travel: Travel, now: datetime
) -> int | None:
    if not is_coming(state, incident.flow):
        return None
    seconds = travel(responder, incident, now)
    return None if seconds is None else round(seconds)
