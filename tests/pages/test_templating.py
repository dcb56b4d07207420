"""Templates: filled in, escaped, and never short of a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from pages import templating, texts

TEMPLATES = sorted((Path(templating.__file__).parent / "templates").glob("*.html"))


def test_a_name_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="prefixes"):
        templating.page("import.html", "en")


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"login\.error\.nothing"):
        templating.page(
            "login.html", "en", picture="", identities=(), error="nothing", next="", name="",
            other="zh-CN", other_name="中文", switch="lang=zh-CN",
        )  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_a_template_names_exists(template: Path) -> None:
    known = set(texts.catalogue("en"))
    source = template.read_text("utf-8")
    whole = set(re.findall(r'"([a-z_]+\.[a-z_.]+)"(?! ~)', source))
    begun = set(re.findall(r'"([a-z_]+\.[a-z_.]*)" ~', source))
    assert whole - known - {"plain.html", "faults.geojson"} == set()
    assert [one for one in begun if not any(key.startswith(one) for key in known)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_and_nothing_of_elsewhere(template: Path) -> None:
    source = template.read_text("utf-8")
    assert not re.search(r"<script(?! type=\"module\" src=\"/assets/)", source)
    assert not re.search(r"https?://|\son[a-z]+=|style=", source)
