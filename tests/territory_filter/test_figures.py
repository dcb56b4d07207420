"""Nothing that is counted, listed or found tells that there is another street."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.access.accounts import Account
from tests.support.live_screen import LiveScreen, watching
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.asking import WORDS
from tests.territory_filter.installation import installation

pytestmark = pytest.mark.anyio


async def test_figures_are_those_of_a_world_without_the_other_street(tmp_path: Path) -> None:
    at = datetime.now(UTC)  # so that no device ages from one band into the next meanwhile
    found = []
    for name, streets in (("both", (t.NEAR, t.FAR)), ("one", (t.NEAR,))):
        async with installation(tmp_path / name, at, *streets) as house:
            found.append([await _figures(house, account) for account in t.ACCOUNTS])
    for account, both, one in zip(t.ACCOUNTS, *found, strict=True):
        assert both == one, account.name


async def _figures(house: WebRole, account: Account) -> dict[str, Any]:
    """All that is counted, listed or found for somebody."""
    token = await house.admit(account)
    screen = LiveScreen(house.port, token, compounds=["qiaotou", "mudan"])
    async with house.browser(token) as browser, watching(screen):
        await screen.until(lambda: sum(n for n, _ in screen.model.panels["strip"]["bins"]))
        # No engine runs here, which is noticed after some seconds: as it is in the other world.
        await screen.until(lambda: screen.model.panels["conditions"])
        paths = ["/api/places", "/api/outlines", "/api/tiles"]
        paths += [f"/api/search?q={word}" for word in WORDS]
        lists = {path: (await browser.get(path)).json() for path in paths}
        paths = ["/api/rejected", "/api/devices/unregistered"]
        lists |= {path: _without_ids((await browser.get(path)).json()) for path in paths}
    shown = screen.model.shown()
    for condition in shown["panels"]["conditions"]:
        del condition["since"]  # each world began at a time of its own
    return {**shown, **lists}


def _without_ids(answer: Any) -> Any:
    """Rejections without the id that the server gave them."""
    return json.loads(json.dumps(answer), object_hook=lambda row: {
        name: value for name, value in row.items() if name != "id" or "payload" not in row
    })  # fmt: skip
