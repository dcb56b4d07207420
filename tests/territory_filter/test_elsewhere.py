"""What is elsewhere is answered as if it did not exist."""

from __future__ import annotations

import asyncio
import re
from functools import partial

import httpx
import pytest

from tests.support.live_screen import LiveScreen
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.asking import INVENTED, THEIRS, Ask, commands
from tests.territory_filter.installation import replay_of
from tests.territory_filter.looking import fetched
from twin.commands.table import may

pytestmark = pytest.mark.anyio


async def test_what_is_elsewhere_is_answered_as_if_it_did_not_exist(house: WebRole) -> None:
    for account in t.ACCOUNTS:
        async with house.browser(await house.admit(account)) as browser:
            nowhere: dict[str, httpx.Response] = {}
            for ask in commands():
                name, target = ask.body["command"], ask.body["target"]
                answer = await browser.post(ask.url, json=ask.body)
                if name not in nowhere:
                    body = {**ask.body, "target": INVENTED}
                    nowhere[name] = await browser.post(ask.url, json=body)
                invented = nowhere[name]
                expected = 422 if may(account.role, name) else 403
                assert answer.status_code == invented.status_code == expected
                assert answer.text.replace(target, INVENTED) == invented.text, ask
            items = "/ogc/collections/{}/items/{}".format
            for path in (f"/api/incidents/{THEIRS[0]}", "/api/places/qingshui",
                         items("incidents", THEIRS[0]), items("compounds", "qingshui"),
                         items("devices", "qingshui/gate/1")):  # fmt: skip
                status, _ = await fetched(browser, Ask("GET", path))
                assert status == 404
            asking = "/ogc/collections/devices/items?compound="
            there, invented = [await browser.get(asking + one) for one in ("qingshui", "invented")]
            told = there.text.replace("qingshui", "invented")
            assert without_time(told) == without_time(invented.text)


def is_denied(screen: LiveScreen) -> bool:
    return bool(screen.model.denials)


def without_time(text: str) -> str:
    """A page without when it was made."""
    return re.sub(r'"timeStamp":"[^"]*"', "", text)


async def test_nobody_sends_somebody_of_another_street(house: WebRole) -> None:
    account = next(one for one in t.ACCOUNTS if one.name == "dispatcher-street")
    async with house.browser(await house.admit(account)) as browser:
        answers = [
            await browser.post("/api/commands", json={
                "command": "add_responder", "target": t.case_of("qiaotou", 1), "args": {
                    "responder": who}})
            for who in ("qingshui/responder/g1", "qingshui/responder/g9")
        ]  # fmt: skip
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].text.replace("g1", "g9") == answers[1].text


async def test_a_replay_elsewhere_is_no_session_to_anybody_here(house: WebRole) -> None:
    elsewhere = await replay_of(house, t.STRANGER)
    for account in t.ACCOUNTS:
        token = await house.admit(account)
        said = []
        for session in (elsewhere, "replay:invented"):
            screen = LiveScreen(house.port, token, session=session, compounds=["qingshui"])
            screen.listening = True
            listening = asyncio.create_task(screen.run())
            await screen.until(partial(is_denied, screen))
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            said.append(screen.heard)
        assert said[0] == said[1]
