"""Connections that end: uvicorn's protocol with an eye on those that say nothing.

uvicorn times what is kept alive between two requests and nothing else, so a client that sends half
a head, or none, holds a descriptor for ever, and some hundreds of them all there are. Here a head
has ten seconds, a body may not pause for thirty, and of the silent ones the eldest goes when there
are too many: a browser speaks at once and is never the eldest for long.
"""

from __future__ import annotations

import asyncio
import resource
from typing import ClassVar, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
"""From the connection, or the first byte of a further request, to the end of its head."""
BODY_PAUSE_S = 30.0
RESERVED = 128
"""Descriptors for the streams, files and what else we open, beside connections."""


class BoundedConnection(H11Protocol):
    """One connection; made by ``protocol``, which sets the bounds."""

    silent: ClassVar[dict[BoundedConnection, asyncio.TimerHandle]]
    most_silent: ClassVar[int]
    most: ClassVar[int]
    head_s: ClassVar[float]
    body_pause_s: ClassVar[float]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect a head; refuse a connection beyond what we may hold."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._heard = self.loop.time()
        self._body_timer: asyncio.TimerHandle | None = None
        if len(self.connections) > self.most:
            self.transport.abort()
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._heed_no_more()
        if self._body_timer is not None:
            self._body_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; once a head is whole, watch over its body."""
        self._heard = self.loop.time()
        between = self.cycle is None or self.cycle.response_complete
        if between and self not in self.silent:
            self._expect_head()
        before = self.scope
        super().data_received(data)
        if self.scope is not before:
            self._heed_no_more()
            self._watch_body()

    def _expect_head(self) -> None:
        self.silent[self] = self.loop.call_later(self.head_s, self._give_up)
        if len(self.silent) > self.most_silent:
            next(iter(self.silent))._give_up()

    def _heed_no_more(self) -> None:
        if timer := self.silent.pop(self, None):
            timer.cancel()

    def _give_up(self) -> None:
        self._heed_no_more()
        self.transport.abort()

    def _watch_body(self) -> None:
        """End the connection when its body pauses too long, unless it is us who do not read."""
        if self._body_timer is not None:
            self._body_timer.cancel()  # of a body before, or a pipelined one
            self._body_timer = None
        cycle = self.cycle
        if cycle is None or not cycle.more_body or cycle.response_complete:
            return
        left_s = self.body_pause_s - (self.loop.time() - self._heard)
        if self.flow.read_paused:
            left_s = self.body_pause_s
        if left_s <= 0:
            self.transport.abort()
            return
        self._body_timer = self.loop.call_later(left_s, self._watch_body)


def protocol(
    descriptors: int, *, head_s: float = HEAD_S, body_pause_s: float = BODY_PAUSE_S
) -> type[BoundedConnection]:
    """The protocol for one server of a process that may open so many descriptors."""
    most = max(descriptors - RESERVED, descriptors // 2)
    bounds = {
        "silent": {}, "most": most, "most_silent": most // 2, "head_s": head_s,
        "body_pause_s": body_pause_s,
    }  # fmt: skip
    return type("BoundedConnection", (BoundedConnection,), bounds)


def descriptors() -> int:
    """How many descriptors this process may open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
