"""glass: milliseconds from XADD to painted, in a real Chromium with the real console.

Everything real: the embedded server, ``app.py web``, a feeder process that XADDs, the page as a
dispatcher sees it. Probes are lamps switched one after the other among the other devices' events.
``applied`` is when the page sets the lamp's feature-state, ``painted`` the first ``render`` event
of the map after it. Page and feeder are two clocks: their offset is measured before each run. Of
50 screens one is this Chromium, the others are sockets in another process: this machine could not
draw fifty maps. Drawing is in software here, on the cores that everything else runs on too.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import uvloop
from playwright.async_api import Browser, Page

from bench.browser import SIZE, chromium, offset_ms, until
from bench.memory import Web, hello, keep, web
from bench.stack import running, valkey
from bench.street import street
from bench.table import Row, at_most
from geodata.store import save
from pages.door.guard import COOKIE
from twin.places.model import Compound

DEVICES, PROBES, EVERY_S, SECONDS, WARM_S = 2000, 10, 0.12, 12, 4
RATES, CROWDS = (200, 2000, 5000), (1, 50)
PROMISED = (2000, 50)
ZOOM = 18.5

WATCH = """async (probes) => {
  const { Map } = await import("/assets/vendor/maplibre-gl.mjs");
  const wanted = new Set(probes), waiting = [];
  const watch = (window.glass = { seen: [], frames: 0, map: null });
  const set = Map.prototype.setFeatureState;
  Map.prototype.setFeatureState = function (feature, state) {
    if (!watch.map) {
      watch.map = this;
      this.on("render", () => {
        const now = performance.now();
        watch.frames += 1;
        for (const one of waiting.splice(0)) one.painted = now;
      });
    }
    if (feature.source === "devices" && wanted.has(feature.id) && "code" in state) {
      const one = { id: feature.id, code: state.code, applied: performance.now(), painted: null };
      watch.seen.push(one);
      waiting.push(one);
    }
    return set.call(this, feature, state);
  };
}"""


class Lag(NamedTuple):
    """Milliseconds from XADD, sorted, and what could not be matched."""

    applied: list[float]
    painted: list[float]
    lost: int
    frames_s: float
    unsure_ms: float


def share(values: list[float], part: float) -> float:
    """The value that ``part`` of all do not exceed."""
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def lags(sent: list[list[Any]], seen: list[dict[str, Any]], offset: float) -> Lag:
    """Match what was sent with what was seen: the first sight of that state after the sending."""
    codes = {"off": 0, "on": 1}
    applied, painted, lost = [], [], 0
    for number, (lamp, state, at) in enumerate(sent):
        later = [other[2] for other in sent[number + 1 :] if other[0] == lamp]
        end = later[0] if later else float("inf")
        for one in seen:
            when = one["applied"] + offset
            match = one["id"] == lamp and one["code"] == codes[state]
            if match and at - 50 <= when < end and one["painted"]:
                applied.append(when - at)
                painted.append(one["painted"] + offset - at)
                break
        else:
            lost += 1
    return Lag(sorted(applied), sorted(painted), lost, 0.0, 0.0)


async def opened(browser: Browser, there: Web, probes: list[str]) -> Page:
    """The console in a new page, its map drawn and watched."""
    context = await browser.new_context(viewport=SIZE, device_scale_factor=1)  # type: ignore[arg-type]
    origin = f"http://127.0.0.1:{there.port}"
    await context.add_cookies([{"name": COOKIE, "value": there.token, "url": origin}])
    page = await context.new_page()
    await page.goto(f"{origin}/console")
    await page.evaluate(WATCH, probes)
    await until(page, "Boolean(window.glass.map)")
    await page.evaluate(f"void glass.map.jumpTo({{ zoom: {ZOOM} }})")  # near: devices are drawn
    await until(page, "glass.map.areTilesLoaded()")
    return page


async def case(
    url: str, there: Web, browser: Browser, compounds: list[Compound], rate: int, screens: int
) -> Lag:
    """One rate and crowd."""
    lamps = [place.id for c in compounds for place in c.devices if place.kind == "lamp"][:PROBES]
    order = {"url": url, "rate": rate, "seconds": SECONDS, "every": EVERY_S, "warm": WARM_S,
             "probes": lamps}  # fmt: skip
    crowd = {"host": f"127.0.0.1:{there.port}", "path": "/live", "count": screens - 1,
             "cookie": f"{COOKIE}={there.token}", "hello": hello(compounds)}  # fmt: skip
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dayuan-bench-"))
        for compound in compounds:
            save(Path(folder), compound)
        if screens > 1:
            others = await stack.enter_async_context(running("-m", "bench.screens", talks=True))
            assert others.stdin and others.stdout
            others.stdin.write(json.dumps(crowd).encode() + b"\n")
            assert await others.stdout.readline() == b"ready\n"
        page = await opened(browser, there, lamps)
        offset, unsure = await offset_ms(page)
        feeder = await stack.enter_async_context(running("-m", "bench.feeder", talks=True))
        assert feeder.stdin and feeder.stdout
        feeder.stdin.write(json.dumps(order | {"folder": folder}).encode() + b"\n")
        sent = json.loads(await feeder.stdout.readline())
        seen, frames = await page.evaluate("[glass.seen, glass.frames]")
        await page.context.close()
    found = lags(sent, seen, offset)
    return found._replace(frames_s=frames / (SECONDS + WARM_S), unsure_ms=unsure)


async def measured() -> list[Row]:
    """All cases over one server; a fresh page each."""
    compounds = street(DEVICES)
    rows = []
    async with valkey() as url:
        await keep(url, compounds)
        async with web(url, compounds) as there, chromium() as browser:
            for screens in CROWDS:
                for rate in RATES:
                    found = await case(url, there, browser, compounds, rate, screens)
                    rows += shown(found, rate, screens)
    return rows


def shown(found: Lag, rate: int, screens: int) -> list[Row]:
    """The rows of one case."""
    words = f"{rate:,} events/s, {screens} screen{'s' if screens > 1 else ''}"
    assert found.painted, f"{words}: no probe was seen"
    p50, p99 = (share(found.painted, part) for part in (0.5, 0.99))
    told = (
        f"{len(found.painted)} probes, {found.lost} unmatched; painted p50 {p50:.0f} ms; applied "
        f"p50 {share(found.applied, 0.5):.0f} ms, p99 {share(found.applied, 0.99):.0f} ms; "
        f"{found.frames_s:.0f} map frames/s; clocks within {found.unsure_ms:.1f} ms"
    )
    if (rate, screens) == PROMISED:
        return [at_most(250, figure="glass", case=f"{words}, painted p99", value=p99, unit="ms",
                        note=told)]  # fmt: skip
    return [Row(figure="glass", case=f"{words}, painted p99", value=p99, unit="ms", note=told)]


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows; there is no small form of it."""
    return uvloop.run(measured())
