"""One case in full, for whoever opened it: record, who could go, which cameras see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isinf
from typing import Any

from layers.cameras.field_of_view import Sights, levels_at, working
from layers.live.columns import milliseconds
from layers.panels import incidents
from layers.routes.route_cache import RouteCache, trip_words
from twin.commands import decide
from twin.commands.roles import Actor
from twin.dispatch.recommend import recommend
from twin.places import territory
from twin.places.model import Compound, District, LonLat
from twin.state.records import Incident
from twin.state.twin import Twin
from twin.visibility.camera_index import BESIDE_M, Sighting


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What is worked out once: path networks by street, what cameras see.

    The networks by ``learn``, which may run in a thread while screens are served already; until
    then nobody is recommended and no arrival foretold. What cameras see only when it is asked for.
    """

    lives: RouteCache
    sights: Sights

    @classmethod
    def of(cls, twins: Iterable[Twin]) -> WorkedOut:
        """Work it out for these twins' places, now."""
        twins = list(twins)
        known = cls.unlearned(twins)
        known.learn(twins)
        return known

    @classmethod
    def unlearned(cls, twins: Iterable[Twin]) -> WorkedOut:
        """For these twins' places, without networks yet."""
        return cls(RouteCache(), Sights.of(twins))

    def learn(self, twins: Iterable[Twin], districts: Iterable[District] = ()) -> None:
        """Work the networks out; reads places only, so any thread may."""
        self.lives.learn(twins, districts)


def detail(
    twin: Twin, incident: Incident, known: WorkedOut, actor: Actor, *, now: datetime, masked: bool
) -> dict[str, Any]:
    """The incident as screens get it, with its record and what can be done about it.

    Nothing outside the actor's territory is in it: responders, cameras, and alarms of other grids
    are left out. The caller has made sure that the incident itself may be seen.
    """
    kind = twin.catalogue.incident(incident.kind)
    seen = [name for name in incident.alarms if _sees(actor, twin, name)]
    travel = known.lives.travel({twin.street: twin})
    shown = incidents.thing(twin, incident, travel, now=now, alarms=seen, masked=masked)
    for member in shown["crew"]:
        member |= _way(twin, incident, known, actor, member, now)
    return shown | {
        "advice": kind.advice,
        "advice_en": kind.advice_en,
        "reworks": incident.reworks,
        "handled_by": incident.handled_by,
        "checked_by": incident.checked_by,
        "recommendations": _recommendations(twin, incident, known, actor, now),
        "cameras": _cameras(twin, incident, known, actor),
        "log": _log(twin, incident, actor, masked),
        "possible": decide.possible(twin, incident, actor),
    }


def _way(
    twin: Twin,
    incident: Incident,
    known: WorkedOut,
    actor: Actor,
    member: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The way a crew member still has to go, and whether something in it has to be cleared first.

    Empty on scene, or where it is not ours to see.
    """
    trips = None
    if incidents.is_coming(member["state"], incident.flow) and _sees(actor, twin, member["id"]):
        trips = known.lives.trips(twin, twin.responders[member["id"]], incident, now)
    if trips is None:
        return {"route": [], "cut": False}
    return {"route": trips.trip(0).line, "cut": isinf(trips.seconds[0])}


def _sees(actor: Actor, twin: Twin, subject: str) -> bool:
    return territory.covers(actor.prefixes, twin.territory_of(subject))


def _recommendations(
    twin: Twin, incident: Incident, known: WorkedOut, actor: Actor, now: datetime
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
            "located": one.located,
            "skilled": one.skilled,
        }
        | trip_words(twin, actor, one.trip)
        for one in found
        if _sees(actor, twin, one.responder)
    ]


def _cameras(
    twin: Twin, incident: Incident, known: WorkedOut, actor: Actor
) -> list[dict[str, Any]]:
    compound = twin.compounds.get(incident.compound)
    if compound is None:
        return []
    eyes = known.sights.eyes(twin.street)
    found: dict[str, Sighting] = {}
    for spot in _spots(twin, compound, incident):
        for sighting in eyes.seeing(
            spot, wanted=lambda camera: _sees(actor, twin, camera), beside_m=BESIDE_M
        ):
            found.setdefault(sighting.camera, sighting)
    rows = [_camera(twin, sighting) for sighting in found.values()]
    return sorted(rows, key=lambda row: not row["online"])


def _camera(twin: Twin, sighting: Sighting) -> dict[str, Any]:
    return {
        "id": sighting.camera,
        "name": twin.devices[sighting.camera].place.name,
        "distance_m": sighting.distance_m,
        "density_px_m": round(sighting.density_px_m, 1),
        "levels": levels_at(sighting.density_px_m),
        "certainty": round(sighting.certainty, 2),
        "beside": sighting.beside,
        "online": working(twin, sighting.camera),
    }


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
