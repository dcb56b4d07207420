"""What the ways of a place tell: who is near help, where help is near, how people get out.

Values for screens. They take tens of milliseconds, so they are worked out on a passage of their
own, which any thread may. The caller names the territories that the asker sees; what belongs to
others is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from twin.places import territory
from twin.places.model import Building, Compound, LonLat, Service
from twin.routing import evacuation, isochrone
from twin.routing.obstacles import Live
from twin.routing.search import Passage
from twin.state.twin import Twin

NEAREST = ("hydrant", "duty_room", "clinic", "hospital", "fire_station", "police", "school")
"""Kinds of service that are looked for beside a case."""
OPEN = frozenset({"open", "held_open", "forced_open"})
"""States of a gate that nobody has to open any more."""
Work = Callable[[], dict[str, Any]]
"""The rest of an answer, for any thread."""


def circle(twin: Twin, live: Live, prefixes: Sequence[str], centre: LonLat) -> Work:
    """The ten-minute circle of a place, and the share of buildings it covers.

    Of the compound that the place lies in, and of all that the asker sees.
    """
    passage = live.passage().copy()
    seen = {
        one.id: compound.id
        for compound in twin.compounds.values()
        for one in _seen(compound, prefixes)
        if one.entrances
    }

    def work() -> dict[str, Any]:
        found = isochrone.circle(passage, centre)
        covered = [name for name in found.covered if name in seen]
        return {
            "seconds": found.seconds,
            "area": found.area,
            "covered": len(covered),
            "buildings": len(seen),
            "share": len(covered) / len(seen) if seen else None,
            "far": sorted(set(seen) - set(covered))[:50],
        }

    return work


def nearest(
    twin: Twin, live: Live, prefixes: Sequence[str], start: LonLat,
    others: Iterable[Service] = (),
) -> Work:  # fmt: skip
    """The nearest of each kind of service, with the ways; ``others`` are the district's.

    Those are for whoever sees anything in the district, like the ground they stand on.
    """
    passage = live.passage().copy()
    services = [*_services(twin, prefixes), *others]

    def work() -> dict[str, Any]:
        found = isochrone.nearest(passage, start, services, NEAREST)
        return {
            "nearest": [
                _service(one.service)
                | {
                    "seconds": one.route.seconds,
                    "mode": one.route.mode,
                    "distance_m": one.route.distance_m,
                    "via": one.route.via,
                    "route": one.route.line,
                }
                for one in found
            ]
        }

    return work


def evacuate(twin: Twin, live: Live, prefixes: Sequence[str], compound: Compound) -> Work:
    """How a compound's people get to muster points: loads by way, gates to open, who is stuck."""
    passage = live.passage().copy()
    homes = {one.id: one.name for one in _seen(compound, prefixes)}
    people = {name: n for name, n in evacuation.people_of(compound).items() if name in homes}
    musters = [one for one in _services(twin, prefixes) if one.kind == "muster"]
    states = {
        place.id: (place.name, place.lonlat, twin.devices[place.id].state, place.use)
        for place in compound.devices
        if place.kind == "gate" and territory.covers(prefixes, place.territory)
    }
    return lambda: _evacuation(passage, people, musters, homes, states)


def _evacuation(
    passage: Passage,
    people: dict[str, float],
    musters: list[Service],
    homes: dict[str, str],
    states: dict[str, tuple[str, LonLat, str | None, str]],
) -> dict[str, Any]:
    found = evacuation.evacuate(passage, people, musters)
    passing = {gate.id: gate.people for gate in found.gates}
    return {
        "people": found.people,
        "walk_s": found.walk_s,
        "jam_s": max((one.seconds for one in found.loads), default=0.0),
        "musters": [
            _service(one.service) | {"people": one.people} for one in found.musters if one.people
        ],
        "loads": [
            {"line": one.line, "people": one.people, "width_m": one.width_m} for one in found.loads
        ],
        "gates": [
            {"id": name, "name": gate, "lonlat": lonlat, "people": passing.get(name, 0)}
            for name, (gate, lonlat, state, use) in states.items()
            if state not in OPEN and (name in passing or use == "vehicle")
        ],
        "stranded": [homes[name] for name in found.stranded],
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "kind": service.kind,
        "name": service.name,
        "lonlat": service.lonlat,
        "capacity": service.capacity,
        "hours": service.hours,
    }


def _services(twin: Twin, prefixes: Sequence[str]) -> list[Service]:
    return [
        one
        for compound in twin.compounds.values()
        for one in compound.services
        if territory.covers(prefixes, one.territory or compound.territory)
    ]


def _seen(compound: Compound, prefixes: Sequence[str]) -> list[Building]:
    return [
        one
        for one in compound.buildings
        if territory.covers(prefixes, one.territory or compound.territory)
    ]
