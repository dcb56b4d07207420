"""What is read from a street's two streams at once: where we are, and entries as parallel lists."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

TELEMETRY = "telemetry"
OPERATIONS = "operations"
START = "0-0"


class Position(msgspec.Struct, frozen=True):
    """How far the two streams of a street have been read: the last entry id of each."""

    telemetry: str = START
    operations: str = START


def position_from(telemetry: bytes | None, operations: bytes | None) -> Position:
    """A position out of what was kept as one. Raises ValueError when these are no entry ids."""
    texts = [(word or b"").decode("ascii") for word in (telemetry, operations)]
    for text in texts:
        order(text)
    return Position(*texts)


class Progress(msgspec.Struct, frozen=True):
    """How far the active engine got: all up to ``position`` has been looked at and followed.

    ``at_ms`` is when it was last alive, ``listening_ms`` since when nothing was missed.
    """

    position: Position
    at_ms: int
    listening_ms: int


_NOTHING: Mapping[bytes, int] = {}


class StreamPart:
    """Entries of one stream in order: ids and payloads, parallel. Ids stay bytes: few need them.

    ``noted`` is when entries were received, ms since the epoch by id, where that does not stand in
    the id: those that were written while the ids were ahead of the server's clock.
    """

    __slots__ = ("ids", "noted", "payloads")

    def __init__(
        self, ids: list[bytes], payloads: list[bytes], noted: Mapping[bytes, int] = _NOTHING
    ) -> None:
        self.ids = ids
        self.payloads = payloads
        self.noted = noted

    def __len__(self) -> int:
        return len(self.ids)

    def cut(self, end: int) -> tuple[StreamPart, StreamPart]:
        """The part before ``end`` and the part from there on."""
        return (
            StreamPart(self.ids[:end], self.payloads[:end], self.noted),
            StreamPart(self.ids[end:], self.payloads[end:], self.noted),
        )


class Batch:
    """Entries read together: ``telemetry`` and ``operations`` apart, or merged by entry id.

    ``after`` is the position to go on from when all of the batch has been used.
    """

    __slots__ = ("_merged", "after", "operations", "telemetry")

    def __init__(self, telemetry: StreamPart, operations: StreamPart, after: Position) -> None:
        self.telemetry = telemetry
        self.operations = operations
        self.after = after
        self._merged: tuple[list[str], list[bytes], list[str]] | None = None

    def __len__(self) -> int:
        return len(self.telemetry.ids) + len(self.operations.ids)

    @property
    def received_ms(self) -> int | None:
        """When the newest entry reached the streams, milliseconds since the epoch."""
        lasts = [part.ids[-1] for part in (self.telemetry, self.operations) if part.ids]
        return max(map(milliseconds, lasts)) if lasts else None

    @property
    def ids(self) -> list[str]:
        """The entry ids, merged."""
        return self._merge()[0]

    @property
    def payloads(self) -> list[bytes]:
        """The payloads, merged."""
        return self._merge()[1]

    @property
    def kinds(self) -> list[str]:
        """``"telemetry"`` or ``"operations"`` for each entry, merged."""
        return self._merge()[2]

    def _merge(self) -> tuple[list[str], list[bytes], list[str]]:
        if self._merged is None:
            rows = [
                (order(id_), id_.decode(), payload, kind)
                for kind, part in ((TELEMETRY, self.telemetry), (OPERATIONS, self.operations))
                for id_, payload in zip(part.ids, part.payloads, strict=True)
            ]
            rows.sort(key=lambda row: row[0])
            self._merged = ([r[1] for r in rows], [r[2] for r in rows], [r[3] for r in rows])
        return self._merged


def milliseconds(entry_id: bytes | str) -> int:
    """When the server took an entry, milliseconds since the epoch.

    >>> milliseconds(b"1795312800123-4")
    1795312800123
    """
    return order(entry_id)[0]


def order(entry_id: bytes | str) -> tuple[int, int]:
    """What entry ids are sorted by: as text, ``5-10`` would come before ``5-9``.

    >>> order("5-10") > order(b"5-9")
    True
    """
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    ms, _, seq = text.partition("-")
    return int(ms), int(seq or 0)


def part_from_entries(entries: Sequence[Any]) -> StreamPart:
    """The entries of one stream as the server sends them, ``[id, [field, value, ...]]`` each."""
    noted: dict[bytes, int] = {}
    return StreamPart(
        [entry[0] for entry in entries],
        [
            fields[1] if len(fields) == 2 and fields[0] == b"e" else _odd(entry_id, fields, noted)
            for entry_id, fields in entries
        ],
        noted or _NOTHING,
    )


def through(part: StreamPart, limit: tuple[int, int]) -> int:
    """How many entries of a part come no later than the entry id ``limit``."""
    return bisect_left(part.ids, (limit[0], limit[1] + 1), key=order)


def _odd(entry_id: bytes, fields: Sequence[bytes], noted: dict[bytes, int]) -> bytes:
    """An entry of more than one field: of ours, with the time of its receipt, or a foreign one."""
    if len(fields) == 4 and fields[0] == b"e" and fields[2] == b"r" and fields[3].isdigit():
        noted[entry_id] = int(fields[3][:20])
        return fields[1]
    return _foreign(fields)


def _foreign(fields: Sequence[bytes]) -> bytes:
    """An entry that is not one field ``e``: its field ``e`` if there is one, else all as JSON.

    The JSON is a list, which no event is, so it is rejected with its content readable.
    """
    pairs = dict(zip(fields[::2], fields[1::2], strict=False))
    if b"e" in pairs:
        return pairs[b"e"]
    return msgspec.json.encode([field.decode("utf-8", "replace") for field in fields])
