"""Who speaks when: the order in which a street's devices report, at any rate."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate

from feeds.demo.daily_profile import DailyProfile, share
from twin.places.model import DevicePlace

SAFE = 0.6
"""Share of its patience within which every device speaks at the lowest rate."""


class Rounds:
    """The order in which devices speak, for ever: the shorter a kind's patience, the oftener.

    One cycle names every device as often as its patience fits into the longest one, evenly
    spread. A rate too low for that is raised, so that nobody counts as silent by accident.
    """

    def __init__(self, rhythm: DailyProfile, rate: float) -> None:
        """``rate`` is in events a second."""
        patience_s = {name: kind.patience_s for name, kind in rhythm.kinds.items()}
        longest_s = max((patience_s[place.kind] for place in rhythm.places), default=1)
        turns: list[tuple[float, DevicePlace]] = []
        for place in rhythm.places:
            times = math.ceil(longest_s / patience_s[place.kind])
            first = share(f"{rhythm.seed}/turn/{place.id}")
            turns += [((first + turn) / times, place) for turn in range(times)]
        turns.sort(key=lambda turn: (turn[0], turn[1].id))
        self._order = [place for _, place in turns]
        # Reached after each turn of a cycle, in events.
        self._events = list(accumulate(rhythm.words(place) for place in self._order))
        self._cycle = self._events[-1] if self._events else 0
        self.rate = max(rate, self._cycle / (SAFE * longest_s))
        self._spoken = 0.0

    def next(self, elapsed_s: float) -> list[DevicePlace]:
        """Who speaks in the next stretch of time, in order."""
        if not self._order:
            return []
        first, size = self._turns(), len(self._order)
        self._spoken += elapsed_s * self.rate
        return [self._order[turn % size] for turn in range(first, self._turns())]

    def _turns(self) -> int:
        """How many turns have been taken."""
        cycles, rest = divmod(self._spoken, self._cycle)
        return int(cycles) * len(self._order) + bisect_right(self._events, rest)
