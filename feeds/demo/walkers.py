"""Responders who walk: patrols along the paths, and the way to a case, second by second."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from twin.events import PositionData, ResponderPosition
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, LonLat, ResponderCard
from twin.routing.search import Passage
from twin.routing.values import WALK_M_S

PATROL_M_S = 0.9
REST_S = 45.0
MOST_AT_ONCE_S = 60.0
SAY_ON_PATROL = timedelta(seconds=4)
SAY_ON_THE_WAY = timedelta(seconds=1)
SAY_AT_POST = timedelta(seconds=60)


class _Leg(NamedTuple):
    """A straight piece of a way."""

    start: LonLat
    end: LonLat
    length_m: float
    ends_m: float
    heading_deg: float


class Walker:
    """One responder on foot: where they are, and the line they walk.

    Without a beat they stay at their post, and say so once a minute.
    """

    def __init__(self, card: ResponderCard, beat: Sequence[LonLat], seed: int) -> None:
        self.card = card
        self.here: LonLat = card.post
        self.heading_deg: float | None = None
        self.case: str | None = None
        self._beat = beat
        self._random = random.Random(f"{seed}/{card.id}")
        self._legs: list[_Leg] = []
        self._walked_m = 0.0
        self._rest_until: datetime | None = None
        self._said_at: datetime | None = None

    @property
    def arrived(self) -> bool:
        """Whether the line has been walked to its end."""
        return not self._legs

    def set_out(self, chance: random.Random) -> None:
        """Be somewhere on the beat already when the day begins."""
        if self._beat:
            self.here = chance.choice(self._beat)

    def send(self, passage: Passage, goal: LonLat, case: str) -> None:
        """Set out for a case, from where they are."""
        self.case = case
        self._walk(passage.route(self.here, goal).line)

    def release(self) -> None:
        """The case is over: stay, and go back to patrolling after a rest."""
        self.case = None
        self._legs = []
        self._rest_until = None

    def stroll(self, passage: Passage, now: datetime) -> None:
        """Choose the next point of the patrol once the rest is over."""
        if self._legs or self.case is not None or not self._beat:
            return
        if self._rest_until is None:
            self._rest_until = now + timedelta(seconds=REST_S * (0.5 + self._random.random()))
        elif not timedelta(0) < self._rest_until - now < timedelta(seconds=2 * REST_S):
            self._rest_until = None
            self._walk(passage.route(self.here, self._random.choice(self._beat)).line)

    def step(self, elapsed_s: float) -> None:
        """Walk on for some seconds; nobody walks back, or for hours, because a clock was set."""
        if not self._legs:
            return
        elapsed_s = min(max(elapsed_s, 0.0), MOST_AT_ONCE_S)
        self._walked_m += elapsed_s * (PATROL_M_S if self.case is None else WALK_M_S)
        while len(self._legs) > 1 and self._walked_m >= self._legs[0].ends_m:
            self._legs.pop(0)
        leg = self._legs[0]
        share = min(1.0, 1.0 - (leg.ends_m - self._walked_m) / leg.length_m)
        (lon, lat), (to_lon, to_lat) = leg.start, leg.end
        self.here = (lon + share * (to_lon - lon), lat + share * (to_lat - lat))
        self.heading_deg = leg.heading_deg
        if share == 1.0:
            self._legs = []

    def said(self, now: datetime) -> list[ResponderPosition]:
        """The position, if it is time to send it again."""
        patrol = SAY_ON_PATROL if self._beat else SAY_AT_POST
        every = patrol if self.case is None else SAY_ON_THE_WAY
        if self._said_at is not None and timedelta(0) <= now - self._said_at < every:
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

    def _walk(self, line: Sequence[LonLat]) -> None:
        self._legs = _legs(line)
        self._walked_m = 0.0


def beat_of(compound: Compound) -> list[LonLat]:
    """The points a patrol goes by: the building entrances and the gates."""
    doors = [door.lonlat for building in compound.buildings for door in building.entrances[:1]]
    gates = [place.lonlat for place in compound.devices if place.kind == "gate"]
    return doors + gates


def _legs(line: Sequence[LonLat]) -> list[_Leg]:
    """The straight pieces of a line (no corner twice), each with how far along it ends."""
    xy = xy_from_lonlat(np.array(line), line[0])
    found: list[_Leg] = []
    ends_m = 0.0
    for (start, end), (east, north) in zip(pairwise(line), np.diff(xy, axis=0), strict=True):
        length_m = math.hypot(east, north)
        ends_m += length_m
        heading_deg = math.degrees(math.atan2(east, north)) % 360
        found.append(_Leg(start, end, length_m, ends_m, heading_deg))
    return found
