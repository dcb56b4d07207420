"""Twin: everything that is true in one street now. ``apply`` is the only door for change.

Telemetry touches only what devices and positions reported, operations everything else, so the
state does not depend on how the two streams interleave. Time is an argument, never read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from twin.errors import EntrySetAside, EventRejected
from twin.events import (
    AlarmData,
    AlarmUnshelved,
    DeviceSilent,
    Event,
    Reading,
    ResponderPosition,
    SilentData,
    WayOpened,
    WayOpenedData,
)
from twin.rules.standing import realarms
from twin.state import snapshot
from twin.state.checks import CHECKS, check_until, out_of_time, too_late
from twin.state.clocks import Reckoning, bounds
from twin.state.effects import EFFECTS
from twin.state.limits import EARLIEST, LARGEST, LATEST
from twin.state.receipt import ahead, heard, too_old
from twin.state.records import Alarm, Change, Closure, Device
from twin.state.set_aside import apart
from twin.state.state import TwinState

_EVER = datetime.min.replace(tzinfo=UTC)


class Folded(NamedTuple):
    """What a batch did: what changed, in order (a thing may stand there more than once), and
    which entries of the batch were refused, by position."""

    changes: list[Change]
    rejected: list[tuple[int, EventRejected]]


class Twin(TwinState):
    """One street: its places, and what is true of everything in them."""

    def reset(self) -> None:
        """Forget everything but the places."""
        super().reset()
        self._window: tuple[datetime | None, datetime, datetime] = (None, EARLIEST, LATEST)

    # --- the door -----------------------------------------------------------------------------

    def check(self, event: Event, now: datetime) -> None:
        """Raise EventRejected, naming field and value, when an event cannot be accepted.

        More than 24 hours before ``now``, when it is received, unless it goes on from what the
        device said last; a state, quantity or event type that is not of the device's kind; a value
        that is not finite; a position more than 2 km outside the street's compounds. A time ahead
        is none: it counts as ``now``. An unknown device is accepted: it is listed as unregistered.
        """
        if too_old(self, event, now):
            raise too_late(event.time)
        if (test := CHECKS.get(type(event))) is not None:
            test(self, event)

    def apply(self, event: Event) -> list[Change]:
        """Let one fact count; what changed. What is old, known or void changes nothing."""
        return self.fold((event,)).changes

    def fold(
        self, events: Iterable[Event | EventRejected], received: datetime | None = None
    ) -> Folded:
        """Apply many events in order, each exactly as ``apply`` would.

        With ``received``, the second in which they were received, each is checked against it first
        (``check``), clocks that are wrong are allowed for (``twin.state.receipt``), and refused
        events are listed; entries that ``decode_batch`` refused may stand in the batch and are
        listed too. Never raises: an event that makes an effect fail is listed as EntrySetAside, and
        whoever folds the same events leaves out the same ones.

        This loop is the hot path, so the usual telemetry (a known responder's position; a known
        device's state or first quantity, newer than all before) is taken inline; ``EFFECTS`` has
        the rest and would do the same to these.
        """
        changes: list[Change] = []
        rejected: list[tuple[int, EventRejected]] = []
        if received is not self._window[0]:
            self._receive(received)
        _, low, high = self._window
        newest = self.newest_at or _EVER
        # Only what is after ``peak`` needs a look at ``high``, only what is not, at ``low``.
        peak = start = max(low, min(newest, high))
        device_of, traits_of, changed = self.devices.get, self.traits_of_event.get, changes.append
        responder_of, near = self.responders.get, self.fences.near
        todo: Iterable[Any] = events
        for position, event in enumerate(todo):
            cls = type(event)
            if cls is EventRejected or cls is EntrySetAside:
                rejected.append((position, event))
                continue
            time = event.time
            if time > peak:
                if time > high:
                    if received is None:
                        rejected.append((position, out_of_time(time)))
                        continue
                    event = ahead(self, event, high)
                    if event is None:
                        continue
                    time = high
                peak = time
            elif time < low:
                if received is None or too_old(self, event, received):
                    rejected.append((position, (too_late if received else out_of_time)(time)))
                    continue
                if heard(self, event.subject):
                    changed(self.devices[event.subject])
                if time > newest:
                    self.newest_at = newest = time
            if cls is Reading:
                device = device_of(event.subject)
                if device is not None:
                    told = event.data
                    value = told.value
                    if told.quantity == device.traits.primary and -LARGEST <= value <= LARGEST:
                        reported = device.reported_at
                        if reported is None or time > reported:
                            device.reported_at = device.value_at = time
                            if not time.microsecond:  # a clock of whole seconds
                                device.told = event.id
                            if value != device.value:
                                device.value = value
                                device.updated_at = time
                            changed(device)
                            continue
            elif (traits := traits_of(cls)) is not None:
                device = device_of(event.subject)
                if device is not None and device.traits is traits:
                    code = traits.codes.get(event.data.state)
                    if code is not None:
                        reported = device.reported_at
                        if reported is None or time > reported:
                            device.reported_at = device.state_at = time
                            if not time.microsecond:  # a clock of whole seconds
                                device.told = event.id
                            if code != device.code:
                                device.code = code
                                device.changed_at = device.updated_at = time
                            changed(device)
                            continue
            elif cls is ResponderPosition:
                responder, told = responder_of(event.subject), event.data
                if responder is not None and (received is None or near(told.lonlat)):
                    if responder.located_at is None or time > responder.located_at:
                        responder.located_at, responder.located = time, told.lonlat
                        responder.heading_deg = told.heading_deg
                        changed(responder)
                        continue
            try:
                if received is not None:
                    self.check(event, received)
                check_until(event)
                changes += EFFECTS[cls](self, event)
            except EventRejected as refusal:
                rejected.append((position, refusal))
            except Exception as failure:  # one entry must not take the street with it
                rejected.append((position, EntrySetAside("fold", event.subject, failure)))
        if peak > start:
            self.newest_at = peak
        return Folded(changes, rejected)

    def _receive(self, received: datetime | None) -> None:
        self.receiving = received is not None
        if received is None:
            self._window = (None, EARLIEST, LATEST)
        else:
            self.clocks.receive(received)
            self._window = (received, *bounds(received))

    def due(
        self,
        now: datetime,
        listening_since: datetime | None = None,
        set_back: timedelta = timedelta(0),
    ) -> list[Event]:
        """What follows from time alone: devices gone silent, shelves and closings that ended,
        alarms that hold although their case ended.

        ``listening_since`` is when this shard's feeds came (back) up: silence while we were deaf
        is not the device's. ``set_back`` is by how much the clock of ``now`` was set back of late:
        what began by the clock before, ends by it. Ids are deterministic, so asking twice and
        appending twice is safe.
        """
        since, clock = listening_since or _EVER, Reckoning(now, set_back)
        return [
            *self._silences(self.devices.values(), clock, since),
            *_unshelved(self, self.alarms.values(), clock),
            *_opened(self.closures.values(), clock),
            *realarms(self, self.alarms.values(), clock),
        ]

    def due_apart(
        self,
        now: datetime,
        listening_since: datetime | None = None,
        set_back: timedelta = timedelta(0),
    ) -> tuple[list[Event], list[EntrySetAside]]:
        """What ``due`` gives of all things but those that make it fail; and those.

        For when ``due`` raised: one thing must not stop the time of all others.
        """
        since, clock = listening_since or _EVER, Reckoning(now, set_back)
        failed: list[EntrySetAside] = []
        devices, alarms = [*self.devices.values()], [*self.alarms.values()]
        closures = [*self.closures.values()]
        events = apart(lambda some: self._silences(some, clock, since), devices, failed)
        events += apart(lambda some: _unshelved(self, some, clock), alarms, failed)
        events += apart(lambda some: _opened(some, clock), closures, failed)
        events += apart(lambda some: realarms(self, some, clock), alarms, failed)
        return events, failed

    def _silences(
        self, devices: Iterable[Device], clock: Reckoning, listening_since: datetime
    ) -> Iterable[Event]:
        cut = {name: clock.now - traits.patience for name, traits in self.traits.items()}
        for device in devices:
            heard_at = device.heard
            if heard_at is None or cut[device.kind] <= heard_at <= clock.now:
                continue
            at = max(heard_at, listening_since) + device.traits.patience
            if at < clock.at(heard_at) and not device.silent:
                yield DeviceSilent(
                    id=f"{device.id}!silent@{int(at.timestamp() * 1000)}",
                    subject=device.id,
                    time=at,
                    by="system",
                    territory=device.place.territory,
                    data=SilentData(since=heard_at, number=device.silences + 1),
                )

    # --- keeping ------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Everything but the places, as msgpack; the same state gives the same bytes."""
        return snapshot.encode(self)

    def restore(self, data: bytes) -> None:
        """Become the state of a snapshot, over the places of this twin.

        Devices and responders that no longer stand in a place are left out; alarms outlive them.
        Raises InvalidSnapshot, and leaves the twin as it was, when the bytes are damaged, another
        street's or of a format that is not known: then all is to be folded instead.
        """
        snapshot.decode_into(self, data)


def _unshelved(twin: Twin, alarms: Iterable[Alarm], clock: Reckoning) -> Iterable[Event]:
    for alarm in alarms:
        if alarm.shelved_until is not None and clock.past(alarm.shelved_until, alarm.last_at):
            yield AlarmUnshelved(
                id=f"{alarm.id}@{alarm.version + 1}",
                subject=alarm.id,
                time=alarm.shelved_until,
                by="system",
                territory=twin.territory_of(alarm.id),
                data=AlarmData(version=alarm.version + 1),
            )


def _opened(closures: Iterable[Closure], clock: Reckoning) -> Iterable[Event]:
    for closure in closures:
        if closure.closed and closure.until and clock.past(closure.until, closure.closed_at):
            yield WayOpened(
                id=f"{closure.id}@2",
                subject=closure.id,
                time=closure.until,
                by="system",
                territory=closure.territory,
                data=WayOpenedData(version=2),
            )
