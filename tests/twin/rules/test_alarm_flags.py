from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import GATE, NOON, a_twin, after, give
from twin import events as e
from twin.rules.derivation import follow
from twin.state.twin import Twin

ALARM = f"{GATE}#gate_fault"


def an_event(name: str, version: int, occurrence: int = 1, at: datetime = NOON) -> e.Event:
    cls: Any = e.BY_TYPE[f"alarm.{name}"]
    told: e.AlarmData | e.AlarmRaisedData | e.ShelveData = e.AlarmData(version=version)
    if name == "raised":
        told = e.AlarmRaisedData(
            version=version, rule="gate_fault", level=3, occurrence=occurrence, cause="fault"
        )
    if name == "shelved":
        told = e.ShelveData(version=version, until=after(900, at), reason="检修")
    event: e.Event = cls(id=f"{ALARM}@{version}", subject=ALARM, time=at, by="chen", data=told)
    return event


def label_after(twin: Twin, *names: str) -> str:
    raised = 0
    for version, name in enumerate(names, start=1):
        raised += name == "raised"
        twin.apply(an_event(name, version, raised, after(version)))
    return twin.alarms[ALARM].label


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (("raised",), "unacknowledged"),
        (("raised", "acknowledged"), "acknowledged"),
        (("raised", "acknowledged", "cleared"), "normal"),
        (("raised", "cleared"), "returned_unacknowledged"),
        (("raised", "cleared", "acknowledged"), "normal"),
        (("raised", "cleared", "raised"), "unacknowledged"),
        (("raised", "acknowledged", "cleared", "raised"), "unacknowledged"),
        (("raised", "acknowledged", "raised"), "unacknowledged"),
        (("raised", "shelved"), "shelved"),
        (("raised", "shelved", "unshelved"), "unacknowledged"),
        (("raised", "shelved", "cleared", "unshelved"), "returned_unacknowledged"),
        (("raised", "acknowledged", "shelved", "cleared", "unshelved"), "normal"),
        (("raised", "acknowledged", "acknowledged", "cleared", "cleared"), "normal"),
    ],
)
def test_an_alarm_stands_where_its_flags_say(
    twin: Twin, names: tuple[str, ...], label: str
) -> None:
    assert label_after(twin, *names) == label


def test_who_acknowledged_is_kept_until_it_is_raised_again(twin: Twin) -> None:
    label_after(twin, "raised", "acknowledged", "acknowledged")
    alarm = twin.alarms[ALARM]
    assert (alarm.acked_by, alarm.acked_at) == ("chen", after(2))
    twin.apply(an_event("raised", 4, 2, after(9)))
    assert (alarm.acked_by, alarm.acked_at, alarm.raised_at) == ("", None, after(9))


def test_a_shelf_says_until_when_why_and_by_whom(twin: Twin) -> None:
    label_after(twin, "raised", "shelved")
    alarm = twin.alarms[ALARM]
    assert (alarm.shelved_until, alarm.shelf_reason) == (after(902), "检修")
    assert alarm.shelved_by == "chen"
    twin.apply(an_event("unshelved", 3))
    assert (alarm.shelved_until, alarm.shelf_reason, alarm.shelved_by) == (None, "", "")


def test_a_shelf_ends_by_itself_when_its_time_is_up(twin: Twin) -> None:
    label_after(twin, "raised", "shelved")
    assert twin.due(after(901)) == []
    (event,) = twin.due(after(902))
    assert isinstance(event, e.AlarmUnshelved)
    assert (event.subject, event.time, event.data.version) == (ALARM, after(902), 3)
    twin.apply(event)
    assert twin.alarms[ALARM].label == "unacknowledged" and twin.due(after(999)) == []


def test_an_activation_that_is_not_the_next_turns_no_flag(twin: Twin) -> None:
    label_after(twin, "raised", "acknowledged")
    twin.apply(an_event("raised", 3, 1))
    alarm = twin.alarms[ALARM]
    assert (alarm.label, alarm.occurrence, alarm.version) == ("acknowledged", 1, 3)


def test_an_alarm_event_of_another_version_is_no_news(twin: Twin) -> None:
    label_after(twin, "raised")
    for version in (0, 1, 3):
        assert twin.apply(an_event("acknowledged", version)) == []
    assert twin.alarms[ALARM].version == 1


def test_an_alarm_begins_by_being_raised_and_outlives_its_device_being_away(twin: Twin) -> None:
    assert twin.apply(an_event("cleared", 1)) == [] and not twin.alarms
    lost = e.AlarmRaised(
        id="1", subject="huodian/gate/99#gate_fault", time=NOON,
        data=e.AlarmRaisedData(version=1, rule="gate_fault", level=3, occurrence=1),
    )  # fmt: skip
    (alarm,) = twin.apply(lost)
    assert alarm is twin.alarms["huodian/gate/99#gate_fault"] and follow(twin, alarm) == []
    nameless = e.AlarmRaised(id="1", subject="x", time=NOON, data=lost.data)
    assert twin.apply(nameless) == [] and "x" not in twin.alarms


def test_the_device_knows_its_worst_alarm_that_is_not_shelved(twin: Twin) -> None:
    device = twin.devices[GATE]
    assert device.level == 0
    changes = twin.apply(an_event("raised", 1))
    assert changes == [twin.alarms[ALARM], device] and device.level == 3
    give(twin, "shelve", ALARM, minutes=15, reason="检修")
    assert device.level == 0 and device.alarms == (twin.alarms[ALARM],)


@given(st.lists(st.sampled_from(("raised", "cleared", "acknowledged", "shelved", "unshelved"))))
def test_the_version_counts_every_event_and_the_label_follows_from_the_flags(
    names: list[str],
) -> None:
    twin = a_twin()
    twin.apply(an_event("raised", 1))
    alarm = twin.alarms[ALARM]
    for version, name in enumerate(names, start=2):
        occurrence = alarm.occurrence + (not alarm.active)
        twin.apply(an_event(name, version, occurrence, after(version)))
        assert alarm.version == version
        assert (alarm.label == "shelved") == (alarm.shelved_until is not None)
        if alarm.label == "normal":
            assert alarm.acked and not alarm.active
