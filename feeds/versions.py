"""Versions that a server has lost are what the operations say they are.

The hash of versions is there to compare with, quickly; the record is the operations. A server that
threw the hash away (evicted, deleted by hand) would refuse every step of a known case for ever.
"""

from __future__ import annotations

import logging

from feeds.batches import OPERATIONS, Position
from feeds.keys import key
from feeds.link import Link
from feeds.script import Script
from twin.errors import StaleVersion
from twin.state import Twin

log = logging.getLogger(__name__)

_MEND = Script("mend")


async def lost(link: Link, twin: Twin, position: Position, stale: StaleVersion) -> bool | None:
    """Whether the server had lost the version that made it refuse, and knows it again now.

    None when the refusal is a true one: the server knows as much as the twin, or more. False when
    the twin, folded up to ``position``, is not what the operations say. Raises Unavailable.
    """
    thing = str(stale.detail["thing"])
    known = twin.incidents.get(thing) or twin.alarms.get(thing) or twin.closures.get(thing)
    if known is None or known.version <= int(str(stale.detail["version"])):
        return None
    keys = [key(twin.street, name) for name in (OPERATIONS, "versions")]
    reply = await _MEND.run(link, keys, [position.operations, thing, known.version])
    if reply[0]:
        log.error("%s: the server had lost the version of %s", twin.street, thing)
    return bool(reply[0])
