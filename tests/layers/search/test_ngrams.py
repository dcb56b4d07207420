from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.search import ngrams
from layers.search.ngrams import Spelled, Texts
from tests.support.catalogues import LANGUAGE

TEXTS = st.lists(st.text(alphabet="ab幢1\n😀\ud800", max_size=6), max_size=8)


@given(TEXTS, st.text(alphabet="ab幢1😀\ud800", min_size=1, max_size=3))
def test_texts_are_found_as_by_looking_into_each(texts: list[str], word: str) -> None:
    joined = Texts(texts)
    plain = [text.replace("\n", " ") for text in texts]
    assert joined.holding(word).tolist() == [word in text for text in plain]
    assert joined.beginning(word).tolist() == [text.startswith(word) for text in plain]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("huodian", [True, False]),
        ("xiaoqu", [True, False]),
        ("hdxq", [True, False]),
        ("dxq", [True, False]),
        ("uodian", [False, False]),
        ("zhang", [False, True]),
        ("cl", [False, True]),
        ("h", [False, False]),
        ("火", [False, False]),
    ],
)
def test_a_name_is_found_by_its_syllables_and_initials(word: str, found: list[bool]) -> None:
    assert Spelled(["火电小区3幢", "长乐园"], LANGUAGE.readings).holding(word).tolist() == found


def test_a_word_begins_a_name_only_at_its_start() -> None:
    names = Spelled(["火电小区", "1幢"], LANGUAGE.readings)
    assert names.beginning("huo").tolist() == [True, False]
    assert names.beginning("dian").tolist() == [False, False]


def test_no_names_hold_nothing() -> None:
    assert Spelled([], LANGUAGE.readings).holding("ab").tolist() == []
    assert Texts([]).holding("ab").tolist() == []
    assert Spelled(["abc"], LANGUAGE.readings).holding("ab").tolist() == [False]


def test_examples() -> None:
    assert doctest.testmod(ngrams, extraglobs={"language": LANGUAGE}).failed == 0
