"""How a run of the tests is laid out: temporary files in memory, tests in groups for the workers.

Memory only spares the disk: servers write and sync exactly as the product asks for.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30
"""The most that a run was seen to hold at once is under a quarter of this."""
_FOLDER = pytest.StashKey[Path]()
BUDGET_S = 15.0
"""What the tests of a file may take together on a quiet machine, unless said otherwise below."""
SCREENS_BUDGET_S = 40.0
"""The same for files that open pages with a map in a real Chromium."""
BUDGETS_S = {
    "tests/territory_filter/test_figures.py": 30.0,
    "tests/territory_filter/test_routes.py": 30.0,
    "tests/test_break.py": 60.0,
    "tests/test_app.py": 45.0,
    "tests/feeds/host/test_supervisor.py": 30.0,
    "tests/pages/test_panels.py": 60.0,
    "tests/pages/screens/test_console.py": 60.0,
}
"""Files that start whole products, kill them, or draw many screens."""

GROUPS = {
    "tests/browser/test_calm.py": "sites",
    "tests/browser/test_district.py": "sites",
    "tests/browser/test_from_empty.py": "sites",
    "tests/browser/test_import.py": "sites",
    "tests/browser/": "browser",
    "tests/test_break.py": "processes",
    "tests/test_app.py": "processes",
    "tests/territory_filter/": "leaks",
    "tests/test_bench.py": "bench",
}
"""Tests that share what is dear to set up, or that load the machine, stay with one worker: those
of the one demo house, those with a house of their own. Every other file is a group of its own."""

LONGEST = ("browser", "processes", "sites", "leaks", "bench")
"""Which groups begin, in this order: the longest, lest one worker ends long after the others."""


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary files of the run into memory where there is room, unless told otherwise."""
    if hasattr(config, "workerinput") or config.option.basetemp or "TMPDIR" in os.environ:
        return
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    _remove_what_killed_runs_left()
    folder = Path(tempfile.mkdtemp(prefix=f"dayuan-tests-{os.getpid()}-", dir=MEMORY))
    config.stash[_FOLDER] = folder
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    if (folder := config.stash.get(_FOLDER, None)) is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop("TMPDIR", None)
        tempfile.tempdir = None


def _remove_what_killed_runs_left() -> None:
    for folder in MEMORY.glob("dayuan-tests-*"):
        if not Path("/proc", folder.name.split("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the files whose tests took longer than they may, with what each test took on the way.

    It is printed and fails nothing: a machine may be busy with something else.
    """
    spent_s: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent_s[report.nodeid.partition("::")[0]] += report.duration
    for line in over_budget(spent_s):
        terminalreporter.write_line(line)


def over_budget(spent_s: Mapping[str, float]) -> list[str]:
    """A line for each file that took longer than its budget, the worst first."""
    budgets_s = {file: BUDGETS_S.get(file, _budget_s(file)) for file in spent_s}
    over = {file: s - budgets_s[file] for file, s in spent_s.items() if s > budgets_s[file]}
    return [
        f"over its budget: {file} took {spent_s[file]:.0f} s of {budgets_s[file]:.0f} s"
        for file in sorted(over, key=over.__getitem__, reverse=True)
    ]


def _budget_s(file: str) -> float:
    return SCREENS_BUDGET_S if file.startswith("tests/browser/") else BUDGET_S


def group_of(nodeid: str) -> str:
    """The group of a test: of tests that share one, or its file."""
    for start, group in GROUPS.items():
        if nodeid.startswith(start):
            return group
    return nodeid.partition("::")[0]


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
    """A group of tests is a piece of work: one worker gets all of it."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """Hand out groups, not single tests.

    Not by ``--dist loadgroup``: with pytest 9.2 that leaves every test a group of its own, for it
    looks for the group in a name that items no longer have.
    """
    return ByGroup(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tests that only pass after others are found by another order."""
    parser.addoption("--shuffle", type=int, help="run in another order, the same for a number")


def shuffle(items: list[pytest.Item], seed: int) -> None:
    """Another order of files, and of tests in each: what a file sets up, it sets up once."""
    chance, by_file = random.Random(seed), defaultdict[str, list[pytest.Item]](list)
    for item in items:
        by_file[item.nodeid.partition("::")[0]].append(item)
    files = list(by_file.values())
    chance.shuffle(files)
    for tests in files:
        chance.shuffle(tests)
    items[:] = chain(*files)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest groups begin."""
    if (seed := config.getoption("--shuffle")) is not None:
        shuffle(items, seed)
    last = len(LONGEST)
    order = {group: number for number, group in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(group_of(item.nodeid), last))
