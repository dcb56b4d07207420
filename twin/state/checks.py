"""What an event must satisfy beyond its schema before the twin takes it: time, kind and place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from twin.errors import EventRejected
from twin.events import (
    TELEMETRY,
    DeviceDesired,
    DeviceState,
    Event,
    IncidentReported,
    Reading,
    ResponderPosition,
    ResponderStatus,
    type_of,
)

if TYPE_CHECKING:
    from twin.state.twin import Twin

AHEAD = timedelta(minutes=5)
"""Clocks that are kept right at all agree within this."""

LATE = timedelta(hours=24)
"""An event older than this is refused, unless it goes on from what its device said last."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""No fact is dated outside of these: near the ends of the calendar a deadline cannot be reckoned,
and what is kept for thirty days has no day to end."""

LARGEST = 1.7976931348623157e308
"""The largest finite float: beyond it lie the infinities, and NaN compares with nothing."""

DUTIES = ("off_duty", "available", "busy", "unavailable")
"""What a responder may say of themselves."""

KIND_OF_STATE: dict[type[Event], str] = {
    cls: type_of(cls).partition(".")[0] for cls in TELEMETRY if issubclass(cls, DeviceState)
}
"""The device kind that a state event belongs to: ``gate.state`` to ``gate``."""


def too_late(time: datetime) -> EventRejected:
    """The refusal of an event from long ago."""
    return EventRejected("time", time.isoformat(), "more than 24 hours late")


def out_of_time(time: datetime) -> EventRejected:
    """The refusal of a time that no calendar can reckon with."""
    return EventRejected("time", time.isoformat(), "not between 1970 and 9000")


def check_until(event: Any) -> None:
    """An end that is told lies where time can be reckoned with."""
    until = getattr(getattr(event, "data", None), "until", None)
    if until is not None and not EARLIEST <= until <= LATEST:
        raise EventRejected("data.until", until.isoformat(), "not between 1970 and 9000")


def check_state(twin: Twin, event: DeviceState) -> None:
    """The event type is the device's, and the state is one of its kind's."""
    kind = KIND_OF_STATE[type(event)]
    device = twin.devices.get(event.subject)
    if device is not None and device.kind != kind:
        raise EventRejected("type", type_of(event), f"{event.subject} is a {device.kind}")
    states = twin.traits[kind].states
    if event.data.state not in states:
        raise EventRejected("data.state", event.data.state, f"not one of {', '.join(states)}")


def check_reading(twin: Twin, event: Reading) -> None:
    """The quantity is one of the device's kind, and the value is finite."""
    device = twin.devices.get(event.subject)
    if device is not None and event.data.quantity not in device.traits.quantities:
        raise EventRejected("data.quantity", event.data.quantity, f"not of a {device.kind}")
    if not -LARGEST <= event.data.value <= LARGEST:
        raise EventRejected("data.value", event.data.value, "not a finite number")


def check_position(twin: Twin, event: ResponderPosition | IncidentReported) -> None:
    """The position lies in or near the street's compounds."""
    if not twin.fences.near(event.data.lonlat):
        raise EventRejected("data.lonlat", event.data.lonlat, "outside the street")


def check_desired(twin: Twin, event: DeviceDesired) -> None:
    """The state is one that a person may ask of the device's kind."""
    device = twin.devices.get(event.subject)
    if device is not None and event.data.state not in device.traits.desired:
        raise EventRejected("data.state", event.data.state, f"cannot be asked of a {device.kind}")


def check_duty(twin: Twin, event: ResponderStatus) -> None:
    """The status is one of ``DUTIES``."""
    if event.data.status not in DUTIES:
        raise EventRejected("data.status", event.data.status, f"not one of {', '.join(DUTIES)}")


CHECKS: dict[type[Event], Callable[[Twin, Any], None]] = {
    **dict.fromkeys(KIND_OF_STATE, check_state),
    Reading: check_reading,
    ResponderPosition: check_position,
    IncidentReported: check_position,
    DeviceDesired: check_desired,
    ResponderStatus: check_duty,
}
"""Which test an event type has to pass; types without a row pass."""
