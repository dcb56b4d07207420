"""``/api/ways``: the ten-minute circle, what lies nearest, evacuation; filtered by territory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from layers.routes import reach
from pages.api.screens import Backstage, joinable
from twin.places.model import Compound, LonLat, Service
from twin.places.territory import covers, touches
from twin.routing.obstacles import Live
from twin.state.twin import Twin

_encoder = msgspec.json.Encoder()


class _Here(NamedTuple):
    """What a request is about: a place in a twin, its ways, who asks, and the district's help."""

    twin: Twin
    live: Live
    prefixes: Sequence[str]
    lonlat: LonLat
    compound: Compound
    others: Sequence[Service]


def router(stage: Backstage) -> APIRouter:
    """The routes; ``incident`` or ``service`` says where, ``session`` when."""
    routes = APIRouter(prefix="/api/ways")

    async def told(request: Request, ask: Callable[[_Here], Callable[[], Any]]) -> Response:
        here = await _here(stage, request)
        return _unknown() if here is None else _json(await asyncio.to_thread(ask(here)))

    @routes.get("/circle")
    async def circle(request: Request) -> Response:
        return await told(
            request, lambda at: reach.circle(at.twin, at.live, at.prefixes, at.lonlat)
        )

    @routes.get("/nearest")
    async def nearest(request: Request) -> Response:
        return await told(
            request,
            lambda at: reach.nearest(at.twin, at.live, at.prefixes, at.lonlat, at.others),
        )

    @routes.get("/evacuation")
    async def evacuation(request: Request) -> Response:
        return await told(
            request, lambda at: reach.evacuate(at.twin, at.live, at.prefixes, at.compound)
        )

    return routes


async def _here(stage: Backstage, request: Request) -> _Here | None:
    """The place a request names, or None when there is none or the asker may not see it."""
    prefixes: Sequence[str] = request.scope["person"].prefixes
    hub = joinable(stage, prefixes, request.query_params.get("session", "live"))
    for twin in hub.twins.values() if hub else ():
        found = _case(twin, prefixes, request) or _service(twin, prefixes, request)
        compound = twin.compounds.get(found[1]) if found is not None else None
        if found is None or compound is None:
            continue
        await asyncio.to_thread(stage.known.lives.ready, twin)
        live = stage.known.lives.live(twin)
        if live is not None:
            others = stage.known.lives.services(twin)
            return _Here(twin, live, prefixes, found[0], compound, others)
    return None


def _case(twin: Twin, prefixes: Sequence[str], request: Request) -> tuple[LonLat, str] | None:
    found = twin.incidents.get(request.query_params.get("incident", ""))
    if found is None or not covers(prefixes, found.territory):
        return None
    return found.lonlat, found.compound


def _service(twin: Twin, prefixes: Sequence[str], request: Request) -> tuple[LonLat, str] | None:
    name = request.query_params.get("service", "")
    compound = twin.compounds.get(name.partition("/")[0])
    if compound is None or not touches(prefixes, compound.territory):
        return None
    found = next((one for one in compound.services if one.id == name), None)
    if found is None or not covers(prefixes, found.territory or compound.territory):
        return None
    return found.lonlat, compound.id


def _json(content: dict[str, Any]) -> Response:
    return Response(_encoder.encode(content), 200, media_type="application/json")


def _unknown() -> Response:
    words = {"error": "unknown", "reason": "no such place", "detail": {}}
    return Response(_encoder.encode(words), 404, media_type="application/json")
