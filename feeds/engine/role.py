"""The engine: what follows from what happened, derived once per street and written down.

One process is active per street by lease; a standby takes over. Whatever the active one derives
goes through compare-and-set with the fencing token, together with how far it had got. So the next
one folds in silence up to there, derives from there on, and what it derives is what would have
been derived without the change.

It reads the operations it wrote back before it goes on: its twin changes only by what stands in
the stream, in the order in which it stands there.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Callable, Sequence

from feeds.engine.active import Active
from feeds.engine.clocks import Wall, WatchedClock, say_no_more, wall
from feeds.errors import LostLease, RolledBack, Unavailable
from feeds.host.seldom import Seldom
from feeds.streams.link import attempt_after, backoff_s
from feeds.streams.streams import Streams
from twin.catalogue import Catalogue
from twin.places.model import Compound
from twin.state.twin import Twin

log = logging.getLogger(__name__)

LEASE_MS = 3000
LEAVE_S = 5.0


async def run(
    streams: Streams,
    street: str,
    compounds: Sequence[Compound],
    catalogue: Catalogue,
    *,
    clock: Wall = wall,
    holder: str = "",
    lease_ms: int = LEASE_MS,
    told: Callable[[bool], None] = lambda active: None,
) -> None:
    """Be the street's engine for ever: standby until the lease is ours, then active.

    ``told`` hears when this process becomes active and when it is so no more. When cancelled it
    keeps a snapshot and gives the lease back.
    """
    holder = holder or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    lease = streams.lease(street, holder, lasts_ms=lease_ms)
    seldom, attempt, before, watched = Seldom(log), 0, None, WatchedClock(clock)
    while True:
        began_s = asyncio.get_running_loop().time()
        try:
            token = await lease.take()
            if token is None:
                await asyncio.sleep(lease_ms / 3000)
                continue
            log.info("%s: active with token %d", street, token)
            told(True)
            twin = Twin(street, compounds, catalogue)
            active = Active(streams, twin, lease, token, clock, before, watched)
            try:
                await _lead(active)
            finally:
                told(False)
                say_no_more(streams.conditions, street)
                before = active.ledger
        except (LostLease, Unavailable, RolledBack) as exc:
            kind = getattr(exc, "word", "lease")
            seldom.warning(kind, "%s: not active any more: %s", street, exc)
        except Exception as exc:  # this street's fault, and no other street's
            kind = type(exc).__name__
            seldom.warning(kind, "%s: begins anew: %r", street, exc, failure=True)
        attempt = attempt_after(attempt, asyncio.get_running_loop().time() - began_s)
        await asyncio.sleep(backoff_s(attempt))


async def _lead(active: Active) -> None:
    """Begin and go on for ever; on the way out, keep what the next one can begin from."""
    try:
        await active.begin()
        while True:
            await active.step()
    except asyncio.CancelledError:
        await _leave(active)
        raise


async def _leave(active: Active) -> None:
    """Keep a snapshot and give the lease back, unless the streams are away: then it runs out."""
    try:
        async with asyncio.timeout(LEAVE_S):
            await active.keep()
            await active.lease.release()
    except (LostLease, Unavailable, TimeoutError) as exc:
        log.warning("%s: left without a snapshot: %s", active.twin.street, exc)
