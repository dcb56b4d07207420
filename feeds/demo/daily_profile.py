"""What a street's devices would say at an instant: the rhythm of a day, seeded.

Pure: the same seed and instant give the same words. Gates are busy at 8 and at 18, lamps follow
dusk and dawn, it is louder by day, flats draw power in the evening, waste fills until it is
collected at night, wells rise with the showers. Values stay inside what ``catalogue/rules.toml``
calls normal; whatever is out of order is a standing fault or put there by a story.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from twin.catalogue import DeviceKind
from twin.clock import CHINA
from twin.events import BY_TYPE, Event, Reading, ReadingData, StateData
from twin.places.metres import distance_m
from twin.places.model import Building, Compound, DevicePlace


class StandingFault(NamedTuple):
    """A row of what is always out of order: one device of a kind in so many, at least one."""

    kind: str
    state: str | None
    value: float | None
    one_in: int


STANDING = (
    StandingFault("camera", "offline", None, 60),
    StandingFault("charger", "fault", None, 100),
    StandingFault("smoke", None, 12.0, 400),
)
"""Only what raises an alarm without a case; faults that somebody repairs are stories."""
ALSO = {"weighing": ("weight_kg", 4.2)}
"""What a device of some use measures beside: the quantity, and how much of it for one of the first.

A waste station that is full holds 420 kg.
"""
SHOWER_S = 3 * 3600
WET = 0.15
"""Share of the three-hour stretches in which a shower falls."""
DAY_S = 86400
_AHEAD_S = CHINA.utcoffset(datetime.min).total_seconds()
SOURCE = "simulator"


class Said(NamedTuple):
    """What a story makes a device say instead: a state, a value, or nothing at all."""

    state: str | None = None
    value: float | None = None
    mute: bool = False


class Who(NamedTuple):
    """What of a device its day depends on: a number from 0 to 1 of its own, floors, use."""

    phase: float
    floors: int
    use: str


class _Sender(NamedTuple):
    """A device as its reports need it."""

    place: DevicePlace
    who: Who
    usual: Usual
    event: type[Event]
    quantity: str


class DailyProfile:
    """The devices of a street and what each says when.

    ``instead`` is what stories make devices say, ``asked`` the state people asked a device for: it
    keeps that until it is asked for another, unless it is out of order.
    """

    def __init__(
        self, compounds: Iterable[Compound], kinds: Mapping[str, DeviceKind], seed: int
    ) -> None:
        compounds = list(compounds)
        self.kinds = kinds
        self.seed = seed
        self.places = [place for compound in compounds for place in compound.devices]
        self.instead: dict[str, Said] = {}
        self.asked: dict[str, str] = {}
        blocks = {block.id: block for compound in compounds for block in compound.buildings}
        self._rows = {
            place.id: _row(place, kinds[place.kind], seed, blocks) for place in self.places
        }
        self.standing = _faults(self.places, seed)
        self._known: dict[str, tuple[int, str, float | None]] = {}

    def report(self, place: DevicePlace, at: datetime) -> list[Event]:
        """A device's report at an instant: its state, and its reading if it measures one."""
        state, quantity, value = self.usual(place, at)
        said = self.instead.get(place.id)
        if said is not None:
            if said.mute:
                return []
            state = said.state or state
            value = value if said.value is None else said.value
        row, stamp = self._rows[place.id], int(at.timestamp() * 1000)
        envelope: dict[str, Any] = {"subject": place.id, "time": at, "territory": place.territory}
        make: Callable[..., Event] = row.event
        told = make(id=f"{place.id}@{stamp}", source=SOURCE, data=_state(state), **envelope)
        if not quantity or value is None:
            return [told]
        data = ReadingData(quantity=quantity, value=value)
        found: list[Event] = [
            told,
            Reading(id=f"{place.id}={stamp}", source=SOURCE, data=data, **envelope),
        ]
        if place.use in ALSO:
            more, factor = ALSO[place.use]
            data = ReadingData(quantity=more, value=round(value * factor, 1))
            also = Reading(id=f"{place.id}+{stamp}", source=SOURCE, data=data, **envelope)
            found.append(also)
        return found

    def usual(self, place: DevicePlace, at: datetime) -> tuple[str, str, float | None]:
        """(state, quantity, value) of a device on a usual day at an instant, to the second."""
        row, second = self._rows[place.id], int(at.timestamp())
        known = self._known.get(place.id)
        if known is None or known[0] != second:
            state, value = row.usual(row.who, local_hour(second), second)
            fault = self.standing.get(place.id)
            if fault is not None:
                state = fault.state or state
                value = value if fault.value is None else fault.value
            else:
                state = self.asked.get(place.id, state)
            known = self._known[place.id] = (second, state, value)
        return known[1], row.quantity, known[2]

    def words(self, place: DevicePlace) -> int:
        """How many events one report of a device is."""
        return (2 if self._rows[place.id].quantity else 1) + (place.use in ALSO)


# Pure: one value for each of the few states there are, instead of one a report.
@cache
def _state(state: str) -> StateData:
    return StateData(state=state)


def _row(place: DevicePlace, kind: DeviceKind, seed: int, blocks: dict[str, Building]) -> _Sender:
    block = blocks.get(place.building)
    usual = _USUAL.get(place.kind) or _steady(kind.states[0])
    who = Who(share(f"{seed}/{place.id}"), block.floors if block else 6, place.use)
    # What a kind measures counts only if its day says how much; the rest report their state.
    measures = usual(who, 12.0, 0)[1] is not None
    quantity = next(iter(kind.quantities), "") if measures else ""
    return _Sender(place, who, usual, BY_TYPE[f"{place.kind}.state"], quantity)


def _faults(places: Iterable[DevicePlace], seed: int) -> dict[str, StandingFault]:
    """The devices that are out of order whatever the hour; they stand close together."""
    found: dict[str, StandingFault] = {}
    for fault in STANDING:
        could = [place for place in places if place.kind == fault.kind]
        if could:
            first = min(could, key=lambda place: share(f"{seed + 1}/{place.id}"))
            could.sort(key=lambda place: (distance_m(place.lonlat, first.lonlat), place.id))
            count = max(1, round(len(could) / fault.one_in))
            found |= {place.id: fault for place in could[:count]}
    return found


# --- the hour and the weather -------------------------------------------------------------------


def local_hour(second: float) -> float:
    """The hour of the day in China, 0 to 24, of a time in seconds since the epoch."""
    return (second + _AHEAD_S) % DAY_S / 3600


def busy(hour: float) -> float:
    """How busy a gate is, 0 to 1: peaks at 8 and 18, quiet at night."""
    peaks = (
        0.8 * _bump(hour, 8.0, 1.1) + 0.9 * _bump(hour, 18.2, 1.6) + 0.3 * _bump(hour, 12.2, 1.2)
    )
    return min(1.0, 0.03 + peaks)


def dark(hour: float) -> bool:
    """Whether street lamps are lit: from half past five in the afternoon until half past six."""
    return hour >= 17.5 or hour < 6.5


def rain(second: float) -> float:
    """How hard it rains, 0 to 1: now and then a shower of three hours."""
    stretch, into = divmod(second, SHOWER_S)
    if share(f"rain/{int(stretch)}") >= WET:
        return 0.0
    return math.sin(math.pi * into / SHOWER_S) ** 2


def share(name: str) -> float:
    """A number from 0 to 1 that belongs to a name on every machine."""
    mixed = zlib.crc32(name.encode()) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return (mixed ^ mixed >> 29) % 1_000_003 / 1_000_003


def _bump(hour: float, middle: float, width: float) -> float:
    away = (hour - middle + 12) % 24 - 12
    return math.exp(-((away / width) ** 2))


def _ramp(hour: float, start: float, end: float) -> float:
    """0 before ``start``, 1 after ``end``, smooth between."""
    into = min(1.0, max(0.0, (hour - start) / (end - start)))
    return into * into * (3 - 2 * into)


def _flip(who: Who, second: float, every_s: float) -> float:
    """A number from 0 to 1 that changes every ``every_s`` seconds."""
    return share(f"{int(second / every_s + who.phase)}/{who.phase}")


def _wave(who: Who, second: float, period_s: float) -> float:
    """-1 to 1, slowly."""
    return math.sin(2 * math.pi * (second / period_s + who.phase))


_MINUTES = tuple(accumulate(busy(minute / 60) / 60 for minute in range(24 * 60)))
"""Busy hours since midnight, by the minute."""


# --- one function a kind: (state, value) ----------------------------------------------------------

Usual = Callable[[Who, float, float], tuple[str, float | None]]


def _gate(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    is_open = _flip(who, second, 15) < 0.7 * busy(hour)
    an_hour = (260 if who.use == "vehicle" else 420) * (0.7 + 0.6 * who.phase)
    passes = _MINUTES[min(int(hour * 60), len(_MINUTES) - 1)] * an_hour
    return ("open" if is_open else "closed"), float(int(passes))


def _lift(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    """Where a cabin stands; it travels when people do and rests on the ground floor."""
    travels = _flip(who, second, 30) < 0.15 + 0.8 * busy(hour)
    floor = 1 + int(_flip(who, second + 7, 30) * who.floors) if travels else 1
    return "running", float(min(floor, who.floors))


def _lamp(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    """Light sensors agree within two minutes."""
    return ("on" if dark((hour + (who.phase - 0.5) / 30) % 24) else "off"), None


def _noise(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    by_day = _ramp(hour, 5.8, 8.0) - _ramp(hour, 19.5, 21.8)
    level = 37.0 + 12.0 * by_day + 4.0 * busy(hour) * by_day + 2.0 * _wave(who, second, 900)
    return "normal", round(level + 2.0 * (_flip(who, second, 10) - 0.5), 1)


def _power(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    drawn = 22 + 40 * who.phase + 60 * _bump(hour, 19.5, 2.4) + 18 * _bump(hour, 7.5, 1.2)
    return "energised", round(drawn + 2 * _wave(who, second, 700), 1)


def _waste(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    return "normal", float(round(8 + (30 + 34 * who.phase) * ((hour - 4) % 24) / 24))


def _charger(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    used = _flip(who, second, 3600) < 0.2 + 0.55 * _bump(hour, 22.0, 3.5)
    return ("charging" if used else "free"), round((34 if used else 22) + 4 * who.phase, 1)


def _lock(who: Who, hour: float, second: float) -> tuple[str, float | None]:
    """A door stands unlocked for seconds when people come and go; its battery lasts a year."""
    passing = _flip(who, second, 20) < 0.3 * busy(hour)
    return ("unlocked" if passing else "locked"), float(round(55 + 44 * who.phase))


def _gauge(base: float, drift: float, digits: int) -> Usual:
    """A slope that rests: a value of its own, and a little with the warmth of the day."""

    def usual(who: Who, hour: float, second: float) -> tuple[str, float | None]:
        return "normal", round(base * (0.6 + who.phase) + drift * _wave(who, second, DAY_S), digits)

    return usual


def _wet(state: str, low_m: float, high_m: float) -> Usual:
    def usual(who: Who, hour: float, second: float) -> tuple[str, float | None]:
        level = low_m + (high_m - low_m) * who.phase + 0.12 * rain(second)
        return state, round(level + 0.01 * _wave(who, second, 5400), 2)

    return usual


def _steady(state: str) -> Usual:
    """A kind that just is what it is."""
    return lambda who, hour, second: (state, None)


def _battery(state: str) -> Usual:
    def usual(who: Who, hour: float, second: float) -> tuple[str, float | None]:
        return state, float(round(70 + 29 * who.phase))

    return usual


_USUAL: dict[str, Usual] = {
    "camera": _steady("online"),
    "gate": _gate,
    "lift": _lift,
    "lamp": _lamp,
    "manhole": _wet("closed", 0.08, 0.3),
    "smoke": _battery("normal"),
    "water": _wet("normal", 0.12, 0.3),
    "noise": _noise,
    "call": _battery("idle"),
    "power": _power,
    "waste": _waste,
    "charger": _charger,
    "lock": _lock,
    "tilt": _gauge(0.15, 0.02, 2),
    "crack": _gauge(3.0, 0.2, 1),
}
