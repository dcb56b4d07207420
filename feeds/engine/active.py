"""One time of being a street's active engine (``feeds.engine.role``): reading, deriving, keeping.

What began by the wall clock ends by it, also when it was set meanwhile (``feeds.engine.clocks``).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from feeds.catalogue_record import note
from feeds.engine.clocks import Monotonic, Wall, WatchedClock, instant, ms_of, say
from feeds.errors import LostLease, RolledBack
from feeds.streams.aside import Aside
from feeds.streams.batches import (
    TELEMETRY,
    Batch,
    Position,
    Progress,
    StreamPart,
    milliseconds,
    order,
    through,
)
from feeds.streams.breaks import gap_event, rolled_back_event, say_gap, say_rolled_back
from feeds.streams.lease import Lease
from feeds.streams.ledger import Ledger
from feeds.streams.reader import Reader
from feeds.streams.rejections import Rejection, scrub
from feeds.streams.replica import (
    ingest,
    received_at,
    refusal,
    restored,
    seconds,
    telemetry_events,
)
from feeds.streams.streams import MOST_AT_ONCE, Streams, expected_versions
from feeds.streams.versions import lost
from twin.errors import EntrySetAside, EventRejected, StaleVersion
from twin.events import DeviceState, Event
from twin.rules.derivation import follow, follow_late
from twin.state.records import Change
from twin.state.twin import Twin

log = logging.getLogger(__name__)

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


class Active:
    """One time of being active: a twin, how far it has read, and what it owes the streams."""

    def __init__(
        self,
        streams: Streams,
        twin: Twin,
        lease: Lease,
        token: int,
        clock: Wall,
        before: Ledger | None = None,
        watched: WatchedClock | None = None,
        monotonic_s: Monotonic = time.monotonic,
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
        self._watched = watched or WatchedClock(lambda: self._clock(), monotonic_s)
        self._monotonic_s = monotonic_s
        self._heard_ms = 0
        self._due_ms = 0
        self._entries = 0
        self.reader = Reader(streams, twin.street)
        self._before, self._begun = before, False
        self._aside = Aside(streams, twin.street)
        self._renewed = asyncio.get_running_loop().time()
        self._newest_ms = 0
        self._at_s = dict.fromkeys(("note", "snapshot", "trim"), monotonic_s())

    @property
    def ledger(self) -> Ledger | None:
        """What was read; what the life before had read, until we have begun ourselves."""
        return self.reader.ledger if self._begun else self._before

    async def begin(self) -> None:
        """Restore, and fold in silence what was followed already."""
        street = self.twin.street
        await scrub(self.streams.link, street)
        events = await self._compare_with_before()
        await self._restore()
        self._begun = not events  # until it is written down, the next life has to see it again
        noted = await self.streams.load_progress(street)
        if noted is not None:
            reached = await self.reader.reached(noted, from_start=self.position == Position())
            await self._fold_up_to(noted, reached)
        if events:
            await self._write(events)
        await note(self.streams.link, street, self.twin.catalogue.version, self._now_ms())
        self._begun = True

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
            await self._reject(ingest(self.twin, known).refused)
            self.reader.take(telemetry=known.telemetry, operations=known.operations)
            self.position = known.after
            await self._renew()
        self._newest_ms = milliseconds(self.position.telemetry)
        self._watched.went_on_from(instant(noted.at_ms))
        # An entry may be dated ahead of every clock: what was not shown yet was not heard.
        received_ms = min(self._received_ms(), self._now_ms())
        self._due_ms = self._heard_ms = max(self._heard_ms, received_ms)

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
        if not read or self._received_ms() > now_ms - CATCH_UP_DUE_MS:
            await self._pass_time(now_ms, DUE_EVERY_MS)
        await self._keep_house(len(read))
        newest = instant(self._newest_ms) if self._newest_ms else None
        say(self.streams.conditions, self.twin.street, self._watched, newest)
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

    async def _take_telemetry(self, part: StreamPart, now_ms: int) -> None:
        """Apply event after event, and what follows from each before the next.

        Not in one go, or a call button pressed and released within a batch would not be seen.
        """
        refused: list[Rejection] = []
        events = telemetry_events(part)
        self._newest_ms = milliseconds(part.ids[-1])
        for first, last in seconds(part):
            received = received_at(self.twin, part, first)
            received_ms = ms_of(received)
            if received_ms < now_ms - CATCH_UP_DUE_MS:
                await self._pass_time(received_ms, CATCH_UP_DUE_MS)
            for index in range(first, last):
                # Noted as passed with the first thing that follows from it; what follows from that
                # is found again in the operations after the noted position.
                self.position = Position(part.ids[index].decode(), self.position.operations)
                why = await self._take(events[index], received)
                if why is not None:
                    refused.append(refusal(TELEMETRY, part, index, why))
        self.reader.take(telemetry=part)
        await self._reject(refused)

    async def _take(self, event: Event | EventRejected, received: datetime) -> EventRejected | None:
        """Apply one event of telemetry, and what follows from it; why not, when it is refused."""
        folded = self.twin.fold((event,), received)
        # Of one that is refused or too late this much may count: that its device is not silent.
        for change in folded.changes:
            if await self._followed(change):
                await self._settle([change])
        for _, why in folded.rejected:
            return why
        if isinstance(event, DeviceState):
            await self._write_late(event)
        return None

    async def _write_late(self, event: DeviceState) -> None:
        """Write what follows from a word that came too late to change anything: a call for help."""
        for alarm in follow_late(self.twin, event):
            if await self._write([alarm]):
                await self._settle(await self._read_back())

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
        step = ingest(self.twin, Batch(StreamPart([], []), read.operations, self.position))
        self.reader.take(operations=read.operations)
        await self._reject(step.refused)
        return step.changes

    # --- time ---------------------------------------------------------------------------------

    async def _pass_time(self, at_ms: int, every_ms: int) -> None:
        """Let time have passed until ``at_ms``; what follows from that is written."""
        if at_ms - self._heard_ms > DEAF_MS:
            self.listening_ms = at_ms
        # Where the clock was set back, time passes by what it shows now.
        self._heard_ms, self.listening_ms = at_ms, min(self.listening_ms, at_ms)
        if 0 <= at_ms - self._due_ms < every_ms:
            return
        self._due_ms = at_ms
        events = await self._due(instant(at_ms), instant(self.listening_ms))
        # Those without a version cannot be refused, so a compound that falls silent is one step.
        free = [event for event in events if not expected_versions([event])]
        groups = [free[i : i + MOST_DUE_AT_ONCE] for i in range(0, len(free), MOST_DUE_AT_ONCE)]
        groups += [[event] for event in events if expected_versions([event])]
        for group in groups:
            await self._write(group)
            await self._settle(await self._read_back())

    async def _due(self, now: datetime, listening_since: datetime) -> list[Event]:
        try:
            return self.twin.due(now, listening_since, self._watched.set_back)
        except Exception:  # of all things but those it fails for
            events, failed = self.twin.due_apart(now, listening_since, self._watched.set_back)
            await self._aside.things(failed)
            return events

    def _now_ms(self) -> int:
        return ms_of(self._watched.now())

    def _received_ms(self) -> int:
        """When the newest entry that was read came."""
        received = self.twin.clocks.received
        return 0 if received is None else ms_of(received)

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

    async def _keep_house(self, entries: int) -> None:
        street = self.twin.street
        self._entries += entries
        if self._entries > SNAPSHOT_EVERY_ENTRIES or (
            self._entries and self._is_time("snapshot", SNAPSHOT_EVERY_MS)
        ):
            await self.keep()
        if self._is_time("note", NOTE_EVERY_MS):
            await self.streams.append_operations(
                street, [], token=self.token, progress=self._progress()
            )
        if self._is_time("trim", TRIM_EVERY_MS):
            await self.streams.trim(street)

    def _is_time(self, what: str, every_ms: int) -> bool:
        """Whether so much time has passed, whatever the wall clock was set to meanwhile."""
        now_s = self._monotonic_s()
        if (now_s - self._at_s[what]) * 1000 < every_ms:
            return False
        self._at_s[what] = now_s
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
