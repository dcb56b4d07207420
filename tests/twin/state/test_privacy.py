"""What may be kept of a refused payload, whatever stands in it and wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import CALL, GATE, a_reading, a_state
from twin import events as e
from twin.errors import EventRejected
from twin.state.privacy import MOST_NAMES, field_names, harmless

GATE_STATE: dict[str, Any] = {
    "id": "1", "type": "gate.state", "subject": GATE, "time": "2026-11-21T12:00:00+08:00",
    "data": {"state": "open"},
}  # fmt: skip
FACE = "aGVsbG8gZmFjZQ"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=5), deeper),
)


def raw(payload: object) -> bytes:
    return json.dumps(payload).encode()


@pytest.mark.parametrize("event", [a_state(GATE, "melted"), a_reading(CALL, "smell", 1.0)])
def test_a_payload_of_known_fields_alone_may_be_kept(event: e.Event) -> None:
    kept = harmless(e.encode(event))
    assert kept is not None and json.loads(kept) == json.loads(e.encode(event))


@pytest.mark.parametrize(
    "payload",
    [
        {**GATE_STATE, "face": FACE},
        {**GATE_STATE, "data": {"state": "open", "face": FACE}},
        {**GATE_STATE, "data": {"state": 3, "face": FACE}},  # refused for the state, and yet
        {**GATE_STATE, "data": {"state": {"face": FACE}}},
        {**GATE_STATE, "data": {"state": [[{"face": FACE}]]}},
        {**GATE_STATE, "subject": {"face": FACE}},
        {**GATE_STATE, "data": FACE},
        {**GATE_STATE, "type": "face.captured", "data": {"value": FACE}},
        {**GATE_STATE, "type": ["face", FACE]},
        [FACE],
        FACE,
    ],
)
def test_a_field_without_a_place_is_named_and_nothing_of_the_payload_is_kept(
    payload: object,
) -> None:
    assert harmless(raw(payload)) is None
    with pytest.raises(EventRejected) as caught:
        e.decode(raw(payload))
    assert FACE not in f"{caught.value} {caught.value.reason}"


def test_what_cannot_be_read_is_not_kept_either() -> None:
    for payload in (b"{" + FACE.encode(), b"\xff", b"[" * 5000, raw(GATE_STATE)[:-1]):
        assert harmless(payload) is None
        with pytest.raises(EventRejected) as caught:
            e.decode(payload)
        assert FACE not in str(caught.value)


def test_a_name_that_stands_twice_hides_nothing() -> None:
    twice = raw(GATE_STATE).replace(b'"state"', f'"state": "{FACE}", "state"'.encode())
    kept = harmless(twice)
    assert kept is not None and FACE.encode() not in kept


@given(JSON)
def test_whatever_is_put_beside_or_into_the_data_is_not_kept(value: object) -> None:
    assert harmless(raw({**GATE_STATE, "face": value})) is None
    assert harmless(raw({**GATE_STATE, "data": {"state": "open", "face": value}})) is None
    assert harmless(raw({**GATE_STATE, "data": {"state": {"face": value}}})) is None


def test_fields_are_named_by_their_dotted_paths_and_not_without_end() -> None:
    payload = {**GATE_STATE, "data": {"face": {"box": {"left": {"deep": 1}}}, "none": {}}}
    assert field_names(raw(payload))[4:] == ("data.face.box", "data.none")
    many = field_names(raw({f"{n}" + "x" * 500: n for n in range(500)}))
    assert len(many) == MOST_NAMES and max(map(len, many)) == 64
    assert field_names(b"{") == field_names(b"[1]") == ()


@pytest.mark.parametrize(
    "field", ["by", "territory", "source", "specversion", "datacontenttype", "id", "subject"]
)
def test_the_envelope_has_no_room_for_a_picture(field: str) -> None:
    with pytest.raises(EventRejected) as caught:
        e.decode(raw({**GATE_STATE, field: "a" * 900_000}))
    assert caught.value.field == field
    assert len(str(caught.value)) < 400
