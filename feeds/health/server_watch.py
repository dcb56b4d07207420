"""What the web role asks a server now and then: whether it takes what we write, and keeps it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from feeds.errors import Unavailable
from feeds.host.seldom import Seldom
from feeds.streams.durability import KEEPS_ALL, eviction_policy
from feeds.streams.keys import key
from feeds.streams.streams import Streams

log = logging.getLogger(__name__)

ASK_EVERY_S = 5.0
REFUSES = "server_refuses"
EVICTS = "server_evicts"


async def watch(streams: Streams, streets: Iterable[str]) -> None:
    """Ask for every street for ever, and let its conditions say what came of it."""
    async with asyncio.TaskGroup() as tasks:
        for street in streets:
            tasks.create_task(_watch(streams, street))


async def _watch(streams: Streams, street: str) -> None:
    seldom = Seldom(log)
    while True:
        try:
            await ask(streams, street)
        except Exception as exc:  # a reply that we do not know must not end the role
            seldom.warning(street, "%s: cannot ask: %r", street, exc, failure=True)
        await asyncio.sleep(ASK_EVERY_S)


async def ask(streams: Streams, street: str) -> None:
    """Ask once: a word is written that means nothing, just as anything else would be.

    Only so is it known that memory is full or the server a replica: reading goes on all the same.
    """
    name, conditions = key(street, "probe"), streams.conditions
    try:
        await streams.link.call(name, ("SET", name, "1", "EX", 3600))
        policy = await eviction_policy(streams.link, name)
    except Unavailable as exc:
        conditions.raise_(REFUSES, street, reason=exc.word)
        return
    conditions.clear(REFUSES, street)
    if policy == KEEPS_ALL:
        conditions.clear(EVICTS, street)
    else:
        conditions.raise_(EVICTS, street, policy=policy)
