"""What the browser asks for over HTTP, each answer filtered by the asker's territory.

Reading happens here, on the twins of this process; writing goes through ``Backstage.command``,
because the way to the streams lies in another room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.types import Scope

from layers.live.connection import GONE, LiveService, Receive, Send, Viewer, serve
from layers.live.hub import Hub
from layers.panels.incident_detail import WorkedOut, detail
from layers.style import document
from pages import texts
from pages.door.guard import Person
from pages.texts import DEFAULT, LANGUAGES, language
from twin.commands.roles import Actor
from twin.commands.table import TABLE, may, of_oneself
from twin.dispatch.recommend import KNOWN_FOR
from twin.errors import CommandRejected
from twin.places.territory import covers, touches
from twin.visibility.optics import editions

MAX_COMMAND_BYTES = 8192
CHECK_SESSION_S = 30.0
SESSION_ENDED = 4401
"""Close code of a live socket whose session has ended; codes from 4000 are for programs."""
_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}
_encoder = msgspec.json.Encoder()
Answer = tuple[int, dict[str, Any]]


class Replays(Protocol):
    """Replay sessions; ``feeds.replay.Sessions``."""

    async def span(self, prefixes: Sequence[str]) -> tuple[int, int] | None:
        """First and last recorded millisecond of what the prefixes touch."""

    async def open(self, owner: str, prefixes: Sequence[str], at_ms: float | None) -> str:
        """A new session's id, parked at an instant."""


@dataclass(frozen=True, kw_only=True)
class Backstage:
    """What the APIs are plugged into; ``app.py`` fills it in.

    ``find`` gives the hub of a session, ``known`` the path networks and fields of view,
    ``command`` carries out a person's raw JSON, ``rejected`` gives one street's counts and newest
    rejections, ``now`` the time, ``still_open`` whether a session's token is still good, which does
    not count as activity.
    """

    hub: Hub
    find: Callable[[str], Hub | None]
    known: WorkedOut
    command: Callable[[Person, bytes], Awaitable[Answer]]
    rejected: Callable[[str], Awaitable[tuple[dict[str, int], list[dict[str, str]]]]]
    replays: Replays
    now: Callable[[], datetime]
    still_open: Callable[[str], Awaitable[bool]]


def masked(person: Person) -> bool:
    """Whether a person gets the redacted screen class: screens and viewers do."""
    return person.role == "viewer"


def viewer_of(person: Person) -> Viewer:
    """How the live socket knows a person."""
    return Viewer(
        person.display, person.prefixes, masked(person), person.role != "viewer", person.name
    )


def actor_of(person: Person) -> Actor:
    """How the twin knows a person who asks for something."""
    return Actor(
        account=person.name,
        role=person.role,
        prefixes=person.prefixes,
        responder=person.responder,
    )


def router(stage: Backstage) -> APIRouter:
    """``/live`` and every ``/api`` route that a person's session opens."""
    routes = APIRouter()
    _live(routes, stage)
    _places(routes, stage)
    _cases(routes, stage)
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


def _places(routes: APIRouter, stage: Backstage) -> None:
    places, catalogue = stage.hub.places, stage.hub.catalogue

    @routes.get("/api/me")
    async def me(request: Request) -> Response:
        who = _person(request)
        return _json(
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

    @routes.get("/api/places")
    async def listed(request: Request) -> Response:
        who = _person(request)
        body = places.listing(who.prefixes, masked(who))
        return Response(body, media_type="application/json")

    @routes.get("/api/places/{compound}")
    async def described(request: Request, compound: str) -> Response:
        who = _person(request)
        found = places.compounds.get(compound)
        if found is None or not touches(who.prefixes, found.territory):
            return _refusal(404, "unknown", "no such place")
        body = places.describe(found, who.prefixes, masked(who))
        current = places.version(found, who.prefixes, masked(who))
        fixed = request.query_params.get("v") == current
        return Response(body, 200, _FOREVER if fixed else None, "application/json")

    @routes.get("/api/style")
    async def drawn(request: Request) -> Response:
        return _json(document.style(catalogue, language(request.query_params.get("lang"))))

    @routes.get("/api/catalogue")
    async def rows() -> Response:
        return _json(
            {
                "kinds": dict(catalogue.devices),
                "incidents": dict(catalogue.incidents),
                "rules": dict(catalogue.rules),
                "densities": editions(),
                "place_known_for_s": KNOWN_FOR.total_seconds(),
            }
        )

    @routes.get("/api/texts/{lang}")
    async def words(lang: str) -> Response:
        if lang not in LANGUAGES:
            return _refusal(404, "unknown", f"languages: {', '.join(LANGUAGES)}")
        return _json(dict(texts.catalogue(lang)))


def _cases(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/incidents/{incident}")
    async def case(request: Request, incident: str) -> Response:
        who = _person(request)
        hub = joinable(stage, who.prefixes, request.query_params.get("session", "live"))
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
                return _json(told)
        return _refusal(404, "unknown", "no such case")

    @routes.post("/api/commands")
    async def command(request: Request) -> Response:
        body = await _body(request, MAX_COMMAND_BYTES)
        if body is None:
            return _refusal(413, "too_large", f"at most {MAX_COMMAND_BYTES} bytes")
        status, answer = await stage.command(_person(request), body)
        return _json(answer, status)


def _replay(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/replay")
    async def span(request: Request) -> Response:
        found = await stage.replays.span(_person(request).prefixes)
        return _json({"start": found[0], "end": found[1]} if found else {})

    @routes.post("/api/replay")
    async def begin(request: Request) -> Response:
        who = _person(request)
        body = await _body(request, MAX_COMMAND_BYTES)
        try:
            wish = msgspec.json.decode(body or b"{}", type=dict[str, float | None])
            session = await stage.replays.open(who.name, who.prefixes, wish.get("at"))
        except msgspec.MsgspecError as exc:
            return _refusal(422, "invalid", str(exc))
        except CommandRejected as exc:
            return _refusal(503 if exc.code == "busy" else 404, exc.code, exc.reason)
        if hub := stage.find(f"replay:{session}"):
            hub.owner = who.name
        return _json({"session": f"replay:{session}"})


def _administration(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/devices/unregistered")
    async def unregistered(request: Request) -> Response:
        who = _person(request)
        if who.role != "administrator":
            return _refusal(403, "not_permitted", "for administrators")
        rows = [
            {"id": one.id, "type": one.type, "count": one.count, "source": one.source,
             "first": one.first_at.timestamp() * 1000, "last": one.last_at.timestamp() * 1000}
            for twin in stage.hub.twins.values()
            for one in twin.unregistered.values()
            if covers(who.prefixes, twin.territory_of(one.id))
        ]  # fmt: skip
        return _json(rows)

    @routes.get("/api/rejected")
    async def rejected(request: Request) -> Response:
        who = _person(request)
        if who.role != "administrator":
            return _refusal(403, "not_permitted", "for administrators")
        answer = {}
        # A rejected payload says nothing reliable about its place: the whole street or nothing.
        for street in stage.hub.twins:
            if covers(who.prefixes, street):
                counts, newest = await stage.rejected(street)
                answer[street] = {"counts": counts, "newest": newest}
        return _json(answer)


def _person(request: Request) -> Person:
    person: Person = request.scope["person"]
    return person


def _json(content: Any, status: int = 200) -> Response:
    return Response(_encoder.encode(content), status, media_type="application/json")


def _refusal(status: int, error: str, reason: str) -> Response:
    return _json({"error": error, "reason": reason, "detail": {}}, status)


async def _body(request: Request, limit: int) -> bytes | None:
    """The request's body, or None as soon as it is longer than ``limit``."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return body


__all__ = ["DEFAULT", "Backstage", "actor_of", "masked", "router", "viewer_of"]
