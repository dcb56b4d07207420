"""Tiles of the map: given to those who see the whole street."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.asking import cut, sets
from tests.territory_filter.looking import unpacked
from twin.places.territory import covers

pytestmark = pytest.mark.anyio


def test_what_tiles_say_is_found_though_it_is_compressed(tmp_path: Path) -> None:
    for file in cut(tmp_path, t.NEAR, t.FAR)[1:]:
        said = unpacked((tmp_path / file).read_bytes())
        assert (b"qingshui" in said) == ("jianning" in file)
        assert ("桥头幢a".encode() in said) == ("hejiatu" in file)


async def test_tiles_are_given_to_those_who_see_the_whole_street_and_to_nobody_else(
    house: WebRole,
) -> None:
    ground, near, far = sets()
    for account in (*t.ACCOUNTS, t.STRANGER, t.DISTRICT):
        async with house.browser(await house.admit(account)) as browser:
            listed = [one["file"] for one in (await browser.get("/api/tiles")).json()["sets"]]
            allowed = [ground] + [
                file for file, street in ((near, t.NEAR), (far, t.FAR))
                if covers(account.prefixes, street)
            ]  # fmt: skip
            assert listed == allowed, account.name
            for file in sets():
                part = {"range": "bytes=0-6"}
                answer = await browser.get(f"/api/tiles/{file}", headers=part)
                assert answer.status_code == (206 if file in allowed else 404), account.name
