"""What devices and positions say."""

from __future__ import annotations

from typing import cast

import msgspec

from twin.catalogue import read
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


def _state_event(kind: str, row: object) -> type[DeviceState]:
    """The event type ``<kind>.state``: all differ in their name alone."""
    device = msgspec.convert(row, _Named)
    made = msgspec.defstruct(
        f"{kind.title().replace('_', '')}State",
        [],
        bases=(DeviceState,),
        namespace={"__doc__": f"{device.en} reported one of {', '.join(device.states)}."},
        module=__name__,
        tag=f"{kind}.state",
    )
    return cast("type[DeviceState]", made)


class _Named(msgspec.Struct, frozen=True):
    """What an event type needs of a row of ``devices.toml``."""

    en: str
    states: tuple[str, ...]


STATE_EVENTS = {kind: _state_event(kind, row) for kind, row in read("devices").items()}
"""The event type of each device kind by the kind's name: a new row brings its own along.

They are made of the product's rows, whichever catalogue a twin is given, for streams are read
before anybody knows whose they are; so a row stays as long as a stream of its kind is kept.
"""


class Reading(Event, tag="sensor.reading"):
    """A device of any kind reported a measured value."""

    data: ReadingData


class ResponderPosition(Event, tag="responder.position"):
    """A responder on duty was located."""

    data: PositionData
