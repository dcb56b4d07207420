"""What a server promises about what it took: that it is on disk, and that it is not thrown away."""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import ResponseError

from feeds.errors import Unavailable
from feeds.streams.link import Command, Link
from twin.errors import InvalidSetting

log = logging.getLogger(__name__)

DISK_WAIT_MS = 2500
KEEPS_ALL = "noeviction"


async def disk_commands(link: Link, name: str) -> tuple[Command, ...]:
    """What must follow an append on its connection so that its reply means: on disk.

    Nothing where the server writes through by itself; nothing, and a warning, where it cannot say.
    Raises Unavailable.
    """
    reply = await _asked(link, name, ("CONFIG", "GET", "append*"))
    words = [word.decode("utf-8", "replace") for word in reply or ()]
    config = dict(zip(words[::2], words[1::2], strict=False))
    if config.get("appendonly") == "yes" and config.get("appendfsync") == "always":
        return ()
    wait: Command = ("WAITAOF", 1, 0, DISK_WAIT_MS)
    if await _asked(link, name, wait) is None:
        log.warning(
            "what is acknowledged may be lost when the server's machine fails: "
            "set appendonly yes and appendfsync always"
        )
        return ()
    return (wait,)


def raise_if_not_on_disk(replies: list[Any]) -> None:
    """Raise Unavailable when the reply to a wait for the disk says that it took too long."""
    for on_disk, _ in replies[1:]:
        if not on_disk:
            raise Unavailable(f"not on disk within {DISK_WAIT_MS} ms")


async def eviction_policy(link: Link, name: str) -> str:
    """What the server does when its memory is full, by its own word; ``noeviction`` where it does
    not say. Raises Unavailable.
    """
    reply = await _asked(link, name, ("INFO", "memory"))
    for line in (reply or b"").decode("utf-8", "replace").splitlines():
        field, _, value = line.partition(":")
        if field == "maxmemory_policy":
            return str(value)
    return KEEPS_ALL


async def refuse_eviction(link: Link, name: str) -> None:
    """Raise InvalidSetting for a server that would throw away what it acknowledged."""
    policy = await eviction_policy(link, name)
    if policy != KEEPS_ALL:
        raise InvalidSetting(
            "maxmemory-policy", policy,
            "with little memory the server would throw away cases and accounts: "
            f"set it to {KEEPS_ALL}",
        )  # fmt: skip


async def _asked(link: Link, name: str, command: Command) -> Any | None:
    """The reply; None where the server does not know the command, or hides it from us."""
    try:
        return (await link.call(name, command))[0]
    except ResponseError:
        return None
    except Unavailable as exc:
        if exc.word != "NOPERM":
            raise
        return None
