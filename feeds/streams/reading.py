"""Reading a street's two streams with one request at a time: onwards, or over a range."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from feeds.streams.batches import (
    OPERATIONS,
    START,
    TELEMETRY,
    Batch,
    Position,
    StreamPart,
    order,
    part_from_entries,
    through,
)
from feeds.streams.keys import key
from feeds.streams.ledger import Extent
from feeds.streams.link import Command, Line, Link

NAMES = (TELEMETRY, OPERATIONS)
LOOK_EVERY_S = 2.0
LOOK_BEHIND_S = 0.2
"""How often while there is more to read than comes at once; each time would cost a seventh more."""
LOOK_REPLIES = 8
NO_KEY = "no such key"
"""What XINFO answers for a stream that has no entry yet; not an error to us."""
DELETED = "deleted"
"""The field that counts the entries of telemetry that were deleted because they were refused."""


class Range:
    """One stream being read through from one time to another, with what was read and not used."""

    def __init__(self, street: str, name: str, start_ms: int, end_ms: int) -> None:
        self.key = key(street, name)
        self.end_ms = end_ms
        self.part = StreamPart([], [])
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

    def take(self, limit: tuple[int, int]) -> StreamPart:
        """Hand over what comes no later than ``limit``."""
        taken, self.part = self.part.cut(through(self.part, limit))
        if taken.ids:
            self.last = taken.ids[-1].decode()
        return taken


class Looked(NamedTuple):
    """A batch, and the extents of the streams at that very instant, when they were asked for."""

    batch: Batch
    extents: dict[str, Extent] | None = None


async def read_on(
    line: Line, street: str, after: Position, count: int, block_ms: int
) -> AsyncIterator[Looked]:
    """Batch after batch; the next request is sent before a batch is handed out.

    The first comes with a look at the streams, and so does one every two seconds, oftener while
    there is more to read than comes at once; the next, too, when we could not read for a while.
    """
    loop = asyncio.get_running_loop()
    looking, looked_s = True, loop.time()
    await line.send(*look(street, after, count))
    while True:
        replies = [await line.reply(block_ms / 1000) for _ in range(LOOK_REPLIES if looking else 1)]
        now_s = loop.time()
        if looking:
            read = looked(after, replies)
            looked_s = now_s
        else:
            read = Looked(batch_from_reply(after, _unless_error(replies[0])))
        after = read.batch.after
        behind = max(len(read.batch.telemetry), len(read.batch.operations)) >= count
        looking = now_s - looked_s >= (LOOK_BEHIND_S if behind else LOOK_EVERY_S)
        if looking:
            await line.send(*look(street, after, count))
        else:
            await line.send(xread(street, after, NAMES, count, block_ms))
        yield read


def look(street: str, after: Position, count: int) -> tuple[Command, ...]:
    """The requests for the extents of both streams, and what stands after a position.

    The extents are asked for before and after: only if they agree nothing came in between. A
    transaction would do that, too, but a server whose memory is full takes none.
    """
    names = [key(street, name) for name in NAMES]
    infos: list[Command] = [("XINFO", "STREAM", name) for name in names]
    held: list[Command] = []
    for name, at in zip(names, (after.telemetry, after.operations), strict=True):
        held.append(("XRANGE", name, at, at, "COUNT", 1))
    deleted = ("HGET", key(street, "rejected_until"), DELETED)
    return (*infos, *held, deleted, xread(street, after, NAMES, count, None), *infos)


def looked(after: Position, replies: Sequence[Any]) -> Looked:
    """What came of ``look`` at a position. Raises the first error among the replies."""
    *held, deleted, entries = [_unless_error(reply) for reply in replies[2:6]]
    batch = batch_from_reply(after, entries)
    extents = {}
    for number, name in enumerate(NAMES):
        holds, gone = bool(held[number]), int(deleted or 0) if name == TELEMETRY else 0
        extents[name] = _extent(replies[number], holds, gone)
        if extents[name] != _extent(replies[6 + number], holds, gone):
            return Looked(batch)
    return Looked(batch, extents)


def _extent(info: Any, holds: bool, deleted: int) -> Extent:
    if isinstance(info, Exception):
        if NO_KEY not in str(info):
            raise info
        return Extent(deleted=deleted)
    known = dict(zip(info[::2], info[1::2], strict=True))
    first = known[b"first-entry"]
    return Extent(
        first=first[0].decode() if first else START,
        last=known[b"last-generated-id"].decode(),
        added=known[b"entries-added"],
        length=known[b"length"],
        deleted=deleted,
        holds=holds,
    )


def _unless_error(reply: Any) -> Any:
    if isinstance(reply, Exception):
        raise reply
    return reply


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
    parts = {TELEMETRY: StreamPart([], []), OPERATIONS: StreamPart([], [])}
    for name, entries in reply or ():
        parts[name.decode().rpartition(":")[2]] = part_from_entries(entries)
    telemetry, operations = parts[TELEMETRY], parts[OPERATIONS]
    reached = Position(
        telemetry.ids[-1].decode() if telemetry.ids else after.telemetry,
        operations.ids[-1].decode() if operations.ids else after.operations,
    )
    return Batch(telemetry, operations, reached)
