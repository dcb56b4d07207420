"""A street's Redis Streams: append, compare-and-set append, follow, range, snapshot, trim.

Acknowledged means on disk: where the server does not write through on its own (``appendfsync
always``), each append waits for it with WAITAOF (Redis 7.2, Valkey), or, where there is none, the
log says once that the server is set up for less.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
import zlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import msgspec
from redis.exceptions import RedisError, ResponseError

from feeds.errors import LostLease
from feeds.health.conditions import Conditions
from feeds.streams import reading
from feeds.streams.batches import (
    OPERATIONS,
    START,
    TELEMETRY,
    Batch,
    Position,
    Progress,
    milliseconds,
    position_from,
)
from feeds.streams.durability import disk_commands, raise_if_not_on_disk
from feeds.streams.keys import key
from feeds.streams.lease import Lease
from feeds.streams.ledger import Gap, Ledger
from feeds.streams.link import PATIENCE_S, Command, Link, backoff_s
from feeds.streams.reading import Looked, Range, read_on
from feeds.streams.rejections import Rejection
from feeds.streams.script import LuaScript
from twin.errors import EventRejected, StaleVersion
from twin.events import OPERATIONS_TYPES, TELEMETRY_TYPES, Event, encode, type_of

log = logging.getLogger(__name__)

KEPT_TELEMETRY = 1_000_000
"""About how many telemetry entries stay: 14 hours at 20 a second, some 250 MB."""
KEPT_REJECTED = 10_000
MOST_AT_ONCE = 1000
"""Entries in one script call or read: 1,000 keep the server busy for about 3 ms."""

_APPEND = LuaScript("append")
_RECORD = LuaScript("record")
_REJECT = LuaScript("reject")


class Appended(msgspec.Struct, frozen=True):
    """Operations that are on disk: their entry ids, and the version each thing has now."""

    ids: tuple[str, ...]
    versions: dict[str, int]

    @property
    def version(self) -> int | None:
        """The version of the one thing that was written, or None when there was none."""
        return next(iter(self.versions.values()), None)


class Streams:
    """The streams of all streets behind one URL: redis, rediss, unix, redis+cluster.

    An asynchronous context manager. Every call repeats itself over lost connections and gives up
    with ``feeds.errors.Unavailable`` after ``patience_s``; ``follow`` never gives up.

    ``conditions`` are those of this process: what people must know about the service itself.
    """

    def __init__(
        self, url: str, *, kept_telemetry: int = KEPT_TELEMETRY, patience_s: float = PATIENCE_S
    ) -> None:
        self.link = Link(url, patience_s=patience_s)
        self.kept_telemetry = kept_telemetry
        self.conditions = Conditions()
        self._disk: tuple[Command, ...] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.link.close()

    def lease(self, street: str, holder: str, *, lasts_ms: int = 3000) -> Lease:
        """The street's lease for being the active engine, for the process named ``holder``."""
        return Lease(self.link, street, holder, lasts_ms=lasts_ms)

    async def append(self, street: str, events: Sequence[Event]) -> list[str]:
        """Append telemetry; gives the entry ids, when all is on disk.

        A lost reply makes it append again: the twin knows an event by its id.
        """
        wrong = {type_of(event) for event in events} - TELEMETRY_TYPES
        assert not wrong, f"not telemetry: {wrong}"
        ids: list[str] = []
        for start in range(0, len(events), MOST_AT_ONCE):
            payloads = [encode(event) for event in events[start : start + MOST_AT_ONCE]]
            ids += await self._append(key(street, TELEMETRY), payloads)
        return ids

    async def _append(self, stream: str, payloads: list[bytes]) -> list[str]:
        disk = await self._disk_commands(stream)
        replies = await _APPEND.run(self.link, [stream], [self.kept_telemetry, *payloads], *disk)
        raise_if_not_on_disk(replies)
        return [entry_id.decode() for entry_id in replies[0]]

    async def append_operations(
        self,
        street: str,
        events: Sequence[Event],
        *,
        thing: str | None = None,
        expected: int | None = None,
        versions: Mapping[str, int] | None = None,
        token: int | None = None,
        progress: Progress | None = None,
    ) -> Appended:
        """Append operations in one atomic step, if nobody was first; done once, on disk.

        Each event says which version of its subject it makes, so the subject must have the one
        before; logins and the like have no version and nothing is compared. ``thing`` with
        ``expected`` (0: nobody wrote about it yet) or ``versions``, the same of several things,
        say it instead. Each rises by the number of events that have it as subject. A fencing
        ``token`` must be the newest. ``progress`` is kept beside them, for the engine.

        Raises StaleVersion (detail: thing, version, entry) when somebody was first, LostLease.
        """
        wrong = {type_of(event) for event in events} - OPERATIONS_TYPES
        assert not wrong, f"not operations: {wrong}"
        assert len(events) <= MOST_AT_ONCE, "too many operations for one atomic step"
        wanted = expected_versions(events) | dict(versions or {})
        if thing is not None:
            wanted[thing] = expected or 0
        subjects = [event.subject for event in events]
        rises = {name: subjects.count(name) for name in wanted}
        things = [word for name in wanted for word in (name, wanted[name], rises[name])]
        reached = _progress_words(progress)
        # The mark is of this request alone: two clients may well make events of the same id.
        head = [uuid.uuid4().hex, "" if token is None else token, *reached, len(wanted), *things]
        keys = [key(street, name) for name in (OPERATIONS, "versions", "fence", "progress")]
        disk = await self._disk_commands(keys[0])
        reply = await _RECORD.run(self.link, keys, [*head, *map(encode, events)], *disk)
        outcome, *rest = reply[0]
        _raise_if_refused(outcome.decode(), rest)
        raise_if_not_on_disk(reply)
        ids = tuple(entry_id.decode() for entry_id in rest[0])
        return Appended(ids, {name: wanted[name] + rises[name] for name in wanted})

    async def reject(
        self,
        street: str | None,
        payload: bytes,
        rejected: EventRejected,
        source: str,
        entry_id: str = "",
        stream: str = TELEMETRY,
    ) -> None:
        """Keep a payload that could not be accepted; see ``reject_all``."""
        row = Rejection(payload=payload, rejected=rejected, source=source, stream=stream,
                        entry_id=entry_id)  # fmt: skip
        await self.reject_all(street, [row])

    async def reject_all(self, street: str | None, rejections: Sequence[Rejection]) -> int:
        """Keep that payloads were refused; of them, what ``feeds.streams.rejections`` says.

        Those with an entry id must come in the order of their stream: a second time they are
        known by it and not kept again. Without a street they go to a common place. Gives how
        many were new.
        """
        names = ("rejected", "rejected_until", "rejected_counts", TELEMETRY)
        keys, new = [key(street, name) for name in names], 0
        for start in range(0, len(rejections), MOST_AT_ONCE):
            some = rejections[start : start + MOST_AT_ONCE]
            words = [word for rejection in some for word in rejection.words()]
            new += (await _REJECT.run(self.link, keys, [KEPT_REJECTED, *words]))[0]
        return new

    async def rejected(
        self, street: str | None, count: int = 100
    ) -> tuple[dict[str, int], list[dict[str, str]]]:
        """How many payloads of each source were rejected so far, and the newest, newest first."""
        stream, counts = key(street, "rejected"), key(street, "rejected_counts")
        totals, entries = await self.link.call(
            stream, ("HGETALL", counts), ("XREVRANGE", stream, "+", "-", "COUNT", count)
        )
        rows = [{"id": entry_id.decode(), **_texts(fields)} for entry_id, fields in entries]
        return {name: int(total) for name, total in _texts(totals).items()}, rows

    async def read(
        self,
        street: str,
        after: Position,
        *,
        batch: int = MOST_AT_ONCE,
        block_ms: int | None = None,
        operations_only: bool = False,
    ) -> Batch:
        """What stands after a position, once; waits up to ``block_ms`` for something to come.

        The batch is empty when there is nothing. At most ``batch`` entries of each stream.
        """
        names = (OPERATIONS,) if operations_only else (TELEMETRY, OPERATIONS)
        command = reading.xread(street, after, names, batch, block_ms)
        replies = await self.link.call(
            key(street, OPERATIONS), command, wait_s=(block_ms or 0) / 1000
        )
        return reading.batch_from_reply(after, replies[0])

    async def look(self, street: str, after: Position, *, batch: int = MOST_AT_ONCE) -> Looked:
        """What stands after a position, and the extents of both streams at that instant."""
        asked, name = reading.look(street, after, batch), key(street, OPERATIONS)
        return reading.looked(after, await self.link.call(name, *asked, bears=reading.NO_KEY))

    async def follow(
        self,
        street: str,
        after: Position,
        *,
        batch: int = MOST_AT_ONCE,
        block_ms: int = 2000,
        connection: Callable[[bool, str], None] = lambda up, reason: None,
        used: Callable[[], None] = lambda: None,
        ledger: Ledger | None = None,
        missed: Callable[[Gap], None] = lambda gap: None,
    ) -> AsyncGenerator[Batch, None]:
        """Every entry after a position, for ever: no entry twice, none left out.

        Lost connections are made again, with jittered backoff, for ever; ``connection`` is told
        ``(up, reason)`` at each change; ``used`` is called when a batch has been used, and when the
        server said that there is nothing new. While a batch is used, the next is on its way.

        ``missed`` is told of entries trimmed before they were read, by the counts in ``ledger``.
        Raises RolledBack when the streams are no more those that were read.
        """
        attempt, ledger = 0, ledger or Ledger(after)
        while True:
            try:
                async with self.link.line(key(street, OPERATIONS)) as line:
                    async for read, extents in read_on(line, street, after, batch, block_ms):
                        if attempt >= 0:
                            connection(True, "")
                            attempt = -1
                        for gap in ledger.compare(extents, read, batch) if extents else ():
                            missed(gap)
                        ledger.take(read)
                        after = read.after
                        if read:
                            yield read
                        used()
            except (RedisError, OSError) as exc:
                attempt = max(attempt, 0)
                if attempt == 0:
                    log.warning("%s: reading stopped, trying again: %s", street, exc)
                    connection(False, str(exc))
                await asyncio.sleep(backoff_s(attempt))
                attempt += 1

    async def range(
        self, street: str, start_ms: int, end_ms: int, *, batch: int = MOST_AT_ONCE
    ) -> AsyncGenerator[Batch, None]:
        """The entries received from ``start_ms`` to ``end_ms`` inclusive, in the order of their
        ids over both streams, in bounded batches.
        """
        sources = [Range(street, name, start_ms, end_ms) for name in (TELEMETRY, OPERATIONS)]
        while True:
            for source in sources:
                await source.fill(self.link, batch)
            if not any(source.part.ids for source in sources):
                return
            # What one stream still holds back may come before the end of what the other gave.
            limit = min(source.known_until() for source in sources)
            telemetry, operations = (source.take(limit) for source in sources)
            after = Position(*(source.last for source in sources))
            yield Batch(telemetry, operations, after)

    async def span(self, street: str) -> tuple[int, int] | None:
        """When the first and the last entry still held were received, ms; None without any."""
        names = [key(street, name) for name in (TELEMETRY, OPERATIONS)]
        ends: list[Command] = []
        for name in names:
            ends += [
                ("XRANGE", name, "-", "+", "COUNT", 1),
                ("XREVRANGE", name, "+", "-", "COUNT", 1),
            ]
        found = [
            milliseconds(entries[0][0])
            for entries in await self.link.call(names[0], *ends)
            if entries
        ]
        return (min(found), max(found)) if found else None

    async def newest(self, street: str) -> Position:
        """The position after everything that stands in the streams now."""
        names = [key(street, name) for name in (TELEMETRY, OPERATIONS)]
        lasts = await self.link.call(
            names[0], *(("XREVRANGE", name, "+", "-", "COUNT", 1) for name in names)
        )
        return Position(*(last[0][0].decode() if last else START for last in lasts))

    async def save_snapshot(
        self, street: str, snapshot: bytes, position: Position, counts: str = ""
    ) -> None:
        """Keep a folded state and the position it covers, with the ledger's counts at it."""
        packed = await asyncio.to_thread(zlib.compress, snapshot, 1)
        name = key(street, "snapshot")
        where = ("telemetry", position.telemetry, "operations", position.operations)
        await self.link.call(name, ("HSET", name, *where, "counts", counts, "state", packed))

    async def load_snapshot(self, street: str) -> tuple[bytes, Position] | None:
        """The kept state and its position; None when there is none, or what is there is none."""
        name = key(street, "snapshot")
        fields = ("HMGET", name, "telemetry", "operations", "state")
        try:
            telemetry, operations, packed = (await self.link.call(name, fields))[0]
            if packed is None:
                return None
            state = await asyncio.to_thread(zlib.decompress, packed)
            return state, position_from(telemetry, operations)
        except (ResponseError, zlib.error, ValueError) as exc:
            log.warning("%s: what is kept as a snapshot is none: %s", street, exc)
            return None

    async def load_ledger(self, street: str, position: Position) -> Ledger:
        """How much had been read at the position of the kept snapshot."""
        name = key(street, "snapshot")
        try:
            (counts,) = await self.link.call(name, ("HGET", name, "counts"))
        except ResponseError:  # what is there is no snapshot of ours
            counts = None
        return Ledger(position, (counts or b"").decode("ascii", "replace"))

    async def load_progress(self, street: str) -> Progress | None:
        """What the active engine last noted about how far it got; None before the first."""
        name = key(street, "progress")
        fields = ("HMGET", name, "telemetry", "operations", "at_ms", "listening_ms")
        try:
            telemetry, operations, *times = (await self.link.call(name, fields))[0]
            if telemetry is None:
                return None
            at_ms, listening_ms = (int(word or 0) for word in times)
            return Progress(position_from(telemetry, operations), at_ms, listening_ms)
        except (ResponseError, ValueError) as exc:
            log.warning("%s: what is noted as progress is none: %s", street, exc)
            return None

    async def trim(self, street: str, *, telemetry: int | None = None) -> None:
        """Drop the oldest telemetry beyond a length (about), which writers of their own do not."""
        name = key(street, TELEMETRY)
        length = self.kept_telemetry if telemetry is None else telemetry
        await self.link.call(name, ("XTRIM", name, "MAXLEN", "~", length))

    async def _disk_commands(self, name: str) -> tuple[Command, ...]:
        """What follows an append on its connection so that its reply means: on disk."""
        if self._disk is None:
            self._disk = await disk_commands(self.link, name)
        return self._disk


def expected_versions(events: Sequence[Event]) -> dict[str, int]:
    """The version each subject must have before these events, from what the first one makes."""
    expected: dict[str, int] = {}
    for event in events:
        version = getattr(getattr(event, "data", None), "version", None)
        if version is not None:
            expected.setdefault(event.subject, version - 1)
    return expected


def _progress_words(progress: Progress | None) -> tuple[str | int, ...]:
    if progress is None:
        return ("", "", "", "")
    position = progress.position
    return (position.telemetry, position.operations, progress.at_ms, progress.listening_ms)


def _raise_if_refused(outcome: str, rest: list[Any]) -> None:
    if outcome == "lost":
        raise LostLease(f"the newest fencing token is {rest[0].decode()}")
    if outcome == "stale":
        thing, version, entry = rest[0].decode(), int(rest[1]), rest[2].decode()
        raise StaleVersion("somebody was first", thing=thing, version=version, entry=entry)


def _texts(words: Sequence[bytes]) -> dict[str, str]:
    texts = [word.decode("utf-8", "replace") for word in words]
    return dict(zip(texts[::2], texts[1::2], strict=True))
