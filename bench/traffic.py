"""What the devices of a street say, in the mix of a real one: readings, states, positions.

Seeded; every device speaks in turn, a random one next, and never twice at one instant. States are
mostly the same as before, as states are; readings mostly differ.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bench.catalogue import CATALOGUE
from twin.events import (
    BY_TYPE,
    Event,
    PositionData,
    Reading,
    ReadingData,
    ResponderPosition,
    StateData,
    encode,
)
from twin.places.model import Compound, DevicePlace

READINGS, STATES = 0.70, 0.25
"""Shares; what is left are positions of responders."""
CALM = {"gate": ("closed", "open"), "lamp": ("off", "on"), "charger": ("free", "charging")}
"""States that mean no alarm, by kind; of other kinds the first one."""
_MIXED = 0.2


class Traffic:
    """An endless, seeded mix of telemetry over the devices and responders of compounds."""

    def __init__(self, compounds: Sequence[Compound], seed: int = 7) -> None:
        self._dice = random.Random(seed)
        places = [place for compound in compounds for place in compound.devices]
        self.speaking = places
        self.measuring = [place for place in places if CATALOGUE.devices[place.kind].quantities]
        self.walking = [card for compound in compounds for card in compound.responders]
        self._count = 0

    def events(self, count: int, since: datetime, over: timedelta) -> Iterator[Event]:
        """``count`` events, their times spread evenly over ``over`` from ``since``."""
        for number in range(count):
            yield self.event(since + over * number / count)

    def payloads(self, count: int, since: datetime, over: timedelta) -> list[bytes]:
        """The same as the JSON that stands in stream entries."""
        return [encode(event) for event in self.events(count, since, over)]

    def event(self, at: datetime) -> Event:
        """One event at an instant."""
        self._count += 1
        dice = self._dice.random()
        if dice < READINGS or not self.walking:
            return self.reading(self._dice.choice(self.measuring), at)
        if dice < READINGS + STATES:
            return self.state(self._dice.choice(self.speaking), at)
        card = self._dice.choice(self.walking)
        lon, lat = card.post
        there = (lon + self._dice.uniform(-1e-3, 1e-3), lat + self._dice.uniform(-1e-3, 1e-3))
        return ResponderPosition(
            id=f"p{self._count}", subject=card.id, time=at, territory=card.territory,
            source="bench", data=PositionData(lonlat=there),
        )  # fmt: skip

    def reading(self, place: DevicePlace, at: datetime) -> Event:
        """A reading of a device's first quantity, of no alarming size."""
        quantity = next(iter(CATALOGUE.devices[place.kind].quantities))
        value = round(self._dice.uniform(0.1, 0.3), 3)
        return Reading(
            id=f"r{self._count}-{place.id}", subject=place.id, time=at, territory=place.territory,
            source="bench", data=ReadingData(quantity=quantity, value=value),
        )  # fmt: skip

    def state(self, place: DevicePlace, at: datetime, state: str = "") -> Event:
        """A device's state: a given one, else a calm one, mostly the same as ever."""
        calm = CALM.get(place.kind) or CATALOGUE.devices[place.kind].states[:1]
        if not state:
            state = self._dice.choice(calm) if self._dice.random() < _MIXED else calm[0]
        return BY_TYPE[f"{place.kind}.state"](
            id=f"s{self._count}-{place.id}", subject=place.id, time=at, territory=place.territory,
            source="bench", data=StateData(state=state),
        )  # type: ignore[call-arg]  # fmt: skip


def full_report(compounds: Sequence[Compound], at: datetime, seed: int = 7) -> list[Event]:
    """A state of every device and a reading of all that measure: a street that is well known."""
    traffic = Traffic(compounds, seed)
    return [
        *(traffic.state(place, at) for place in traffic.speaking),
        *(traffic.reading(place, at) for place in traffic.measuring),
    ]


def now() -> datetime:
    """The wall clock, to the millisecond as events carry it."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
