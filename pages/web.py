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
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import APIRouter, FastAPI, Request

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
from pages.api.screens import Backstage
from pages.backing import Alive, Backing, Beat, Recordings
from pages.door import connections, entry
from pages.door.hosts import Hosts
from pages.health import Pulse, health
from pages.ogc import routes
from pages.ogc.export import Exporting
from pages.ogc.routes import Sharing
from pages.work import Work, WorkEnded
from twin.errors import Away
from twin.places.model import District
from twin.state.twin import Twin

CATCH_UP_S = 10.0
"""How long the first answer waits for the twins; after that screens see them fill."""
LEARN_S = 0.5
"""How long it then waits for the networks of paths: enough for the compounds of a usual street."""
RECALL_AGAIN_S = 1.0
"""How long after the streams did not answer the day is asked for again."""


async def _unheard(lives: Alive) -> None:
    """Nobody listens to this process."""
    await asyncio.Event().wait()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the web role is plugged into.

    ``backing`` is what reaches into the streams; ``public`` the address people know us by, when a
    proxy stands before us; ``hosts`` are the names we answer to. ``edit`` changes a compound's file
    and gives it before and after, None where places cannot be changed; browsers may fetch pictures
    of cameras from ``stream_origins``. ``tiles`` is the folder of tile sets, ``basemap`` what the
    user named. ``more`` are routes of topics of their own. ``beat`` tells whoever started this
    process that it lives, while the function given says so.
    """

    backing: Backing
    public: str = ""
    hosts: Hosts = field(default_factory=Hosts)
    districts: Sequence[District] = ()
    edit: cameras.Edit | None = None
    stream_origins: tuple[str, ...] = ()
    tiles: Path | None = None
    basemap: Basemap | None = None
    more: Sequence[APIRouter] = ()
    beat: Beat = _unheard


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


def plug(parts: Parts, assets: Path) -> FastAPI:
    """The application over its parts."""
    backing = parts.backing
    known = WorkedOut.unlearned(backing.twins.values())
    finder = Finder(backing.twins, backing.catalogue)
    travel = known.lives.travel(backing.twins)
    pulse = Pulse(backing.vitals)
    hub = Hub(
        backing.twins, backing.catalogue, now=now(), epoch=secrets.token_hex(4), travel=travel,
        health=pulse,
    )  # fmt: skip
    recordings = backing.recordings(partial(_screen, hub, known, pulse))

    def find(session: str) -> Hub | None:
        if session == "live":
            return hub
        found = recordings.get(session.removeprefix("replay:"))
        return found.screen if found else None

    stage = Backstage(
        hub=hub, find=find, known=known, submit=backing.submit, rejected=backing.rejected,
        replays=recordings, now=now, still_open=backing.doors.still_open,
    )  # fmt: skip
    work = Work()
    application = server.build(
        lookup=backing.doors.lookup,
        routers=_routers(parts, stage, pulse, finder),
        picture_origins=parts.stream_origins,
        lifespan=_life(parts, hub, known, finder, recordings, work),
        assets=assets,
        programs=backing.admit,
        origin=parts.basemap.origin if parts.basemap else "",
        hosts=parts.hosts,
        strict=_tls_host(parts.public),
    )
    application.state.work = work
    return application


def _screen(
    live_hub: Hub,
    known: WorkedOut,
    pulse: Pulse,
    twins: Mapping[str, Twin],
    *,
    start_ms: float,
    at_ms: float,
    end_ms: float,
    name: str,
) -> tuple[Hub, Clock]:
    """A replay's screen, which shares the places of the live one, and its clock."""
    clock = Clock(now_ms=at_ms, start_ms=start_ms, end_ms=end_ms, mode="paused")
    instant = datetime.fromtimestamp(at_ms / 1000, UTC)
    screen = Hub(
        twins, live_hub.catalogue, now=instant, epoch=name, clock=clock,
        travel=known.lives.travel(twins), places=live_hub.places, health=pulse,
    )  # fmt: skip
    return screen, clock


def _routers(parts: Parts, stage: Backstage, pulse: Pulse, finder: Finder) -> list[APIRouter]:
    """Every route; an earlier one is asked first."""
    backing, places = parts.backing, stage.hub.places
    world = World(tuple(backing.twins.values()), parts.districts)
    sharing = Sharing(CollectionCache(world), places, now, parts.public)
    return [
        health(pulse, stage.hub, list(backing.twins)),
        entry.router(backing.doors, partial(_over_tls, parts.public)),
        backing.intake,
        *parts.more,
        screens.router(stage),
        routes.router(sharing, Exporting(sharing, backing.pack, backing.exported).answer),
        search.router(finder),
        addresses.router(places, finder.language),
        ways.router(stage),
        cameras.router(stage, backing.record, parts.edit, parts.stream_origins),
        inside.router(stage),
        tiles.router(tiles.TileFolder(parts.tiles, parts.districts, parts.basemap), places),
    ]


def _life(
    parts: Parts, hub: Hub, known: WorkedOut, finder: Finder, recordings: Recordings, work: Work
) -> server.Lifespan:
    """What lives as long as the server: the streams are folded, ways and words are learnt."""

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        anew = asyncio.Event()
        follow = parts.backing.follow(hub.mark_dirty, partial(_begun_anew, hub, anew))
        work.lasting("reading the streams", follow)
        work.lasting("sending frames", live.run(hub, now))
        work.lasting("looking after the service", parts.backing.vitals.run())
        work.lasting("the heartbeat", parts.beat(parts.backing.vitals.lives))
        work.lasting("recalling the day", _recall(hub, parts, anew))
        twins = list(parts.backing.twins.values())
        ways = _learn_ways(known, parts, twins)
        learning = work.passing("learning ways", ways)
        work.passing("learning words", _learn_words(finder, parts))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_S):
                    await parts.backing.current()
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
        parts.backing.vitals.set_aside(street, why)


async def _learn_words(finder: Finder, parts: Parts) -> None:
    """A compound that cannot be searched is left out; it takes no other with it."""
    await asyncio.to_thread(finder.learn)
    for street, why in finder.left_out:
        parts.backing.vitals.set_aside(street, why)


async def _recall(hub: Hub, parts: Parts, anew: asyncio.Event) -> None:
    """Let the day's strip know what was raised before this process began, or began ``anew``.

    A twin forgets what is over, so the strip of a hub that was reloaded is as empty as a new one.
    """
    while True:
        anew.clear()
        try:
            raised = await parts.backing.raised(day_start_ms(milliseconds(now())))
        except Away:
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
