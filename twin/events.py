"""What happened, in the past tense: one typed value per event type, JSON in and out.

An event carries CloudEvents names (https://cloudevents.io): ``id``, ``type``, ``subject``,
``time``, ``data``; ``by`` names a person or system for whatever somebody must answer for, and
``territory`` is stamped on at ingest. ``type`` selects the class. Unknown fields are refused
everywhere: that is how payloads carrying faces, biometrics or personal scores stay out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from twin.errors import EntrySetAside, EventRejected

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(max_length=200)]
Word = Annotated[str, Meta(max_length=64)]
Instant = Annotated[datetime, Meta(tz=True)]
Level = Annotated[int, Meta(ge=1, le=4)]
"""Ⅰ critical 1, Ⅱ major 2, Ⅲ moderate 3, Ⅳ minor 4."""
Floor = Annotated[int, Meta(ge=-1000, le=1000)]


class Data(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """What an event says beyond who, what and when."""


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
):
    """A fact. Every concrete event type is a subclass with its own ``type`` and ``data``."""

    id: Id
    subject: Id
    time: Instant
    by: Name = ""
    territory: Name = ""
    source: Name = ""
    specversion: Word = ""
    datacontenttype: Word = ""


class Nothing(Data):
    """No data beyond the envelope."""


# --- telemetry: what devices and positions say ------------------------------------------------


class StateData(Data):
    """A state out of the device kind's list."""

    state: Word


class ReadingData(Data):
    """One value of one quantity of the device kind, in the catalogue's unit."""

    quantity: Word
    value: float


class PositionData(Data):
    """Where a responder is, WGS-84 degrees, with horizontal accuracy in metres."""

    lonlat: tuple[float, float]
    accuracy_m: float = 0.0
    heading_deg: float | None = None


class DeviceState(Event):
    """A device reported its state."""

    data: StateData


class CameraState(DeviceState, tag="camera.state"):
    """A camera reported online, offline, covered or faulty."""


class GateState(DeviceState, tag="gate.state"):
    """A gate or barrier reported closed, open, held open, forced open or faulty."""


class LiftState(DeviceState, tag="lift.state"):
    """A lift reported running, stopped, people trapped, faulty or under maintenance."""


class LampState(DeviceState, tag="lamp.state"):
    """A street lamp reported off, on or faulty."""


class ManholeState(DeviceState, tag="manhole.state"):
    """A manhole cover reported closed, open, shifted or faulty."""


class SmokeState(DeviceState, tag="smoke.state"):
    """A smoke detector reported normal, smoke or faulty."""


class WaterState(DeviceState, tag="water.state"):
    """A water level sensor reported normal or faulty."""


class NoiseState(DeviceState, tag="noise.state"):
    """A noise meter reported normal or faulty."""


class CallState(DeviceState, tag="call.state"):
    """A one-key call terminal reported idle, pressed or faulty."""


class PowerState(DeviceState, tag="power.state"):
    """A power supply reported energised, outage or faulty."""


class WasteState(DeviceState, tag="waste.state"):
    """A waste station reported normal, full or faulty."""


class ChargerState(DeviceState, tag="charger.state"):
    """A charger reported free, charging, overheated or faulty."""


class LockState(DeviceState, tag="lock.state"):
    """An electronic door lock reported locked, unlocked, forced or faulty."""


class TiltState(DeviceState, tag="tilt.state"):
    """A tilt gauge on a slope or wall reported normal or faulty."""


class CrackState(DeviceState, tag="crack.state"):
    """A crack gauge reported normal or faulty."""


class Reading(Event, tag="sensor.reading"):
    """A device of any kind reported a measured value."""

    data: ReadingData


class ResponderPosition(Event, tag="responder.position"):
    """A responder on duty was located."""

    data: PositionData


# --- operations: what a person did or must answer for ------------------------------------------


class DesiredData(Data):
    """The state a person asked a device for; not true until the device reports it."""

    state: str


class DeviceDesired(Event, tag="device.desired"):
    """A person asked a device for a state."""

    data: DesiredData


class SilentData(Data):
    """Since which word of the device, and how many times it fell silent with this one.

    Events from before these were noted have neither.
    """

    since: Instant | None = None
    number: int = 0


class DeviceSilent(Event, tag="device.silent"):
    """A device has said nothing for longer than its patience. ``time`` is when patience ended."""

    data: SilentData = SilentData()


class StatusData(Data):
    """A responder's duty status: off_duty, available, busy or unavailable, with a reason.

    ``version`` counts a responder's changes of duty from 1; without one the time decides.
    """

    status: str
    reason: Words = ""
    version: int | None = None


class ResponderStatus(Event, tag="responder.status"):
    """A responder went on duty, became available, busy or unavailable, or went off duty."""

    data: StatusData


class AlarmData(Data):
    """Common to all alarm events: the version this event makes, counted from 1."""

    version: int


class AlarmRaisedData(AlarmData):
    """Which rule found what. ``occurrence`` counts this alarm's activations from 1."""

    rule: str
    level: Level
    occurrence: int
    value: float | None = None
    cause: str = ""


class AlarmRaised(Event, tag="alarm.raised"):
    """A rule's condition became true at a device; ``subject`` is the alarm id."""

    data: AlarmRaisedData


class AlarmCleared(Event, tag="alarm.cleared"):
    """The condition of an active alarm ended: it returned to normal."""

    data: AlarmData


class AlarmAcknowledged(Event, tag="alarm.acknowledged"):
    """A person saw the alarm."""

    data: AlarmData


class ShelveData(AlarmData):
    """Until when an alarm is silenced, and why."""

    until: Instant
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class AlarmShelved(Event, tag="alarm.shelved"):
    """A person silenced an alarm for a limited time."""

    data: ShelveData


class AlarmUnshelved(Event, tag="alarm.unshelved"):
    """A shelf ended, by a person or because its time was up."""

    data: AlarmData


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


class AccountData(Data):
    """The outcome of something an account did outside a case: never a password, never a token."""

    outcome: str
    detail: Words = ""


class AccountLogin(Event, tag="account.login"):
    """A login succeeded, failed or was locked out; ``subject`` is the account name tried."""

    data: AccountData


class AccountLogout(Event, tag="account.logout"):
    """An account logged out."""

    data: AccountData


class AccountGranted(Event, tag="account.granted"):
    """An account was made or changed; ``outcome`` is its role, ``detail`` its territories."""

    data: AccountData


class AccountRevoked(Event, tag="account.revoked"):
    """An account was removed, and its sessions with it."""

    data: AccountData


class KioskGranted(Event, tag="kiosk.granted"):
    """A link was made that lets a wall in without a password; ``detail`` says for how long."""

    data: AccountData


class SourceGranted(Event, tag="source.granted"):
    """A program may send events; ``detail`` says of which territory and types."""

    data: AccountData


class SourceRevoked(Event, tag="source.revoked"):
    """A program may send no more events."""

    data: AccountData


class TokenGranted(Event, tag="token.granted"):
    """An access token was made; ``outcome`` is its role, ``detail`` its territories and end."""

    data: AccountData


class TokenRevoked(Event, tag="token.revoked"):
    """An access token was ended."""

    data: AccountData


class DataExported(Event, tag="data.exported"):
    """Somebody took away what they may see; ``detail`` says what, where and what for."""

    data: AccountData


class CommandRefused(Event, tag="command.refused"):
    """A command was refused; ``subject`` is what it was aimed at."""

    data: AccountData


class ViewedData(Data):
    """Why somebody looked at a camera's real picture, and for which case, if for one."""

    purpose: str
    incident: str = ""
    stream_kind: str = ""


class CameraViewed(Event, tag="camera.viewed"):
    """A person was shown a camera's real picture; ``subject`` is the camera."""

    data: ViewedData


class PlacedData(Data):
    """Which fields of a camera's place somebody changed; the place itself is in its file."""

    changed: tuple[str, ...]


class CameraPlaced(Event, tag="camera.placed"):
    """An administrator changed where a camera stands, how it looks, or what it masks."""

    data: PlacedData


class FeedData(Data):
    """State of an outside source."""

    up: bool
    reason: Words = ""


class FeedChanged(Event, tag="feed.changed"):
    """A feed came up or went down."""

    data: FeedData


class GapData(Data):
    """The last entry that was read before the gap, the first that is left behind it (``0-0``: none
    is), and how many were lost; 0 when nobody counted them.
    """

    after: str
    first: str
    lost: int = 0


class FeedGap(Event, tag="feed.gap"):
    """Entries were trimmed before the engine had read them; ``subject`` is the stream."""

    data: GapData


class RollbackData(Data):
    """The last entry that the engine had read, and the last one that the stream has."""

    read: str
    last: str


class FeedRolledBack(Event, tag="feed.rolled_back"):
    """The server went back to an earlier state of a stream; ``subject`` is the stream."""

    data: RollbackData


TELEMETRY = (
    CameraState, GateState, LiftState, LampState, ManholeState, SmokeState, WaterState, NoiseState,
    CallState, PowerState, WasteState, ChargerState, LockState, TiltState, CrackState, Reading,
    ResponderPosition,
)  # fmt: skip
OPERATIONS = (
    DeviceDesired, DeviceSilent, ResponderStatus,
    AlarmRaised, AlarmCleared, AlarmAcknowledged, AlarmShelved, AlarmUnshelved,
    IncidentReported, IncidentAlarmJoined, IncidentVerified, IncidentRejected, IncidentAssigned,
    IncidentResponderAdded, IncidentReassigned, IncidentAccepted, IncidentStarted,
    IncidentArrived, IncidentHandled, IncidentChecked, IncidentClosed, IncidentCancelled,
    IncidentReopened, IncidentNoted, WayClosed, WayOpened,
    AccountLogin, AccountLogout, AccountGranted, AccountRevoked, KioskGranted, SourceGranted,
    SourceRevoked, TokenGranted, TokenRevoked, DataExported, CommandRefused,
    CameraViewed, CameraPlaced, FeedChanged, FeedGap, FeedRolledBack,
)  # fmt: skip


def type_of(event: Event | type[Event]) -> str:
    """The ``type`` string of an event or event class, such as ``"gate.state"``."""
    tag = event.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


BY_TYPE: dict[str, type[Event]] = {type_of(cls): cls for cls in TELEMETRY + OPERATIONS}
TELEMETRY_TYPES = frozenset(type_of(cls) for cls in TELEMETRY)
OPERATIONS_TYPES = frozenset(type_of(cls) for cls in OPERATIONS)

_Any = Any  # the union is built from the tables above, which a type checker cannot follow
_union: _Any = None
for _cls in TELEMETRY + OPERATIONS:
    _union = _cls if _union is None else _union | _cls
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(_union)
_batch_decoder: msgspec.json.Decoder[list[Event]] = msgspec.json.Decoder(list[_union])
_encoder = msgspec.json.Encoder()
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What a decoder raises: for bytes that are no UTF-8 and for nesting too deep, too."""


def encode(event: Event) -> bytes:
    """An event as the JSON that stands in a stream entry's ``e`` field."""
    return _encoder.encode(event)


def decode(payload: bytes | str) -> Event:
    """One JSON payload as a typed event.

    Raises EventRejected naming the field, its value and the reason.
    """
    try:
        return _decoder.decode(payload)
    except UNREADABLE as exc:
        raise _rejection(payload, exc) from exc


def decode_batch(payloads: Sequence[bytes]) -> list[Event | EventRejected]:
    """Many payloads at once, one result for each, in order; a bad one costs the others nothing.

    One call over the joined array is a third cheaper than one call per payload, so the common
    case, nothing wrong, takes it.
    """
    try:
        events = _batch_decoder.decode(b"[" + b",".join(payloads) + b"]")
        if len(events) == len(payloads):  # a payload such as ``{..},{..}`` would add one
            return events  # type: ignore[return-value]
    except UNREADABLE:
        pass
    return [_decoded_or_rejection(payload) for payload in payloads]


def _decoded_or_rejection(payload: bytes) -> Event | EventRejected:
    try:
        return decode(payload)
    except EventRejected as rejected:
        return rejected
    except Exception as failure:  # whatever a payload is, it must not stop those beside it
        return EntrySetAside("decode", "", failure)


def _rejection(payload: bytes | str, exc: Exception) -> EventRejected:
    """Turn msgspec's words into field, value and reason by looking the path up in the raw JSON.

    A value is given where it stood in a field of ours and is a word or numbers: anything else may
    be a face or a name, and this error may be logged.
    """
    words = str(exc)
    reason, _, path = words.partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    try:
        raw = msgspec.json.decode(payload)
    except UNREADABLE:
        return EventRejected("payload", "", f"not JSON: {reason}")
    if not isinstance(raw, dict):
        return EventRejected("payload", "", "not a JSON object")
    if "unknown field" in reason or "missing required field" in reason:
        name = reason.rsplit("`", 2)[-2]
        path = f"{path}.{name}" if path else name
        if "unknown" in reason:
            return EventRejected(path, "", reason)
    if reason.startswith("Invalid value"):  # it repeats the value, however long that is
        reason = "none of the values there are"
    value: object = raw
    for label in path.split(".") if path else []:
        value = value.get(label, "") if isinstance(value, dict) else ""
    if path in ("", "data") or not _is_word_or_numbers(value):
        value = ""
    return EventRejected(path or "payload", value, reason)


def _is_word_or_numbers(value: object) -> bool:
    numbers = isinstance(value, list) and all(isinstance(each, int | float) for each in value)
    return numbers or not isinstance(value, list | dict)
