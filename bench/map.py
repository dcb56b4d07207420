"""map: what a change costs the browser, and when it can be seen, against ``dcc.Graph``.

1 % and 10 % of 2,000 and of 20,000 devices change at once: in our map by frames of the live socket
(the wait for the hub's next tick included), in a ``scattermap`` by a callback that answers with
the figure (no poll to wait for). CPU is what the renderer's main and worker threads spent until
all was quiet, less what they spend on nothing in that time. Visible is when pixels of the map
differ. Ours draws its whole compound in 3D, the peer points on plain ground. Small window,
software GL, no antialiasing of ours.
"""

from __future__ import annotations

import asyncio
import statistics
from typing import NamedTuple

import uvloop
from playwright.async_api import Browser, Page

from bench.browser import SIZE, chromium, renderer_pid, threads_ms, until
from bench.stack import free_port, running, until_open
from bench.table import Row, at_least

SIZES, SHARES, ROUNDS = (2_000, 20_000), (0.01, 0.10), 3
QUIET_S = 2.5
CALM_MS, CALM_TRIES = 15.0, 24
"""Threads that spend no more than this in ``QUIET_S`` have cut their tiles and are at rest."""
PAGES = {"ours": "/ours", "peer": "/"}

SEEN = """async (share) => {
  const map = bench.map, gl = map.getCanvas().getContext("webgl2");
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const pixels = new Uint32Array(width * height);
  const look = () => {
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(pixels.buffer));
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum = (sum * 31 + pixels[i]) | 0;
    return sum;
  };
  const frame = () => new Promise((done) => map.once("render", () => done(look())));
  map.triggerRepaint();
  const before = await frame();
  const some = bench.drawn?.() ?? [];
  const begin = performance.now();
  bench.change(share, some);
  while (performance.now() - begin < 20000) {
    if ((await frame()) !== before) return performance.now() - begin;
  }
  return null;
}"""


class Cost(NamedTuple):
    """Medians over the rounds: milliseconds of main and worker threads, and until visible."""

    main: float
    worker: float
    visible: float

    @property
    def cpu(self) -> float:
        """Main and worker together; never nothing, for a ratio needs something."""
        return max(self.main + self.worker, 0.1)


async def spent(pid: int, page: Page, act: str, seconds: float) -> dict[str, float]:
    """CPU milliseconds of the threads while something is done in the page and comes to rest."""
    before = threads_ms(pid)
    await page.evaluate(act)
    await asyncio.sleep(seconds)
    after = threads_ms(pid)
    return {name: after[name] - before[name] for name in after}


async def calm(pid: int, page: Page) -> None:
    """Wait until the page's threads have nothing left to do, a minute at most."""
    for _ in range(CALM_TRIES):
        rest = await spent(pid, page, "void 0", QUIET_S)
        if max(rest.values()) < CALM_MS:
            return


async def cost(browser: Browser, port: int, side: str, shares: tuple[float, ...]) -> list[Cost]:
    """What each share of changes costs on one side."""
    page = await browser.new_page(viewport=SIZE, device_scale_factor=1)  # type: ignore[arg-type]
    await page.goto(f"http://127.0.0.1:{port}{PAGES[side]}")
    await until(page, "Boolean(window.bench && bench.map && bench.ready())")
    pid = await renderer_pid(page)
    found = []
    for share in shares:
        await page.evaluate(f"void bench.change({share})")  # the first one warms up
        await calm(pid, page)
        rounds = []
        for _ in range(ROUNDS):
            idle = await spent(pid, page, "void 0", QUIET_S)
            busy = await spent(pid, page, f"void bench.change({share})", QUIET_S)
            visible = await page.evaluate(SEEN, share)
            assert visible is not None, f"{side}: no change was seen"
            await asyncio.sleep(1.0)
            main, worker = (busy[name] - idle[name] for name in ("main", "worker"))
            rounds.append(Cost(main, worker, visible))
        found.append(Cost(*map(statistics.median, zip(*rounds, strict=True))))
    await page.close()
    return found


async def measured() -> list[Row]:
    """Both sides at each size, one after the other."""
    rows = []
    for devices in SIZES:
        port = free_port()
        async with running("-m", "bench.mapserver", str(port), str(devices)) as child:
            await until_open(port, child)
            async with chromium() as browser:
                mine = await cost(browser, port, "ours", SHARES)
                theirs = await cost(browser, port, "peer", SHARES)
        for share, one, other in zip(SHARES, mine, theirs, strict=True):
            rows += compared(devices, share, one, other)
    return rows


def compared(devices: int, share: float, mine: Cost, peer: Cost) -> list[Row]:
    """How many times less and sooner; promised for the larger size."""
    words = f"{share:.0%} of {devices:,}"
    promised = devices == max(SIZES)
    told = (
        f"ours {mine.main:.1f} main + {mine.worker:.1f} worker ms, seen after {mine.visible:.0f} "
        f"ms; scattermap {peer.main:.0f} + {peer.worker:.0f} ms, seen after {peer.visible:.0f} ms"
    )
    less = at_least(20, figure="map", case=f"{words}, CPU of scattermap by ours", value=peer.cpu,
                    peer=mine.cpu, unit="ms", against="ms ours", note=told)  # fmt: skip
    sooner = at_least(5, figure="map", case=f"{words}, visible: scattermap by ours", unit="ms",
                      value=peer.visible, peer=mine.visible, against="ms ours")  # fmt: skip
    rows = (less, sooner)
    if promised:
        return list(rows)
    return [
        Row(figure=row.figure, case=row.case, value=row.value, unit=row.unit, against=row.against,
            peer=row.peer, ratio=row.ratio, note=row.note)
        for row in rows
    ]  # fmt: skip


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows; there is no small form of it."""
    return uvloop.run(measured())
