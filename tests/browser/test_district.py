"""A district in a browser: from all of it to one compound and back, over a shifted basemap."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route

from geodata.importing.readers.crs import gcj02_from_wgs84
from geodata.store import save, save_district
from tests.browser.screen import DESK, Screen
from tests.support.installation import running
from tests.support.profiles import Profiles
from tests.support.streets.lattice import city
from twin.places.model import Compound, District

pytestmark = pytest.mark.browser
MAPS = "https://maps.example.org"
MAP = f"{DESK}.map().map"
ONE = 7
DRAWN = f"{MAP}.queryRenderedFeatures({{layers: [LAYER]}}).map((one) => one.properties.id)"
OF_IT = f"(id) => id.startsWith('c{ONE}/')"
SPOT = (113.02, 27.755)
"""Outside the district, so that nothing of ours lies on the basemap there."""
RED_IN_THE_MIDDLE = f"""(() => {{
  const gl = {MAP}.getCanvas().getContext("webgl2"), pixel = new Uint8Array(4);
  window.looking ??= {MAP}.on("render", () => {{
    const [x, y] = [gl.drawingBufferWidth / 2, gl.drawingBufferHeight / 2];
    gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    window.red = pixel[0] > pixel[1] + 40 && [...pixel];
  }});
  {MAP}.triggerRepaint();
  return window.red;
}})()"""


def drawn(layer: str) -> str:
    return DRAWN.replace("LAYER", f"'{layer}'")


@pytest.fixture(scope="module")
def places() -> tuple[list[Compound], District]:
    return city(compounds=18, communities=6, streets=2, devices=180)


@pytest.fixture(scope="module")
def screen(
    chromium: Profiles,
    places: tuple[list[Compound], District],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Screen]:
    folder = tmp_path_factory.mktemp("district")
    compounds, district = places
    for compound in compounds:
        save(folder / "places", compound)
    save_district(folder / "places", district)
    (folder / "basemap.toml").write_text(
        f"source = '{MAPS}/{{z}}/{{x}}/{{y}}.png'\nreference = 'gcj02'\nattribution = '© 某图'\n"
        "approval = 'GS(2026)0001号'\n"
    )
    before = ("env", f"DAYUAN_BASEMAP={folder / 'basemap.toml'}")
    with running(folder, before) as house:
        opened = Screen(chromium, house, "chenmin", size=(800, 500))
        opened.page.route(f"{MAPS}/**", shifted_tile)
        opened.page.goto("/console")
        opened.until(f"{DESK}.map() && {drawn('rollups')}.length === 18", 90)
        yield opened
        assert all(url.startswith(f"{MAPS}/") for url in opened.foreign)
        opened.foreign.clear()
        opened.close()


def shifted_tile(route: Route) -> None:
    """A tile of a map drawn in GCJ-02: dark, with red where that map has ``SPOT``."""
    words = urlsplit(route.request.url).path.removesuffix(".png").split("/")[1:]
    zoom, x, y = map(int, words)
    lon, lat = gcj02_from_wgs84(SPOT)
    east = (lon + 180) / 360 * 2**zoom
    south = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    column, row = (east - x) * 256, (south - y) * 256
    red, dark = b"\xff\x00\x00", b"\x10\x18\x20"
    rows = (
        b"\0" + b"".join(
            red if abs(i - column) < 5 and abs(j - row) < 5 else dark for i in range(256)
        )
        for j in range(256)
    )  # fmt: skip
    route.fulfill(
        body=png(b"".join(rows)), content_type="image/png",
        headers={"access-control-allow-origin": "*"},
    )  # fmt: skip


def png(rows: bytes) -> bytes:
    """256 by 256 pixels of three bytes, each row after a zero, as PNG."""

    def part(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(part(*one) for one in parts)


def test_from_the_whole_district_to_one_compound_and_back(
    screen: Screen, places: tuple[list[Compound], District]
) -> None:
    screen.until(f"{drawn('outline-district')}[0] === 'lusong'", 30)
    assert not [path for path in screen.asked if path.startswith("/api/places/")]
    screen.until(f"{MAP}.getSource('tiles@lusong.s0')", 60)  # cut while the page was open
    one = places[0][ONE]
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


def test_a_shifted_basemap_is_drawn_in_place_and_says_whose_it_is(screen: Screen) -> None:
    lon, lat = SPOT
    screen.ask(f"void {MAP}.jumpTo({{zoom: 14.3, pitch: 0, center: [{lon}, {lat}]}})")
    screen.until(RED_IN_THE_MIDDLE, 60)
    assert screen.page.inner_text(".map-credit") == "© 某图 · 审图号：GS(2026)0001号"
