"""What devices and positions say."""

from __future__ import annotations

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
