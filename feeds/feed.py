"""A feed: something that runs for ever and brings facts in. Kept running, ups and downs told."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from feeds.errors import Unavailable
from feeds.streams.link import backoff_s
from feeds.streams.streams import Streams
from twin.events import FeedChanged, FeedData

log = logging.getLogger(__name__)

STEADY_S = 60.0
"""A feed that ran this long had recovered: its next failure starts from the shortest wait."""
MOST_WAIT_S = 60.0
PROVEN_S = 1.0
"""A feed that fails sooner than this was not up."""
Tell = Callable[[bool, str], Awaitable[None]]


class Feed(Protocol):
    """One outside source. ``name`` is unique in its street."""

    name: str

    async def run(self) -> None:
        """Bring facts in until cancelled; an exception or a return is a failure."""


def reporter(streams: Streams, street: str, name: str, clock: Callable[[], datetime]) -> Tell:
    """What tells a street's operations stream that a feed came up or went down."""

    async def tell(up: bool, reason: str) -> None:
        event = FeedChanged(
            id=f"feed-{uuid.uuid4().hex}",
            subject=name,
            time=clock(),
            by="system",
            territory=street,
            data=FeedData(up=up, reason=reason[:500]),
        )
        try:
            await streams.append_operations(street, [event])
        except Unavailable as exc:
            # Nobody can be told while the streams are away, and their readers know it already.
            log.warning("%s: cannot tell that it is %s: %s", name, "up" if up else "down", exc)

    return tell


async def keep_running(feed: Feed, tell: Tell) -> None:
    """Run a feed for ever: after each failure again, with jittered backoff up to a minute.

    It is told up when it has run for a moment, and down when it then fails; a feed that fails
    again at once is not told again. Only this loop and the follow loop catch whatever comes: one
    source's fault must not stop the others.
    """
    loop = asyncio.get_running_loop()
    attempt, told = 0, None
    while True:
        began = loop.time()
        running = asyncio.ensure_future(feed.run())
        try:
            await asyncio.wait({running}, timeout=PROVEN_S)
            if not running.done():
                if told is not True:
                    told = True
                    await tell(True, "")
                await asyncio.wait({running})
        finally:
            running.cancel()
        reason = _why_it_ended(feed, running)
        if told is not False:
            told = False
            await tell(False, reason)
        attempt = 0 if loop.time() - began > STEADY_S else attempt
        await asyncio.sleep(backoff_s(attempt, most_s=MOST_WAIT_S))
        attempt += 1


def _why_it_ended(feed: Feed, ended: asyncio.Future[None]) -> str:
    if ended.cancelled():
        return "cancelled"
    error = ended.exception()
    if error is None:
        return "ended"
    log.error("%s failed", feed.name, exc_info=error)
    return f"{type(error).__name__}: {error}"
