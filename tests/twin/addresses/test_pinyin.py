from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from geodata.pinyin import TABLE, lines
from tests.support.catalogues import LANGUAGE
from twin.addresses import pinyin

READINGS = LANGUAGE.readings


def test_the_table_is_what_its_maker_makes() -> None:
    assert TABLE.read_text("utf-8") == "".join(lines())


def test_a_character_is_read_in_every_way_in_use() -> None:
    assert {"chang", "zhang"} <= set(READINGS.of("长"))
    assert READINGS.of("幢") == ("zhuang",)
    assert READINGS.of("A") == READINGS.of("\U00020000") == READINGS.of("ん") == ()


def test_names_of_places_are_found_by_the_reading_people_use() -> None:
    ways = {full for full, _ in READINGS.sounds("六安大厦")}
    assert {"luandasha", "liuandaxia"} <= ways


def test_who_does_not_mind_zh_and_z_hears_the_same() -> None:
    assert (
        READINGS.alike("张", "脏") and READINGS.alike("星", "新") and not READINGS.alike("电", "车")
    )


@given(st.text(max_size=20))
def test_any_text_has_a_sound(text: str) -> None:
    for full, initials in READINGS.sounds(text):
        assert full.isascii() and len(initials) <= len(full)


def test_examples() -> None:
    assert doctest.testmod(pinyin, extraglobs={"language": LANGUAGE}).failed == 0
