"""A lift stops, gates fail, and what the console recommends turns with them; people are led out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.house import House, state
from tests.browser.screen import DESK, Screen

pytestmark = pytest.mark.browser
SOON_MS = 3000
"""A second on a machine that does nothing else."""
WATCHED = """(words) => { window.turned = null; const list = document.querySelector('.recommended');
  const look = () => { if (list.textContent.includes(words)) window.turned ??= Date.now(); };
  new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true });
  return Date.now(); }"""


def high_up(house: House) -> tuple[Any, list[str], list[str]]:
    """A smoke detector on a high floor, the lifts of its unit, the gates of its compound."""
    found = next(d for d in house.devices("smoke") if d.floor > 14)
    unit = (found.building, found.unit)
    lifts = [d.id for d in house.devices("lift") if (d.building, d.unit) == unit]
    home = found.id.partition("/")[0]
    return found, lifts, [d.id for d in house.devices("gate") if d.id.startswith(f"{home}/")]


def opened(visit: Visit, house: House) -> tuple[Screen, list[str], list[str]]:
    """A console on which a case high up is selected and people are recommended."""
    detector, lifts, gates = high_up(house)
    house.tell(state(detector.id, "smoke"))
    screen = visit("chenmin", "/console", size=(1100, 700))
    screen.ask(f"(id) => {DESK}.select(id)", screen.case(detector.id)["id"])
    screen.until(f"{DESK}.detail()?.recommendations?.length > 3")
    screen.until("document.querySelector('.recommended').textContent.includes('乘电梯')")
    return screen, lifts, gates


def test_a_lift_that_stops_and_gates_that_fail_change_what_is_recommended_and_drawn(
    visit: Visit, house: House
) -> None:
    screen, lifts, gates = opened(visit, house)
    seconds = f"{DESK}.detail().recommendations.map((one) => one.seconds)"
    before = screen.ask(f"() => {seconds}")
    began = screen.ask(WATCHED, "走楼梯")
    house.tell(*(state(lift, "stopped") for lift in lifts))
    screen.until("window.turned")
    assert screen.ask("() => window.turned") - began < SOON_MS
    assert screen.ask(f"() => {seconds}")[0] > before[0]
    assert "停运" in screen.ask("() => document.querySelector('.recommended').textContent")
    house.tell(*(state(gate, "fault") for gate in gates))
    screen.until(f"{seconds}.includes(null)")
    standing = screen.ask("() => document.querySelector('.ways .standing').textContent")
    assert standing.count("✕") >= len(lifts) + len(gates)


def test_the_circle_the_nearest_and_the_evacuation_are_a_key_away(
    visit: Visit, house: House
) -> None:
    screen, _, _ = opened(visit, house)
    told = "document.querySelector('.ways .told').textContent"
    for key, words in (("o", "步行十分钟可达楼栋"), ("u", "须疏散人数"), ("h", "")):
        screen.page.keyboard.press(key)
        cap = "document.querySelector('[data-ways][aria-pressed=true] kbd')?.textContent"
        answered = f"{told}.includes('{words}') && !{told}.includes('正在')"
        screen.until(f"{cap} === '{key.upper()}' && {answered}")
    screen.page.keyboard.press("h")
    screen.until("document.querySelector('.ways .told').hidden")
