"""What cameras see, as a dispatcher uses it: coverage, what is lost, and a camera's own view."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK

pytestmark = pytest.mark.browser
CAMERA = "huodian/camera/3"
MAP = f"{DESK}.map().map"
DRAWN = f"{MAP}.getSource('%s').serialize().data.features"


def test_coverage_shows_what_is_lost_and_a_camera_shows_what_it_would_see(visit: Visit) -> None:
    screen = visit("chenmin", "/console")
    screen.page.keyboard.press("y")
    screen.until("document.querySelector('#coverage .strong').textContent.includes('%')")
    whole = screen.ask("() => document.querySelector('#coverage .strong').textContent")
    assert "可见" in whole
    screen.until(f"{DRAWN % 'coverage'}.some((one) => one.properties.class === 'gap')")
    screen.ask(f"(id) => {DESK}.coverage.take({{ type: 'device', id }})", CAMERA)
    screen.until("document.querySelector('.switched-off button')?.textContent.includes('C-03')")
    screen.until(f"{DRAWN % 'coverage'}.some((one) => one.properties.class === 'lost')")
    assert screen.ask("() => document.querySelector('#coverage .strong').textContent") < whole
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
