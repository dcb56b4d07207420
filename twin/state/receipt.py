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
from typing import Any

import msgspec

from twin.events import DeviceState, Event, Reading, ResponderPosition
from twin.state.clocks import RESOLUTION, Clocks, Fast, Slow
from twin.state.limits import AHEAD, LATE
from twin.state.state import TwinState

GRACE = timedelta(seconds=10)
"""How far apart two words of one device can overtake each other on their way."""

SETTLED = timedelta(minutes=1)
STEADY = timedelta(seconds=2)
"""Words that are old by the same amount, give or take, for so long come from a clock set back."""

Key = tuple[str, str]
"""A device or responder, and the sort of what it said: a quantity, or "" for state and position."""


def ahead(twin: TwinState, event: Any, high: datetime) -> Event | None:
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


def counts(twin: TwinState, event: Any, last: datetime) -> bool:
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


def heard(twin: TwinState, subject: str) -> bool:
    """Note that a device said something now, whatever time it gives; whether it was silent."""
    device = twin.devices.get(subject)
    if device is None:
        return False
    if device.silent_at is None:
        device.heard_at = twin.clocks.received
        return False
    was_silent, device.heard_at = device.silent, twin.clocks.received
    return was_silent and not device.silent


def too_old(twin: TwinState, event: Event, received: datetime) -> bool:
    """Whether an event is so late that it is refused."""
    if event.time >= received - LATE:
        return False
    last = _last(twin, event)
    return last is None or abs(event.time - last) > LATE


def remembered(twin: TwinState) -> Clocks:
    """What is worth keeping: of each sort what is about its last word still, in a stable order."""
    clocks = twin.clocks
    return msgspec.structs.replace(
        clocks,
        fast=_kept(twin, clocks.fast, lambda one: one.counted_as),
        slow=_kept(twin, clocks.slow, lambda one: one.last),
    )


def _kept(
    twin: TwinState, words: dict[str, dict[str, Any]], about: Any
) -> dict[str, dict[str, Any]]:
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


def _last(twin: TwinState, event: Event) -> datetime | None:
    """When the last word of the same sort was said, as it counted."""
    if isinstance(event, DeviceState | Reading | ResponderPosition):
        return _last_of(twin, *_key(event))
    return None


def _last_of(twin: TwinState, subject: str, sort: str) -> datetime | None:
    device = twin.devices.get(subject)
    if device is not None:
        return device.read_at(sort) if sort else device.state_at
    responder = twin.responders.get(subject)
    return responder.located_at if responder is not None and not sort else None


def _may_say(twin: TwinState, subject: str, sort: str) -> bool:
    """Whether words of a sort can count: there is no end of sorts that cannot."""
    device = twin.devices.get(subject)
    if device is not None:
        return not sort or sort in device.traits.quantities
    return subject in twin.responders and not sort
