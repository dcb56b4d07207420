"""The heartbeat between a role and its supervisor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from feeds.host import heartbeat
from feeds.host.heartbeat import Listener, beat, pipe_in

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_EVERY_S", 0.01)


@asynccontextmanager
async def beating(listener: Listener, alive: list[bool]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(beat(listener.pipe, lambda: alive[0]))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_who_beats_is_never_quiet_until_it_lives_no_more() -> None:
    listener, alive = Listener(), [True]
    try:
        async with beating(listener, alive):
            quiet = asyncio.ensure_future(listener.until_quiet())
            await asyncio.wait({quiet}, timeout=heartbeat.QUIET_LOOKS * 0.01 * 10)
            assert not quiet.done()
            alive[0] = False
            async with asyncio.timeout(20):
                await quiet
    finally:
        listener.close()


async def test_a_pipe_nobody_reads_and_a_supervisor_that_is_gone_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ear, pipe = os.pipe()
    os.set_blocking(pipe, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(pipe, bytes(65536))
    monkeypatch.setattr(heartbeat, "BEAT_EVERY_S", 0.0)
    looks: list[bool] = []

    def lives() -> bool:
        looks.append(True)
        if len(looks) == 3:
            os.close(ear)
        return True

    task = asyncio.ensure_future(beat(pipe, lives))
    async with asyncio.timeout(20):
        while len(looks) < 6:
            await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    os.close(pipe)


def test_a_role_started_by_hand_has_no_pipe() -> None:
    assert pipe_in({"PATH": "/bin"}) is None
    assert pipe_in({heartbeat.VARIABLE: "7"}) == 7
