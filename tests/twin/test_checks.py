from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from tests.twin.builders import (
    CALL,
    GATE,
    LAT,
    LON,
    MANHOLE,
    NOON,
    STREET,
    ZHOU,
    a_position,
    a_reading,
    a_state,
    a_twin,
    after,
    on_duty,
)  # fmt: skip
from twin import events as e
from twin.errors import EventRejected
from twin.state import Twin

DAY_S = 24 * 3600


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (a_state(GATE, "open", after(301)), "time"),
        (a_state(GATE, "open", after(-DAY_S - 1)), "time"),
        (a_state(GATE, "ajar"), "data.state"),
        (a_state("huodian/gate/99", "ajar"), "data.state"),
        (e.CameraState(id="1", subject=GATE, time=NOON, data=e.StateData(state="online")), "type"),
        (a_reading(GATE, "level_db", 1.0), "data.quantity"),
        (a_reading(GATE, "passes_today", float("nan")), "data.value"),
        (a_reading("huodian/x/1", "level_db", float("inf")), "data.value"),
        (a_position(ZHOU, (LON + 0.1, LAT)), "data.lonlat"),
        (a_position(ZHOU, (float("nan"), LAT)), "data.lonlat"),
        (
            e.DeviceDesired(id="1", subject=GATE, time=NOON, data=e.DesiredData(state="fault")),
            "data.state",
        ),
        (on_duty(ZHOU, "asleep"), "data.status"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_the_rest_of_the_batch_is_taken(twin, event, field):
    with pytest.raises(EventRejected) as caught:
        twin.check(event, NOON)
    assert caught.value.field == field
    good = a_state(CALL, "idle")
    found = twin.fold([event, good, e.EventRejected("payload", "", "not JSON")], NOON)
    assert [position for position, _ in found.rejected] == [0, 2]
    assert found.rejected[0][1].field == field
    assert found.changes == [twin.devices[CALL]]


@pytest.mark.parametrize(
    "event",
    [
        a_state(GATE, "open", after(300)),
        a_state(GATE, "open", after(-DAY_S)),
        a_state("huodian/gate/99", "open"),
        a_reading("huodian/gate/99", "anything", 3.0),
        a_reading(MANHOLE, "tilt_deg", 3.0),
        a_position(ZHOU, (LON - 0.02, LAT)),
        e.DeviceDesired(id="1", subject="x", time=NOON, data=e.DesiredData(state="open")),
        on_duty(ZHOU, "busy", after(1)),
        e.AccountLogin(id="1", subject="chen", time=NOON, data=e.AccountData(outcome="ok")),
    ],
)
def test_an_event_at_the_edge_of_what_can_be_is_taken(twin, event):
    twin.check(event, NOON)
    assert twin.fold([event], NOON).rejected == []


def test_a_refused_event_does_not_move_the_newest_time(twin):
    twin.fold([a_state(GATE, "open", after(3600))], NOON)
    assert twin.newest_at == NOON
    twin.fold([a_state(GATE, "open", after(3600))])
    twin.fold([a_state(GATE, "open", after(1800))], NOON)
    assert twin.newest_at == after(3600)


def test_a_clock_in_another_zone_tells_the_same_time(twin):
    there = after(5).astimezone(timezone(timedelta(hours=8)))
    twin.fold([a_state(GATE, "open", there)], NOON)
    other = a_twin()
    other.fold([a_state(GATE, "open", after(5))], NOON)
    assert twin.snapshot() == other.snapshot()


def test_a_street_without_compounds_takes_no_position():
    with pytest.raises(EventRejected):
        Twin(STREET, []).check(a_position(ZHOU), NOON)
