"""Conditions as values: each has its words, and two of a kind become one."""

from __future__ import annotations

import pytest

from pages.texts import LANGUAGES, catalogue
from twin.catalogue.conditions import CONDITION_KINDS, Condition, merged


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_condition_says_what_it_is_and_how_it_is_mended(lang: str) -> None:
    texts = catalogue(lang)
    said = {part: {key.rpartition(".")[2] for key in texts if key.startswith(f"condition.{part}.")}
            for part in ("words", "mend")}  # fmt: skip
    assert said["words"] == said["mend"] == set(CONDITION_KINDS)
    assert all("{time}" in texts[f"condition.words.{code}"] for code in CONDITION_KINDS)


def test_the_worst_come_first() -> None:
    tones = [kind.tone for kind in CONDITION_KINDS.values()]
    assert tones == sorted(tones)


def test_facts_add_up_and_states_do_not() -> None:
    def one(code: str, at_ms: int, count: int) -> Condition:
        return Condition(code=code, street="s", since_ms=at_ms, last_ms=at_ms, count=count)

    fact = merged(one("stream_gap", 10, 2), one("stream_gap", 20, 3))
    assert (fact.since_ms, fact.last_ms, fact.count) == (10, 20, 5)
    assert merged(one("stream_gap", 10, 2), one("stream_gap", 20, 3), same=True).count == 3
    state = merged(one("place_left_out", 10, 2), one("place_left_out", 20, 1))
    assert (state.since_ms, state.last_ms, state.count) == (10, 20, 2)
