"""city: what 726 compounds with 100,000 devices cost: the web process, the first look, a change.

* The real ``app.py web`` over the embedded server and a district on disk with its tiles; its size
  while a screen looks on and 2,000 events a second go on.
* Opening: from asking for ``/console`` to the first frame in which the district's marks stand, in
  a fresh browser profile and again in the same.
* A change: 1 % of all devices report another state while a compound is drawn in full, against the
  same page over 2,000 devices in all (``bench/map.py`` has how that is seen). What is looked at is
  bounded, so the two should differ by nothing.

Chromium draws in software, on the cores the server runs on too.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import uvloop
from playwright.async_api import Browser, BrowserContext

from bench.browser import SIZE, chromium, renderer_pid, until
from bench.map import PAGES, QUIET_S, SEEN, calm
from bench.memory import Web, first_frame, keep, screen, token_of, web_over
from bench.stack import cpu_s, free_port, load, resident_mb, running, until_open, valkey
from bench.street import by_street
from bench.table import Row, at_most
from bench.traffic import Traffic, now
from geodata import tiles
from geodata.demo.city.scale import scale_city
from geodata.store import save, save_district
from pages.door.guard import COOKIE
from twin.places.model import Compound, District

RATE, SECONDS, ROUNDS, SHARE, FEW = 2000, 4, 7, 0.01, 2000
ZOOM = 16.3
"""Near enough for sensors, far enough for several compounds."""
WINDOW = {"width": 1280, "height": 720}
_SMOKE = 6
"""Compounds of the small form."""
_STANDS = """(() => {
  const map = dash_clientside?.dayuan?.desk?.map()?.map;
  if (!map?.getLayer("rollups") || !map.queryRenderedFeatures({ layers: ["rollups"] }).length)
    return 0;
  return performance.now();
})()"""


def cut(folder: Path, compounds: Sequence[Compound], district: District) -> list[Row]:
    """Put a district on disk with its tiles; what the cutting took."""
    for compound in compounds:
        save(folder / "places", compound)
    save_district(folder / "places", district)
    begin, spent = perf_counter(), process_time()
    index, _ = tiles.build(compounds, [district], folder / "tiles")
    size = sum((folder / "tiles" / one.file).stat().st_size for one in index.sets)
    told = f"{perf_counter() - begin:.0f} s by the clock; {len(index.sets)} sets"
    return [
        Row(figure="city", case=f"tiles of {len(compounds)} compounds, cut", unit="CPU s",
            value=process_time() - spent, note=told),
        Row(figure="city", case="tiles, all files", value=size / 1e6, unit="MB"),
    ]  # fmt: skip


async def weighed(url: str, there: Web, compounds: Sequence[Compound], seconds: int) -> list[Row]:
    """The size of the web process while a screen looks on and it is being fed."""
    await rested(there.pid)
    async with screen(there) as socket:
        await first_frame(socket, compounds[:16])
        reading = asyncio.create_task(_read_on(socket))
        fresh = resident_mb(there.pid)
        await _feed(url, compounds, seconds)
        fed, most = resident_mb(there.pid), resident_mb(there.pid, "VmHWM")
        reading.cancel()
    devices = sum(len(compound.devices) for compound in compounds)
    case = f"web, {len(compounds)} compounds, {devices:,} devices, {RATE:,} events/s"
    told = f"{fresh:.0f} MB before the feed, {most:.0f} MB at most"
    return [at_most(600, figure="city", case=case, value=fed, unit="MB", note=told)]


async def rested(pid: int) -> None:
    """Wait until a server that has just started works nothing out any more, a minute at most."""
    for _ in range(60):
        before = cpu_s(pid)
        await asyncio.sleep(1.0)
        if cpu_s(pid) - before < 0.2:
            return


async def _read_on(socket: Any) -> None:
    async for _ in socket:
        pass


async def _feed(url: str, compounds: Sequence[Compound], seconds: int) -> None:
    """``RATE`` events a second over all streets, in tenths."""
    traffic = {street: Traffic(some) for street, some in by_street(compounds).items()}
    loop = asyncio.get_running_loop()
    due = loop.time()
    for _ in range(seconds * 10):
        for street, source in traffic.items():
            each = RATE // 10 // len(traffic)
            await load(url, source.payloads(each, now(), timedelta(milliseconds=1)), street)
        due += 0.1
        await asyncio.sleep(max(0.0, due - loop.time()))


async def opened(there: Web, browser: Browser) -> list[Row]:
    """Seconds from asking for the console to the district on screen."""
    found: dict[str, list[float]] = {"first": [], "again": []}
    for _ in range(3):
        context = await browser.new_context(viewport=WINDOW, device_scale_factor=1)  # type: ignore[arg-type]
        origin = f"http://127.0.0.1:{there.port}"
        await context.add_cookies([{"name": COOKIE, "value": there.token, "url": origin}])
        for name in found:
            found[name].append(await _first_look(context, origin))
        await context.close()
    first, again = (statistics.median(found[name]) for name in found)
    told = f"{', '.join(f'{one:.2f}' for one in found['first'])} s; again {again:.2f} s"
    return [at_most(3, figure="city", case="console of the district, first frame", value=first,
                    unit="s", note=told)]  # fmt: skip


async def _first_look(context: BrowserContext, origin: str) -> float:
    page = await context.new_page()
    await page.goto(f"{origin}/console", wait_until="commit")
    await until(page, f"(window.dash_clientside && (window.stood = {_STANDS})) > 0")
    stood = await page.evaluate("stood")
    await page.close()
    return float(stood) / 1000


async def seen(browser: Browser, size: str) -> float:
    """Median milliseconds until a change of ``SHARE`` of all devices can be seen."""
    port = free_port()
    async with running("-m", "bench.mapserver", str(port), size) as child:
        await until_open(port, child, 180)
        page = await browser.new_page(viewport=SIZE, device_scale_factor=1)  # type: ignore[arg-type]
        await page.goto(f"http://127.0.0.1:{port}{PAGES['ours']}?zoom={ZOOM}")
        await until(page, "Boolean(window.bench && bench.map && bench.ready())")
        await calm(await renderer_pid(page), page)
        took: list[float] = []
        for _ in range(2 * ROUNDS):
            # None: of the few changes in view none was of a kind that is drawn at this zoom.
            if (visible := await page.evaluate(SEEN, SHARE)) is not None:
                took.append(visible)
            if len(took) == ROUNDS:
                break
            await asyncio.sleep(QUIET_S / 2)
        await page.close()
    assert len(took) > 2, f"{size}: hardly any change was seen"
    return statistics.median(took)


async def changed(browser: Browser) -> list[Row]:
    """The city against 2,000 devices."""
    few, many = await seen(browser, str(FEW)), await seen(browser, "city")
    return [
        Row(figure="city", case=f"{SHARE:.0%} of 100,000 devices, visible", value=many, unit="ms",
            against=f"ms of {FEW:,} devices", peer=few, ratio=many / few, wanted="<= 1.5",
            met=many <= 1.5 * few)
    ]  # fmt: skip


async def measured(smoke: bool) -> list[Row]:
    """Everything, one after the other; without a browser in the small form."""
    district, compounds = scale_city()
    compounds = compounds[:_SMOKE] if smoke else compounds
    with tempfile.TemporaryDirectory(prefix="dayuan-bench-") as name:
        rows = cut(Path(name), compounds, district)
        async with valkey() as url:
            for street, some in by_street(compounds).items():
                await keep(url, some, street)
            async with web_over(url, Path(name), await token_of(url, prefix=district.id)) as there:
                rows += await weighed(url, there, compounds, 1 if smoke else SECONDS)
                if not smoke:
                    await rested(there.pid)
                    async with chromium() as browser:
                        rows += await opened(there, browser)
    if not smoke:
        async with chromium() as browser:
            rows += await changed(browser)
    return rows


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    return uvloop.run(measured(smoke))
