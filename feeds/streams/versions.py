"""Versions that a server has lost are what the operations say they are.

The hash of versions is there to compare with, quickly; the record is the operations. A server that
threw the hash away (evicted, deleted by hand) would refuse every step of a known case for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from msgspec.structs import replace

from feeds.streams.batches import OPERATIONS, Position
from feeds.streams.keys import key
from feeds.streams.link import Link
from feeds.streams.script import LuaScript
from twin.errors import StaleVersion
from twin.events import Event, ResponderStatus
from twin.state.records import Alarm, Closure, Incident, Responder
from twin.state.twin import Twin

log = logging.getLogger(__name__)

_MEND = LuaScript("mend")


async def lost(link: Link, twin: Twin, position: Position, stale: StaleVersion) -> bool | None:
    """Whether the server had lost the version that made it refuse, and knows it again now.

    None when the refusal is a true one: the server knows as much as the twin, or more. False when
    the twin, folded up to ``position``, is not what the operations say. Raises Unavailable.
    """
    thing = str(stale.detail["thing"])
    known = versioned(twin, thing)
    if known is None or known.version <= int(str(stale.detail["version"])):
        return None
    keys = [key(twin.street, name) for name in (OPERATIONS, "versions")]
    reply = await _MEND.run(link, keys, [position.operations, thing, known.version])
    if reply[0]:
        log.error("%s: the server had lost the version of %s", twin.street, thing)
    return bool(reply[0])


def versioned(twin: Twin, name: str) -> Incident | Alarm | Closure | Responder | None:
    """The thing of this name that counts its versions."""
    return (
        twin.incidents.get(name) or twin.alarms.get(name) or twin.closures.get(name)
        or twin.responders.get(name)
    )  # fmt: skip


def recounted(twin: Twin, events: Sequence[Event], stale: StaleVersion) -> list[Event]:
    """The same change of duty in the server's count; none where that is not what was lost.

    A twin keeps nothing of people who stand in no place: a card that was taken away and brought
    back counts from nothing again, and would be refused for ever. Only for a twin that has folded
    the entry which made the server's version.
    """
    thing, version = str(stale.detail["thing"]), int(str(stale.detail["version"]))
    known = twin.responders.get(thing)
    if known is None or known.version >= version:
        return []
    return [
        replace(event, id=f"{thing}@{version + 1}", data=replace(event.data, version=version + 1))
        for event in events
        if isinstance(event, ResponderStatus)
    ]
