"""What follows from what changed: alarms from devices, cases from alarms, one case from many.

``follow(twin, change)`` depends on nothing but its arguments, and the ids of what it gives are made
of the thing and the version the event makes. So an engine that takes over asks again and
repeats nothing: the stream's compare-and-set refuses what is there already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from twin.addresses.describe import place_text
from twin.catalogue import Catalogue, Rule
from twin.clock import CHINA
from twin.events import (
    AlarmCleared,
    AlarmData,
    AlarmJoinedData,
    AlarmRaised,
    AlarmRaisedData,
    DeviceState,
    Event,
    IncidentAlarmJoined,
    IncidentReopened,
    IncidentReported,
    NoteData,
    ReportedData,
)
from twin.places.territory import compound_of
from twin.state.receipt import GRACE
from twin.state.records import KIND_OF_STATE, Alarm, Change, Device, Incident
from twin.state.twin import Twin

WINDOW = timedelta(minutes=10)
"""Alarms this close to a case in the same compound may have the same cause."""

TOGETHER = 3
"""So many silences beside an outage are no coincidence."""


def follow(twin: Twin, change: Change) -> list[Event]:
    """The events that follow from one change that ``Twin.apply`` gave.

    Append each under compare-and-set and apply it; what that changes is followed in turn. Follow
    every change before the next event is applied, or a state that lasts a moment is missed.
    """
    if type(change) is Device:
        return _from_device(twin, change) if change.alarms or _suspect(twin, change) else []
    if type(change) is Alarm:
        return _from_alarm(twin, change)
    return _correlated(twin, change) if type(change) is Incident else []


def follow_late(twin: Twin, event: DeviceState) -> list[Event]:
    """What follows from a state that came too late to count, for rules that are never too late.

    Somebody who called for help has called, also where the button was heard to be idle since:
    the alarm is raised as of then, and what follows from that clears it, for it holds no more.
    A call that is no newer than the last alarm is known, and was answered.
    """
    device, found = twin.devices.get(event.subject), list[Event]()
    if device is None or KIND_OF_STATE[type(event)] != device.kind:
        return []
    at = _said_late(twin, device, event)
    if at is None:
        return []
    known = {alarm.rule: alarm for alarm in device.alarms}
    for name, rule in twin.catalogue.rules_of(device.kind).items():
        if not rule.never_late or event.data.state not in rule.states:
            continue
        alarm = known.get(name) or Alarm(id=f"{device.id}#{name}", device=device.id, rule=name)
        # Of a clock that is fast, when is known but for what the words took on their way.
        unsure = GRACE if at != event.time else timedelta(0)
        if not alarm.active and (alarm.raised_at is None or alarm.raised_at < at - unsure):
            found.append(_raised(rule, device, alarm, at, event.data.state))
    return found


def _said_late(twin: Twin, device: Device, event: DeviceState) -> datetime | None:
    """When a state that came too late was said, by our clock; None for one that is not late."""
    if device.state_at is None:
        return None
    if event.time < device.state_at:
        return event.time
    last = twin.clocks.fast.get(device.id, {}).get("")
    if last is None or last.counted_as != device.state_at or event.time > last.said:
        return None
    return last.counted_as - (last.said - event.time)


def outstanding(twin: Twin) -> Iterator[Event]:
    """Everything that should have followed and did not, for an engine that takes over.

    Apply each event before asking for the next: the number of a case depends on the one before.
    """
    for device in twin.devices.values():
        yield from follow(twin, device)
    for alarm in list(twin.alarms.values()):
        yield from follow(twin, alarm)
    for incident in list(twin.open_incidents.values()):
        yield from follow(twin, incident)


def local_day(at: datetime) -> str:
    """Month and day in China, as they stand in a case number.

    >>> from datetime import UTC
    >>> local_day(datetime(2026, 11, 20, 16, 0, tzinfo=UTC))
    '1121'
    """
    return at.astimezone(CHINA).strftime("%m%d")


def next_id(twin: Twin, at: datetime) -> str:
    """The id of the street's next case on the local day of ``at``: ``INC-MMDD-NNNN-street``.

    Each street counts by itself, so its name stands in the id: a district sees several at once.
    """
    day = local_day(at)
    return f"INC-{day}-{twin.numbers.get(day, 0) + 1:04d}-{twin.street.rpartition('.')[2]}"


# --- a device's state or reading → alarm ---------------------------------------------------------


def _suspect(twin: Twin, device: Device) -> bool:
    """Whether a rule holds at a device without alarms: the quick question, on every report."""
    codes, limits = twin.catalogue.watch(device.kind)
    if device.code in codes or device.silent_at is not None:
        return True
    return any(_beyond(rule, device, active=False) for rule in limits)


def _from_device(twin: Twin, device: Device) -> list[Event]:
    known = {alarm.rule: alarm for alarm in device.alarms}
    found: list[Event] = []
    for name, rule in twin.catalogue.rules_of(device.kind).items():
        alarm = known.get(name) or Alarm(id=f"{device.id}#{name}", device=device.id, rule=name)
        holds, at = _holds(rule, device, alarm.active), _seen_at(rule, device)
        if at is None:
            # The alarm outlived what raised it: its device was away, or its telemetry is trimmed.
            # Nothing is known of its condition, so it stays as it is until the device speaks.
            continue
        if holds and not alarm.active:
            found.append(_raised(rule, device, alarm, at))
        elif alarm.active and not holds:
            found.append(_cleared(device, alarm, at))
    return found


def _holds(rule: Rule, device: Device, active: bool) -> bool:
    """Whether a rule's condition is true; an active limit ends only its dead band inside."""
    if rule.states:
        return device.state in rule.states
    if rule.silent:
        return device.silent
    return _beyond(rule, device, active)


def _beyond(rule: Rule, device: Device, active: bool) -> bool:
    value = device.reading(rule.quantity)
    if value is None:
        return False
    slack = rule.dead_band if active else 0.0
    over = rule.above is not None and value > rule.above - slack
    under = rule.below is not None and value < rule.below + slack
    return (over or under) and (rule.hours is None or _in_hours(rule.hours, _seen_at(rule, device)))


def _in_hours(hours: tuple[int, int], at: datetime | None) -> bool:
    if at is None:
        return False
    start, end = hours
    hour = at.astimezone(CHINA).hour
    return start <= hour < end if start <= end else hour >= start or hour < end


def _seen_at(rule: Rule, device: Device) -> datetime | None:
    """When the device said, or failed to say, what decides the rule; None when it never did."""
    if rule.silent:
        return device.silent_at if device.silent else device.heard
    return device.state_at if rule.states else device.read_at(rule.quantity)


def _raised(
    rule: Rule, device: Device, alarm: Alarm, at: datetime, cause: str | None = None
) -> Event:
    version, state = alarm.version + 1, device.state or ""
    return AlarmRaised(
        id=f"{alarm.id}@{version}",
        subject=alarm.id,
        time=at,
        by="system",
        territory=device.place.territory,
        data=AlarmRaisedData(
            version=version,
            rule=alarm.rule,
            level=rule.level,
            occurrence=alarm.occurrence + 1,
            value=device.reading(rule.quantity) if rule.quantity else None,
            cause=cause or ("silent" if rule.silent else rule.quantity or state),
        ),
    )


def _cleared(device: Device, alarm: Alarm, at: datetime) -> Event:
    version = alarm.version + 1
    return AlarmCleared(
        id=f"{alarm.id}@{version}",
        subject=alarm.id,
        time=at,
        by="system",
        territory=device.place.territory,
        data=AlarmData(version=version),
    )


# --- an alarm → a case, its own or one that is open ----------------------------------------------


def _from_alarm(twin: Twin, alarm: Alarm) -> list[Event]:
    rule, device = twin.catalogue.rules.get(alarm.rule), twin.devices.get(alarm.device)
    if rule is None or device is None or not alarm.active:
        return []
    if alarm.raised_at is None:  # nothing but a foreign snapshot says so: no case without a time
        return []
    if alarm.incident is not None:
        return _reopened(twin, rule, device, alarm, alarm.raised_at)
    if rule.correlate and (case := _case_for(twin, rule, alarm)) is not None:
        return _correlated(twin, case, alarm)
    return [_reported(twin, rule, device, alarm, alarm.raised_at)] if rule.incident else []


def _reported(twin: Twin, rule: Rule, device: Device, alarm: Alarm, at: datetime) -> Event:
    place = device.place
    compound = twin.compounds.get(compound_of(place.territory) or "")
    incident_id = next_id(twin, at)
    return IncidentReported(
        id=f"{incident_id}@1",
        subject=incident_id,
        time=at,
        by="system",
        territory=place.territory,
        data=ReportedData(
            version=1,
            kind=rule.incident,
            level=alarm.level,
            place=place_text(compound, place) if compound else place.name,
            lonlat=place.lonlat,
            source=device.kind,
            alarms=(alarm.id,),
            device=device.id,
            building=place.building,
            floor=place.floor,
            text=f"{rule.label} · {place.name}",
        ),
    )


def _reopened(twin: Twin, rule: Rule, device: Device, alarm: Alarm, at: datetime) -> list[Event]:
    """A case that had ended when its alarm was raised again goes on: the alarm held all along."""
    case = twin.incidents.get(alarm.incident or "")
    if case is None or case.open or not alarm.reopens:
        return []
    version = case.version + 1
    return [
        IncidentReopened(
            id=f"{case.id}@{version}",
            subject=case.id,
            time=at,
            by="system",
            territory=case.territory,
            data=NoteData(version=version, text=f"{rule.label} · {device.place.name}"),
        )
    ]


def _case_for(twin: Twin, rule: Rule, alarm: Alarm) -> Incident | None:
    """The first open case of the correlating kind in the alarm's compound and time window."""
    compound = compound_of(twin.territory_of(alarm.id))
    for case in twin.open_incidents.values():
        if case.kind == rule.correlate and case.compound == compound and _close(case, alarm):
            return case
    return None


def _close(case: Incident, alarm: Alarm) -> bool:
    return alarm.raised_at is not None and abs(alarm.raised_at - case.reported_at) <= WINDOW


def _correlated(twin: Twin, case: Incident, alarm: Alarm | None = None) -> list[Event]:
    """Alarms that join a case: those of its own kind at once, others when they are many.

    With ``alarm`` and enough joined before, only that one is looked at: a compound that goes
    dark costs one look per device.
    """
    catalogue = twin.catalogue
    if not case.open or case.kind not in catalogue.correlating:
        return []
    joined = sum(_rule_of(catalogue, alarm_id).incident != case.kind for alarm_id in case.alarms)
    only = alarm is not None and joined >= TOGETHER
    new = [alarm] if only and alarm is not None else list(_joinable(twin, case))
    kin = [found for found in new if _rule_of(catalogue, found.id).incident == case.kind]
    others = [found for found in new if _rule_of(catalogue, found.id).incident != case.kind]
    joining = kin + (others if joined + len(others) >= TOGETHER else [])
    return [_join(case, found, case.version + n) for n, found in enumerate(joining, start=1)]


def _rule_of(catalogue: Catalogue, alarm_id: str) -> Rule:
    """The rule of an alarm id; a rule that is no longer in the table counts as ``silent``."""
    known = catalogue.rules
    return known.get(alarm_id.rpartition("#")[2]) or known["silent"]


def _joinable(twin: Twin, case: Incident) -> Iterator[Alarm]:
    for alarm in twin.alarms.values():
        if (
            alarm.active
            and alarm.incident is None
            and _rule_of(twin.catalogue, alarm.id).correlate == case.kind
            and compound_of(twin.territory_of(alarm.id)) == case.compound
            and _close(case, alarm)
        ):
            yield alarm


def _join(case: Incident, alarm: Alarm, version: int) -> Event:
    return IncidentAlarmJoined(
        id=f"{case.id}@{version}",
        subject=case.id,
        time=max(alarm.raised_at or case.last_at, case.last_at),
        by="system",
        territory=case.territory,
        data=AlarmJoinedData(version=version, alarm=alarm.id),
    )
