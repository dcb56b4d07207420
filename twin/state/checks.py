"""What an event must satisfy beyond its schema before the twin takes it: time, kind and place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twin.errors import EventRejected
from twin.events import (
    DeviceDesired,
    DeviceState,
    Event,
    IncidentReported,
    Reading,
    ResponderPosition,
    ResponderStatus,
    type_of,
)
from twin.state.limits import EARLIEST, LARGEST, LATEST
from twin.state.records import KIND_OF_STATE
from twin.state.state import TwinState

DUTIES = ("off_duty", "available", "busy", "unavailable")
"""What a responder may say of themselves."""


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


def check_state(twin: TwinState, event: DeviceState) -> None:
    """The event type is the device's, and the state is one of its kind's."""
    kind = KIND_OF_STATE[type(event)]
    device = twin.devices.get(event.subject)
    if device is not None and device.kind != kind:
        raise EventRejected("type", type_of(event), f"{event.subject} is a {device.kind}")
    traits = twin.traits.get(kind)
    if traits is None:
        raise EventRejected("type", type_of(event), f"no kind {kind!r} here")
    states = traits.states
    if event.data.state not in states:
        raise EventRejected("data.state", event.data.state, f"not one of {', '.join(states)}")


def check_reading(twin: TwinState, event: Reading) -> None:
    """The quantity is one of the device's kind, and the value is finite."""
    device = twin.devices.get(event.subject)
    if device is not None and event.data.quantity not in device.traits.quantities:
        raise EventRejected("data.quantity", event.data.quantity, f"not of a {device.kind}")
    if not -LARGEST <= event.data.value <= LARGEST:
        raise EventRejected("data.value", event.data.value, "not a finite number")


def check_position(twin: TwinState, event: ResponderPosition | IncidentReported) -> None:
    """The position lies in or near the street's compounds."""
    if not twin.fences.near(event.data.lonlat):
        raise EventRejected("data.lonlat", event.data.lonlat, "outside the street")


def check_desired(twin: TwinState, event: DeviceDesired) -> None:
    """The state is one that a person may ask of the device's kind."""
    device = twin.devices.get(event.subject)
    if device is not None and event.data.state not in device.traits.desired:
        raise EventRejected("data.state", event.data.state, f"cannot be asked of a {device.kind}")


def check_duty(twin: TwinState, event: ResponderStatus) -> None:
    """The status is one of ``DUTIES``."""
    if event.data.status not in DUTIES:
        raise EventRejected("data.status", event.data.status, f"not one of {', '.join(DUTIES)}")


CHECKS: dict[type[Event], Callable[[TwinState, Any], None]] = {
    **dict.fromkeys(KIND_OF_STATE, check_state),
    Reading: check_reading,
    ResponderPosition: check_position,
    IncidentReported: check_position,
    DeviceDesired: check_desired,
    ResponderStatus: check_duty,
}
"""Which test an event type has to pass; types without a row pass."""
