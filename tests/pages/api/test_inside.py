"""A building over HTTP: who gets what of it, and what is answered about one that is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from feeds.access.accounts import Account
from tests.support.builders.layers import STREET, a_compound
from tests.support.web_role import WebRole, open_web_role

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, {STREET: [a_compound("huodian")]}) as opened:
        yield opened


def person(name: str, role: str, prefix: str = STREET) -> Account:
    return Account(name=name, display=name, role=role, prefixes=(prefix,))


async def test_a_dispatcher_gets_rooms_a_viewer_none_a_stranger_nothing(house: WebRole) -> None:
    async with house.browser(await house.admit(person("chen", "dispatcher"))) as chen:
        told = (await chen.get("/api/buildings/huodian/b3")).json()
        assert (told["id"], told["name"]) == ("huodian/b3", "3幢")
        assert told["rooms"] and told["devices"]
    async with house.browser(await house.admit(person("guest", "viewer"))) as guest:
        shown = (await guest.get("/api/buildings/huodian/b3")).json()
        assert (shown["rooms"], shown["devices"]) == ([], [])
        assert shown["units"] == told["units"]
    far = person("far", "dispatcher", "lusong.jianning")
    async with house.browser(await house.admit(far)) as stranger:
        refused = await stranger.get("/api/buildings/huodian/b3")
        invented = await stranger.get("/api/buildings/nowhere/b3")
        assert refused.status_code == invented.status_code == 404
        assert refused.content == invented.content


async def test_a_building_that_is_not_there_is_unknown(house: WebRole) -> None:
    async with house.browser(await house.admit(person("chen", "dispatcher"))) as chen:
        for path in ("huodian/b99", "huodian/", "huodian/b3/x", "mudan/b3"):
            answer = await chen.get(f"/api/buildings/{path}")
            assert (answer.status_code, answer.json()["error"]) == (404, "unknown")
    async with house.browser() as nobody:
        assert (await nobody.get("/api/buildings/huodian/b3")).status_code == 401
