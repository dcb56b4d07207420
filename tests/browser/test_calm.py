"""A site of call buttons and smoke heads that says nothing for minutes, and what is said of it.

No simulator: an installation as one that is not the demo, over one compound.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from geodata.demo.first_run import prepare
from geodata.store import load, save
from tests.browser.screen import DESK, Screen
from tests.conftest import emptied
from tests.support.installation import House, running, state
from tests.support.profiles import Profiles
from tests.support.waiting import until

pytestmark = pytest.mark.browser
QUIET_FOR = timedelta(minutes=10)
LISTS = {"/wall": "#queue-more", "/console": "#queue-empty"}
CALL = "huodian/call/1"
ALARM = f"{CALL}#call_pressed"
WHY = "现场无人求助，按钮卡住，已报修"
Look = Callable[..., Screen]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Iterator[House]:
    """One compound whose devices are patient for half an hour and more; nothing reported yet."""
    full, folder = tmp_path_factory.mktemp("full"), tmp_path_factory.mktemp("site")
    prepare(full / "places", "street", 1)
    (compound,) = (one for one in load(full / "places") if one.id == "huodian")
    devices = tuple(one for one in compound.devices if one.kind in ("call", "smoke"))
    (folder / "places").mkdir()
    save(folder / "places", replace(compound, devices=devices))
    settings = {"DAYUAN_DEMO": "0", "DAYUAN_REDIS_URL": emptied(valkey_server)}
    with running(folder, settings=settings) as house:
        house.add_account("li", "李娟·街道值班", "dispatcher")
        house.add_account("sun", "孙立·复核", "reviewer")
        yield house


@pytest.fixture
def look(site: House, chromium: Profiles) -> Iterator[Look]:
    """Open a page of the site."""
    opened: list[Screen] = []

    def open_page(path: str, person: str = "li") -> Screen:
        opened.append(Screen(chromium, site, person, size=(1280, 720), graphics=False))
        return opened[-1].open(path)

    yield open_page
    for screen in opened:
        screen.close()


def said(screen: Screen, path: str, words: str, within_s: float = 30) -> str:
    """Wait until the empty list says some words; all that it says."""
    node = f"document.querySelector('{LISTS[path]}').innerText"
    found: str = screen.until(f"{node}.includes('{words}') && {node}", within_s)
    return found


def report_long_ago(site: House) -> None:
    """Every device said ten minutes ago that all is well, and nothing since."""
    then = (datetime.now(UTC) - QUIET_FOR).isoformat()
    site.tell(*(state(one.id, one_normal) | {"time": then} for one, one_normal in normals(site)))


def normals(site: House) -> Iterator[tuple[Any, str]]:
    """Each device with the state in which all is well."""
    words = {"call": "idle", "smoke": "normal"}
    for one in site.devices():
        yield one, words[one.kind]


def test_before_the_first_report_a_screen_says_that_there_is_no_data(look: Look) -> None:
    for path in LISTS:
        screen = look(path)
        assert "一切正常" not in said(screen, path, "还没有设备上报数据")


def test_a_site_that_said_nothing_for_ten_minutes_is_live_in_colour_and_normal(
    site: House, look: Look
) -> None:
    screens = {path: look(path) for path in LISTS}
    report_long_ago(site)
    for path, screen in screens.items():
        said(screen, path, "一切正常")
        assert screen.ask(f"() => {DESK}.status.state") == "live"
        beats = f"{DESK}.clock.now()"
        began = screen.ask(f"() => {beats}")
        screen.until(f"{beats} - {began} > 3000 && {DESK}.status.state === 'live'")
        assert screen.ask("() => document.documentElement.dataset.link ?? null") is None
        silent = screen.ask(f"() => {DESK}.panels().standing.silent")
        assert silent == 0, "they are patient for half an hour and more"


def test_an_alarm_whose_case_was_called_off_is_a_row_a_count_and_the_banner(
    site: House, look: Look
) -> None:
    report_long_ago(site)
    wall, console = look("/wall"), look("/console")
    site.tell(state(CALL, "pressed"))
    case = console.case(CALL)
    with site.person("li") as li:
        body = {"command": "cancel", "target": case["id"], "args": {"text": "以为误报"}}
        assert li.post("/api/commands", json=body).status_code == 200
    banner = "!banner.hidden && banner.innerText"
    words = wall.until(
        f"(banner => {banner}.includes('无人处置') && {banner})(document.getElementById('banner'))"
    )
    assert "一键呼" in words and "火电小区" in words
    console.until("document.querySelector('#count-unattended').innerText === '无人处置 1'")
    row = f"document.querySelector('#queue-list [data-id=\"{ALARM}\"]')"
    assert "无人处置" in console.until(f"{row}?.innerText")
    for screen in (wall, console):
        assert "一切正常" not in screen.ask("() => document.body.innerText")

    site.tell(state(CALL, "idle"))
    with site.person("li") as li:
        alarm = {"command": "acknowledge", "target": ALARM, "args": {}}
        li.post("/api/commands", json=alarm)
    for path, screen in (("/wall", wall), ("/console", console)):
        said(screen, path, "一切正常")


def handled(site: House, case: str) -> None:
    """Somebody was sent, went there and dealt with it, as the dispatcher heard by radio."""
    who = next(card.id for one in site.compounds for card in one.responders)
    steps = [("duty_on", who, {}), ("assign", case, {"responder": who})]
    steps += [(name, case, {}) for name in ("accept", "start", "arrive", "handle")]
    with site.person("li") as li:
        for name, target, args in steps:
            answer = li.post(
                "/api/commands", json={"command": name, "target": target, "args": args}
            )
            assert answer.status_code == 200, (name, answer.text)


def test_a_case_is_checked_and_closed_with_a_reason_while_its_alarm_holds(
    site: House, look: Look
) -> None:
    report_long_ago(site)
    console = look("/console", "sun")
    site.tell(state(CALL, "pressed"))
    case = console.case(CALL)["id"]
    handled(site, case)
    with site.person("sun") as sun:
        body = {"command": "check", "target": case, "args": {"passed": True}}
        refused = sun.post("/api/commands", json=body)
        assert (refused.status_code, refused.json()["detail"]["field"]) == (422, "text")

    console.ask(f"(id) => {DESK}.select(id)", case)
    for key, done in (("t", "checked"), ("c", "closed")):
        console.until("document.querySelector('.case .holding:not([hidden]) li')")
        held = console.page.inner_text(".case .holding")
        assert "告警仍未恢复" in held and "一键呼" in held and " 起" in held
        word = {"t": "复核", "c": "结案"}[key]
        console.until(f"document.querySelector('.case .actions').innerText.includes('{word}')")
        console.page.keyboard.press(key)
        console.page.fill("dialog[open] textarea", WHY)
        console.page.click("dialog[open] button[value=yes]")
        console.until(f"{DESK}.things().incidents.get('{case}').state === '{done}'")
    console.until("document.querySelector('.case .holding').innerText.includes('重开')")
    told = [row for row in site.log() if row["type"] in ("incident.checked", "incident.closed")]
    assert [row["data"]["text"] for row in told] == [WHY, WHY]
    console.until("document.querySelector('#count-unattended').checkVisibility()")


def test_a_button_pressed_while_the_engine_hangs_is_no_normal_site(site: House, look: Look) -> None:
    report_long_ago(site)
    site.tell(state(CALL, "idle"))
    screens = {path: look(path) for path in LISTS}
    for path, screen in screens.items():
        said(screen, path, "一切正常")
    engine = until(lambda: site.pid("engine"))
    os.kill(engine, signal.SIGSTOP)
    site.tell(state(CALL, "pressed"))
    for path, screen in screens.items():
        assert "一切正常" not in said(screen, path, "1 台设备报警待研判", 5)
    os.kill(engine, signal.SIGCONT)
    case = screens["/console"].case(CALL)
    with site.person("li") as li:
        body = {"command": "cancel", "target": case["id"], "args": {"text": "演练"}}
        assert li.post("/api/commands", json=body).status_code == 200
        site.tell(state(CALL, "idle"))
        li.post("/api/commands", json={"command": "acknowledge", "target": ALARM, "args": {}})


def test_without_an_engine_or_a_link_nothing_is_called_normal(site: House, look: Look) -> None:
    report_long_ago(site)
    site.tell(state(CALL, "idle"))
    screens = {path: look(path) for path in LISTS}
    for path, screen in screens.items():
        screen.forgiven = ("ERR_CONNECTION", "WebSocket", "Unexpected response")
        said(screen, path, "一切正常")
    stopped = until(lambda: site.pid("engine"))
    os.kill(stopped, signal.SIGSTOP)
    for path, screen in screens.items():
        assert "一切正常" not in said(screen, path, "告警未在处理")
    until(lambda: site.pid("engine") not in (None, stopped), 60)
    for path, screen in screens.items():
        said(screen, path, "一切正常", 40)
    site.kill("web")
    for path, screen in screens.items():
        assert "一切正常" not in said(screen, path, "现况不明")
    for path, screen in screens.items():
        said(screen, path, "一切正常", 60)
