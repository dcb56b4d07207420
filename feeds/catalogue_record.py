"""By which catalogue a street went since when: noted by its engine, told to whoever replays it.

A replay goes by the rows of today, for those of yesterday are not kept; from here it can be said
that they were others. The list ``dayuan:{street}:catalogues`` holds a row for each change.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from feeds.errors import Unavailable
from feeds.streams.keys import key
from feeds.streams.link import Command, Link

log = logging.getLogger(__name__)

KEPT = 1000
"""Changes that are kept; a street's rows change a few times a year."""
_NAME = "catalogues"
_OTHER_SORT = "wrong kind of value"


class WentBy(msgspec.Struct, frozen=True):
    """From ``since_ms`` (since the epoch) on, an engine went by a version of the catalogue."""

    since_ms: int
    version: str


class CatalogueRecord(msgspec.Struct, frozen=True):
    """What was noted, oldest first, and ``present``: the version by which a replay goes.

    Before the first row, nobody knows: engines of then did not note it.
    """

    present: str
    noted: Sequence[WentBy]


async def note(link: Link, street: str, version: str, at_ms: int) -> None:
    """Note by which version an engine goes from an instant on; nothing if it stands there last.

    Raises Unavailable. A key that holds something else, or that we have no right to, keeps nobody
    from leading a street.
    """
    known = await noted(link, street)
    if known and known[-1].version == version:
        return
    name, row = key(street, _NAME), msgspec.json.encode(WentBy(at_ms, version))
    await _asked(link, name, ("RPUSH", name, row), ("LTRIM", name, -KEPT, -1))


async def noted(link: Link, street: str) -> list[WentBy]:
    """What was noted of a street, oldest first; rows that are none are passed. Raises Unavailable.

    A call whose answer was lost is made again, so the same version may stand twice in a row: the
    first of them counts.
    """
    name = key(street, _NAME)
    rows = await _asked(link, name, ("LRANGE", name, 0, -1))
    found: list[WentBy] = []
    for row in rows or ():
        try:
            one = msgspec.json.decode(row, type=WentBy)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if not found or found[-1].version != one.version:
            found.append(one)
    return found


async def _asked(link: Link, name: str, *commands: Command) -> Any | None:
    """The first reply; None, said in the log, where the key is not ours to use."""
    try:
        reply = (await link.call(name, *commands, bears=_OTHER_SORT))[0]
    except Unavailable as exc:
        if exc.word != "NOPERM":  # rights of old: this key was not there from the beginning
            raise
        reply = exc
    if not isinstance(reply, Exception):
        return reply
    log.warning("%s: the catalogue's version is not known: %s", name, reply)
    return None
