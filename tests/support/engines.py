"""Engines of a small street for tests: one stepped by hand, and one that runs until cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from feeds.engine import role
from feeds.engine.active import Active
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from twin import events as ev

RAISED_AND_REPORTED = [
    ("alarm.raised", f"{b.CALL}#call_pressed"),
    ("incident.reported", "INC-1121-0001-hejiatu"),
]
"""What a pressed call becomes in an empty street."""
Told = list[tuple[float, ev.Event]]
"""Events, with how many seconds after noon they are received."""


def clock_at(seconds: float) -> Callable[[], datetime]:
    """A clock that stands so many seconds after noon."""
    return lambda: b.after(seconds)


async def an_engine(
    streams: Streams, seconds: float, *, holder: str = "engine", each: int = 3
) -> Active:
    """A process that has just become active, so many seconds after noon."""
    lease = streams.lease(b.STREET, holder, lasts_ms=60_000)
    token = await lease.take()
    assert token is not None
    active = Active(streams, b.a_twin(each), lease, token, clock_at(seconds))
    await active.begin()
    return active


async def up_to_date(active: Active) -> None:
    """Step until there is nothing left to read."""
    while await active.step(wait_ms=None):
        pass


def start(streams: Streams, name: str, active: list[str]) -> asyncio.Task[None]:
    """An engine that writes down its name each time it becomes active."""
    return asyncio.ensure_future(
        role.run(
            streams,
            b.STREET,
            [b.a_compound()],
            CATALOGUE,
            clock=b.now,
            holder=name,
            lease_ms=300,
            told=lambda up: active.append(name) if up else None,
        )
    )
