"""Responders who walk: patrols along the paths, and the way to a case, second by second."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from twin.events import PositionData, ResponderPosition
from twin.metres import lonlat_from_xy, xy_from_lonlat
from twin.model import Compound, LonLat, ResponderCard
from twin.paths import WALK_M_S, Network

PATROL_M_S = 0.9
REST_S = 45.0
SAY_ON_PATROL = timedelta(seconds=4)
SAY_ON_THE_WAY = timedelta(seconds=1)


class Walker:
    """One responder on foot: where they are, and the line they walk."""

    def __init__(self, card: ResponderCard, beat: Sequence[LonLat], seed: int) -> None:
        self.card = card
        self.here: LonLat = card.post
        self.heading_deg: float | None = None
        self.case: str | None = None
        self._beat = beat
        self._random = random.Random(f"{seed}/{card.id}")
        self._line: list[LonLat] = []
        self._walked_m = 0.0
        self._rest_until: datetime | None = None
        self._said_at: datetime | None = None

    @property
    def arrived(self) -> bool:
        """Whether the line has been walked to its end."""
        return not self._line

    def send(self, network: Network, goal: LonLat, case: str) -> None:
        """Set out for a case, from where they are."""
        self.case = case
        self._walk(network.route(self.here, goal).line)

    def release(self) -> None:
        """The case is over: stay, and go back to patrolling after a rest."""
        self.case = None
        self._line = []
        self._rest_until = None

    def stroll(self, network: Network, now: datetime) -> None:
        """Choose the next point of the patrol once the rest is over."""
        if self._line or self.case is not None or not self._beat:
            return
        if self._rest_until is None:
            self._rest_until = now + timedelta(seconds=REST_S * (0.5 + self._random.random()))
        elif now >= self._rest_until:
            self._rest_until = None
            self._walk(network.route(self.here, self._random.choice(self._beat)).line)

    def step(self, elapsed_s: float) -> None:
        """Walk on for some seconds."""
        if not self._line:
            return
        speed = PATROL_M_S if self.case is None else WALK_M_S
        self._walked_m += speed * elapsed_s
        self.here, self.heading_deg, ended = _along(self._line, self._walked_m)
        if ended:
            self._line = []

    def said(self, now: datetime) -> list[ResponderPosition]:
        """The position, if it is time to send it again."""
        every = SAY_ON_PATROL if self.case is None else SAY_ON_THE_WAY
        if self._said_at is not None and now - self._said_at < every:
            return []
        self._said_at = now
        data = PositionData(lonlat=self.here, accuracy_m=5.0, heading_deg=self.heading_deg)
        return [
            ResponderPosition(
                id=f"{self.card.id}@{now.timestamp():.3f}",
                subject=self.card.id,
                time=now,
                territory=self.card.territory,
                source="simulator",
                data=data,
            )
        ]

    def _walk(self, line: list[LonLat]) -> None:
        self._line = line if len(line) > 1 else []
        self._walked_m = 0.0


def beat_of(compound: Compound) -> list[LonLat]:
    """The points a patrol goes by: the building entrances and the gates."""
    doors = [door.lonlat for building in compound.buildings for door in building.entrances[:1]]
    gates = [place.lonlat for place in compound.devices if place.kind == "gate"]
    return doors + gates


def _along(line: Sequence[LonLat], walked_m: float) -> tuple[LonLat, float, bool]:
    """(position, heading in degrees, whether the end is reached) after so many metres of a line."""
    xy = xy_from_lonlat(np.array(line), line[0])
    steps = np.hypot(*np.diff(xy, axis=0).T)
    reached = np.cumsum(steps)
    leg = min(int(np.searchsorted(reached, walked_m)), len(steps) - 1)
    into = walked_m - (reached[leg] - steps[leg])
    share = min(1.0, into / steps[leg]) if steps[leg] > 0 else 1.0
    east, north = xy[leg + 1] - xy[leg]
    lon, lat = lonlat_from_xy(xy[leg] + share * (xy[leg + 1] - xy[leg]), line[0])
    heading = float(np.degrees(np.arctan2(east, north)) % 360)
    return (float(lon), float(lat)), heading, bool(walked_m >= reached[-1])
