"""Twin: everything that is true in one street now. ``apply`` is the only door for change.

Telemetry touches only what devices and positions reported, operations everything else, so the
state does not depend on how the two streams interleave. Time is an argument, never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from twin import incidents, snapshot
from twin.alarm_flags import advance_alarm
from twin.catalogue import device_kinds
from twin.errors import EventRejected
from twin.events import (
    OPERATIONS,
    TELEMETRY,
    AlarmData,
    AlarmRaised,
    AlarmUnshelved,
    DeviceDesired,
    DeviceSilent,
    DeviceState,
    Event,
    FeedChanged,
    IncidentData,
    IncidentReported,
    Reading,
    ResponderPosition,
    ResponderStatus,
    type_of,
)
from twin.fences import Fences
from twin.model import Compound
from twin.territory import compound_of
from twin.things import (
    FINISHED,
    Alarm,
    Change,
    Device,
    Feed,
    Incident,
    Responder,
    Traits,
    Unregistered,
    traits_of,
)

AHEAD = timedelta(minutes=5)
"""An event this far in the future is refused: the sender's clock is wrong."""

LATE = timedelta(hours=24)
"""An event this old is refused."""

KEPT = timedelta(days=30)
"""How long a finished case stays in the twin (domain.md 7); the archive keeps it."""

MAX_UNREGISTERED = 1000
"""Further unknown subjects are not listed; the list is for a person to read."""

_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_HUGE = 1.7976931348623157e308
_KIND_OF_STATE: dict[type[Event], str] = {
    cls: type_of(cls).partition(".")[0] for cls in TELEMETRY if issubclass(cls, DeviceState)
}


class Folded(NamedTuple):
    """What a batch did: what changed, in order (a thing may stand there more than once), and
    which entries of the batch were refused, by position."""

    changes: list[Change]
    rejected: list[tuple[int, EventRejected]]


class Twin:
    """One street: its places, and what is true of everything in them."""

    def __init__(self, street: str, compounds: Sequence[Compound]) -> None:
        """An empty twin over places: nothing has been reported yet."""
        self.street = street
        self.compounds = {place.id: place for place in compounds}
        self.fences = Fences(compounds)
        self.traits = {name: traits_of(name, row) for name, row in device_kinds().items()}
        self.reset()

    def reset(self) -> None:
        """Forget everything but the places."""
        self.devices: dict[str, Device] = {}
        self.responders: dict[str, Responder] = {}
        for compound in self.compounds.values():
            for index, place in enumerate(compound.devices):
                self.devices[place.id] = Device(
                    id=place.id,
                    place=place,
                    index=index,
                    kind=place.kind,
                    traits=self.traits[place.kind],
                )
            for card in compound.responders:
                self.responders[card.id] = Responder(id=card.id, card=card)
        self.alarms: dict[str, Alarm] = {}
        self.incidents: dict[str, Incident] = {}
        self.open_incidents: dict[str, Incident] = {}
        self.unregistered: dict[str, Unregistered] = {}
        self.feeds: dict[str, Feed] = {}
        self.numbers: dict[str, int] = {}
        self.newest_at: datetime | None = None

    # --- looking ------------------------------------------------------------------------------

    def territory_of(self, subject: str) -> str:
        """The territory of a device, responder, alarm, incident or compound id.

        What is not known belongs to its compound when the id begins with one, else to the whole
        street, so that a filter on it never shows more than it should.
        """
        if (incident := self.incidents.get(subject)) is not None:
            return incident.territory
        if (device := self.devices.get(subject.partition("#")[0])) is not None:
            return device.place.territory
        if (responder := self.responders.get(subject)) is not None:
            return responder.card.territory
        compound = self.compounds.get(subject.partition("/")[0])
        return compound.territory if compound is not None else self.street

    # --- the door -----------------------------------------------------------------------------

    def check(self, event: Event, now: datetime) -> None:
        """Raise EventRejected, naming field and value, when an event cannot be accepted.

        More than 5 minutes ahead of ``now`` or 24 hours late; a state, quantity or event type
        that is not of the device's kind; a value that is not finite; a position more than 2 km
        outside the street's compounds. An unknown device is accepted: it is listed as
        unregistered.
        """
        if event.time > now + AHEAD:
            raise EventRejected("time", event.time.isoformat(), "more than 5 minutes ahead")
        if event.time < now - LATE:
            raise EventRejected("time", event.time.isoformat(), "more than 24 hours late")
        if (test := _CHECKS.get(type(event))) is not None:
            test(self, event)

    def apply(self, event: Event) -> list[Change]:
        """Let one fact count; what changed. What is old, known or void changes nothing."""
        return self.fold((event,)).changes

    def fold(
        self, events: Iterable[Event | EventRejected], received: datetime | None = None
    ) -> Folded:
        """Apply many events in order, each exactly as ``apply`` would.

        With ``received``, each is checked against it first (``check``) and refused events are
        listed; entries that ``decode_batch`` refused may stand in the batch and are listed too.
        This loop is the hot path: telemetry costs dictionary lookups and comparisons only.
        """
        changes: list[Change] = []
        rejected: list[tuple[int, EventRejected]] = []
        low = received - LATE if received is not None else _EVER
        high = received + AHEAD if received is not None else _NEVER
        newest = self.newest_at or _EVER
        device_of, state_kind, changed = self.devices.get, _KIND_OF_STATE.get, changes.append
        responder_of = self.responders.get
        todo: Iterable[Any] = events
        for position, event in enumerate(todo):
            cls = type(event)
            if cls is Reading:
                time = event.time
                device = device_of(event.subject)
                told = event.data
                value = told.value
                if (
                    device is not None
                    and told.quantity == device.traits.primary
                    and -_HUGE <= value <= _HUGE
                    and low <= time <= high
                ):
                    if device.value_at is None or time > device.value_at:
                        device.value_at = time
                        if device.reported_at is None or time > device.reported_at:
                            device.reported_at = time
                        if value != device.value:
                            device.value = value
                            if device.updated_at is None or time > device.updated_at:
                                device.updated_at = time
                        if time > newest:
                            newest = time
                        changed(device)
                    continue
            elif (kind := state_kind(cls)) is not None:
                time = event.time
                device = device_of(event.subject)
                if device is not None and device.kind == kind and low <= time <= high:
                    code = device.traits.codes.get(event.data.state)
                    if code is not None:
                        if device.state_at is None or time > device.state_at:
                            device.state_at = time
                            if device.reported_at is None or time > device.reported_at:
                                device.reported_at = time
                            if code != device.code:
                                device.code = code
                                device.changed_at = time
                                if device.updated_at is None or time > device.updated_at:
                                    device.updated_at = time
                            if time > newest:
                                newest = time
                            changed(device)
                        continue
            elif cls is ResponderPosition:
                time = event.time
                responder = responder_of(event.subject)
                told = event.data
                if (
                    responder is not None
                    and low <= time <= high
                    and (received is None or self.fences.near(told.lonlat))
                ):
                    if responder.located_at is None or time > responder.located_at:
                        responder.located_at = time
                        responder.located = told.lonlat
                        responder.heading_deg = told.heading_deg
                        if time > newest:
                            newest = time
                        changed(responder)
                    continue
            if cls is EventRejected:
                rejected.append((position, event))
                continue
            try:
                if received is not None:
                    self.check(event, received)
            except EventRejected as refusal:
                rejected.append((position, refusal))
                continue
            changes += _APPLY[cls](self, event)
            if event.time > newest:
                newest = event.time
        self.newest_at = None if newest is _EVER else newest
        return Folded(changes, rejected)

    def due(self, now: datetime, listening_since: datetime | None = None) -> list[Event]:
        """What follows from time alone: devices gone silent, shelves that ended.

        ``listening_since`` is when this shard's feeds came (back) up: silence while we were deaf
        is not the device's. Ids are deterministic, so asking twice and appending twice is safe.
        """
        return [*self._silences(now, listening_since or _EVER), *self._unshelved(now)]

    def _silences(self, now: datetime, listening_since: datetime) -> Iterable[Event]:
        cut = {name: now - traits.patience for name, traits in self.traits.items()}
        for device in self.devices.values():
            since = device.reported_at
            if since is None or since >= cut[device.kind]:
                continue
            since = max(since, listening_since)
            if since < cut[device.kind] and not device.silent:
                at = since + device.traits.patience
                yield DeviceSilent(
                    id=f"{device.id}!silent@{int(at.timestamp() * 1000)}",
                    subject=device.id,
                    time=at,
                    by="system",
                    territory=device.place.territory,
                )

    def _unshelved(self, now: datetime) -> Iterable[Event]:
        for alarm in self.alarms.values():
            if alarm.shelved_until is not None and alarm.shelved_until <= now:
                yield AlarmUnshelved(
                    id=f"{alarm.id}@{alarm.version + 1}",
                    subject=alarm.id,
                    time=alarm.shelved_until,
                    by="system",
                    territory=self.territory_of(alarm.id),
                    data=AlarmData(version=alarm.version + 1),
                )

    # --- keeping ------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Everything but the places, as msgpack; the same state gives the same bytes."""
        return snapshot.encode(self)

    def restore(self, data: bytes) -> None:
        """Become the state of a snapshot, over the places of this twin.

        Devices and responders that no longer stand in a place are left out. Raises
        msgspec.MsgspecError or ValueError when the bytes are not a snapshot of this street.
        """
        snapshot.decode_into(self, data)

    # --- what is not hot ----------------------------------------------------------------------

    def _reported(self, event: Event) -> list[Change]:
        """Telemetry that the loop did not take: secondary quantities and unknown subjects."""
        device = self.devices.get(event.subject)
        if isinstance(event, Reading) and device is not None:
            return self._secondary(device, event)
        if device is not None or event.subject in self.responders:
            return []
        return self._unknown(event)

    def _secondary(self, device: Device, event: Reading) -> list[Change]:
        quantity, value = event.data.quantity, event.data.value
        at = device.read_at(quantity)
        known = quantity in device.traits.quantities and quantity != device.traits.primary
        if not known or not -_HUGE <= value <= _HUGE or (at is not None and event.time <= at):
            return []
        if value != device.reading(quantity):
            device.updated_at = max(device.updated_at or _EVER, event.time)
        device.readings = (device.readings or {}) | {quantity: (value, event.time)}
        device.reported_at = max(device.reported_at or _EVER, event.time)
        return [device]

    def _unknown(self, event: Event) -> list[Change]:
        found = self.unregistered.get(event.subject)
        if found is None:
            if len(self.unregistered) >= MAX_UNREGISTERED:
                return []
            found = Unregistered(event.subject, type_of(event), event.time, event.time)
            found.source = event.source
            self.unregistered[event.subject] = found
        elif event.time > found.last_at:
            found.last_at = event.time
            found.count += 1
        else:
            return []
        return [found]

    def _desired(self, event: DeviceDesired) -> list[Change]:
        device = self.devices.get(event.subject)
        if device is None or event.data.state not in device.traits.desired:
            return []
        if device.desired_at is not None and event.time <= device.desired_at:
            return []
        device.desired, device.desired_at = event.data.state, event.time
        return [device]

    def _silent(self, event: DeviceSilent) -> list[Change]:
        device = self.devices.get(event.subject)
        if device is None or (device.silent_at is not None and event.time <= device.silent_at):
            return []
        device.silent_at = event.time
        return [device]

    def _duty(self, event: ResponderStatus) -> list[Change]:
        responder = self.responders.get(event.subject)
        if responder is None or (
            responder.duty_at is not None and event.time <= responder.duty_at
        ):
            return []
        responder.duty, responder.reason = event.data.status, event.data.reason
        responder.duty_at = event.time
        return [responder]

    def _alarm(self, event: Any) -> list[Change]:
        alarm = self.alarms.get(event.subject)
        if alarm is None:
            device, _, rule = event.subject.rpartition("#")
            if type(event) is not AlarmRaised or device not in self.devices:
                return []
            alarm = Alarm(id=event.subject, device=device, rule=rule)
        if event.data.version != alarm.version + 1:
            return []
        if advance_alarm(alarm, event) and alarm.incident not in self.open_incidents:
            alarm.incident = None
        self.alarms[alarm.id] = alarm
        return [alarm]

    def _incident(self, event: Any) -> list[Change]:
        incident = self.incidents.get(event.subject)
        if incident is None or event.data.version != incident.version + 1:
            return []
        before = incident.working
        incidents.advance(incident, event)
        self.index_incident(incident)
        changes: list[Change] = [incident]
        changes += self.index_crew(incident, (*before, *incident.working))
        changes += self.claim_alarms(incident)
        return changes

    def _opened(self, event: IncidentReported) -> list[Change]:
        if event.subject in self.incidents or event.data.version != 1:
            return []
        territory = event.territory or self.fences.grids_at([event.data.lonlat])[0] or self.street
        incident = incidents.report(event, territory, compound_of(territory) or "")
        self.incidents[incident.id] = incident
        self.count_number(incident.id)
        self.index_incident(incident)
        self._forget(event.time - KEPT)
        return [incident, *self.claim_alarms(incident)]

    def _feed(self, event: FeedChanged) -> list[Change]:
        feed = self.feeds.get(event.subject)
        if feed is None or event.time > feed.since:
            self.feeds[event.subject] = Feed(
                event.subject, event.data.up, event.time, event.data.reason
            )
        return []

    def _recorded(self, event: Event) -> list[Change]:
        """A fact for the record only."""
        return []

    # --- indexes derived from incidents -------------------------------------------------------

    def index_incident(self, incident: Incident) -> None:
        """Keep ``open_incidents`` true after a change of one incident."""
        if incident.open:
            self.open_incidents[incident.id] = incident
        else:
            self.open_incidents.pop(incident.id, None)

    def index_crew(self, incident: Incident, responders: Iterable[str]) -> list[Change]:
        """Keep ``Responder.assignments`` true; the responders whose assignments changed."""
        changed: list[Change] = []
        for responder in map(self.responders.get, dict.fromkeys(responders)):
            if responder is None:
                continue
            mine = {*responder.assignments} - {incident.id}
            if responder.id in incident.working:
                mine.add(incident.id)
            assignments = tuple(sorted(mine, key=lambda i: (self.incidents[i].reported_at, i)))
            if assignments != responder.assignments:
                responder.assignments = assignments
                changed.append(responder)
        return changed

    def claim_alarms(self, incident: Incident) -> list[Change]:
        """Let a case's alarms point to it; the alarms that did not."""
        changed: list[Change] = []
        for alarm in map(self.alarms.get, incident.alarms if incident.open else ()):
            if alarm is not None and alarm.incident != incident.id:
                alarm.incident = incident.id
                changed.append(alarm)
        return changed

    def count_number(self, incident_id: str) -> None:
        """Remember the highest number given on a day, from an id ``INC-MMDD-NNNN``."""
        _, day, number = (incident_id.split("-", 2) + ["", ""])[:3]
        if number.isdecimal():
            self.numbers[day] = max(self.numbers.get(day, 0), int(number))

    def _forget(self, before: datetime) -> None:
        """Drop cases that were finished before an instant."""
        for incident in list(self.incidents.values()):
            if incident.state in FINISHED and (incident.last_at or before) < before:
                del self.incidents[incident.id]


def _check_state(twin: Twin, event: DeviceState) -> None:
    kind = _KIND_OF_STATE[type(event)]
    device = twin.devices.get(event.subject)
    if device is not None and device.kind != kind:
        raise EventRejected("type", type_of(event), f"{event.subject} is a {device.kind}")
    states = twin.traits[kind].states
    if event.data.state not in states:
        raise EventRejected("data.state", event.data.state, f"not one of {', '.join(states)}")


def _check_reading(twin: Twin, event: Reading) -> None:
    device = twin.devices.get(event.subject)
    if device is not None and event.data.quantity not in device.traits.quantities:
        raise EventRejected("data.quantity", event.data.quantity, f"not of a {device.kind}")
    if not -_HUGE <= event.data.value <= _HUGE:
        raise EventRejected("data.value", event.data.value, "not a finite number")


def _check_position(twin: Twin, event: ResponderPosition | IncidentReported) -> None:
    if not twin.fences.near(event.data.lonlat):
        raise EventRejected("data.lonlat", event.data.lonlat, "outside the street")


def _check_desired(twin: Twin, event: DeviceDesired) -> None:
    device = twin.devices.get(event.subject)
    if device is not None and event.data.state not in device.traits.desired:
        raise EventRejected("data.state", event.data.state, f"cannot be asked of a {device.kind}")


_CHECKS: dict[type[Event], Callable[[Twin, Any], None]] = {
    **dict.fromkeys(_KIND_OF_STATE, _check_state),
    Reading: _check_reading,
    ResponderPosition: _check_position,
    IncidentReported: _check_position,
    DeviceDesired: _check_desired,
}

_BY_DATA: dict[type, Callable[[Twin, Any], list[Change]]] = {
    AlarmData: Twin._alarm,
    IncidentData: Twin._incident,
}


def _applier(cls: type[Event]) -> Callable[[Twin, Any], list[Change]]:
    """Alarm and incident events are known by their data; the rest only leave a record."""
    told = cls.__annotations__.get("data", "")
    kinds = {"alarm": Twin._alarm, "incident": Twin._incident}
    assert told or cls
    return kinds.get(type_of(cls).partition(".")[0], Twin._recorded)


_APPLY: dict[type[Event], Callable[[Twin, Any], list[Change]]] = {
    **dict.fromkeys(TELEMETRY, Twin._reported),
    **{cls: _applier(cls) for cls in OPERATIONS},
    DeviceDesired: Twin._desired,
    DeviceSilent: Twin._silent,
    ResponderStatus: Twin._duty,
    IncidentReported: Twin._opened,
    FeedChanged: Twin._feed,
}
