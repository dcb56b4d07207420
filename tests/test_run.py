"""The layout of a run: what is dear to set up is set up by one worker."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.run import (
    BUDGET_S,
    BUDGETS_S,
    GROUPS,
    LONGEST,
    ByGroup,
    group_of,
    over_budget,
    pytest_xdist_make_scheduler,
    shuffle,
)

HOUSE = Path(__file__).parent.parent


def test_every_group_is_of_tests_that_exist_and_begins_in_its_turn() -> None:
    assert all((HOUSE / start).exists() for start in GROUPS)
    assert set(GROUPS.values()) == set(LONGEST)


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/browser/test_named.py::test_wall[zh-CN]", "browser"),
        ("tests/browser/test_calm.py::test_a_site", "sites"),
        ("tests/territory_filter/test_tiles.py::test_a", "leaks"),
        ("tests/twin/state/test_twin.py::test_a[x::y]", "tests/twin/state/test_twin.py"),
    ],
)
def test_a_test_belongs_to_a_group_that_is_named_or_to_its_file(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_workers_are_handed_whole_groups() -> None:
    scheduler = ByGroup.__new__(ByGroup)
    assert scheduler._split_scope("tests/test_app.py::test_a[1]") == "processes"
    marks = vars(pytest_xdist_make_scheduler)["pytest_impl"]
    assert marks["optionalhook"]  # -n0 needs no scheduler


def test_a_shuffled_run_holds_every_test_and_keeps_files_together() -> None:
    names = [f"tests/test_{file}.py::test_{test}" for file in "abcdefgh" for test in range(5)]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    shuffle(items, 7)
    order = [item.nodeid for item in items]
    assert order != names and sorted(order) == sorted(names)
    files = [name.partition("::")[0] for name in order]
    assert len([1 for before, file in pairwise(files) if before != file]) == 7
    again: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    shuffle(again, 7)
    assert [item.nodeid for item in again] == order


def test_files_that_took_longer_than_they_may_are_named_the_worst_first() -> None:
    assert all((HOUSE / file).exists() for file in BUDGETS_S)
    assert over_budget({"a.py": BUDGET_S, "tests/test_break.py": BUDGET_S + 1}) == []
    assert over_budget({"a.py": BUDGET_S + 1, "b.py": BUDGET_S + 9, "tests/browser/c.py": 30}) == [
        "over its budget: b.py took 24 s of 15 s",
        "over its budget: a.py took 16 s of 15 s",
    ]
