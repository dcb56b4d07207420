"""``/api/search``: what a person types, answered within their territory."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from layers.search.search import Finder, split, together
from pages.api.screens import masked
from pages.door.guard import Person

MAX_CHARS = 100
"""Of what was typed, so many characters are looked at."""


def router(finder: Finder) -> APIRouter:
    """``GET /api/search?q=``; ``here`` names the compound on screen, which comes first."""
    routes = APIRouter()

    @routes.get("/api/search")
    async def found(request: Request) -> Response:
        who: Person = request.scope["person"]
        typed = request.query_params.get("q", "")[:MAX_CHARS]
        here = request.query_params.get("here", "")[:MAX_CHARS]
        # Twins change on this loop only; what stands still is looked through in a thread.
        moving = finder.moving(who.prefixes, split(typed), masked=masked(who))
        standing = await asyncio.to_thread(
            finder.standing, who.prefixes, typed, masked=masked(who), here=here
        )
        body = msgspec.json.encode(together(moving, standing))
        return Response(body, media_type="application/json")

    return routes
