from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from layers.panels import values
from layers.panels.values import Fact
from tests.support.builders.twin import a_call, a_twin
from tests.support.catalogues import CATALOGUE

DAY = 0.0


def a_fact(**words: Any) -> Fact:
    usual = Fact(
        territory="a.b.c.d.g1", compound="d", level=2, open=True, unacked=False, waiting=False,
        proactive=True, reported_ms=1000.0, accepted_ms=None, due_ms=9000.0, resolved_ms=None,
    )  # fmt: skip
    return usual._replace(**words)


def test_of_nothing_there_are_no_figures() -> None:
    assert values.first_response_p90_s([], DAY) is None
    assert values.on_time_share([], 1.0, DAY) is None
    assert values.proactive_share([], DAY) is None
    assert values.share(0, 0) is None
    assert values.counts([], DAY)["levels"] == [0, 0, 0, 0]


def test_cases_are_counted_by_level_and_by_who_is_on_them() -> None:
    facts = [
        a_fact(level=1, unacked=True, waiting=True),
        a_fact(level=2),
        a_fact(open=False, unacked=False),
        a_fact(reported_ms=-1.0),
    ]
    assert values.counts(facts, DAY) == {
        "levels": [1, 2, 0, 0], "unacked": 1, "open": 3, "waiting": 1, "working": 2, "today": 3,
    }  # fmt: skip


def test_nine_in_ten_first_responses_were_this_fast() -> None:
    facts = [a_fact(accepted_ms=1000.0 + 1000 * n) for n in range(1, 11)]
    assert values.first_response_p90_s(facts, DAY) == 9.0
    assert values.first_response_p90_s([a_fact(), a_fact(accepted_ms=1500.0)], DAY) == 0.5
    assert values.first_response_p90_s([a_fact(reported_ms=-5.0, accepted_ms=0.0)], DAY) is None


def test_on_time_counts_what_is_handled_or_overdue() -> None:
    in_time, late = a_fact(resolved_ms=8000.0), a_fact(resolved_ms=9500.0)
    running, called_off = a_fact(), a_fact(open=False)
    assert values.on_time_share([running, called_off], 2000.0, DAY) is None
    assert values.on_time_share([in_time, late, running], 2000.0, DAY) == 0.5
    assert values.on_time_share([in_time, late, running], 9000.0, DAY) == pytest.approx(1 / 3)


def test_a_call_is_a_person_speaking_and_not_found_by_a_device() -> None:
    def proactive(source: str, kinds: Collection[str] = CATALOGUE.devices) -> bool:
        twin = a_twin()
        case = twin.incidents[a_call(twin)]
        case.source = source
        return values.fact(case, False, kinds).proactive

    assert not proactive("call") and proactive("smoke")
    assert not proactive("phone") and not proactive("smoke", ("gate",))
    assert values.proactive_share([a_fact(), a_fact(proactive=False)], DAY) == 0.5


def test_devices_are_counted_as_off_or_at_fault_but_never_both() -> None:
    counting = values.Counting(CATALOGUE)
    camera, gate = counting.kinds.index("camera"), counting.kinds.index("gate")
    online, offline, covered, gate_fault, gone = 0, 1, 2, 4, 3 << 3
    kind = np.array([camera, camera, camera, camera, gate, gate], np.uint8)
    state = np.array([online, offline, covered, gone | 3, gate_fault, 0], np.uint8)
    found = counting.layers(counting.devices(kind, state))
    assert found["cameras"] == {"total": 4, "off": 2, "fault": 1}
    assert found["gates"] == {"total": 2, "off": 0, "fault": 1}
    assert found["sensors/lift"] == {"total": 0, "off": 0, "fault": 0}
    assert counting.totals(counting.devices(kind, state)) == {"cameras": 4, "lifts": 0}


def test_what_counts_as_at_fault_is_said_by_the_catalogue() -> None:
    row = msgspec.structs.replace(CATALOGUE.layers["cameras"], off=frozenset(), fault=frozenset())
    lenient = replace(CATALOGUE, layers={**CATALOGUE.layers, "cameras": row})
    counting = values.Counting(lenient)
    kind = np.full(3, counting.kinds.index("camera"), np.uint8)
    found = counting.layers(counting.devices(kind, np.array([0, 1, 2], np.uint8)))
    assert found["cameras"] == {"total": 3, "off": 0, "fault": 0}


def test_a_roll_up_carries_the_worst_unacknowledged_level() -> None:
    facts = [a_fact(level=1), a_fact(level=3, unacked=True), a_fact(level=2, open=False)]
    rolled = values.rollup(facts, 5, 6)
    assert (rolled["level"], rolled["worst"], rolled["open"], rolled["unacked"]) == (3, 1, 2, 1)
    assert values.rollup([], 0, 0)["level"] is None


def test_attention_goes_to_the_worst_then_the_busiest() -> None:
    rollups = {
        "quiet": values.rollup([], 1, 1),
        "busy": values.rollup([a_fact(), a_fact()], 1, 1),
        "one": values.rollup([a_fact()], 1, 1),
        "grave": values.rollup([a_fact(level=1)], 1, 1),
        "minor": values.rollup([], 1, 1, alone=(4,)),
    }
    ranked = [row["compound"] for row in values.attention(rollups)]
    assert ranked == ["grave", "busy", "one", "minor", "quiet"]


def test_responders_are_counted_by_duty() -> None:
    duty = values.duty_layer(["available", "busy", "off_duty", "unavailable"])
    assert duty == {"total": 4, "off": 1, "fault": 1, "free": 1}
