"""The day as a strip: alarms per ten minutes of the local day and the worst level among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
STEP_MS = 600_000
BINS = DAY_MS // STEP_MS
UTC_OFFSET_MS = 8 * 3_600_000
"""China has one time zone, UTC+8, without daylight saving."""


def day_start_ms(now_ms: float) -> int:
    """The last local midnight at or before an instant.

    >>> day_start_ms(0.0) == -UTC_OFFSET_MS
    True
    """
    return int((now_ms + UTC_OFFSET_MS) // DAY_MS) * DAY_MS - UTC_OFFSET_MS


class StripPanel(TypedDict):
    """The ``strip`` panel: for each ten minutes how many alarms, and the worst level or 0."""

    start: int
    step_ms: int
    bins: list[list[int]]


class Strip:
    """Alarm occurrences of one day by territory; each occurrence counts once."""

    def __init__(self, now_ms: float) -> None:
        self.start_ms = day_start_ms(now_ms)
        self._counted: set[str] = set()
        self._bins: dict[str, NDArray[np.int64]] = {}

    def turn(self, now_ms: float) -> bool:
        """Begin the day ``now_ms`` lies in, unless it is this one; says whether it did."""
        if day_start_ms(now_ms) == self.start_ms:
            return False
        self.start_ms = day_start_ms(now_ms)
        self._counted.clear()
        self._bins.clear()
        return True

    def add(self, occurrence: str, territory: str, at_ms: float, level: int) -> None:
        """Count an alarm occurrence, unless it was counted or happened on another day."""
        number = int((at_ms - self.start_ms) // STEP_MS)
        if not 0 <= number < BINS or occurrence in self._counted:
            return
        self._counted.add(occurrence)
        bins = self._bins.setdefault(territory, np.zeros((BINS, 5), np.int64))
        bins[number, level] += 1

    def value(self, sees: Callable[[str], bool]) -> StripPanel:
        """The ``strip`` panel for whoever sees these territories."""
        seen = [bins for territory, bins in self._bins.items() if sees(territory)]
        total = np.sum(seen, axis=0) if seen else np.zeros((BINS, 5), np.int64)
        count = total.sum(axis=1)
        worst = np.where(count > 0, np.argmax(total > 0, axis=1), 0)
        bins_shown = np.stack((count, worst), axis=1).tolist()
        return {"start": self.start_ms, "step_ms": STEP_MS, "bins": bins_shown}
