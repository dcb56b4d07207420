from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
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
    ask_everything,
    on_duty,
    settle,
    silence,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from twin import events as e
from twin.errors import EntrySetAside, EventRejected
from twin.state.twin import Twin

DAY_S = 24 * 3600


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (a_state(GATE, "open", after(-DAY_S - 1)), "time"),
        (a_state(GATE, "ajar"), "data.state"),
        (a_state("huodian/gate/99", "ajar"), "data.state"),
        (
            e.STATE_EVENTS["camera"](
                id="1", subject=GATE, time=NOON, data=e.StateData(state="online")
            ),
            "type",
        ),
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
def test_an_event_that_cannot_be_is_refused_and_the_rest_of_the_batch_is_taken(
    twin: Twin, event: e.Event, field: str
) -> None:
    with pytest.raises(EventRejected) as caught:
        twin.check(event, NOON)
    assert caught.value.field == field
    good = a_state(CALL, "idle")
    found = twin.fold([event, good, EventRejected("payload", "", "not JSON")], NOON)
    assert [position for position, _ in found.rejected] == [0, 2]
    assert found.rejected[0][1].field == field
    assert found.changes == [twin.devices[CALL]]


@pytest.mark.parametrize(
    "event",
    [
        a_state(GATE, "open", after(300)),
        a_state(GATE, "open", after(3e8)),
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
def test_an_event_at_the_edge_of_what_can_be_is_taken(twin: Twin, event: e.Event) -> None:
    twin.check(event, NOON)
    assert twin.fold([event], NOON).rejected == []


def test_an_event_from_the_future_moves_the_newest_time_to_its_receipt(twin: Twin) -> None:
    twin.fold([a_state(GATE, "open", after(3600))], NOON)
    assert twin.newest_at == after(1)
    twin.fold([a_state(GATE, "open", after(3600))])
    twin.fold([a_state(GATE, "open", after(1800))], NOON)
    assert twin.newest_at == after(3600)


def test_a_clock_in_another_zone_tells_the_same_time(twin: Twin) -> None:
    there = after(5).astimezone(timezone(timedelta(hours=8)))
    twin.fold([a_state(GATE, "open", there)], NOON)
    other = a_twin()
    other.fold([a_state(GATE, "open", after(5))], NOON)
    assert twin.snapshot() == other.snapshot()


def test_a_street_without_compounds_takes_no_position() -> None:
    with pytest.raises(EventRejected):
        Twin(STREET, [], CATALOGUE).check(a_position(ZHOU), NOON)


# --- times at the ends of the calendar ---------------------------------------------------------

YEAR_1, YEAR_9999 = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
ENDS = [
    YEAR_1, YEAR_9999, datetime.min.replace(tzinfo=EAST), datetime.max.replace(tzinfo=WEST),
    datetime.min.replace(tzinfo=WEST), datetime(9990, 1, 1, tzinfo=UTC), NOON,
]  # fmt: skip
ALARM = f"{MANHOLE}#manhole_open"


def a_report(
    at: datetime, subject: str = "INC-1121-0007-hejiatu", **more: Any
) -> e.IncidentReported:
    data: dict[str, Any] = {
        "kind": "one_key_call", "level": 1, "place": "x", "lonlat": (LON, LAT), "source": "x",
    }  # fmt: skip
    return e.IncidentReported(
        id="o1", subject=subject, time=at, by="x",
        data=e.ReportedData(version=1, **(data | more)),
    )  # fmt: skip


def shelved(at: datetime, until: datetime) -> e.AlarmShelved:
    return e.AlarmShelved(
        id="s", subject=ALARM, time=at, by="x",
        data=e.ShelveData(version=2, until=until, reason="x"),
    )  # fmt: skip


def closed(at: datetime, until: datetime | None) -> e.WayClosed:
    data = e.WayClosedData(version=1, kind="works", reason="x", path="p", until=until)
    return e.WayClosed(id="w", subject="huodian/way/1", time=at, by="x", data=data)


@pytest.mark.parametrize("at", ENDS[:-1])
@pytest.mark.parametrize("make", [
    lambda at: a_report(at),
    lambda at: a_state(CALL, "pressed", at),
    lambda at: silence(GATE, at),
    lambda at: shelved(at, NOON),
    lambda at: shelved(NOON, at),
    lambda at: closed(at, None),
    lambda at: closed(NOON, at),
])  # fmt: skip
def test_an_operation_dated_at_an_end_of_the_calendar_is_refused_and_the_rest_is_folded(
    make: Callable[[datetime], e.Event], at: datetime
) -> None:
    twin = a_twin()
    settle(twin, [a_state(MANHOLE, "shifted")])
    found = twin.fold([make(at), a_state(GATE, "open")])
    assert [position for position, _ in found.rejected] == [0]
    assert found.rejected[0][1].field in ("time", "data.until")
    assert twin.devices[GATE].state == "open"
    ask_everything(twin)


@given(
    at=st.sampled_from(ENDS), until=st.sampled_from(ENDS), now=st.sampled_from([NOON, after(1e8)]),
    floor=st.sampled_from([0, 2**63, -1]), number=st.sampled_from(["0007", "9" * 60, "٣", "x"]),
)  # fmt: skip
def test_no_time_and_no_number_makes_the_fold_raise(
    at: datetime, until: datetime, now: datetime, floor: int, number: str
) -> None:
    twin = a_twin()
    settle(twin, [a_state(MANHOLE, "shifted")])
    subject = f"INC-1121-{number}-hejiatu"
    story = [a_report(at, subject), shelved(at, until), closed(at, until), silence(CALL, at)]
    reopened = e.IncidentCancelled(id="c", subject=subject, time=at, data=e.NoteData(version=2))
    again = e.IncidentReopened(id="r", subject=subject, time=at, data=e.NoteData(version=3))
    payloads = [e.encode(event) for event in (*story, reopened, again)]
    payloads.append(e.encode(a_report(at)).replace(b'"source"', b'"floor":%d,"source"' % floor))
    twin.fold(e.decode_batch(payloads))
    ask_everything(twin, now)


def test_what_made_decoding_fail_may_stand_in_a_batch(twin: Twin) -> None:
    odd = EntrySetAside("decode", "", ZeroDivisionError("oh"))
    assert twin.fold([odd, a_state(GATE, "open")], NOON).rejected == [(0, odd)]
    assert twin.devices[GATE].state == "open"
