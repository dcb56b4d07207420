"""What the service says of itself stands on every screen while it is so, and goes with it."""

from __future__ import annotations

import os
import signal

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import Screen
from tests.support.installation import House, state
from tests.support.waiting import until

pytestmark = pytest.mark.browser
BADGE = 'document.querySelector("#conditions [data-tone=bad] strong")?.innerText ?? ""'


def badge(screen: Screen, words: str) -> None:
    """Wait until the badge says so, or with no words until there is none."""
    screen.until(f"{BADGE}.startsWith({words!r})" if words else f"{BADGE} === ''", 40)


def test_a_stopped_engine_is_told_on_wall_and_console_until_one_works_again(
    visit: Visit, house: House
) -> None:
    wall, console = (
        visit(person, path, graphics=False)
        for person, path in (("wall", "/wall"), ("chenmin", "/console"))
    )
    badge(wall, "")
    stopped = until(lambda: house.pid("engine"))
    os.kill(stopped, signal.SIGSTOP)
    for screen in (wall, console):
        badge(screen, "告警未在处理 · 自 ")
        screen.until("document.getElementById('urgent').textContent.includes('告警未在处理')")
    house.tell(state("huodian/call/5", "pressed"))
    # Nobody touches it: what hangs is killed, and what was asked for meanwhile is followed up.
    until(lambda: house.pid("engine") not in (None, stopped), 60)
    for screen in (wall, console):
        badge(screen, "")
        screen.until("document.querySelector('#queue-list').innerText.includes('一键')", 40)
