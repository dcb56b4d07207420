"""What is wanted and missed of devices, who is on duty, and the life of alarms."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from twin.events.envelope import Data, Event, Instant, Level, Words


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
