"""Every sentence there is in both languages, said with what it wants, and none for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from geodata.importing.report.sentences import (
    LANGUAGES,
    STOPS,
    CannotImport,
    called,
    catalogue,
    fields,
    kind_title,
    language,
    say,
    spoken,
)

ROOM = Path(__file__).parents[4] / "geodata"
SAYS = catalogue()["says"]
_HAN = re.compile("[\u4e00-\u9fff]")
CALLERS = {"say": 0, "Fault": 2}
"""Which argument of a call is a sentence's name, or a kind of fault."""


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function in the room, with the file it is in."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield path.name, node


def said_in_templates() -> Iterator[tuple[str, str, set[str]]]:
    """Every sentence that a template of the room says: where, its name, what it is given."""
    for path in sorted(ROOM.rglob("*.html")):
        for node in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(node.node, nodes.Name) and node.node.name == "say":
                name = node.args[0].as_const()
                yield f"{path.name}:{node.lineno} {name}", name, {one.key for one in node.kwargs}


def texts_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def every_text() -> set[str]:
    """Every string in the room, and every sentence of its templates."""
    in_code = {
        text
        for path in sorted(ROOM.rglob("*.py"))
        for text in texts_in(ast.parse(path.read_text("utf-8")))
    }
    return in_code | {name for _, name, _ in said_in_templates()}


@pytest.mark.parametrize("table", catalogue())
def test_each_row_has_a_text_in_each_language(table: str) -> None:
    for name, row in catalogue()[table].items():
        assert len(row) == len(LANGUAGES) and all(text.strip() for text in row), name


def test_chinese_is_chinese_and_english_is_not() -> None:
    for table, rows in catalogue().items():
        for name, (chinese, english) in rows.items():
            bare = re.sub(r"\{[^}]*\}", "", chinese)
            assert _HAN.search(bare) or not re.search("[a-z]", bare), (table, name)
            assert not _HAN.search(english), (table, name)


@pytest.mark.parametrize("name", SAYS)
def test_a_sentence_wants_the_same_values_in_each_language(name: str) -> None:
    wanted = [
        {(field, spec) for _, field, spec, _ in Formatter().parse(text) if field is not None}
        for text in SAYS[name]
    ]
    assert wanted[0] == wanted[1] and all(field.isidentifier() for field, _ in wanted[0])


def test_each_sentence_said_in_the_code_is_there_and_gets_what_it_wants() -> None:
    for file, call in calls("say"):
        values = {keyword.arg for keyword in call.keywords}
        for name in texts_in(call.args[0]):
            where = f"{file}:{call.lineno} {name}"
            assert name in SAYS, where
            assert None in values or values == fields(name), where


def test_each_sentence_said_in_a_template_is_there_and_gets_what_it_wants() -> None:
    found = list(said_in_templates())
    assert len(found) > 8
    for where, name, values in found:
        assert name in SAYS, where
        assert values == fields(name), where


def test_each_kind_of_fault_in_the_code_has_a_title() -> None:
    named = [
        (file, node.value)
        for file, call in calls("Fault")
        for node in call.args[2:3]
        if isinstance(node, ast.Constant)
    ]
    kinds = {*catalogue()["stops"], *catalogue()["listed"]}
    assert len(named) > 20 and not [(file, kind) for file, kind in named if kind not in kinds]


@pytest.mark.parametrize("table", ["stops", "listed", "says"])
def test_nothing_is_in_the_catalogue_that_nobody_says(table: str) -> None:
    assert set(catalogue()[table]) - every_text() == set()


def test_no_kind_both_stops_and_passes() -> None:
    assert STOPS.isdisjoint(catalogue()["listed"])
    assert kind_title("outside") == called("outside", "listed") != "outside"


def test_what_is_said_wrongly_is_refused_where_it_is_said() -> None:
    with pytest.raises(KeyError):
        say("no such sentence")
    for values in ({}, {"count": 2, "more": 1}):
        with pytest.raises(TypeError, match="same_id"):
            say("same_id", **values)


def test_sentences_stand_within_sentences() -> None:
    rows = tuple(say("row_is", file="a.csv", number=n, name="门") for n in (1, 2))
    words = say("rows_share_id", rows=rows)
    assert words.said("zh-CN") == "a.csv 第 1 行：门；a.csv 第 2 行：门"
    assert str(words) == "a.csv row 1 is 门; a.csv row 2 is 门"
    assert {words: 1}[say("rows_share_id", rows=rows)]


def test_a_name_stays_and_a_thing_of_ours_has_a_title() -> None:
    assert [spoken(called(word, "things"), "zh-CN") for word in ("outline", "3幢")] == [
        "轮廓",
        "3幢",
    ]


def test_what_is_refused_has_a_kind_and_a_sentence() -> None:
    refused = CannotImport(say("cut_off"))
    assert (refused.kind, str(refused)) == ("unreadable", "is cut off: its end is missing")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US", "LC_ALL": ""}, "en"),
    ],
)
def test_a_terminal_reads_chinese_unless_english_is_asked_for(
    environment: dict[str, str], expected: str
) -> None:
    assert language(environment) == expected
