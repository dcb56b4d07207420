from __future__ import annotations

import doctest
from collections.abc import Sequence
from typing import Any

import pytest

from layers.search import search
from layers.search.index import SearchIndex
from tests.support.builders.layers import COMMUNITY, STREET, a_street, at, opened
from tests.support.catalogues import CATALOGUE
from twin.places.model import Compound


def found(words: str, prefixes: tuple[str, ...] = (STREET,), masked: bool = False) -> list[str]:
    twin = a_street()
    twin.apply(opened(1, "huodian/call/1", twin, at(0)))
    finder = search.Finder({STREET: twin}, CATALOGUE)
    return [row["id"] for row in finder.find(prefixes, words, masked=masked)]


@pytest.mark.parametrize("words", ["3幢", "三栋", "3号楼", "３幢", " 三幢 "])
def test_a_building_is_found_however_it_is_written(words: str) -> None:
    assert {"huodian/b3", "jinyuan/b3"} <= set(found(words))


def test_a_flat_is_found_by_who_may_know_it() -> None:
    assert "huodian/call/1" in found("三栋一单元102")
    assert found("三栋一单元102", masked=True) == []
    assert "huodian/call/1" in found("三栋一单元 一键呼", masked=True)


def test_people_and_cases_are_found() -> None:
    assert found("周网格") == ["huodian/responder/zhou", "jinyuan/responder/zhou"]
    assert found("INC-1121-0001") == ["INC-1121-0001"]
    assert found("王奶奶") == ["INC-1121-0001"]
    assert found("王奶奶", masked=True) == []


def test_nothing_of_another_territory_is_found() -> None:
    assert all("jinyuan" in name for name in found("3", (f"{COMMUNITY}.jinyuan",)))
    assert found("gate", (f"{COMMUNITY}.huodian.g9",)) == []


def test_a_finder_learns_once_and_sees_what_has_changed_since() -> None:
    twin = a_street()
    twin.apply(opened(1, "huodian/call/1", twin, at(0)))
    finder = search.Finder({STREET: twin}, CATALOGUE)
    for masked in (False, True, False, True):
        found = [row["type"] for row in finder.find((STREET,), "一键呼", masked=masked)]
        assert found[0] == "incident" and "device" in found
    twin.apply(opened(2, "huodian/call/2", twin, at(1)))
    rows = finder.find((STREET,), "INC-1121-000", masked=False)
    assert [row["id"] for row in rows] == ["INC-1121-0001", "INC-1121-0002"]


def test_who_is_on_duty_is_told_and_comes_first() -> None:
    assert {row["duty"] for row in _rows("zhou")} == {"off_duty"}


def test_an_address_says_what_was_put_right_and_one_that_is_not_there_why() -> None:
    [row] = _rows("huodian3撞")
    assert (row["exact"], row["fits"], row["notes"]) == (
        False, True, [{"code": "slip", "written": "撞", "read": "幢"}],
    )  # fmt: skip
    assert {note["code"] for row in _rows("99幢") for note in row["notes"]} == {"no_such_building"}


def _rows(words: str) -> list[dict[str, Any]]:
    return search.Finder({STREET: a_street()}, CATALOGUE).find((STREET,), words, masked=False)


def test_no_words_find_nothing_and_answers_are_few() -> None:
    assert found("  ") == []
    assert len(found("huodian")) == search.LIMIT


def test_examples() -> None:
    assert doctest.testmod(search).failed == 0


def test_a_compound_that_cannot_be_searched_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails_for_jinyuan(places: Sequence[Compound], *naming: Any) -> SearchIndex:
        if any(place.id == "jinyuan" for place in places):
            raise KeyError("what nobody thought of")
        return SearchIndex(places, *naming)

    monkeypatch.setattr(search, "SearchIndex", fails_for_jinyuan)
    finder = search.Finder({STREET: a_street()}, CATALOGUE)
    for masked in (False, True):
        names = [row["id"] for row in finder.find((STREET,), "三幢", masked=masked)]
        assert "huodian/b3" in names and not any("jinyuan" in name for name in names)
    assert [(street, why.value) for street, why in finder.left_out] == [(STREET, "jinyuan")]
