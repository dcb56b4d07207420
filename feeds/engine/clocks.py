"""Our own clocks: the wall clock watched against one that nobody can set, and against the ids.

What is told by it, such as that a shelf ends, goes on over a jump; the screen says that there was
one (``clock_set_back``, ``clock_ahead``; docs/explanation/time.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from feeds.health.conditions import Conditions
from feeds.streams.batches import TELEMETRY
from feeds.streams.keys import key
from feeds.streams.link import Link
from twin.state.limits import EARLIEST, LATEST

Wall = Callable[[], datetime]
Monotonic = Callable[[], float]

_LAST_MS = (LATEST - EARLIEST) // timedelta(milliseconds=1)
STEP = timedelta(seconds=2)
"""Two clocks drift apart by less between two looks; a jump is more."""
TOLD = timedelta(seconds=10)
"""A jump that is not told of: whoever keeps clocks right sets them by that much."""

WHOLE = timedelta(minutes=1)
"""How far ahead is told in these, rounded down: it shrinks by the second, which no screen shows."""


def instant(at_ms: int) -> datetime:
    """An instant from milliseconds since the epoch, within the times that a twin knows."""
    return min(EARLIEST + timedelta(milliseconds=min(max(at_ms, 0), _LAST_MS)), LATEST)


def ms_of(at: datetime) -> int:
    """Milliseconds since the epoch."""
    return (at - EARLIEST) // timedelta(milliseconds=1)


def wall() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


async def server_now(link: Link, street: str) -> datetime:
    """What the clock of a street's server shows, by which entries are received.

    Raises Unavailable.
    """
    seconds, micros = (await link.call(key(street, TELEMETRY), ("TIME",)))[0]
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros))


class WatchedClock:
    """A wall clock, and by how much it was set back of late.

    ``set_back`` is zero again when the clock shows what it showed before it was set.
    """

    def __init__(self, now: Wall = wall, monotonic_s: Monotonic = time.monotonic) -> None:
        self._wall, self._monotonic_s = now, monotonic_s
        self.set_back = timedelta(0)
        self._seen = now()
        self._seen_s = monotonic_s()
        self._highest = self._seen

    def now(self) -> datetime:
        """What it shows; looked at often, for a jump is noticed by looking."""
        now, now_s = self._wall(), self._monotonic_s()
        jump = now - self._seen - timedelta(seconds=now_s - self._seen_s)
        self._seen, self._seen_s = now, now_s
        self._highest = max(self._highest, now)
        if jump < -STEP:
            self.set_back -= jump
        elif jump > STEP:
            self.set_back = max(timedelta(0), self.set_back - jump)
        if now >= self._highest:
            self.set_back = timedelta(0)
        return now

    def went_on_from(self, noted: datetime) -> None:
        """Take note of what a process before this one saw the clock show."""
        if noted > self._seen + STEP:
            self.set_back = max(self.set_back, noted - self._seen)
            self._highest = max(self._highest, noted)


def say(conditions: Conditions, street: str, clock: WatchedClock, newest: datetime | None) -> None:
    """Raise or clear what a jump is to be told by: against itself, and against the newest entry.

    ``newest`` is when the newest entry of the street was written, by its id.
    """
    back, now = clock.set_back, clock.now()
    _stand(conditions, "clock_set_back", street, back > TOLD, back_s=int(back.total_seconds()))
    ahead = newest - now if newest is not None else timedelta(0)
    explained = ahead <= back + TOLD
    ahead_s = ahead // WHOLE * int(WHOLE.total_seconds())
    _stand(conditions, "clock_ahead", street, not explained, ahead_s=ahead_s)


def say_no_more(conditions: Conditions, street: str) -> None:
    """Leave it to the next active engine to say."""
    for code in ("clock_set_back", "clock_ahead"):
        conditions.clear(code, street)


def _stand(conditions: Conditions, code: str, street: str, stands: bool, **figures: int) -> None:
    if stands:
        conditions.raise_(code, street, **figures)
    else:
        conditions.clear(code, street)
