"""The engine: what follows from what happened, derived once per street and written down.

One process is active per street by lease; a standby takes over. Whatever the active one derives
goes through compare-and-set with the fencing token, together with how far it had got. So the next
one folds in silence up to there, derives from there on, and what it derives is what would have
been derived without the change.

It reads the operations it wrote back before it goes on: its twin changes only by what stands in
the stream, in the order in which it stands there.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from feeds.aside import Aside
from feeds.batches import TELEMETRY, Batch, Part, Position, Progress, milliseconds, order, through
from feeds.breaks import gap_event, rolled_back_event, say_gap, say_rolled_back
from feeds.errors import LostLease, RolledBack, Unavailable
from feeds.lease import Lease
from feeds.ledger import Ledger
from feeds.link import attempt_after, backoff_s
from feeds.reader import Reader
from feeds.rejections import Rejection, scrub
from feeds.replica import fold_batch, received_at, refusal, restored, telemetry_events
from feeds.seldom import Seldom
from feeds.streams import MOST_AT_ONCE, Streams, expected_versions
from feeds.versions import lost
from twin.alarms import follow
from twin.errors import EntrySetAside, StaleVersion
from twin.events import Event
from twin.model import Compound
from twin.state import Twin
from twin.things import Change

log = logging.getLogger(__name__)

LEASE_MS = 3000
READ_WAIT_MS = 100
DUE_EVERY_MS = 1000
CATCH_UP_DUE_MS = 5000
"""While behind, time passes by the entries' own times, in steps of this length."""
DEAF_MS = 60_000
"""Nothing read for this long: silence of that time is ours, not the devices'."""
NOTE_EVERY_MS = 5000
SNAPSHOT_EVERY_MS = 30_000
SNAPSHOT_EVERY_ENTRIES = 500_000
TRIM_EVERY_MS = 60_000
MOST_DUE_AT_ONCE = 500
TRIES = 5
LEAVE_S = 5.0
Clock = Callable[[], datetime]


async def run(
    streams: Streams,
    street: str,
    compounds: Sequence[Compound],
    *,
    clock: Clock = lambda: datetime.now(UTC),
    holder: str = "",
    lease_ms: int = LEASE_MS,
    told: Callable[[bool], None] = lambda active: None,
) -> None:
    """Be the street's engine for ever: standby until the lease is ours, then active.

    ``told`` hears when this process becomes active and when it is so no more. When cancelled it
    keeps a snapshot and gives the lease back.
    """
    holder = holder or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    lease = streams.lease(street, holder, lasts_ms=lease_ms)
    seldom, attempt, before = Seldom(log), 0, None
    while True:
        began_s = asyncio.get_running_loop().time()
        try:
            token = await lease.take()
            if token is None:
                await asyncio.sleep(lease_ms / 3000)
                continue
            log.info("%s: active with token %d", street, token)
            told(True)
            active = Active(streams, Twin(street, compounds), lease, token, clock, before)
            try:
                await _lead(active)
            finally:
                told(False)
                before = active.reader.ledger
        except (LostLease, Unavailable, RolledBack) as exc:
            kind = getattr(exc, "word", "lease")
            seldom.warning(kind, "%s: not active any more: %s", street, exc)
        except Exception as exc:  # this street's fault, and no other street's
            kind = type(exc).__name__
            seldom.warning(kind, "%s: begins anew: %r", street, exc, failure=True)
        attempt = attempt_after(attempt, asyncio.get_running_loop().time() - began_s)
        await asyncio.sleep(backoff_s(attempt))


async def _lead(active: Active) -> None:
    """Begin and go on for ever; on the way out, keep what the next one can begin from."""
    try:
        await active.begin()
        while True:
            await active.step()
    except asyncio.CancelledError:
        await _leave(active)
        raise


async def _leave(active: Active) -> None:
    """Keep a snapshot and give the lease back, unless the streams are away: then it runs out."""
    try:
        async with asyncio.timeout(LEAVE_S):
            await active.keep()
            await active.lease.release()
    except (LostLease, Unavailable, TimeoutError) as exc:
        log.warning("%s: left without a snapshot: %s", active.twin.street, exc)


class Active:
    """One time of being active: a twin, how far it has read, and what it owes the streams."""

    def __init__(
        self,
        streams: Streams,
        twin: Twin,
        lease: Lease,
        token: int,
        clock: Clock,
        before: Ledger | None = None,
    ) -> None:
        """``before`` is what an earlier life in this process had read."""
        self.streams = streams
        self.twin = twin
        self.lease = lease
        self.token = token
        self.position = Position()
        self.listening_ms = 0
        self.batch = MOST_AT_ONCE
        self._clock = clock
        self._heard_ms = 0
        self._due_ms = 0
        self._entries = 0
        self.reader = Reader(streams, twin.street)
        self._before = before
        self._aside = Aside(streams, twin.street)
        self._renewed = asyncio.get_running_loop().time()
        self._at_ms = dict.fromkeys(("note", "snapshot", "trim"), self._now_ms())

    async def begin(self) -> None:
        """Restore, and fold in silence what was followed already."""
        street = self.twin.street
        await scrub(self.streams.link, street)
        events = await self._compare_with_before()
        await self._restore()
        noted = await self.streams.load_progress(street)
        if noted is not None:
            reached = await self.reader.reached(noted, from_start=self.position == Position())
            await self._fold_up_to(noted, reached)
        if events:
            await self._write(events)

    async def _compare_with_before(self) -> list[Event]:
        """Compare with what an earlier life of ours had read; what is to be recorded of that."""
        if self._before is None:
            return []
        try:
            await self.reader.again(self._before)
        except RolledBack as back:
            say_rolled_back(self.streams, self.twin.street, back)
            return [rolled_back_event(self.twin.street, back, self._clock())]
        return []

    async def _restore(self) -> None:
        """Begin with the snapshot, or with nothing where it leads beyond what the streams hold."""
        kept = await self.streams.load_snapshot(self.twin.street)
        if kept is not None:
            self.position = restored(self.twin, *kept)
        try:
            await self.reader.begin(self.position)
        except RolledBack as back:
            log.warning("%s: the snapshot is of no use, folding all: %s", self.twin.street, back)
            self.twin.reset()
            self.position = Position()
            await self.reader.begin(self.position)

    async def _fold_up_to(self, noted: Progress, reached: Position) -> None:
        """Fold in silence what was followed already."""
        self.listening_ms, self._heard_ms = noted.listening_ms, noted.at_ms
        while True:
            read = await self.reader.read(self.position, batch=self.batch, wait_ms=None)
            known = _up_to(read, self.position, reached)
            if not known:
                break
            await self._reject(fold_batch(self.twin, known).refused)
            self.reader.take(telemetry=known.telemetry, operations=known.operations)
            self.position = known.after
            await self._renew()
        self._due_ms = self._heard_ms = max(self._heard_ms, milliseconds(self.position.telemetry))

    async def step(self, wait_ms: int | None = READ_WAIT_MS) -> int:
        """Read once, derive what follows, note and keep now and then; the entries read."""
        await self._renew()
        read = await self.reader.read(self.position, batch=self.batch, wait_ms=wait_ms)
        await self._tell_gaps()
        now_ms = self._now_ms()
        if read.operations.ids:
            await self._settle(await self._take_operations(read))
        if read.telemetry.ids:
            await self._take_telemetry(read.telemetry, now_ms)
        if not read or milliseconds(self.position.telemetry) > now_ms - CATCH_UP_DUE_MS:
            await self._pass_time(now_ms, DUE_EVERY_MS)
        await self._keep_house(now_ms, len(read))
        return len(read)

    async def keep(self) -> None:
        """Note how far we are and save a snapshot of it."""
        await self.streams.append_operations(
            self.twin.street, [], token=self.token, progress=self._progress()
        )
        state, counts = self.twin.snapshot(), self.reader.ledger.kept(self.position)
        await self.streams.save_snapshot(self.twin.street, state, self.position, counts)
        self._entries = 0

    # --- deriving -----------------------------------------------------------------------------

    async def _take_telemetry(self, part: Part, now_ms: int) -> None:
        """Apply event after event, and what follows from each before the next.

        Not in one go, or a call button pressed and released within a batch would not be seen.
        """
        refused: list[Rejection] = []
        second, received = b"", datetime.min
        for index, event in enumerate(telemetry_events(part)):
            entry_id = part.ids[index]
            if entry_id[:10] != second:
                second, received = entry_id[:10], received_at(entry_id)
                if milliseconds(entry_id) < now_ms - CATCH_UP_DUE_MS:
                    await self._pass_time(milliseconds(entry_id), CATCH_UP_DUE_MS)
            folded = self.twin.fold((event,), received)
            # Noted as passed with the first thing that follows from it; what follows from that
            # is found again in the operations after the noted position.
            self.position = Position(entry_id.decode(), self.position.operations)
            for change in folded.changes:
                if await self._followed(change):
                    await self._settle([change])
            for _, why in folded.rejected:
                refused.append(refusal(TELEMETRY, part, index, why))
        self.reader.take(telemetry=part)
        await self._reject(refused)

    async def _tell_gaps(self) -> None:
        """Record what was trimmed before we had read it: nobody will follow it any more."""
        gaps, street = self.reader.gaps, self.twin.street
        while gaps:
            say_gap(self.streams, street, gaps[0])
            await self._write([gap_event(street, gaps.pop(0), self._clock())])

    async def _settle(self, changes: Sequence[Change]) -> None:
        """Write what follows from changes, and what follows from that, until nothing does."""
        todo, refused = deque(changes), 0
        while todo:
            change = todo.popleft()
            events = await self._followed(change)
            if not events:
                continue
            written = await self._write(events)
            todo.extend(await self._read_back())
            refused = 0 if written else refused + 1
            if not written and refused < TRIES:
                todo.appendleft(change)  # somebody was first; with what they did, ask again
            elif not written:
                log.error("%s: cannot write %s", self.twin.street, [event.id for event in events])

    async def _followed(self, change: Change) -> list[Event]:
        """What follows from a change; nothing, and it is said, where finding that out fails."""
        try:
            return follow(self.twin, change)
        except Exception as failure:
            await self._aside.things([EntrySetAside("follow", change.id, failure)])
            return []

    async def _write(self, events: Sequence[Event]) -> bool:
        """Append under compare-and-set; False when somebody was first."""
        await self._renew()
        try:
            await self.streams.append_operations(
                self.twin.street, events, token=self.token, progress=self._progress()
            )
        except StaleVersion as stale:
            await lost(self.streams.link, self.twin, self.position, stale)
            return False
        return True

    async def _read_back(self) -> list[Change]:
        """Apply the operations that stand in the stream by now; what they changed."""
        changes: list[Change] = []
        while True:
            read = await self.streams.read(self.twin.street, self.position, operations_only=True)
            if not read:
                return changes
            changes += await self._take_operations(read)

    async def _take_operations(self, read: Batch) -> list[Change]:
        """Apply the operations of a batch, not its telemetry."""
        self.position = Position(self.position.telemetry, read.after.operations)
        step = fold_batch(self.twin, Batch(Part([], []), read.operations, self.position))
        self.reader.take(operations=read.operations)
        await self._reject(step.refused)
        return step.changes

    # --- time ---------------------------------------------------------------------------------

    async def _pass_time(self, at_ms: int, every_ms: int) -> None:
        """Let time have passed until ``at_ms``; what follows from that is written."""
        if at_ms - self._heard_ms > DEAF_MS:
            self.listening_ms = at_ms
        self._heard_ms = max(self._heard_ms, at_ms)
        if at_ms - self._due_ms < every_ms:
            return
        self._due_ms = at_ms
        events = await self._due(_instant(at_ms), _instant(self.listening_ms))
        # Those without a version cannot be refused, so a compound that falls silent is one step.
        free = [event for event in events if not expected_versions([event])]
        groups = [free[i : i + MOST_DUE_AT_ONCE] for i in range(0, len(free), MOST_DUE_AT_ONCE)]
        groups += [[event] for event in events if expected_versions([event])]
        for group in groups:
            await self._write(group)
            await self._settle(await self._read_back())

    async def _due(self, now: datetime, listening_since: datetime) -> list[Event]:
        try:
            return self.twin.due(now, listening_since)
        except Exception:  # of all things but those it fails for
            events, failed = self.twin.due_apart(now, listening_since)
            await self._aside.things(failed)
            return events

    def _now_ms(self) -> int:
        return int(self._clock().timestamp() * 1000)

    async def _renew(self) -> None:
        """Renew the lease when a third of it has passed; raises LostLease when it is gone."""
        now = asyncio.get_running_loop().time()
        if now - self._renewed < self.lease.lasts_ms / 3000:
            return
        token = await self.lease.take()
        if token != self.token:
            raise LostLease(f"our token was {self.token}")
        self._renewed = now

    # --- keeping ------------------------------------------------------------------------------

    def _progress(self) -> Progress:
        return Progress(self.position, max(self._heard_ms, 0), self.listening_ms)

    async def _keep_house(self, now_ms: int, entries: int) -> None:
        street = self.twin.street
        self._entries += entries
        if self._entries > SNAPSHOT_EVERY_ENTRIES or (
            self._entries and self._is_time("snapshot", now_ms, SNAPSHOT_EVERY_MS)
        ):
            await self.keep()
        if self._is_time("note", now_ms, NOTE_EVERY_MS):
            await self.streams.append_operations(
                street, [], token=self.token, progress=self._progress()
            )
        if self._is_time("trim", now_ms, TRIM_EVERY_MS):
            await self.streams.trim(street)

    def _is_time(self, what: str, now_ms: int, every_ms: int) -> bool:
        if now_ms - self._at_ms[what] < every_ms:
            return False
        self._at_ms[what] = now_ms
        return True

    async def _reject(self, refused: Sequence[Rejection]) -> None:
        if refused:
            await self._aside.entries(refused)


def _up_to(read: Batch, position: Position, reached: Position) -> Batch:
    """The part of a batch that was followed already by whoever got as far as ``reached``."""
    telemetry, _ = read.telemetry.cut(through(read.telemetry, order(reached.telemetry)))
    operations, _ = read.operations.cut(through(read.operations, order(reached.operations)))
    after = Position(
        telemetry.ids[-1].decode() if telemetry.ids else position.telemetry,
        operations.ids[-1].decode() if operations.ids else position.operations,
    )
    return Batch(telemetry, operations, after)


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
