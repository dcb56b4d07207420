"""Which clock to believe: what a device says now counts now, what was held back undoes nothing.

``received`` is the second in which an entry was received, which stands in the stream; nothing here
reads a clock, so whoever folds the same entries decides the same. docs/explanation/time.md has the
reasons and the cases that nobody can tell apart. The rules:

1. A time ahead of receipt counts as receipt. Two words of a clock that is fast are told apart by
   what they said themselves.
2. A word counts if it is newer than the last of its sort from the same device. An older one is
   late and changes nothing, unless a clock was set back:
3. ours: the device's last word lies ahead of receipt, which only a clock that was set back since
   explains, and this one was said after that;
4. the device's: its last word was ahead of receipt and this one is not; or for a minute all its
   words have been old by the same amount, as what was held back and then sent is not.
5. More than 24 hours late is refused, unless it goes on from what the device said last.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from twin.events import DeviceState, Event, Reading, ResponderPosition
from twin.state.checks import AHEAD, EARLIEST, LATE, LATEST

if TYPE_CHECKING:
    from twin.state.twin import Twin

RESOLUTION = timedelta(seconds=1)
"""Times of receipt are whole seconds."""

HELD_BACK = timedelta(minutes=5)
"""A word later than this is looked at closely; that it came says that its sender is alive."""

GRACE = timedelta(seconds=10)
"""How far apart two words of one device can overtake each other on their way."""

SETTLED = timedelta(minutes=1)
STEADY = timedelta(seconds=2)
"""Words that are old by the same amount, give or take, for so long come from a clock set back."""

Key = tuple[str, str]
"""A device or responder, and the sort of what it said: a quantity, or "" for state and position."""


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


def ahead(twin: Twin, event: Any, high: datetime) -> Event | None:
    """An event that is ahead of its receipt as it counts; None when it is older than the last."""
    subject, sort = _key(event)
    last, said = _last(twin, event), event.time
    before = twin.clocks.fast.get(subject, {}).get(sort)
    if before is not None and before.counted_as == last:
        # Its clock is fast, as it was: in one second of receipt ids tell what is new.
        old = said < before.said or (said == before.said and high != last)
    else:
        old = _of_the_clock_before(twin.clocks, said, last, high)
    if old and not _settled(twin.clocks, (subject, sort), said, last):
        return None
    if last is not None or _may_say(twin, subject, sort):
        twin.clocks.fast.setdefault(subject, {})[sort] = Fast(high, said)
    counted: Event = msgspec.structs.replace(event, time=high)
    return counted


def _of_the_clock_before(
    clocks: Clocks, said: datetime, last: datetime | None, high: datetime
) -> bool:
    """Whether a time ahead of receipt is one that our clock showed before it was set back, and the
    device, by what it said last, is past that time.
    """
    if last is None or clocks.shown is None or clocks.set_back_at is None:
        return False
    start, end = clocks.shown
    if not max(high + AHEAD, start) < said <= end:
        return False
    return said <= last if last > high else last >= clocks.set_back_at


def counts(twin: Twin, event: Any, last: datetime) -> bool:
    """Whether a word older than the last of its sort counts all the same: a clock was set back."""
    clocks, (subject, sort) = twin.clocks, _key(event)
    if not twin.receiving or clocks.received is None or event.time == last:
        return False
    before, high = clocks.fast.get(subject, {}).get(sort), clocks.received + RESOLUTION
    fast = before is not None and before.counted_as == last
    if clocks.set_back_at is not None and event.time >= clocks.set_back_at:
        if last > high or (last == high and not fast):
            return True
    if fast and event.time >= last - GRACE:
        return True
    return _settled(clocks, (subject, sort), event.time, last)


def _settled(clocks: Clocks, key: Key, said: datetime, last: datetime | None) -> bool:
    """Whether the words of one sort have been off by the same amount for long enough."""
    now, (subject, sort) = clocks.received, key
    if now is None or last is None:
        return False
    words = clocks.slow.setdefault(subject, {})
    by, before = now - said, words.get(sort)
    if before is not None and before.last == last and abs(before.by - by) <= STEADY:
        if now - before.since >= SETTLED:
            del words[sort]
            return True
        if now >= before.since:
            return False
    words[sort] = Slow(by, now, last)
    return False


def heard(twin: Twin, subject: str) -> bool:
    """Note that a device said something now, whatever time it gives; whether it was silent."""
    device = twin.devices.get(subject)
    if device is None:
        return False
    if device.silent_at is None:
        device.heard_at = twin.clocks.received
        return False
    was_silent, device.heard_at = device.silent, twin.clocks.received
    return was_silent and not device.silent


def too_old(twin: Twin, event: Event, received: datetime) -> bool:
    """Whether an event is so late that it is refused."""
    if event.time >= received - LATE:
        return False
    last = _last(twin, event)
    return last is None or abs(event.time - last) > LATE


def remembered(twin: Twin) -> Clocks:
    """What is worth keeping: of each sort what is about its last word still, in a stable order."""
    clocks = twin.clocks
    return msgspec.structs.replace(
        clocks,
        fast=_kept(twin, clocks.fast, lambda one: one.counted_as),
        slow=_kept(twin, clocks.slow, lambda one: one.last),
    )


def _kept(twin: Twin, words: dict[str, dict[str, Any]], about: Any) -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for subject in sorted(words):
        valid = {
            sort: words[subject][sort]
            for sort in sorted(words[subject])
            if about(words[subject][sort]) == _last_of(twin, subject, sort)
        }
        if valid:
            kept[subject] = valid
    return kept


def _key(event: Event) -> Key:
    return event.subject, event.data.quantity if isinstance(event, Reading) else ""


def _last(twin: Twin, event: Event) -> datetime | None:
    """When the last word of the same sort was said, as it counted."""
    if isinstance(event, DeviceState | Reading | ResponderPosition):
        return _last_of(twin, *_key(event))
    return None


def _last_of(twin: Twin, subject: str, sort: str) -> datetime | None:
    device = twin.devices.get(subject)
    if device is not None:
        return device.read_at(sort) if sort else device.state_at
    responder = twin.responders.get(subject)
    return responder.located_at if responder is not None and not sort else None


def _may_say(twin: Twin, subject: str, sort: str) -> bool:
    """Whether words of a sort can count: there is no end of sorts that cannot."""
    device = twin.devices.get(subject)
    if device is not None:
        return not sort or sort in device.traits.quantities
    return subject in twin.responders and not sort
