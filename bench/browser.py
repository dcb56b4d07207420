"""A real Chromium on software GL, its clock against ours, and what its renderer's threads cost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

from playwright.async_api import Browser, Page, async_playwright

ARGS = (
    "--no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --ignore-gpu-blocklist "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()
SIZE = {"width": 640, "height": 400}
_SPIN = "(() => { const t = performance.now(); while (performance.now() - t < 200); })()"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium: the one that is installed, or playwright's own."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGS)
        try:
            yield browser
        finally:
            await browser.close()


async def offset_ms(page: Page, tries: int = 40) -> tuple[float, float]:
    """What to add to the page's ``performance.now()`` for Unix ms, and how unsure that is.

    Of many questions the one answered fastest counts, half of its way there and half back.
    """
    best = (float("inf"), 0.0)
    for _ in range(tries):
        before = time() * 1000
        there = await page.evaluate("performance.now()")
        after = time() * 1000
        best = min(best, (after - before, (before + after) / 2 - there))
    return best[1], best[0] / 2


async def until(page: Page, condition: str, within_s: float = 180.0) -> None:
    """Wait until an expression holds in the page; our policy allows no eval inside it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not await page.evaluate(condition):
        if loop.time() > deadline:
            raise RuntimeError(f"in the page, never: {condition}")
        await asyncio.sleep(0.05)


def threads_ms(pid: int) -> dict[str, float]:
    """CPU milliseconds of a renderer so far: its ``main`` thread and its ``worker`` threads."""
    found = {"main": 0.0, "worker": 0.0}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            spent = int((task / "schedstat").read_text().split()[0]) / 1e6
        except (OSError, ValueError):
            continue  # a thread that has just ended
        if int(task.name) == pid:
            found["main"] += spent
        elif name.startswith("DedicatedWorker"):
            found["worker"] += spent
    return found


async def renderer_pid(page: Page) -> int:
    """The process that draws a page: of this browser's renderers, the busiest one just now."""
    browser = page.context.browser
    assert browser is not None
    cdp = await browser.new_browser_cdp_session()
    processes = (await cdp.send("SystemInfo.getProcessInfo"))["processInfo"]
    renderers: list[int] = [row["id"] for row in processes if row["type"] == "renderer"]
    before = {pid: threads_ms(pid)["main"] for pid in renderers}
    await page.evaluate(_SPIN)
    return max(renderers, key=lambda pid: threads_ms(pid)["main"] - before[pid])
