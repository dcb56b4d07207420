"""Conditions of this process, and how the web roles learn of those of another.

``raise_`` and ``clear`` are all that whoever finds something out needs::

    streams.conditions.raise_("entry_set_aside", street, entry="1795228927000-0")
    streams.conditions.raise_("clock_set_back", back_s=7200)
    streams.conditions.clear("clock_set_back")

Every process has one ``Conditions``: that of its ``Streams``. The web role shows its own; other
roles run ``share``, which keeps theirs in the hash ``dayuan:{street}:conditions``, where every web
role reads them (``feeds.health.vitals``). docs/reference/conditions.md lists the codes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from feeds.errors import Unavailable
from feeds.host.seldom import Seldom
from feeds.streams.keys import key
from feeds.streams.link import Link
from twin.catalogue.conditions import CONDITION_KINDS, Condition, Figure, merged

log = logging.getLogger(__name__)

SHARE_EVERY_S = 1.0
SAY_AGAIN_S = 5.0
"""A state is written again so often, so that readers know that whoever says it still lives."""
SWEEP_EVERY_S = 60.0
LEFT_BEHIND_S = 3600.0
"""A state that nobody said for so long was left behind by a process that was killed."""
FIGURES_KEPT = 8
LETTERS_KEPT = 200
ANYWHERE = ""
"""The street of a condition of the whole service."""


def wall_ms() -> int:
    """The wall clock, milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class _Standing:
    condition: Condition
    last_s: float  # by the monotonic clock: a clock that was set must not make a fact stand longer
    unshared: int  # how much of the count other processes have not been told


class Conditions:
    """What stands in one process. Cheap: may be called for each entry that is read."""

    def __init__(
        self,
        *,
        now_ms: Callable[[], int] = wall_ms,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now_ms = now_ms
        self._monotonic_s = monotonic_s
        self._standing: dict[tuple[str, str], _Standing] = {}

    def raise_(
        self,
        code: str,
        street: str = ANYWHERE,
        *,
        count: int = 1,
        since_ms: int | None = None,
        **figures: Figure,
    ) -> None:
        """Say that a condition stands; again and again is fine.

        A fact happened ``count`` times more; of a state, ``count`` is how many there are now.
        ``since_ms`` is when it began, if that was earlier than the first call. Figures are bounded:
        eight, texts of 200 letters. Raises KeyError for a code that is no row of the table.
        """
        now_ms, kind = self._now_ms(), CONDITION_KINDS[code]
        fresh = Condition(
            code=code,
            street=street,
            since_ms=now_ms if since_ms is None else since_ms,
            last_ms=now_ms,
            count=count,
            figures=_bounded(figures),
        )
        before = self._standing.get((code, street))
        unshared = count
        if before is not None and self._stands(before):
            if kind.is_fact:
                fresh, unshared = merged(before.condition, fresh), before.unshared + count
            else:
                fresh = msgspec.structs.replace(fresh, since_ms=before.condition.since_ms)
        if before is None:
            log.warning("%s: %s %s", street or "everywhere", code, fresh.figures or "")
        self._standing[code, street] = _Standing(fresh, self._monotonic_s(), unshared)

    def clear(self, code: str, street: str = ANYWHERE) -> None:
        """Say that a condition is over; nothing happens when it does not stand."""
        if self._standing.pop((code, street), None) is not None:
            log.warning("%s: %s is over", street or "everywhere", code)

    def standing(self) -> list[Condition]:
        """All that stands now; facts whose time is over are forgotten."""
        for name, one in tuple(self._standing.items()):
            if not self._stands(one):
                del self._standing[name]
        return [one.condition for one in self._standing.values()]

    def unshared(self) -> list[Condition]:
        """What others are to be told: every state; of facts, as many as they do not know of.

        A state stands at the moment it is told, however long ago it was raised: ``last_ms`` is now.
        """
        standing = self.standing()
        told = []
        for condition in standing:
            one = self._standing[condition.code, condition.street]
            if not CONDITION_KINDS[condition.code].is_fact:
                told.append(msgspec.structs.replace(condition, last_ms=self._now_ms()))
            elif one.unshared:
                told.append(msgspec.structs.replace(condition, count=one.unshared))
        return told

    def shared(self, condition: Condition) -> None:
        """Note that others know of what ``unshared`` gave."""
        one = self._standing.get((condition.code, condition.street))
        if one is not None:
            one.unshared -= condition.count

    def _stands(self, one: _Standing) -> bool:
        kind = CONDITION_KINDS[one.condition.code]
        return not kind.is_fact or self._monotonic_s() - one.last_s <= kind.stands_s


def _bounded(figures: dict[str, Figure]) -> dict[str, Figure]:
    some = list(figures.items())[:FIGURES_KEPT]
    return {name: value[:LETTERS_KEPT] if isinstance(value, str) else value for name, value in some}


class Shared:
    """The conditions that one process keeps in the streets' hashes, for all web roles to read.

    The field of a state is ``<code>``; the process that wrote it says it again every five seconds
    and takes it away. The field of a fact stays until its time is over, whoever wrote it.
    """

    def __init__(self, link: Link, conditions: Conditions, streets: Iterable[str]) -> None:
        self._link = link
        self._conditions = conditions
        self._streets = (*streets, ANYWHERE)
        self._written: dict[tuple[str, str], tuple[bytes, float]] = {}
        self._swept_s = -SWEEP_EVERY_S

    async def run(self) -> None:
        """Keep them up to date for ever, while the server answers."""
        seldom = Seldom(log)
        while True:
            try:
                await self.write()
            except Unavailable as exc:
                log.debug("conditions are not shared: %s", exc)
            except Exception as exc:  # what lies in one key must not end an engine
                seldom.warning("write", "conditions are not shared: %r", exc, failure=True)
            await asyncio.sleep(SHARE_EVERY_S)

    async def write(self) -> None:
        """Write once what others do not know yet. Raises Unavailable."""
        standing = {(one.code, one.street): one for one in self._conditions.unshared()}
        for name in [name for name in self._written if name not in standing]:
            code, street = name
            await self._ask(street, "HDEL", code)
            del self._written[name]
        for name, condition in standing.items():
            if CONDITION_KINDS[condition.code].is_fact:
                await self._add(condition)
            else:
                await self._say(name, condition)
        if time.monotonic() - self._swept_s > SWEEP_EVERY_S:
            for street in self._streets:
                await self._sweep(street)
            self._swept_s = time.monotonic()

    async def _say(self, name: tuple[str, str], condition: Condition) -> None:
        now_s = time.monotonic()
        known, at_s = self._written.get(name, (b"", 0.0))
        same = msgspec.structs.replace(condition, last_ms=0)
        if msgspec.json.encode(same) == known and now_s - at_s < SAY_AGAIN_S:
            return
        await self._ask(condition.street, "HSET", condition.code, msgspec.json.encode(condition))
        self._written[name] = (msgspec.json.encode(same), now_s)

    async def _add(self, condition: Condition) -> None:
        """Add to a fact what happened since; what another process counted stays counted."""
        known = decoded(await self._ask(condition.street, "HGET", condition.code))
        whole = merged(known, condition) if known and stands(known) else condition
        await self._ask(condition.street, "HSET", condition.code, msgspec.json.encode(whole))
        self._conditions.shared(condition)

    async def _sweep(self, street: str) -> None:
        """Take away what is over, whoever wrote it."""
        rows = await self._ask(street, "HGETALL")
        for code, value in zip(rows[::2], rows[1::2], strict=True):
            condition = decoded(value)
            if condition is None or not stands(condition):
                await self._ask(street, "HDEL", code)

    async def _ask(self, street: str, verb: str, *words: str | bytes) -> Any:
        name = key(street or None, "conditions")
        return (await self._link.call(name, (verb, name, *words)))[0]


def decoded(value: Any) -> Condition | None:
    """A condition from what stands in a hash; None for what is none of this version."""
    try:
        condition = msgspec.json.decode(value, type=Condition)
    except (msgspec.MsgspecError, TypeError):
        return None
    return condition if condition.code in CONDITION_KINDS else None


def stands(condition: Condition, at_ms: int | None = None) -> bool:
    """Whether a condition of another process is to be kept, by the wall clock.

    A state whose writer is gone is left behind after an hour; readers stop believing it long
    before (``feeds.health.vitals``).
    """
    at_ms = wall_ms() if at_ms is None else at_ms
    lasts_s = CONDITION_KINDS[condition.code].stands_s or LEFT_BEHIND_S
    return abs(at_ms - condition.last_ms) <= lasts_s * 1000
