from __future__ import annotations

import pytest

from feeds.access.origins import origins


def test_origins_stand_with_spaces_between() -> None:
    assert origins("") == ()
    assert origins(" https://a.example  http://[fe80::1]:80 ") == (
        "https://a.example", "http://[fe80::1]:80",
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    ["video.example", "https://a.example/", "https://a.example/live", "ftp://a.example",
     "https://*", "https://a.example;script-src", "'unsafe-inline'", "https://u:p@a.example"],
)  # fmt: skip
def test_what_is_no_origin_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        origins(wrong)
