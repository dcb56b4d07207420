"""A Chromium for the pages on a stage; what a page throws fails the test that opened it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.pages.stage import Stage
from tests.pages.stage_server import StageServer, stage_server
from tests.support.profiles import Profiles

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
Open = Callable[..., Stage]


@pytest.fixture(scope="module")
def browser() -> Iterator[Profiles]:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield Profiles(chromium)
        chromium.close()


@pytest.fixture(scope="module")
def theatre() -> Iterator[StageServer]:
    """Where all stages of a file stand."""
    with stage_server() as server:
        yield server


@pytest.fixture
def stage(browser: Profiles, theatre: StageServer) -> Iterator[Open]:
    opened: list[Stage] = []

    def open_stage(name: str, size: tuple[int, int] = (1440, 900), query: str = "") -> Stage:
        opened.append(Stage(browser, theatre, name, size, query))
        return opened[-1]

    yield open_stage
    for one in opened:
        one.close()
    assert not [error for one in opened for error in one.errors]
