"""Who should go: the nearest free responder with the skill, by the way on foot."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from twin.catalogue import incident_kind
from twin.model import LonLat
from twin.paths import Network
from twin.state import Twin
from twin.things import Incident, Responder

MOST = 10
FREE = frozenset({"available", "busy"})
"""Duty that can be asked; busy people come after free ones, others never."""


class Recommendation(NamedTuple):
    """A responder who could go: how soon, how far, through which gate, and how loaded."""

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

    Skilled before unskilled, free before busy, then by seconds on foot from where they were last
    seen, or from their post. Nobody off duty, unavailable or already on the case.
    """
    skills = set(incident_kind(incident.kind).skills)
    there = set(incident.working)
    could = [
        one for one in twin.responders.values() if one.status in FREE and one.id not in there
    ]
    starts = [position(one) for one in could]
    seconds = network.seconds_to(incident.lonlat, starts)
    ranked = sorted(
        zip(could, seconds, strict=True),
        key=lambda row: (not _can(row[0], skills), len(row[0].assignments), row[1], row[0].id),
    )
    return [_recommendation(one, incident, network, skills) for one, _ in ranked[:MOST]]


def position(responder: Responder) -> LonLat:
    """Where a responder starts from: the last position, else the post."""
    return responder.lonlat or responder.card.post


def _recommendation(
    responder: Responder, incident: Incident, network: Network, skills: set[str]
) -> Recommendation:
    way = network.route(position(responder), incident.lonlat)
    return Recommendation(
        responder=responder.id,
        seconds=way.seconds,
        distance_m=way.distance_m,
        skilled=_can(responder, skills),
        load=len(responder.assignments),
        via=way.via,
        route=way.line,
    )


def _can(responder: Responder, skills: set[str]) -> bool:
    """Whether a responder has one of the skills; a case that asks for none takes anybody."""
    return not skills or not skills.isdisjoint(responder.card.skills)
