"""Connections that say nothing, or not enough, end; all others are served meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from feeds.host.listening import until_answering
from pages.door.connections import protocol
from pages.web import _Server
from tests.conftest import free_port

pytestmark = pytest.mark.anyio
HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-"
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n12345"
MOST = 1000
Open = Callable[[bytes], Any]


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@asynccontextmanager
async def serving(**bounds: Any) -> AsyncIterator[Open]:
    """A server with such bounds; opens connections to it that begin with some words."""
    port = free_port()
    http = protocol(bounds.pop("descriptors", 1024), **bounds)
    config = uvicorn.Config(_app, port=port, http=http, log_level="warning", lifespan="off")
    server = _Server(config)
    task = asyncio.ensure_future(server.serve())
    await until_answering("127.0.0.1", port)
    async with AsyncExitStack() as stack:

        async def opened(words: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(words)
            return reader, writer

        try:
            async with asyncio.timeout(30):
                yield opened
        finally:
            server.should_exit = True
            await task


async def the_end(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection is closed or reset from the other side."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("words", [b"", b"\r\n", b"G", HALF])
async def test_a_connection_without_a_whole_head_is_closed(words: bytes) -> None:
    async with serving(head_s=0.2) as opened:
        reader, _ = await opened(words)
        assert b" 200 " not in await the_end(reader)


@pytest.mark.parametrize("words", [b"G", HALF, b"\r\n"])
async def test_a_second_head_has_no_more_time_than_the_first(words: bytes) -> None:
    async with serving(head_s=0.2) as opened:
        reader, writer = await opened(WHOLE)
        await reader.readuntil(b"0 bytes")
        writer.write(words)
        assert b" 200 " not in await the_end(reader)


async def test_a_head_that_comes_byte_by_byte_without_end_is_closed_all_the_same() -> None:
    async with serving(head_s=0.3) as opened:
        reader, writer = await opened(HALF)
        ending = asyncio.ensure_future(the_end(reader))
        while not ending.done():
            writer.write(b"x")
            await asyncio.wait({ending}, timeout=0.05)
        assert ending.result() == b""


async def test_a_body_that_pauses_too_long_ends_and_one_that_goes_on_does_not() -> None:
    async with serving(body_pause_s=0.5) as opened:
        stalled, (reader, writer) = await opened(SLOW), await opened(SLOW)
        ending = asyncio.ensure_future(the_end(stalled[0]))
        sent = SLOW.count(b"12345") * 5
        while not ending.done():
            writer.write(b"x")
            sent += 1
            await asyncio.wait({ending}, timeout=0.05)
        assert ending.result() == b""
        writer.write(b"x" * (MOST - sent))
        assert (await reader.readuntil(b" bytes")).endswith(f"{MOST} bytes".encode())


async def test_half_heads_without_end_keep_nobody_out() -> None:
    async with serving(descriptors=256) as opened:
        silent = [await opened(HALF) for _ in range(300)]
        for _ in range(5):
            reader, _ = await opened(WHOLE)
            assert (await reader.readuntil(b"0 bytes")).startswith(b"HTTP/1.1 200")
        # The eldest went; the youngest may still go on.
        assert await the_end(silent[0][0]) == b""
        reader, writer = silent[-1]
        writer.write(b"y: 1\r\n\r\n")
        assert (await reader.readuntil(b"0 bytes")).startswith(b"HTTP/1.1 200")


async def test_what_was_answered_and_is_kept_open_is_not_taken_for_silent() -> None:
    async with serving(descriptors=16, head_s=30) as opened:
        kept = [await opened(WHOLE) for _ in range(6)]
        for reader, _ in kept:
            await reader.readuntil(b"0 bytes")
        for _ in range(20):
            await opened(HALF)
        for reader, writer in kept:
            writer.write(WHOLE)
            assert (await reader.readuntil(b"0 bytes")).startswith(b"HTTP/1.1 200")


async def test_of_one_body_after_another_on_a_connection_one_watch_is_left() -> None:
    kind = protocol(1024)
    connection: Any = kind.__new__(kind)
    connection.loop, connection._heard = asyncio.get_running_loop(), 0.0
    connection._body_timer, connection.flow = None, SimpleNamespace(read_paused=True)
    connection.cycle = SimpleNamespace(more_body=True, response_complete=False)
    timers = []
    for _ in range(3):
        connection._watch_body()
        timers.append(connection._body_timer)
    assert [timer.cancelled() for timer in timers] == [True, True, False]
    connection.cycle.response_complete = True
    connection._watch_body()
    assert timers[-1].cancelled() and connection._body_timer is None
