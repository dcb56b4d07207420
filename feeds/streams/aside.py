"""What made us fail is set aside: once kept, once said in the log, and told on every screen."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from feeds.streams.rejections import Rejection
from feeds.streams.streams import Streams
from twin.errors import EntrySetAside, EventRejected

log = logging.getLogger(__name__)

CODE = "entry_set_aside"
MOST_KNOWN = 10_000


class Aside:
    """What one life of a street's engine leaves out: what was refused, and what made us fail."""

    def __init__(self, streams: Streams, street: str) -> None:
        self._streams = streams
        self._street = street
        self._known: set[tuple[str, str]] = set()

    async def entries(self, refused: Sequence[Rejection]) -> None:
        """Keep entries that were refused, in order; tell of those that nothing is wrong with but
        that we failed. Whichever engine reads an entry again, it is kept and told once.

        Raises Unavailable.
        """
        if not any(isinstance(one.rejected, EntrySetAside) for one in refused):
            await self._streams.reject_all(self._street, refused)
            return
        for one in refused:
            new = await self._streams.reject_all(self._street, [one])
            if new and isinstance(one.rejected, EntrySetAside):
                self._tell(f"{one.stream} {one.entry_id}", one.rejected)

    async def things(self, failed: Sequence[EntrySetAside]) -> None:
        """Keep and tell of things of which we cannot say what follows, each once in our life.

        Raises Unavailable.
        """
        for why in failed:
            if (why.field, why.value) in self._known or len(self._known) >= MOST_KNOWN:
                continue
            self._known.add((why.field, why.value))
            self._tell(why.value, why)
            told = EventRejected(why.field, "", f"{why.value}: {why.reason}")
            kept = Rejection(payload=b"", rejected=told, source="engine")
            await self._streams.reject_all(self._street, [kept])

    def _tell(self, what: str, why: EntrySetAside) -> None:
        log.error("%s: %s of %s: %s", self._street, why.field, what, why.reason)
        self._streams.conditions.raise_(CODE, self._street, entry=what, reason=why.reason)
