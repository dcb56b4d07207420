"""One way to wait: ask until it is so, and fail when it is not so in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar, overload

T = TypeVar("T")

ASK_AGAIN_S = 0.01


def until(found: Callable[[], T | Literal[False] | None], within_s: float = 20.0) -> T:
    """The first true answer; AssertionError when there is none in time."""
    deadline = time.monotonic() + within_s
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(ASK_AGAIN_S)
    return answer


@overload
async def comes_true(
    found: Callable[[], Awaitable[T | Literal[False] | None]], within_s: float = ...
) -> T: ...
@overload
async def comes_true(
    found: Callable[[], T | Literal[False] | None], within_s: float = ...
) -> T: ...
async def comes_true(found: Callable[[], object], within_s: float = 20.0) -> object:
    """The same in a loop, which goes on meanwhile; TimeoutError when there is none in time."""
    async with asyncio.timeout(within_s):
        while not (answer := await _answer(found())):
            await asyncio.sleep(ASK_AGAIN_S)
    return answer


async def _answer(found: object) -> object:
    return await found if isinstance(found, Awaitable) else found
