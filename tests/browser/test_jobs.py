"""Each person's job from start to end: by keyboard alone, or in the past."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.waiting import until

pytestmark = pytest.mark.browser
STEPS = (("assigned", "accepted"), ("accepted", "en_route"), ("en_route", "on_scene"),
         ("on_scene", "handled"))  # fmt: skip


def select_by_key(screen: Screen, case: str) -> None:
    """Press J until the case is the selected one, once the list has it."""
    screen.until(f"document.querySelector('#queue-list [data-id=\"{case}\"]')")
    for _ in range(10):
        if screen.ask(f"() => {DESK}.selected()") == case:
            return
        screen.page.keyboard.press("j")
    raise AssertionError(f"{case} is not reached")


def state_of(screen: Screen, case: str, wanted: str) -> None:
    """Wait until the screen knows the case to be in a state, and what can be done about it."""
    screen.until(f"{DESK}.things().incidents.get('{case}').state === '{wanted}'")
    screen.until(f"{DESK}.detail()?.state === '{wanted}' && !{DESK}.commander.busy('{case}')")


def settle_by_key(screen: Screen, key: str) -> None:
    """Say that a matter is settled although its alarm holds, and why."""
    screen.until("document.querySelector('.case .holding:not([hidden]) li')")
    screen.page.keyboard.press(key)
    screen.until("document.activeElement.matches('dialog[open] textarea')")
    screen.page.keyboard.type("老人已送医，按钮待复位")
    for pressed in ("Tab", "Tab", "Enter"):  # past the way out
        screen.page.keyboard.press(pressed)


def test_an_operator_and_a_reviewer_do_their_whole_job_by_keyboard(
    visit: Visit, house: House
) -> None:
    house.tell(state("huodian/call/2", "pressed"))
    operator = visit("chenmin", "/console")
    case = operator.case("huodian/call/2")["id"]
    keys = operator.page.keyboard
    select_by_key(operator, case)
    operator.until(f"{DESK}.detail()?.recommendations?.length")
    keys.press("a")
    state_of(operator, case, "assigned")
    for before, after in STEPS:
        ready = f".crew li[data-state={before}] button.step:not([hidden])"
        operator.until(f"document.querySelector('{ready}')")
        keys.press("g")
        keys.press("Enter")
        state_of(operator, case, after)
    keys.press("n")
    keys.type("老人已送医")
    keys.press("Enter")
    operator.until("document.querySelector('.log').textContent.includes('老人已送医')")
    assert operator.ask(f"() => {DESK}.detail().possible.includes('check')") is False

    reviewer = visit("liuyang", "/console", graphics=False)
    keys = reviewer.page.keyboard
    keys.press("2")
    reviewer.until("document.querySelector('#queue-list li')")
    select_by_key(reviewer, case)
    state_of(reviewer, case, "handled")
    settle_by_key(reviewer, "t")  # the button is still pressed: its alarm holds
    state_of(reviewer, case, "checked")
    settle_by_key(reviewer, "c")
    until(lambda: house.truth().incidents[case].state == "closed")
    operator.until(f"{DESK}.things().incidents.get('{case}')?.state === 'closed'")


def test_a_visitor_plays_the_past_and_can_command_nothing(visit: Visit, house: House) -> None:
    begun_ms = int(house.tell(state("huodian/call/3", "pressed"))[0].split("-")[0])
    until(lambda: any(case.device == "huodian/call/3" for case in house.open_cases()))
    screen = visit("guest", f"/replay?at={begun_ms - 2000}")
    pressed = (
        f"[...{DESK}.things().incidents.values()].some((row) => row.device === 'huodian/call/3')"
    )
    assert screen.ask(f"() => {DESK}.clock.mode") == "paused"
    assert abs(screen.ask(f"() => {DESK}.clock.now()") - (begun_ms - 2000)) < 1000
    assert not screen.ask(f"() => {pressed}")

    screen.page.locator(".speed[data-speed='60']").click()
    screen.page.locator("#replay-play").click()
    screen.until(pressed)
    screen.until(f"{DESK}.clock.mode === 'paused' && {DESK}.clock.speed === 60")  # the end

    slider = screen.page.locator("#replay-range input")
    slider.focus()
    slider.press("Home")
    screen.until(f"{DESK}.clock.now() <= {begun_ms - 2000} && !({pressed})")

    screen.page.locator("#replay-play").click()
    screen.page.locator("#replay-play").click()
    screen.until(f"{DESK}.clock.mode === 'paused'")
    assert screen.page.locator("#incident button:visible").count() == 0

    refused = screen.ask(
        """async (session) => {
          const [incident] = [...dash_clientside.dayuan.desk.things().incidents.keys(), "INC-1-1"];
          const send = (body) => fetch("/api/commands", { method: "POST", body:
            JSON.stringify({ command: "assign", target: incident, version: 1, ...body }) });
          return [(await send({})).status, (await send({ session })).status];
        }""",
        screen.ask(f"() => {DESK}.session"),
    )
    assert refused == [403, 422]
    screen.forgiven = ("403", "422")

    screen.page.locator("#transport a").click()
    screen.page.wait_for_url("**/console")
    screen.settled()
    screen.until(f"{DESK}.clock.mode === 'live'")


def test_a_dispatcher_finds_no_button_in_the_past(visit: Visit, house: House) -> None:
    house.tell(state("huodian/call/4", "pressed"))
    case = until(lambda: [one for one in house.open_cases() if one.device == "huodian/call/4"])[0]
    at_ms = case.reported_at.timestamp() * 1000 + 1500
    until(lambda: house.tell(state("huodian/lamp/1", "on"))[0] > f"{at_ms:.0f}")
    screen = visit("chenmin", f"/replay?at={at_ms:.0f}", graphics=False)
    select_by_key(screen, case.id)
    screen.until("!document.querySelector('.case').hidden")
    screen.until(f"{DESK}.detail()?.id === '{case.id}'")
    # What only asks stays: cameras, and the ways around the case as they were then.
    shown = screen.page.locator("#incident button:visible:not(.camera):not([data-ways])")
    assert shown.count() == 0
    screen.page.keyboard.press("a")
    screen.until("document.getElementById('hint').textContent")
    assert house.truth().incidents[case.id].state == "reported"
