"""Lifts stop, gates fail, ground is fenced off: what the console recommends and draws follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, normal, state
from tests.support.waiting import until
from twin.places.metres import xy_from_lonlat
from twin.places.model import LonLat

pytestmark = pytest.mark.browser
SOON_MS = 1000
ROUNDS = 5
WATCHED = f"""() => {{
  const list = document.querySelector(".recommended"), map = {DESK}.map().map;
  const words = (part) => list.querySelector(part)?.textContent ?? "";
  const line = () => JSON.stringify(map.querySourceFeatures("route").map((one) => one.geometry));
  const now = () => ({{ words: words(".why"), time: words(".travel"), line: line() }});
  const watch = (window.watch = {{ was: now(), at: {{}} }});
  const look = (some) => {{
    for (const [name, value] of Object.entries(some))
      if (value !== watch.was[name]) [watch.was[name], watch.at[name]] = [value, Date.now()];
  }};
  const told = () => look({{ words: words(".why"), time: words(".travel") }});
  const all = {{ subtree: true, childList: true, characterData: true }};
  new MutationObserver(told).observe(list, all);
  map.on("render", () => look({{ line: line() }}));
}}"""
"""When the first recommendation's words, its time, and the line as it is painted changed last."""


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
    case = screen.case(detector.id)["id"]
    screen.ask(f"(id) => {DESK}.select(id, {{ go: true }})", case)
    screen.until(f"{DESK}.detail()?.recommendations?.length > 3")
    screen.until("document.querySelector('.recommended').textContent.includes('乘电梯')")
    return screen, lifts, gates


@pytest.fixture
def everybody_at(house: House) -> Iterator[Callable[[LonLat], None]]:
    """Puts all responders in one place; afterwards they are back where they were."""
    people = house.truth().responders.values()
    before = {one.id: one.lonlat for one in people if one.lonlat}

    def put(spots: dict[str, LonLat]) -> None:
        house.tell(*(position(name, spot) for name, spot in spots.items()))

    yield lambda spot: put(dict.fromkeys(before, spot))
    put(before)


def position(responder: str, lonlat: LonLat) -> dict[str, Any]:
    return {
        "id": uuid4().hex, "type": "responder.position", "subject": responder,
        "time": datetime.now(UTC).isoformat(), "data": {"lonlat": lonlat, "accuracy_m": 5.0},
    }  # fmt: skip


def turned(
    screen: Screen, house: House, *told: dict[str, Any], line: bool = True
) -> dict[str, float]:
    """Milliseconds from XADD until words, time and, if it must, the painted line have changed."""
    names = ("words", "time", "line") if line else ("words", "time")
    painted = f"{DESK}.map().map.loaded()"
    screen.until(painted)
    screen.ask("() => { window.watch.at = {} }")
    began = time.time() * 1000
    house.tell(*told)
    screen.until(f"{[*names]}.every((name) => watch.at[name]) && {painted}")
    return {name: screen.ask(f"() => watch.at.{name}") - began for name in names}


def said(what: str, rounds: list[dict[str, float]]) -> float:
    """Print what was measured; the median of when all of it stood on the screen."""
    last = sorted(max(one.values()) for one in rounds)
    each = {name: median(one[name] for one in rounds) for name in rounds[0]}
    print(f"\n{what}: {len(last)} turns, p50 {median(last):.0f} ms, max {last[-1]:.0f} ms", each)
    return median(last)


def off(line: list[LonLat], spot: LonLat) -> float:
    """Metres from a position to a line."""
    xy = xy_from_lonlat(np.array([*line, spot]), spot)
    return float(shapely.LineString(xy[:-1]).distance(shapely.Point(xy[-1])))


def first_told(screen: Screen) -> Any:
    """Who is recommended first."""
    return screen.ask(f"() => {DESK}.detail().recommendations[0]")


def lifts_stop(screen: Screen, house: House, lifts: list[str]) -> None:
    """All lifts of a unit stop and run again; the first recommendation says so."""
    rounds, before = [], first_told(screen)["seconds"]
    for _ in range(ROUNDS):
        rounds.append(turned(screen, house, *(state(one, "stopped") for one in lifts), line=False))
        assert first_told(screen)["seconds"] > before
        assert "停运" in screen.ask("() => watch.was.words")
        well = [state(one, normal("lift")) for one in lifts]
        rounds.append(turned(screen, house, *well, line=False))
    assert said("a lift stops and runs again", rounds) < SOON_MS


def gate_fails(screen: Screen, house: House, gates: dict[str, Any]) -> None:
    """The gate on the drawn way fails and works again; the drawn way goes through another one."""
    rounds, by = [], gates[first_told(screen)["via"]]
    for _ in range(ROUNDS):
        rounds.append(turned(screen, house, state(by.id, "fault")))
        told = first_told(screen)
        drawn = screen.ask(f"() => {DESK}.map().map.getSource('route').getData()")
        (line,) = (one["geometry"]["coordinates"] for one in drawn["features"])
        assert line == told["route"] and told["via"] != by.name
        assert off(line, by.lonlat) > 5 > off(line, gates[told["via"]].lonlat)
        rounds.append(turned(screen, house, state(by.id, normal("gate"))))
        assert first_told(screen)["via"] == by.name
    assert said("a gate fails and works again", rounds) < SOON_MS


def test_lifts_that_stop_and_gates_that_fail_change_what_is_recommended_and_drawn_in_a_second(
    visit: Visit, house: House, everybody_at: Callable[[LonLat], None]
) -> None:
    names = high_up(house)[2]
    gates = {one.name: one for one in house.devices("gate") if one.id in names}
    everybody_at(next(one.lonlat for one in house.devices("gate") if one.id not in names))
    screen, lifts, _ = opened(visit, house)
    screen.ask(WATCHED)
    lifts_stop(screen, house, lifts)
    gate_fails(screen, house, gates)
    house.tell(*(state(gate, "fault") for gate in names))
    screen.until(f"{DESK}.detail().recommendations[0].seconds === null")
    standing = screen.ask("() => document.querySelector('.ways .standing').textContent")
    assert standing.count("✕") >= len(names)


def test_a_works_area_is_drawn_corner_by_corner_seen_sent_and_taken_away(
    visit: Visit, house: House
) -> None:
    screen, _, _ = opened(visit, house)
    page, told = screen.page, "document.querySelector('.closing .ground-told').textContent"
    drawn = f"{DESK}.map().map.getSource('sketch').getData()"
    kinds = f"async () => (await {drawn}).features.map((one) => one.geometry.type).join()"
    middle = screen.ask(
        "() => { const box = document.querySelector('#map canvas').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2] }"
    )

    def corner(east: int, south: int, count: int) -> None:
        page.mouse.click(middle[0] + east, middle[1] + south)
        screen.until(f"{told}.includes('{count} 个')")

    page.click(".ways .choose button.quiet")
    page.fill(".closing [name=radius]", "12")
    screen.until(f"/44[789] /.test({told})")
    assert screen.ask(kinds) == "Polygon"
    page.check(".closing [value=drawn]")
    corner(-40, -30, 1)
    corner(40, -30, 2)
    corner(90, 90, 3)
    page.keyboard.press("Backspace")
    screen.until(f"{told}.includes('2 个')")
    corner(40, 30, 3)
    page.mouse.dblclick(middle[0] - 40, middle[1] + 30)
    screen.until(f"{told}.includes('平方米')")
    corners = f"async () => (await {drawn}).features[0]?.geometry.coordinates[0].length"
    until(lambda: screen.ask(corners) == 5)  # the map takes it in a worker of its own
    page.check(".closing [value=works]")
    page.fill(".closing [name=reason]", "挖沟")
    page.click(".closing [type=submit]")
    screen.until("document.querySelector('.ways .standing').textContent.includes('挖沟')")
    screen.until("document.querySelector('.closing').hidden")
    assert screen.ask(kinds) == ""
    page.click(".ways .standing .reopen:not([hidden])")
    screen.until("!document.querySelector('.ways .standing').textContent.includes('挖沟')")
    left_and_refused(screen, told)


def left_and_refused(screen: Screen, told: str) -> None:
    """Escape leaves a drawing, then the form; ground that is too large is refused with its size."""
    page = screen.page
    page.click(".ways .choose button.quiet")
    page.check(".closing [value=drawn]")
    page.keyboard.press("Enter")
    screen.until(f"{told}.includes('三个')")
    page.keyboard.press("Escape")
    assert screen.ask("() => document.querySelector('.closing [value=around]').checked")
    page.evaluate("document.querySelector('.closing [name=radius]').max = 1000")
    page.fill(".closing [name=radius]", "150")
    page.fill(".closing [name=reason]", "挖沟")
    screen.forgiven = ("422",)
    page.click(".closing [type=submit]")
    screen.until(f"{told}.includes('40000')")
    page.keyboard.press("Escape")
    assert screen.ask("() => document.querySelector('.closing').hidden")


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
