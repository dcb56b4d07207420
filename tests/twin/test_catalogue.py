from __future__ import annotations

import msgspec
import pytest

from twin import catalogue
from twin.events import BY_TYPE

SKILLS = {"first_aid", "security", "repair", "electric", "lift", "mediation", "fire"}


@pytest.fixture
def rows(monkeypatch):
    """Put other rows in place of a catalogue file's, and read them afresh."""
    read = catalogue.read
    cached = (
        catalogue.device_kinds, catalogue.rules, catalogue.rules_of, catalogue.incident_kinds,
    )  # fmt: skip

    def put(name: str, content: dict[str, object]) -> None:
        monkeypatch.setattr(catalogue, "read", lambda n: content if n == name else read(n))
        for function in cached:
            function.cache_clear()

    yield put
    monkeypatch.undo()
    for function in cached:
        function.cache_clear()


def a_rule(**more):
    return {"kinds": ["gate"], "label": "门", "en": "Gate", "level": 3} | more


def test_every_device_kind_has_an_event_type_and_fits_three_bits():
    for name, kind in catalogue.device_kinds().items():
        assert f"{name}.state" in BY_TYPE
        assert 0 < len(kind.states) <= 7, "code 7 means unknown on the wire"
        assert set(kind.desired) <= set(kind.states)
        assert len(kind.glyph) == 1
        assert kind.patience_s > 0


def test_a_device_kind_with_too_many_states_is_refused(rows):
    row = msgspec.to_builtins(catalogue.device_kinds()["gate"])
    rows("devices", {"gate": row | {"states": list("abcdefghi")}})
    with pytest.raises(ValueError, match="gate"):
        catalogue.device_kinds()


def test_every_rule_says_where_its_limit_comes_from():
    for rule in catalogue.rules().values():
        assert rule.label and rule.en and rule.source
        assert 1 <= rule.level <= 4


def test_the_rules_that_the_product_promises_are_there():
    opens = {rule.incident for rule in catalogue.rules().values()}
    assert {
        "one_key_call", "gate_forced", "gate_fault", "manhole_open", "smoke", "flooding", "noise",
        "lift_trapped", "power_outage",
    } <= opens  # fmt: skip
    assert catalogue.rules()["silent"].incident == ""
    assert catalogue.rules()["camera_offline"].incident == ""


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (a_rule(kinds=["moat"], states=["open"]), "device kind"),
        (a_rule(states=["ajar"]), "state"),
        (a_rule(quantity="level_db", above=1.0), "quantity"),
        (a_rule(states=["open"], incident="flood"), "incident kind"),
        (a_rule(states=["open"], correlate="flood"), "incident kind"),
        (a_rule(), "condition"),
        (a_rule(states=["open"], silent=True), "condition"),
    ],
)
def test_a_rule_that_refers_to_nothing_is_refused(rows, rule, words):
    rows("rules", {"strange": rule})
    with pytest.raises(ValueError, match=words):
        catalogue.rules()


def test_a_rule_with_an_unknown_field_is_refused(rows):
    rows("rules", {"strange": a_rule(states=["open"], colour="red")})
    with pytest.raises(msgspec.ValidationError):
        catalogue.rules()


def test_the_rules_of_a_kind_are_its_own_and_those_of_all():
    assert list(catalogue.rules_of("lamp")) == ["lamp_fault", "silent"]


def test_every_incident_kind_is_complete():
    kinds = catalogue.incident_kinds()
    assert len(kinds) >= 12
    for kind in kinds.values():
        assert kind.label and kind.en and kind.advice and kind.advice_en and kind.source
        assert set(kind.skills) <= SKILLS and kind.skills
        assert 0 < kind.response_s < kind.resolve_s
        assert 1 <= kind.level <= 4


def test_a_level_one_kind_is_never_verified_first():
    assert not [k for k in catalogue.incident_kinds().values() if k.level == 1 and k.verify_first]


def test_a_kind_without_a_row_is_treated_as_other():
    assert catalogue.incident_kind("comet") is catalogue.incident_kinds()["other"]
    assert catalogue.incident_kind("smoke") is catalogue.incident_kinds()["smoke"]
