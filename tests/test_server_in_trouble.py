"""A web role whose data server fails: everybody is answered in time, and told what is true."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from msgspec.structs import replace

from feeds.access.accounts import Account
from feeds.access.sources import Source
from feeds.streams.link import ANSWER_S
from tests.support.builders import layers as alarms
from tests.support.builders import streams as b
from tests.support.live_screen import LiveScreen, watching
from tests.support.servers import Server
from tests.support.web_role import WebRole, open_web_role
from twin import events as ev

pytestmark = pytest.mark.anyio
S = b.STREET
LI = Account(name="li", display="李", role="dispatcher", prefixes=(S,))
ANSWERED_WITHIN_S = 5.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        yield server
        server.go_on()


@pytest.fixture
async def house(server: Server) -> AsyncIterator[WebRole]:
    streets = {S: [b.a_compound()]}
    async with open_web_role(server.url, streets, patience_s=ANSWER_S) as house:
        yield house


class Asked:
    """Somebody with a session, and a program, who ask for everything at once."""

    def __init__(self, browser: httpx.AsyncClient, source: str) -> None:
        self._browser = browser
        self._source = source
        self.slowest_s = 0.0

    async def all(self) -> dict[str, int]:
        """The status of each."""
        command = {"command": "note", "target": "INC-1", "args": {"text": "到了"}}
        event = ev.encode(b.state(b.GATE, "open"))
        bearer = {"authorization": f"Bearer {self._source}"}
        asked = {
            "event": self._timed("POST", "/api/events", content=event, headers=bearer),
            "command": self._timed("POST", "/api/commands", json=command),
            "me": self._timed("GET", "/api/me"),
            "page": self._timed("GET", "/console"),
        }
        answers = await asyncio.gather(*asked.values())
        return dict(zip(asked, answers, strict=True))

    async def _timed(self, method: str, path: str, **words: Any) -> int:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        answer = await self._browser.request(method, path, **words)
        self.slowest_s = max(self.slowest_s, loop.time() - began_s)
        return answer.status_code


async def test_while_the_server_hangs_all_are_answered_503_within_five_seconds_and_then_served(
    server: Server, house: WebRole
) -> None:
    await house.streams.append_operations(S, [b.a_case("INC-1")])
    source = await house.sources.add(Source(name="gates", territory=S))
    token = await house.admit(LI)
    screen = LiveScreen(house.port, token, compounds=["huodian"])
    async with house.browser(token) as browser, watching(screen):
        await screen.until(lambda: screen.model.things.get("incidents"))
        asked = Asked(browser, source)
        assert set((await asked.all()).values()) == {200}
        asked.slowest_s = 0.0
        server.hang()
        assert set((await asked.all()).values()) == {503}
        assert asked.slowest_s < ANSWERED_WITHIN_S
        await screen.until(lambda: "server_refuses" in codes(screen))
        server.go_on()
        await screen.until(lambda: "server_refuses" not in codes(screen))
        assert set((await asked.all()).values()) == {200}
        assert not house.task.done()


async def test_screens_forget_what_an_emptied_server_does_not_know_and_say_so(
    server: Server, house: WebRole
) -> None:
    await house.streams.append_operations(S, [b.a_case("INC-1")])
    await house.streams.append(S, [b.state(b.GATE, "open")])
    screen = LiveScreen(house.port, await house.admit(LI), compounds=["huodian"])
    async with watching(screen):
        await screen.until(lambda: screen.model.things.get("incidents"))
        with redis.Redis.from_url(server.url) as client:
            sessions = {name: client.dump(name) for name in client.keys("dayuan:[sa][ec]*")}
            client.flushall()
            for name, kept in sessions.items():
                client.restore(name, 0, kept)
        await screen.until(lambda: not screen.model.things.get("incidents"))
        await screen.until(lambda: "stream_rolled_back" in codes(screen))
        await house.streams.append_operations(S, [b.a_case("INC-1"), b.a_case("INC-2")])
        await screen.until(lambda: len(screen.model.things.get("incidents", {})) == 2)
        fresh = LiveScreen(house.port, await house.admit(LI), compounds=["huodian"])
        async with watching(fresh):
            await fresh.until(lambda: len(fresh.model.things.get("incidents", {})) == 2)
            assert json.dumps(fresh.model.things, sort_keys=True) == json.dumps(
                screen.model.things, sort_keys=True
            )


async def test_after_a_rollback_the_day_still_counts_alarms_that_are_over(
    server: Server, house: WebRole
) -> None:
    now = b.now()
    over = [
        alarms.raised(b.CALL, now, version=1),
        alarms.cleared(f"{b.CALL}#call_pressed", 2, now),
        alarms.acknowledged(f"{b.CALL}#call_pressed", 3, now),
    ]
    again = alarms.raised(b.CALL, now, version=4)
    again = replace(again, data=replace(again.data, occurrence=2))
    screen = LiveScreen(house.port, await house.admit(LI), compounds=["huodian"])
    with redis.Redis.from_url(server.url) as client:
        async with watching(screen):
            await screen.ready()
            await house.streams.append_operations(S, over[:1])
            await screen.until(lambda: alarms_today(screen) == 1)
            await house.streams.append_operations(S, over[1:])
            await house.streams.append_operations(S, [again])
            await screen.until(lambda: alarms_today(screen) == 2)
            earlier = {name: client.dump(name) for name in client.keys()}
            await house.streams.append_operations(S, [b.a_case("INC-1")])
            await screen.until(lambda: screen.model.things.get("incidents"))
            with client.pipeline() as back:
                back.flushall()
                for name, kept in earlier.items():
                    back.restore(name, 0, kept)
                back.execute()
            await screen.until(lambda: "stream_rolled_back" in codes(screen))
            await screen.until(lambda: not screen.model.things.get("incidents"))
            await screen.until(lambda: alarms_today(screen) == 2)


def alarms_today(screen: LiveScreen) -> int:
    """How many alarms the strip of a screen counts."""
    return sum(count for count, _ in screen.model.panels["strip"]["bins"])


def codes(screen: LiveScreen) -> set[str]:
    """What the service says of itself on a screen."""
    return {row["code"] for row in screen.model.panels.get("conditions", [])}
