"""A building opens by floors: the case stands on its own, the rail counts, keys walk."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.browser.test_accessible import in_both_themes
from tests.support.installation import House, state
from twin.places.model import DevicePlace

pytestmark = pytest.mark.browser
MAP = f"{DESK}.map()"
SOURCE = f"(id) => {MAP}.map.getSource(id).getData().then((found) => found.features)"
CAMERA = f"""() => (({{ lng, lat }}, map) =>
  [lng, lat, map.getZoom(), map.getBearing(), map.getPitch()])({MAP}.map.getCenter(), {MAP}.map)"""
# A place on screen where a click meets a building and nothing that stands before it.
FREE = f"""(() => {{
  const map = {MAP}.map;
  const {{ left, top, width, height }} = map.getCanvas().getBoundingClientRect();
  const ground = ["buildings", "floors", "areas", "areas-edge", "paths", "paths-edge", "compound",
    "surroundings", "grids", "walls", "fields-seen", "fields-seen-edge", "background"];
  for (let x = 30; x < width; x += 24)
    for (let y = 40; y < height; y += 24) {{
      if (document.elementFromPoint(left + x, top + y) !== map.getCanvas()) continue;
      const found = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]]);
      const ids = found.map(({{ layer }}) => layer.id);
      if (ids.includes("buildings") && ids.every((id) => ground.includes(id)))
        return [left + x, top + y];
    }}
}})()"""
ROW = "document.querySelector('.rail [data-floor=\"{floor}\"]')"


def a_caller(house: House) -> DevicePlace:
    """A one-key call terminal on the third floor of a third unit."""
    return next(
        one for one in house.devices("call")
        if one.floor == 3 and one.unit == "3" and one.building.endswith("/b9")
    )  # fmt: skip


def plates(screen: Screen, floor: int) -> list[Any]:
    """The drawn plates of a floor, unit by unit."""
    return [
        one for one in screen.ask(SOURCE, "storeys")
        if one["properties"]["part"] == "plate" and one["properties"]["floor"] == floor
    ]  # fmt: skip


def test_a_case_stands_on_its_floor_in_its_unit_while_its_building_is_open(
    visit: Visit, house: House
) -> None:
    caller = a_caller(house)
    screen = visit("chenmin", "/console")
    house.tell(state(caller.id, "pressed"))
    case = screen.case(caller.id)
    screen.ask(f"(id) => {DESK}.select(id)", case["id"])
    screen.page.keyboard.press("i")
    screen.until(f"{MAP}.opened()?.id === '{caller.building}'")
    screen.until(f"!{MAP}.map.isMoving() && {MAP}.map.loaded()", 40)

    assert screen.ask(f"() => {MAP}.opened().floor") == 3
    (mark,) = [
        one for one in screen.ask(SOURCE, "incidents") if one["properties"]["id"] == case["id"]
    ]
    here, above = plates(screen, 3), plates(screen, 4)
    base = {one["properties"]["base"] for one in here}.pop()
    assert base < mark["properties"]["height"] < {one["properties"]["base"] for one in above}.pop()
    spot = shapely.Point(mark["geometry"]["coordinates"])
    owners = [shapely.Polygon(one["geometry"]["coordinates"][0]).contains(spot) for one in here]
    assert owners == [False, False, True]
    levels = [
        screen.ask(
            f"(id) => {MAP}.map.getFeatureState({{ source: 'storeys', id }}).level",
            one["properties"]["id"],
        )
        for one in here
    ]
    assert levels == [0, 0, 1]

    _counts_follow_within_a_second(screen, house, caller)
    _keys_walk_the_floors(screen)
    found = in_both_themes(screen, "console, a building open")
    assert not found, "\n".join(found)
    screen.page.keyboard.press("Escape")
    screen.until(f"!{MAP}.opened() && document.getElementById('building').hidden")
    _a_click_opens_a_building(screen)


def _counts_follow_within_a_second(screen: Screen, house: House, caller: DevicePlace) -> None:
    """Smoke on the same floor is counted, and moves neither the view nor the chosen floor."""
    camera = screen.ask(CAMERA)
    words = f"{ROW.format(floor=3)}.querySelector('.worst b')?.textContent"
    assert screen.until(words) == "Ⅰ 1"
    smoke = next(
        one for one in house.devices("smoke") if one.building == caller.building and one.floor == 3
    )
    house.tell(state(smoke.id, "smoke"))
    screen.until(f"{words} === 'Ⅰ 2'", 1.0)
    house.tell(state(smoke.id, "normal"))
    screen.until(f"{words} === 'Ⅰ 1'", 5.0)
    assert screen.ask(CAMERA) == camera
    assert screen.ask(f"() => {MAP}.opened().floor") == 3


def _keys_walk_the_floors(screen: Screen) -> None:
    assert screen.ask("() => document.activeElement.dataset.floor") == "3"
    for key, floor in (("ArrowUp", 4), ("ArrowUp", 5), ("PageDown", 1), ("End", 1), ("Home", 6),
                       ("ArrowDown", 5)):  # fmt: skip
        screen.page.keyboard.press(key)
        screen.until(f"{MAP}.opened().floor === {floor}")
        selected = "[...document.querySelectorAll('.rail [aria-selected=true]')].map((row) =>"
        assert screen.ask(f"() => {selected} row.dataset.floor)") == [str(floor)]
    drawn = [one["properties"]["floor"] for one in screen.ask(SOURCE, "storeys")
             if one["properties"].get("chosen")]  # fmt: skip
    assert set(drawn) <= {5}, json.dumps(drawn)


def _a_click_opens_a_building(screen: Screen) -> None:
    at = screen.until(FREE)
    screen.page.mouse.click(*at)
    screen.until(f"{MAP}.opened()")
    assert "层" in screen.ask("() => document.querySelector('#building').innerText")
    assert screen.ask("() => document.querySelectorAll('.rail li').length") > 0
    screen.page.keyboard.press("Escape")
    screen.until(f"!{MAP}.opened()")
