from __future__ import annotations

import doctest

import pytest

from layers import search
from tests.layers.builders import COMMUNITY, STREET, a_street, at, opened


def found(words: str, prefixes: tuple[str, ...] = (STREET,), masked: bool = False) -> list[str]:
    twin = a_street()
    twin.apply(opened(1, "huodian/call/1", twin, at(0)))
    finder = search.Finder({STREET: twin})
    return [row["id"] for row in finder.find(prefixes, words, masked=masked)]


@pytest.mark.parametrize("words", ["3幢", "三栋", "3号楼", "３幢", " 三幢 "])
def test_a_building_is_found_however_it_is_written(words):
    assert {"huodian/b3", "jinyuan/b3"} <= set(found(words))


def test_a_flat_is_found_by_who_may_know_it():
    assert "huodian/call/1" in found("三栋一单元102")
    assert found("三栋一单元102", masked=True) == []
    assert "huodian/call/1" in found("三栋一单元 一键呼", masked=True)


def test_people_and_cases_are_found():
    assert found("周网格") == ["huodian/responder/zhou", "jinyuan/responder/zhou"]
    assert found("INC-1121-0001") == ["INC-1121-0001"]
    assert found("王奶奶") == ["INC-1121-0001"]
    assert found("王奶奶", masked=True) == []


def test_nothing_of_another_territory_is_found():
    assert all("jinyuan" in name for name in found("3", (f"{COMMUNITY}.jinyuan",)))
    assert found("gate", (f"{COMMUNITY}.huodian.g9",)) == []


def test_no_words_find_nothing_and_answers_are_few():
    assert found("  ") == []
    assert len(found("huodian")) == search.LIMIT


def test_examples():
    assert doctest.testmod(search).failed == 0
