"""Two dispatchers, each at a screen of their own, assign the same case at the same instant."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.waiting import until

pytestmark = pytest.mark.browser
ROUNDS = 200
BY_BUTTON = 3
APART_MS = 60

# Both pages get the same plan and the same instant to begin at; neither knows of the other.
RACE = """([plan, begin, apart, responder]) => {
  const wait = (until) => new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  const send = async ([target, version], round) => {
    await wait(begin + round * apart);
    const answer = await fetch("/api/commands", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ command: "assign", target, version, args: { responder } }),
    });
    return [answer.status, await answer.json()];
  };
  window.race = Promise.all(plan.map(send));
}"""
PRESS = """(begin) => void setTimeout(
  () => document.querySelector(".recommended .send.primary").click(), begin - Date.now())"""
CASES = f"""() => Object.fromEntries([...{DESK}.things().incidents.values()]
  .map((row) => [row.id, [row.state, row.version, row.crew.map((one) => one.id)]]))"""
SAME = """(wanted, shown) => Object.entries(wanted)
  .every(([id, row]) => JSON.stringify(shown[id]) === JSON.stringify(row))"""
NOW = "() => Date.now()"


def race(screens: list[Screen], plan: list[Any], responders: list[str]) -> list[list[Any]]:
    """What each screen was answered, round by round."""
    begin = screens[0].ask(NOW) + 500
    for screen, responder in zip(screens, responders, strict=True):
        screen.ask(RACE, [plan, begin, APART_MS, responder])
    return [screen.ask("() => window.race") for screen in screens]


# A confirmation is taken away once it has been read: who looks late must have been told.
LISTEN = """() => {
  window.told = null;
  const look = () => {
    const said = document.querySelector(".said p");
    if (["confirmed", "lost"].includes(said?.dataset.state))
      window.told ??= [said.dataset.state, said.innerText];
  };
  window.listener?.disconnect();
  window.listener = new MutationObserver(look);
  window.listener.observe(document.getElementById("incident"),
    { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def press_at_once(screens: list[Screen], case: str) -> None:
    """Each selects the case, listens, and presses the real button at the same instant."""
    for screen in screens:
        screen.ask(f"(id) => {DESK}.select(id)", case)
    for screen in screens:
        screen.until(f"{DESK}.detail()?.id === '{case}' && {DESK}.detail().recommendations[0]")
        screen.until("document.querySelector('.recommended .send.primary:not([disabled])')?.click")
        screen.until("!document.querySelector('.said p')")  # what was said of the case before
        screen.ask(LISTEN)
    begin = screens[0].ask(NOW) + 300
    for screen in screens:
        screen.ask(PRESS, begin)


def test_of_two_who_assign_at_once_one_wins_and_both_screens_agree(
    visit: Visit, house: House
) -> None:
    names = ("chenmin", "li")
    screens = [visit(name, "/console", graphics=False) for name in names]
    for screen in screens:
        screen.forgiven = ("409",)
    house.tell(*(state(one.id, "smoke") for one in islice(house.devices("smoke"), ROUNDS)))
    cases = until(lambda: (found := house.open_cases()) and len(found) == ROUNDS and found)
    for screen in screens:
        screen.until(f"{DESK}.things().incidents.size >= {ROUNDS}")

    for case in cases[:BY_BUTTON]:
        press_at_once(screens, case.id)
        for screen in screens:
            screen.until("window.told")
        told, words = zip(*(screen.ask("() => window.told") for screen in screens), strict=True)
        assert sorted(told) == ["confirmed", "lost"], words
        winner = told.index("confirmed")
        assert ("陈敏", "李娟")[winner] in words[1 - winner] or names[winner] in words[1 - winner]

    plan = [[case.id, case.version] for case in cases[BY_BUTTON:]]
    responders = [card.id for card in house.compounds[0].responders[:2]]
    answers = race(screens, plan, responders)
    acknowledged = []
    for round_, ((target, _), *pair) in enumerate(zip(plan, *answers, strict=True)):
        statuses = [status for status, _ in pair]
        assert sorted(statuses) == [200, 409], (round_, pair)
        winner = statuses.index(200)
        acknowledged += [(target, responders[winner], pair[winner][1]["events"])]
        lost = pair[1 - winner][1]
        assert (lost["error"], lost["detail"]["by"]) == ("stale", names[winner]), lost
        assert lost["detail"]["state"] == "assigned"

    log = house.log()
    written = Counter(event["id"] for event in log)
    assert all(written[one] == 1 for _, _, events in acknowledged for one in events)
    assigned = Counter(e["subject"] for e in log if e["type"] == "incident.assigned")
    assert all(assigned[case.id] == 1 for case in cases)

    truth = house.truth()
    wanted = {
        case.id: [found.state, found.version, list(found.crew)]
        for case in cases
        for found in [truth.incidents[case.id]]
    }
    assert all(wanted[case][2] == [who] for case, who, _ in acknowledged)
    for screen in screens:
        screen.until(f"({SAME})({json.dumps(wanted)}, ({CASES})())")
