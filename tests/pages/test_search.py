from __future__ import annotations

import pytest

from tests.house import CHEN, GUEST, House

pytestmark = pytest.mark.anyio


async def search(house: House, account, words: str, **more: str) -> list[dict]:
    async with house.browser(await house.admit(account)) as browser:
        answer = await browser.get("/api/search", params={"q": words, **more})
        assert answer.status_code == 200
        return answer.json()


async def test_an_address_comes_with_its_place_and_what_was_understood(house: House) -> None:
    place = next(iter(house.parts.twins.values())).compounds["huodian"]
    building = place.buildings[0]
    found = await search(house, CHEN, f"{place.name}{building.name}", here="huodian")
    assert (found[0]["type"], found[0]["id"], found[0]["exact"]) == ("building", building.id, True)
    assert found[0]["place"] == place.name


async def test_an_address_that_does_not_exist_says_why(house: House) -> None:
    found = await search(house, CHEN, "火电小区999幢")
    assert found and not found[0]["fits"]
    assert found[0]["notes"][0]["code"] == "no_such_building"


async def test_the_masked_are_given_no_flat(house: House) -> None:
    plain, masked = [await search(house, one, "火电小区1幢1单元101") for one in (CHEN, GUEST)]
    assert "101" not in str([row["name"] for row in masked])
    assert plain is not masked


async def test_nothing_typed_finds_nothing_and_long_words_are_cut(house: House) -> None:
    assert await search(house, CHEN, "  ") == []
    assert isinstance(await search(house, CHEN, "幢" * 5000), list)
