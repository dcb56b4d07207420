"""The flags of one alarm and the events that turn them (domain.md 1.1, after ISA-18.2).

Active and acknowledged are independent; the label a person sees is derived from them
(``Alarm.label``). A shelf silences for a time and changes neither flag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmShelved,
    AlarmUnshelved,
    Event,
)
from twin.state.records import Alarm


def advance_alarm(alarm: Alarm, event: Any) -> bool:
    """Let an alarm take an event that makes its next version; True when it became active.

    An activation that is not the next occurrence, or the end of a condition that had ended,
    turns no flag; the version grows all the same, so that it agrees with the stream's counter.
    """
    raised = type(event) is AlarmRaised and event.data.occurrence == alarm.occurrence + 1
    if raised or type(event) is not AlarmRaised:
        _TURN[type(event)](alarm, event)
    alarm.version = event.data.version
    alarm.last_by, alarm.last_at = event.by, event.time
    return raised


def _raise(alarm: Alarm, event: AlarmRaised) -> None:
    """Active and to be seen again, whatever was acknowledged before (re-alarm)."""
    if not alarm.active or alarm.began_at is None:
        alarm.began_at = alarm.raised_at if alarm.active else event.time
    alarm.active, alarm.acked = True, False
    alarm.occurrence, alarm.level = event.data.occurrence, event.data.level
    alarm.value, alarm.cause = event.data.value, event.data.cause
    alarm.raised_at, alarm.cleared_at = event.time, None
    alarm.acked_at, alarm.acked_by = None, ""


def _clear(alarm: Alarm, event: AlarmCleared) -> None:
    """Back to normal; if nobody saw it, it stays on the list as returned."""
    if alarm.active:
        alarm.active, alarm.cleared_at = False, event.time


def _acknowledge(alarm: Alarm, event: AlarmAcknowledged) -> None:
    if not alarm.acked:
        alarm.acked, alarm.acked_at, alarm.acked_by = True, event.time, event.by


def _shelve(alarm: Alarm, event: AlarmShelved) -> None:
    alarm.shelved_until, alarm.shelf_reason = event.data.until, event.data.reason
    alarm.shelved_by = event.by


def _unshelve(alarm: Alarm, event: AlarmUnshelved) -> None:
    alarm.shelved_until, alarm.shelf_reason, alarm.shelved_by = None, "", ""


_TURN: dict[type[Event], Callable[[Alarm, Any], None]] = {
    AlarmRaised: _raise,
    AlarmCleared: _clear,
    AlarmAcknowledged: _acknowledge,
    AlarmShelved: _shelve,
    AlarmUnshelved: _unshelve,
}
