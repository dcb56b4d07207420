"""From a command to the streams: decided on our own replica, appended if nobody was first."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from feeds.errors import Unavailable
from feeds.streams.replica import Replica
from feeds.streams.streams import Appended, Streams
from feeds.streams.versions import lost, recounted, versioned
from twin.commands.decide import Command, appends, decide, detail
from twin.errors import CommandRejected, StaleVersion
from twin.events import AccountData, CommandRefused, Event
from twin.places.territory import covers
from twin.state.twin import Twin

log = logging.getLogger(__name__)

CATCH_UP_S = 2.0
"""How long to wait for our replica to see what we or somebody faster wrote."""
WRITTEN_DOWN_S = 1.0
"""How long whoever was refused waits for the record of it."""
REFUSALS_AT_ONCE = 20
REFUSALS_PER_S = 1.0
MOST_ACCOUNTS = 1000


class Receipt(msgspec.Struct, frozen=True):
    """A command that counts: the ids of its events and the version its target has now."""

    events: tuple[str, ...]
    version: int | None


class Desk:
    """Takes commands for all streets that this process has a replica of, by street."""

    def __init__(self, streams: Streams, replicas: Mapping[str, Replica]) -> None:
        self.streams = streams
        self.replicas = replicas
        self._allowance = Allowance(REFUSALS_AT_ONCE, REFUSALS_PER_S)

    async def submit(self, command: Command, at: datetime) -> Receipt:
        """Carry a command out; its events are on disk and in our replica when this returns.

        Raises CommandRejected with the code and the state it met, StaleVersion with who was
        first (version, state, by, at), Unavailable. Refusals are written down, within a bound.
        """
        replica = self._replica_for(command)
        try:
            return await self._submit(replica, command, at)
        except CommandRejected as refusal:
            await self._write_down(replica.twin, command, refusal, at)
            raise

    async def _submit(self, replica: Replica, command: Command, at: datetime) -> Receipt:
        try:
            events = decide(replica.twin, command, at)
        except StaleVersion:
            if not await self._was_behind(replica, command):
                raise
            events = decide(replica.twin, command, at)
        events, (first, *others) = await self._append(replica, events)
        await replica.reached(others[-1].ids[-1] if others else first.ids[-1], CATCH_UP_S)
        return Receipt(tuple(event.id for event in events), first.version)

    async def _append(
        self, replica: Replica, events: list[Event]
    ) -> tuple[list[Event], list[Appended]]:
        """Append in one step; or, when only what comes beside the command is stale, without it.

        Gives the events, which may count otherwise than asked, and where they stand.
        """
        street = replica.twin.street
        steps = appends(events)
        try:
            return events, [await self.streams.append_operations(street, events)]
        except StaleVersion as stale:
            if await self._was_lost(replica, stale):
                return events, [await self.streams.append_operations(street, events)]
            await replica.reached(str(stale.detail["entry"]), CATCH_UP_S)
            if again := recounted(replica.twin, events, stale):
                return again, [await self.streams.append_operations(street, again)]
            if stale.detail["thing"] == steps[0].thing:
                raise await self._who_won(replica, stale) from stale
        done: list[Appended] = []
        for step in steps:
            try:
                done.append(await self.streams.append_operations(street, step.events))
            except StaleVersion as stale:
                if not done:
                    raise await self._who_won(replica, stale) from stale
        return events, done

    async def _was_lost(self, replica: Replica, stale: StaleVersion) -> bool:
        """Whether the server had lost the version, not somebody been first. Raises Unavailable
        when it is the stream that is another: our replica will see it in a moment.
        """
        for _ in range(2):
            found = await lost(self.streams.link, replica.twin, replica.position, stale)
            if found is not False:
                return bool(found)
            newest = await self.streams.newest(replica.twin.street)
            if not await replica.reached(newest.operations, CATCH_UP_S):
                break
        raise Unavailable("the streams went back, or we are far behind")

    async def _who_won(self, replica: Replica, stale: StaleVersion) -> StaleVersion:
        """The refusal as the loser should hear it, once our replica has seen the winner's event."""
        await replica.reached(str(stale.detail["entry"]), CATCH_UP_S)
        thing = str(stale.detail["thing"])
        twin = replica.twin
        found = versioned(twin, thing)
        told = detail(found) if found else {"version": stale.detail["version"]}
        return StaleVersion("somebody else was first", **told)

    async def _was_behind(self, replica: Replica, command: Command) -> bool:
        """Whether it was our replica that had not yet seen the version the command names."""
        twin = replica.twin
        thing = versioned(twin, command.target)
        if thing is None or command.version is None or command.version < thing.version:
            return False
        newest = await self.streams.newest(twin.street)
        return await replica.reached(newest.operations, CATCH_UP_S)

    def _replica_for(self, command: Command) -> Replica:
        """The street that holds the target, one of the actor's own first: ids repeat in others.

        Raises Unavailable while one that may hold it begins anew, and knows only a part.
        """
        holding = [found for found in self.replicas.values() if _holds(found.twin, command.target)]
        own = [
            replica for replica in holding
            if covers(command.by.prefixes, replica.twin.territory_of(command.target))
        ]  # fmt: skip
        asked = own[:1] or [*holding, *self.replicas.values()]
        if any(replica.begins_anew for replica in asked):
            raise Unavailable("a street is being read anew")
        if not asked:
            raise CommandRejected("unknown", f"no {command.target!r} here")
        return asked[0]

    async def _write_down(
        self, twin: Twin, command: Command, refusal: CommandRejected, at: datetime
    ) -> None:
        if not self._allowance.take(command.by.account, at):
            return
        event = CommandRefused(
            id=f"refused-{uuid.uuid4().hex}",
            subject=command.target[:200] or "-",
            time=at,
            by=command.by.account,
            territory=twin.territory_of(command.target),
            data=AccountData(
                outcome=refusal.code, detail=f"{command.name}: {refusal.reason}"[:500]
            ),
        )
        try:
            async with asyncio.timeout(WRITTEN_DOWN_S):
                await self.streams.append_operations(twin.street, [event])
        except (Unavailable, TimeoutError) as exc:
            log.warning("a refused command was not written down: %r", exc)


class Allowance:
    """So many at once and so many a second for each account; the rest is only counted."""

    def __init__(self, at_once: float, per_s: float) -> None:
        self.at_once = at_once
        self.per_s = per_s
        self.withheld = 0
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, account: str, at: datetime) -> bool:
        """Whether one more is allowed at this moment."""
        if len(self._left) >= MOST_ACCOUNTS:
            self._left.clear()
        left, since = self._left.get(account, (self.at_once, at))
        left = min(self.at_once, left + max(0.0, (at - since).total_seconds()) * self.per_s)
        allowed = left >= 1.0
        self._left[account] = (left - 1.0 if allowed else left, at)
        self.withheld += not allowed
        return allowed


def _holds(twin: Twin, target: str) -> bool:
    places: Iterable[Mapping[str, object]] = (
        twin.incidents, twin.alarms, twin.devices, twin.closures, twin.compounds,
        twin.responders,
    )  # fmt: skip
    return any(target in place for place in places)
