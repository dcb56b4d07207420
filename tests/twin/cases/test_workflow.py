from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    CHEN,
    LI,
    NOON,
    SUN,
    UNRESET,
    WANG,
    ZHOU,
    a_call,
    a_gate_fault,
    a_twin,
    after,
    give,
    on_duty,
    walk,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from tests.support.stories import commands, try_command
from twin import events as e
from twin.cases.workflow import legal
from twin.errors import CommandRejected
from twin.state.records import Incident
from twin.state.twin import Twin

FLOW = CATALOGUE.flow
STATES, FINISHED, BUSY_STEPS = frozenset(FLOW.states), FLOW.finished, FLOW.busy
WORKING = FLOW.of_stage("working")
MOVES = {e.BY_TYPE[name]: move for name, move in FLOW.moves.items()}
ORDER = ("reported", "assigned", "accepted", "en_route", "on_scene", "handled", "checked", "closed")


def steps(twin: Twin, incident: str) -> dict[str, str]:
    return {who: crew.state for who, crew in twin.incidents[incident].crew.items()}


def test_a_case_walks_from_reported_to_closed_and_remembers_when(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    walk(twin, incident.id, "closed")
    assert incident.state == "closed" and not incident.open
    assert tuple(incident.times) == ORDER
    assert list(incident.times.values()) == sorted(incident.times.values())
    assert (incident.handled_by, incident.handled_recorder) == (ZHOU, "chen")
    assert incident.checked_by == "sun" and incident.version == len(ORDER)
    assert [entry.type.partition(".")[2] for entry in incident.log] == [
        "reported", "assigned", "accepted", "started", "arrived", "handled", "checked", "closed",
    ]  # fmt: skip
    assert incident.log[1].responder == ZHOU and incident.log[1].by == "chen"


def test_deadlines_come_from_the_kind(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    row = CATALOGUE.incidents["one_key_call"]
    assert incident.response_due_at == after(row.response_s)
    assert incident.resolve_due_at == after(row.resolve_s)
    assert incident.due_at == incident.response_due_at
    walk(twin, incident.id, "assigned")
    assert incident.due_at == incident.resolve_due_at
    for name in ("accept", "start", "arrive", "handle"):
        give(twin, name, incident.id)
    assert incident.due_at is None


def test_an_ordinary_case_is_verified_before_anybody_is_sent(twin: Twin) -> None:
    incident = twin.incidents[a_gate_fault(twin)]
    assert CATALOGUE.incident(incident.kind).verify_first
    with pytest.raises(CommandRejected, match="illegal_state"):
        give(twin, "assign", incident.id, responder=ZHOU)
    give(twin, "verify", incident.id)
    give(twin, "assign", incident.id, responder=ZHOU)
    assert incident.state == "assigned" and "verified" in incident.times


def test_the_case_is_as_far_as_its_foremost_responder(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "en_route")
    give(twin, "add_responder", incident, responder=LI)
    assert twin.incidents[incident].state == "en_route"
    give(twin, "reassign", incident, responder=WANG, instead_of=ZHOU)
    assert twin.incidents[incident].state == "assigned"
    assert steps(twin, incident) == {ZHOU: "released", LI: "assigned", WANG: "assigned"}


def test_handling_frees_the_others_and_a_failed_check_brings_the_handler_back(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    walk(twin, incident.id, "on_scene")
    give(twin, "add_responder", incident.id, responder=LI)
    give(twin, "handle", incident.id, responder=ZHOU)
    assert steps(twin, incident.id) == {ZHOU: "handled", LI: "released"}
    assert twin.responders[ZHOU].status == twin.responders[LI].status == "available"
    give(twin, "check", incident.id, SUN, passed=False, text="仍有积水")
    assert (incident.state, incident.reworks) == ("on_scene", 1)
    assert steps(twin, incident.id)[ZHOU] == "on_scene"
    assert twin.responders[ZHOU].status == "busy"
    give(twin, "handle", incident.id)
    give(twin, "check", incident.id, SUN, passed=True, text=UNRESET)
    assert incident.state == "checked"


def test_a_responder_is_busy_by_being_on_a_case_and_nothing_else(twin: Twin) -> None:
    first, second = a_call(twin), a_gate_fault(twin, after(1))
    zhou = twin.responders[ZHOU]
    give(twin, "verify", second)
    give(twin, "assign", second, responder=ZHOU)
    give(twin, "assign", first, responder=ZHOU)
    assert (zhou.incident, zhou.assignments, zhou.status) == (first, (first, second), "busy")
    give(twin, "cancel", first, text="误报")
    assert (zhou.incident, zhou.status) == (second, "busy")
    give(twin, "reassign", second, responder=LI)
    assert (zhou.incident, zhou.status) == (None, "available")
    assert zhou.duty == "available"


@pytest.mark.parametrize("state", ["reported", "assigned", "on_scene", "handled"])
def test_a_case_can_be_called_off_until_it_is_checked(twin: Twin, state: str) -> None:
    incident = twin.incidents[a_call(twin)]
    if state != "reported":
        walk(twin, incident.id, state)
    give(twin, "cancel", incident.id, text="误报")
    assert incident.state == "cancelled" and not incident.working


@pytest.mark.parametrize(
    ("state", "then"), [("closed", "verified"), ("rejected", "reported"), ("cancelled", "reported")]
)
def test_a_finished_case_can_be_opened_again_with_new_deadlines(
    twin: Twin, state: str, then: str
) -> None:
    incident = twin.incidents[a_call(twin)]
    if state == "closed":
        walk(twin, incident.id, "closed")
    else:
        give(twin, {"rejected": "reject", "cancelled": "cancel"}[state], incident.id, text="误报")
    assert incident.id not in twin.open_incidents
    give(twin, "reopen", incident.id, SUN, at=after(900), text="居民复诉")
    assert incident.state == then and incident.id in twin.open_incidents
    assert incident.response_due_at == after(900 + CATALOGUE.incidents[incident.kind].response_s)
    assert not incident.handled_by and not incident.checked_by
    assert incident.log[-1].text == "居民复诉"


def test_words_can_be_added_at_any_time(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    walk(twin, incident.id, "closed")
    give(twin, "note", incident.id, SUN, text="已回访")
    assert incident.state == "closed" and incident.log[-1].text == "已回访"


def test_an_event_of_another_version_is_no_news(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    for version in (0, 1, 3):
        event = e.IncidentVerified(
            id="x", subject=incident.id, time=NOON, data=e.NoteData(version=version)
        )
        assert twin.apply(event) == []
    assert (incident.state, incident.version) == ("reported", 1)


def test_an_illegal_event_of_the_right_version_is_recorded_but_moves_nothing(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    event = e.IncidentClosed(id="x", subject=incident.id, time=NOON, data=e.NoteData(version=2))
    assert not legal(incident, event, CATALOGUE.incident(incident.kind))
    assert twin.apply(event) == [incident]
    assert (incident.state, incident.version) == ("reported", 2)
    assert incident.log[-1].type == "incident.closed"
    assert not legal(incident, on_duty(ZHOU), CATALOGUE.incident(incident.kind))


def test_a_case_that_is_reported_again_or_not_as_version_one_is_no_news(twin: Twin) -> None:
    def told(subject: str, version: int) -> e.IncidentReported:
        return e.IncidentReported(
            id="x", subject=subject, time=NOON,
            data=e.ReportedData(
                version=version, kind="other", level=4, place="", lonlat=(113.1502, 27.8302),
                source="phone",
            ),
        )  # fmt: skip

    assert twin.apply(told("INC-1121-0007", 2)) == []
    (incident,) = twin.apply(told("INC-1121-0007", 1))
    assert isinstance(incident, Incident)
    assert incident.territory.endswith("huodian.g1") and incident.compound == "huodian"
    assert twin.apply(told("INC-1121-0007", 1)) == []
    assert twin.numbers == {"1121": 7}
    twin.apply(told("phone-1", 1))
    twin.apply(told("INC-1121-x", 1))
    assert twin.numbers == {"1121": 7}


def test_a_case_far_from_everything_belongs_to_the_street(twin: Twin) -> None:
    event = e.IncidentReported(
        id="x", subject="p-1", time=NOON,
        data=e.ReportedData(
            version=1, kind="comet", level=4, place="", lonlat=(0.0, 0.0), source="phone"
        ),
    )  # fmt: skip
    (incident,) = twin.apply(event)
    assert isinstance(incident, Incident)
    assert (incident.territory, incident.compound) == (twin.street, "")


def test_what_was_finished_a_month_ago_is_forgotten_when_the_next_case_opens(twin: Twin) -> None:
    old, still_open = a_call(twin), a_gate_fault(twin)
    walk(twin, old, "closed")
    give(twin, "set_device", "huodian/lamp/1", state="on")
    later = after(31 * 24 * 3600)
    event = e.IncidentReported(
        id="x", subject="INC-1222-0001", time=later,
        data=e.ReportedData(
            version=1, kind="other", level=4, place="", lonlat=(113.15, 27.83), source="phone"
        ),
    )  # fmt: skip
    twin.apply(event)
    assert set(twin.incidents) == {still_open, "INC-1222-0001"}


def test_an_assignment_of_somebody_who_left_does_not_break_the_case(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    event = e.IncidentAssigned(
        id="x", subject=incident.id, time=NOON,
        data=e.ResponderData(version=2, responder="huodian/responder/gone"),
    )  # fmt: skip
    assert twin.apply(event) == [incident]
    assert incident.working == ("huodian/responder/gone",)


# --- properties ---------------------------------------------------------------------------------


def is_sound(twin: Twin, incident: Incident) -> None:
    crew = {state for who, state in steps(twin, incident.id).items()}
    assert incident.state in STATES
    assert crew <= {*BUSY_STEPS, "handled", "released"}
    assert bool(incident.working) == (incident.state in WORKING)
    if incident.working:
        furthest = max(BUSY_STEPS.index(incident.crew[who].state) for who in incident.working)
        assert incident.state == BUSY_STEPS[furthest]
    if incident.state in ("handled", "checked", "closed"):
        assert incident.handled_by and incident.handled_recorder
    if incident.state in ("checked", "closed"):
        assert incident.checked_by not in ("", incident.handled_recorder)
    if incident.state in FINISHED:
        assert incident.id not in twin.open_incidents
    else:
        assert twin.open_incidents[incident.id] is incident
    assert incident.version == len(incident.log)
    for responder in twin.responders.values():
        assert (incident.id in responder.assignments) == (responder.id in incident.working)


@given(st.data())
def test_no_sequence_of_commands_reaches_an_illegal_state(data: st.DataObject) -> None:
    twin = a_twin()
    a_call(twin)
    a_gate_fault(twin)
    for n in range(data.draw(st.integers(1, 25))):
        before = {incident.id: incident.state for incident in twin.incidents.values()}
        events = try_command(twin, data.draw(commands(twin)), after(n))
        for incident in twin.incidents.values():
            is_sound(twin, incident)
            moved = [event for event in events if event.subject == incident.id]
            assert len(moved) <= 1
            if moved:
                assert before[incident.id] in MOVES[type(moved[0])].from_
            else:
                assert incident.state == before[incident.id]


@given(st.lists(st.sampled_from(list(MOVES)), max_size=12), st.data())
def test_not_even_made_up_events_reach_an_illegal_state(
    kinds: list[Callable[..., e.Event]], data: st.DataObject
) -> None:
    twin = a_twin()
    incident = twin.incidents[a_call(twin)]
    people = st.sampled_from((ZHOU, LI))
    for n, cls in enumerate(kinds, start=2):
        told = {"version": n, "text": "", "passed": data.draw(st.booleans()), "alarm": "a#b"}
        told |= {"responder": data.draw(people), "instead_of": data.draw(people)}
        fits = cls.__annotations__["data"]
        shape = getattr(e, fits if isinstance(fits, str) else fits.__name__)
        told = {name: value for name, value in told.items() if name in shape.__struct_fields__}
        by = data.draw(st.sampled_from(("chen", "sun")))
        twin.apply(cls(id=f"{n}", subject=incident.id, time=after(n), by=by, data=shape(**told)))
        assert incident.version == n == len(incident.log)
        assert bool(incident.working) == (incident.state in WORKING)


def test_chen_is_who_recorded_it(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "handled")
    assert twin.incidents[incident].handled_recorder == CHEN.account
