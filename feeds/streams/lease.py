"""Who is active in a street: a lease that must be renewed, with a fencing token that only grows.

A process that was paused past its lease still believes it is active; its token is then no longer
the newest, and the script that appends operations refuses it.
"""

from __future__ import annotations

from feeds.streams.keys import key
from feeds.streams.link import Link
from feeds.streams.script import LuaScript

_TAKE = LuaScript("take")
_RELEASE = LuaScript("release")


class Lease:
    """The lease of one street, as one process sees it. ``holder`` names the process, uniquely."""

    def __init__(self, link: Link, street: str, holder: str, *, lasts_ms: int = 3000) -> None:
        self.holder = holder
        self.lasts_ms = lasts_ms
        self._link = link
        self._keys = (key(street, "lease"), key(street, "fence"))

    async def take(self) -> int | None:
        """Take or renew the lease: our fencing token, or None while another process holds it."""
        reply = await _TAKE.run(self._link, self._keys, (self.holder, self.lasts_ms))
        return int(reply[0]) or None

    async def release(self) -> None:
        """Give the lease back, so that a standby need not wait for it to run out."""
        await _RELEASE.run(self._link, self._keys[:1], (self.holder,))
