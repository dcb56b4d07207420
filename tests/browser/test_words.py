"""What pages say: in two languages without a reload, and on the wall within ten seconds."""

from __future__ import annotations

import pytest

from pages.texts import everything
from tests.browser.conftest import Visit
from tests.browser.screen import DESK
from tests.support.catalogues import CATALOGUE
from tests.support.installation import House, state

pytestmark = pytest.mark.browser
LABELS = """() => [...document.querySelectorAll("[data-i18n]")]
  .map((node) => [node.dataset.i18n, node.textContent])"""
SPOKEN = """[...document.querySelectorAll("[data-i18n-label]")]
  .map((node) => node.getAttribute("aria-label")).join()"""


def test_the_language_changes_without_a_reload_and_is_kept(visit: Visit, house: House) -> None:
    house.tell(state("huodian/gate/1", "forced_open"))
    screen = visit("chenmin", "/console", graphics=False)
    case = screen.case("huodian/gate/1")
    screen.ask(f"(id) => {{ window.mine = 'yes'; {DESK}.select(id); }}", case["id"])
    screen.until("document.querySelector('.recommended .send')")
    screen.page.locator("#language").click()
    screen.until("document.documentElement.lang === 'en'")
    english, wrong = everything(CATALOGUE, "en"), []
    for key, words in screen.ask(LABELS):
        if "{" not in english[key] and words != english[key]:
            wrong.append((key, words))
    assert not [row for row in wrong if row[0] not in ("live.connecting",)], wrong
    assert not any("一" <= letter <= "鿿" for letter in screen.ask(f"() => {SPOKEN}"))
    screen.until("document.querySelector('#queue-list .what').textContent === 'Gate forced open'")
    assert screen.ask("() => [window.mine, document.title]") == ["yes", english["title.console"]]
    screen.page.reload()
    screen.settled()
    assert screen.ask("() => document.documentElement.lang") == "en"


def test_the_wall_says_what_is_wrong_where_and_who_is_on_it(visit: Visit, house: House) -> None:
    screen = visit("wall", "/wall", size=(1280, 720), graphics=False)
    screen.until("document.getElementById('banner').hidden")
    house.tell(state("huodian/call/5", "pressed"))
    case = screen.case("huodian/call/5")
    screen.until("!document.getElementById('banner').hidden")
    banner = screen.page.locator("#banner")
    what = banner.locator("strong").inner_text()
    assert what == f"一键呼求助 火电小区 {case['place']}", what
    assert "特重" in banner.locator(".level").inner_text()
    screen.until("document.querySelector('#banner .who').textContent.includes('最近')")
    screen.until("document.querySelector('#queue-list li')")

    with house.person("chenmin") as chenmin:
        told = chenmin.get(f"/api/incidents/{case['id']}").json()
        who = told["recommendations"][0]
        body = {"command": "assign", "target": case["id"], "version": told["version"],
                "args": {"responder": who["responder"]}}  # fmt: skip
        assert chenmin.post("/api/commands", json=body).status_code == 200
    screen.until(f"document.querySelector('#banner .who').textContent.includes('{who['name']}')")


def test_the_lamp_of_the_wall_says_whether_its_sound_is_on(visit: Visit, house: House) -> None:
    screen = visit("wall", "/wall", graphics=False)
    lamp = "document.getElementById('sound').dataset.state"
    screen.page.locator("#sound").click()
    screen.until(f"{lamp} === 'armed'")
    house.tell(state("huodian/call/6", "pressed"))
    case = screen.case("huodian/call/6")
    screen.until(f"{lamp} === 'sounding'")
    with house.person("chenmin") as chenmin:
        (alarm,) = case["alarms"]
        body = {"command": "acknowledge", "target": alarm}
        assert chenmin.post("/api/commands", json=body).status_code == 200
    screen.until(f"{lamp} === 'armed'")
