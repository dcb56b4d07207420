"""Clocks that jump: an engine by a clock that is set, and entries with ids of times to come."""

from __future__ import annotations

from datetime import datetime, timedelta

import redis

from feeds.engine.active import Active
from feeds.engine.clocks import ms_of
from feeds.streams.batches import Position
from feeds.streams.keys import key
from feeds.streams.replica import ingest
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from twin import events as ev
from twin.state.twin import Twin

S = b.STREET
HOUR_MS = 3600_000
TWO_HOURS = timedelta(hours=2)
CASE = [("alarm.raised", f"{b.CALL}#call_pressed"), "incident.reported"]
"""What a pressed call becomes: the alarm, and the type of what follows, whose id counts by day."""


class Clock:
    """A wall clock that is set, beside one that cannot be; both go on by ``pass_s``."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or b.now()
        self.seconds = 0.0

    def wall(self) -> datetime:
        return self.now

    def monotonic_s(self) -> float:
        return self.seconds

    def pass_s(self, seconds: float, jump_s: float = 0.0) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds + jump_s)


async def an_engine(streams: Streams, clock: Clock | None = None, holder: str = "e") -> Active:
    """A process that has just become active, by a clock that can be set."""
    clock = clock or Clock()
    lease = streams.lease(S, holder, lasts_ms=60_000)
    token = await lease.take()
    assert token is not None
    active = Active(streams, b.a_twin(), lease, token, clock.wall, monotonic_s=clock.monotonic_s)
    await active.begin()
    return active


def add(url: str, event: ev.Event, entry_id: str) -> None:
    """An entry with an id of somebody's choice, written by a client that is not ours."""
    with redis.Redis.from_url(url) as client:
        client.xadd(key(S, "telemetry"), {"e": ev.encode(event)}, id=entry_id)


def now_ms() -> int:
    """What our clock shows, in milliseconds since the epoch."""
    return ms_of(b.now())


async def whole(streams: Streams, batch: int) -> Twin:
    """What a reader of everything knows, in batches of a size."""
    twin, after = b.a_twin(), Position()
    while read := await streams.read(S, after, batch=batch):
        ingest(twin, read)
        after = read.after
    return twin


def the_clock_was_two_hours_ahead(url: str) -> None:
    """What stands in a stream when its server's clock has just been set back by two hours."""
    ahead = b.now() + TWO_HOURS
    for n, (subject, word) in enumerate([(b.CALL, "idle"), (b.GATE, "closed"), (b.CALL, "idle")]):
        at = ahead - timedelta(seconds=3 - n)
        add(url, b.state(subject, word, at), f"{ms_of(at)}-0")
