"""A graphics driver that fails under a page: it is said, the map comes back, nothing is thrown."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.profiles import Profiles

pytestmark = pytest.mark.browser
LOSE = """() => {
  const context = window.usual ?? HTMLCanvasElement.prototype.getContext;
  for (const canvas of document.querySelectorAll("canvas"))
    context.call(canvas, "webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
}"""
REFUSE = """(refused) => {
  const mine = (window.usual ??= HTMLCanvasElement.prototype.getContext);
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return refused && kind.startsWith("webgl") ? null : mine.call(this, kind, ...more);
  };
}"""
NOTICE = "document.querySelector('#map-notice:not([hidden])')?.textContent"
DRAWN = f"""(({{ map }}) => map.loaded() && map.getSource("incidents").serialize().data.features
  .some((one) => one.properties.id === '%s'))({DESK}.map())"""
VIEW = f"""() => (({{ lng, lat }}, map) => [lng, lat, map.getZoom(), map.getPitch()]
  .map((number) => Number(number.toFixed(4))))({DESK}.map().map.getCenter(), {DESK}.map().map)"""


def fails(screen: Screen) -> None:
    """The driver takes the drawing contexts away, and the page notices."""
    screen.ask(LOSE)
    screen.until(f"{NOTICE}?.includes('地图正在恢复') && !{DESK}.map()")


@pytest.mark.parametrize(("person", "page"), [("chenmin", "console"), ("wall", "wall")])
def test_a_lost_context_is_said_and_the_map_comes_back_with_everything(
    visit: Visit, house: House, person: str, page: str
) -> None:
    house.tell(state("huodian/gate/1", "forced_open"))
    screen = visit(person, f"/{page}")
    case = screen.case("huodian/gate/1")["id"]
    screen.until(DRAWN % case, 30)
    if page == "console":
        screen.ask(f"(id) => {DESK}.select(id, {{ go: true }})", case)
    before = screen.ask(VIEW)
    fails(screen)
    screen.until("document.getElementById('live-chip').dataset.state === 'live'", 30)
    house.tell(state("huodian/gate/2", "forced_open"))
    later = screen.case("huodian/gate/2")["id"]  # the queue goes on without a map

    screen.until(f"{DESK}.map() && {NOTICE}?.includes('地图已重新显示')", 60)
    for one in (case, later):
        screen.until(DRAWN % one, 30)
    if page == "console":
        assert screen.ask(VIEW) == before
        assert screen.ask(f"() => {DESK}.selected()") == case
    screen.page.mouse.move(400, 300)
    screen.page.mouse.click(400, 300)


def test_while_no_context_can_be_had_the_page_says_what_to_do_and_goes_on(
    visit: Visit, house: House
) -> None:
    screen = visit("chenmin", "/console")
    screen.ask(REFUSE, True)
    fails(screen)
    words = screen.until(f"{NOTICE}?.includes('重新载入本页') && {NOTICE}", 60)
    assert "处置与记录不受影响" in words
    house.tell(state("huodian/gate/1", "forced_open"))
    case = screen.case("huodian/gate/1")["id"]
    screen.ask(f"(id) => {DESK}.select(id, {{ go: true }})", case)
    screen.until("document.querySelector('.recommended .send')")
    screen.ask(REFUSE, False)
    screen.until(f"{DESK}.map() && {NOTICE}?.includes('地图已重新显示')", 60)
    screen.until(DRAWN % case, 30)


def test_a_page_that_begins_without_graphics_gets_its_map_once_there_are_some(
    chromium: Profiles, house: House
) -> None:
    with closing(Screen(chromium, house, "chenmin", before=f"({REFUSE})(true)")) as screen:
        screen.page.goto("/console")
        screen.until(f"{DESK}.ready() && {NOTICE}?.includes('本机图形功能不可用')", 60)
        assert screen.ask(f"() => {DESK}.map()") is None
        screen.ask(REFUSE, False)
        screen.until(f"{DESK}.map()?.map.loaded() && !{NOTICE}", 90)
        assert json.dumps(screen.ask(VIEW))
