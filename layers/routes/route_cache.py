"""Ways as screens get them: the network of every street, what stands in it now, trips in words."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import inf, isfinite
from typing import Any
from weakref import WeakKeyDictionary

from layers.panels.incidents import Travel
from twin.commands.roles import Actor
from twin.dispatch.recommend import whereabouts
from twin.dispatch.trips import Trip, Trips, goal_of
from twin.errors import EntrySetAside
from twin.places import territory
from twin.places.model import District, Service
from twin.routing.network import Network
from twin.routing.obstacles import Live
from twin.routing.roads import Surroundings
from twin.routing.values import Obstacle
from twin.state.records import Incident, Responder
from twin.state.twin import Twin

EAGER = 64
"""Compounds whose ways are worked out at the start: a district's. Of a larger city a street's are
when a case there is looked at: half a second of a thread for every ten compounds."""
KEPT = 3
"""Streets of a larger city whose networks are held at once; one of 72 compounds takes 44 MB."""


class RouteCache:
    """Networks by street, worked out once; over each, what stands in the way in every twin of it.

    ``failed`` says why a street has none, for the places of some cannot be made sense of.

    A live session and a replay share the network: what stands in the way belongs to the twin.
    """

    def __init__(self) -> None:
        self.networks: dict[str, Network] = {}
        self.failed: dict[str, EntrySetAside] = {}
        self._districts: tuple[District, ...] = ()
        self._services: dict[str, list[Service]] = {}
        self._large = False
        self._making = threading.Lock()
        self._lives: WeakKeyDictionary[Twin, Live] = WeakKeyDictionary()

    def learn(self, twins: Iterable[Twin], districts: Iterable[District] = ()) -> None:
        """Work the networks out, unless they are a large city's; any thread may.

        ``districts`` are those the streets lie in: their roads lead from compound to compound.
        """
        twins = list(twins)
        self._districts = tuple(districts)
        self._large = sum(len(twin.compounds) for twin in twins) > EAGER
        for twin in () if self._large else twins:
            self.ready(twin)

    def ready(self, twin: Twin) -> None:
        """Have the network of a twin's street; reads places only, so any thread may.

        Of a large city the one that was made first goes when there are too many.
        """
        with self._making:
            if twin.street in self.networks or twin.street in self.failed:
                return
            compounds = list(twin.compounds.values())
            try:
                around = Surroundings(twin.street, compounds, self._districts)
                services = around.services()
                network = Network(compounds, twin.catalogue.ways.modes, around.roads())
            except Exception as failure:  # the other streets have theirs
                self.failed[twin.street] = why = EntrySetAside("ways", twin.street, failure)
                why.__cause__ = failure
                return
            self._services[twin.street], self.networks[twin.street] = services, network
            if self._large and len(self.networks) > KEPT:
                del self.networks[next(iter(self.networks))]

    def services(self, twin: Twin) -> list[Service]:
        """What of the districts' services counts in a twin's street, once its network is there."""
        return self._services.get(twin.street, [])

    def live(self, twin: Twin) -> Live | None:
        """What stands in the way in a twin; None until its street's network is there."""
        network = self.networks.get(twin.street)
        if network is None:
            self._lives.pop(twin, None)
            return None
        found = self._lives.get(twin)
        if found is None or found.network is not network:
            found = self._lives[twin] = Live(network, twin)
        return found

    def travel(self, twins: Mapping[str, Twin]) -> Travel:
        """A hub's ``Travel``: seconds from where a responder is to the door and floor of a case.

        None where it is not known where they are, or no way is open.
        """

        def seconds(responder: Responder, incident: Incident, now: datetime) -> float | None:
            twin = twins.get(territory.street_of(incident.territory))
            trips = self.trips(twin, responder, incident, now) if twin is not None else None
            found = float(trips.seconds[0]) if trips is not None else inf
            return found if isfinite(found) else None

        return seconds

    def trips(
        self, twin: Twin, responder: Responder, incident: Incident, now: datetime
    ) -> Trips | None:
        """The one trip from where a responder is to a case, or None where that is not known.

        A phone that fell silent long before ``now`` tells nothing of where its owner is. ``now`` is
        the session's time and not the newest event's: where nothing happens, time passes, too.
        """
        live, here = self.live(twin), whereabouts(responder, now)
        if here is None or live is None:
            return None
        return Trips(
            live, goal_of(twin, incident), [here], [live.ways.mode_of(responder.card.vehicle)]
        )


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
