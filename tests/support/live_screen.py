"""A screen without a browser: speaks ``/live`` and keeps what it is told, as the pages do.

It connects again for ever, resumes where it was, asks for everything after a gap, and remembers
every byte it was sent if asked to.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from pages.door.guard import COOKIE
from tests.support.live_model import LiveModel

AGAIN_S = 0.1


class LiveScreen:
    """One screen. ``model`` is what it shows; ``heard`` every frame, while ``listening``."""

    def __init__(self, port: int, token: str, **hello: Any) -> None:
        self.model = LiveModel()
        self.hello = {"kind": "hello", "session": "live", "screen": "console"} | hello
        self.heard: list[bytes] = []
        self.listening = False
        self.connections = 0
        self.close_code: int | None = None
        self._origin = f"http://127.0.0.1:{port}"
        self._url = f"ws://127.0.0.1:{port}/live"
        self._cookie = f"{COOKIE}={token}"
        self._link: ClientConnection | None = None
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Be connected for ever; only cancelling ends it."""
        while True:
            try:
                await self.once()
            except (OSError, WebSocketException):
                pass
            self._link = None
            await asyncio.sleep(AGAIN_S)

    async def once(self) -> None:
        """Connect, and listen until the link ends."""
        headers = {"Cookie": self._cookie, "Origin": self._origin}
        async with connect(
            self._url, additional_headers=headers, max_size=None, compression=None
        ) as link:
            self._link = link
            self.connections += 1
            try:
                await self.greet(resume=True)
                async for frame in link:
                    await self._take(frame)
            except ConnectionClosed:
                pass
            self.close_code = link.close_code

    async def greet(self, *, resume: bool) -> None:
        """Say hello, for what is missing or for everything."""
        known = resume and self.model.epoch is not None
        words = {"seq": self.model.seq, "epoch": self.model.epoch} if known else {}
        await self.say(**self.hello, **words)

    async def say(self, **words: Any) -> None:
        """Send one message, if there is a link."""
        if self._link is not None:
            await self._link.send(json.dumps(words))

    async def until(self, true: Callable[[], Any], within_s: float = 20.0) -> None:
        """Listen until something is true; asked after every frame."""
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def ready(self, within_s: float = 20.0) -> None:
        """Listen until there is a picture with its devices."""
        await self.until(lambda: "binary" in self.model.kinds, within_s)

    async def _take(self, frame: str | bytes) -> None:
        if self.listening:
            self.heard.append(frame if isinstance(frame, bytes) else frame.encode())
        gaps = self.model.gaps
        part = "bytes" if isinstance(frame, bytes) else "text"
        self.model.take({"type": "websocket.send", part: frame})
        if self.model.gaps > gaps:
            await self.greet(resume=False)
        self._news.set()


@asynccontextmanager
async def watching(*screens: LiveScreen) -> AsyncIterator[None]:
    """Screens connected, with a picture, until the block ends."""
    tasks = [asyncio.create_task(screen.run()) for screen in screens]
    try:
        await asyncio.gather(*(screen.ready() for screen in screens))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def agree(one: LiveScreen, other: LiveScreen, within_s: float = 20.0) -> None:
    """Wait until two screens are at the same frame of the same group; they must show the same."""

    def level() -> bool:
        here, there = one.model, other.model
        return (here.epoch, here.seq) == (there.epoch, there.seq)

    await other.until(level, within_s)
    assert one.model.shown() == other.model.shown()
