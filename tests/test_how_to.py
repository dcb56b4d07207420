"""The how-tos that add something: what stands in them is done on a copy, and it works there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

HOUSE = Path(__file__).parent.parent
PAGES = HOUSE / "docs" / "how-to"
COPIED = (
    "twin",
    "feeds",
    "layers",
    "pages",
    "geodata",
    "docs",
    "tests",
    "app.py",
    "pyproject.toml",
)
MOST_FILES = 4
"""A command or a device kind touches so many files at most, those that are written by hand."""
_STEP = re.compile(
    r"<!-- in: (?P<file>[^ ,]+)(?:, (?P<where>before|after): (?P<line>.+?))? -->\n"
    r"```\w+\n(?P<text>.*?)```\n",
    re.DOTALL,
)

COMMAND = """
from docs import tables
from layers.panels import commands
from pages import texts
from tests.support.builders.twin import SUN, VIEWER, a_call, a_twin, give, walk
from tests.support.catalogues import CATALOGUE
from twin import events
from twin.commands.decide import possible
from twin.commands.table import may

twin = a_twin()
case = a_call(twin)
walk(twin, case, "checked")
assert "confirm" not in possible(twin, twin.incidents[case], SUN)
give(twin, "close", case, SUN, text="ok")
assert "confirm" in possible(twin, twin.incidents[case], SUN)
assert "confirm" not in possible(twin, twin.incidents[case], VIEWER)
(event,) = give(twin, "confirm", case, SUN, text="居民满意")
assert events.decode(events.encode(event)) == event
found = twin.incidents[case]
assert (found.state, found.stage, found.open) == ("confirmed", "finished", False)
assert found.log[-1].text == "居民满意"
give(twin, "reopen", case, SUN, text="again")
assert found.open
for lang, words in (("zh-CN", "回访"), ("en", "Call back")):
    said = texts.everything(CATALOGUE, lang)
    assert said["action.confirm"] == words
    assert {"state.confirmed", "log.incident.confirmed"} <= set(said)
row = commands.rows((), CATALOGUE.flow)["confirm"]
assert (row["key"], row["form"], row["needs"]) == ("b", "reason", ("text",))
assert may("reviewer", "confirm") and not may("viewer", "confirm")
assert any(line[0] == "`confirm`" for line in tables.requests())
assert any(line[0] == "`B`" for line in tables.keys())
"""

DEVICE_KIND = """
import msgspec
from docs import tables
from layers.live.columns import Columns
from layers.rows.layer import kinds_shown, switches
from pages import texts
from tests.support.builders.twin import NOON, STREET, a_device, a_twin, huodian
from tests.support.catalogues import CATALOGUE
from twin import events
from twin.state.twin import Twin

hydrant = a_device("huodian/hydrant/1")
place = huodian()
place = msgspec.structs.replace(place, devices=(*place.devices, hydrant))
twin = Twin(STREET, [place], CATALOGUE)
said = events.decode(
    '{"type":"hydrant.state","id":"1","subject":"huodian/hydrant/1",'
    '"time":"2026-11-21T04:00:00Z","data":{"state":"leaking"}}'
)
twin.apply(said)
device = twin.devices["huodian/hydrant/1"]
assert (device.state, device.traits.primary) == ("leaking", "pressure_mpa")
assert "sensors/hydrant" in switches(CATALOGUE, "sensors")
assert kinds_shown(CATALOGUE, {"sensors/hydrant"}) == {"hydrant"}
assert len(Columns([twin], CATALOGUE)) == len(place.devices)
for lang in texts.LANGUAGES:
    assert "device.leaking" in texts.catalogue(lang)
assert any(line[0] == "`hydrant`" for line in tables.devices())
assert any(line[0] == "`hydrant.state`" for line in tables.events())
"""

KEPT = {
    "add-a-command": ("tests/twin/commands/test_table.py",),
    "add-a-device-kind": ("tests/twin/test_catalogue.py",),
}
"""Tests of the product that hold in the copy as well."""


class Step(NamedTuple):
    """A piece of text and where it goes: below or above a line, or at the end of the file."""

    file: str
    where: str
    line: str
    text: str


def steps(page: str) -> list[Step]:
    found = _STEP.finditer((PAGES / f"{page}.md").read_text("utf-8"))
    return [Step(one["file"], one["where"] or "", one["line"] or "", one["text"]) for one in found]


def done(step: Step, content: str) -> str:
    """The content of a file after a step."""
    if not step.where:
        return content + step.text
    (line,) = (line for line in content.splitlines(keepends=True) if step.line in line)
    pair = (line, step.text) if step.where == "after" else (step.text, line)
    return content.replace(line, "".join(pair), 1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("house")
    spared = shutil.ignore_patterns("__pycache__", "node_modules", "images", "vendor", "*.pyc")
    for name in COPIED:
        source = HOUSE / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=spared)
        else:
            shutil.copy(source, target / name)
    (target / "assets" / "panels").mkdir(parents=True)
    shutil.copy(HOUSE / "assets" / "panels" / "keys.mjs", target / "assets" / "panels")
    return target


def run(folder: Path, *words: str) -> None:
    answer = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert answer.returncode == 0, (answer.stdout + answer.stderr)[-4000:]


@pytest.mark.parametrize(
    ("page", "proof"), [("add-a-command", COMMAND), ("add-a-device-kind", DEVICE_KIND)]
)
def test_what_a_how_to_says_works_on_a_copy_and_touches_few_files(
    original: Path, tmp_path: Path, page: str, proof: str
) -> None:
    house = tmp_path / "house"
    shutil.copytree(original, house)
    for step in steps(page):
        path = house / step.file
        path.write_text(done(step, path.read_text("utf-8")), "utf-8")
    touched = {step.file for step in steps(page)}
    assert 0 < len(touched) <= MOST_FILES
    run(house, "-c", proof)
    run(house, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *KEPT[page])


@pytest.mark.parametrize(
    "page", ["add-a-command", "add-a-device-kind", "add-a-layer", "add-a-page"]
)
def test_every_file_that_a_how_to_names_is_there(page: str) -> None:
    words = (PAGES / f"{page}.md").read_text("utf-8")
    named = set(re.findall(r"`((?:twin|feeds|layers|pages|assets|tests)/[\w./-]+)`", words))
    assert named and {name for name in named if not (HOUSE / name).exists()} == set()
