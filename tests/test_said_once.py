"""What the tables say stands nowhere else: no second list of states, steps or alarm labels.

A state of a case, a step of a responder and a label of an alarm are named by the catalogue and by
the record that bears them; whoever asks what one means asks there, the browser by what the server
sends along.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.catalogues import CATALOGUE

HOUSE = Path(__file__).parent.parent
ROOMS = ("twin", "feeds", "layers", "pages", "geodata", "docs")
FLOW = CATALOGUE.flow
LABELS = {"unacknowledged", "acknowledged", "returned_unacknowledged", "shelved", "normal"}
NAMES = {*FLOW.states, *FLOW.steps, *LABELS}
OF_DEVICES = {state for kind in CATALOGUE.devices.values() for state in kind.states}
MARKED = NAMES - OF_DEVICES - {"accepted", "rejected"}
"""Names that nothing else bears: a door is closed, an event accepted, a login rejected, too."""
_STRINGS = r"[\"'](\w+)[\"']"
_LIST = re.compile(rf"[\[{{(]\s*(?:{_STRINGS}\s*,\s*)+{_STRINGS}\s*,?\s*[\]}})]")
_COMPARED = re.compile(rf"[!=]==?\s*{_STRINGS}|{_STRINGS}\s*[!=]==?")


def modules() -> list[Path]:
    return [path for path in HOUSE.glob("assets/**/*.*js") if "vendor" not in path.parts]


def sources() -> list[Path]:
    return [HOUSE / "app.py", *(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))]


def lists_of(code: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """The words that stand side by side in a list, set, tuple or table, with their line."""
    for node in ast.walk(code):
        if isinstance(node, ast.List | ast.Set | ast.Tuple):
            parts: list[ast.expr | None] = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = list(node.keys)
        else:
            continue
        words = {one.value for one in parts if isinstance(one, ast.Constant)}
        yield node.lineno, {word for word in words if isinstance(word, str)}


def compared(code: ast.AST) -> Iterator[tuple[int, str]]:
    """Every word that something is compared with, with its line."""
    for node in ast.walk(code):
        if isinstance(node, ast.Compare):
            for one in (node.left, *node.comparators):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield node.lineno, one.value


def is_list_of_states(words: set[str]) -> bool:
    """Two of a kind: names of one family of states, of which nothing else is in the list."""
    families = ({*FLOW.states, *FLOW.steps}, LABELS)
    return any(len(words & family) > 1 and words <= family for family in families)


def test_no_source_has_a_list_of_states_beside_the_catalogue() -> None:
    wrong = [
        f"{path.relative_to(HOUSE)}:{line} {sorted(words)}"
        for path in sources()
        for line, words in lists_of(ast.parse(path.read_text("utf-8")))
        if is_list_of_states(words)
    ]
    assert wrong == []


def test_no_source_asks_for_a_state_by_its_name() -> None:
    wrong = [
        f"{path.relative_to(HOUSE)}:{line} {word}"
        for path in sources()
        for line, word in compared(ast.parse(path.read_text("utf-8")))
        if word in MARKED
    ]
    assert wrong == []


def test_no_browser_module_has_a_list_of_states_or_asks_for_one_by_its_name() -> None:
    wrong = []
    for path in modules():
        code = path.read_text("utf-8")
        lists = [set(re.findall(_STRINGS, found.group())) for found in _LIST.finditer(code)]
        wrong += [f"{path.relative_to(HOUSE)} {words}" for words in lists if words & MARKED]
        words = {word for pair in _COMPARED.findall(code) for word in pair}
        wrong += [f"{path.relative_to(HOUSE)} {word}" for word in sorted(words & MARKED)]
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('DONE = ["closed", "cancelled"]', True),
        ('x = {"handled": 1, "checked": 2}', True),
        ('x = ("unacknowledged", "acknowledged")', True),
        ('x = ("open", "closed")', False),
        ('x = ("closed",)', False),
    ],
)
def test_a_list_of_states_is_seen_where_it_stands(code: str, found: bool) -> None:
    assert any(is_list_of_states(words) for _, words in lists_of(ast.parse(code))) is found


@pytest.mark.parametrize(
    "code", ['case.state == "handled"', '"en_route" != step', 'x in "checked"']
)
def test_a_comparison_with_a_state_is_seen(code: str) -> None:
    assert {word for _, word in compared(ast.parse(code))} & MARKED


@pytest.mark.parametrize(
    "code",
    ['["closed", "cancelled"].includes(s)', 'new Set(["handled", "checked"])', 's === "en_route"'],
)
def test_a_list_or_a_comparison_in_a_module_is_seen(code: str) -> None:
    lists = [set(re.findall(_STRINGS, found.group())) for found in _LIST.finditer(code)]
    words = {word for pair in _COMPARED.findall(code) for word in pair}
    assert any(found & MARKED for found in lists) or words & MARKED
