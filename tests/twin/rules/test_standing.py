"""Alarms that hold although their case is settled: a reason at check and close, then once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    CALL,
    CAMERAS,
    CHEN,
    HUODIAN,
    MANHOLE,
    POWER,
    STREET,
    SUN,
    UNRESET,
    a_call,
    a_gate_fault,
    a_state,
    a_twin,
    after,
    give,
    settle,
    silence,
    walk,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from tests.support.stories import stories
from twin.catalogue import GRAVE
from twin.commands.decide import Command, decide
from twin.commands.roles import Actor
from twin.errors import CommandRejected
from twin.events import AlarmRaised, DeviceSilent, Event, IncidentClosed, NoteData
from twin.rules.derivation import outstanding
from twin.rules.standing import holding, realarms, unattended, without_case
from twin.state.clocks import Reckoning
from twin.state.twin import Twin

PRESSED = f"{CALL}#call_pressed"
CLOSED_S = 70
"""``walk`` closes a case so many seconds after noon."""


def refusal(twin: Twin, name: str, target: str, by: Actor = SUN, **args: Any) -> CommandRejected:
    with pytest.raises(CommandRejected) as found:
        decide(twin, Command(name=name, target=target, by=by, args=args), after(100))
    return found.value


def tick(twin: Twin, at: datetime) -> list[Event]:
    """What time brings but silence, and what follows from it, as an engine has it."""
    due = [event for event in twin.due(at) if not isinstance(event, DeviceSilent)]
    return [event for one in due for event in (one, *settle(twin, [one]))]


# --- at check and close ------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "state", "args"), [
    ("check", "handled", {"passed": True}), ("close", "checked", {}),
])  # fmt: skip
def test_a_case_is_not_settled_without_a_reason_while_its_alarm_holds(
    twin: Twin, name: str, state: str, args: dict[str, Any]
) -> None:
    case = a_call(twin)
    walk(twin, case, state)
    for text in ("", "  "):
        found = refusal(twin, name, case, text=text, **args)
        assert (found.code, found.detail["field"]) == ("invalid", "text")
        assert (found.detail["alarms"], found.detail["state"]) == ([PRESSED], state)
    give(twin, name, case, SUN, after(80), text=UNRESET, **args)
    assert twin.incidents[case].log[-1].text == UNRESET


@pytest.mark.parametrize("state", ["handled", "checked"])
def test_a_case_whose_alarm_cleared_needs_no_reason(twin: Twin, state: str) -> None:
    case = a_call(twin)
    walk(twin, case, state)
    settle(twin, [a_state(CALL, "idle", after(65))])
    assert holding(twin, twin.incidents[case]) == []
    if state == "handled":
        give(twin, "check", case, SUN, after(70), passed=True)
    give(twin, "close", case, SUN, after(80))
    assert twin.incidents[case].state == "closed"


def test_work_that_is_sent_back_needs_no_reason(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "handled")
    give(twin, "check", case, SUN, after(80), passed=False)
    assert twin.incidents[case].state == "on_scene"


def test_an_alarm_that_holds_in_another_open_case_asks_for_nothing_here(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    settle(twin, [a_state(CALL, "idle", after(80)), a_state(CALL, "pressed", after(90))])
    give(twin, "reopen", case, CHEN, after(100), text="家属来电")
    assert twin.alarms[PRESSED].incident != case
    assert holding(twin, twin.incidents[case]) == []


def test_alarms_of_another_grid_are_not_named_to_whoever_may_not_see_them() -> None:
    twin = a_twin()
    case = a_call(twin)
    walk(twin, case, "checked")
    mine = Actor(account="grid", role="reviewer", prefixes=(f"{HUODIAN}.g2",))
    twin.incidents[case].territory = mine.prefixes[0]
    found = refusal(twin, "close", case, mine)
    assert (found.detail["alarms"], found.detail["field"]) == ([], "text")
    assert CALL not in found.reason


# --- after the end -----------------------------------------------------------------------------


def test_an_alarm_that_holds_after_the_close_is_raised_again_and_opens_its_case(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    alarm, wait_s = twin.alarms[PRESSED], CATALOGUE.rules["call_pressed"].realarm_s
    assert without_case(twin, alarm) and unattended(twin, alarm)
    assert tick(twin, after(CLOSED_S + wait_s - 1)) == []

    raised, reopened = tick(twin, after(CLOSED_S + wait_s))
    at = after(CLOSED_S + wait_s)
    assert (raised.id, raised.by, raised.time) == (f"{PRESSED}@{alarm.version}", "system", at)
    found = twin.incidents[case]
    assert (reopened.id, reopened.by) == (f"{case}@{found.version}", "system")
    assert (found.state, found.open, alarm.incident) == ("verified", True, case)
    assert found.log[-1].text == "一键呼 · 一键呼 302"
    assert (alarm.label, alarm.occurrence, alarm.raised_at) == ("unacknowledged", 2, at)
    assert alarm.began_at == after(0), "since when it holds is not forgotten"
    assert not unattended(twin, alarm) and tick(twin, after(9999)) == []


def test_it_is_raised_as_of_when_it_was_due_whenever_an_engine_looks(twin: Twin) -> None:
    walk(twin, a_call(twin), "closed")
    at = after(CLOSED_S + CATALOGUE.rules["call_pressed"].realarm_s)
    for late_s in (0, 5, 3000):
        (raised,) = realarms(twin, twin.alarms.values(), Reckoning(after(late_s, at)))
        assert raised.time == at
    (raised,) = realarms(twin, twin.alarms.values(), Reckoning(after(86_400 * 3, at)))
    assert raised.time == after(86_400 * 3 - 3600, at)
    twin.check(raised, after(86_400 * 3, at))


def test_it_comes_back_for_as_long_as_it_holds_and_no_longer(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    tick(twin, after(1000))
    give(twin, "cancel", case, CHEN, after(1100), text="误报")
    assert len(tick(twin, after(1400))) == 2 and twin.incidents[case].open
    give(twin, "cancel", case, CHEN, after(1500), text="误报")
    settle(twin, [a_state(CALL, "idle", after(1600))])
    assert tick(twin, after(9999)) == []


@pytest.mark.parametrize("name", ["reject", "cancel"])
def test_a_case_that_was_called_off_comes_back_too(twin: Twin, name: str) -> None:
    settle(twin, [a_state(MANHOLE, "open")])
    (case,) = twin.open_incidents
    give(twin, name, case, CHEN, after(10), text="以为误报")
    assert tick(twin, after(10 + CATALOGUE.rules["manhole_open"].realarm_s - 1)) == []
    assert len(tick(twin, after(10 + CATALOGUE.rules["manhole_open"].realarm_s))) == 2
    assert list(twin.open_incidents) == [case]


def test_a_note_on_a_closed_case_does_not_put_off_its_return(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    give(twin, "note", case, CHEN, after(CLOSED_S + 200), text="已联系厂家")
    assert len(tick(twin, after(CLOSED_S + CATALOGUE.rules["call_pressed"].realarm_s))) == 2


def test_a_shelved_alarm_rests_until_its_shelf_ends(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    give(twin, "shelve", PRESSED, CHEN, after(100), reason="等待更换", minutes=60)
    assert not without_case(twin, twin.alarms[PRESSED])
    assert tick(twin, after(3600)) == []
    tick(twin, after(3700))
    tick(twin, after(3701))
    assert twin.incidents[case].open


def test_what_need_not_be_answered_at_once_does_not_come_back(twin: Twin) -> None:
    case = a_gate_fault(twin)
    give(twin, "reject", case, CHEN, after(10), text="已知故障")
    settle(twin, [a_state(CAMERAS[0], "offline")])
    alarms = list(twin.alarms.values())
    assert all(without_case(twin, alarm) for alarm in alarms)
    assert not any(unattended(twin, alarm) for alarm in alarms)
    assert tick(twin, after(7200)) == []


def test_many_alarms_of_one_case_open_it_once(twin: Twin) -> None:
    dark = [silence(camera, after(5)) for camera in CAMERAS[:4]]
    settle(twin, [a_state(POWER, "outage"), *dark])
    (case,) = twin.open_incidents
    assert len(twin.incidents[case].alarms) == 5
    give(twin, "cancel", case, CHEN, after(10), text="计划停电")
    tick(twin, after(1000))
    assert [name for name, found in twin.incidents.items() if found.open] == [case]
    assert len(holding(twin, twin.incidents[case])) == 5


def test_a_takeover_between_the_alarm_and_its_case_repeats_nothing_and_loses_nothing() -> None:
    twin = a_twin()
    case = a_call(twin)
    walk(twin, case, "closed")
    (raised,) = twin.due(after(400))
    twin.apply(raised)
    again = Twin(STREET, list(twin.compounds.values()), CATALOGUE)
    again.restore(twin.snapshot())
    assert again.due(after(401)) == []
    (reopened,) = outstanding(again)
    again.apply(reopened)
    assert again.incidents[case].open and list(outstanding(again)) == []


def test_an_alarm_whose_case_was_forgotten_gets_a_new_one(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    del twin.incidents[case]
    raised, reported = tick(twin, after(1000))
    assert isinstance(raised, AlarmRaised) and reported.subject != case
    assert twin.alarms[PRESSED].incident == reported.subject in twin.open_incidents


def test_an_alarm_from_before_it_was_noted_when_it_began_keeps_when_it_was_raised(
    twin: Twin,
) -> None:
    case = a_call(twin)
    walk(twin, case, "closed")
    twin.alarms[PRESSED].began_at = None  # as a snapshot of an older version has it
    tick(twin, after(1000))
    assert twin.alarms[PRESSED].began_at == after(0)


def test_an_alarm_whose_device_stands_nowhere_now_rests() -> None:
    twin = a_twin()
    walk(twin, a_call(twin), "closed")
    emptied = Twin(STREET, [], CATALOGUE)
    emptied.restore(twin.snapshot())
    alarm = emptied.alarms[PRESSED]
    assert alarm.active and list(realarms(emptied, [alarm], Reckoning(after(1000)))) == []


def test_a_close_without_a_word_of_an_older_record_still_counts(twin: Twin) -> None:
    case = a_call(twin)
    walk(twin, case, "checked")
    version = twin.incidents[case].version + 1
    twin.apply(
        IncidentClosed(
            id=f"{case}@{version}", subject=case, time=after(80), by="sun",
            data=NoteData(version=version),
        )
    )  # fmt: skip
    assert twin.incidents[case].state == "closed"


@given(stories(), st.integers(0, 4000))
def test_nothing_grave_that_holds_is_left_without_a_case_for_long(
    log: list[Event], wait_s: int
) -> None:
    twin = a_twin()
    settle(twin, log)
    longest = max(rule.realarm_s for rule in CATALOGUE.rules.values())
    at = after(2000 + wait_s)
    for step in range(4):
        tick(twin, after(step * longest, at))
    held = [alarm for alarm in twin.alarms.values() if unattended(twin, alarm)]
    assert [alarm.id for alarm in held if CATALOGUE.rules[alarm.rule].incident] == []


@given(stories(), st.integers(0, 9000))
def test_what_time_brings_is_the_same_for_whoever_asks(log: list[Event], at_s: int) -> None:
    one, other = a_twin(), a_twin()
    for event in log:
        one.apply(event)
    other.fold(log)
    restored = a_twin()
    restored.restore(one.snapshot())
    due = [twin.due(after(at_s)) for twin in (one, other, restored)]
    ids = [sorted(event.id for event in events) for events in due]
    assert ids[0] == ids[1] == ids[2]
    for event in due[0]:
        one.apply(event)
    assert not any(isinstance(event, AlarmRaised) for event in one.due(after(at_s)))


def test_every_grave_rule_that_opens_a_case_says_when_it_is_raised_again() -> None:
    for name, rule in CATALOGUE.rules.items():
        assert not rule.incident or rule.level > GRAVE or 0 < rule.realarm_s <= 900, name
