"""An administrator brings in a compound by the page alone, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geodata.importing.importer import Options, import_folder
from tests.browser.screen import Screen
from tests.support.builders.sites import ROWS, TERRITORY, a_feature, a_folder, box
from tests.support.catalogues import CATALOGUE
from tests.support.installation import House, running
from tests.support.profiles import Profiles
from tests.support.waiting import until

pytestmark = pytest.mark.browser
YARD = TERRITORY.replace("small", "yard")
OUTCOME = "document.getElementById('outcome').textContent.startsWith('%s')"


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A product of its own with one small compound: after an import all roles start anew."""
    folder = tmp_path_factory.mktemp("house")
    files = a_folder(tmp_path_factory.mktemp("files"))
    import_folder(
        files,
        "小院",
        TERRITORY,
        data=folder / "places",
        options=Options(bare=True),
        catalogue=CATALOGUE,
    )
    with running(folder) as house:
        yield house


def opened(screen: Screen) -> Screen:
    """The page with its log, as the person of a screen."""
    screen.page.goto("/import")
    screen.until("document.querySelector('#log li')")
    return screen


def tried(screen: Screen, folder: Path) -> None:
    """Choose the files of a folder, name the compound, and run a trial to its end."""
    files = sorted(folder.iterdir())
    screen.page.set_input_files("#files", files)
    screen.until(f"document.querySelectorAll('#received li').length === {len(files)}")
    screen.page.fill("#name", "院子")
    screen.page.fill("#territory", YARD)
    again(screen)


def again(screen: Screen) -> None:
    """A trial of the same files."""
    screen.ask("() => { document.getElementById('outcome').textContent = ''; }")
    screen.page.click("#try")
    screen.until("document.getElementById('outcome').textContent", 60)


def a_yard(folder: Path) -> Path:
    """Files with one fault that stops nothing."""
    return a_folder(folder, [*ROWS, a_feature(box(0, 0, 1, 1), name="9幢", height=3)])


def test_an_administrator_imports_a_compound_and_takes_it_back(
    chromium: Profiles, mine: House, tmp_path: Path
) -> None:
    screen = opened(Screen(chromium, mine, "admin", size=(1440, 900)))
    screen.forgiven = ("net::ERR_", "Failed to fetch")  # the server starts anew after each import
    place = mine.folder / "places" / "yard.json"
    tried(screen, a_yard(tmp_path))
    screen.until(OUTCOME % "试运行完成")
    rows = "[...document.querySelectorAll('#faults tr')].map((row) => row.textContent)"
    assert any("面积过小" in row and "9幢" in row for row in screen.ask(f"() => {rows}"))
    screen.until("document.querySelectorAll('#picture svg .fault').length > 0")
    assert not place.exists()

    screen.page.click("#import")
    screen.until(OUTCOME % "已导入", 60)
    written = place.read_bytes()
    screen.until("document.querySelector('#log button')", 30)

    again(screen)
    screen.until(OUTCOME % "与现有数据相同")
    assert screen.page.locator("#import").is_disabled()
    assert place.read_bytes() == written

    screen.page.locator("#log button").first.click()
    screen.until("document.getElementById('log').textContent.includes('的上次改动')", 60)
    until(lambda: not place.exists())
    screen.close()
