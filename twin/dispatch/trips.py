"""Trips: from where people are to a door on a floor, by what each rides, past what is shut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.places.model import Building, LonLat
from twin.routing.graph import Floats
from twin.routing.obstacles import Live
from twin.routing.search import Ways
from twin.routing.values import Obstacle
from twin.routing.vertical import Climb, climb
from twin.state.records import Incident
from twin.state.twin import Twin


class Goal(NamedTuple):
    """Where a trip ends: a position, and as far as it is known building, unit and floor."""

    lonlat: LonLat
    building: Building | None = None
    unit: str = ""
    floor: int = 0


class Trip(NamedTuple):
    """One way to a goal.

    ``seconds`` to the very floor, infinite when cut off; ``line`` is then what would have to be
    cleared. ``by`` is stairs, lift or "". ``around`` says what made the way longer: gates and
    closed ways it goes round, lifts that are out; or, when cut off, what cuts it off.
    """

    seconds: float
    distance_m: float
    line: list[LonLat]
    via: str
    mode: str
    by: str
    floor: int
    around: tuple[Obstacle, ...]


def goal_of(twin: Twin, incident: Incident) -> Goal:
    """Where help has to come for a case; unit and floor are its device's where that is indoors."""
    compound = twin.compounds.get(incident.compound)
    device = twin.devices.get(incident.device)
    name = incident.building or (device.place.building if device else "")
    building = None
    if compound is not None and name:
        building = next((one for one in compound.buildings if one.id == name), None)
    unit = device.place.unit if device is not None and device.place.building == name else ""
    floor = incident.floor or (device.place.floor if device is not None else 0)
    return Goal(incident.lonlat, building, unit, floor)


class Trips:
    """The trips from many starts to one goal: ``seconds`` (k,) for all, a ``Trip`` for one."""

    def __init__(
        self, live: Live, goal: Goal, starts: Sequence[LonLat], modes: Sequence[str] = ()
    ) -> None:
        """``modes`` says what each start rides; who is quicker on foot goes on foot."""
        self._live, self._goal = live, goal
        self._climb: Climb = climb(live, goal.building, goal.unit, goal.floor)
        self._passage = live.passage()
        self._starts = starts
        self._chosen: list[tuple[Ways, int]] = []
        on_foot = self._ways(starts, "foot")
        self._chosen = [(on_foot, row) for row in range(len(starts))]
        self.seconds: Floats = on_foot.seconds.copy()
        for mode in sorted(set(modes) - {"foot"}):
            self._ride([row for row, one in enumerate(modes) if one == mode], mode)
        self.seconds += self._climb.seconds

    def trip(self, row: int) -> Trip:
        """The trip from one of the starts."""
        found, number = self._chosen[row]
        route = found.route(number)
        placed = found.around(number)
        around = tuple(dict.fromkeys(one.obstacle for one in placed))
        return Trip(
            float(self.seconds[row]),
            route.distance_m,
            route.line,
            route.via,
            route.mode,
            self._climb.by,
            self._goal.floor,
            (*around, *self._climb.out),
        )

    def free_seconds(self, row: int) -> float:
        """What the trip would take with nothing in the way."""
        found, number = self._chosen[row]
        return float(found.free().seconds[number]) + self._climb.seconds

    def _ways(self, starts: Sequence[LonLat], mode: str) -> Ways:
        building = self._goal.building
        door = (building.id if building else "", self._goal.unit)
        return self._passage.ways_to(self._goal.lonlat, starts, mode, door)

    def _ride(self, rows: list[int], mode: str) -> None:
        ridden = self._ways([self._starts[row] for row in rows], mode)
        quicker = ridden.linked & (ridden.seconds < self.seconds[rows])
        for number in np.flatnonzero(quicker).tolist():
            self.seconds[rows[number]] = ridden.seconds[number]
            self._chosen[rows[number]] = (ridden, number)
