"""Alarms that still hold: at the check and the close of their case, and after its end.

Nobody may be told that a matter is settled while its alarm says that it is not. So a case is
checked and closed with a reason then, and an alarm that a rule of ``rules.toml`` will not let rest
is raised again: what follows from that (``twin.rules.derivation``) opens its case anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from twin.catalogue import GRAVE
from twin.events import AlarmRaised, AlarmRaisedData
from twin.state.clocks import Reckoning
from twin.state.records import Alarm, Incident
from twin.state.state import TwinState

LONGEST_AGO = timedelta(hours=1)
"""An engine that was away for longer raises an alarm again as of then, lest it be too late."""


def holding(twin: TwinState, incident: Incident) -> list[Alarm]:
    """The alarms of a case that still hold, worst first; those of another open case are not its."""
    named = (twin.alarms.get(name) for name in incident.alarms)
    found = [alarm for alarm in named if alarm is not None and alarm.active]
    own = [alarm for alarm in found if alarm.incident == incident.id]
    return sorted(own, key=lambda alarm: (alarm.level, alarm.id))


def without_case(twin: TwinState, alarm: Alarm) -> bool:
    """Whether an alarm holds, is not shelved, and no open case is about it."""
    shelved = alarm.shelved_until is not None
    return alarm.active and not shelved and alarm.incident not in twin.open_incidents


def unattended(twin: TwinState, alarm: Alarm) -> bool:
    """Whether an alarm of level Ⅰ or Ⅱ holds and no open case is about it."""
    return alarm.level <= GRAVE and without_case(twin, alarm)


def ended_at(incident: Incident) -> datetime:
    """When a finished case ended; later notes do not move it."""
    return incident.times.get(incident.state, incident.last_at)


def realarms(twin: TwinState, alarms: Iterable[Alarm], clock: Reckoning) -> Iterator[AlarmRaised]:
    """Which of some alarms are raised again now: their rule's ``realarm_s`` is over.

    Not for a device that stands in no place now: nothing could follow, and nothing clear it.
    """
    for alarm in alarms:
        if not without_case(twin, alarm) or alarm.device not in twin.devices:
            continue
        rule = twin.catalogue.rules.get(alarm.rule)
        if rule is None or not rule.realarm_s or alarm.raised_at is None:
            continue
        case = twin.incidents.get(alarm.incident or "")
        since = max(alarm.raised_at, ended_at(case)) if case is not None else alarm.raised_at
        at = since + timedelta(seconds=rule.realarm_s)
        if clock.past(at, since):
            yield _raised_again(twin, alarm, max(at, clock.now - LONGEST_AGO))


def _raised_again(twin: TwinState, alarm: Alarm, at: datetime) -> AlarmRaised:
    version, quantity = alarm.version + 1, twin.catalogue.rules[alarm.rule].quantity
    return AlarmRaised(
        id=f"{alarm.id}@{version}",
        subject=alarm.id,
        time=at,
        by="system",
        territory=twin.territory_of(alarm.id),
        data=AlarmRaisedData(
            version=version,
            rule=alarm.rule,
            level=alarm.level,
            occurrence=alarm.occurrence + 1,
            value=twin.devices[alarm.device].reading(quantity) if quantity else None,
            cause=alarm.cause,
        ),
    )
