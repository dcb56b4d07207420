"""The recorded log as a source: any past range folded into twins of its own, at a clock's pace.

A session has its own twins and its own hub, so what is replayed never touches what is live, and
the same code draws both. The twins are folded exactly as live ones are.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from feeds.catalogue_record import CatalogueRecord, noted
from feeds.engine.clocks import ms_of, wall
from feeds.streams.batches import START, Position, StreamPart, through
from feeds.streams.replica import ingest
from feeds.streams.streams import Streams
from twin.catalogue import Catalogue
from twin.catalogue.districts import Catalogues
from twin.errors import CommandRejected, EventRejected
from twin.events import AlarmRaised, Event, decode_batch
from twin.places.model import Compound
from twin.places.territory import touches
from twin.state.records import Change
from twin.state.twin import Twin

log = logging.getLogger(__name__)

DAY_MS = 86_400_000
PERIOD_S = 0.1
RECENT_MS = 5 * 60_000
"""Where a replay begins that names no instant: what people come to see has just happened."""
MOST_SESSIONS = 8
IDLE_S = 600.0
"""A session nobody looks at ends after this long."""


class Clock(Protocol):
    """The session's clock; ``layers.live.clock.Clock``."""

    now_ms: float
    end_ms: float
    seeks: int

    def advance(self, real_ms: float) -> float:
        """Let real time pass; the session's time in ms."""


class SessionHub(Protocol):
    """Where a session's changes go; ``layers.live.hub.Hub``."""

    twins: dict[str, Twin]

    @property
    def screens(self) -> int:
        """How many screens look."""

    def mark_dirty(self, street: str, changes: Sequence[Change]) -> None:
        """Note what changed."""

    def reload(self, now: datetime) -> None:
        """The twins were replaced."""

    def recall(self, raised: Sequence[AlarmRaised]) -> None:
        """Count alarms of the day that the twins have forgotten."""

    def tick(self, now: datetime) -> None:
        """Publish."""

    def end(self, reason: str) -> None:
        """Tell every screen that there is nothing more, and hang up."""


S = TypeVar("S", bound=SessionHub)
"""The screens of whoever has replays shown: sessions give them back as what they are."""
S_co = TypeVar("S_co", bound=SessionHub, covariant=True)


class Recording:
    """A street's log, folded into a twin up to an instant that moves forward or jumps."""

    def __init__(
        self, streams: Streams, street: str, compounds: Sequence[Compound], catalogue: Catalogue
    ) -> None:
        self.street = street
        self.twin = Twin(street, compounds, catalogue)
        self._streams = streams
        self._compounds = compounds
        self._until_ms = 0

    async def seek(self, at_ms: float) -> Twin:
        """A new twin as of ``at_ms``: all operations until then, and the latest telemetry.

        Telemetry before the longest patience of all devices says nothing more: whatever was silent
        longer had gone silent.
        Nothing of the old twin is touched, so screens keep their picture until this is done.
        """
        catalogue = self.twin.catalogue
        twin = Twin(self.street, self._compounds, catalogue)
        begin_ms = max(0, int(at_ms) - 1000 * catalogue.longest_patience_s)
        async for told in self._operations(Position(), begin_ms - 1):
            twin.fold(told)
        async for batch in self._streams.range(self.street, begin_ms, int(at_ms)):
            ingest(twin, batch)
        self.twin, self._until_ms = twin, int(at_ms)
        return twin

    async def advance(self, until_ms: float) -> list[Change]:
        """Fold what was recorded since, up to and with ``until_ms``; what changed."""
        begin_ms, self._until_ms = self._until_ms + 1, int(until_ms)
        changes: list[Change] = []
        if self._until_ms < begin_ms:
            self._until_ms = begin_ms - 1
            return changes
        async for batch in self._streams.range(self.street, begin_ms, self._until_ms):
            changes += ingest(self.twin, batch).changes
        return changes

    async def raised(self) -> list[AlarmRaised]:
        """The alarms of the last 24 hours; the twin keeps an alarm's last occurrence only."""
        after = Position(START, f"{max(0, self._until_ms - DAY_MS)}")
        return [
            event
            async for told in self._operations(after, self._until_ms)
            for event in told
            if isinstance(event, AlarmRaised)
        ]

    async def _operations(
        self, after: Position, until_ms: int
    ) -> AsyncGenerator[list[Event | EventRejected], None]:
        """The operations received after a position, up to and with ``until_ms``, in batches."""
        while until_ms >= 0:
            batch = await self._streams.read(self.street, after, operations_only=True)
            part: StreamPart = batch.operations
            end = through(part, (until_ms, 1 << 64))
            yield decode_batch(part.payloads[:end])
            if not part.ids or end < len(part.ids):
                return
            after = batch.after


@dataclass(slots=True, kw_only=True)
class Session(Generic[S]):
    """One replay: who opened it, its clock, its screen and the recordings it plays."""

    id: str
    owner: str
    clock: Clock
    screen: S
    recordings: list[Recording]
    task: asyncio.Task[None] | None = None

    async def play(self) -> None:
        """Follow the clock until nobody has looked for ten minutes."""
        loop = asyncio.get_running_loop()
        seeks, looked_at, then = -1, loop.time(), loop.time()
        while loop.time() - looked_at < IDLE_S:
            if seeks != self.clock.seeks:
                seeks = self.clock.seeks
                await self._jump()
                then = loop.time()
            else:
                then, elapsed_s = loop.time(), loop.time() - then
                await self._go_on(self.clock.advance(elapsed_s * 1000))
            if self.screen.screens:
                looked_at = loop.time()
            await asyncio.sleep(PERIOD_S)

    async def _jump(self) -> None:
        at_ms = self.clock.now_ms
        raised: list[AlarmRaised] = []
        for recording in self.recordings:
            self.screen.twins[recording.street] = await recording.seek(at_ms)
            raised += await recording.raised()
        self.screen.reload(_instant(at_ms))
        self.screen.recall(raised)

    async def _go_on(self, now_ms: float) -> None:
        for recording in self.recordings:
            self.screen.mark_dirty(recording.street, await recording.advance(now_ms))
        self.screen.tick(_instant(now_ms))


class MakeScreen(Protocol[S_co]):
    """Makes a session's screen and its paused clock."""

    def __call__(
        self, twins: Mapping[str, Twin], *, start_ms: float, at_ms: float, end_ms: float, name: str
    ) -> tuple[S_co, Clock]:
        """A screen over twins, parked at an instant of a recorded span."""


class Sessions(Generic[S]):
    """The replay sessions of one web process; at most eight at a time."""

    def __init__(
        self,
        streams: Streams,
        streets: Mapping[str, Sequence[Compound]],
        catalogues: Catalogues,
        make_screen: MakeScreen[S],
    ) -> None:
        self._streams = streams
        self._streets = streets
        self._catalogues = catalogues
        self._make_screen = make_screen
        self._sessions: dict[str, Session[S]] = {}

    def get(self, session: str) -> Session[S] | None:
        """A session that is being played, by id."""
        return self._sessions.get(session)

    async def span(self, prefixes: Sequence[str]) -> tuple[int, int] | None:
        """First and last recorded millisecond of the streets that the prefixes touch.

        Ids may be ahead of the clock (``feeds.engine.clocks``); nothing that is recorded is yet to
        come.
        """
        found = [await self._streams.span(street) for street in self._seen(prefixes)]
        spans = [span for span in found if span is not None]
        if not spans:
            return None
        now_ms = ms_of(wall())
        return (
            min(now_ms, *(first for first, _ in spans)),
            min(now_ms, max(last for _, last in spans)),
        )

    async def catalogues(self, prefixes: Sequence[str]) -> dict[str, CatalogueRecord]:
        """By which catalogues the streets that the prefixes touch went since when, by street.

        Raises Unavailable.
        """
        return {
            street: CatalogueRecord(
                self._catalogues.of(street).version, await noted(self._streams.link, street)
            )
            for street in self._seen(prefixes)
        }

    async def open(self, owner: str, prefixes: Sequence[str], at_ms: float | None) -> str:
        """A new session, parked at an instant (five minutes before the end when None).

        Raises CommandRejected ``unknown`` when nothing is recorded, ``busy`` when eight sessions
        are being looked at.
        """
        span = await self.span(prefixes)
        if span is None:
            raise CommandRejected("unknown", "nothing is recorded")
        self._make_room()
        at = min(max(span[1] - RECENT_MS if at_ms is None else at_ms, span[0]), span[1])
        name = secrets.token_urlsafe(9)
        recordings = [
            Recording(self._streams, street, self._streets[street], self._catalogues.of(street))
            for street in self._seen(prefixes)
        ]
        twins = {recording.street: recording.twin for recording in recordings}
        screen, clock = self._make_screen(
            twins, start_ms=span[0], at_ms=at, end_ms=span[1], name=name
        )
        session = Session(id=name, owner=owner, clock=clock, screen=screen, recordings=recordings)
        self._sessions[name] = session
        session.task = asyncio.create_task(self._run(session))
        return name

    async def close(self) -> None:
        """End every session."""
        tasks = [session.task for session in self._sessions.values() if session.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, session: Session[S]) -> None:
        try:
            await session.play()
        except Exception:
            # One session's end must not be anybody else's.
            log.exception("replay %s ended", session.id)
        finally:
            self._sessions.pop(session.id, None)
            session.screen.end("the replay is over")

    def _make_room(self) -> None:
        if len(self._sessions) < MOST_SESSIONS:
            return
        idle = [session for session in self._sessions.values() if not session.screen.screens]
        if not idle:
            raise CommandRejected("busy", f"{MOST_SESSIONS} replays are being watched")
        gone = self._sessions.pop(idle[0].id)
        if gone.task is not None:
            gone.task.cancel()

    def _seen(self, prefixes: Sequence[str]) -> list[str]:
        return [street for street in self._streets if touches(prefixes, street)]


def _instant(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
