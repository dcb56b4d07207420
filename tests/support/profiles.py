"""Browser profiles of a Chromium that are emptied and used again: what they keep compiled stays.

A page in a new profile fetches and compiles everything anew, as much again as drawing it costs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, BrowserContext

CHEAP: dict[str, Any] = {"device_scale_factor": 0.5, "reduced_motion": "reduce"}
"""Fewer pixels for a machine that draws without a graphics card, and no flights of the camera."""
_NO_GRAPHICS = """(() => {
  const mine = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith("webgl") ? null : mine.call(this, kind, ...more);
  };
})()"""
_EMPTY = "() => { localStorage.clear(); sessionStorage.clear(); }"
Kind = tuple[tuple[str, Any], ...]


class Profiles:
    """The profiles of one Chromium: each has one person at a time."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._free: dict[Kind, list[BrowserContext]] = defaultdict(list)
        self._kinds: dict[BrowserContext, Kind] = {}

    def take(self, base: str, graphics: bool = True, **options: Any) -> BrowserContext:
        """A profile that knows nobody, of a person who reads Chinese.

        Without ``graphics`` its pages have no map, as on a computer whose driver fails.
        """
        options = {"locale": "zh-CN", "base_url": base, **CHEAP} | options
        kind = tuple(sorted({"graphics": graphics, **options}.items()))
        if self._free[kind]:
            return self._free[kind].pop()
        context = self.browser.new_context(**options)
        context.new_page()  # keeps the window open: making one costs as much as a page
        if not graphics:
            context.add_init_script(_NO_GRAPHICS)
        self._kinds[context] = kind
        return context

    def give_back(self, context: BrowserContext) -> None:
        """Leave nothing of the person who had it; all pages but the first are theirs."""
        for page in context.pages[1:]:
            if page.url.startswith("http"):
                page.evaluate(_EMPTY)
            page.close()
        context.clear_cookies()
        self._free[self._kinds[context]].append(context)

    def throw_away(self, context: BrowserContext) -> None:
        """A profile in which something would stay."""
        context.close()
        del self._kinds[context]
