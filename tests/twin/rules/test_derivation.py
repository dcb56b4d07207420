from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given

from tests.support.builders.twin import (
    CALL,
    CAMERAS,
    GATE,
    HUODIAN,
    LAMP,
    LIFT,
    MANHOLE,
    NIGHT,
    NOISE,
    NOON,
    POWER,
    SMOKE,
    STREET,
    a_call,
    a_reading,
    a_state,
    a_twin,
    after,
    ask_everything,
    give,
    settle,
    silence,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from tests.support.stories import stories
from twin import events as e
from twin.rules.derivation import follow, follow_late, local_day, next_id, outstanding
from twin.state.records import Device, Incident
from twin.state.twin import Twin

SILENT = [f"{camera}#silent" for camera in CAMERAS]


def types(events: Iterable[e.Event]) -> list[str]:
    return [e.type_of(event) for event in events]


@pytest.mark.parametrize(
    ("event", "rule", "level", "kind"),
    [
        (a_state(CALL, "pressed"), "call_pressed", 1, "one_key_call"),
        (a_state(GATE, "forced_open"), "gate_forced", 2, "gate_forced"),
        (a_state(GATE, "fault"), "gate_fault", 3, "gate_fault"),
        (a_state(MANHOLE, "open"), "manhole_open", 2, "manhole_open"),
        (a_state(SMOKE, "smoke"), "smoke", 1, "smoke"),
        (a_state(LIFT, "people_trapped"), "lift_trapped", 1, "lift_trapped"),
        (a_state(POWER, "outage"), "power_outage", 2, "power_outage"),
        (a_reading(NOISE, "level_db", 58.0, NIGHT), "noise_night_loud", 4, "noise"),
    ],
)
def test_what_must_be_answered_raises_an_alarm_and_opens_a_case(
    twin: Twin, event: e.Event, rule: str, level: int, kind: str
) -> None:
    followed = settle(twin, [event])
    alarm = twin.alarms[f"{event.subject}#{rule}"]
    assert (alarm.label, alarm.level, alarm.raised_at) == ("unacknowledged", level, event.time)
    incident = twin.incidents[alarm.incident or ""]
    assert (incident.kind, incident.level, incident.state) == (kind, level, "reported")
    assert (incident.device, incident.alarms) == (event.subject, [alarm.id])
    assert incident.territory == f"{HUODIAN}.g1" and incident.compound == "huodian"
    assert incident.source == event.subject.split("/")[1]
    assert {event.by for event in followed} == {"system"}


@pytest.mark.parametrize(
    "event",
    [
        a_state(CAMERAS[0], "offline"),
        a_state(GATE, "held_open"),
        silence(GATE),
        a_reading(SMOKE, "battery_pct", 10.0),
        a_reading(NOISE, "level_db", 50.0, NIGHT),
        a_reading(MANHOLE, "water_level_m", 0.9),
    ],
)
def test_what_only_needs_a_look_is_an_alarm_but_not_a_case(twin: Twin, event: e.Event) -> None:
    assert types(settle(twin, [event])) == ["alarm.raised"]
    assert not twin.incidents


@pytest.mark.parametrize(
    "event",
    [
        a_state(CALL, "idle"),
        a_state(GATE, "open"),
        a_state(LAMP, "on"),
        a_reading(NOISE, "level_db", 58.0, NOON),
        a_reading(NOISE, "level_db", 45.0, NIGHT),
        a_reading(GATE, "passes_today", 9000.0),
    ],
)
def test_what_is_normal_raises_nothing(twin: Twin, event: e.Event) -> None:
    assert settle(twin, [event]) == []


def test_the_case_says_where_in_the_words_of_the_compound(twin: Twin) -> None:
    incident = twin.incidents[a_call(twin)]
    assert incident.place == "93幢2单元302 · 第1网格"
    assert incident.text == "一键呼 · 一键呼 302"
    assert (incident.building, incident.floor) == ("b93", 3)


def test_an_alarm_ends_with_its_condition_and_its_case_stays(twin: Twin) -> None:
    incident = a_call(twin)
    settle(twin, [a_state(CALL, "idle", after(20))])
    alarm = twin.alarms[f"{CALL}#call_pressed"]
    assert (alarm.label, alarm.cleared_at) == ("returned_unacknowledged", after(20))
    assert twin.incidents[incident].state == "reported"


def test_an_alarm_that_returns_to_an_open_case_opens_no_other(twin: Twin) -> None:
    a_call(twin)
    settle(twin, [a_state(CALL, "idle", after(20)), a_state(CALL, "pressed", after(30))])
    alarm = twin.alarms[f"{CALL}#call_pressed"]
    assert alarm.occurrence == 2 and len(twin.incidents) == 1


def test_an_alarm_that_returns_after_its_case_was_finished_opens_the_next(twin: Twin) -> None:
    first = a_call(twin)
    give(twin, "cancel", first, text="误报")
    assert outstanding_types(twin) == [], "a case that was called off is not opened again"
    settle(twin, [a_state(CALL, "idle", after(20)), a_state(CALL, "pressed", after(30))])
    second = twin.alarms[f"{CALL}#call_pressed"].incident
    assert second != first and len(twin.incidents) == 2
    give(twin, "reopen", first, at=after(60), text="重开")
    assert twin.alarms[f"{CALL}#call_pressed"].incident == second


def test_a_reopened_case_has_its_alarms_back(twin: Twin) -> None:
    first = a_call(twin)
    give(twin, "cancel", first, text="误报")
    alarm = twin.alarms[f"{CALL}#call_pressed"]
    settle(twin, [a_state(CALL, "idle", after(20))])
    twin.alarms[alarm.id].incident = None
    give(twin, "reopen", first, at=after(60), text="重开")
    assert alarm.incident == first


def test_a_limit_is_left_only_a_dead_band_inside_it(twin: Twin) -> None:
    alarm_id = f"{MANHOLE}#manhole_water"
    for n, (value, active) in enumerate([(0.75, False), (0.85, True), (0.75, True), (0.69, False)]):
        settle(twin, [a_reading(MANHOLE, "water_level_m", value, after(n))])
        assert (alarm_id in twin.alarms and twin.alarms[alarm_id].active) == active
    assert twin.alarms[alarm_id].value == 0.85 and twin.alarms[alarm_id].cause == "water_level_m"


def test_a_battery_is_low_until_it_is_well_above_the_limit(twin: Twin) -> None:
    for n, (value, active) in enumerate([(14.0, True), (18.0, True), (21.0, False)]):
        settle(twin, [a_reading(SMOKE, "battery_pct", value, after(n))])
        assert twin.alarms[f"{SMOKE}#battery_low"].active == active


def test_night_noise_ends_with_the_night(twin: Twin) -> None:
    settle(twin, [a_reading(NOISE, "level_db", 50.0, NIGHT)])
    settle(twin, [a_reading(NOISE, "level_db", 50.0, after(7 * 3600 + 60, NIGHT))])
    assert not twin.alarms[f"{NOISE}#noise_night"].active


def test_a_device_that_speaks_again_clears_its_silence(twin: Twin) -> None:
    settle(twin, [a_state(GATE, "closed"), *twin.due(after(301))])
    settle(twin, twin.due(after(301)))
    alarm = twin.alarms[f"{GATE}#silent"]
    assert (alarm.active, alarm.raised_at, alarm.cause) == (True, after(300), "silent")
    settle(twin, [a_state(GATE, "closed", after(400))])
    assert (alarm.active, alarm.cleared_at) == (False, after(400))


def test_case_numbers_count_within_the_local_day(twin: Twin) -> None:
    late = after(3 * 3600 + 3599, NIGHT)
    assert local_day(late) != local_day(NOON)
    settle(twin, [a_state(CALL, "pressed"), a_state(GATE, "fault"), a_state(SMOKE, "smoke", late)])
    numbers = ("1121-0001", "1121-0002", "1122-0001")
    assert list(twin.incidents) == [f"INC-{number}-hejiatu" for number in numbers]
    assert next_id(twin, NOON) == "INC-1121-0003-hejiatu"


def test_what_follows_is_followed_once(twin: Twin) -> None:
    (change, *_) = twin.apply(a_state(CALL, "pressed"))
    first = follow(twin, change)
    assert first == follow(twin, change), "the same question has the same answer"
    for event in first:
        twin.apply(event)
    assert follow(twin, change) == []
    assert follow(twin, twin.responders["huodian/responder/zhou"]) == []


def outstanding_types(twin: Twin) -> list[str]:
    found = []
    for event in outstanding(twin):
        twin.apply(event)
        found.append(e.type_of(event))
    return found


def test_an_engine_that_takes_over_finishes_what_was_begun_and_repeats_nothing(twin: Twin) -> None:
    twin.fold([a_state(CALL, "pressed"), a_state(POWER, "outage"), a_state(GATE, "fault")])
    twin.fold([silence(camera) for camera in CAMERAS])
    assert outstanding_types(twin) == [
        *["alarm.raised"] * 9, *["incident.reported"] * 3, *["incident.alarm_joined"] * 6,
    ]  # fmt: skip
    assert outstanding_types(twin) == []
    assert len(twin.incidents) == 3


@given(stories())
def test_after_any_story_nothing_is_outstanding(story: list[e.Event]) -> None:
    twin = a_twin()
    twin.fold(story)
    behind = a_twin()
    behind.fold([event for event in story if isinstance(event, e.TELEMETRY)])
    assert outstanding_types(twin) == []
    outstanding_types(behind)
    assert outstanding_types(behind) == []


def test_a_case_that_a_clock_behind_the_alarms_ended_is_not_opened_again(twin: Twin) -> None:
    """Who rejects a call a second before it was pressed, by a clock of their own, is believed."""
    twin.fold([a_state(CALL, "pressed", after(31))])
    assert outstanding_types(twin) == ["alarm.raised", "incident.reported"]
    case = the_case(twin)
    rejected = e.IncidentRejected(
        id=f"{case.id}@2", subject=case.id, time=after(30), by="chen",
        data=e.NoteData(version=2, text="电话核实"),
    )  # fmt: skip
    twin.fold([rejected])
    assert not the_case(twin).open
    assert outstanding_types(twin) == []


# --- one case from many alarms -----------------------------------------------------------------


def the_case(twin: Twin) -> Incident:
    (incident,) = twin.incidents.values()
    return incident


def test_silences_after_an_outage_join_its_case_when_they_are_many(twin: Twin) -> None:
    settle(twin, [a_state(POWER, "outage")])
    settle(twin, [silence(camera, after(60)) for camera in CAMERAS[:2]])
    assert the_case(twin).alarms == [f"{POWER}#power_outage"]
    settle(twin, [silence(camera, after(90)) for camera in CAMERAS[2:]])
    assert the_case(twin).alarms == [f"{POWER}#power_outage", *SILENT]
    assert {twin.alarms[alarm].incident for alarm in SILENT} == {the_case(twin).id}
    assert the_case(twin).version == 7 and the_case(twin).log[-1].text == SILENT[-1]


def test_silences_before_the_outage_was_told_join_too(twin: Twin) -> None:
    settle(twin, [silence(camera, NOON) for camera in CAMERAS[:3]])
    assert not twin.incidents
    settle(twin, [a_state(POWER, "outage", after(599))])
    assert the_case(twin).alarms == [f"{POWER}#power_outage", *SILENT[:3]]


def test_silences_long_after_or_elsewhere_do_not_join(twin: Twin) -> None:
    settle(twin, [a_state(POWER, "outage")])
    settle(twin, [silence(camera, after(601)) for camera in CAMERAS[:3]])
    settle(twin, [silence("jinyuan/camera/1", after(5)), silence(CAMERAS[3], after(5))])
    assert the_case(twin).alarms == [f"{POWER}#power_outage"]


def test_silences_do_not_join_a_case_that_was_finished(twin: Twin) -> None:
    settle(twin, [a_state(POWER, "outage")])
    give(twin, "cancel", the_case(twin).id, text="误报")
    settle(twin, [silence(camera, after(60)) for camera in CAMERAS])
    assert the_case(twin).alarms == [f"{POWER}#power_outage"]


def test_a_second_outage_in_the_compound_joins_the_case_at_once() -> None:
    twin = a_twin()
    other = "huodian/power/2"
    place = twin.devices[POWER].place
    from_first = type(twin.devices[POWER])
    twin.devices[other] = from_first(
        id=other, place=place, index=99, kind="power", traits=twin.traits["power"]
    )
    settle(twin, [a_state(POWER, "outage"), a_state(other, "outage", after(30))])
    assert the_case(twin).alarms == [f"{POWER}#power_outage", f"{other}#power_outage"]
    settle(twin, [a_state("jinyuan/power/1", "outage", after(40))])
    assert len(twin.incidents) == 2


def test_an_alarm_of_a_rule_that_left_the_table_opens_nothing(twin: Twin) -> None:
    old = e.AlarmRaised(
        id="1", subject=f"{GATE}#moat_dry", time=NOON,
        data=e.AlarmRaisedData(version=1, rule="moat_dry", level=1, occurrence=1),
    )  # fmt: skip
    assert settle(twin, [old]) == []
    assert twin.alarms[old.subject].active
    settle(twin, [a_state(POWER, "outage")])
    assert the_case(twin).alarms == [f"{POWER}#power_outage"]


def test_an_alarm_raised_and_ended_within_one_second_of_a_coarse_clock_has_ended(
    twin: Twin,
) -> None:
    settle(twin, [a_state(GATE, "forced_open")])
    settle(twin, [a_state(GATE, "closed")])
    alarm = twin.alarms[f"{GATE}#gate_forced"]
    assert alarm.label == "returned_unacknowledged"
    assert alarm.raised_at == alarm.cleared_at == NOON


# --- an alarm outlives what raised it ----------------------------------------------------------


def told_only_operations(twin: Twin, story: list[e.Event]) -> Twin:
    """A twin over what is left when the telemetry is trimmed: operations are kept for ever."""
    other = Twin(STREET, list(twin.compounds.values()), CATALOGUE)
    other.fold([event for event in story if not isinstance(event, e.TELEMETRY)])
    return other


@pytest.mark.parametrize(
    ("subject", "event"),
    [
        (MANHOLE, a_state(MANHOLE, "shifted")),
        (MANHOLE, a_reading(MANHOLE, "water_level_m", 2.0)),
        (CAMERAS[0], silence(CAMERAS[0])),
    ],
)
def test_an_alarm_without_telemetry_behind_it_stays_until_its_device_speaks(
    subject: str, event: e.Event
) -> None:
    before = a_twin()
    raised = settle(before, [event])
    alarms = [found.subject for found in raised if isinstance(found, e.AlarmRaised)]
    twin = told_only_operations(before, raised)
    assert alarms and all(twin.alarms[alarm].active for alarm in alarms)
    for alarm in alarms:
        moved = give(twin, "acknowledge", alarm, at=after(5))
        for change in (twin.alarms[alarm], twin.devices[subject]):
            assert follow(twin, change) == []
        assert moved and twin.alarms[alarm].active
    ask_everything(twin)
    calm = {
        e.STATE_EVENTS["manhole"]: a_state(MANHOLE, "closed", after(60)),
        e.Reading: a_reading(MANHOLE, "water_level_m", 0.0, after(60)),
        e.DeviceSilent: a_state(CAMERAS[0], "online", after(60)),
    }[type(event)]
    settle(twin, [calm])
    assert not any(twin.alarms[alarm].active for alarm in alarms)


# --- what comes too late to count ----------------------------------------------------------------


def test_a_call_that_comes_late_raises_its_alarm_once_and_changes_no_state(twin: Twin) -> None:
    settle(twin, [a_state(CALL, "idle", after(60))])
    late = a_state(CALL, "pressed", after(5))
    assert settle(twin, [late]) == [], "it changes nothing"
    (raised,) = follow_late(twin, late)
    assert isinstance(raised, e.AlarmRaised)
    assert (raised.time, raised.data.cause, raised.data.occurrence) == (after(5), "pressed", 1)
    followed = [e.type_of(event) for event in settle(twin, [raised])]
    assert followed == ["incident.reported", "alarm.cleared"]
    assert twin.devices[CALL].state == "idle" and len(twin.open_incidents) == 1
    for known in (late, a_state(CALL, "pressed", NOON)):
        assert follow_late(twin, known) == []
    assert len(follow_late(twin, a_state(CALL, "pressed", after(30)))) == 1


def test_a_call_that_comes_late_from_a_clock_that_is_fast_raises_its_alarm_once(twin: Twin) -> None:
    fast = 600.0
    first = a_state(CALL, "pressed", after(fast))
    assert [type(one) for one in twin.fold([first], NOON).changes] == [Device]
    settle(twin, follow(twin, twin.devices[CALL]))
    later = after(120)
    idle = a_state(CALL, "idle", after(fast + 120))
    late = a_state(CALL, "pressed", after(fast + 90))
    for change in twin.fold([idle], later).changes:
        settle(twin, follow(twin, change))
    assert twin.fold([late], after(121)).changes == [], "it changes nothing"
    (raised,) = follow_late(twin, late)
    assert abs((raised.time - after(90)).total_seconds()) <= 2
    settle(twin, [raised])
    for known in (first, idle, late):
        assert follow_late(twin, known) == []


def test_what_is_no_call_and_what_is_not_late_raises_nothing_afterwards(twin: Twin) -> None:
    settle(twin, [a_state(SMOKE, "normal", after(60)), a_state(CALL, "pressed", after(60))])
    odd = e.STATE_EVENTS["call"](
        id="x", subject=SMOKE, time=NOON, data=e.StateData(state="pressed")
    )
    for event in (
        a_state(SMOKE, "smoke"), a_state(CALL, "pressed"), a_state(CALL, "idle"), odd,
        a_state("huodian/call/99", "pressed"), a_state(CALL, "pressed", after(60)),
    ):  # fmt: skip
        assert follow_late(twin, event) == []
