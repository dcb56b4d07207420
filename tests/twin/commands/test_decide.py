from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    ACTORS,
    ADMINISTRATOR,
    CALL,
    CHEN,
    ELSEWHERE,
    GATE,
    JINYUAN,
    LAMP,
    LI,
    LI_SELF,
    LIU,
    NOON,
    SUN,
    UNRESET,
    VIEWER,
    WANG,
    ZHOU,
    ZHOU_SELF,
    a_call,
    a_gate_fault,
    a_state,
    a_twin,
    after,
    give,
    on_duty,
    settle,
    walk,
)  # fmt: skip
from tests.support.stories import commands, try_command
from twin import events as e
from twin.commands.decide import Command, appends, decide, possible, possible_for_alarm
from twin.commands.roles import Actor
from twin.commands.table import CASES
from twin.errors import CommandRejected, StaleVersion
from twin.state.records import Incident
from twin.state.twin import Twin

ALARM = f"{CALL}#call_pressed"


def refusal(
    twin: Twin, name: str, target: str, by: Actor = CHEN, version: int | None = None, **args: Any
) -> CommandRejected:
    before = twin.snapshot()
    with pytest.raises(CommandRejected) as caught:
        decide(twin, Command(name=name, target=target, by=by, version=version, args=args), NOON)
    assert twin.snapshot() == before, "deciding changes nothing"
    return caught.value


# --- what an accepted command gives ------------------------------------------------------------


def test_a_command_gives_an_event_that_makes_the_next_version(twin: Twin) -> None:
    incident = a_call(twin)
    event, *_ = give(twin, "assign", incident, LIU, after(9), responder=ZHOU, text="请快")
    assert e.type_of(event) == "incident.assigned"
    assert (event.id, event.subject, event.by) == (f"{incident}@2", incident, "liu")
    assert (event.time, event.territory) == (after(9), twin.incidents[incident].territory)
    assert isinstance(event, e.IncidentAssigned)
    assert event.data == e.ResponderData(version=2, responder=ZHOU, text="请快")


@pytest.mark.parametrize("name", ["verify", "assign", "reject", "cancel"])
def test_whoever_deals_with_a_case_has_seen_its_alarms(twin: Twin, name: str) -> None:
    incident = a_call(twin)
    _, ack = give(twin, name, incident, responder=ZHOU if name == "assign" else "", text="电话")
    assert (e.type_of(ack), ack.subject, ack.by) == ("alarm.acknowledged", ALARM, "chen")
    assert twin.alarms[ALARM].label == "acknowledged"


def test_acknowledging_a_case_acknowledges_each_of_its_alarms(twin: Twin) -> None:
    incident = a_call(twin)
    (ack,) = give(twin, "acknowledge", incident)
    assert ack.subject == ALARM and twin.alarms[ALARM].acked_by == "chen"
    assert refusal(twin, "acknowledge", incident).code == "illegal_state"


def test_an_alarm_is_acknowledged_shelved_and_unshelved(twin: Twin) -> None:
    a_call(twin)
    give(twin, "acknowledge", ALARM)
    assert refusal(twin, "acknowledge", ALARM).detail["state"] == "acknowledged"
    (event,) = give(twin, "shelve", ALARM, minutes=60, reason="检修", at=after(10))
    assert isinstance(event, e.AlarmShelved)
    assert event.data.until == after(3610) and twin.alarms[ALARM].label == "shelved"
    assert refusal(twin, "shelve", ALARM, minutes=60, reason="检修").code == "illegal_state"
    give(twin, "unshelve", ALARM)
    assert refusal(twin, "unshelve", ALARM).code == "illegal_state"


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"minutes": 60},
        {"reason": "检修"},
        {"minutes": 1441, "reason": "检修"},
        {"minutes": -5, "reason": "检修"},
        {"minutes": 60, "reason": "长" * 201},
        {"minutes": 60, "reason": "检修", "until": "2026-11-22"},
    ],
)
def test_a_shelf_needs_a_reason_and_at_most_a_day(twin: Twin, args: dict[str, Any]) -> None:
    a_call(twin)
    assert refusal(twin, "shelve", ALARM, **args).code == "invalid"
    give(twin, "shelve", ALARM, minutes=1440, reason="检修")


def test_a_device_is_asked_for_a_state_of_its_kind(twin: Twin) -> None:
    (event,) = give(twin, "set_device", LAMP, at=after(5), state="on")
    assert (e.type_of(event), event.by) == ("device.desired", "chen")
    assert twin.devices[LAMP].desired == "on"
    wrong: list[dict[str, Any]] = [{"state": "fault"}, {"state": ""}, {}]
    for args in wrong:
        assert refusal(twin, "set_device", LAMP, **args).code == "invalid"


def test_events_are_appended_by_thing_each_at_the_version_it_expects(twin: Twin) -> None:
    incident = a_call(twin)
    events = decide(
        twin, Command(name="assign", target=incident, by=CHEN, args={"responder": ZHOU}), NOON
    )
    desired = give(twin, "set_device", LAMP, state="on")
    steps = appends([*events, *desired, a_state(GATE, "open")])
    assert [(step.thing, step.expected) for step in steps] == [
        (incident, 1), (ALARM, 1), (None, None),
    ]  # fmt: skip
    assert len(steps[2].events) == 2
    assert appends([]) == []


# --- what is refused, and how ------------------------------------------------------------------


def test_nobody_hears_of_what_is_not_theirs(twin: Twin) -> None:
    incident = a_call(twin)
    hidden = refusal(twin, "verify", incident, ELSEWHERE)
    missing = refusal(twin, "verify", "INC-1121-0404-hejiatu", ELSEWHERE)
    assert hidden.code == missing.code == "unknown"
    assert hidden.detail == missing.detail == {}
    assert hidden.reason.replace("0001", "0404") == missing.reason
    assert refusal(twin, "acknowledge", ALARM, ELSEWHERE).code == "unknown"
    assert refusal(twin, "set_device", LAMP, ELSEWHERE, state="on").code == "unknown"
    assert possible(twin, twin.incidents[incident], ELSEWHERE) == []
    assert possible_for_alarm(twin, twin.alarms[ALARM], ELSEWHERE) == []


@pytest.mark.parametrize("by", [VIEWER, ADMINISTRATOR, ZHOU_SELF, SUN])
def test_a_role_that_may_not_is_refused_before_anything_is_looked_at(twin: Twin, by: Actor) -> None:
    found = refusal(twin, "assign", "INC-1121-0404", by, responder=ZHOU)
    assert (found.code, found.detail) == ("not_permitted", {})


def test_an_unknown_command_or_argument_is_invalid(twin: Twin) -> None:
    incident = a_call(twin)
    assert refusal(twin, "escalate", incident).code == "invalid"
    assert refusal(twin, "verify", incident, colour="red").code == "invalid"
    assert refusal(twin, "verify", incident, text="长" * 501).code == "invalid"
    assert refusal(twin, "note", incident).detail == {"field": "text"}
    assert refusal(twin, "check", incident, SUN).detail == {"field": "passed"}
    assert refusal(twin, "reject", incident).detail == {"field": "text"}


def test_the_loser_of_a_race_learns_who_won(twin: Twin) -> None:
    incident = a_call(twin)
    give(twin, "assign", incident, LIU, after(7), version=1, responder=LI)
    found = refusal(twin, "assign", incident, CHEN, version=1, responder=ZHOU)
    assert isinstance(found, StaleVersion) and found.code == "stale"
    assert found.detail == {
        "state": "assigned", "version": 2, "by": "liu",
        "at": int(after(7).timestamp() * 1000),
    }  # fmt: skip
    assert refusal(twin, "acknowledge", ALARM, version=1).code == "stale"


def test_a_state_that_does_not_allow_it_is_told_with_the_refusal(twin: Twin) -> None:
    incident = a_call(twin)
    found = refusal(twin, "close", incident, version=1)
    assert (found.code, found.detail["state"], found.detail["by"]) == (
        "illegal_state", "reported", "system",
    )  # fmt: skip


def test_only_somebody_on_duty_and_in_reach_can_be_sent(twin: Twin) -> None:
    incident = a_call(twin)
    twin.apply(on_duty(LI, "off_duty", after(5)))
    assert refusal(twin, "assign", incident, responder=LI).code == "illegal_state"
    twin.apply(on_duty(LI, "unavailable", after(6)))
    assert refusal(twin, "assign", incident, responder=LI).code == "illegal_state"
    assert refusal(twin, "assign", incident, responder="huodian/responder/x").code == "invalid"
    narrow = Actor(account="j", role="dispatcher", prefixes=(JINYUAN, f"{JINYUAN}x"))
    assert refusal(twin, "assign", incident, narrow, responder=ZHOU).code == "unknown"
    here = Actor(account="h", role="dispatcher", prefixes=(twin.incidents[incident].territory,))
    assert refusal(twin, "assign", incident, here, responder="jinyuan/responder/he").code == (
        "invalid"
    )
    give(twin, "assign", incident, here, responder=ZHOU)


# --- responders --------------------------------------------------------------------------------


def test_a_responder_carries_out_the_own_assignment(twin: Twin) -> None:
    incident = a_call(twin)
    give(twin, "assign", incident, responder=ZHOU)
    for name in ("accept", "start", "arrive", "note", "handle"):
        give(twin, name, incident, ZHOU_SELF, text="到了")
    assert twin.incidents[incident].handled_recorder == "zhou"


def test_a_responder_acts_for_nobody_else_and_on_no_other_case(twin: Twin) -> None:
    incident = a_call(twin)
    assert refusal(twin, "accept", incident, ZHOU_SELF).code == "not_permitted"
    give(twin, "assign", incident, responder=ZHOU)
    assert refusal(twin, "accept", incident, LI_SELF).code == "not_permitted"
    assert refusal(twin, "accept", incident, LI_SELF, responder=ZHOU).code == "not_permitted"
    nobody = Actor(account="x", role="responder", prefixes=LI_SELF.prefixes)
    assert refusal(twin, "accept", incident, nobody).code == "not_permitted"
    give(twin, "accept", incident, ZHOU_SELF, responder=ZHOU)
    give(twin, "reassign", incident, responder=LI)
    assert refusal(twin, "note", incident, ZHOU_SELF, text="?").code == "not_permitted"
    assert refusal(twin, "start", incident, LI_SELF).code == "illegal_state"


def test_a_responder_reaches_the_own_case_outside_the_own_territory(twin: Twin) -> None:
    settle(twin, [a_state("jinyuan/power/1", "outage")])
    (incident,) = twin.incidents
    assert refusal(twin, "accept", incident, ZHOU_SELF).code == "unknown"
    give(twin, "assign", incident, responder=ZHOU)
    give(twin, "accept", incident, ZHOU_SELF)


def test_a_dispatcher_records_what_came_by_radio(twin: Twin) -> None:
    incident = a_call(twin)
    give(twin, "assign", incident, responder=ZHOU)
    give(twin, "add_responder", incident, responder=LI)
    found = refusal(twin, "accept", incident)
    assert (found.code, found.detail["field"]) == ("invalid", "responder")
    give(twin, "accept", incident, responder=LI)
    (event,) = give(twin, "accept", incident)
    assert isinstance(event, e.IncidentAccepted)
    assert event.data.responder == ZHOU, "only one is left who can accept"
    assert refusal(twin, "accept", incident).code == "illegal_state"


def test_who_is_replaced_must_be_said_when_there_are_two(twin: Twin) -> None:
    incident = a_call(twin)
    give(twin, "assign", incident, responder=ZHOU)
    give(twin, "add_responder", incident, responder=LI)
    assert refusal(twin, "reassign", incident, responder=WANG).code == "illegal_state"
    give(twin, "reassign", incident, responder=WANG, instead_of=LI)
    assert twin.incidents[incident].working == (ZHOU, WANG)
    assert refusal(twin, "add_responder", incident, responder=WANG).code == "illegal_state"


# --- the handler does not check ------------------------------------------------------------


def test_whoever_recorded_the_handling_does_not_check_it(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "handled")
    assert refusal(twin, "check", incident, CHEN, passed=True).code == "not_permitted"
    assert "check" not in possible(twin, twin.incidents[incident], CHEN)
    assert "check" in possible(twin, twin.incidents[incident], LIU)
    give(twin, "check", incident, LIU, passed=True, text=UNRESET)


def test_whoever_handled_it_does_not_check_it(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "handled")
    twin.incidents[incident].handled_recorder = "somebody"
    zhou = Actor(account="zhou2", role="reviewer", prefixes=CHEN.prefixes, responder=ZHOU)
    assert refusal(twin, "check", incident, zhou, passed=False).code == "not_permitted"
    give(twin, "check", incident, SUN, passed=False)


# --- what is possible --------------------------------------------------------------------------


def test_what_is_possible_follows_state_and_role(twin: Twin) -> None:
    emergency = twin.incidents[a_call(twin)]
    ordinary = twin.incidents[a_gate_fault(twin)]
    first = ["acknowledge", "verify", "reject", "assign", "cancel", "note"]
    assert possible(twin, emergency, CHEN) == first
    assert possible(twin, ordinary, CHEN) == [name for name in first if name != "assign"]
    assert possible(twin, emergency, VIEWER) == possible(twin, emergency, ZHOU_SELF) == []
    give(twin, "assign", emergency.id, responder=ZHOU)
    assert possible(twin, emergency, ZHOU_SELF) == ["accept", "note"]
    assert possible(twin, emergency, LI_SELF) == []
    assert possible(twin, emergency, CHEN) == [
        "add_responder", "reassign", "accept", "cancel", "note",
    ]  # fmt: skip
    assert possible(twin, emergency, SUN) == ["note"]


def test_what_an_alarm_allows_follows_its_flags(twin: Twin) -> None:
    a_call(twin)
    alarm = twin.alarms[ALARM]
    assert possible_for_alarm(twin, alarm, CHEN) == ["acknowledge", "shelve"]
    give(twin, "shelve", ALARM, minutes=15, reason="检修")
    give(twin, "acknowledge", ALARM)
    assert possible_for_alarm(twin, alarm, CHEN) == ["unshelve"]
    assert possible_for_alarm(twin, alarm, VIEWER) == []


def accepted(twin: Twin, incident: Incident, name: str, actor: Actor) -> bool:
    """Whether some arguments make the command go through."""
    tries = [
        {"responder": who, "instead_of": instead, "text": "t", "passed": True}
        for who in ("", ZHOU, LI, WANG)
        for instead in ("", ZHOU, LI, WANG)
    ]
    for args in tries:
        try:
            decide(twin, Command(name=name, target=incident.id, by=actor, args=args), NOON)
        except CommandRejected:
            continue
        return True
    return False


@given(st.data())
def test_possible_is_what_decide_would_carry_out(data: st.DataObject) -> None:
    twin = a_twin()
    incident = twin.incidents[a_call(twin)]
    if data.draw(st.booleans()):
        walk(twin, incident.id, data.draw(st.sampled_from(("assigned", "en_route", "handled"))))
    for n in range(data.draw(st.integers(0, 8))):
        try_command(twin, data.draw(commands(twin)), after(100 + n))
    for actor in ACTORS:
        names = possible(twin, incident, actor)
        for name in CASES:
            everybody_is_on_it = name in ("add_responder", "reassign") and {
                ZHOU, LI, WANG,
            } <= set(incident.working)  # fmt: skip
            if not everybody_is_on_it:
                assert (name in names) == accepted(twin, incident, name, actor), (name, actor)


@given(st.data())
def test_of_two_commands_at_the_same_version_one_wins(data: st.DataObject) -> None:
    twin = a_twin()
    incident = twin.incidents[a_call(twin)]
    for n in range(data.draw(st.integers(0, 6))):
        try_command(twin, data.draw(commands(twin)), after(n))
    version = incident.version
    won = [event.subject for event in try_command(twin, data.draw(commands(twin)), after(50))]
    late = Command(name="note", target=incident.id, by=CHEN, version=version, args={"text": "t"})
    if incident.id in won:
        with pytest.raises(StaleVersion):
            decide(twin, late, after(51))
    else:
        assert decide(twin, late, after(51))
