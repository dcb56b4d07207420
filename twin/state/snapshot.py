"""A twin's state as bytes and back: msgpack of plain values in a stable order.

Only what was reported or done is kept; places come from their files, and what can be derived
(indexes, assignments) is derived again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from twin.errors import InvalidSnapshot
from twin.places.model import LonLat
from twin.state.clocks import Clocks
from twin.state.effects import index_alarm, index_crew, index_incident
from twin.state.receipt import remembered
from twin.state.records import (
    UNKNOWN,
    Alarm,
    Closure,
    Device,
    FeedStatus,
    Incident,
    Responder,
    Unregistered,
)
from twin.state.state import TwinState

FORMAT = 2
_DAMAGE = (msgspec.MsgspecError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What reading bytes can raise that are no snapshot, or one of things that do not fit together."""

_DeviceRow = tuple[
    str,
    int,
    float | None,
    dict[str, tuple[float, datetime]] | None,
    str | None,
    datetime | None,
    datetime | None,
    datetime | None,
    datetime | None,
    datetime | None,
    datetime | None,
    datetime | None,
    str | tuple[str, ...],
]
_DevicePast = tuple[str, datetime | None, int, datetime | None]


class _ResponderRow(msgspec.Struct, array_like=True):
    """A responder as saved; the fields with a default were not there from the beginning."""

    id: str
    duty: str
    duty_at: datetime | None
    reason: str
    located: LonLat | None
    located_at: datetime | None
    heading_deg: float | None
    version: int = 0
    duty_by: str = ""


class _Saved(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The shape of a snapshot; lists are sorted by id."""

    format: int
    street: str
    newest_at: datetime | None
    devices: list[_DeviceRow]
    responders: list[_ResponderRow]
    alarms: list[Alarm]
    incidents: list[Incident]
    unregistered: list[Unregistered]
    feeds: list[FeedStatus]
    numbers: dict[str, int]
    closures: list[Closure] = []
    clocks: Clocks = msgspec.field(default_factory=Clocks)
    pasts: list[_DevicePast] = []


class _Read(_Saved, kw_only=True, forbid_unknown_fields=True):
    """The same as it is read: device rows one after the other, each gone when it is restored.

    All at once, 100,000 of them would stay in the size of the process for good: 45 MB.
    """

    devices: list[msgspec.Raw]  # type: ignore[assignment]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Read)
_row_decoder = msgspec.msgpack.Decoder(_DeviceRow)


def encode(twin: TwinState) -> bytes:
    """The state of a twin; equal states give equal bytes."""
    return _encoder.encode(
        _Saved(
            format=FORMAT,
            street=twin.street,
            newest_at=twin.newest_at,
            devices=[_device_row(twin.devices[key]) for key in sorted(twin.devices)],
            responders=[_responder_row(twin.responders[key]) for key in sorted(twin.responders)],
            alarms=[twin.alarms[key] for key in sorted(twin.alarms)],
            incidents=[twin.incidents[key] for key in sorted(twin.incidents)],
            unregistered=[twin.unregistered[key] for key in sorted(twin.unregistered)],
            feeds=[twin.feeds[key] for key in sorted(twin.feeds)],
            numbers={day: twin.numbers[day] for day in sorted(twin.numbers)},
            closures=[twin.closures[key] for key in sorted(twin.closures)],
            clocks=remembered(twin),
            pasts=list(_pasts(twin)),
        )
    )


def decode_into(twin: TwinState, data: bytes) -> None:
    """Reset a twin to a snapshot's state.

    Raises InvalidSnapshot for bytes that are none, for another street's and another format's; the
    twin is then as it was, or empty when only a part could be read.
    """
    try:
        saved = _decoder.decode(data)
    except _DAMAGE as exc:
        raise InvalidSnapshot(f"not a snapshot: {exc}") from exc
    if (saved.format, saved.street) != (FORMAT, twin.street):
        raise InvalidSnapshot(f"snapshot of {saved.street}, format {saved.format}")
    twin.reset()
    try:
        _restore(twin, saved)
    except _DAMAGE as exc:
        twin.reset()
        raise InvalidSnapshot(f"a damaged snapshot: {exc}") from exc


def _restore(twin: TwinState, saved: _Read) -> None:
    for device_row in map(_row_decoder.decode, saved.devices):
        if (device := twin.devices.get(device_row[0])) is not None:
            _restore_device(device, device_row)
    for responder_row in saved.responders:
        if (responder := twin.responders.get(responder_row.id)) is not None:
            for field in _ResponderRow.__struct_fields__:
                setattr(responder, field, getattr(responder_row, field))
    twin.alarms = {alarm.id: alarm for alarm in saved.alarms}
    flow = twin.catalogue.flow
    twin.incidents = {incident.id: incident.follow(flow) for incident in saved.incidents}
    twin.unregistered = {found.id: found for found in saved.unregistered}
    twin.feeds = {feed.id: feed for feed in saved.feeds}
    twin.numbers = saved.numbers
    twin.closures = {closure.id: closure for closure in saved.closures}
    twin.newest_at = saved.newest_at
    twin.clocks = saved.clocks
    for name, silent_since, silences, heard_at in saved.pasts:
        if (device := twin.devices.get(name)) is not None:
            device.silent_since, device.silences, device.heard_at = silent_since, silences, heard_at
    for incident in saved.incidents:
        index_incident(twin, incident)
        index_crew(twin, incident, incident.crew)
    for alarm in saved.alarms:
        index_alarm(twin, alarm)


def _device_row(device: Device) -> _DeviceRow:
    return (
        device.id,
        device.code,
        device.value,
        device.readings,
        device.desired,
        device.desired_at,
        device.reported_at,
        device.updated_at,
        device.changed_at,
        device.state_at,
        device.value_at,
        device.silent_at,
        device.told,
    )


def _restore_device(device: Device, row: _DeviceRow) -> None:
    code, device.value, device.readings, device.desired = row[1:5]
    # The catalogue may have fewer states than when it was kept.
    device.code = code if UNKNOWN <= code < len(device.traits.states) else UNKNOWN
    device.desired_at, device.reported_at, device.updated_at = row[5:8]
    device.changed_at, device.state_at, device.value_at, device.silent_at, device.told = row[8:]


def _pasts(twin: TwinState) -> Iterator[_DevicePast]:
    """What only devices have that fell silent before, or whose clocks are behind."""
    for name in sorted(twin.devices):
        device = twin.devices[name]
        past = (device.silent_since, device.silences, device.heard_at)
        if past != (None, 0, None):
            yield (name, *past)


def _responder_row(responder: Responder) -> _ResponderRow:
    return _ResponderRow(*(getattr(responder, name) for name in _ResponderRow.__struct_fields__))
