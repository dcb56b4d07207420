from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.builders.twin import (
    GATE,
    LAMP,
    LAT,
    LON,
    MANHOLE,
    NOON,
    ZHOU,
    a_position,
    a_reading,
    a_state,
    a_twin,
    after,
    give,
    on_duty,
    silence,
)  # fmt: skip
from twin import events as e
from twin.state.effects import EFFECTS
from twin.state.reports import MAX_UNREGISTERED
from twin.state.twin import Twin

DAY_S = 24 * 3600


def test_every_event_type_has_an_effect() -> None:
    assert set(EFFECTS) == set(e.BY_TYPE.values())


def test_a_device_that_never_spoke_is_unknown_and_not_silent(twin: Twin) -> None:
    device = twin.devices[GATE]
    assert (device.state, device.value, device.reported_at) == (None, None, None)
    assert not device.silent and not device.pending
    assert twin.due(after(DAY_S)) == []


def test_a_report_moves_all_three_times_and_a_repetition_only_the_first(twin: Twin) -> None:
    device = twin.devices[GATE]
    assert twin.apply(a_state(GATE, "open", NOON)) == [device]
    assert twin.apply(a_state(GATE, "open", after(5))) == [device]
    assert (device.state, device.changed_at, device.updated_at) == ("open", NOON, NOON)
    assert device.reported_at == after(5)


def test_a_reading_is_an_update_but_not_a_change_of_state(twin: Twin) -> None:
    device = twin.devices[GATE]
    twin.apply(a_state(GATE, "open", NOON))
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(5)))
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(9)))
    assert (device.changed_at, device.updated_at, device.reported_at) == (NOON, after(5), after(9))
    assert device.value == 7.0


def test_a_report_of_an_earlier_instant_is_no_news(twin: Twin) -> None:
    twin.apply(a_state(GATE, "open", NOON))
    assert twin.apply(a_state(GATE, "closed", after(-1))) == []
    assert twin.devices[GATE].state == "open"


def test_of_two_reports_of_one_finer_instant_the_first_counts(twin: Twin) -> None:
    twin.apply(a_state(GATE, "forced_open", after(0.25)))
    assert twin.apply(a_state(GATE, "closed", after(0.25))) == []
    assert twin.devices[GATE].state == "forced_open"


def test_of_two_reports_of_one_whole_second_the_later_received_counts(twin: Twin) -> None:
    device = twin.devices[GATE]
    forced, closed = a_state(GATE, "forced_open"), a_state(GATE, "closed")
    assert [twin.apply(one) for one in (forced, closed)] == [[device], [device]]
    assert device.state == "closed"
    assert [twin.apply(one) for one in (forced, closed, forced)] == [[], [], []]
    assert device.state == "closed"
    restored = a_twin()
    restored.restore(twin.snapshot())
    assert restored.apply(forced) == [] and restored.snapshot() == twin.snapshot()


def test_a_late_state_of_an_instant_after_which_more_was_said_does_not_turn_the_state(
    twin: Twin,
) -> None:
    twin.apply(a_state(GATE, "open", NOON))
    twin.apply(a_reading(GATE, "passes_today", 7.0, after(10)))
    assert twin.apply(a_state(GATE, "closed", NOON)) == []
    assert twin.devices[GATE].state == "open"


def test_a_state_and_two_readings_of_one_moment_all_count(twin: Twin) -> None:
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


def test_a_late_state_newer_than_the_last_state_counts_without_moving_time_back(twin: Twin) -> None:
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
        e.STATE_EVENTS["camera"](id="1", subject=GATE, time=NOON, data=e.StateData(state="online")),
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
        e.AlarmAcknowledged(id="1", subject=f"{GATE}#x", time=NOON, data=e.AlarmData(version=1)),
        e.IncidentNoted(id="1", subject="INC-1", time=NOON, data=e.NoteData(version=1)),
    ],
    ids=lambda event: f"{e.type_of(event)}",
)
def test_what_makes_no_sense_changes_no_thing(twin: Twin, event: e.Event) -> None:
    known = {subject: device.code for subject, device in twin.devices.items()}
    changes = twin.apply(event)
    assert not [change for change in changes if change.id in twin.devices]
    assert {subject: device.code for subject, device in twin.devices.items()} == known
    assert not twin.alarms and not twin.incidents


def test_a_wish_is_pending_until_the_device_says_so(twin: Twin) -> None:
    device = twin.devices[LAMP]
    twin.apply(a_state(LAMP, "on", NOON))
    give(twin, "set_device", LAMP, at=after(10), state="off")
    assert (device.desired, device.pending, device.state) == ("off", True, "on")
    twin.apply(a_state(LAMP, "on", after(11)))
    assert (device.pending, device.state) == (True, "on")
    twin.apply(a_state(LAMP, "off", after(12)))
    assert not device.pending
    late = e.DeviceDesired(id="2", subject=LAMP, time=after(9), data=e.DesiredData(state="on"))
    assert twin.apply(late) == []


def test_the_newest_wish_counts_after_our_clock_was_set_back(twin: Twin) -> None:
    give(twin, "set_device", LAMP, at=NOON, state="off")
    give(twin, "set_device", LAMP, at=after(-7200), state="on")
    assert twin.devices[LAMP].desired == "on"
    give(twin, "set_device", LAMP, at=after(-7190), state="off")
    assert twin.devices[LAMP].desired == "off"


def test_something_that_stands_in_no_place_is_listed_for_the_administrator(twin: Twin) -> None:
    event = a_state("huodian/gate/77", "open")
    (found,) = twin.apply(event)
    assert found is twin.unregistered["huodian/gate/77"]
    assert (found.type, found.count, found.first_at) == ("gate.state", 1, NOON)
    assert twin.apply(event) == []
    twin.apply(a_state("huodian/gate/77", "closed", after(5)))
    assert (found.count, found.last_at) == (2, after(5))
    twin.apply(a_position("huodian/responder/ghost"))
    assert twin.unregistered["huodian/responder/ghost"].type == "responder.position"


def test_the_list_of_the_unregistered_has_an_end(twin: Twin) -> None:
    twin.fold([a_state(f"huodian/gate/{n}", "open") for n in range(100, 1200)])
    assert len(twin.unregistered) == MAX_UNREGISTERED


def test_a_responder_is_located_by_the_newest_position(twin: Twin) -> None:
    responder = twin.responders[ZHOU]
    assert twin.apply(a_position(ZHOU, (LON, LAT), NOON)) == [responder]
    old = a_position(ZHOU, (LON + 1, LAT), NOON)
    assert twin.apply(old) == EFFECTS[type(old)](twin, old) == []
    assert responder.lonlat == (LON, LAT)


def test_nobody_sees_where_a_responder_is_who_is_off_duty(twin: Twin) -> None:
    twin.apply(a_position(ZHOU))
    twin.apply(on_duty(ZHOU, "off_duty", after(5)))
    assert twin.responders[ZHOU].lonlat is None
    assert twin.apply(on_duty(ZHOU, "available", after(5))) == []


def test_a_change_of_duty_that_was_asked_for_counts_by_its_version_whatever_the_clock_did(
    twin: Twin,
) -> None:
    def said(status: str, version: int, at: datetime) -> e.Event:
        data = e.StatusData(status=status, version=version)
        return e.ResponderStatus(id=f"{version}", subject=ZHOU, time=at, by="chen", data=data)

    zhou = twin.responders[ZHOU]
    assert twin.apply(said("off_duty", 1, after(-7200))) == [zhou], "the clock was set back"
    assert (zhou.duty, zhou.version, zhou.duty_by) == ("off_duty", 1, "chen")
    assert twin.apply(said("available", 1, after(60))) == [], "an old version changes nothing"
    assert twin.apply(said("available", 2, after(-7000))) == [zhou]
    assert zhou.duty == "available"


def test_where_somebody_was_before_their_shift_is_nobodys_business(twin: Twin) -> None:
    twin.apply(on_duty(ZHOU, "off_duty", after(5)))
    twin.apply(a_position(ZHOU, at=after(10)))
    twin.apply(on_duty(ZHOU, "available", after(20)))
    zhou = twin.responders[ZHOU]
    assert (zhou.lonlat, zhou.lonlat_at) == (None, None)
    twin.apply(a_position(ZHOU, at=after(21)))
    assert (zhou.lonlat, zhou.lonlat_at) == ((LON, LAT), after(21))


def test_a_phone_with_a_clock_of_whole_seconds_is_seen_in_the_second_in_which_duty_began(
    twin: Twin,
) -> None:
    twin.apply(on_duty(ZHOU, "off_duty", after(5)))
    twin.apply(on_duty(ZHOU, "available", after(20.7)))
    twin.apply(a_position(ZHOU, at=after(20)))
    assert twin.responders[ZHOU].lonlat == (LON, LAT)


def test_a_feed_is_as_its_newest_event_says(twin: Twin) -> None:
    def said(up: bool, at: datetime) -> e.Event:
        return e.FeedChanged(
            id=f"{at}", subject="gates", time=at, data=e.FeedData(up=up, reason="?")
        )

    assert twin.apply(said(True, after(5))) == []
    twin.apply(said(False, NOON))
    assert twin.feeds["gates"].up
    twin.apply(said(False, after(6)))
    gates = twin.feeds["gates"]
    assert (gates.up, gates.since) == (False, after(6))
