"""One case in full, for whoever opened it: record, who could go, which cameras see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from layers import incidents
from layers.columns import milliseconds
from layers.lives import Lives, trip_words
from twin import commands, territory
from twin.catalogue import incident_kind
from twin.dispatch import recommend
from twin.model import Compound, LonLat, Ring
from twin.people import Actor
from twin.sight import fields_of_view, seeing
from twin.state import Twin
from twin.things import Incident

KEPT_FIELDS = 16
"""Compounds whose cameras' fields of view are held at once: half a megabyte for 26 cameras."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is worked out once: path networks by street, fields of view of a compound's cameras.

    The networks by ``learn``, which may run in a thread while screens are served already; until
    then nobody is recommended and no arrival foretold. The fields only when a case there is
    opened. On a street of 100,000 devices the one takes a second and 20 MB, the other ten and
    150 MB (``bench/ways.py``, ``bench/memory.py``).
    """

    lives: Lives
    fields: Callable[[Compound], Mapping[str, Ring]]

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
        return cls(Lives(), lambda compound: by_name(compound.id))

    def learn(self, twins: Iterable[Twin]) -> None:
        """Work the networks out; reads places only, so any thread may."""
        self.lives.learn(twins)


def detail(
    twin: Twin, incident: Incident, known: Known, actor: Actor, *, now: datetime, masked: bool
) -> dict[str, Any]:
    """The incident as screens get it, with its record and what can be done about it.

    Nothing outside the actor's territory is in it: responders, cameras, and alarms of other grids
    are left out. The caller has made sure that the incident itself may be seen.
    """
    seen = [name for name in incident.alarms if _sees(actor, twin, name)]
    travel = known.lives.travel({twin.street: twin})
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
    trips = known.lives.trips(twin, twin.responders[member["id"]], incident)
    return trips.trip(0).line if trips is not None else []


def _sees(actor: Actor, twin: Twin, subject: str) -> bool:
    return territory.covers(actor.prefixes, twin.territory_of(subject))


def _recommendations(
    twin: Twin, incident: Incident, known: Known, actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    live = known.lives.live(twin)
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
