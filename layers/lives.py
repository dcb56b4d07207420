"""Ways as screens get them: the network of every street, what stands in it now, trips in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf, isfinite
from typing import Any
from weakref import WeakKeyDictionary

from layers.incidents import Travel
from twin import territory
from twin.catalogue.ways import mode_of
from twin.model import Path
from twin.obstacles import Live, Obstacle
from twin.paths import Network
from twin.people import Actor
from twin.state import Twin
from twin.things import Incident, Responder
from twin.trips import Trip, Trips, goal_of


class Lives:
    """Networks by street, worked out once; over each, what stands in the way in every twin of it.

    A live session and a replay share the network: what stands in the way belongs to the twin.
    """

    def __init__(self) -> None:
        self.networks: dict[str, Network] = {}
        self._lives: WeakKeyDictionary[Twin, Live] = WeakKeyDictionary()

    def learn(
        self, twins: Iterable[Twin], roads: Mapping[str, Iterable[Path]] | None = None
    ) -> None:
        """Work the networks out; reads places only, so any thread may.

        ``roads`` are ways of no compound, by street.
        """
        for twin in twins:
            others = list((roads or {}).get(twin.street, ()))
            self.networks[twin.street] = Network(list(twin.compounds.values()), others)

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
            found = float(trips.seconds[0]) if trips is not None else inf
            return found if isfinite(found) else None

        return seconds

    def trips(self, twin: Twin, responder: Responder, incident: Incident) -> Trips | None:
        """The one trip from where a responder is to a case, or None where that is not known."""
        here, live = responder.lonlat, self.live(twin)
        if here is None or live is None:
            return None
        return Trips(live, goal_of(twin, incident), [here], [mode_of(responder.card.vehicle)])


def trip_words(twin: Twin, actor: Actor, trip: Trip) -> dict[str, Any]:
    """A trip as screens get it; ``seconds`` is null when it is cut off.

    What it goes round is named to those who may see it; others learn only what kind of thing it is.
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
    seen = territory.covers(actor.prefixes, twin.territory_of(one.id))
    return {"id": one.id if seen else "", "code": one.code, "name": one.name if seen else ""}
