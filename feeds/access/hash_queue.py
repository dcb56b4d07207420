"""Whose turn it is to be hashed: some at once, a line with a bound, those we know first."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from twin.errors import DayuanError

KNOWN_BROWSER, KNOWN_NAME, UNKNOWN_NAME = range(3)
"""The order of turns. Each rank has a line of its own length, so none is crowded out by another."""
LONGEST_S = 1.0
"""The longest turn that is imitated."""


class Crowded(DayuanError):
    """The line of this rank is full; nothing was done."""


class Turns:
    """``at_once`` have their turn at a time; ``most_waiting`` of each rank wait, no more.

    An argon2 hash takes 64 MiB and a core: two at a time, or a flood of logins ends us; and twenty
    waiting, or whoever comes after the flood waits for minutes.
    """

    def __init__(self, at_once: int = 2, most_waiting: int = 20) -> None:
        self.usual_s = 0.0
        self._free = at_once
        self._most = most_waiting
        self._line: list[tuple[int, int, asyncio.Future[None]]] = []
        self._waiting: Counter[int] = Counter()
        self._order = count()

    @asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        """Wait for a turn and have it. Raises Crowded at once when too many of the rank wait."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        if self._free:
            self._free -= 1
        else:
            await self._wait(rank)
        try:
            yield
            if rank != UNKNOWN_NAME:
                self.usual_s = min(LONGEST_S, loop.time() - begun)
        finally:
            self._hand_on()

    async def pass_by(self) -> None:
        """Take as long as the last turn of a name did, at no cost: so that the two look alike."""
        await asyncio.sleep(self.usual_s)

    async def _wait(self, rank: int) -> None:
        if self._waiting[rank] >= self._most:
            raise Crowded("too many are waiting")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (rank, next(self._order), future))
        self._waiting[rank] += 1
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # it had just been given a turn
                self._hand_on()
            raise
        finally:
            self._waiting[rank] -= 1

    def _hand_on(self) -> None:
        while self._line:
            future = heapq.heappop(self._line)[2]
            if not future.done():
                future.set_result(None)
                return
        self._free += 1
