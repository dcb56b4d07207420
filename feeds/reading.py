"""Reading a street's two streams with one request at a time: onwards, or over a range."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from feeds.batches import (
    OPERATIONS,
    START,
    TELEMETRY,
    Batch,
    Part,
    Position,
    order,
    part_from_entries,
    through,
)
from feeds.keys import key
from feeds.link import Command, Line, Link


class Range:
    """One stream being read through from one time to another, with what was read and not used."""

    def __init__(self, street: str, name: str, start_ms: int, end_ms: int) -> None:
        self.key = key(street, name)
        self.end_ms = end_ms
        self.part = Part([], [])
        self.last = START
        self._next = str(start_ms)
        self._more = True

    async def fill(self, link: Link, count: int) -> None:
        """Read on when all that was read has been used."""
        if self.part.ids or not self._more:
            return
        command = ("XRANGE", self.key, self._next, self.end_ms, "COUNT", count)
        self.part = part_from_entries((await link.call(self.key, command))[0])
        self._more = len(self.part) == count
        if self.part.ids:
            self._next = f"({self.part.ids[-1].decode()}"

    def known_until(self) -> tuple[int, int]:
        """The entry id up to which nothing can turn up any more."""
        return order(self.part.ids[-1]) if self._more else (self.end_ms, 1 << 64)

    def take(self, limit: tuple[int, int]) -> Part:
        """Hand over what comes no later than ``limit``."""
        taken, self.part = self.part.cut(through(self.part, limit))
        if taken.ids:
            self.last = taken.ids[-1].decode()
        return taken


async def read_on(
    line: Line, street: str, after: Position, count: int, block_ms: int
) -> AsyncIterator[Batch]:
    """Batch after batch; the next request is sent before a batch is handed out."""
    names = (TELEMETRY, OPERATIONS)
    await line.send(xread(street, after, names, count, None))
    while True:
        reply = await line.reply(block_ms / 1000)
        if isinstance(reply, Exception):
            raise reply
        read = batch_from_reply(after, reply)
        after = read.after
        await line.send(xread(street, after, names, count, block_ms))
        yield read


def xread(
    street: str, after: Position, names: Sequence[str], count: int, block_ms: int | None
) -> Command:
    """The request for what stands after a position; ``block_ms`` None asks without waiting."""
    block = () if block_ms is None else ("BLOCK", max(1, block_ms))
    ids = [getattr(after, name) for name in names]
    streams = [key(street, name) for name in names]
    return ("XREAD", "COUNT", count, *block, "STREAMS", *streams, *ids)


def batch_from_reply(after: Position, reply: Any) -> Batch:
    """The batch in an XREAD reply (None: nothing came) to a request made at ``after``."""
    parts = {TELEMETRY: Part([], []), OPERATIONS: Part([], [])}
    for name, entries in reply or ():
        parts[name.decode().rpartition(":")[2]] = part_from_entries(entries)
    telemetry, operations = parts[TELEMETRY], parts[OPERATIONS]
    reached = Position(
        telemetry.ids[-1].decode() if telemetry.ids else after.telemetry,
        operations.ids[-1].decode() if operations.ids else after.operations,
    )
    return Batch(telemetry, operations, reached)
