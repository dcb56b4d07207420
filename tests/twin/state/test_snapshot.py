from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    CALL,
    COVER_OPEN,
    GATE,
    LI,
    MANHOLE,
    NOON,
    STREET,
    ZHOU,
    a_call,
    a_position,
    a_reading,
    a_state,
    a_twin,
    acknowledged,
    after,
    ask_everything,
    give,
    huodian,
    jinyuan,
    settle,
    walk,
)  # fmt: skip
from tests.support.catalogues import CATALOGUE
from tests.support.stories import stories
from twin import events as e
from twin.errors import InvalidSnapshot
from twin.rules.derivation import outstanding
from twin.state.twin import Twin


def a_busy_twin() -> Twin:
    twin = a_twin()
    incident = a_call(twin)
    twin.fold([a_position(ZHOU), a_state("huodian/gate/99", "open")])
    walk(twin, incident, "accepted")
    give(twin, "add_responder", incident, responder=LI)
    return twin


def test_a_restored_twin_is_the_same_and_derives_the_same() -> None:
    twin, other = a_busy_twin(), Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    other.restore(twin.snapshot())
    assert other.snapshot() == twin.snapshot()
    assert other.responders[LI].assignments == twin.responders[LI].assignments != ()
    assert set(other.open_incidents) == set(twin.open_incidents)
    assert other.devices[CALL].level == twin.devices[CALL].level == 1
    assert other.devices[CALL].alarms == (other.alarms[f"{CALL}#call_pressed"],)
    assert list(other.unregistered) == ["huodian/gate/99"]


def test_a_snapshot_from_before_duty_had_versions_opens() -> None:
    twin, other = a_busy_twin(), Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    saved = msgspec.msgpack.decode(twin.snapshot())
    saved["responders"] = [row[:7] for row in saved["responders"]]
    other.restore(msgspec.msgpack.encode(saved))
    assert other.snapshot() == twin.snapshot()


def test_restoring_forgets_what_was_there_before() -> None:
    twin = a_busy_twin()
    empty = a_twin().snapshot()
    twin.restore(empty)
    assert twin.snapshot() == empty and not twin.open_incidents
    assert twin.responders[ZHOU].assignments == ()


def test_the_order_of_the_places_does_not_matter() -> None:
    twin, other = a_busy_twin(), Twin(STREET, [jinyuan(), huodian()], CATALOGUE)
    other.restore(twin.snapshot())
    assert other.snapshot() == twin.snapshot()


def test_what_no_longer_stands_in_a_place_is_left_out() -> None:
    twin, other = a_busy_twin(), Twin(STREET, [jinyuan()], CATALOGUE)
    other.restore(twin.snapshot())
    assert GATE not in other.devices and ZHOU not in other.responders
    assert set(other.incidents) == set(twin.incidents)
    assert other.territory_of(f"{CALL}#call_pressed") == STREET


def test_bytes_that_are_no_snapshot_of_this_street_are_refused() -> None:
    twin = a_busy_twin()
    with pytest.raises(InvalidSnapshot):
        twin.restore(b"nonsense")
    with pytest.raises(InvalidSnapshot, match="street"):
        twin.restore(Twin("some.street", [], CATALOGUE).snapshot())
    assert twin.incidents, "a refused snapshot leaves the twin as it was"


# --- what is no snapshot of ours ------------------------------------------------------------


def a_way_closed() -> e.WayClosed:
    data = e.WayClosedData(version=1, kind="works", reason="x", path="p", until=after(60))
    return e.WayClosed(id="w", subject="huodian/way/1", time=NOON, by="x", data=data)


def a_full_twin() -> Twin:
    twin = a_twin()
    walk(twin, a_call(twin), "accepted")
    settle(twin, [a_state(MANHOLE, "shifted"), a_way_closed()])
    twin.fold([a_state("huodian/gate/99", "open"), a_reading(MANHOLE, "tilt_deg", 3.0)])
    return twin


FULL = a_full_twin().snapshot()


@given(st.data())
def test_a_damaged_snapshot_is_refused_by_one_error_or_read(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(FULL) - 1))
    byte = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(FULL), place]))
    twin = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    try:
        twin.restore((FULL[:place] + bytes([byte]) + FULL[place + 1 :])[:end])
    except InvalidSnapshot:
        twin.fold([a_state(CALL, "pressed")])
        assert twin.devices[CALL].state == "pressed"


@pytest.mark.parametrize("wrong", [
    b"", b"nonsense", msgspec.msgpack.encode(None), msgspec.msgpack.encode({"format": 1}),
    msgspec.msgpack.encode(msgspec.msgpack.decode(FULL) | {"format": 1}),
    msgspec.msgpack.encode(msgspec.msgpack.decode(FULL) | {"format": 99}),
    msgspec.msgpack.encode(msgspec.msgpack.decode(FULL) | {"street": "far.away"}),
    msgspec.msgpack.encode(msgspec.msgpack.decode(FULL) | {"devices": [[CALL, "x"]]}),
    msgspec.msgpack.encode(msgspec.msgpack.decode(FULL) | {"faces": []}),
])  # fmt: skip
def test_a_foreign_or_older_snapshot_is_refused_by_one_error(wrong: bytes) -> None:
    twin = a_twin()
    with pytest.raises(InvalidSnapshot):
        twin.restore(wrong)
    twin.fold([a_state(CALL, "pressed")])
    assert twin.devices[CALL].state == "pressed"


def test_a_state_that_the_catalogue_has_no_more_is_unknown_after_a_restore() -> None:
    raw = msgspec.msgpack.decode(FULL)
    raw["devices"] = [[row[0], 99, *row[2:]] for row in raw["devices"]]
    twin = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    twin.restore(msgspec.msgpack.encode(raw))
    assert {device.state for device in twin.devices.values()} == {None}
    ask_everything(twin)


@given(stories(), st.data())
def test_any_part_of_the_telemetry_may_be_missing(
    story: list[e.Event], data: st.DataObject
) -> None:
    twin = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    twin.fold([
        event for event in story
        if not isinstance(event, e.TELEMETRY) or data.draw(st.booleans())
    ])  # fmt: skip
    ask_everything(twin, after(1e5))


def test_an_alarm_outlives_its_place_being_away_and_ends_when_the_device_says_so() -> None:
    twin = a_twin()
    settle(twin, [a_state(MANHOLE, "shifted")])
    without, back = (
        Twin(STREET, [jinyuan()], CATALOGUE),
        Twin(STREET, [huodian(), jinyuan()], CATALOGUE),
    )
    without.restore(twin.snapshot())
    without.fold([acknowledged(COVER_OPEN, 2)])
    assert without.due(after(1e6)) == [] and list(outstanding(without)) == []
    back.restore(without.snapshot())
    assert back.alarms[COVER_OPEN].active and back.alarms[COVER_OPEN].acked
    assert list(outstanding(back)) == []
    settle(back, [a_state(MANHOLE, "closed", after(60))])
    assert not back.alarms[COVER_OPEN].active and back.alarms[COVER_OPEN].version == 3
