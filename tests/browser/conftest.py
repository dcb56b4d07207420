"""A running product and a Chromium for this folder; pages that are held to account when closed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from geodata.demo.first_run import prepare
from geodata.importing.history import edit
from tests.browser.screen import Screen
from tests.browser.streams import PATHS, Source, streaming
from tests.support.installation import PATIENT, House, fill_and_stop, running
from tests.support.profiles import Profiles
from twin.commands.cameras import CameraWish, LensWish, placed

ARGS = (
    "--no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --ignore-gpu-blocklist "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
Visit = Callable[..., Screen]


def chromium_path() -> str | None:
    """An installed Chromium, or None for playwright's own."""
    return shutil.which("chromium") or shutil.which("google-chrome")


STREAMED = {kind: f"huodian/camera/{number}" for number, kind in enumerate(PATHS, start=10)}
"""Cameras of the house that have a stream, by its kind."""


@pytest.fixture(scope="package")
def source() -> Iterator[Source]:
    """Where the streams of the house's cameras come from."""
    with streaming() as found:
        yield found


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory, source: Source) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    prepare(folder / "places", "street", 1)
    for kind, camera in STREAMED.items():
        lens = LensWish(stream=source.address(kind), stream_kind=kind)
        wish = partial(placed, camera=camera, wish=CameraWish(lens=lens))
        edit(folder / "places", "huodian", wish, {"by": "test"})
    with running(folder, origins=source.origin, program=PATIENT) as house:
        fill_and_stop(house)
        house.add_account("li", "李娟·街道值班", "dispatcher")
        yield house


@pytest.fixture(scope="package")
def chromium() -> Iterator[Profiles]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        yield Profiles(browser)
        browser.close()


@pytest.fixture
def house(world: House) -> Iterator[House]:
    """The running product, all well and nothing open; a test leaves it so."""
    world.freshen()
    yield world
    world.tidy()


@pytest.fixture
def visit(house: House, chromium: Profiles) -> Iterator[Visit]:
    """Open a page as a person: ``visit("chenmin", "/console")``."""
    opened: list[Screen] = []

    def open_page(person: str, path: str, **more: Any) -> Screen:
        opened.append(Screen(chromium, house, person, **more))
        return opened[-1].open(path)

    yield open_page
    for screen in opened:
        screen.close()
