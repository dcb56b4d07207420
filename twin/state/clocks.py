"""Clocks, ours and those of devices: what is remembered of them, and time as it is reckoned.

``twin.state.receipt`` decides with these which clock to believe.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from twin.state.limits import AHEAD, EARLIEST, LATEST

RESOLUTION = timedelta(seconds=1)
"""Times of receipt are whole seconds."""

HELD_BACK = timedelta(minutes=5)
"""A word later than this is looked at closely; that it came says that its sender is alive."""


class Fast(msgspec.Struct, frozen=True, array_like=True):
    """A word that was ahead of receipt: what it counted as, and the time that it gave itself."""

    counted_as: datetime
    said: datetime


class Slow(msgspec.Struct, frozen=True, array_like=True):
    """Words that came late: by how much, since which receipt, and after which word that counted."""

    by: timedelta
    since: datetime
    last: datetime


class Clocks(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a twin remembers of clocks, ours and its devices'.

    ``began`` is since when entries have come without a gap, ``set_back_at`` what our clock was set
    back to, ``shown`` from when to when it had gone before: times that a device may have dated by.
    """

    received: datetime | None = None
    began: datetime | None = None
    set_back_at: datetime | None = None
    shown: tuple[datetime, datetime] | None = None
    stalled: datetime | None = None
    fast: dict[str, dict[str, Fast]] = {}
    slow: dict[str, dict[str, Slow]] = {}

    def receive(self, received: datetime) -> None:
        """Take note of the time of receipt of the entries that come now."""
        before, self.received = self.received, received
        if before is None or self.began is None:
            self.began = received
        elif received < before:
            if self.began < before:  # else a single entry was dated so, and no clock
                self.shown = (self.began, before)
            self.set_back_at = self.began = received
        elif received > before + AHEAD:
            self.began = received

    def receipt(self, by_id: datetime, noted: datetime | None) -> datetime:
        """When an entry was received, to the second, from its id and what was noted beside it.

        While the ids of a stream are ahead of the server's clock they stand still, and the time
        of the server is noted beside each entry that we write; one that others write in between
        was received when the one before it was.
        """
        if noted is not None:
            self.stalled = by_id
            return noted
        if self.stalled == by_id and self.received is not None:
            return self.received
        return by_id


class Reckoning(NamedTuple):
    """A clock by which time passes: what it shows, and by how much it was set back of late."""

    now: datetime
    set_back: timedelta = timedelta(0)

    def at(self, start: datetime) -> datetime:
        """What it shows, or would show, to what began at ``start``: by the same clock."""
        return self.now + self.set_back if start > self.now else self.now

    def past(self, end: datetime, start: datetime | None) -> bool:
        """Whether ``end`` has come for what began at ``start``."""
        return end <= self.at(start if start is not None else end)


def whole_second(ms: int) -> datetime:
    """The second of an instant in milliseconds since the epoch, within the times of the twin."""
    seconds = min(max(ms // 1000, 0), int(LATEST.timestamp()))
    return EARLIEST + timedelta(seconds=seconds)


def bounds(received: datetime) -> tuple[datetime, datetime]:
    """Before the first a word is late, after the second it is ahead of its receipt."""
    second = received.replace(microsecond=0)
    return second - HELD_BACK, second + RESOLUTION
