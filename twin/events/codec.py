"""Events as JSON and back: the tables of all types, and what is refused said by field and value."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import msgspec

from twin.errors import EntrySetAside, EventRejected
from twin.events import cases
from twin.events.alarms import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmShelved,
    AlarmUnshelved,
    DeviceDesired,
    DeviceSilent,
    ResponderStatus,
)
from twin.events.envelope import Event
from twin.events.record import (
    AccountGranted,
    AccountLogin,
    AccountLogout,
    AccountRevoked,
    CameraPlaced,
    CameraViewed,
    CommandRefused,
    DataExported,
    FeedChanged,
    FeedGap,
    FeedRolledBack,
    KioskGranted,
    SourceGranted,
    SourceRevoked,
    TokenGranted,
    TokenRevoked,
)
from twin.events.telemetry import STATE_EVENTS, Reading, ResponderPosition


def _types_in(module: ModuleType) -> tuple[type[Event], ...]:
    """Every event type that a module defines, in its order."""
    return tuple(
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and found is not Event
    )


TELEMETRY: tuple[type[Event], ...] = (*STATE_EVENTS.values(), Reading, ResponderPosition)
OPERATIONS: tuple[type[Event], ...] = (
    DeviceDesired, DeviceSilent, ResponderStatus,
    AlarmRaised, AlarmCleared, AlarmAcknowledged, AlarmShelved, AlarmUnshelved,
    *_types_in(cases),
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
