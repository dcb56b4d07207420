"""What devices and positions say."""

from __future__ import annotations

from typing import cast

import msgspec

from twin.events.envelope import Data, Event, Word


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


KINDS = (
    "camera", "gate", "lift", "lamp", "manhole", "smoke", "water", "noise", "call", "power",
    "waste", "charger", "lock", "tilt",
    "crack",
)  # fmt: skip
"""Device kinds that ever had a row in ``devices.toml``: streams are read whatever rows are left."""


def _state_event(kind: str) -> type[DeviceState]:
    """The event type ``<kind>.state``: all differ in their name alone."""
    made = msgspec.defstruct(
        f"{kind.title().replace('_', '')}State",
        [],
        bases=(DeviceState,),
        namespace={"__doc__": f"A device of the kind ``{kind}`` reported its state."},
        module=__name__,
        tag=f"{kind}.state",
    )
    return cast("type[DeviceState]", made)


STATE_EVENTS = {kind: _state_event(kind) for kind in KINDS}
"""The event type of each device kind by the kind's name."""


class Reading(Event, tag="sensor.reading"):
    """A device of any kind reported a measured value."""

    data: ReadingData


class ResponderPosition(Event, tag="responder.position"):
    """A responder on duty was located."""

    data: PositionData
