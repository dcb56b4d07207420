from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import msgspec
import pytest

from tests.support.builders.twin import (
    MANHOLE,
    STREET,
    a_gate_fault,
    a_state,
    after,
    give,
    huodian,
    jinyuan,
    settle,
)
from tests.support.catalogues import CATALOGUE, with_rule
from twin import catalogue
from twin.catalogue import Catalogue, DeviceKind, Rule
from twin.catalogue.workflows import workflow_of
from twin.events import BY_TYPE
from twin.state.twin import Twin

SKILLS = {"first_aid", "security", "repair", "electric", "lift", "mediation", "fire"}


def a_rule(**more: object) -> dict[str, object]:
    return {"kinds": ["gate"], "label": "门", "en": "Gate", "level": 3} | more


def with_strange(row: dict[str, object]) -> Catalogue:
    """The product's catalogue with one more rule, as if it had been read from a file."""
    strange = msgspec.convert({"strange": row}, dict[str, Rule])
    return replace(CATALOGUE, rules={**CATALOGUE.rules, **strange})


def with_gate(**fields: object) -> Catalogue:
    gate = msgspec.structs.replace(CATALOGUE.devices["gate"], **fields)
    return replace(CATALOGUE, devices={**CATALOGUE.devices, "gate": gate})


def test_every_device_kind_has_an_event_type_and_fits_three_bits() -> None:
    for name, kind in CATALOGUE.devices.items():
        assert f"{name}.state" in BY_TYPE
        assert 0 < len(kind.states) <= 7, "code 7 means unknown on the wire"
        assert set(kind.desired) <= set(kind.states)
        assert len(kind.glyph) == 1
        assert kind.patience_s > 0


def test_a_device_kind_with_too_many_states_is_refused() -> None:
    with pytest.raises(ValueError, match="gate"):
        with_gate(states=tuple("abcdefghi"))


def test_every_rule_says_where_its_limit_comes_from() -> None:
    for rule in CATALOGUE.rules.values():
        assert rule.label and rule.en and rule.source
        assert 1 <= rule.level <= 4


def test_the_rules_that_the_product_promises_are_there() -> None:
    opens = {rule.incident for rule in CATALOGUE.rules.values()}
    assert {
        "one_key_call", "gate_forced", "gate_fault", "manhole_open", "smoke", "flooding", "noise",
        "lift_trapped", "power_outage",
    } <= opens  # fmt: skip
    assert CATALOGUE.rules["silent"].incident == ""
    assert CATALOGUE.rules["camera_offline"].incident == ""


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (a_rule(kinds=["moat"], states=["open"]), "device kind"),
        (a_rule(states=["ajar"]), "state"),
        (a_rule(quantity="level_db", above=1.0), "quantity"),
        (a_rule(states=["open"], incident="flood"), "incident kind"),
        (a_rule(states=["open"], correlate="flood"), "incident kind"),
        (a_rule(states=["open"], level=1, incident="smoke"), "never raised again"),
        (a_rule(), "condition"),
        (a_rule(states=["open"], silent=True), "condition"),
    ],
)
def test_a_rule_that_refers_to_nothing_is_refused(rule: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=f"rules.toml: strange: .*{words}"):
        with_strange(rule)


def test_a_rule_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        with_strange(a_rule(states=["open"], colour="red"))


def test_ways_that_stop_what_does_not_move_or_a_state_that_is_none_are_refused() -> None:
    ways = CATALOGUE.ways
    broom = msgspec.structs.replace(ways.gates["fault"], stops=frozenset({"broom"}))
    gates = msgspec.structs.replace(ways, gates={**ways.gates, "fault": broom})
    with pytest.raises(ValueError, match=r"ways.toml: no mode broom"):
        replace(CATALOGUE, ways=gates)
    fewer = {name: row for name, row in ways.lifts.items() if name != "fault"}
    with pytest.raises(ValueError, match=r"ways.toml: not the states of a lift"):
        replace(CATALOGUE, ways=msgspec.structs.replace(ways, lifts=fewer))


def test_incident_kinds_without_the_one_for_all_others_are_refused() -> None:
    kinds = {name: kind for name, kind in CATALOGUE.incidents.items() if name != "other"}
    with pytest.raises(ValueError, match=r"incidents.toml: no row for other"):
        replace(CATALOGUE, incidents=kinds)


def test_the_rules_of_a_kind_are_its_own_and_those_of_all() -> None:
    assert list(CATALOGUE.rules_of("lamp")) == ["lamp_fault", "silent"]


def test_every_report_is_watched_for_the_states_and_limits_that_rules_name() -> None:
    codes, limits = CATALOGUE.watch("lamp")
    assert codes == {CATALOGUE.devices["lamp"].states.index("fault")} and limits == ()
    assert [rule.label for rule in CATALOGUE.watch("noise").limits] == [
        rule.label for rule in CATALOGUE.rules_of("noise").values() if rule.quantity
    ]


def test_every_incident_kind_is_complete() -> None:
    assert len(CATALOGUE.incidents) >= 12
    for kind in CATALOGUE.incidents.values():
        assert kind.label and kind.en and kind.advice and kind.advice_en and kind.source
        assert set(kind.skills) <= SKILLS and kind.skills
        assert 0 < kind.response_s < kind.resolve_s
        assert 1 <= kind.level <= 4


def test_a_level_one_kind_is_never_verified_first() -> None:
    assert not [k for k in CATALOGUE.incidents.values() if k.level == 1 and k.verify_first]


def test_a_kind_without_a_row_is_treated_as_other() -> None:
    assert CATALOGUE.incident("comet") is CATALOGUE.incidents["other"]
    assert CATALOGUE.incident("smoke") is CATALOGUE.incidents["smoke"]


# --- one value ------------------------------------------------------------------------------------


def test_nobody_changes_a_catalogue_that_others_hold() -> None:
    with pytest.raises(FrozenInstanceError):
        CATALOGUE.rules = {}  # type: ignore[misc]  # frozen, as is tried here
    with pytest.raises(TypeError):
        CATALOGUE.rules["smoke"] = CATALOGUE.rules["silent"]  # type: ignore[index]  # the same
    with pytest.raises(AttributeError):
        CATALOGUE.rules["smoke"].level = 4  # type: ignore[misc]  # the same
    given = dict(CATALOGUE.rules)
    own = replace(CATALOGUE, rules=given)
    given.clear()
    assert own.rules == CATALOGUE.rules


def test_the_version_is_the_same_for_the_same_rows_in_every_process() -> None:
    program = "from twin.catalogue import load; print(load().version)"
    house = Path(catalogue.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=house,
        env=os.environ | {"PYTHONHASHSEED": "1"},  # ours is drawn anew in every run
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == CATALOGUE.version and len(CATALOGUE.version) == 16


def test_nothing_reads_a_table_of_the_catalogue_when_it_is_imported() -> None:
    program = """
import importlib, pkgutil, twin.catalogue
read, asked = twin.catalogue.read, []
def noted(name):
    asked.append(name)
    return read(name)
twin.catalogue.read = noted
for room in ("twin", "feeds", "layers", "pages", "geodata"):
    for found in pkgutil.walk_packages(importlib.import_module(room).__path__, room + "."):
        importlib.import_module(found.name)
import app
print(*asked)
"""
    house = Path(catalogue.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_the_version_turns_with_every_row_and_with_their_order() -> None:
    backwards = dict(reversed([*CATALOGUE.devices.items()]))
    quicker = msgspec.structs.replace(CATALOGUE.incidents["other"], response_s=1)
    floors = msgspec.structs.replace(CATALOGUE.ways.floors, storey_m=4.0)
    others = (
        with_rule("smoke", label="烟"),
        replace(CATALOGUE, devices=backwards),
        replace(CATALOGUE, incidents={**CATALOGUE.incidents, "other": quicker}),
        replace(CATALOGUE, ways=msgspec.structs.replace(CATALOGUE.ways, floors=floors)),
    )
    assert len({CATALOGUE.version, *(one.version for one in others)}) == 5
    assert replace(CATALOGUE).version == CATALOGUE.version


def test_two_twins_of_one_process_each_keep_the_rules_of_their_own_catalogue() -> None:
    calm = with_rule("manhole_open", level=4, incident="", realarm_s=0)
    places = [huodian(), jinyuan()]
    usual, other = Twin(STREET, places, CATALOGUE), Twin(STREET, places, calm)
    for twin in (usual, other):
        settle(twin, [a_state(MANHOLE, "shifted")])
    (known,), (mild,) = usual.alarms.values(), other.alarms.values()
    assert known.rule == mild.rule == "manhole_open"
    assert (known.level, mild.level) == (CATALOGUE.rules["manhole_open"].level, 4)
    assert len(usual.incidents) == 1 and not other.incidents


def test_a_twin_knows_the_states_and_the_patience_of_its_own_catalogue() -> None:
    states = CATALOGUE.devices["manhole"].states
    kinds: dict[str, DeviceKind] = {
        **CATALOGUE.devices,
        "manhole": msgspec.structs.replace(CATALOGUE.devices["manhole"], patience_s=7),
    }
    twin = Twin(STREET, [huodian()], replace(CATALOGUE, devices=kinds))
    assert twin.traits["manhole"].patience.total_seconds() == 7
    assert twin.traits["manhole"].states == states
    assert Twin(STREET, [huodian()], CATALOGUE).traits["manhole"].patience.total_seconds() != 7


def test_a_case_runs_by_the_deadlines_of_the_catalogue_of_its_twin() -> None:
    kind = CATALOGUE.rules["manhole_open"].incident
    quick = msgspec.structs.replace(CATALOGUE.incidents[kind], response_s=60, resolve_s=120)
    hasty = replace(CATALOGUE, incidents={**CATALOGUE.incidents, kind: quick})
    twin = Twin(STREET, [huodian(), jinyuan()], hasty)
    settle(twin, [a_state(MANHOLE, "shifted")])
    (case,) = twin.incidents.values()
    assert (case.response_due_at - case.reported_at).total_seconds() == 60
    assert (case.resolve_due_at - case.reported_at).total_seconds() == 120


def test_a_case_follows_the_workflow_of_the_catalogue_of_its_twin() -> None:
    settled = msgspec.structs.replace(CATALOGUE.flow.states["verified"], stage="finished")
    states = {**CATALOGUE.flow.states, "verified": settled}
    flow = workflow_of(msgspec.structs.replace(CATALOGUE.flow, states=states))
    brief = replace(CATALOGUE, workflows={"case": flow})
    places = [huodian(), jinyuan()]
    usual, other = Twin(STREET, places, CATALOGUE), Twin(STREET, places, brief)
    for twin in (usual, other):
        give(twin, "verify", a_gate_fault(twin), at=after(5))
    assert [case.state for case in usual.open_incidents.values()] == ["verified"]
    assert not other.open_incidents and len(other.incidents) == 1
    again = Twin(STREET, places, brief)
    again.restore(usual.snapshot())
    assert not again.open_incidents and again.snapshot() == usual.snapshot()


def test_a_catalogue_without_a_workflow_of_a_case_is_refused() -> None:
    with pytest.raises(ValueError, match=r"workflows.toml: no workflow for a case"):
        replace(CATALOGUE, workflows={})


def test_a_street_without_a_kind_refuses_its_events_and_takes_all_others() -> None:
    devices = {name: kind for name, kind in CATALOGUE.devices.items() if name != "lamp"}
    rules = {name: rule for name, rule in CATALOGUE.rules.items() if "lamp" not in rule.kinds}
    dark = replace(CATALOGUE, devices=devices, rules=rules)
    kept = tuple(place for place in huodian().devices if place.kind != "lamp")
    twin = Twin(STREET, [msgspec.structs.replace(huodian(), devices=kept), jinyuan()], dark)
    lamp = a_state("huodian/lamp/1", "on", after(1))
    found = twin.fold([lamp, a_state(MANHOLE, "shifted", after(2))], after(3))
    assert [(position, why.field) for position, why in found.rejected] == [(0, "type")]
    assert twin.devices[MANHOLE].state == "shifted"
