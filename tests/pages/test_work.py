"""A web role whose work ends, ends: nobody is shown a picture that moves no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from feeds.errors import Unavailable
from layers.live.hub import Hub
from pages import web
from pages.backing import Backing, Use
from pages.work import Work, WorkEnded
from tests.conftest import free_port
from tests.support.builders.layers import STREET, a_compound
from tests.support.web_role import ASSETS, WebRole, open_web_role
from twin.events import AlarmRaised

pytestmark = pytest.mark.anyio
STREETS = {STREET: [a_compound("huodian")]}


class Otherwise:
    """What lies behind a web role, with some of its calls replaced."""

    def __init__(self, backing: Backing, calls: Mapping[str, Any]) -> None:
        self._backing = backing
        self.__dict__.update(calls)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backing, name)


def otherwise(parts: web.Parts, beat: Any = None, **calls: Any) -> web.Parts:
    """Parts of a web role over a backing of which some calls are replaced."""
    backing: Any = Otherwise(parts.backing, calls)
    return replace(parts, backing=backing, beat=beat or parts.beat)


async def served(house: WebRole, **other: Any) -> None:
    """A second web role over the parts of a house, some replaced, until it ends by itself."""
    parts, port = otherwise(house.parts, **other), free_port()
    task = asyncio.ensure_future(web.run(parts, host="127.0.0.1", port=port, assets=ASSETS))
    try:
        async with asyncio.timeout(30):
            await task
    finally:
        task.cancel()


async def fails(*_: object) -> None:
    raise OverflowError("year 1")


async def ends(*_: object) -> None:
    pass


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"follow": fails}, "reading the streams: OverflowError: year 1"),
        ({"follow": ends}, "reading the streams: it ended"),
        ({"raised": fails}, "recalling the day: OverflowError: year 1"),
        ({"beat": ends}, "the heartbeat: it ended"),
    ],
)
async def test_the_role_ends_with_the_reason_when_a_part_of_its_work_does(
    valkey_url: str, other: Mapping[str, Any], reason: str
) -> None:
    async with open_web_role(valkey_url, STREETS) as house:
        with pytest.raises(WorkEnded, match=reason):
            await served(house, **other)


async def test_the_day_is_recalled_though_the_streams_are_away_and_after_each_new_beginning(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "RECALL_AGAIN_S", 0.01)
    recalled: asyncio.Queue[int] = asyncio.Queue()
    asked, begun = 0, asyncio.Event()

    async def raised(_: int) -> list[AlarmRaised]:
        nonlocal asked
        asked += 1
        if asked % 2:
            raise Unavailable("away")
        return []

    async def follow(_: Use, anew: Callable[[], None]) -> None:
        while True:
            await begun.wait()
            begun.clear()
            anew()

    monkeypatch.setattr(Hub, "recall", lambda *_: recalled.put_nowait(asked))
    async with open_web_role(valkey_url, STREETS) as house:
        await recalled.get()
        parts, asked = otherwise(house.parts, raised=raised, follow=follow), 0
        serving = web.run(parts, host="127.0.0.1", port=free_port(), assets=ASSETS)
        task = asyncio.ensure_future(serving)
        async with asyncio.timeout(30):
            assert await recalled.get() == 2
            begun.set()
            assert await recalled.get() == 4
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_role_ends_when_a_tick_fails_and_says_so_to_who_started_it(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(hub: Hub, *_: object) -> None:
        raise ZeroDivisionError("a tick")

    async with open_web_role(valkey_url, STREETS) as house:
        house.task.get_loop().call_soon(monkeypatch.setattr, Hub, "tick", broken)
        async with asyncio.timeout(30):
            with pytest.raises(WorkEnded, match="sending frames: ZeroDivisionError: a tick"):
                await asyncio.shield(house.task)


async def test_what_may_end_ends_and_what_is_ended_on_purpose_is_no_fault() -> None:
    work = Work()
    await work.passing("learning", ends())
    work.lasting("reading", asyncio.Event().wait())
    ended = asyncio.ensure_future(work.ended())
    await work.end()
    await asyncio.sleep(0)
    assert not ended.done()
    assert work.reason == ""
    ended.cancel()
