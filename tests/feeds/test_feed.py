"""A feed is kept running, and its street hears when it goes down and comes up."""

from __future__ import annotations

import asyncio

import pytest

from feeds import feed
from feeds.feed import keep_running, reporter
from feeds.streams.streams import Streams
from tests.conftest import free_port
from tests.support.builders import streams as b
from twin import events as ev

pytestmark = pytest.mark.anyio


class Flaky:
    """A source that fails a few times at once, then runs until it is told to fail, then runs."""

    name = "gates"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.runs = 0
        self.fail = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise OSError("no route")
        await self.fail.wait()
        self.fail.clear()


async def test_a_feed_is_told_down_once_and_up_when_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "PROVEN_S", 0.01)
    told: asyncio.Queue[tuple[bool, str]] = asyncio.Queue()

    async def tell(up: bool, reason: str) -> None:
        await told.put((up, reason))

    flaky = Flaky(failures=3)
    running = asyncio.ensure_future(keep_running(flaky, tell))
    assert await told.get() == (False, "OSError: no route")
    assert await told.get() == (True, "")
    flaky.fail.set()
    assert await told.get() == (False, "ended")
    assert await told.get() == (True, "")
    assert flaky.runs == 5
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert told.empty()


async def test_a_feed_going_down_is_an_operations_event(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        tell = reporter(streams, b.STREET, "gates", b.now)
        await tell(False, "x" * 900)
    (payload,) = b.payloads(valkey_url)
    event = ev.decode(payload)
    assert isinstance(event, ev.FeedChanged)
    assert (event.subject, event.data.up, len(event.data.reason)) == ("gates", False, 500)


async def test_telling_while_the_streams_are_away_does_not_stop_the_feed() -> None:
    async with Streams(f"redis://127.0.0.1:{free_port()}/0", patience_s=0.0) as streams:
        await reporter(streams, b.STREET, "gates", b.now)(True, "")
