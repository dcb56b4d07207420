"""The files of districts in a data folder: read whole, or refused by name."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from feeds.host.district_files import load_catalogues, read_catalogues
from tests.support.catalogues import CATALOGUE
from twin.errors import InvalidCatalogue


def put(folder: Path, name: str, text: str = "") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def test_without_a_folder_all_districts_go_by_the_common_rows(tmp_path: Path) -> None:
    found = read_catalogues(tmp_path / "catalogue", CATALOGUE)
    assert found.common is CATALOGUE and not found.own


def test_each_folder_is_a_district_and_each_file_a_table_of_it(tmp_path: Path) -> None:
    put(tmp_path, "lusong/devices.toml", "[lamp]\npatience_s = 30\n")
    put(tmp_path, "lusong/rules.toml", '[noise_night]\nabove = 40\nsource = "办公室"\n')
    put(tmp_path, "shifeng/devices.toml", "[lamp]\npatience_s = 60\n")
    put(tmp_path, "shifeng/.devices.toml.swp", "?")
    found = read_catalogues(tmp_path, CATALOGUE)
    assert list(found.own) == ["lusong", "shifeng"]
    assert found.of("lusong.hejiatu").devices["lamp"].patience_s == 30
    assert found.of("lusong.hejiatu").rules["noise_night"].above == 40.0
    assert found.of("shifeng.tianxin").devices["lamp"].patience_s == 60
    assert found.of("shifeng.tianxin").rules == CATALOGUE.rules


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("lusong.toml", "", "catalogue/lusong.toml: a folder is needed, named as the first label"),
        ("Lu Song/rules.toml", "", "catalogue/Lu Song: a folder is needed, named as the first"),
        ("lusong/rule.toml", "",
         "catalogue/lusong/rule.toml: one of devices.toml, rules.toml, incidents.toml is needed"),
        ("lusong/layers.toml", "", "catalogue/lusong/layers.toml: one of devices.toml,"),
        ("lusong/rules.toml", "[smoke", "catalogue/lusong/rules.toml: cannot be read: Expected"),
        ("lusong/devices.toml", "[lamp]\npatience_s = '9'",
         "catalogue/lusong/devices.toml: [lamp] patience_s: Expected `int`, got `str`"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    put(tmp_path, name, text)
    with pytest.raises(InvalidCatalogue) as refused:
        read_catalogues(tmp_path, CATALOGUE)
    assert str(refused.value).startswith(sentence) and "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lusong").mkdir()
    (tmp_path / "lusong" / "rules.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidCatalogue, match=r"lusong/rules.toml: cannot be read"):
        read_catalogues(tmp_path, CATALOGUE)


def test_a_role_says_by_which_versions_it_goes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path, "lusong/devices.toml", "[lamp]\npatience_s = 30\n")
    with caplog.at_level(logging.INFO):
        found = load_catalogues(tmp_path, CATALOGUE)
    assert caplog.messages == [
        f"catalogue {CATALOGUE.version}", f"catalogue {found.own['lusong'].version} lusong",
    ]  # fmt: skip
