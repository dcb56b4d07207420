"""How much of a street's streams was read, by count: whether entries were trimmed before they were
read, and whether the streams went back.

An entry's id says when it came, not how many came before. So the server's own count of all entries
ever added (``entries-added`` of XINFO STREAM) is compared with what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from feeds.errors import RolledBack
from feeds.streams.batches import OPERATIONS, START, TELEMETRY, Batch, Position, StreamPart, order


class Extent(NamedTuple):
    """A stream at one instant: its first entry and the last id it ever gave (``0-0`` without any),
    how many entries were ever added, how many are left, how many of the others were deleted one by
    one because they had been refused, and whether the last entry that was read is still there.
    """

    first: str = START
    last: str = START
    added: int = 0
    length: int = 0
    deleted: int = 0
    holds: bool = False


class Gap(NamedTuple):
    """Entries of a stream that were trimmed before they were read: those after one id and before
    another. ``lost`` is how many; 0 when nobody counted.
    """

    stream: str
    after: str
    first: str
    lost: int


class Tally:
    """One stream: the last id read, and how many entries were added up to and with that one.

    ``count`` is None until it is known: what is kept from before says no number, and whoever
    begins at the start misses nothing of what was trimmed before.
    """

    def __init__(
        self, stream: str, at: str = START, count: int | None = None, deleted: int = 0
    ) -> None:
        self.stream = stream
        self.at = at
        self.count = count
        self.deleted = deleted
        self._looked_at = at

    def take(self, part: StreamPart) -> None:
        """Note entries as read."""
        if part.ids:
            self.at = part.ids[-1].decode()
            if self.count is not None:
                self.count += len(part)

    def compare(self, extent: Extent, unread: int | None) -> Gap | None:
        """What was trimmed unread, if anything was.

        ``unread`` is how many entries stand after what was read; None when nobody counted them.
        Raises RolledBack.
        """
        if order(extent.last) < order(self.at) or extent.added < (self.count or 0):
            raise RolledBack(self.stream, self.at, extent.last)
        if order(self.at) < order(extent.first) or not extent.length:
            gap = self._trimmed(extent)
        elif unread is not None:
            gap = self._passed_over(extent, unread)
        else:  # what was deleted may lie among what is still to be read: it counts until then
            return None
        self.deleted, self._looked_at = extent.deleted, self.at
        return gap

    def _passed_over(self, extent: Extent, unread: int) -> Gap | None:
        """All that is left is at hand: whatever was added beside that was gone when we came by."""
        known = self.count
        self.count = extent.added - unread
        if known is None:
            return None
        if self._is_another(extent, known + unread):
            raise RolledBack(self.stream, self.at, extent.last)
        return self._gap(self._looked_at, self.at, self.count - known, extent)

    def _is_another(self, extent: Extent, known: int) -> bool:
        """Whether this is another stream than the one of which we know so many entries.

        After a fail-over to a server that lagged behind, what it took since has later ids.
        """
        if extent.holds or extent.deleted > self.deleted:
            return extent.added < known
        return extent.added != known

    def _trimmed(self, extent: Extent) -> Gap | None:
        """Nothing of what was read is left: whatever is missing before the rest was not read."""
        gone, known = extent.added - extent.length, self.count
        self.count = gone
        if known is None:
            if self.at == START or self.at == extent.last:
                return None
            return Gap(self.stream, self.at, extent.first, 0)
        if gone < known:
            raise RolledBack(self.stream, self.at, extent.last)
        return self._gap(self.at, extent.first, gone - known, extent)

    def _gap(self, after: str, first: str, missing: int, extent: Extent) -> Gap | None:
        """A gap, unless what is missing may be what was refused and deleted since we looked."""
        lost = missing - max(0, extent.deleted - self.deleted)
        return Gap(self.stream, after, first, lost) if lost > 0 else None


class Ledger:
    """Both streams of a street. Every look is compared before what came with it is taken."""

    def __init__(self, position: Position | None = None, counts: str = "") -> None:
        """From a position; ``counts`` are those that ``kept`` gave for it, if any."""
        position, words = position or Position(), counts.split()
        self.telemetry = _tally(TELEMETRY, position.telemetry, words[:3])
        self.operations = _tally(OPERATIONS, position.operations, words[3:])

    @property
    def position(self) -> Position:
        """How far was read."""
        return Position(self.telemetry.at, self.operations.at)

    def take(self, batch: Batch) -> None:
        """Note a batch as read."""
        self.telemetry.take(batch.telemetry)
        self.operations.take(batch.operations)

    def compare(
        self, extents: Mapping[str, Extent], batch: Batch | None = None, most: int = 0
    ) -> list[Gap]:
        """What was trimmed unread; ``batch`` is what came with the look, ``most`` entries at most.

        Raises RolledBack.
        """
        found: list[Gap] = []
        for tally in (self.telemetry, self.operations):
            part: StreamPart | None = getattr(batch, tally.stream) if batch is not None else None
            unread = len(part) if part is not None and len(part) < most else None
            gap = tally.compare(extents[tally.stream], unread)
            found += [gap] if gap else []
        return found

    def kept(self, position: Position) -> str:
        """The counts to be kept beside a position; nothing for one that is not ours."""
        if position != self.position:
            return ""
        tallies = (self.telemetry, self.operations)
        return " ".join(f"{one.at} {one.count} {one.deleted}" for one in tallies)


def _tally(stream: str, at: str, words: list[str]) -> Tally:
    """A tally with the count that was kept for just this entry, if one was."""
    if len(words) == 3 and words[0] == at and words[1].isdecimal() and words[2].isdecimal():
        return Tally(stream, at, int(words[1]), int(words[2]))
    return Tally(stream, at)
