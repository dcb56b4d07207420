"""A server that dies under its screens: they come back by themselves, with the truth."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.waiting import until

pytestmark = pytest.mark.browser
SHOWN = f"""() => {{
  const {{ incidents, alarms, responders }} = {DESK}.things();
  const rows = (some) => Object.fromEntries([...some].sort());
  const states = %s.map((id) => [id, {DESK}.reading(id)]);
  return {{ incidents: rows(incidents), alarms: rows(alarms), responders: rows(responders), states,
    counts: {DESK}.panels().counts, layers: {DESK}.panels().layers }};
}}"""


def shown(screen: Screen, house: House) -> dict[str, Any]:
    """All that a person could read from a screen's facts."""
    compound = screen.ask(f"() => {DESK}.here().id")
    ids = [one.id for one in house.devices() if one.id.startswith(f"{compound}/")]
    found: dict[str, Any] = screen.ask(SHOWN % json.dumps(ids))
    return found


def test_a_screen_recovers_without_a_touch_when_the_web_role_is_killed(
    visit: Visit, house: House
) -> None:
    house.tell(state("huodian/call/7", "pressed"))
    screen = visit("chenmin", "/console")
    screen.forgiven = ("ERR_CONNECTION", "WebSocket", "Unexpected response")
    screen.case("huodian/call/7")
    screen.ask("() => { window.mine = 'yes'; }")
    killed = house.pid("web")
    house.kill("web")
    screen.until("document.documentElement.dataset.link === 'lost'")
    house.tell(state("huodian/gate/1", "forced_open"), state("huodian/lamp/1", "on"))
    until(lambda: house.pid("web") not in (None, killed))
    screen.until(f"{DESK}.status.state === 'live'", 60)
    screen.case("huodian/gate/1")

    fresh = visit("chenmin", "/console")
    until(lambda: shown(screen, house) == shown(fresh, house), 10)
    assert screen.ask("() => window.mine") == "yes"
