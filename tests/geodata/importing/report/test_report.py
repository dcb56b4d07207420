"""The report is in the language of its reader, as lines, page, map, GeoJSON and values."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from geodata import checks
from geodata.importing import belonging
from geodata.importing.importer import import_folder
from geodata.importing.report.page import html
from geodata.importing.report.report import Report
from geodata.importing.report.sentences import LANGUAGES
from geodata.proposal import layout
from tests.support.builders.sites import ROWS, TERRITORY, a_feature, a_folder, a_site, box
from tests.support.catalogues import CATALOGUE

NEUTRAL = {"GeoJSON", "crs", "CRS84", "WGS84", "m"}
"""Names of systems and formats, and units."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    strange = [a_feature(box(0, 60, 9, 71), height=3), a_feature(box(0, 0, 1, 1), name="9幢")]
    folder = a_folder(tmp_path_factory.mktemp("files"), [*ROWS, *strange])
    return import_folder(folder, "小院", TERRITORY, catalogue=CATALOGUE)


def everything(report: Report, lang: str) -> str:
    """What people read of a report; the map, whose titles are names of things, is left out."""
    page = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<[^>]*>", " ", html(report, lang))
    values = report.values(lang)
    rows = [f[name] for f in values["faults"] for name in ("title", "feature", "words", "place")]
    lists = [*values["sources"], *values["difference"], values["outcome"], values["kinds"]]
    text = " ".join(map(str, (page, *report.lines(lang), *rows, *lists, values["counts"])))
    return re.sub(rf"[\w.]+\.geojson|{re.escape(report.territory)}|small/\w+", " ", text)


def test_no_english_is_left_for_a_chinese_reader(report: Report) -> None:
    kinds = {fault.kind for fault in report.faults}
    assert kinds >= {"unnamed", "tiny", "outside"}
    text = everything(report, "zh-CN")
    for kind in kinds:  # the word for programs stands beside its title
        text = text.replace(f"'{kind}'", " ")
    assert set(re.findall("[A-Za-z][A-Za-z0-9]*", text)) - NEUTRAL == set()


def test_no_chinese_is_left_for_an_english_reader_but_names(report: Report) -> None:
    names = {"小院", "幢", "未命名", "单元"}
    assert set(re.findall("[\u4e00-\u9fff]+", everything(report, "en"))) - names == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_faults_for_a_gis_have_words_for_people_and_a_kind_for_programs(
    report: Report, lang: str
) -> None:
    rows = json.loads(report.geojson(lang))["features"]
    told = [(row["properties"]["kind"], row["properties"]["words"]) for row in rows]
    assert told == [(fault.kind, fault.words.said(lang)) for fault in report.faults]


def test_the_map_names_each_fault_in_the_language_of_its_reader(report: Report) -> None:
    assert 'aria-label="地图"' in report.map("zh-CN") and "面积过小" in report.map("zh-CN")
    assert 'aria-label="map"' in report.map("en") and "tiny" in report.map("en")


# --- nothing of a file is markup ----------------------------------------------------------------

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}'&\x00\x1b]0;\ud800"
TAGS = {
    "html", "meta", "title", "style", "h1", "h2", "p", "strong", "ul", "li", "table", "tr", "td",
    "th", "svg", "polygon", "polyline", "circle", "g", "text",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "content", "class", "colspan", "xmlns", "viewbox", "role", "points",
    "aria-label", "data-lon", "data-lat", "data-east", "data-north", "fill", "stroke", "cx", "cy",
    "r", "x", "y", "font-size", "text-anchor", "stroke-width", "stroke-dasharray",
    "stroke-linecap",
}  # fmt: skip


class Seen(HTMLParser):
    """Which tags and attributes a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def hostile(value: Any) -> Any:
    """A compound with every text in it hostile, but for what is judged before a report is made."""
    if isinstance(value, msgspec.Struct):
        return replace(value, **{n: hostile(getattr(value, n)) for n in value.__struct_fields__})
    if isinstance(value, tuple):
        return tuple(hostile(one) for one in value)
    return value + HOSTILE if isinstance(value, str) else value


def nothing_but_text(report: Report) -> None:
    for lang in LANGUAGES:
        for page in (html(report, lang), report.map(lang)):
            page.encode()
            seen = Seen()
            seen.feed(page)
            assert seen.tags <= TAGS, seen.tags - TAGS
            assert seen.attributes <= ATTRIBUTES, seen.attributes - ATTRIBUTES
        ET.fromstring(report.map(lang))
        assert "alert(1)" in html(report, lang)  # it is shown, as the text it is
        json.loads(report.geojson(lang))
        assert "\x00" not in json.dumps(report.values(lang), ensure_ascii=False)
        "\n".join(report.lines(lang)).encode()


def test_no_text_of_a_compound_is_read_as_markup(report: Report) -> None:
    compound = hostile(layout.propose(a_site(), 1, name="小院", name_en="Small"))
    found = Report("小院" + HOSTILE, TERRITORY, CATALOGUE.devices, compound=compound)
    found.faults = checks.faults(compound) + belonging.strays(compound, TERRITORY)
    assert {"foreign id", "foreign territory"} <= {fault.kind for fault in found.faults}
    nothing_but_text(found)


@pytest.mark.parametrize("broken", [False, True])
def test_no_text_of_a_file_is_read_as_markup(tmp_path: Path, broken: bool) -> None:
    rows = json.loads(json.dumps(ROWS))
    for row in rows:
        row["properties"] = {"name": row["properties"]["name"] + HOSTILE, "height": HOSTILE}
    rows += [a_feature(None, name=HOSTILE)] * broken
    folder = a_folder(tmp_path, rows)
    cameras = "id,kind,name,lon,lat,parent\n" + f'"{HOSTILE}","{HOSTILE}","{HOSTILE}",,,"{HOSTILE}"'
    (folder / "cam<b>era&s.csv").write_bytes(cameras.encode("utf-8", "replace"))
    found = import_folder(folder, "小院" + HOSTILE, TERRITORY, "wgs84", catalogue=CATALOGUE)
    assert found.faults and (found.compound is None) == broken
    nothing_but_text(found)
