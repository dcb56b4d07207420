import re
from pathlib import Path

import pytest

from pages import texts
from tests.support.catalogues import CATALOGUE
from twin.commands.roles import ROLES
from twin.commands.table import COMMANDS
from twin.events import OPERATIONS_TYPES

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in sorted((ROOT / "assets").rglob("*.mjs")) if "vendor" not in path.parts]
_CALL = re.compile(
    r"""(?<![\w.])(?:t|has|heading)\((?:[^()"`]*\? ?)?"([a-z_.0-9]+)"(?: : "([a-z_.0-9]+)")?"""
)
_FIELD = re.compile(r'text: "([a-z_]+\.[a-z_]+)"')
_TEMPLATE = re.compile(r"(?<![\w.])(?:t|has)\(`([a-z_.]+)\$")


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = (set(texts.everything(CATALOGUE, lang)) for lang in texts.LANGUAGES)
    assert chinese == english


def test_both_languages_fill_in_the_same_words() -> None:
    braces = re.compile(r"\{(\w+)\}")
    for key, chinese in texts.everything(CATALOGUE, "zh-CN").items():
        english = texts.everything(CATALOGUE, "en")[key]
        assert set(braces.findall(chinese)) == set(braces.findall(english)), key


def test_every_text_the_browser_asks_for_exists() -> None:
    known = set(texts.everything(CATALOGUE, "en"))
    for source in SOURCES:
        words = source.read_text("utf-8")
        asked = {key for found in _CALL.findall(words) for key in found if key}
        asked |= set(_FIELD.findall(words))
        assert not asked - known, source.name
        for prefix in _TEMPLATE.findall(words):
            assert any(key.startswith(prefix) for key in known), f"{source.name}: {prefix}"


def test_no_word_a_person_reads_stands_in_the_browser_code() -> None:
    # The language switch names the other language in that language, whatever the catalogue says.
    own = {"中文", "切换到中文"}
    for source in SOURCES:
        code = re.sub(r"//.*", "", source.read_text("utf-8"))
        code = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
        assert set(re.findall(r"[一-鿿]+", code)) <= own, source.name


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("zh-TW", "zh-CN"),
        ("fr", "zh-CN"),
        (None, "zh-CN"),
    ],
)
def test_a_language_nobody_translated_falls_back_to_chinese(wanted: str | None, found: str) -> None:
    assert texts.language(wanted) == found


def test_a_text_is_filled_with_its_words() -> None:
    assert texts.text("en", "grid.name", n=2) == "Grid 2"
    with pytest.raises(KeyError):
        texts.text("en", "no.such.key")


def test_every_state_a_device_can_have_has_a_word() -> None:
    states = {f"device.{state}" for kind in CATALOGUE.devices.values() for state in kind.states}
    assert not states - set(texts.everything(CATALOGUE, "en"))


def test_every_layer_and_every_responders_state_has_a_word() -> None:
    known = set(texts.everything(CATALOGUE, "en"))
    assert {layer.label for layer in CATALOGUE.layers.values()} <= known
    assert {f"crew.{step}" for step in CATALOGUE.flow.steps} <= known
    assert {f"state.{state}" for state in CATALOGUE.flow.states} <= known
    assert {f"action.{command}" for command in COMMANDS} <= known
    assert {f"role.{role}" for role in ROLES} <= known


def test_every_line_of_a_record_can_be_said() -> None:
    of_cases = {f"log.{name}" for name in OPERATIONS_TYPES if name.startswith("incident.")}
    assert not of_cases - set(texts.everything(CATALOGUE, "en"))


def test_no_text_names_a_side_of_the_screen_for_a_phone_has_none() -> None:
    for key, chinese in texts.everything(CATALOGUE, "zh-CN").items():
        assert not re.search("[左右][侧边]", chinese), key
        assert not re.search(
            r"\b(left|right)\b side|on the (left|right)\b", texts.everything(CATALOGUE, "en")[key]
        ), key


def test_alarms_are_counted_with_their_measure_word() -> None:
    for key, chinese in texts.everything(CATALOGUE, "zh-CN").items():
        assert not re.search(r"\{\w+\} ?告警", chinese), key
