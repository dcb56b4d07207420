"""How settings are read."""

from __future__ import annotations

import pytest

from feeds.host.setting import web_address


@pytest.mark.parametrize(
    "value", ["", "http://twin.example", "https://twin.example:8443/dayuan", "http://[::1]:80"]
)
def test_an_address_is_taken_as_it_is(value: str) -> None:
    assert web_address(value) == value


@pytest.mark.parametrize(
    "value",
    ["twin.example", "ftp://twin.example", "https://", "https://li:pw@twin.example", "http://x?a=1",
     "http://x#a", "javascript://x", "http://x\n"],
)  # fmt: skip
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="address"):
        web_address(value)
