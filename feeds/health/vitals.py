"""What the web role looks after each second: whether engines work, whether its own reading goes on.

All is measured by the monotonic clock and by what changed, never by comparing two clocks.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feeds.errors import Unavailable
from feeds.health.conditions import ANYWHERE, SAY_AGAIN_S, Conditions, decoded, stands, wall_ms
from feeds.health.server_watch import watch
from feeds.host.seldom import Seldom
from feeds.streams.aside import CODE, MOST_KNOWN
from feeds.streams.batches import Position, order
from feeds.streams.keys import key
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from twin.catalogue.conditions import CONDITION_KINDS, Condition, merged
from twin.errors import EntrySetAside

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
ABSENT_AFTER_S = 6.0
"""A killed engine's lease runs out after three seconds; its next life needs as long to begin."""
LATE_AFTER_S = 20.0
"""An engine notes every five seconds how far it is."""
UNHEARD_AFTER_S = 8.0
"""The streams answer every two seconds, if only that there is nothing new."""
STUCK_AFTER_S = 60.0
"""Nothing read for so long, though the same server answers others at once: it never will be."""
DISBELIEVED_AFTER_S = 3 * SAY_AGAIN_S
"""A state of another process that was not said again for so long: its process is gone."""


_OTHER_SORT = "wrong kind of value"
"""The words of the server about a key that holds something else than we put there."""
_ENTRY = re.compile(r"[0-9]+(-[0-9]+)?\Z")


@dataclass(slots=True)
class _Street:
    """What was seen of a street; ``_s`` are monotonic seconds."""

    unled_s: float | None = None
    goal: Position = field(default_factory=Position)
    goal_s: float = 0.0
    shared: dict[str, tuple[bytes, float]] = field(default_factory=dict)


class Vitals:
    """What stands at present, for every street this web role shows."""

    def __init__(self, streams: Streams, replicas: Mapping[str, Replica]) -> None:
        self._streams = streams
        self._replicas = replicas
        self._streets = {street: _Street() for street in (*replicas, ANYWHERE)}
        self._answered_s = 0.0
        self._aside: set[tuple[str, str]] = set()
        self._seldom = Seldom(log)

    async def run(self) -> None:
        """Look for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_the_reading())
            tasks.create_task(watch(self._streams, self._replicas))
            for street in self._streets:
                tasks.create_task(self._watch(street))

    def standing(self) -> list[Condition]:
        """All conditions: of this process, of others, and those that were derived."""
        found = {(one.code, one.street): one for one in self._of_others()}
        for one in self._streams.conditions.standing():
            known = found.get((one.code, one.street))
            found[one.code, one.street] = merged(known, one, same=True) if known else one
        codes = list(CONDITION_KINDS)
        return sorted(found.values(), key=lambda one: (codes.index(one.code), one.street))

    def folded_ms(self, street: str) -> int:
        """When a street's streams were last folded, by the wall clock."""
        return wall_ms() - int(self.silence_s(street) * 1000)

    def silence_s(self, street: str) -> float:
        """For how long nothing was heard of a street's streams: two seconds when all is well."""
        return max(0.0, time.monotonic() - self._replicas[street].folded_s)

    def set_aside(self, street: str, why: EntrySetAside) -> None:
        """Say, once for each thing, that something makes us fail and is left out."""
        known = (why.field, why.value)
        if known in self._aside or len(self._aside) >= MOST_KNOWN:
            return
        self._aside.add(known)
        log.error("%s: %s of %s: %s", street, *known, why.reason, exc_info=why.__cause__)
        self._conditions.raise_(CODE, street, entry=why.value, reason=why.reason)

    def lives(self) -> bool:
        """Whether this process may go on: its reading is not stuck while the streams answer."""
        if time.monotonic() - self._answered_s > UNHEARD_AFTER_S:
            return True
        return all(self.silence_s(street) < STUCK_AFTER_S for street in self._replicas)

    # --- looking ------------------------------------------------------------------------------

    async def _watch_the_reading(self) -> None:
        while True:
            for street in self._replicas:
                silence_s = self.silence_s(street)
                if silence_s > UNHEARD_AFTER_S:
                    since_ms = wall_ms() - int(silence_s * 1000)
                    self._conditions.raise_("fold_late", street, since_ms=since_ms)
                else:
                    self._conditions.clear("fold_late", street)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _watch(self, street: str) -> None:
        while True:
            try:
                await self.look(street)
            except Unavailable:
                pass  # that nothing is heard of the streams is said already
            except Exception as exc:  # what lies in one street's keys must not end the role
                self._seldom.warning(street, "%s: cannot look: %r", street, exc, failure=True)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, street: str) -> None:
        """Look once at what a street's keys say. Raises Unavailable.

        A key that holds something else says nothing, and keeps none of the others from being
        looked at; its error is raised after that.
        """
        names = [key(street or None, name) for name in ("lease", "progress", "conditions")]
        replies = await self._streams.link.call(
            names[0],
            ("GET", names[0]),
            ("HMGET", names[1], "telemetry", "operations"),
            ("HGETALL", names[2]),
            bears=_OTHER_SORT,
        )
        self._answered_s = time.monotonic()
        broken = [reply for reply in replies if isinstance(reply, Exception)]
        held, noted, rows = (None if reply in broken else reply for reply in replies)
        if street in self._replicas:
            self._look_for_the_engine(street, held is not None)
            self._look_how_far(street, _position(noted or ()), held is not None)
        if rows is not None:
            self._take_shared(street, dict(zip(rows[::2], rows[1::2], strict=True)))
        for error in broken:
            raise error

    def _look_for_the_engine(self, street: str, held: bool) -> None:
        seen, now_s = self._streets[street], time.monotonic()
        if held:
            seen.unled_s = None
            self._conditions.clear("engine_absent", street)
            return
        seen.unled_s = now_s if seen.unled_s is None else seen.unled_s
        if now_s - seen.unled_s > ABSENT_AFTER_S:
            since_ms = wall_ms() - int((now_s - seen.unled_s) * 1000)
            self._conditions.raise_("engine_absent", street, since_ms=since_ms)

    def _look_how_far(self, street: str, noted: Position, held: bool) -> None:
        """Late is an engine that has not yet got to where we were some time ago."""
        seen, now_s = self._streets[street], time.monotonic()
        mine = self._replicas[street].position
        # Streams that went back are read anew, and then what we had reached is no measure.
        went_back = not _reaches(mine, seen.goal)
        if not held or went_back or _reaches(noted, seen.goal):
            seen.goal, seen.goal_s = mine, now_s
            self._conditions.clear("engine_late", street)
        elif now_s - seen.goal_s > LATE_AFTER_S:
            since_ms = wall_ms() - int((now_s - seen.goal_s) * 1000)
            self._conditions.raise_("engine_late", street, since_ms=since_ms)

    # --- other processes ----------------------------------------------------------------------

    def _take_shared(self, street: str, rows: dict[bytes, bytes]) -> None:
        seen, now_s = self._streets[street].shared, time.monotonic()
        for code in [code for code in seen if code.encode() not in rows]:
            del seen[code]
        for name, value in rows.items():
            code = name.decode("utf-8", "replace")
            if code in CONDITION_KINDS and seen.get(code, (b"", 0.0))[0] != value:
                seen[code] = (value, now_s)

    def _of_others(self) -> list[Condition]:
        now_s = time.monotonic()
        found = []
        for seen in self._streets.values():
            for value, at_s in seen.shared.values():
                one = decoded(value)
                if one is None or not stands(one):
                    continue
                if CONDITION_KINDS[one.code].is_fact or now_s - at_s <= DISBELIEVED_AFTER_S:
                    found.append(one)
        return found

    @property
    def _conditions(self) -> Conditions:
        return self._streams.conditions


def _position(noted: Sequence[bytes | None]) -> Position:
    """How far an engine noted that it is; the start, where that is not to be read."""
    words = [word.decode("ascii", "replace") for word in noted if word is not None]
    return Position(*words) if len(words) == 2 and all(map(_ENTRY.match, words)) else Position()


def _reaches(position: Position, goal: Position) -> bool:
    """Whether a position is at a goal or beyond it, in both streams."""
    return order(position.telemetry) >= order(goal.telemetry) and order(
        position.operations
    ) >= order(goal.operations)
