"""How the active engine reads: with a look now and then at what it may have missed."""

from __future__ import annotations

import time

from feeds.streams.batches import Batch, Position, Progress, StreamPart, order
from feeds.streams.ledger import Extent, Gap, Ledger
from feeds.streams.reading import Looked
from feeds.streams.streams import MOST_AT_ONCE, Streams

LOOK_EVERY_S = 1.0


class Reader:
    """A street's streams as one life of its engine reads them.

    ``gaps`` are those found and not told yet; whoever tells them takes them out.
    """

    def __init__(self, streams: Streams, street: str) -> None:
        self.ledger = Ledger()
        self.gaps: list[Gap] = []
        self._streams = streams
        self._street = street
        self._looked_s = 0.0
        self._behind = True

    async def begin(self, position: Position) -> None:
        """Read on from a snapshot's position. Raises RolledBack when the streams end before it."""
        self.ledger = await self._streams.load_ledger(self._street, position)
        await self.again(self.ledger)

    async def again(self, ledger: Ledger) -> None:
        """Compare what was read, maybe in an earlier life, with what is there now.

        Raises RolledBack.
        """
        seen = await self._look(ledger.position, MOST_AT_ONCE)
        gaps = ledger.compare(seen.extents or {}, seen.batch, MOST_AT_ONCE)
        if ledger is self.ledger:
            self.gaps += gaps

    async def reached(self, noted: Progress, *, from_start: bool) -> Position:
        """How far the engine before got, as the streams are now: no farther than they reach.

        ``from_start`` says that no snapshot is there: then what is gone since is a gap.
        """
        seen = await self._look(noted.position, 1)
        extents = seen.extents or {}
        within = Position(
            _within(noted.position.telemetry, extents["telemetry"]),
            _within(noted.position.operations, extents["operations"]),
        )
        if from_start and within == noted.position:
            self.gaps += Ledger(within).compare(extents, seen.batch, 1)
        return within

    async def read(self, position: Position, *, batch: int, wait_ms: int | None) -> Batch:
        """What stands after a position; waits so long for something to come.

        Looks first, when there was more than came, or it is a second ago. Raises RolledBack.
        """
        read = None
        if self._behind or time.monotonic() - self._looked_s > LOOK_EVERY_S:
            self._looked_s = time.monotonic()
            seen = await self._streams.look(self._street, position, batch=batch)
            if seen.extents is not None:
                self.gaps += self.ledger.compare(seen.extents, seen.batch, batch)
            read = seen.batch
        if read is None or not (read or wait_ms is None):
            read = await self._streams.read(self._street, position, batch=batch, block_ms=wait_ms)
        self._behind = max(len(read.telemetry), len(read.operations)) >= batch
        return read

    async def _look(self, position: Position, batch: int) -> Looked:
        """A look during which nothing came."""
        while True:
            seen = await self._streams.look(self._street, position, batch=batch)
            if seen.extents is not None:
                return seen

    def take(
        self, *, telemetry: StreamPart | None = None, operations: StreamPart | None = None
    ) -> None:
        """Note entries as read."""
        nothing = StreamPart([], [])
        self.ledger.take(Batch(telemetry or nothing, operations or nothing, Position()))


def _within(entry_id: str, extent: Extent) -> str:
    return min(entry_id, extent.last, key=order)
