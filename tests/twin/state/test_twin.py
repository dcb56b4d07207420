from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    CALL,
    COVER_OPEN,
    GATE,
    HUODIAN,
    JINYUAN,
    MANHOLE,
    NOON,
    STREET,
    ZHOU,
    a_call,
    a_device,
    a_state,
    a_twin,
    acknowledged,
    after,
    huodian,
    jinyuan,
    settle,
    silence,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from tests.support.stories import stories
from twin import events as e
from twin.errors import InvalidPlace
from twin.state.effects import EFFECTS
from twin.state.twin import Twin

DAY_S = 24 * 3600


def folded(events: Sequence[e.Event], size: int | None = None, twin: Twin | None = None) -> Twin:
    twin = twin or a_twin()
    size = size or max(len(events), 1)
    for start in range(0, len(events), size):
        twin.fold(events[start : start + size])
    return twin


# --- one door, one truth ---------------------------------------------------------------------


@given(stories(), st.integers(1, 9))
def test_the_same_events_give_the_same_bytes_in_any_batches(
    story: list[e.Event], size: int | None
) -> None:
    assert folded(story, size).snapshot() == folded(story).snapshot()


@given(stories())
def test_applying_one_by_one_is_folding(story: list[e.Event]) -> None:
    twin = a_twin()
    for event in story:
        twin.apply(event)
    assert twin.snapshot() == folded(story).snapshot()


@given(stories())
def test_what_is_taken_inline_is_what_the_table_of_effects_would_do(story: list[e.Event]) -> None:
    twin = a_twin()
    for event in story:
        EFFECTS[type(event)](twin, event)
    twin.newest_at = max((NOON, *(event.time for event in story)))
    assert twin.snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_a_snapshot_and_the_tail_are_the_full_fold(
    story: list[e.Event], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(story)))
    resumed = a_twin()
    resumed.restore(folded(story[:cut]).snapshot())
    assert folded(story[cut:], twin=resumed).snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_how_the_two_streams_interleave_does_not_matter(
    story: list[e.Event], data: st.DataObject
) -> None:
    telemetry = [event for event in story if isinstance(event, e.TELEMETRY)]
    operations = [event for event in story if not isinstance(event, e.TELEMETRY)]
    mixed = []
    while telemetry or operations:
        first = data.draw(st.booleans()) if telemetry and operations else bool(telemetry)
        mixed.append((telemetry if first else operations).pop(0))
    assert folded(mixed).snapshot() == folded(story).snapshot()


@given(stories(), st.data())
def test_an_event_that_comes_again_changes_nothing(
    story: list[e.Event], data: st.DataObject
) -> None:
    twin = folded(story)
    before = twin.snapshot()
    again = data.draw(st.lists(st.sampled_from(story), max_size=8)) if story else []
    assert [twin.apply(event) for event in again] == [[]] * len(again)
    assert twin.snapshot() == before
    repeated = [event for event in story for _ in range(2)]
    assert folded(repeated).snapshot() == before


@given(stories())
def test_the_three_times_of_a_device_stand_in_order(story: list[e.Event]) -> None:
    for device in folded(story).devices.values():
        times = [device.reported_at, device.updated_at, device.changed_at]
        told = [at for at in times if at is not None]
        assert told == sorted(told, reverse=True)
        assert (device.changed_at is None) == (device.code < 0)


@given(stories())
def test_only_things_that_changed_are_named(story: list[e.Event]) -> None:
    twin = a_twin()
    for event in story:
        before = twin.snapshot()
        newest = twin.newest_at
        if not twin.apply(event) and not isinstance(event, e.FeedChanged):
            now, twin.newest_at = twin.newest_at, newest
            assert twin.snapshot() == before
            twin.newest_at = now


def test_a_place_with_a_device_of_no_kind_is_refused() -> None:
    place = huodian()
    place = type(place)(
        **{f: getattr(place, f) for f in place.__struct_fields__ if f != "devices"},
        devices=(a_device("huodian/moat/1"),),
    )
    with pytest.raises(InvalidPlace, match="moat"):
        Twin(STREET, [place], CATALOGUE)


# --- silence -----------------------------------------------------------------------------------


def test_a_lift_that_stops_reporting_is_marked_silent(twin: Twin) -> None:
    twin.apply(a_state("huodian/lift/1", "running", NOON))
    assert twin.due(after(300)) == []
    (event,) = twin.due(after(301))
    assert (event.subject, event.time, event.by) == ("huodian/lift/1", after(300), "system")
    assert event.territory == f"{HUODIAN}.g1"
    device = twin.devices["huodian/lift/1"]
    assert twin.apply(event) == [device] and device.silent
    assert twin.due(after(900)) == [] and twin.apply(event) == []


def test_asking_twice_gives_the_same_event(twin: Twin) -> None:
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.due(after(500)) == twin.due(after(700))


def test_a_device_that_speaks_again_is_no_longer_silent(twin: Twin) -> None:
    twin.apply(a_state(GATE, "open", NOON))
    twin.apply(twin.due(after(301))[0])
    twin.apply(a_state(GATE, "open", after(400)))
    assert not twin.devices[GATE].silent
    assert [event.time for event in twin.due(after(701))] == [after(700)]


def test_silence_while_we_were_deaf_is_not_the_devices(twin: Twin) -> None:
    twin.apply(a_state(GATE, "open", NOON))
    back = after(8 * 3600)
    assert twin.due(after(60, back), listening_since=back) == []
    assert [event.time for event in twin.due(after(301, back), back)] == [after(300, back)]


def test_silence_may_be_read_before_the_report_it_follows(twin: Twin) -> None:
    twin.apply(silence(GATE, after(300)))
    assert twin.devices[GATE].silent
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.devices[GATE].silent


def test_the_newest_event_is_remembered(twin: Twin) -> None:
    assert Twin(STREET, [huodian()], CATALOGUE).newest_at is None
    twin.fold([a_state(GATE, "open", after(30)), a_state(CALL, "idle", after(20))])
    assert twin.newest_at == after(30)


def test_every_subject_has_a_territory_and_a_strange_one_belongs_to_more(twin: Twin) -> None:
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


def test_two_compounds_share_one_twin() -> None:
    twin = Twin(STREET, [jinyuan(), huodian()], CATALOGUE)
    assert [twin.devices[key].index for key in ("jinyuan/power/1", GATE)] == [1, 1]


def test_an_alarm_is_folded_while_its_place_is_away_so_that_its_next_version_fits() -> None:
    twin = a_twin()
    raised = settle(twin, [a_state(MANHOLE, "shifted")])
    without = Twin(STREET, [jinyuan()], CATALOGUE)
    without.fold([*raised, acknowledged(COVER_OPEN, 2)])
    assert without.alarms[COVER_OPEN].version == twin.alarms[COVER_OPEN].version + 1 == 2
    assert without.territory_of(COVER_OPEN) == STREET
