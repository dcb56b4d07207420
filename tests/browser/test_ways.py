"""A gate or a lift turns, and what the console recommends turns with it; people are led out."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.house import House, state
from tests.browser.screen import DESK

pytestmark = pytest.mark.browser
CALL, GATES = "huodian/call/2", ("huodian/gate/2",)
WHY = "[...document.querySelectorAll('.recommended .why')].map((n) => n.textContent)"
STAMPED = """() => { window.turned = null; const list = document.querySelector('.recommended');
  const look = () => { if (list.textContent.includes('东门故障')) window.turned ??= Date.now(); };
  new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true });
}"""


def test_a_gate_that_fails_changes_the_recommendation_the_time_and_the_route_on_screen(
    visit: Visit, house: House
) -> None:
    house.tell(state(CALL, "pressed"))
    screen = visit("chenmin", "/console", size=(1100, 700))
    case = screen.case(CALL)["id"]
    screen.ask(f"(id) => {DESK}.select(id, {{ go: true }})", case)
    screen.until(f"{DESK}.detail()?.recommendations?.some((one) => one.via === '东门')")
    before = screen.ask(f"() => {DESK}.detail().recommendations.map((one) => one.seconds)")
    assert screen.ask(f"() => {WHY}")
    screen.ask(STAMPED)
    began = screen.ask("() => Date.now()")
    house.tell(*(state(gate, "fault") for gate in GATES))
    screen.until("window.turned")
    took_ms = screen.ask("() => window.turned") - began
    after = screen.ask(f"() => {DESK}.detail().recommendations.map((one) => one.seconds)")
    assert after != before and after[0] is not None
    assert took_ms < 3000  # a second on a machine with nothing else to do
    assert "✕" in screen.ask("() => document.querySelector('.ways .standing').textContent")


def test_the_circle_the_nearest_and_the_evacuation_are_a_key_away(
    visit: Visit, house: House
) -> None:
    house.tell(state(CALL, "pressed"))
    screen = visit("chenmin", "/console", size=(1100, 700))
    screen.ask(f"(id) => {DESK}.select(id)", screen.case(CALL)["id"])
    screen.until(f"{DESK}.detail()")
    told = "document.querySelector('.ways .told').textContent"
    for key, words in (("o", "步行十分钟可达楼栋"), ("u", "须疏散人数"), ("h", "")):
        screen.page.keyboard.press(key)
        cap = "document.querySelector('[data-ways][aria-pressed=true] kbd')?.textContent"
        answered = f"{told}.includes('{words}') && !{told}.includes('正在')"
        screen.until(f"{cap} === '{key.upper()}' && {answered}")
    screen.page.keyboard.press("h")
    screen.until("document.querySelector('.ways .told').hidden")
