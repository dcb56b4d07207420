from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.builders import (
    CALL,
    GATE,
    HUODIAN,
    JINYUAN,
    LAMP,
    LAT,
    LON,
    MANHOLE,
    NOON,
    STREET,
    ZHOU,
    a_call,
    a_device,
    a_position,
    a_reading,
    a_state,
    a_twin,
    after,
    give,
    huodian,
    jinyuan,
    on_duty,
    silence,
)  # fmt: skip
from tests.twin.stories import stories
from twin import events as e
from twin.effects import EFFECTS
from twin.errors import InvalidPlace
from twin.state import Twin

DAY_S = 24 * 3600


def folded(events, size=None, twin=None):
    twin = twin or a_twin()
    size = size or max(len(events), 1)
    for start in range(0, len(events), size):
        twin.fold(events[start : start + size])
    return twin


# --- one door, one truth ---------------------------------------------------------------------


@given(stories(), st.integers(1, 9))
def test_the_same_events_give_the_same_bytes_in_any_batches(story, size):
    assert folded(story, size).snapshot() == folded(story).snapshot()


@given(stories())
def test_applying_one_by_one_is_folding(story):
    twin = a_twin()
    for event in story:
        twin.apply(event)
    assert twin.snapshot() == folded(story).snapshot()


@given(stories())
def test_what_is_taken_inline_is_what_the_table_of_effects_would_do(story):
    twin = a_twin()
    for event in story:
        EFFECTS[type(event)](twin, event)
    twin.newest_at = max((NOON, *(event.time for event in story)))
    assert twin.snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_a_snapshot_and_the_tail_are_the_full_fold(story, data):
    cut = data.draw(st.integers(0, len(story)))
    resumed = a_twin()
    resumed.restore(folded(story[:cut]).snapshot())
    assert folded(story[cut:], twin=resumed).snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_how_the_two_streams_interleave_does_not_matter(story, data):
    telemetry = [event for event in story if isinstance(event, e.TELEMETRY)]
    operations = [event for event in story if not isinstance(event, e.TELEMETRY)]
    mixed = []
    while telemetry or operations:
        first = data.draw(st.booleans()) if telemetry and operations else bool(telemetry)
        mixed.append((telemetry if first else operations).pop(0))
    assert folded(mixed).snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_an_event_that_comes_again_changes_nothing(story, data):
    twin = folded(story)
    before = twin.snapshot()
    again = data.draw(st.lists(st.sampled_from(story), max_size=8)) if story else []
    assert [twin.apply(event) for event in again] == [[]] * len(again)
    assert twin.snapshot() == before
    repeated = [event for event in story for _ in range(2)]
    assert folded(repeated).snapshot() == before


@given(stories())
def test_the_three_times_of_a_device_stand_in_order(story):
    for device in folded(story).devices.values():
        times = [device.reported_at, device.updated_at, device.changed_at]
        told = [at for at in times if at is not None]
        assert told == sorted(told, reverse=True)
        assert (device.changed_at is None) == (device.code < 0)


@given(stories())
def test_only_things_that_changed_are_named(story):
    twin = a_twin()
    for event in story:
        before = twin.snapshot()
        newest = twin.newest_at
        if not twin.apply(event) and not isinstance(event, e.FeedChanged):
            now, twin.newest_at = twin.newest_at, newest
            assert twin.snapshot() == before
            twin.newest_at = now


# --- devices -----------------------------------------------------------------------------------


def test_a_device_that_never_spoke_is_unknown_and_not_silent(twin):
    device = twin.devices[GATE]
    assert (device.state, device.value, device.reported_at) == (None, None, None)
    assert not device.silent and not device.pending
    assert twin.due(after(DAY_S)) == []


def test_a_report_moves_all_three_times_and_a_repetition_only_the_first(twin):
    device = twin.devices[GATE]
    assert twin.apply(a_state(GATE, "open", NOON)) == [device]
    assert twin.apply(a_state(GATE, "open", after(5))) == [device]
    assert (device.state, device.changed_at, device.updated_at) == ("open", NOON, NOON)
    assert device.reported_at == after(5)


def test_a_reading_is_an_update_but_not_a_change_of_state(twin):
    device = twin.devices[GATE]
    twin.apply(a_state(GATE, "open", NOON))
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(5)))
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(9)))
    assert (device.changed_at, device.updated_at, device.reported_at) == (NOON, after(5), after(9))
    assert device.value == 7.0


@pytest.mark.parametrize("late", [0, -1])
def test_a_report_that_is_not_newer_is_no_news(twin, late):
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.apply(a_state(GATE, "closed", after(late))) == []
    assert twin.devices[GATE].state == "open"


def test_a_state_and_two_readings_of_one_moment_all_count(twin):
    device = twin.devices[MANHOLE]
    told = [
        a_state(MANHOLE, "open"),
        a_reading(MANHOLE, "water_level_m", 0.3),
        a_reading(MANHOLE, "tilt_deg", 12.0),
    ]
    assert [twin.apply(event) for event in told] == [[device]] * 3
    assert [twin.apply(event) for event in told] == [[]] * 3
    assert (device.state, device.value, device.reading("tilt_deg")) == ("open", 0.3, 12.0)
    assert device.read_at("tilt_deg") == NOON
    assert device.reading("water_level_m") == 0.3 and device.read_at("water_level_m") == NOON
    assert device.reading("colour") is None and device.read_at("colour") is None


def test_a_late_state_newer_than_the_last_state_counts_without_moving_time_back(twin):
    device = twin.devices[GATE]
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(10)))
    assert twin.apply(a_state(GATE, "open", after(5))) == [device]
    assert (device.reported_at, device.updated_at, device.changed_at) == (
        after(10), after(10), after(5),
    )  # fmt: skip
    assert twin.apply(a_state(GATE, "open", after(6))) == [device]
    assert device.updated_at == after(10)


@pytest.mark.parametrize(
    "event",
    [
        a_state(GATE, "ajar"),
        e.CameraState(id="1", subject=GATE, time=NOON, data=e.StateData(state="online")),
        a_reading(GATE, "level_db", 40.0),
        a_reading(GATE, "passes_today", float("nan")),
        a_reading(GATE, "passes_today", float("inf")),
        a_position(GATE),
        silence("huodian/gate/99"),
        on_duty("huodian/responder/nobody"),
        on_duty(ZHOU, "asleep", after(60)),
        e.DeviceDesired(id="1", subject=GATE, time=NOON, data=e.DesiredData(state="fault")),
        e.DeviceDesired(id="1", subject="x", time=NOON, data=e.DesiredData(state="open")),
        e.AccountLogin(id="1", subject="chen", time=NOON, data=e.AccountData(outcome="ok")),
        e.AlarmAcknowledged(
            id="1", subject=f"{GATE}#x", time=NOON, data=e.AlarmData(version=1)
        ),
        e.IncidentNoted(id="1", subject="INC-1", time=NOON, data=e.NoteData(version=1)),
    ],
    ids=lambda event: f"{e.type_of(event)}",
)
def test_what_makes_no_sense_changes_no_thing(twin, event):
    known = {subject: device.code for subject, device in twin.devices.items()}
    changes = twin.apply(event)
    assert not [change for change in changes if change.id in twin.devices]
    assert {subject: device.code for subject, device in twin.devices.items()} == known
    assert not twin.alarms and not twin.incidents


def test_a_wish_is_pending_until_the_device_says_so(twin):
    device = twin.devices[LAMP]
    twin.apply(a_state(LAMP, "on", NOON))
    give(twin, "set_device", LAMP, at=after(10), state="off")
    assert device.desired == "off" and device.pending and device.state == "on"
    twin.apply(a_state(LAMP, "on", after(11)))
    assert device.pending
    twin.apply(a_state(LAMP, "off", after(12)))
    assert not device.pending
    late = e.DeviceDesired(id="2", subject=LAMP, time=after(9), data=e.DesiredData(state="on"))
    assert twin.apply(late) == []


def test_something_that_stands_in_no_place_is_listed_for_the_administrator(twin):
    event = a_state("huodian/gate/77", "open")
    (found,) = twin.apply(event)
    assert found is twin.unregistered["huodian/gate/77"]
    assert (found.type, found.count, found.first_at) == ("gate.state", 1, NOON)
    assert twin.apply(event) == []
    twin.apply(a_state("huodian/gate/77", "closed", after(5)))
    assert (found.count, found.last_at) == (2, after(5))
    twin.apply(a_position("huodian/responder/ghost"))
    assert twin.unregistered["huodian/responder/ghost"].type == "responder.position"


def test_the_list_of_the_unregistered_has_an_end(twin):
    twin.fold([a_state(f"huodian/gate/{n}", "open") for n in range(100, 1200)])
    assert len(twin.unregistered) == 1000


def test_a_place_with_a_device_of_no_kind_is_refused():
    place = huodian()
    place = type(place)(
        **{f: getattr(place, f) for f in place.__struct_fields__ if f != "devices"},
        devices=(a_device("huodian/moat/1"),),
    )
    with pytest.raises(InvalidPlace, match="moat"):
        Twin(STREET, [place])


# --- silence -----------------------------------------------------------------------------------


def test_a_lift_that_stops_reporting_is_marked_silent(twin):
    twin.apply(a_state("huodian/lift/1", "running", NOON))
    assert twin.due(after(300)) == []
    (event,) = twin.due(after(301))
    assert (event.subject, event.time, event.by) == ("huodian/lift/1", after(300), "system")
    assert event.territory == f"{HUODIAN}.g1"
    device = twin.devices["huodian/lift/1"]
    assert twin.apply(event) == [device] and device.silent
    assert twin.due(after(900)) == [] and twin.apply(event) == []


def test_asking_twice_gives_the_same_event(twin):
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.due(after(500)) == twin.due(after(700))


def test_a_device_that_speaks_again_is_no_longer_silent(twin):
    twin.apply(a_state(GATE, "open", NOON))
    twin.apply(twin.due(after(301))[0])
    twin.apply(a_state(GATE, "open", after(400)))
    assert not twin.devices[GATE].silent
    assert [event.time for event in twin.due(after(701))] == [after(700)]


def test_silence_while_we_were_deaf_is_not_the_devices(twin):
    twin.apply(a_state(GATE, "open", NOON))
    back = after(8 * 3600)
    assert twin.due(after(60, back), listening_since=back) == []
    assert [event.time for event in twin.due(after(301, back), back)] == [after(300, back)]


def test_silence_may_be_read_before_the_report_it_follows(twin):
    twin.apply(silence(GATE, after(300)))
    assert twin.devices[GATE].silent
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.devices[GATE].silent


# --- responders, feeds, cases ---------------------------------------------------------------


def test_a_responder_is_located_by_the_newest_position(twin):
    responder = twin.responders[ZHOU]
    assert twin.apply(a_position(ZHOU, (LON, LAT), NOON)) == [responder]
    assert twin.apply(a_position(ZHOU, (LON + 1, LAT), NOON)) == []
    assert responder.lonlat == (LON, LAT)


def test_nobody_sees_where_a_responder_is_who_is_off_duty(twin):
    twin.apply(a_position(ZHOU))
    twin.apply(on_duty(ZHOU, "off_duty", after(5)))
    assert twin.responders[ZHOU].lonlat is None
    assert twin.apply(on_duty(ZHOU, "available", after(5))) == []


def test_a_feed_is_as_its_newest_event_says(twin):
    def said(up, at):
        return e.FeedChanged(
            id=f"{at}", subject="gates", time=at, data=e.FeedData(up=up, reason="?")
        )

    assert twin.apply(said(True, after(5))) == []
    twin.apply(said(False, NOON))
    assert twin.feeds["gates"].up
    twin.apply(said(False, after(6)))
    assert not twin.feeds["gates"].up and twin.feeds["gates"].since == after(6)


def test_the_newest_event_is_remembered(twin):
    assert Twin(STREET, [huodian()]).newest_at is None
    twin.fold([a_state(GATE, "open", after(30)), a_state(CALL, "idle", after(20))])
    assert twin.newest_at == after(30)


def test_every_subject_has_a_territory_and_a_strange_one_belongs_to_more(twin):
    incident = a_call(twin)
    found = {
        GATE: f"{HUODIAN}.g1",
        f"{CALL}#call_pressed": f"{HUODIAN}.g1",
        incident: f"{HUODIAN}.g1",
        ZHOU: HUODIAN,
        "jinyuan": JINYUAN,
        "jinyuan/gate/404": JINYUAN,
        "chen": STREET,
    }
    assert {subject: twin.territory_of(subject) for subject in found} == found


def test_two_compounds_share_one_twin():
    twin = Twin(STREET, [jinyuan(), huodian()])
    assert [twin.devices[key].index for key in ("jinyuan/power/1", GATE)] == [1, 1]
