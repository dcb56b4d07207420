"""Addresses that people send each other lead where they say, through the login if need be."""

from __future__ import annotations

import pytest

from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.profiles import Profiles

pytestmark = pytest.mark.browser


def test_a_link_into_the_past_leads_there_through_the_login(
    chromium: Profiles, house: House
) -> None:
    at_ms = int(house.tell(state("huodian/lamp/1", "on"))[0].split("-")[0]) - 500
    screen = Screen(chromium, house, graphics=False)
    screen.page.goto(f"/replay?at={at_ms}")
    screen.page.locator("button[value=guest]").click()
    screen.page.wait_for_url(f"**/replay?at={at_ms}")
    screen.settled()
    assert abs(screen.ask(f"() => {DESK}.clock.now()") - at_ms) < 1000
    assert screen.ask(f"() => {DESK}.clock.mode") == "paused"
    screen.close()
