"""What the browser asks for over HTTP, each answer filtered by the asker's territory.

Reading happens here, on the twins of this process; writing goes through ``Backstage.submit``,
because the way to the streams lies in another room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.types import Scope

from layers.live.connection import GONE, LiveService, Receive, Send, serve
from layers.live.hub import Hub
from layers.panels import commands
from layers.panels.incident_detail import WorkedOut, detail
from layers.rows.districts import otherwise
from layers.rows.layer import listed
from layers.style import document
from pages import answers, texts
from pages.answers import Refusal
from pages.backing import Receipt, Replays
from pages.door.asker import Administrator, Asker, actor_of, masked, viewer_of
from pages.texts import LANGUAGES, language
from twin.commands.table import TABLE, Command, may, of_oneself
from twin.dispatch.recommend import KNOWN_FOR
from twin.places.territory import covers, touches
from twin.visibility.densities import EDITIONS

CHECK_SESSION_S = 30.0
SESSION_ENDED = 4401
"""Close code of a live socket whose session has ended; codes from 4000 are for programs."""
_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser sends; who it is comes from its session."""

    command: str
    target: str
    version: int | None = None
    args: dict[str, Any] = {}


class _When(msgspec.Struct, frozen=True):
    """Where a replay is to begin, in ms; where it usually does, when not said."""

    at: float | None = None


async def _when(request: Request) -> _When:
    body = await answers.body_of(request)
    return answers.read(body, _When) if body else _When()


_Body = Annotated[_Asked, Depends(answers.reading(_Asked))]
_Instant = Annotated[_When, Depends(_when)]


@dataclass(frozen=True, kw_only=True)
class Backstage:
    """What the APIs are plugged into; ``app.py`` fills it in.

    ``find`` gives the hub of a session, ``known`` the path networks and fields of view,
    ``submit`` carries a command out or raises Refused, ``rejected`` gives one street's counts and
    newest rejections, ``now`` the time, ``still_open`` whether a session's token is still good,
    which does not count as activity.
    """

    hub: Hub
    find: Callable[[str], Hub | None]
    known: WorkedOut
    submit: Callable[[Command, datetime], Awaitable[Receipt]]
    rejected: Callable[[str], Awaitable[tuple[dict[str, int], list[dict[str, str]]]]]
    replays: Replays
    now: Callable[[], datetime]
    still_open: Callable[[str], Awaitable[bool]]


def router(stage: Backstage) -> APIRouter:
    """``/live`` and every ``/api`` route that a person's session opens."""
    routes = APIRouter()
    _live(routes, stage)
    _oneself(routes)
    _places(routes, stage)
    _rows_and_words(routes, stage)
    _cases(routes, stage)
    _commands(routes, stage)
    _replay(routes, stage)
    _administration(routes, stage)
    return routes


def _live(routes: APIRouter, stage: Backstage) -> None:
    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        token, viewer = scope["session"], viewer_of(scope["person"])
        try:
            async with asyncio.timeout(None) as life:
                watching = asyncio.create_task(_end_with_session(stage, token, life))
                house = LiveService(partial(joinable, stage, viewer.prefixes), stage.now)
                await serve(receive, send, house, viewer)
        except TimeoutError:
            with suppress(*GONE):
                await send({"type": "websocket.close", "code": SESSION_ENDED, "reason": "session"})
        finally:
            watching.cancel()

    # The raw ASGI callables: a frame to a thousand screens must not pass a wrapper each time.
    routes.routes.append(WebSocketRoute("/live", _Raw(live), name="live"))


def joinable(stage: Backstage, prefixes: Sequence[str], session: str) -> Hub | None:
    """The hub of a session; a replay of streets the account has nothing in is none to it."""
    hub = stage.find(session)
    if hub is None or hub is stage.hub or any(touches(prefixes, street) for street in hub.twins):
        return hub
    return None


async def _end_with_session(stage: Backstage, token: str, life: asyncio.Timeout) -> None:
    """Let a socket's life run out as soon as its session is found to be over."""
    open_ = True
    while open_:
        await asyncio.sleep(CHECK_SESSION_S)
        open_ = await stage.still_open(token)
    life.reschedule(asyncio.get_running_loop().time())


class _Raw:
    """An ASGI application that Starlette takes as it is, not as a function of a WebSocket."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run it."""
        await self._app(scope, receive, send)


def _oneself(routes: APIRouter) -> None:
    @routes.get("/api/me")
    async def me(who: Asker) -> Response:
        return answers.json(
            {
                "name": who.name,
                "display": who.display,
                "role": who.role,
                "prefixes": who.prefixes,
                "responder": who.responder,
                "may": [name for name in TABLE if may(who.role, name)],
                "of_oneself": of_oneself(who.role),
            }
        )


def _places(routes: APIRouter, stage: Backstage) -> None:
    places = stage.hub.places

    @routes.get("/api/places")
    async def listed(who: Asker) -> Response:
        body = places.listing(who.prefixes, masked(who))
        return Response(body, media_type="application/json")

    @routes.get("/api/places/{compound}")
    async def described(who: Asker, compound: str, v: str = "") -> Response:
        found = places.compounds.get(compound)
        if found is None or not touches(who.prefixes, found.territory):
            raise answers.unknown("place")
        body = places.describe(found, who.prefixes, masked(who))
        current = places.version(found, who.prefixes, masked(who))
        fixed = v == current
        return Response(body, 200, _FOREVER if fixed else None, "application/json")


def _rows_and_words(routes: APIRouter, stage: Backstage) -> None:
    catalogue = stage.hub.catalogue

    @routes.get("/api/style")
    async def drawn(lang: str = "") -> Response:
        return answers.json(document.style(catalogue, language(lang)))

    @routes.get("/api/catalogue")
    async def rows(who: Asker) -> Response:
        return answers.json(
            {
                "kinds": dict(catalogue.devices),
                "incidents": dict(catalogue.incidents),
                "rules": dict(catalogue.rules),
                "layers": listed(catalogue),
                "commands": commands.rows(catalogue.ways.closures, catalogue.flow),
                "districts": otherwise(stage.hub.twins.values(), catalogue, who.prefixes),
                "densities": dict(EDITIONS),
                "place_known_for_s": KNOWN_FOR.total_seconds(),
            }
        )

    @routes.get("/api/texts/{lang}")
    async def words(lang: str) -> Response:
        if lang not in LANGUAGES:
            raise Refusal(404, "unknown", f"languages: {', '.join(LANGUAGES)}")
        return answers.json(dict(texts.everything(catalogue, lang)))


def _cases(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/incidents/{incident}")
    async def case(who: Asker, incident: str, session: str = "live") -> Response:
        hub = joinable(stage, who.prefixes, session)
        twins = hub.twins.values() if hub else ()
        for twin in twins:
            found = twin.incidents.get(incident)
            if found is not None and covers(who.prefixes, found.territory):
                # The first case of a street has its cameras put in order: some ten milliseconds.
                await asyncio.to_thread(stage.known.sights.eyes, twin.street)
                await asyncio.to_thread(stage.known.lives.ready, twin)
                now = stage.now() if hub is stage.hub or hub is None else hub.instant()
                told = detail(twin, found, stage.known, actor_of(who), now=now, masked=masked(who))
                if hub is not stage.hub:
                    told["possible"] = []
                return answers.json(told)
        raise answers.unknown("case")


def _commands(routes: APIRouter, stage: Backstage) -> None:
    @routes.post("/api/commands")
    async def command(who: Asker, asked: _Body) -> Response:
        command = Command(
            name=asked.command,
            target=asked.target,
            version=asked.version,
            args=asked.args,
            by=actor_of(who),
        )
        receipt = await stage.submit(command, stage.now())
        return answers.json(
            {"accepted": True, "events": receipt.events, "version": receipt.version}
        )


def _replay(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/replay")
    async def span(who: Asker) -> Response:
        found = await stage.replays.span(who.prefixes)
        if found is None:
            return answers.json({})
        catalogues = await stage.replays.catalogues(who.prefixes)
        return answers.json({"start": found[0], "end": found[1], "catalogues": catalogues})

    @routes.post("/api/replay")
    async def begin(who: Asker, wish: _Instant) -> Response:
        with answers.statuses({"busy": 503}, otherwise=404):
            session = await stage.replays.open(who.name, who.prefixes, wish.at)
        if hub := stage.find(f"replay:{session}"):
            hub.owner = who.name
        return answers.json({"session": f"replay:{session}"})


def _administration(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/devices/unregistered")
    async def unregistered(who: Administrator) -> Response:
        rows = [
            {"id": one.id, "type": one.type, "count": one.count, "source": one.source,
             "first": one.first_at.timestamp() * 1000, "last": one.last_at.timestamp() * 1000}
            for twin in stage.hub.twins.values()
            for one in twin.unregistered.values()
            if covers(who.prefixes, twin.territory_of(one.id))
        ]  # fmt: skip
        return answers.json(rows)

    @routes.get("/api/rejected")
    async def rejected(who: Administrator) -> Response:
        answer = {}
        # A rejected payload says nothing reliable about its place: the whole street or nothing.
        for street in stage.hub.twins:
            if covers(who.prefixes, street):
                counts, newest = await stage.rejected(street)
                answer[street] = {"counts": counts, "newest": newest}
        return answers.json(answer)
