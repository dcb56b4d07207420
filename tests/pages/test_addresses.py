from __future__ import annotations

import pytest

from tests.house import ADMIN, CHEN, House
from twin.completeness import DUTIES

pytestmark = pytest.mark.anyio


async def test_an_administrator_sees_how_complete_each_compound_is(house: House) -> None:
    async with house.browser(await house.admit(ADMIN)) as browser:
        rows = (await browser.get("/api/addresses")).json()
        assert rows == (await browser.get("/api/addresses")).json()
    there = [place for twin in house.parts.twins.values() for place in twin.compounds]
    assert sorted(row["id"] for row in rows) == sorted(there)
    for row in rows:
        assert set(row["shares"]) <= set(DUTIES)
        assert all(0 <= value <= 1 for value in row["shares"].values())
        assert all(one["done"] <= one["total"] for one in row["measures"])


async def test_nobody_else_does(house: House) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        assert (await browser.get("/api/addresses")).status_code == 403
