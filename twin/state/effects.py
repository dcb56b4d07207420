"""What each event does to the twin; ``Twin.fold`` takes the usual telemetry inline, same result.

One function per family, all ``(twin, event) -> changes``; ``EFFECTS`` says which event goes where.
An event that is old, known or void changes nothing and gives no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from twin.cases.workflow import advance, report
from twin.events import (
    OPERATIONS,
    TELEMETRY,
    AlarmRaised,
    DeviceDesired,
    DeviceSilent,
    Event,
    FeedChanged,
    IncidentAlarmJoined,
    IncidentReopened,
    IncidentReported,
    ResponderPosition,
    ResponderStatus,
    WayClosed,
    WayOpened,
    type_of,
)
from twin.places.territory import compound_of
from twin.rules.alarm_flags import advance_alarm
from twin.state.checks import DUTIES
from twin.state.records import Alarm, Change, Closure, FeedStatus, Incident
from twin.state.reports import located, reported
from twin.state.state import TwinState

KEPT = timedelta(days=30)
"""How long a finished case stays in the twin (domain.md 7); the archive keeps it."""

MOST_DIGITS = 9
"""Digits of a case number that counts."""


# --- devices and responders --------------------------------------------------------------------


def desired(twin: TwinState, event: DeviceDesired) -> list[Change]:
    """A person asked a device for a state; the newest wish counts."""
    device = twin.devices.get(event.subject)
    if device is None or event.data.state not in device.traits.desired:
        return []
    if device.desired_at is not None and event.time <= device.desired_at:
        return []
    device.desired, device.desired_at = event.data.state, event.time
    return [device]


def silent(twin: TwinState, event: DeviceSilent) -> list[Change]:
    """A device's patience ended; a report newer than that makes it moot (``Device.silent``)."""
    device = twin.devices.get(event.subject)
    if device is None:
        return []
    number = event.data.number
    if number:
        known = number <= device.silences
    else:
        known = device.silent_at is not None and event.time <= device.silent_at
    if known:
        return []
    device.silent_at, device.silent_since = event.time, event.data.since
    device.silences = max(device.silences, number)
    return [device]


def duty(twin: TwinState, event: ResponderStatus) -> list[Change]:
    """A responder's newest word about their duty: the higher version, without one the later."""
    responder = twin.responders.get(event.subject)
    status = event.data
    if responder is None or status.status not in DUTIES:
        return []
    if status.version is not None:
        if status.version <= responder.version:
            return []
        responder.version = status.version
    elif responder.duty_at is not None and event.time <= responder.duty_at:
        return []
    responder.duty, responder.reason = status.status, status.reason
    responder.duty_at, responder.duty_by = event.time, event.by
    return [responder]


# --- alarms and cases --------------------------------------------------------------------------


def alarm_moved(twin: TwinState, event: Any) -> list[Change]:
    """An alarm event counts if it makes the alarm's next version."""
    alarm = twin.alarms.get(event.subject)
    if alarm is None:
        device, _, rule = event.subject.rpartition("#")
        if type(event) is not AlarmRaised or not device:
            return []
        # Its place may be away for the moment: were it forgotten, the next version would not fit.
        alarm = Alarm(id=event.subject, device=device, rule=rule)
    if event.data.version != alarm.version + 1:
        return []
    held = alarm.active
    if advance_alarm(alarm, event):
        _keep_case(twin, alarm, held)
    twin.alarms[alarm.id] = alarm
    return [alarm, *index_alarm(twin, alarm)]


def _keep_case(twin: TwinState, alarm: Alarm, held: bool) -> None:
    """A raised alarm goes on with its case if that is open, or if it held when the case ended."""
    is_open = alarm.incident in twin.open_incidents
    alarm.reopens = held and not is_open and alarm.incident in twin.incidents
    if not is_open and not alarm.reopens:
        alarm.incident = None


def opened(twin: TwinState, event: IncidentReported) -> list[Change]:
    """A new case; also the moment to drop what was finished long ago."""
    if event.subject in twin.incidents or event.data.version != 1:
        return []
    territory = event.territory or twin.fences.grids_at([event.data.lonlat])[0] or twin.street
    rows = twin.catalogue
    kind, compound = rows.incident(event.data.kind), compound_of(territory) or ""
    incident = report(event, territory, compound, kind, rows.flow)
    twin.incidents[incident.id] = incident
    _count_number(twin, incident.id)
    index_incident(twin, incident)
    _forget(twin, event.time - KEPT)
    return [incident, *_claim(twin, incident, incident.alarms)]


def incident_moved(twin: TwinState, event: Any) -> list[Change]:
    """A case event counts if it makes the case's next version."""
    incident = twin.incidents.get(event.subject)
    if incident is None or event.data.version != incident.version + 1:
        return []
    before = incident.working
    moved = advance(incident, event, twin.catalogue.incident(incident.kind))
    index_incident(twin, incident)
    changes: list[Change] = [incident]
    changes += index_crew(twin, incident, (*before, *incident.working))
    if moved and type(event) is IncidentAlarmJoined:
        changes += _claim(twin, incident, [event.data.alarm])
    elif moved and type(event) is IncidentReopened:
        changes += _claim(twin, incident, incident.alarms)
    return changes


def _claim(twin: TwinState, incident: Incident, alarms: Iterable[str]) -> list[Change]:
    """Let alarms that belong to no other open case point to this one."""
    changed: list[Change] = []
    for alarm in map(twin.alarms.get, alarms):
        if alarm is not None and alarm.incident not in twin.open_incidents:
            alarm.incident, alarm.reopens = incident.id, False
            changed.append(alarm)
    return changed


def _count_number(twin: TwinState, incident_id: str) -> None:
    """Remember the highest number given on a day, from an id ``INC-MMDD-NNNN-street``."""
    head, _, rest = incident_id.partition("-")
    day, _, rest = rest.partition("-")
    number = rest.partition("-")[0]
    # A number of our own has four digits; a foreign one of fifty would not fit in a snapshot.
    if head == "INC" and number.isdecimal() and len(number) <= MOST_DIGITS:
        twin.numbers[day] = max(twin.numbers.get(day, 0), int(number))


def _forget(twin: TwinState, before: datetime) -> None:
    """Drop cases that were finished before an instant."""
    old = [
        incident.id
        for incident in twin.incidents.values()
        if not incident.open and incident.last_at < before
    ]
    for incident_id in old:
        del twin.incidents[incident_id]


# --- ways ----------------------------------------------------------------------------------------


def way_closed(twin: TwinState, event: WayClosed) -> list[Change]:
    """A way is closed; also the moment to drop what was opened long ago."""
    told = event.data
    if event.subject in twin.closures or told.version != 1:
        return []
    old = [one.id for one in twin.closures.values() if _opened_before(one, event.time - KEPT)]
    for name in old:
        del twin.closures[name]
    closure = twin.closures[event.subject] = Closure(
        id=event.subject,
        kind=told.kind,
        territory=event.territory or twin.territory_of(event.subject),
        reason=told.reason,
        closed_at=event.time,
        closed_by=event.by,
        path=told.path,
        outline=told.outline,
        until=told.until,
        last_by=event.by,
        last_at=event.time,
    )
    return [closure]


def way_opened(twin: TwinState, event: WayOpened) -> list[Change]:
    """A closed way is free again."""
    closure = twin.closures.get(event.subject)
    if closure is None or event.data.version != closure.version + 1:
        return []
    closure.version, closure.opened_at = event.data.version, event.time
    closure.last_by, closure.last_at = event.by, event.time
    return [closure]


def _opened_before(closure: Closure, instant: datetime) -> bool:
    return closure.opened_at is not None and closure.opened_at < instant


# --- the rest ----------------------------------------------------------------------------------


def feed_changed(twin: TwinState, event: FeedChanged) -> list[Change]:
    """The newest word about an outside source; it moves nothing on a map."""
    feed = twin.feeds.get(event.subject)
    if feed is None or event.time > feed.since:
        told = event.data
        twin.feeds[event.subject] = FeedStatus(event.subject, told.up, event.time, told.reason)
    return []


def recorded(twin: TwinState, event: Event) -> list[Change]:
    """A fact for the record only: logins, refused commands."""
    return []


# --- what is derived, here and after a restore -------------------------------------------------


def index_alarm(twin: TwinState, alarm: Alarm) -> list[Change]:
    """Let the device know its alarm; the device, since its worst level may have changed."""
    device = twin.devices.get(alarm.device)
    if device is None:
        return []
    if alarm not in device.alarms:
        device.alarms = (*device.alarms, alarm)
    return [device]


def index_incident(twin: TwinState, incident: Incident) -> None:
    """Keep ``open_incidents`` true after a change of one case."""
    if incident.open:
        twin.open_incidents[incident.id] = incident
    else:
        twin.open_incidents.pop(incident.id, None)


def index_crew(twin: TwinState, incident: Incident, responders: Iterable[str]) -> list[Change]:
    """Keep ``Responder.assignments`` true; the responders whose assignments changed."""
    changed: list[Change] = []
    for responder in map(twin.responders.get, dict.fromkeys(responders)):
        if responder is None:
            continue
        mine = {*responder.assignments} - {incident.id}
        if responder.id in incident.working:
            mine.add(incident.id)
        assignments = tuple(sorted(mine, key=lambda i: (twin.incidents[i].reported_at, i)))
        if assignments != responder.assignments:
            responder.assignments = assignments
            changed.append(responder)
    return changed


_FAMILIES: dict[str, Callable[[TwinState, Any], list[Change]]] = {
    "alarm": alarm_moved,
    "incident": incident_moved,
}

EFFECTS: dict[type[Event], Callable[[TwinState, Any], list[Change]]] = {
    **dict.fromkeys(TELEMETRY, reported),
    **{cls: _FAMILIES.get(type_of(cls).partition(".")[0], recorded) for cls in OPERATIONS},
    ResponderPosition: located,
    DeviceDesired: desired,
    DeviceSilent: silent,
    ResponderStatus: duty,
    IncidentReported: opened,
    WayClosed: way_closed,
    WayOpened: way_opened,
    FeedChanged: feed_changed,
}
"""Which function an event type goes to; every type has one."""
