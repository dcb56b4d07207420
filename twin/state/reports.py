"""What devices and responders report, and what of it is newer than what is known.

``twin.state.twin.Twin.fold`` takes the usual telemetry inline, same result; ``twin.state.receipt``
says which clocks to believe.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from twin.events import Event, Reading, ResponderPosition, type_of
from twin.state.limits import LARGEST
from twin.state.receipt import counts
from twin.state.records import KIND_OF_STATE, Change, Device, Unregistered
from twin.state.state import TwinState

IDS_OF_AN_INSTANT = 32
"""Events of one device and instant whose ids are kept: so many can come twice, in any order."""

MAX_UNREGISTERED = 1000
"""Further unknown subjects are not listed; the list is for a person to read."""


def reported(twin: TwinState, event: Event) -> list[Change]:
    """A device's state or reading, when it is newer than the last of the same state or quantity.

    One message often carries a state and several quantities of one moment, so each has its own
    newest time. Many devices know whole seconds only: of two events of one such second the one
    received later counts. What is not of the device's kind changes nothing.
    """
    device = twin.devices.get(event.subject)
    if device is None:
        return _unknown(twin, event)
    if event.time == device.reported_at and event.id in _told(device):
        return []
    news = _reading if isinstance(event, Reading) else _state
    return [device] if news(twin, device, event) else []


def _state(twin: TwinState, device: Device, event: Any) -> bool:
    code = device.traits.codes.get(event.data.state)
    if KIND_OF_STATE[type(event)] != device.kind or code is None:
        return False
    if _is_old(twin, device, event, device.state_at):
        return False
    device.state_at = event.time
    if code != device.code:
        device.code, device.changed_at = code, event.time
    _report(device, event, device.changed_at == event.time)
    return True


def _reading(twin: TwinState, device: Device, event: Any) -> bool:
    quantity, value = event.data.quantity, event.data.value
    if quantity not in device.traits.quantities or not -LARGEST <= value <= LARGEST:
        return False
    at, before = device.read_at(quantity), device.reading(quantity)
    if _is_old(twin, device, event, at):
        return False
    if quantity == device.traits.primary:
        device.value, device.value_at = value, event.time
    else:
        device.readings = (device.readings or {}) | {quantity: (value, event.time)}
    _report(device, event, value != before)
    return True


def _is_old(twin: TwinState, device: Device, event: Event, at: datetime | None) -> bool:
    """Whether something newer, or as new, is known; ``at`` is when the same thing was last told.

    At one instant of a clock of whole seconds the later received counts, as long as the device has
    said nothing since: only of that instant are the ids kept that tell news from a repetition.
    Where a clock was set back, an earlier time is news (``twin.state.receipt``): then the device's
    times go back, too.
    """
    if at is None or event.time > at:
        return False
    if event.time == at:
        return at != device.reported_at or at.microsecond != 0
    if not counts(twin, event, at):
        return True
    _set_back(device, event.time)
    return False


def _set_back(device: Device, to: datetime) -> None:
    """Take the device's times for what they are: by its present clock no later than ``to``."""
    for name in ("reported_at", "updated_at", "changed_at"):
        at = getattr(device, name)
        if at is not None and at > to:
            setattr(device, name, to)
    device.told = ()


def _told(device: Device) -> tuple[str, ...]:
    return (device.told,) if isinstance(device.told, str) else device.told


def _report(device: Device, event: Event, differs: bool) -> None:
    """Move the times of a device on, never back."""
    at = event.time
    if device.reported_at is None or at > device.reported_at:
        device.reported_at, device.told = at, event.id
    elif at == device.reported_at:
        device.told = (*_told(device), event.id)[-IDS_OF_AN_INSTANT:]
    if differs:
        device.updated_at = max(device.updated_at or at, at)


def located(twin: TwinState, event: ResponderPosition) -> list[Change]:
    """A responder's newest position."""
    responder = twin.responders.get(event.subject)
    if responder is None:
        return _unknown(twin, event)
    last = responder.located_at
    if last is not None and event.time <= last and not counts(twin, event, last):
        return []
    responder.located, responder.located_at = event.data.lonlat, event.time
    responder.heading_deg = event.data.heading_deg
    return [responder]


def _unknown(twin: TwinState, event: Event) -> list[Change]:
    if event.subject in twin.devices or event.subject in twin.responders:
        return []  # known, only not as what the event takes it for
    found = twin.unregistered.get(event.subject)
    if found is not None:
        if event.time <= found.last_at:
            return []
        found.last_at = event.time
        found.count += 1
        return [found]
    if len(twin.unregistered) >= MAX_UNREGISTERED:
        return []
    found = Unregistered(
        id=event.subject,
        type=type_of(event),
        first_at=event.time,
        last_at=event.time,
        source=event.source,
    )
    twin.unregistered[event.subject] = found
    return [found]
