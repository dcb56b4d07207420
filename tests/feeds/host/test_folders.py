"""What lies in the data folder is for its owner alone, whoever made it and when."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.host.folders import keep_private


@pytest.fixture(autouse=True)
def mask() -> Iterator[None]:
    """The mask of this process as it was, afterwards."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_older_folder_is_closed_and_what_is_made_from_now_on_is_closed_too(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    (data / "places").mkdir(parents=True)
    (data / "valkey").mkdir()
    (data / "valkey" / "log").write_text("x")
    keep_private(data)
    (data / "imports").mkdir()
    (data / "imports" / "log").write_text("x")
    folders = (data, data / "places", data / "valkey", data / "imports")
    assert [mode(folder) for folder in folders] == [0o700] * 4
    assert mode(data / "imports" / "log") == 0o600


def test_a_folder_that_many_share_is_left_to_them(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    tmp_path.chmod(0o1777)
    keep_private(tmp_path)
    assert mode(tmp_path) == 0o1777
    assert mode(tmp_path / "valkey") == 0o700


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    keep_private(tmp_path / "none")
    assert not (tmp_path / "none").exists()
