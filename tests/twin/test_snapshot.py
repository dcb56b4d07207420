from __future__ import annotations

import msgspec
import pytest

from tests.twin.builders import (
    CALL,
    GATE,
    LI,
    STREET,
    ZHOU,
    a_call,
    a_position,
    a_state,
    a_twin,
    give,
    huodian,
    jinyuan,
    walk,
)  # fmt: skip
from twin.state import Twin


def a_busy_twin() -> Twin:
    twin = a_twin()
    incident = a_call(twin)
    twin.fold([a_position(ZHOU), a_state("huodian/gate/99", "open")])
    walk(twin, incident, "accepted")
    give(twin, "add_responder", incident, responder=LI)
    return twin


def test_a_restored_twin_is_the_same_and_derives_the_same():
    twin, other = a_busy_twin(), Twin(STREET, [huodian(), jinyuan()])
    other.restore(twin.snapshot())
    assert other.snapshot() == twin.snapshot()
    assert other.responders[LI].assignments == twin.responders[LI].assignments != ()
    assert set(other.open_incidents) == set(twin.open_incidents)
    assert other.devices[CALL].level == twin.devices[CALL].level == 1
    assert other.devices[CALL].alarms == (other.alarms[f"{CALL}#call_pressed"],)
    assert list(other.unregistered) == ["huodian/gate/99"]


def test_a_snapshot_from_before_duty_had_versions_opens():
    twin, other = a_busy_twin(), Twin(STREET, [huodian(), jinyuan()])
    saved = msgspec.msgpack.decode(twin.snapshot())
    saved["responders"] = [row[:7] for row in saved["responders"]]
    other.restore(msgspec.msgpack.encode(saved))
    assert other.snapshot() == twin.snapshot()


def test_restoring_forgets_what_was_there_before():
    twin = a_busy_twin()
    empty = a_twin().snapshot()
    twin.restore(empty)
    assert twin.snapshot() == empty and not twin.open_incidents
    assert twin.responders[ZHOU].assignments == ()


def test_the_order_of_the_places_does_not_matter():
    twin, other = a_busy_twin(), Twin(STREET, [jinyuan(), huodian()])
    other.restore(twin.snapshot())
    assert other.snapshot() == twin.snapshot()


def test_what_no_longer_stands_in_a_place_is_left_out():
    twin, other = a_busy_twin(), Twin(STREET, [jinyuan()])
    other.restore(twin.snapshot())
    assert GATE not in other.devices and ZHOU not in other.responders
    assert set(other.incidents) == set(twin.incidents)
    assert other.territory_of(f"{CALL}#call_pressed") == STREET


def test_bytes_that_are_no_snapshot_of_this_street_are_refused():
    twin = a_busy_twin()
    with pytest.raises(msgspec.MsgspecError):
        twin.restore(b"nonsense")
    with pytest.raises(ValueError, match="street"):
        twin.restore(Twin("some.street", []).snapshot())
    assert twin.incidents, "a refused snapshot leaves the twin as it was"
