"""Keeps the roles of one machine running: the server first and last, each role a process.

A role that ends is started again after a pause that grows from a fifth of a second to five seconds
(one for what people wait for: web and server), and shrinks back once it has lived for ten. A role
that beats no more (``feeds.host.heartbeat``) hangs: it is killed and started again. The server
comes back on the same port with the same data; roles wait for it by themselves. When a watched
folder changes, all roles start anew, so a place imported while running appears without a restart by
hand.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from feeds.host.children import end_child, start_child, until_orphaned
from feeds.host.heartbeat import VARIABLE, Listener
from feeds.host.valkey import Valkey, hangs
from twin.errors import DayuanError

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_AWAITED_PAUSE_S = 1.0
"""The longest pause of what people wait for."""
_STEADY_AFTER_S = 10.0
_LATER_S = 15.0
"""So long, at most, work that nobody waits for leaves the processors to what people wait for."""
_QUESTION_S = 5.0
_QUESTIONS = 3
"""A disk may hold the server up for seconds; who answers nothing for half a minute hangs."""
_ROLE_PATIENCE_S = 4.0
"""Roles and server together (4 + 5 s) end within the ten seconds that init systems give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One process to keep: its name for the log, its command line and environment.

    One that is wanted ``once`` and has done its work rests until everything starts anew. One that
    ``beats`` is killed when it beats no more. ``awaited`` is what people wait for when it is away,
    and ``later`` what is started once that has beaten. It is given the open files ``pass_fds``.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    once: bool = False
    beats: bool = False
    awaited: bool = False
    later: bool = False
    pass_fds: tuple[int, ...] = ()


@dataclass(slots=True)
class Pauses:
    """How long to wait before the next start: doubled each time, reset by a steady life."""

    longest_s: float = _LONGEST_PAUSE_S
    next_s: float = _FIRST_PAUSE_S

    def after(self, lived_s: float) -> float:
        """The pause after a life of so many seconds.

        >>> pauses = Pauses(); [pauses.after(0.0), pauses.after(0.0), pauses.after(11.0)]
        [0.2, 0.4, 0.2]
        """
        pause_s = _FIRST_PAUSE_S if lived_s >= _STEADY_AFTER_S else self.next_s
        self.next_s = min(pause_s * 2, self.longest_s)
        return pause_s


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """The processes of one machine.

    ``server`` is the embedded one, already started, or None when another is used. ``watched`` is
    the folder of places, looked at every ``looks_every_s``.
    """

    roles: Sequence[Role]
    server: Valkey | None = None
    watched: Path | None = None
    looks_every_s: float = 1.0
    pids: dict[str, int] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _anew: dict[str, asyncio.Event] = field(default_factory=dict)
    _served: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Ask for the end; ``run`` returns when everything is down. Safe to call twice."""
        self._stopping.set()

    def start_anew(self) -> None:
        """Ask every role to end in good order and start again."""
        self._served.clear()
        for wanted in self._anew.values():
            wanted.set()

    async def run(self) -> None:
        """Keep everything running until ``stop``; then end the roles first, the server last."""
        self._anew = {role.name: asyncio.Event() for role in self.roles}
        beside = [asyncio.create_task(self._keep_server())] if self.server else []
        if self.watched:
            beside.append(asyncio.create_task(self._watch(self.watched)))
        try:
            async with asyncio.TaskGroup() as tasks:
                for role in self.roles:
                    tasks.create_task(self._keep(role))
                tasks.create_task(self._stopping.wait())
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if self.server:
                await self.server.stop()

    async def _keep(self, role: Role) -> None:
        pauses = Pauses(_AWAITED_PAUSE_S if role.awaited else _LONGEST_PAUSE_S)
        clock, anew = asyncio.get_running_loop().time, self._anew[role.name]
        while not self._stopping.is_set():
            if role.later:
                await self._first_of(self._served.wait(), asyncio.sleep(_LATER_S))
                if self._stopping.is_set():
                    return
                anew.clear()
            born = clock()
            try:
                code: object = await self._live(role)
            except OSError as exc:  # no process or file to be had at the moment
                code = exc
            if role.once and code == 0:
                await self._first_of(anew.wait())
            if anew.is_set() or self._stopping.is_set():
                anew.clear()
                continue
            pause_s = pauses.after(clock() - born)
            log.warning("%s ended with %s; again in %.1f s", role.name, code, pause_s)
            await self._pause(pause_s)

    async def _live(self, role: Role) -> int | None:
        """One life of a role, to its end; gives its exit code."""
        listener = Listener() if role.beats else None
        try:
            child = await _born(role, listener)
            self.pids[role.name] = child.pid
            began = self._served.set if role.awaited else None
            quiet = [listener.until_quiet(began)] if listener else []
            try:
                await self._first_of(child.wait(), self._anew[role.name].wait(), *quiet)
                hangs = not self._stopping.is_set() and not self._anew[role.name].is_set()
                if child.returncode is None and hangs:
                    log.error("%s hangs: it is killed", role.name)
                    child.kill()  # what hangs does not hear a polite word
            finally:
                await end_child(child, patience_s=_ROLE_PATIENCE_S)
                del self.pids[role.name]
        finally:
            if listener:
                listener.close()
        return child.returncode

    async def _keep_server(self) -> None:
        assert self.server is not None
        pauses, clock = Pauses(_AWAITED_PAUSE_S), asyncio.get_running_loop().time
        # Asked each time: a client of the server may lose the word that cancels this task.
        while not self._stopping.is_set():
            born = clock()
            code = await self._until_the_server_ends(self.server)
            while not self._stopping.is_set():
                pause_s = pauses.after(clock() - born)
                log.warning("Valkey ended with %s; again in %.1f s", code, pause_s)
                await asyncio.sleep(pause_s)
                try:
                    born = clock()
                    await self.server.start()
                    break
                except (DayuanError, OSError) as exc:  # a full disk or process table, too
                    log.error("%s", exc)

    async def _until_the_server_ends(self, server: Valkey) -> int:
        """Its exit code; one that hangs is killed: all it ever promised is on disk."""
        ending = asyncio.ensure_future(server.wait())
        hanging = asyncio.ensure_future(_until_it_hangs(server.url))
        try:
            await asyncio.wait({ending, hanging}, return_when=asyncio.FIRST_COMPLETED)
            if not ending.done():
                log.error("Valkey hangs: it is killed")
                with suppress(ProcessLookupError):
                    os.kill(server.pid, signal.SIGKILL)
            return await ending
        finally:
            ending.cancel()
            hanging.cancel()

    async def _watch(self, folder: Path) -> None:
        seen = known = _signature(folder)
        while True:
            await asyncio.sleep(self.looks_every_s)
            now = _signature(folder)
            if now == seen != known:  # changed, and quiet since the last look
                log.info("places changed: roles start anew")
                known = now
                self.start_anew()
            seen = now

    async def _first_of(self, *waits: Awaitable[object]) -> None:
        """Return when the first of these, or the wish to stop, comes true."""
        tasks = [asyncio.ensure_future(wait) for wait in (*waits, self._stopping.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    async def _pause(self, pause_s: float) -> None:
        await self._first_of(asyncio.sleep(pause_s))


def _signature(folder: Path) -> frozenset[tuple[str, int, int]]:
    """What is in a folder, by name, size and time of change."""
    found = set()
    for path in folder.rglob("*.json"):
        try:
            stat = path.stat()
        except OSError:  # replaced between the two calls, or a link in a circle: nothing to watch
            continue
        found.add((path.name, stat.st_size, stat.st_mtime_ns))
    return frozenset(found)


async def _until_it_hangs(url: str) -> None:
    """Return when a server has left question after question without any reply."""
    unanswered = 0
    while unanswered < _QUESTIONS:
        await asyncio.sleep(_QUESTION_S)
        unanswered = unanswered + 1 if await hangs(url, _QUESTION_S) else 0


async def _born(role: Role, listener: Listener | None) -> Process:
    """A role's process, with its end of the heartbeat."""
    # Its facts are all in the server, so a role without supervisor may just be killed.
    env, files = role.env, role.pass_fds
    if listener is not None:
        env, files = {**(env or {}), VARIABLE: str(listener.pipe)}, (*files, listener.pipe)
    child = await start_child(role.argv, env=env, last_signal=signal.SIGKILL, pass_fds=files)
    if listener is not None:
        listener.let_go()
    return child


def stops_on_signals(stop: Callable[[], None]) -> None:
    """Call ``stop`` when the terminal closes, Ctrl-C is pressed or an init system says so."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)


async def until_told(work: Awaitable[None]) -> None:
    """Do a role's work until a signal, or the loss of our supervisor, cancels it."""
    task = asyncio.ensure_future(work)
    orphaned = asyncio.ensure_future(until_orphaned())

    def end() -> None:
        task.cancel()

    orphaned.add_done_callback(lambda _: end())
    stops_on_signals(end)
    with suppress(asyncio.CancelledError):
        await task
    orphaned.cancel()
