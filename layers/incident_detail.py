"""One case in full, for whoever opened it: record, who could go, which cameras see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any
from weakref import WeakKeyDictionary

from layers import incidents
from layers.columns import milliseconds
from layers.incidents import Travel
from twin import commands, territory
from twin.catalogue import incident_kind
from twin.catalogue.ways import mode_of
from twin.dispatch import recommend
from twin.model import Compound, LonLat, Ring
from twin.obstacles import Live, Obstacle
from twin.paths import Network
from twin.people import Actor
from twin.sight import fields_of_view, seeing
from twin.state import Twin
from twin.things import Incident, Responder
from twin.trips import Trip, Trips, goal_of

KEPT_FIELDS = 16
"""Compounds whose cameras' fields of view are held at once: half a megabyte for 26 cameras."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is worked out once: path networks by street, fields of view of a compound's cameras.

    The networks by ``learn``, which may run in a thread while screens are served already; until
    then nobody is recommended and no arrival foretold. The fields only when a case there is
    opened. On a street of 100,000 devices the one takes two seconds and 20 MB, the other ten
    and 150 MB (``bench/memory.py``).

    What stands in the way differs between a live session and a replay, so it belongs to the twin.
    """

    networks: dict[str, Network]
    fields: Callable[[Compound], Mapping[str, Ring]]
    _lives: WeakKeyDictionary[Twin, Live] = field(default_factory=WeakKeyDictionary)

    @classmethod
    def of(cls, twins: Iterable[Twin]) -> Known:
        """Work it out for these twins' places, now."""
        twins = list(twins)
        known = cls.unlearned(twins)
        known.learn(twins)
        return known

    @classmethod
    def unlearned(cls, twins: Iterable[Twin]) -> Known:
        """For these twins' places, without networks yet."""
        compounds = {name: place for twin in twins for name, place in twin.compounds.items()}
        by_name = lru_cache(KEPT_FIELDS)(lambda name: fields_of_view(compounds[name]))
        return cls({}, lambda compound: by_name(compound.id))

    def learn(self, twins: Iterable[Twin]) -> None:
        """Work the networks out; reads places only, so any thread may."""
        for twin in twins:
            self.networks[twin.street] = Network(list(twin.compounds.values()))

    def live(self, twin: Twin) -> Live | None:
        """What stands in the way in a twin; None until the networks are learned."""
        network = self.networks.get(twin.street)
        if network is None:
            return None
        if (found := self._lives.get(twin)) is None:
            found = self._lives[twin] = Live(network, twin)
        return found

    def travel(self, twins: Mapping[str, Twin]) -> Travel:
        """A hub's ``Travel``: seconds from where a responder is to the door and floor of a case.

        None where it is not known where they are, or no way is open.
        """

        def seconds(responder: Responder, incident: Incident) -> float | None:
            twin = twins.get(territory.street_of(incident.territory))
            trips = self.trips(twin, responder, incident) if twin is not None else None
            found = float(trips.seconds[0]) if trips is not None else float("inf")
            return found if isfinite(found) else None

        return seconds

    def trips(self, twin: Twin, responder: Responder, incident: Incident) -> Trips | None:
        """The one trip from where a responder is to a case, or None where that is not known."""
        here, live = responder.lonlat, self.live(twin)
        if here is None or live is None:
            return None
        return Trips(live, goal_of(twin, incident), [here], [mode_of(responder.card.vehicle)])


def detail(
    twin: Twin, incident: Incident, known: Known, actor: Actor, *, now: datetime, masked: bool
) -> dict[str, Any]:
    """The incident as screens get it, with its record and what can be done about it.

    Nothing outside the actor's territory is in it: responders, cameras, and alarms of other grids
    are left out. The caller has made sure that the incident itself may be seen.
    """
    seen = [name for name in incident.alarms if _sees(actor, twin, name)]
    travel = known.travel({twin.street: twin})
    shown = incidents.thing(twin, incident, travel, alarms=seen, masked=masked)
    for member in shown["crew"]:
        member["route"] = _route(twin, incident, known, actor, member)
    return shown | {
        "advice": incident_kind(incident.kind).advice,
        "advice_en": incident_kind(incident.kind).advice_en,
        "reworks": incident.reworks,
        "handled_by": incident.handled_by,
        "checked_by": incident.checked_by,
        "recommendations": _recommendations(twin, incident, known, actor, now),
        "cameras": _cameras(twin, incident, known, actor),
        "log": _log(twin, incident, actor, masked),
        "possible": commands.possible(twin, incident, actor),
    }


def _route(
    twin: Twin, incident: Incident, known: Known, actor: Actor, member: Mapping[str, Any]
) -> list[LonLat]:
    """The way a crew member still has to walk; empty on scene, or where it is not ours to see."""
    if member["state"] not in incidents.UNDER_WAY or not _sees(actor, twin, member["id"]):
        return []
    trips = known.trips(twin, twin.responders[member["id"]], incident)
    return trips.trip(0).line if trips is not None else []


def _sees(actor: Actor, twin: Twin, subject: str) -> bool:
    return territory.covers(actor.prefixes, twin.territory_of(subject))


def _recommendations(
    twin: Twin, incident: Incident, known: Known, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    live = known.live(twin)
    if not incident.open or live is None:
        return []
    found = recommend(twin, incident, live, now)
    return [
        {
            "responder": one.responder,
            "name": twin.responders[one.responder].card.name,
            "role": twin.responders[one.responder].card.role,
            "load": one.load,
            "skilled": one.skilled,
        }
        | trip_words(twin, actor, one.trip)
        for one in found
        if _sees(actor, twin, one.responder)
    ]


def trip_words(twin: Twin, actor: Actor, trip: Trip) -> dict[str, Any]:
    """A trip as screens get it; ``seconds`` is null when cut off.

    The gates and lifts it goes round are named to whoever sees them, to others only counted.
    """
    return {
        "seconds": trip.seconds if isfinite(trip.seconds) else None,
        "distance_m": trip.distance_m,
        "via": trip.via,
        "mode": trip.mode,
        "by": trip.by,
        "floor": trip.floor,
        "around": [_named(twin, actor, one) for one in trip.around],
        "route": trip.line,
    }


def _named(twin: Twin, actor: Actor, one: Obstacle) -> dict[str, str]:
    if _sees(actor, twin, one.id):
        return {"id": one.id, "code": one.code, "name": one.name}
    return {"id": "", "code": one.code, "name": ""}


def _cameras(twin: Twin, incident: Incident, known: Known, actor: Actor) -> list[dict[str, Any]]:
    compound = twin.compounds.get(incident.compound)
    if compound is None:
        return []
    fields = known.fields(compound)
    places = [
        place
        for place in compound.devices
        if place.id in fields and territory.covers(actor.prefixes, place.territory)
    ]
    found: dict[str, float] = {}
    for spot in _spots(twin, compound, incident):
        for camera, distance_m in seeing(places, fields, spot):
            found.setdefault(camera, distance_m)
    return [
        {
            "id": camera,
            "name": twin.devices[camera].place.name,
            "distance_m": distance_m,
            "online": twin.devices[camera].state == "online" and not twin.devices[camera].silent,
        }
        for camera, distance_m in found.items()
    ]


def _spots(twin: Twin, compound: Compound, incident: Incident) -> list[LonLat]:
    """Where a camera outside should look, best first: the place itself, or the way into it.

    No camera sees into a flat; the door of its unit is where help arrives.
    """
    building = next((one for one in compound.buildings if one.id == incident.building), None)
    if building is None:
        return [incident.lonlat]
    device = twin.devices.get(incident.device)
    unit = device.place.unit if device is not None else ""
    doors = [door.lonlat for door in building.entrances if unit in ("", door.unit)]
    return [*doors, incident.lonlat]


def _log(twin: Twin, incident: Incident, actor: Actor, masked: bool) -> list[dict[str, Any]]:
    """The record; without words for masked screens, without alarms of other grids for all."""
    return [
        {
            "at": milliseconds(entry.at),
            "by": entry.by,
            "type": entry.type,
            "text": "" if masked else entry.text,
            "responder": entry.responder,
        }
        for entry in incident.log
        if entry.type != "incident.alarm_joined" or _sees(actor, twin, entry.text)
    ]
