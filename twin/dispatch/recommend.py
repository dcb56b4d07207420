"""Who should go: the nearest free responder with the skill, by the way that is open now."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isinf
from typing import NamedTuple

from twin.dispatch.trips import Trip, Trips, goal_of
from twin.places.model import LonLat
from twin.routing.obstacles import Live
from twin.state.records import Incident, Responder
from twin.state.twin import Twin

MOST = 10
ON_DUTY = frozenset({"available", "busy"})
"""Duty that can be asked; busy people come after free ones."""
REACH_S = 45 * 60.0
"""Nobody who would take longer is help; compounds of one street may lie far apart."""
KNOWN_FOR = timedelta(minutes=15)
"""Where somebody was longer ago says less than where their post is."""


class Recommendation(NamedTuple):
    """A responder who could go: how soon and which way, whether it suits them, how loaded.

    Unless ``located``, nobody knows where they are, and the trip is the one from their post.
    """

    responder: str
    located: bool
    trip: Trip
    skilled: bool
    load: int

    @property
    def seconds(self) -> float:
        """Until they stand at the door on the floor; infinite while they are cut off.

        From their post unless they are ``located``.
        """
        return self.trip.seconds


def recommend(twin: Twin, incident: Incident, live: Live, now: datetime) -> list[Recommendation]:
    """At most ten responders who could be sent, best first.

    Who can get there before who is cut off, skilled before unskilled, free before busy, then by
    seconds from where they were seen last, else from their post, by what they ride. Nobody off
    duty, unavailable, already on the case or farther than REACH_S.
    """
    skills = set(twin.catalogue.incident(incident.kind).skills)
    there = set(incident.working)
    could = [
        one for one in twin.responders.values() if one.status in ON_DUTY and one.id not in there
    ]
    starts = [start_of(one, now) for one in could]
    modes = [live.ways.mode_of(one.card.vehicle) for one in could]
    trips = Trips(live, goal_of(twin, incident), starts, modes)
    ranked = []
    for row, (one, seconds) in enumerate(zip(could, trips.seconds.tolist(), strict=True)):
        known_s = trips.free_seconds(row) if isinf(seconds) else seconds
        if known_s <= REACH_S:
            busy = one.status != "available"
            ranked.append((isinf(seconds), not _skilled(one, skills), busy, known_s, one.id, row))
    best = [(could[row], trips.trip(row)) for *_, row in sorted(ranked)[:MOST]]
    return [
        Recommendation(
            responder=one.id,
            located=whereabouts(one, now) is not None,
            trip=trip,
            skilled=_skilled(one, skills),
            load=len(one.assignments),
        )
        for one, trip in best
    ]


def start_of(responder: Responder, now: datetime) -> LonLat:
    """Where a responder sets out from: the last position unless it is old, else the post."""
    return whereabouts(responder, now) or responder.card.post


def whereabouts(responder: Responder, now: datetime) -> LonLat | None:
    """Where a responder is, or None while nobody knows: not located, or too long ago."""
    at = responder.lonlat_at
    return responder.lonlat if at is not None and now - at <= KNOWN_FOR else None


def _skilled(responder: Responder, skills: set[str]) -> bool:
    return not skills or not skills.isdisjoint(responder.card.skills)
