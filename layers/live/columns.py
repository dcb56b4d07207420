"""Every device of the twins as arrays: what a screen shows of it, and what changed since.

Devices stand in the order of the twins, their compounds and each compound's devices; a position
in these arrays is a *row*. ``mark_dirty`` notes that a device said something, ``publish`` works
out the state bytes and gives the rows that now look different. Screens only ever see what was
published, so a snapshot and the changes after it always fit together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from layers.live import frames
from layers.live.frames import Bytes, Floats, Indices, Singles
from twin.catalogue import Catalogue
from twin.places import territory
from twin.state.records import Alarm, Device
from twin.state.twin import Twin


def milliseconds(instant: datetime | None) -> float:
    """Milliseconds since the epoch, NaN (``null`` in JSON) for None."""
    return instant.timestamp() * 1000.0 if instant is not None else math.nan


def instant(at_ms: float) -> datetime:
    """The instant so many milliseconds after the epoch."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


class Columns:
    """Arrays over all devices; ``state`` and ``value`` hold what was published last.

    Kinds are numbered as in the catalogue of the screens, ``kinds``; how long a device may be
    silent is said by the catalogue of its twin.
    """

    def __init__(self, twins: Iterable[Twin], catalogue: Catalogue) -> None:
        self.kinds = tuple(catalogue.devices)
        numbers = {name: number_of for number_of, name in enumerate(self.kinds)}
        patience_ms: list[float] = []
        self.row: dict[str, int] = {}
        self.span: dict[str, tuple[int, int]] = {}
        self.territories: list[str] = []
        kinds: list[int] = []
        places: list[int] = []
        number: dict[str, int] = {}
        self._twins = list(twins)
        for twin in self._twins:
            for compound in twin.compounds.values():
                start = len(kinds)
                for place in compound.devices:
                    self.row[place.id] = len(kinds)
                    kinds.append(numbers[place.kind])
                    patience_ms.append(twin.traits[place.kind].patience.total_seconds() * 1000)
                    places.append(number.setdefault(place.territory, len(number)))
                self.span[compound.id] = (start, len(kinds))
        self.territories = list(number)
        self.kind: Bytes = np.array(kinds, np.uint8)
        self.territory: Indices = np.array(places, np.intp)
        self._patience_ms: Floats = np.array(patience_ms)
        self._allocate(len(kinds))
        self._noted: dict[str, Device] = {}
        self._levelled: set[int] = set()
        self._levels: dict[str, dict[str, int]] = {}
        self._load()

    def _allocate(self, size: int) -> None:
        self._code: Bytes = np.full(size, frames.UNKNOWN_CODE, np.uint8)
        self._value: Singles = np.full(size, np.nan, np.float32)
        self._reported_ms: Floats = np.full(size, np.nan)
        self._silent: NDArray[np.bool_] = np.zeros(size, bool)
        self._level: Bytes = np.zeros(size, np.uint8)
        never = frames.UNKNOWN_CODE | frames.GONE << 3
        self.state: Bytes = np.full(size, never, np.uint8)
        self.value: Singles = np.full(size, np.nan, np.float32)

    def _load(self) -> None:
        for twin in self._twins:
            for device in twin.devices.values():
                self.mark_dirty(device)
            for alarm in twin.alarms.values():
                self.mark_alarm(alarm)

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def heard(self) -> NDArray[np.bool_]:
        """For each device, whether it ever said anything."""
        return ~np.isnan(self._reported_ms)

    def mark_dirty(self, device: Device) -> None:
        """Note that a device said something; what it says is read when it is published."""
        self._noted[device.id] = device

    def mark_alarm(self, alarm: Alarm) -> None:
        """Note an alarm's level on its device."""
        device, _, _ = alarm.id.partition("#")
        row = self.row.get(device)
        if row is None:
            return
        levels = self._levels.setdefault(device, {})
        if alarm.calling:
            levels[alarm.id] = alarm.level
        else:
            levels.pop(alarm.id, None)
        self._level[row] = min(levels.values(), default=0)
        if not levels:
            del self._levels[device]
        self._levelled.add(row)

    def publish(self, now_ms: float, *, every: bool) -> Indices:
        """Show what was taken; gives the rows that look different now, sorted.

        ``every`` also lets time pass for devices that said nothing: their age band may end.
        """
        read = self._read()
        rows = np.arange(len(self)) if every else np.array(sorted(read | self._levelled), np.intp)
        self._levelled.clear()
        bands = frames.age_bands(
            self._reported_ms[rows], self._patience_ms[rows], self._silent[rows], now_ms
        )
        state = frames.state_bytes(self._code[rows], bands, self._level[rows])
        value = self._value[rows]
        same = (state == self.state[rows]) & (
            value.view(np.uint32) == self.value[rows].view(np.uint32)
        )
        self.state[rows] = state
        self.value[rows] = value
        changed: Indices = rows[~same]
        return changed

    def _read(self) -> set[int]:
        """Read what the noted devices say now; their rows. What stands nowhere is left out."""
        read = set()
        for device in self._noted.values():
            row = self.row.get(device.id)
            if row is None:
                continue
            read.add(row)
            self._code[row] = device.code if device.code >= 0 else frames.UNKNOWN_CODE
            self._value[row] = np.nan if device.value is None else device.value
            self._reported_ms[row] = milliseconds(device.heard)
            self._silent[row] = device.silent
        self._noted.clear()
        return read

    def seen(self, prefixes: Iterable[str]) -> NDArray[np.bool_]:
        """For each device, whether an account with these prefixes may see it."""
        prefixes = tuple(prefixes)
        each = np.array([territory.covers(prefixes, path) for path in self.territories], bool)
        return each[self.territory] if len(self) else np.zeros(0, bool)
