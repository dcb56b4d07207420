from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from feeds.access.accounts import Account
from tests.support.builders.addresses import STREET, junmen
from tests.support.web_role import WebRole, open_web_role

pytestmark = pytest.mark.anyio

CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(STREET,))
GUEST = Account(name="guest", display="访客", role="viewer", prefixes=(STREET,))


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, {STREET: [junmen()]}) as opened:
        yield opened


async def search(house: WebRole, account: Account, words: str, **more: str) -> list[dict[str, Any]]:
    async with house.browser(await house.admit(account)) as browser:
        answer = await browser.get("/api/search", params={"q": words, **more})
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()
        return found


async def test_an_address_comes_with_its_place_and_what_was_understood(house: WebRole) -> None:
    found = await search(house, CHEN, "军门十二号楼2单元", here="junmen")
    first = found[0]
    assert (first["type"], first["id"], first["exact"]) == ("address", "junmen/b12#2", True)
    assert (first["place"], first["unit"]) == ("军门社区", "2")


async def test_an_address_that_does_not_exist_says_why(house: WebRole) -> None:
    found = await search(house, CHEN, "军门社区999号楼")
    assert found and not found[0]["fits"]
    assert found[0]["notes"][0]["code"] == "no_such_building"


async def test_the_masked_are_given_no_flat(house: WebRole) -> None:
    plain, masked = [await search(house, one, "军门12号楼1单元301") for one in (CHEN, GUEST)]
    assert [row["name"] for row in plain] == ["12号楼1单元301"]
    assert masked == []


async def test_nothing_typed_finds_nothing_and_long_words_are_cut(house: WebRole) -> None:
    assert await search(house, CHEN, "  ") == []
    assert isinstance(await search(house, CHEN, "幢" * 5000), list)
