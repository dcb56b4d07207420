"""The life of a case, and ways that somebody closed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from twin.events.envelope import Data, Event, Floor, Instant, Level, Words


class IncidentData(Data):
    """Common to all incident events: the version this event makes, counted from 1."""

    version: int


class ReportedData(IncidentData):
    """A new case: what, how grave, where, and from which alarms."""

    kind: str
    level: Level
    place: Words
    lonlat: tuple[float, float]
    source: str
    alarms: tuple[str, ...] = ()
    device: str = ""
    building: str = ""
    floor: Floor = 0
    text: Words = ""


class IncidentReported(Event, tag="incident.reported"):
    """A case was opened; ``subject`` is the incident id, ``territory`` its grid."""

    data: ReportedData


class NoteData(IncidentData):
    """Words for the record; for reject, cancel and reopen they are the reason."""

    text: Words = ""


class ResponderData(IncidentData):
    """Which responder a step of the case concerns."""

    responder: str
    text: Words = ""


class AlarmJoinedData(IncidentData):
    """A further alarm that belongs to the case."""

    alarm: str


class IncidentAlarmJoined(Event, tag="incident.alarm_joined"):
    """A correlated alarm was added to an open case instead of opening another."""

    data: AlarmJoinedData


class IncidentVerified(Event, tag="incident.verified"):
    """Somebody confirmed that the case exists."""

    data: NoteData


class IncidentRejected(Event, tag="incident.rejected"):
    """Somebody found that the case does not exist."""

    data: NoteData


class IncidentAssigned(Event, tag="incident.assigned"):
    """The first responder was assigned."""

    data: ResponderData


class IncidentResponderAdded(Event, tag="incident.responder_added"):
    """A further responder was assigned."""

    data: ResponderData


class ReassignedData(IncidentData):
    """Who was taken off and who was put on."""

    responder: str
    instead_of: str
    text: Words = ""


class IncidentReassigned(Event, tag="incident.reassigned"):
    """One responder took over from another."""

    data: ReassignedData


class IncidentAccepted(Event, tag="incident.accepted"):
    """A responder accepted the assignment."""

    data: ResponderData


class IncidentStarted(Event, tag="incident.started"):
    """A responder set out: en route."""

    data: ResponderData


class IncidentArrived(Event, tag="incident.arrived"):
    """A responder is on scene."""

    data: ResponderData


class IncidentHandled(Event, tag="incident.handled"):
    """A responder reported the matter dealt with."""

    data: ResponderData


class CheckedData(IncidentData):
    """Whether the work held up. Not passed sends the case back to its responders."""

    passed: bool
    text: Words = ""


class IncidentChecked(Event, tag="incident.checked"):
    """Somebody other than the handler checked the result."""

    data: CheckedData


class IncidentClosed(Event, tag="incident.closed"):
    """The case was closed."""

    data: NoteData


class IncidentCancelled(Event, tag="incident.cancelled"):
    """The case was called off."""

    data: NoteData


class IncidentReopened(Event, tag="incident.reopened"):
    """A finished case was opened again."""

    data: NoteData


class IncidentNoted(Event, tag="incident.noted"):
    """Words were added to the case's record."""

    data: NoteData


class WayClosedData(Data):
    """Which way: a path by its id, or an outline on the ground; why, and until when at most.

    ``kind`` is a row of ``ways.toml``, ``closures``. ``version`` is 1.
    """

    version: int
    kind: str
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    path: str = ""
    outline: Annotated[tuple[tuple[float, float], ...], Meta(max_length=100)] = ()
    until: Instant | None = None


class WayClosed(Event, tag="way.closed"):
    """Somebody found a way blocked or fenced off; ``subject`` is ``<compound>/way/<number>``."""

    data: WayClosedData


class WayOpenedData(Data):
    """Why the way is open again; ``version`` is 2."""

    version: int
    reason: Words = ""


class WayOpened(Event, tag="way.opened"):
    """A closed way is free again, by a person's word or because its time was up."""

    data: WayOpenedData
