from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from feeds.access.accounts import Account
from tests.support.builders.addresses import STREET, junmen
from tests.support.web_role import WebRole, open_web_role
from twin.addresses.completeness import DUTIES

pytestmark = pytest.mark.anyio

CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(STREET,))
ADMIN = Account(name="admin", display="管理员", role="administrator", prefixes=(STREET,))


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, {STREET: [junmen()]}) as opened:
        yield opened


async def test_an_administrator_sees_how_complete_each_compound_is(house: WebRole) -> None:
    async with house.browser(await house.admit(ADMIN)) as browser:
        rows = (await browser.get("/api/addresses")).json()
        assert rows == (await browser.get("/api/addresses")).json()
    there = [place for twin in house.twins.values() for place in twin.compounds]
    assert sorted(row["id"] for row in rows) == sorted(there)
    for row in rows:
        assert set(row["shares"]) <= set(DUTIES)
        assert all(0 <= value <= 1 for value in row["shares"].values())
        assert all(one["done"] <= one["total"] for one in row["measures"])


async def test_nobody_else_does(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        assert (await browser.get("/api/addresses")).status_code == 403
