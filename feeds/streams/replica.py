"""A twin that follows a street's streams: snapshot, then everything after it, for ever.

Web, simulator, bench and replay all see the street through one of these. When an entry was
received stands in the stream, so every replica accepts and refuses the same entries.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import datetime
from itertools import count, groupby
from typing import NamedTuple

from feeds.errors import RolledBack, Unavailable
from feeds.host.seldom import Seldom
from feeds.streams.batches import (
    OPERATIONS,
    START,
    TELEMETRY,
    Batch,
    Position,
    StreamPart,
    milliseconds,
    order,
    through,
)
from feeds.streams.breaks import say_gap, say_rolled_back
from feeds.streams.ledger import Gap, Ledger
from feeds.streams.link import attempt_after, backoff_s
from feeds.streams.rejections import Rejection
from feeds.streams.streams import Streams
from twin.errors import EventRejected
from twin.events import TELEMETRY as TELEMETRY_CLASSES
from twin.events import AlarmRaised, Event, decode_batch, type_of
from twin.state.clocks import whole_second
from twin.state.records import Change
from twin.state.twin import Twin

log = logging.getLogger(__name__)

_FROM_OUTSIDE = frozenset((*TELEMETRY_CLASSES, EventRejected))
_SECOND_MS = 1000
_AT_HAND = 128
"""Entries decoded before they are folded. A thousand at once spill out of a core's cache before
they are used: in pieces of 128 the same batch takes a tenth less (``bench/ingest.py``)."""
_RAISED = b'"alarm.raised"'
Use = Callable[[str, Iterable[Change]], None]
"""(street, what changed): called after each batch that was folded."""


class BatchOutcome(NamedTuple):
    """What one batch did: things that changed (maybe repeatedly), and entries refused."""

    changes: list[Change]
    refused: list[Rejection]
    batch: Batch
    anew: bool = False
    """The twin has begun anew: what it knew before and does not now is gone."""


def telemetry_events(part: StreamPart) -> list[Event | EventRejected]:
    """The telemetry of a part; an operation among it is refused, for anyone may write there."""
    events = decode_batch(part.payloads)
    if _FROM_OUTSIDE.issuperset(map(type, events)):
        return events
    return [event if type(event) in _FROM_OUTSIDE else _not_telemetry(event) for event in events]


def received_at(twin: Twin, part: StreamPart, index: int) -> datetime:
    """When an entry was received, to the second: what its event's time is checked against.

    To be asked in the order of the entries, and before the entry is folded.
    """
    entry_id = part.ids[index]
    noted = part.noted.get(entry_id)
    by_id = whole_second(milliseconds(entry_id))
    return twin.clocks.receipt(by_id, None if noted is None else whole_second(noted))


def refusal(stream: str, part: StreamPart, index: int, rejected: EventRejected) -> Rejection:
    """The record of a refused entry of a part."""
    return Rejection(
        payload=part.payloads[index],
        rejected=rejected,
        source="stream",
        stream=stream,
        entry_id=part.ids[index].decode(),
    )


def ingest(twin: Twin, batch: Batch) -> BatchOutcome:
    """Fold a batch into a twin, whole and fast; the order between the two streams is no matter."""
    changes: list[Change] = []
    refused: list[Rejection] = []
    telemetry = batch.telemetry
    for first, last in seconds(telemetry):
        received = received_at(twin, telemetry, first)
        for start in range(first, last, _AT_HAND):
            end = min(start + _AT_HAND, last)
            events = telemetry_events(
                StreamPart(telemetry.ids[start:end], telemetry.payloads[start:end])
            )
            folded = twin.fold(events, received)
            changes += folded.changes
            for index, why in folded.rejected:
                refused.append(refusal(TELEMETRY, telemetry, start + index, why))
    if batch.operations.ids:
        # Checked before they were written; and what a person did counts however late it is read.
        folded = twin.fold(decode_batch(batch.operations.payloads))
        changes += folded.changes
        for index, why in folded.rejected:
            refused.append(refusal(OPERATIONS, batch.operations, index, why))
    return BatchOutcome(changes, refused, batch)


def seconds(part: StreamPart) -> Iterator[tuple[int, int]]:
    """The runs of entries received within one second, as (start, end).

    Each run is checked against its own second, so the outcome does not depend on the batches.
    """
    ids, start = part.ids, 0
    if part.noted:
        yield from _noted_seconds(part)
        return
    while start < len(ids):
        second = milliseconds(ids[start]) // _SECOND_MS
        if milliseconds(ids[-1]) // _SECOND_MS == second:
            end = len(ids)
        else:
            end = through(part, (second * _SECOND_MS + _SECOND_MS - 1, 1 << 64))
        yield start, end
        start = end


def _noted_seconds(part: StreamPart) -> Iterator[tuple[int, int]]:
    """The same where some entries were noted with the time of their receipt."""
    start = 0
    for _, run in groupby(
        part.ids, lambda each: (milliseconds(each) // _SECOND_MS, _second_noted(part, each))
    ):
        end = start + sum(1 for _ in run)
        yield start, end
        start = end


def _second_noted(part: StreamPart, entry_id: bytes) -> int | None:
    noted = part.noted.get(entry_id)
    return None if noted is None else noted // _SECOND_MS


def _not_telemetry(event: Event | EventRejected) -> EventRejected:
    if isinstance(event, EventRejected):  # what made decoding fail
        return event
    return EventRejected("type", type_of(event), "not telemetry")


class Replica:
    """A twin kept up with a street's streams.

    ``position`` is how far it has read, ``up`` whether it is connected (``reason`` why not),
    ``current`` is set once it has folded all that stood in the streams when it began. Where it
    begins anew, ``begins_anew`` is true until it has done so again: much is not known meanwhile.
    ``folded_s`` is when it had last folded all the streams had to give, were it nothing: monotonic.
    """

    def __init__(
        self,
        streams: Streams,
        twin: Twin,
        *,
        connection: Callable[[bool, str], None] | None = None,
    ) -> None:
        self.streams = streams
        self.twin = twin
        self.position = Position()
        self.up = False
        self.reason = "not connected yet"
        self.current = asyncio.Event()
        self.begins_anew = False
        self.newest_ms: int | None = None
        self.folded_s = time.monotonic()
        self._connection = connection
        self._anew = False
        self._proven = False
        self._waiting: list[tuple[tuple[int, int], asyncio.Future[None]]] = []

    def age_ms(self, now_ms: int) -> int | None:
        """Milliseconds since the newest entry was received, or None before the first."""
        return None if self.newest_ms is None else max(0, now_ms - self.newest_ms)

    async def run(self, use: Callable[[BatchOutcome], None] | None = None) -> None:
        """Follow for ever; ``use`` is called with each step after it was folded."""
        async with aclosing(self.steps()) as steps:
            async for step in steps:
                if use is not None:
                    use(step)

    async def run_on(self, use: Callable[[BatchOutcome], None] | None = None) -> None:
        """``run``, and whatever ends that begins it anew: a street's fault stays in that street."""
        seldom, attempt, loop = Seldom(log), 0, asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                await self.run(use)
            except Exception as exc:
                street = self.twin.street
                seldom.warning(type(exc).__name__, "%s: reads anew: %r", street, exc, failure=True)
                self._tell(False, repr(exc))
            attempt = attempt_after(attempt, loop.time() - began_s)
            await asyncio.sleep(backoff_s(attempt))
            self._anew = True

    async def steps(self) -> AsyncGenerator[BatchOutcome, None]:
        """Begin with the snapshot, then fold batch after batch, for ever.

        The first step after a snapshot holds everything the twin knows: whoever looks at changes
        only, as the screens' hub does, learns of it in no other way. When the streams went back,
        the twin begins anew with what they hold now.
        """
        with_snapshot = True
        while True:
            try:
                async with aclosing(self._steps(with_snapshot)) as steps:
                    async for step in steps:
                        with_snapshot = True
                        yield step
            except RolledBack as back:
                say_rolled_back(self.streams, self.twin.street, back)
                # A snapshot that led us beyond the end of the streams would do so again.
                with_snapshot, self._anew = self._proven, True

    async def _steps(self, with_snapshot: bool) -> AsyncGenerator[BatchOutcome, None]:
        anew, self._anew, self._proven = self._anew, False, False
        if anew:
            self.begins_anew = True
            self.twin.reset()
            self.position = Position()
        target, ledger = await self._begin(with_snapshot)
        if anew or self.twin.newest_at is not None:
            nothing = Batch(StreamPart([], []), StreamPart([], []), self.position)
            yield BatchOutcome(everything(self.twin), [], nothing, anew)
        self._note(target)
        following = self.streams.follow(
            self.twin.street, self.position, connection=self._tell, used=self._used,
            ledger=ledger, missed=self._missed,
        )  # fmt: skip
        async with aclosing(following) as batches:
            async for batch in batches:
                self._proven = True
                step = ingest(self.twin, batch)
                self.position = batch.after
                self.newest_ms = max(batch.received_ms or 0, self.newest_ms or 0)
                yield step
                self._note(target)

    async def reached(self, entry_id: str, within_s: float) -> bool:
        """Wait until the operations entry has been folded and used; False when it takes longer."""
        wanted = order(entry_id)
        if order(self.position.operations) >= wanted:
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        try:
            async with asyncio.timeout(within_s):
                await future
        except TimeoutError:
            return False
        finally:
            self._waiting = [row for row in self._waiting if row[1] is not future]
        return True

    async def _begin(self, with_snapshot: bool) -> tuple[Position, Ledger]:
        """Restore the snapshot; gives the end of the streams at this moment, and what was read."""
        street = self.twin.street
        for attempt in count():
            try:
                kept = await self.streams.load_snapshot(street) if with_snapshot else None
                target = await self.streams.newest(street)
                if kept is not None:
                    self.position = restored(self.twin, *kept)
                return target, await self.streams.load_ledger(street, self.position)
            except Unavailable as exc:
                self._tell(False, str(exc))
                await asyncio.sleep(backoff_s(attempt))
        raise AssertionError("counting never ends")

    def _missed(self, gap: Gap) -> None:
        say_gap(self.streams, self.twin.street, gap)

    def _tell(self, up: bool, reason: str) -> None:
        self.up, self.reason = up, reason
        if self._connection is not None:
            self._connection(up, reason)

    def _used(self) -> None:
        self.folded_s = time.monotonic()

    def _note(self, target: Position) -> None:
        """Wake who waits for what has been reached."""
        operations = order(self.position.operations)
        for wanted, future in self._waiting:
            if wanted <= operations and not future.done():
                future.set_result(None)
        if operations >= order(target.operations):
            if order(self.position.telemetry) >= order(target.telemetry):
                self.current.set()
                self.begins_anew = False


def restored(twin: Twin, state: bytes, position: Position) -> Position:
    """Restore a snapshot; where to go on from: the start, if the snapshot cannot be read."""
    try:
        twin.restore(state)
    except Exception as exc:  # whatever it is: the streams know all that it could tell
        log.warning("%s: the snapshot is of no use, folding all: %r", twin.street, exc)
        twin.reset()
        return Position()
    return position


def everything(twin: Twin) -> list[Change]:
    """All that a twin knows something about, as if it had changed just now."""
    sorts = (
        twin.devices, twin.responders, twin.alarms, twin.incidents, twin.closures,
        twin.unregistered,
    )  # fmt: skip
    return [thing for things in sorts for thing in things.values()]


async def follow_all(
    replicas: Iterable[Replica],
    use: Use,
    anew: Callable[[], None] = lambda: None,
) -> None:
    """Keep several streets up at once, for ever; ``use`` gets the street and what changed,
    ``anew`` is called before that when a twin has begun anew.

    For ever with no street, too: an installation has none before its first compound.
    """
    replicas = list(replicas)
    if not replicas:
        await asyncio.Event().wait()

    async def follow(replica: Replica) -> None:
        def take(step: BatchOutcome) -> None:
            if step.anew:
                anew()
            use(replica.twin.street, step.changes)

        await replica.run_on(take)

    async with asyncio.TaskGroup() as tasks:
        for replica in replicas:
            tasks.create_task(follow(replica))


async def raised_since(replicas: Iterable[Replica], since_ms: int) -> list[AlarmRaised]:
    """Every alarm raised in the streets of some replicas since an instant, as it was written.

    A twin keeps an alarm's last occurrence only. Waits for the streams as long as it takes.
    """
    found: list[AlarmRaised] = []
    for replica in replicas:
        street, after = replica.twin.street, Position(START, f"{since_ms}")
        for attempt in count():
            try:
                batch = await replica.streams.read(street, after, operations_only=True)
            except Unavailable:
                await asyncio.sleep(backoff_s(attempt))
                continue
            if not batch:
                break
            raised = [each for each in batch.operations.payloads if _RAISED in each]
            found += [one for one in decode_batch(raised) if isinstance(one, AlarmRaised)]
            after = batch.after
    return found


async def all_current(replicas: Iterable[Replica]) -> None:
    """Wait until each has folded what stood in its streams when it began."""
    for replica in replicas:
        await replica.current.wait()
