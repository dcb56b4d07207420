"""One engine per street: a standby takes over, a fault begins the street anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis

from feeds.engine.active import Active
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.engines import start
from tests.support.servers import Server
from tests.support.waiting import comes_true

pytestmark = pytest.mark.anyio
S = b.STREET


async def test_a_standby_takes_over_when_the_active_one_ends(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        active: list[str] = []
        running = {name: start(streams, name, active) for name in ("a", "b")}
        first = (await comes_true(lambda: active))[0]
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await comes_true(lambda: len(b.payloads(valkey_url)) == 2)
        running.pop(first).cancel()
        await comes_true(lambda: len(active) == 2)
        await streams.append(S, [b.state(b.CALL, "idle")])
        await comes_true(lambda: len(b.payloads(valkey_url)) == 3)
        assert sorted(active) == ["a", "b"]
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)
        assert await streams.load_snapshot(S) is not None


class Faulty(Exception):
    pass


async def test_a_fault_begins_the_street_anew_with_the_same_lease_and_without_a_storm_of_lines(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[int] = []
    real = Active.begin

    async def failing(self: Active) -> None:
        begun.append(self.token)
        if len(begun) < 4:
            raise Faulty("of the first hour")
        await real(self)

    monkeypatch.setattr(Active, "begin", failing)
    async with Streams(valkey_url) as streams:
        running = start(streams, "a", [])
        await streams.append(S, [b.state(b.CALL, "pressed")])
        await comes_true(lambda: len(b.payloads(valkey_url)) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(begun) == 4
    assert len([text for text in caplog.messages if "begins anew" in text]) == 1


async def test_a_server_with_another_password_is_asked_with_pauses_and_the_log_stays_short(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Server(tmp_path) as server:
        active: list[str] = []
        async with Streams(server.url) as streams:
            running = start(streams, "a", active)
            await comes_true(lambda: active)
            with redis.Redis.from_url(server.url) as client:
                client.config_set("requirepass", "another")
                client.client_kill_filter(_type="normal", skipme=True)
                await comes_true(lambda: "not active any more" in caplog.text)
                await asyncio.wait({running}, timeout=1.0)
                client.config_set("requirepass", "")
            await comes_true(lambda: len(active) == 2)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert len(caplog.messages) < 5
