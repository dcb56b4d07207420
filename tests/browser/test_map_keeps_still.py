"""The map belongs to the person who looks: what arrives changes marks, never the view."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state

pytestmark = pytest.mark.browser
MAP = f"{DESK}.map().map"
CAMERA = f"""() => (({{ lng, lat }}, map) =>
  [lng, lat, map.getZoom(), map.getBearing(), map.getPitch()])({MAP}.getCenter(), {MAP})"""
UPDATES, BURST = 1000, 50
# Places on screen where a click meets one gate and nothing that floats over the map.
GATES = f"""() => {{
  const [map, {{ left, top }}] = [{MAP}, {MAP}.getCanvas().getBoundingClientRect()];
  return map.queryRenderedFeatures({{ layers: ["gates"] }}).map(({{ properties, geometry }}) => {{
    const at = map.project(geometry.coordinates);
    return [properties.id, left + at.x, top + at.y];
  }}).filter(([, x, y]) => document.elementFromPoint(x, y) === map.getCanvas());
}}"""

FREE = f"""() => {{
  const canvas = {MAP}.getCanvas(), {{ left, top, width, height }} = canvas.getBoundingClientRect();
  for (let share = 0.5; share < 0.95; share += 0.05) {{
    const [x, y] = [left + width * share - 70, top + height * share];
    if (document.elementFromPoint(x, y) === canvas) return [x, y];
  }}
}}"""


def drag(screen: Screen, dx: int, dy: int) -> None:
    """Take hold of the map where nothing floats over it, and let go elsewhere."""
    x, y = screen.ask(FREE)
    mouse, before = screen.page.mouse, json.dumps(screen.ask(CAMERA))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + dx, y + dy, steps=4)
    mouse.up()
    # The map moves with its next frame, which may take a while to be drawn.
    screen.until(f"JSON.stringify(({CAMERA})()) !== JSON.stringify({before})", 30)
    screen.until(f"!{MAP}.isMoving() && {MAP}.loaded()", 60)


def open_popup(screen: Screen) -> str:
    """Click a gate that can be seen; its id."""
    for device, x, y in screen.ask(GATES):
        screen.page.mouse.click(x, y)
        if screen.ask(f"() => {DESK}.picked()") == device:
            screen.until("document.querySelector('.map-popup')")
            return str(device)
    raise AssertionError("no gate can be clicked")


def test_a_dragged_map_and_an_open_popup_stay_through_a_thousand_updates(
    visit: Visit, house: House
) -> None:
    screen = visit("chenmin", "/console")
    before: list[Any] = screen.ask(CAMERA)
    drag(screen, 60, -40)
    camera = screen.ask(CAMERA)
    assert camera != before
    gate = open_popup(screen)
    assert screen.ask(CAMERA) == camera
    screen.ask("() => { document.querySelector('.map-popup').dataset.first = 'yes'; }")

    lamps = [lamp.id for lamp in house.devices("lamp") if lamp.id.startswith("huodian/")]
    for burst in range(UPDATES // BURST):
        word, code = ("on", 1) if burst % 2 else ("off", 0)
        events = [state(lamp, word) for lamp in lamps[: BURST - 1]]
        house.tell(*events, state(gate, ("closed", "open")[code]))
        screen.until(f"{DESK}.reading('{gate}').code === {code}")
        words = ("关闭", "开启")[code]
        screen.until(f"document.querySelector('.map-popup').textContent.includes('{words}')")
    # A case of the first level is the loudest thing that data can do.
    house.tell(state("jinyuan/smoke/1", "smoke"))
    screen.case("jinyuan/smoke/1")
    screen.until(f"{MAP}.loaded()", 60)

    assert screen.ask(CAMERA) == camera
    assert screen.ask("() => document.querySelector('.map-popup').dataset.first") == "yes"
