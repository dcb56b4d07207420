"""Child processes that never outlive us, whatever happens to us."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_LOOKS_EVERY_S = 1.0


async def start_child(
    argv: Sequence[str],
    *,
    last_signal: signal.Signals,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    said: bytes = b"",
) -> Process:
    """A process in a session of its own, so that Ctrl-C reaches us alone and we choose the order.

    ``last_signal`` is what the kernel sends it if we are killed (Linux; elsewhere our own
    programs use ``until_orphaned``). ``said`` is what it reads from its standard input: words
    that nobody shall find in a list of processes; what it says to that is not heard.
    """
    child = await asyncio.create_subprocess_exec(
        *argv,
        env=env,
        stdin=asyncio.subprocess.PIPE if said else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL if said else None,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=dying_with_us(last_signal),
    )
    if child.stdin is not None:
        child.stdin.write(said)
        child.stdin.close()
    return child


async def end_child(child: Process, *, patience_s: float) -> None:
    """Ask a process to end, wait, and kill it when it has not ended in time."""
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), patience_s)
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def until_orphaned() -> None:
    """Return when the process that started us is gone; for systems that cannot tell us."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(_LOOKS_EVERY_S)


def dying_with_us(last_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child does before it becomes its program: ask the kernel for a signal at our end."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, last_signal)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return in_child
