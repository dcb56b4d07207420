"""What cameras see, as a dispatcher uses it: coverage, what is lost, and a camera's own view."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen

pytestmark = pytest.mark.browser
CAMERA = "huodian/camera/3"
MAP = f"{DESK}.map().map"
DRAWN = f"{MAP}.getSource('%s').serialize().data.features"


def click_on(screen: Screen, camera: str) -> None:
    """Point at a camera's mark in the middle of the map, and press."""
    place = next(place for place in screen.house.devices("camera") if place.id == camera)
    screen.ask(f"(center) => {MAP}.jumpTo({{ center, zoom: 19, pitch: 0 }})", place.lonlat)
    screen.until(f"{MAP}.loaded()")
    at = screen.ask(
        f"""(at) => {{
          const [box, on] = [{MAP}.getCanvas().getBoundingClientRect(), {MAP}.project(at)];
          return [box.x + on.x, box.y + on.y];
        }}""",
        place.lonlat,
    )
    screen.page.mouse.click(*at)


def test_coverage_shows_what_is_lost_and_a_camera_shows_what_it_would_see(visit: Visit) -> None:
    screen = visit("chenmin", "/console", size=(1440, 900))
    screen.page.keyboard.press("y")
    screen.until("document.querySelector('#coverage .strong').textContent.includes('%')")
    whole = screen.ask("() => document.querySelector('#coverage .strong').textContent")
    assert "可见" in whole
    screen.until(f"{DRAWN % 'coverage'}.some((one) => one.properties.class === 'gap')")
    click_on(screen, CAMERA)
    screen.until("document.querySelector('.switched-off button')?.textContent.includes('C-03')")
    screen.until(f"{DRAWN % 'coverage'}.some((one) => one.properties.class === 'lost')")
    screen.until(f"document.querySelector('#coverage .strong').textContent < '{whole}'")
    screen.page.keyboard.press("y")
    screen.until(f"document.getElementById('coverage').hidden && !{DRAWN % 'coverage'}.length")

    screen.ask(f"(id) => {DESK}.pick(id)", CAMERA)
    screen.until(f"{DRAWN % 'rings'}.length > 0")
    assert screen.until("document.querySelector('.camera-card .badge').textContent") == "模拟视角"
    screen.until("document.querySelector('.camera-card .sim canvas')", 20)
    screen.page.click(".camera-card .editions button >> text=2025")
    screen.until(f"{DRAWN % 'rings'}.every((one) => one.properties.id.includes('/2025/'))")
    screen.ask(f"() => {DESK}.pick(null)")
    screen.until(f"!{DRAWN % 'rings'}.length")
