"""What lives as long as the server: work of which no part may end or fail.

A web role whose reading of the streams has ended answers every request and shows a picture that
never moves again. So the first part that ends takes the role with it, and who keeps it running
starts a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from functools import partial
from typing import Any

from twin.errors import DayuanError

log = logging.getLogger(__name__)


class WorkEnded(DayuanError):
    """A part of the work ended, so the role does; the message names it and says why."""


class Work:
    """The tasks behind one server."""

    def __init__(self) -> None:
        self.reason = ""
        self._broken = asyncio.Event()
        self._tasks: list[asyncio.Task[Any]] = []
        self._ending = False

    def lasting(self, name: str, part: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a part that goes on for ever."""
        return self._begin(name, part, lasts=True)

    def passing(self, name: str, part: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a part that may come to its end, but not fail."""
        return self._begin(name, part, lasts=False)

    async def ended(self) -> None:
        """Return once a part has ended that should not have; ``reason`` says which and why."""
        await self._broken.wait()

    async def end(self) -> None:
        """End all parts."""
        self._ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, name: str, part: Coroutine[Any, Any, Any], lasts: bool) -> asyncio.Task[Any]:
        task = asyncio.create_task(part, name=name)
        task.add_done_callback(partial(self._look_at, lasts=lasts))
        self._tasks.append(task)
        return task

    def _look_at(self, task: asyncio.Task[Any], *, lasts: bool) -> None:
        error = None if task.cancelled() else task.exception()
        if self._ending or (error is None and not lasts):
            return
        why = f"{type(error).__name__}: {error}" if error else "it ended"
        log.error("%s: %s", task.get_name(), why, exc_info=error)
        self.reason = self.reason or f"{task.get_name()}: {why}"
        self._broken.set()
