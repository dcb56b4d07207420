from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import CALL, GATE, NOON, a_reading, a_state
from tests.support.catalogues import CATALOGUE
from twin import events as e
from twin.errors import EventRejected

GATE_STATE = {
    "id": "1",
    "type": "gate.state",
    "subject": GATE,
    "time": "2026-11-21T12:00:00+08:00",
    "data": {"state": "open"},
}


def rejection(payload: object) -> EventRejected:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    with pytest.raises(EventRejected) as caught:
        e.decode(raw)
    return caught.value


def test_an_event_survives_the_way_to_json_and_back() -> None:
    event = a_state(CALL, "pressed")
    assert e.decode(e.encode(event)) == event


def test_the_time_of_an_event_is_an_instant_whatever_its_offset() -> None:
    assert e.decode(json.dumps(GATE_STATE)).time == NOON


def test_every_type_has_one_class_and_belongs_to_one_stream() -> None:
    assert set(e.BY_TYPE) == e.TELEMETRY_TYPES | e.OPERATIONS_TYPES
    assert not e.TELEMETRY_TYPES & e.OPERATIONS_TYPES
    assert all(e.type_of(cls) == name for name, cls in e.BY_TYPE.items())


def test_every_event_and_data_class_is_frozen_and_refuses_unknown_fields() -> None:
    for cls in e.BY_TYPE.values():
        config = cls.__struct_config__
        assert config.frozen and config.forbid_unknown_fields and not config.gc


@pytest.mark.parametrize(
    ("payload", "field", "value"),
    [
        (b"{", "payload", ""),
        (b"[]", "payload", ""),
        ({**GATE_STATE, "type": "gate.vanished"}, "type", "gate.vanished"),
        ({**GATE_STATE, "time": "yesterday"}, "time", "yesterday"),
        ({**GATE_STATE, "time": "2026-11-21T12:00:00"}, "time", "2026-11-21T12:00:00"),
        ({**GATE_STATE, "id": ""}, "id", ""),
        ({**GATE_STATE, "data": {"state": 3}}, "data.state", "3"),
        ({**GATE_STATE, "data": {}}, "data.state", ""),
        ({k: v for k, v in GATE_STATE.items() if k != "subject"}, "subject", ""),
        (
            {**GATE_STATE, "type": "responder.position", "data": {"lonlat": [1]}},
            "data.lonlat",
            "[1]",
        ),
    ],
)
def test_a_payload_that_is_wrong_is_refused_naming_field_and_value(
    payload: object, field: str, value: str
) -> None:
    found = rejection(payload)
    assert (found.field, found.value) == (field, value)
    assert found.reason


def test_a_reading_that_is_not_a_number_is_refused() -> None:
    payload = e.encode(a_reading(CALL, "battery_pct", 50.0)).replace(b"50.0", b"NaN")
    assert "JSON" in rejection(payload).reason


@pytest.mark.parametrize(
    "secret",
    [
        {"face": "aGVsbG8="},
        {"FaceObject": {"FaceID": "1"}},
        {"feature": [0.1, 0.2]},
        {"ethnicity": "han"},
        {"religion": "none"},
        {"party_member": True},
        {"risk_score": 0.93},
        {"id_card": "430203"},
        {"plate": "湘B12345"},
    ],
)
@pytest.mark.parametrize("place", ["envelope", "data"])
def test_what_a_person_is_has_no_place_in_an_event_and_is_not_repeated(
    secret: dict[str, object], place: str
) -> None:
    payload = json.loads(json.dumps(GATE_STATE))
    (payload if place == "envelope" else payload["data"]).update(secret)
    found = rejection(payload)
    name = next(iter(secret))
    assert found.field == (name if place == "envelope" else f"data.{name}")
    assert found.value == ""
    assert str(secret[name]) not in str(found)


def test_no_event_class_has_a_field_for_biometrics_or_personal_scores() -> None:
    words = ("face", "biometric", "ethnic", "relig", "party", "score", "finger", "phone")
    for cls in e.BY_TYPE.values():
        schema = json.dumps(msgspec.json.schema(cls)["$defs"]).lower()
        names = json.loads(schema)
        fields = {field for row in names.values() for field in row.get("properties", {})}
        assert not [field for field in fields if any(word in field for word in words)]


def test_one_bad_payload_in_a_batch_costs_the_others_nothing() -> None:
    good = e.encode(a_state(GATE, "open"))
    found = e.decode_batch([good, b"nonsense", good])
    assert found[0] == found[2] == a_state(GATE, "open")
    assert isinstance(found[1], EventRejected)


def test_a_payload_that_smuggles_a_second_event_is_refused_as_one() -> None:
    good = e.encode(a_state(GATE, "open"))
    found = e.decode_batch([good + b"," + good])
    assert len(found) == 1 and isinstance(found[0], EventRejected)


def test_an_empty_batch_is_empty() -> None:
    assert e.decode_batch([]) == []


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_bytes_come_each_payload_gets_one_answer(payloads: list[bytes]) -> None:
    assert len(e.decode_batch(payloads)) == len(payloads)


@pytest.mark.parametrize("kind", CATALOGUE.devices)
def test_each_device_kind_has_an_event_type_of_its_own_whose_name_it_bears(kind: str) -> None:
    cls = e.STATE_EVENTS[kind]
    assert list(e.STATE_EVENTS) == list(CATALOGUE.devices)
    assert e.type_of(cls) == f"{kind}.state" and e.BY_TYPE[f"{kind}.state"] is cls
    assert f"``{kind}``" in (cls.__doc__ or "")
    fields = {"id": "1", "subject": f"a/{kind}/1", "time": "2026-11-21T04:00:00Z"}
    payload = json.dumps({"type": f"{kind}.state", **fields, "data": {"state": "x"}})
    said = e.decode(payload)
    assert type(said) is cls and said.data == e.StateData(state="x")
    assert e.decode(e.encode(said)) == said
