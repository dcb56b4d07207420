"""The report is in the language of its reader, as lines, page, map, GeoJSON and values."""

from __future__ import annotations

import json
import re

import pytest

from geodata.importer import import_folder
from geodata.report import Report
from geodata.report_page import html
from geodata.sentences import LANGUAGES
from tests.geodata.builders import ROWS, TERRITORY, a_feature, a_folder, box

NEUTRAL = {"GeoJSON", "crs", "CRS84", "WGS84", "m"}
"""Names of systems and formats, and units."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    strange = [a_feature(box(0, 60, 9, 71), height=3), a_feature(box(0, 0, 1, 1), name="9幢")]
    folder = a_folder(tmp_path_factory.mktemp("files"), [*ROWS, *strange])
    return import_folder(folder, "小院", TERRITORY)


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
