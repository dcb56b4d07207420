"""The web role: one process that folds the streams for its screens and serves everything.

What reaches into the streams is handed in by ``app.py``; here it meets the hub, the pages and
the network port.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from fastapi import APIRouter, Request

from layers.live import hub as live
from layers.live.clock import Clock
from layers.live.columns import milliseconds
from layers.live.hub import Hub
from layers.panels.incident_detail import WorkedOut
from layers.panels.strip import day_start_ms
from layers.search.search import Finder
from layers.sharing.collection import World
from layers.sharing.index import CollectionCache
from pages import server
from pages.api import addresses, cameras, inside, screens, search, tiles, ways
from pages.api.basemap import Basemap
from pages.api.screens import Answer, Backstage, Replays
from pages.door import connections, entry
from pages.door.guard import Admit, Person
from pages.door.hosts import Hosts
from pages.health import Pulse, Vitals, health
from pages.ogc import routes
from pages.ogc.export import Exporting
from pages.ogc.routes import Sharing
from pages.work import Work, WorkEnded
from twin.catalogue import Catalogue
from twin.commands.roles import Actor
from twin.events import AlarmRaised, Event
from twin.places.model import District
from twin.state.records import Change
from twin.state.twin import Twin

Use = Callable[[str, Iterable[Change]], None]
"""(street, what changed): called after each batch that was folded."""

CATCH_UP_S = 10.0
"""How long the first answer waits for the twins; after that screens see them fill."""
LEARN_S = 0.5
"""How long it then waits for the networks of paths: enough for the compounds of a usual street."""
RECALL_AGAIN_S = 1.0
"""How long after the streams did not answer the day is asked for again."""


class Doors(entry.Logins, Protocol):
    """Logins, and who is behind a session."""

    async def lookup(self, token: str) -> Person | None:
        """The person behind a token."""

    async def still_open(self, token: str) -> bool:
        """Whether a session lives, without counting as activity."""


class Recordings(Replays, Protocol):
    """Replay sessions with their screens."""

    def get(self, session: str) -> Any:
        """A session, with its ``screen``, or None."""

    async def close(self) -> None:
        """End all."""


async def _unheard(lives: Callable[[], bool]) -> None:
    """Nobody listens to this process."""
    await asyncio.Event().wait()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the web role is plugged into.

    ``follow`` folds every street's streams for ever and calls ``use``, and its second argument when
    it has begun anew; ``current`` returns once
    all that stood in them at the start has been folded; ``recordings`` is given the function that
    makes a replay's screen; ``raised`` gives the alarms raised since an instant (ms); ``refused``
    is what a failed login raises, ``away`` what any call raises while the streams do not answer.
    ``catalogue`` is the one that screens show; ``programs`` gives who is behind an Authorization
    header, ``exported`` records what somebody takes away, ``pack`` makes a GeoPackage in a process
    of its own; ``public`` is the address people know us by, when a proxy stands before us;
    ``hosts`` are the names we answer to.
    ``record`` writes operations of a street; ``edit`` changes a compound's file and gives it before
    and after, None where places cannot be changed; browsers may fetch pictures of cameras from
    ``stream_origins``.
    ``tiles`` is the folder of tile sets, ``basemap`` what the user named.
    ``more`` are routes of topics of their own. ``vitals`` looks after the service itself;
    ``beat`` tells whoever started this process that it lives, while the function given says so.
    """

    twins: Mapping[str, Twin]
    catalogue: Catalogue
    follow: Callable[[Use, Callable[[], None]], Coroutine[Any, Any, None]]
    current: Callable[[], Awaitable[None]]
    command: Callable[[bytes, Actor, datetime], Awaitable[Answer]]
    rejected: Callable[[str], Awaitable[tuple[dict[str, int], list[dict[str, str]]]]]
    recordings: Callable[[Callable[..., tuple[Hub, Clock]]], Recordings]
    doors: Doors
    refused: type[Exception]
    away: type[Exception]
    raised: Callable[[int], Awaitable[list[AlarmRaised]]]
    intake: APIRouter
    programs: Admit
    exported: Callable[[Any, str], Awaitable[None]]
    pack: Callable[[Path, Path], Awaitable[bool]]
    public: str = ""
    hosts: Hosts = field(default_factory=Hosts)
    districts: Sequence[District] = ()
    record: Callable[[str, Sequence[Event]], Awaitable[object]]
    edit: cameras.Edit | None = None
    stream_origins: tuple[str, ...] = ()
    tiles: Path | None = None
    basemap: Basemap | None = None
    more: Sequence[APIRouter] = ()
    vitals: Vitals
    beat: Callable[[Callable[[], bool]], Coroutine[Any, Any, None]] = _unheard


async def run(
    parts: Parts,
    *,
    host: str,
    port: int,
    assets: Path,
    doors: list[socket.socket] | None = None,
) -> None:
    """Serve until cancelled, then finish what was begun.

    ``doors`` are sockets that listen already, instead of ``host`` and ``port``.

    Raises WorkEnded when a part of the work ends: whoever still answered then would show screens a
    picture that moves no more.
    """
    application = plug(parts, assets)
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        http=connections.protocol(connections.descriptors()),
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # it would be done once per screen, not once per group
        ws_max_size=64 * 1024,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    serving = _Server(config)
    task = asyncio.ensure_future(serving.serve(doors))
    ended = asyncio.ensure_future(application.state.work.ended())
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended.cancel()
        serving.should_exit = True
        config.timeout_graceful_shutdown = 3 if not ended.done() else 1
        await task
    raise WorkEnded(application.state.work.reason or "the server ended")


class _Server(uvicorn.Server):
    """uvicorn without hands on the process's signals: whoever runs the role has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def plug(parts: Parts, assets: Path) -> Any:
    """The application over its parts."""
    known = WorkedOut.unlearned(parts.twins.values())
    finder = Finder(parts.twins, parts.catalogue)
    travel = known.lives.travel(parts.twins)
    pulse = Pulse(parts.vitals)
    hub = Hub(
        parts.twins, parts.catalogue, now=now(), epoch=secrets.token_hex(4), travel=travel,
        health=pulse,
    )  # fmt: skip

    def make_screen(
        twins: Mapping[str, Twin], start: float, at: float, end: float, name: str
    ) -> tuple[Hub, Clock]:
        clock = Clock(now_ms=at, start_ms=start, end_ms=end, mode="paused")
        instant = datetime.fromtimestamp(at / 1000, UTC)
        ways_of = known.lives.travel(twins)
        screen = Hub(
            twins, parts.catalogue, now=instant, epoch=name, clock=clock, travel=ways_of,
            places=hub.places, health=pulse,
        )  # fmt: skip
        return screen, clock

    recordings = parts.recordings(make_screen)

    def find(session: str) -> Hub | None:
        if session == "live":
            return hub
        found = recordings.get(session.removeprefix("replay:"))
        return found.screen if found else None

    async def command(person: Person, body: bytes) -> Answer:
        return await parts.command(body, screens.actor_of(person), now())

    stage = Backstage(
        hub=hub, find=find, known=known, command=command, rejected=parts.rejected,
        replays=recordings, now=now, still_open=parts.doors.still_open,
    )  # fmt: skip

    world = World(tuple(parts.twins.values()), parts.districts)
    sharing = Sharing(CollectionCache(world), hub.places, now, parts.public)

    work = Work()
    application = server.build(
        lookup=parts.doors.lookup,
        routers=[
            health(pulse, hub, list(parts.twins)),
            entry.router(parts.doors, parts.refused, partial(_over_tls, parts.public)),
            parts.intake,
            *parts.more,
            screens.router(stage),
            routes.router(sharing, Exporting(sharing, parts.pack, parts.exported).answer),
            search.router(finder),
            addresses.router(hub.places),
            ways.router(stage),
            cameras.router(stage, parts.record, parts.edit, parts.stream_origins),
            inside.router(stage),
            tiles.router(tiles.TileFolder(parts.tiles, parts.districts, parts.basemap), hub.places),
        ],
        picture_origins=parts.stream_origins,
        lifespan=_life(parts, hub, known, finder, recordings, work),
        assets=assets,
        away=parts.away,
        programs=parts.programs,
        refused=parts.refused,
        origin=parts.basemap.origin if parts.basemap else "",
        hosts=parts.hosts,
        strict=_tls_host(parts.public),
    )
    application.state.work = work
    return application


def _life(
    parts: Parts, hub: Hub, known: WorkedOut, finder: Finder, recordings: Recordings, work: Work
) -> server.Lifespan:
    """What lives as long as the server: the streams are folded, ways and words are learnt."""

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        anew = asyncio.Event()
        follow = parts.follow(hub.changed, partial(_begun_anew, hub, anew))
        work.lasting("reading the streams", follow)
        work.lasting("sending frames", live.run(hub, now))
        work.lasting("looking after the service", parts.vitals.run())
        work.lasting("the heartbeat", parts.beat(parts.vitals.lives))
        work.lasting("recalling the day", _recall(hub, parts, anew))
        twins = list(parts.twins.values())
        ways = _learn_ways(known, parts, twins)
        learning = work.passing("learning ways", ways)
        work.passing("learning words", _learn_words(finder, parts))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_S):
                    await parts.current()
            await asyncio.wait({learning}, timeout=LEARN_S)
            yield
        finally:
            await work.end()
            await recordings.close()

    return living


def _begun_anew(hub: Hub, anew: asyncio.Event) -> None:
    """A twin was folded anew, for the streams went back: no screen keeps what is not there."""
    hub.reload(now())
    anew.set()


async def _learn_ways(known: WorkedOut, parts: Parts, twins: Sequence[Twin]) -> None:
    """A street whose ways cannot be worked out has none; it takes no other with it."""
    await asyncio.to_thread(known.learn, twins, parts.districts)
    for street, why in known.lives.failed.items():
        parts.vitals.set_aside(street, why)


async def _learn_words(finder: Finder, parts: Parts) -> None:
    """A compound that cannot be searched is left out; it takes no other with it."""
    await asyncio.to_thread(finder.learn)
    for street, why in finder.left_out:
        parts.vitals.set_aside(street, why)


async def _recall(hub: Hub, parts: Parts, anew: asyncio.Event) -> None:
    """Let the day's strip know what was raised before this process began, or began ``anew``.

    A twin forgets what is over, so the strip of a hub that was reloaded is as empty as a new one.
    """
    while True:
        anew.clear()
        try:
            raised = await parts.raised(day_start_ms(milliseconds(now())))
        except parts.away:
            await asyncio.sleep(RECALL_AGAIN_S)
            continue
        if not anew.is_set():  # else it may have been read before the streams went back
            hub.recall(raised)
            await anew.wait()


def _over_tls(public: str, request: Request) -> bool:
    """Whether the browser came by https, so that the cookie must, too.

    A proxy on another machine cannot say so (uvicorn believes those on loopback alone), but what
    it passes on is the public name.
    """
    host = request.headers.get("host", "").lower()
    return request.url.scheme == "https" or host == _tls_host(public)


def _tls_host(public: str) -> str:
    """Name and port of the public address, if browsers come to it by https."""
    tls = public.startswith("https://")
    return public.removeprefix("https://").partition("/")[0].lower() if tls else ""


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)
