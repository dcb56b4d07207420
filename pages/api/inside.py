"""What the browser asks for when a person opens a building."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from layers.places import inside
from pages.api.screens import Backstage, masked
from pages.door.guard import Person
from twin.places.territory import touches

_encoder = msgspec.json.Encoder()


def router(stage: Backstage) -> APIRouter:
    """``/api/buildings``: the inside of one building, as far as the asker may see it."""
    routes = APIRouter()
    places = stage.hub.places

    @routes.get("/api/buildings/{compound}/{building:path}")
    async def opened(request: Request, compound: str, building: str) -> Response:
        who: Person = request.scope["person"]
        place = places.compounds.get(compound)
        seen = place is not None and touches(who.prefixes, place.territory)
        found = inside.building_of(place, building, who.prefixes) if place and seen else None
        if place is None or found is None:
            return _json({"error": "unknown", "reason": "no such building", "detail": {}}, 404)
        work = partial(inside.described, place, found, who.prefixes, places.kinds, masked(who))
        return _json(await asyncio.to_thread(work))

    return routes


def _json(content: object, status: int = 200) -> Response:
    return Response(_encoder.encode(content), status, media_type="application/json")
