from __future__ import annotations

import csv
import doctest
import random
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.catalogues import CATALOGUE, LANGUAGE
from twin.addresses import parser, tokens
from twin.addresses.parser import Address, parse, written

TABLE = Path(__file__).parent / "addresses.csv"
NAMES = st.sampled_from(
    ["火电小区", "金元大厦", "湘园", "军门社区", "和平里", "八一新村", "南门小区", "锦绣花园"]
)
NUMBERS = st.integers(1, 999).map(str)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    floor = draw(st.integers(-3, 60))
    flat = f"{draw(st.integers(1, 99)):02d}{draw(st.sampled_from(['', 'A']))}"
    return Address(
        community_code=draw(st.sampled_from(["", "430203001005"])),
        compound=draw(NAMES),
        building=draw(st.one_of(NUMBERS, st.sampled_from(["A", "B3", "12C"]))),
        unit=draw(st.one_of(st.just(""), NUMBERS)),
        floor=floor,
        room=f"{floor}{flat}" if floor > 0 and draw(st.booleans()) else "",
    )


@given(addresses())
def test_what_is_written_by_its_columns_is_read_as_it_was(one: Address) -> None:
    assert parse(written(one), LANGUAGE) == one


@given(st.text(max_size=80))
def test_no_text_raises_and_every_letter_of_it_is_accounted_for(text: str) -> None:
    found = parse(text, LANGUAGE)
    assert all(found.rest)
    assert isinstance(found.floor, int)


@given(
    st.lists(
        st.sampled_from([*"零一二十百幢栋号楼单元室层门-#. 0123456789ABF第", "火电小区", "附近"])
    )
)
def test_no_heap_of_address_words_raises(words: list[str]) -> None:
    parse("".join(words), LANGUAGE)


@given(st.integers(1, 999))
def test_numbers_are_read_in_chinese_up_to_999(value: int) -> None:
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    digits = "零一二三四五六七八九"
    words = f"{digits[hundreds]}百" if hundreds else ""
    words += f"{digits[tens]}十" if tens else "零" if hundreds and ones else ""
    words += digits[ones] if ones else ""
    assert parse(f"{words}幢", LANGUAGE).building == str(value)
    assert parse(
        f"{words.removeprefix('一') if 9 < value < 20 else words}号楼", LANGUAGE
    ).building == str(value)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("三栋一单元", {"building": "3", "unit": "1"}),
        ("3#楼", {"building": "3"}),
        ("3栋1门302室", {"building": "3", "unit": "1", "floor": 3, "room": "302"}),
        ("302室三楼", {"floor": 3, "room": "302"}),
        ("1-10幢", {"building": "1", "until": "10"}),
        ("3幢和5幢之间", {"building": "3", "also": ("5",), "relation": "之间", "rest": ("和",)}),
        ("东门外", {"gate": "东门", "relation": "外"}),
        ("灯杆 LP-031", {"device": "lamp", "number": "LP-031"}),
        ("井盖 3号", {"device": "manhole", "number": "3"}),
        ("2号梯", {"device": "lift", "number": "2"}),
        ("3幢东南角", {"building": "3", "side": "东南"}),
        ("430203001007军门12号楼",
         {"community_code": "430203001007", "compound": "军门", "building": "12"}),
        ("负二层", {"floor": -2}),
        ("3-1-3-02", {"building": "3", "unit": "1", "floor": 3, "room": "302"}),
        ("3幢1单元2-3-4-5", {"building": "3", "unit": "1", "rest": ("2-3-4-5",)}),
        ("12号", {"building": "12", "doubts": ("12号",)}),
        ("灯杆旁12号", {"device": "lamp", "rest": ("旁", "12号")}),
        ("电话0733-28881234", {"compound": "电话", "rest": ("0733", "28881234")}),
    ],
)  # fmt: skip
def test_columns_are_told_apart(text: str, columns: dict[str, Any]) -> None:
    assert parse(text, LANGUAGE) == Address(**columns)


def test_what_was_put_right_is_said() -> None:
    assert parse("3撞1单圆", LANGUAGE).corrected == (("撞", "幢"), ("单圆", "单元"))
    assert parse("三洞桥小区", LANGUAGE).corrected == ()


def test_a_place_where_nothing_can_begin_hides_no_token() -> None:
    """The first characters are a shortcut: without it the same tokens are found."""
    short = LANGUAGE.tokens.pattern
    slow = re.compile(re.sub(r"^\(\?=\[.*?\]\)", "", short.pattern))
    with TABLE.open(encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    letters = sorted(set("".join(texts)))
    dice = random.Random(5)
    texts += ["".join(dice.choices(letters, k=12)) for _ in range(500)]
    for text in texts:
        plain, _ = LANGUAGE.tokens.canonical(text)
        assert [m.span() for m in short.finditer(plain)] == [m.span() for m in slow.finditer(plain)]


@pytest.mark.parametrize("module", [parser, tokens])
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module, extraglobs={"language": LANGUAGE}).failed == 0


def test_every_device_kind_is_called_by_its_label_in_an_address() -> None:
    for kind, row in CATALOGUE.devices.items():
        assert parse(f"{row.label} A-3", LANGUAGE).device == kind
