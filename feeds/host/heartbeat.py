"""The heartbeat of a role: a byte a second from its event loop to whoever started it.

A role that is stopped, spins or waits for ever in one call beats no more, though its process
lives. The line is a pipe that only the two of them hold: no port, no file, no server is needed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress

VARIABLE = "DAYUAN_HEARTBEAT"
"""Names the pipe to a role's process; set by its supervisor alone."""
BEAT_EVERY_S = 1.0
QUIET_LOOKS = 15
"""So many looks, one a second, without a beat: it hangs. A busy machine delays some, never all."""
STARTING_LOOKS = 300
"""Reading a scale city on a slow machine holds a role up for a minute before its first beat."""


async def beat(pipe: int | None, lives: Callable[[], bool] = lambda: True) -> None:
    """Beat for ever while ``lives``; with no pipe nobody listens, and that is fine."""
    if pipe is None:
        await asyncio.Event().wait()
        return
    os.set_blocking(pipe, False)
    while True:
        if lives():
            # Full: it was not read for hours. Broken: our supervisor is gone, and so shall we be.
            with suppress(BlockingIOError, BrokenPipeError):
                os.write(pipe, b".")
        await asyncio.sleep(BEAT_EVERY_S)


def pipe_in(environ: Mapping[str, str]) -> int | None:
    """The pipe that our supervisor gave us; None for who was started by hand."""
    word = environ.get(VARIABLE, "")
    return int(word) if word.isdecimal() else None


class Listener:
    """The other end: one for each life of a role."""

    def __init__(self) -> None:
        self._ear, self.pipe = os.pipe()
        os.set_blocking(self._ear, False)

    def close(self) -> None:
        """Let go of both ends."""
        self.let_go()
        os.close(self._ear)

    def let_go(self) -> None:
        """Close our copy of the role's end, once its process has it."""
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1

    async def until_quiet(self, heard: Callable[[], None] | None = None) -> None:
        """Return when the role has beaten, and then for fifteen looks no more.

        Looks are counted, not seconds: while we were stopped ourselves, nobody was quiet.
        ``heard`` is called at each look that finds a beat.
        """
        quiet, patience = 0, STARTING_LOOKS
        while quiet < patience:
            await asyncio.sleep(BEAT_EVERY_S)
            quiet += 1
            if self._heard():
                quiet, patience = 0, QUIET_LOOKS
                if heard:
                    heard()

    def _heard(self) -> bool:
        try:
            return bool(os.read(self._ear, 1 << 16))
        except BlockingIOError:
            return False
