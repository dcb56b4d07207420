"""The import page as the server draws it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from pages.screens import import_page
from pages.texts import LANGUAGES, text


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_text_stands_beside_its_key_so_that_the_language_can_change(lang: str) -> None:
    page = import_page.render(lang, ["lusong"])
    keys = [a["data-i18n"] for _, a in Elements(page).found if "data-i18n" in a]
    assert len(keys) > 40
    for key in keys:
        assert key is not None and f'data-i18n="{key}"' in page and text(lang, key)


def test_the_first_territory_is_begun_and_all_are_proposed() -> None:
    found = Elements(import_page.render("en", ["lusong.hejiatu", "lusong.jianning"])).found
    (field,) = [a for _, a in found if a.get("id") == "territory"]
    assert field["value"] == "lusong.hejiatu."
    values = [a.get("value") for tag, a in found if tag == "option"]
    assert values[:2] == ["lusong.hejiatu.", "lusong.jianning."]


def test_what_comes_from_outside_is_escaped() -> None:
    page = import_page.render("en", ['"><script>alert(1)</script>'])
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_every_id_is_there_once() -> None:
    ids = [a["id"] for _, a in Elements(import_page.render("en", [])).found if "id" in a]
    assert len(ids) == len(set(ids)) > 20
