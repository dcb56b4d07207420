"""axe-core finds nothing on any page, in both themes and languages; the console stays silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.browser.test_import import a_yard, opened, tried
from tests.support.installation import ROOT, House, state
from tests.support.profiles import Profiles

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  if (!window.axe) return ["axe is not here"];
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}"""


def violations(screen: Screen, where: str) -> list[str]:
    """What axe finds now."""
    if not screen.ask("() => Boolean(window.axe)"):
        # As a debugger would: the page's own policy forbids it any script but its own.
        session = screen.context.new_cdp_session(screen.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text()})
        session.detach()
    found: list[Any] = screen.ask(RUN)
    return [f"{where}: {words}" for words in found]


def in_both_themes(screen: Screen, where: str) -> list[str]:
    """What axe finds in the dark and in the light."""
    found = []
    for theme in ("dark", "light"):
        screen.ask("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found += violations(screen, f"{where}, {theme}")
    screen.ask("() => { document.documentElement.dataset.theme = 'dark'; }")
    return found


def in_both_languages(screen: Screen, where: str) -> list[str]:
    """Both themes, in Chinese and in English."""
    found = in_both_themes(screen, f"{where}, Chinese")
    screen.page.locator("#language").click()
    screen.until("document.documentElement.lang === 'en'")
    return found + in_both_themes(screen, f"{where}, English")


def test_axe_finds_nothing_on_the_login_page(chromium: Profiles, house: House) -> None:
    screen, found = Screen(chromium, house), []
    for path in ("/login", "/login?lang=en", "/login?error=wrong"):
        screen.page.goto(path)
        found += in_both_themes(screen, path)
    screen.forgiven = ("401",)
    screen.close()
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_wall(visit: Visit, house: House) -> None:
    house.tell(state("huodian/call/1", "pressed"))
    screen = visit("wall", "/wall")
    screen.until("!document.getElementById('banner').hidden")
    found = violations(screen, "wall, Chinese")
    screen.page.locator("#language").click()
    screen.until("document.documentElement.lang === 'en'")
    found += violations(screen, "wall, English")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_console(visit: Visit, house: House) -> None:
    house.tell(state("huodian/call/1", "pressed"), state("huodian/gate/1", "forced_open"))
    screen = visit("chenmin", "/console")
    found = violations(screen, "console, nothing selected")
    case = screen.case("huodian/call/1")
    screen.ask(f"(id) => {DESK}.select(id)", case["id"])
    screen.until("document.querySelector('.recommended .send')")
    found += in_both_languages(screen, "console, a case selected")
    screen.page.keyboard.press("s")
    screen.page.locator("dialog[open]").wait_for()
    found += in_both_themes(screen, "console, a dialog open")
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("?")
    screen.page.locator("dialog[open] kbd").first.wait_for()
    found += violations(screen, "console, the keys")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_replay(visit: Visit, house: House) -> None:
    screen = visit("guest", "/replay")
    screen.until("document.querySelector('#replay-range input')?.max > 0")
    found = in_both_languages(screen, "replay")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_import_page(
    chromium: Profiles, house: House, tmp_path: Path
) -> None:
    screen = opened(Screen(chromium, house, "admin", size=(1440, 900)))
    found = violations(screen, "import, nothing chosen")
    tried(screen, a_yard(tmp_path))
    screen.ask("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found += in_both_languages(screen, "import, a trial's report")
    screen.page.set_viewport_size({"width": 390, "height": 844})
    found += violations(screen, "import, on a phone")
    screen.close()
    assert not found, "\n".join(found)
