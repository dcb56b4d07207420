"""Without the demo: from an empty installation to a first dispatched case, by the guide's words."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.screen import DESK, Screen
from tests.support.builders.sites import a_folder
from tests.support.installation import PASSWORD, ROOT, House, environment, running
from tests.support.profiles import Profiles

pytestmark = pytest.mark.browser
GUIDE = ROOT / "docs" / "how-to" / "begin-from-empty.md"
CASE = f"[...{DESK}.things().incidents.values()][0]"
ME = f"{DESK}.things().responders.get('yangguang/responder/wangge-1')"
REAL = {"DAYUAN_DEMO": "0"}
TERRITORY = "lusong.hejiatu.changtangwan.yangguang"


class Guide:
    """The commands of the guide, carried out in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
        commands = [re.sub(r"\n(?=\.venv)", "\0", block.strip()).split("\0") for block in blocks]
        self.commands = [one for block in commands for one in block]
        self.house: House | None = None
        self.token = ""
        a_folder(folder / "files")
        rows = re.findall(r"```csv\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
        (folder / "files" / "devices.csv").write_text(rows[0], "utf-8")

    def does(self, word: str) -> str:
        """Carry out the one command that contains a word; what it prints."""
        (command,) = [one for one in self.commands if word in one]
        base = self.house.base if self.house else "http://127.0.0.1:8050"
        command = command.replace(".venv/bin/python app.py", f"{sys.executable} {ROOT}/app.py")
        command = command.replace("http://127.0.0.1:8050", base)
        port = int(base.rpartition(":")[2])
        kept = environment(self.folder / "data", port, self.valkey_port) | REAL
        return subprocess.run(
            ["bash", "-euc", command], input=f"{PASSWORD}\n", capture_output=True, text=True,
            check=True, timeout=60, cwd=self.folder, env=kept | {"TOKEN": self.token},
        ).stdout  # fmt: skip

    @property
    def valkey_port(self) -> int:
        return self.house.valkey_port if self.house else 7379


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    (tmp_path / "files").mkdir()
    (tmp_path / "data").mkdir()
    guide = Guide(tmp_path)
    with running(tmp_path / "data", settings=REAL) as guide.house:
        yield guide


def come_in(chromium: Profiles, house: House, name: str, path: str, **more: Any) -> Screen:
    """Log in at the login page as a person does."""
    screen = Screen(chromium, house, **more)
    screen.forgiven = ("net::ERR_", "Failed to fetch")  # roles start anew after the import
    screen.page.goto(path)
    screen.page.fill('[name="name"]', name)
    screen.page.fill('[name="password"]', PASSWORD)
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url(f"{house.base}{path}")
    return screen


def bring_in(screen: Screen, files: Path) -> None:
    """The first compound, by the page."""
    chosen = sorted(files.iterdir())
    screen.page.set_input_files("#files", chosen)
    screen.until(f"document.querySelectorAll('#received li').length === {len(chosen)}")
    screen.page.fill("#name", "阳光小院")
    screen.page.fill("#territory", TERRITORY)
    screen.page.select_option("#reference", "WGS84")
    screen.page.click("#try")
    screen.until("document.getElementById('outcome').textContent.startsWith('试运行完成')", 60)
    screen.page.click("#import")
    screen.until("document.getElementById('outcome').textContent.startsWith('已导入')", 60)


def duty(screen: Screen, word: str) -> None:
    """Press a button of one's own duty in the account menu, found by the keyboard."""
    screen.page.locator("#me summary").focus()
    screen.page.keyboard.press("Enter")
    screen.until("document.querySelector('#me-duty [data-command]')")
    screen.page.keyboard.press("Tab")
    focused = "() => document.activeElement.textContent"
    assert screen.ask(focused) == word
    screen.page.keyboard.press("Enter")
    screen.until("document.querySelector('#me-duty .outcome [data-state=confirmed]')")
    screen.page.keyboard.press("Escape")


def test_from_an_empty_installation_to_a_first_dispatched_case(
    chromium: Profiles, guide: Guide
) -> None:
    house = guide.house
    assert house is not None
    assert "administrator" in guide.does("account add chief")
    assert "dispatcher" in guide.does("account add li")

    li = come_in(chromium, house, "li", "/console", size=(1440, 900))
    li.until("document.getElementById('map-notice').innerText.includes('还没有小区')", 60)
    chief = come_in(chromium, house, "chief", "/import", size=(1440, 900))
    with li.page.expect_navigation(timeout=90_000):  # by itself, once there is a place
        bring_in(chief, guide.folder / "files")
    chief.close()
    li.until(f"{DESK}.places.length === 1 && {DESK}.ready() && {DESK}.map()?.map.loaded()", 90)
    assert "与现有数据相同" in guide.does("app.py import"), "the same by the command line"

    assert "Note:" not in guide.does("account add zhou")
    guide.token = guide.does("source add").splitlines()[0]
    assert '"accepted":1' in guide.does("call.state")
    li.until(f"{CASE} && document.querySelector('#queue-list .card')")
    li.page.keyboard.press("j")
    li.until("!document.querySelector('.nobody').hidden")

    zhou = come_in(chromium, house, "zhou", "/console", size=(390, 844))
    zhou.until(f"{DESK}.ready() && {ME}", 60)
    duty(zhou, "上班")
    li.until("document.querySelector('.recommended .travel')?.innerText === '位置不详'")
    assert '"accepted":1' in guide.does("responder.position")
    li.until(r"/^\d/.test(document.querySelector('.recommended .travel')?.innerText)", 30)

    li.page.keyboard.press("a")
    li.until(f"{CASE}.state === 'assigned'")
    li.until("document.querySelector('#incident .chips .state').innerText.startsWith('已指派')")
    assert li.ask(f"() => {CASE}.crew.map((one) => one.id)") == ["yangguang/responder/wangge-1"]

    zhou.until(f"{ME}.status === 'busy' && {ME}.takes.length === 0")
    zhou.ask(f"() => {DESK}.select({ME}.incident)")
    for state in ("accepted", "en_route", "on_scene", "handled"):
        zhou.until("document.querySelector('.crew .step:not([hidden]):not([aria-disabled])')")
        zhou.page.click(".crew .step")
        zhou.until(f"{CASE}.state === '{state}'")
    duty(zhou, "下班")
    li.until(f"{ME}.status === 'off_duty' && {ME}.lonlat === null")
    zhou.close()
    li.close()
