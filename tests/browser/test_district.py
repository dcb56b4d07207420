"""A district in a browser: from all of it to one compound and back, and what that asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.district import city
from geodata.store import save, save_district
from tests.browser.house import running
from tests.browser.screen import DESK, Screen

pytestmark = pytest.mark.browser
MAP = f"{DESK}.map().map"
ONE = 7
DRAWN = f"{MAP}.queryRenderedFeatures({{layers: [LAYER]}}).map((one) => one.properties.id)"

OF_IT = f"(id) => id.startsWith('c{ONE}/')"


def drawn(layer: str) -> str:
    return DRAWN.replace("LAYER", f"'{layer}'")


def test_from_the_whole_district_to_one_compound_and_back(
    chromium: Browser, tmp_path: Path
) -> None:
    compounds, district = city(compounds=18, communities=6, streets=2, devices=180)
    for compound in compounds:
        save(tmp_path / "places", compound)
    save_district(tmp_path / "places", district)
    with running(tmp_path) as house:
        screen = Screen(chromium, house, "chenmin", size=(800, 500))
        screen.page.goto("/console")
        screen.until(f"{DESK}.map() && {drawn('rollups')}.length === 18", 90)
        screen.until(f"{drawn('outline-district')}[0] === 'lusong'", 30)
        assert not [path for path in screen.asked if path.startswith("/api/places/")]
        screen.until(f"{MAP}.getSource('tiles@lusong.s0')", 60)  # cut while the page was open
        one = compounds[ONE]
        lons, lats = zip(*one.outline, strict=True)
        lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        screen.ask(f"void {MAP}.jumpTo({{zoom: 14.6, center: [{lon}, {lat}]}})")
        street = ".".join(one.territory.split(".")[:2])
        tiled, full = drawn(f"tiles-buildings@{street}"), drawn("buildings")
        screen.until(f"{tiled}.some({OF_IT})", 40)
        screen.ask(f"void {MAP}.jumpTo({{zoom: 16.4, center: [{lon}, {lat}]}})")
        screen.until(f"{full}.some({OF_IT})", 40)
        screen.until(f"{MAP}.getGlobalState().open.includes('{one.id}')")
        screen.until(f"!{tiled}.some({OF_IT})", 40)
        fetched = [path for path in screen.asked if path.startswith("/api/places/")]
        assert f"/api/places/{one.id}" in fetched
        assert len(fetched) < 10
        screen.page.click(".map-home")
        screen.until(f"{MAP}.getGlobalState().open.length === 0", 40)
        screen.until(f"{drawn('rollups')}.length === 18", 40)
        screen.close()
