"""Who should go: the nearest free responder with the skill, by the way on foot."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from twin.catalogue import incident_kind
from twin.model import LonLat
from twin.paths import Network
from twin.state import Twin
from twin.things import Incident, Responder

MOST = 10
ON_DUTY = frozenset({"available", "busy"})
"""Duty that can be asked; busy people come after free ones."""
REACH_S = 45 * 60.0
"""Nobody who would walk longer is help; compounds of one street may lie far apart."""
KNOWN_FOR = timedelta(minutes=15)
"""Where somebody was longer ago says less than where their post is."""


class Recommendation(NamedTuple):
    """A responder who could go: how soon, how far, through which gate, how loaded, which way."""

    responder: str
    seconds: float
    distance_m: float
    skilled: bool
    load: int
    via: str
    route: list[LonLat]


def recommend(
    twin: Twin, incident: Incident, network: Network, now: datetime
) -> list[Recommendation]:
    """At most ten responders who could be sent, best first.

    Skilled before unskilled, free before busy, then by seconds on foot from where they were seen
    last, else from their post. Nobody off duty, unavailable, already on the case or farther than
    REACH_S.
    """
    skills = set(incident_kind(incident.kind).skills)
    could = [
        one
        for one in twin.responders.values()
        if one.status in ON_DUTY and one.id not in incident.working
    ]
    ways = network.ways_to(incident.lonlat, [start_of(one, now) for one in could])
    ranked = sorted(
        (not _skilled(one, skills), one.status != "available", seconds, one.id, row)
        for row, (one, seconds) in enumerate(zip(could, ways.seconds.tolist(), strict=True))
        if seconds <= REACH_S
    )
    best = [(could[row], ways.route(row)) for *_, row in ranked[:MOST]]
    return [
        Recommendation(
            responder=one.id,
            seconds=way.seconds,
            distance_m=way.distance_m,
            skilled=_skilled(one, skills),
            load=len(one.assignments),
            via=way.via,
            route=way.line,
        )
        for one, way in best
    ]


def start_of(responder: Responder, now: datetime) -> LonLat:
    """Where a responder sets out from: the last position unless it is old, else the post."""
    here, at = responder.lonlat, responder.located_at
    known = here is not None and at is not None and now - at <= KNOWN_FOR
    return here if here is not None and known else responder.card.post


def _skilled(responder: Responder, skills: set[str]) -> bool:
    return not skills or not skills.isdisjoint(responder.card.skills)
