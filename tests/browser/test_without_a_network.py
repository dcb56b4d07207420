"""Nothing comes from anywhere but our own server: every page draws with the network closed."""

from __future__ import annotations

import ctypes
import fcntl
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType

from tests.browser.conftest import ARGS, chromium_path
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, running
from tests.support.profiles import Profiles

pytestmark = pytest.mark.browser
NEW_NETWORK, SET_FLAGS, UP_AND_RUNNING = 0x40000000, 0x8914, 0x41
DRAWN = f"""(({{ map }}) => ["buildings", "gates", "gridnames"].every((id) =>
  map.queryRenderedFeatures({{ layers: [id] }}).length > 0)
  && !document.querySelector("#map-notice:not([hidden])"))({DESK}.map())"""


def close_the_network() -> None:
    """Leave this process nothing but a loopback of its own. Raises OSError where not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket() as sock:
        fcntl.ioctl(sock, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))


def may_close() -> bool:
    """Whether this machine lets us."""
    code = "from tests.browser.test_without_a_network import close_the_network as c; c()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    return done.returncode == 0 and shutil.which("nsenter") is not None


@pytest.fixture
def closed(chromium: Profiles, world: House, tmp_path: Path) -> Iterator[tuple[Profiles, House]]:
    """A product and a browser that share a network of their own; where that is not permitted,
    the usual ones: every page is held to account for what it asks beyond our server anyway.
    """
    if not may_close():
        yield chromium, world
        return
    shutil.copytree(world.folder / "places", tmp_path / "places")
    code = (
        "import os, sys; from tests.browser.test_without_a_network import close_the_network as c;"
        "c(); os.execv(sys.argv[1], sys.argv[1:])"
    )
    with running(tmp_path, before=(sys.executable, "-c", code)) as house:
        wrapper = tmp_path / "chromium"
        found = chromium_path() or chromium.browser.browser_type.executable_path
        wrapper.write_text(
            f'#!/bin/sh\nexec nsenter --net=/proc/{house.process.pid}/ns/net {found} "$@"\n'
        )
        wrapper.chmod(0o755)
        kind: BrowserType = chromium.browser.browser_type
        browser = kind.launch(executable_path=wrapper, args=ARGS)
        yield Profiles(browser), house
        browser.close()


def test_every_page_draws_completely_with_the_network_closed(
    closed: tuple[Profiles, House],
) -> None:
    chromium, house = closed
    screen = Screen(chromium, house)
    screen.page.goto("/login")
    assert screen.page.locator("svg, img").first.is_visible()
    assert screen.page.locator("button.identity").count() == 6
    screen.page.locator("button[value=chenmin]").click()
    screen.page.wait_for_url("**/console")
    for path in ("/wall", "/console", "/replay"):
        screen.open(path)
        screen.until(DRAWN, 30)
        screen.until("document.querySelectorAll('#strip *').length > 10")
    screen.close()


def test_a_closed_network_reaches_nothing() -> None:
    if not may_close():
        return
    code = (
        "from tests.browser.test_without_a_network import close_the_network as c; c();"
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "unreachable" in done.stderr
