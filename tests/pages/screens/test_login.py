from html.parser import HTMLParser

import pytest

from pages.screens import login
from pages.texts import LANGUAGES, text

DEMO = [
    login.Identity("chen", "陈敏", "dispatcher"),
    login.Identity("wall", "大屏<1>", "viewer", 'says "hello"'),
]


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_speaks_the_language_asked_for(lang: str) -> None:
    page = login.render(lang)
    assert f'<html lang="{lang}"' in page
    assert text(lang, "login.slogan") in page


def test_each_demo_identity_is_a_button_that_posts_its_name() -> None:
    elements = Elements(login.render("zh-CN", DEMO))
    names = [b["value"] for b in elements.all("button") if b.get("name") == "demo"]
    assert names == ["chen", "wall"]
    assert all(form["action"] == "/login" for form in elements.all("form"))


def test_without_demo_identities_only_the_account_form_stands_there() -> None:
    assert len(Elements(login.render("en")).all("form")) == 1


@pytest.mark.parametrize("error", login.ERRORS)
def test_an_error_is_said_where_it_is_heard(error: str) -> None:
    page = login.render("en", error=error)
    assert 'role="alert"' in page
    assert text("en", f"login.error.{error}") in page
    described = [field for field in Elements(page).all("input") if "aria-describedby" in field]
    assert len(described) == 2


def test_an_error_nobody_knows_says_no_more_than_that_it_went_wrong() -> None:
    assert text("en", "login.error.wrong") in login.render("en", error="<script>")


def test_what_comes_from_outside_is_escaped() -> None:
    page = login.render("en", DEMO, error="x", next='/wall?"><script>', name='"><script>')
    assert "<script" not in page
    assert "大屏&lt;1&gt;" in page
    assert "says &#34;hello&#34;" in page


def test_the_way_back_survives_form_and_language_switch() -> None:
    elements = Elements(login.render("en", DEMO, next="/replay?at=5"))
    hidden = [field["value"] for field in elements.all("input") if field.get("name") == "next"]
    assert hidden == ["/replay?at=5", "/replay?at=5"]
    (link,) = elements.all("a")
    assert "lang=zh-CN" in (link["href"] or "")
    assert "next=%2Freplay%3Fat%3D5" in (link["href"] or "")


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    elements = Elements(login.render("zh-CN", DEMO))
    assert not elements.all("script")
    assert all((link["href"] or "").startswith("/assets/") for link in elements.all("link"))
    assert not any("style" in attrs for _, attrs in elements.found)


def test_the_picture_is_not_read_out() -> None:
    (svg,) = Elements(login.render("zh-CN")).all("svg")
    assert svg["aria-hidden"] == "true"
