"""What a compound's devices would say at an instant: the rhythm of a day, seeded.

Pure: the same seed and instant give the same words. Gates are busy at 8 and at 18, lamps follow
dusk and dawn, flats draw power in the evening, waste fills until it is collected at night.
Values stay inside what ``twin/catalogue/rules.toml`` calls normal; whatever is out of order is
put there by a standing fault or by a story.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone

from twin.catalogue import device_kinds
from twin.events import BY_TYPE, Event, Reading, ReadingData, StateData
from twin.model import Compound, DevicePlace

LOCAL = timezone(timedelta(hours=8))
STANDING_FAULTS = (("camera", "offline", 0.02),)
"""Kind, state, and the share of its devices that are so for good: no compound is without. Only
alarms that open no case belong here; faults that somebody repairs are stories."""


class Said:
    """What a story makes a device say instead: a state, a value, or nothing at all."""

    __slots__ = ("mute", "state", "value")

    def __init__(
        self, state: str | None = None, value: float | None = None, mute: bool = False
    ) -> None:
        self.state = state
        self.value = value
        self.mute = mute


class Rhythm:
    """The devices of a street and what each says when."""

    def __init__(self, compounds: Iterable[Compound], seed: int) -> None:
        self.seed = seed
        self.places = [place for compound in compounds for place in compound.devices]
        self.instead: dict[str, Said] = {}
        self._phase = {place.id: _share(place.id, seed) for place in self.places}
        self._standing = self._faults()

    def report(self, place: DevicePlace, at: datetime) -> list[Event]:
        """A device's report at an instant: its state, and its reading if it measures one."""
        said = self.instead.get(place.id)
        if said is not None and said.mute:
            return []
        state, quantity, value = self.usual(place, at)
        if said is not None:
            state = said.state or state
            value = value if said.value is None else said.value
        events: list[Event] = [_state(place, state, at)]
        if quantity and value is not None:
            events.append(_reading(place, quantity, value, at))
        return events

    def usual(self, place: DevicePlace, at: datetime) -> tuple[str, str, float | None]:
        """(state, quantity, value) of a device on a usual day at an instant."""
        phase = self._phase[place.id]
        hour = _hour(at)
        state, value = _USUAL.get(place.kind, _nothing)(phase, hour, at)
        state = self._standing.get(place.id, state)
        quantity = next(iter(device_kinds()[place.kind].quantities), "")
        return state, quantity, value

    def _faults(self) -> dict[str, str]:
        """The devices that are out of order whatever the hour."""
        found: dict[str, str] = {}
        for kind, state, share in STANDING_FAULTS:
            ranked = sorted(
                (place.id for place in self.places if place.kind == kind),
                key=lambda name: _share(name, self.seed + 1),
            )
            count = max(1, round(len(ranked) * share)) if ranked else 0
            found |= dict.fromkeys(ranked[:count], state)
        return found


def busy(hour: float) -> float:
    """How busy a gate is, 0 to 1: peaks at 8 and 18, quiet at night."""
    return min(1.0, 0.06 + 0.8 * _bump(hour, 8.0, 1.1) + 0.9 * _bump(hour, 18.2, 1.6)
               + 0.3 * _bump(hour, 12.2, 1.2))  # fmt: skip


def dark(hour: float) -> bool:
    """Whether street lamps are lit: from half past five in the afternoon until half past six."""
    return hour >= 17.5 or hour < 6.5


def _bump(hour: float, middle: float, width: float) -> float:
    away = (hour - middle + 12) % 24 - 12
    return math.exp(-((away / width) ** 2))


def _hour(at: datetime) -> float:
    local = at.astimezone(LOCAL)
    return local.hour + local.minute / 60 + local.second / 3600


def _share(name: str, seed: int) -> float:
    """A number from 0 to 1 that belongs to a name and a seed on every machine."""
    return zlib.crc32(f"{seed}/{name}".encode()) / 2**32


def _flip(phase: float, at: datetime, every_s: float) -> float:
    """A number from 0 to 1 that changes every ``every_s`` seconds."""
    turn = int(at.timestamp() / every_s + phase)
    return random.Random(turn * 1_000_003 + int(phase * 1e6)).random()


def _wave(phase: float, at: datetime, period_s: float) -> float:
    """-1 to 1, slowly."""
    return math.sin(2 * math.pi * (at.timestamp() / period_s + phase))


Usual = Callable[[float, float, datetime], tuple[str, float | None]]


def _nothing(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    return "fault", None


def _gate(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    is_open = _flip(phase, at, 20) < 0.75 * busy(hour)
    passes = sum(busy(h / 4) for h in range(int(hour * 4))) * (12 + 30 * phase)
    return ("open" if is_open else "closed"), float(int(passes))


def _lift(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    return "running", float(1 + int(_flip(phase, at, 40) * 11))


def _lamp(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    return ("on" if dark((hour + (phase - 0.5) / 30) % 24) else "off"), None


def _noise(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    quiet = hour >= 21.5 or hour < 6.5
    level = (36.0 if quiet else 48.0 + 5.0 * busy(hour)) + 2.5 * _wave(phase, at, 900)
    return "normal", round(level, 1)


def _power(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    drawn = 22 + 40 * phase + 60 * _bump(hour, 19.5, 2.4) + 18 * _bump(hour, 7.5, 1.2)
    return "energised", round(drawn + 2 * _wave(phase, at, 700), 1)


def _waste(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    return "normal", round(8 + (30 + 34 * phase) * ((hour - 4) % 24) / 24, 0)


def _charger(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
    used = _flip(phase, at, 3600) < 0.25 + 0.5 * _bump(hour, 21.0, 3.5)
    return ("charging" if used else "free"), round((33 if used else 21) + 3 * phase, 1)


def _steady(state: str, low: float, high: float) -> Usual:
    def usual(phase: float, hour: float, at: datetime) -> tuple[str, float | None]:
        middle = low + (high - low) * phase
        return state, round(middle + (high - low) / 12 * _wave(phase, at, 5400), 2)

    return usual


_USUAL: dict[str, Usual] = {
    "camera": lambda phase, hour, at: ("online", None),
    "gate": _gate,
    "lift": _lift,
    "lamp": _lamp,
    "manhole": _steady("closed", 0.08, 0.3),
    "smoke": _steady("normal", 72, 99),
    "water": _steady("normal", 0.12, 0.3),
    "noise": _noise,
    "call": _steady("idle", 70, 99),
    "power": _power,
    "waste": _waste,
    "charger": _charger,
}


def _state(place: DevicePlace, state: str, at: datetime) -> Event:
    return BY_TYPE[f"{place.kind}.state"](
        id=f"{place.id}@{at.timestamp():.3f}",
        subject=place.id,
        time=at,
        territory=place.territory,
        source="simulator",
        data=StateData(state=state),
    )  # type: ignore[call-arg]


def _reading(place: DevicePlace, quantity: str, value: float, at: datetime) -> Event:
    return Reading(
        id=f"{place.id}={at.timestamp():.3f}",
        subject=place.id,
        time=at,
        territory=place.territory,
        source="simulator",
        data=ReadingData(quantity=quantity, value=value),
    )
