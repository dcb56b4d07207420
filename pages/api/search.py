"""``/api/search``: what a person types, answered within their territory."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from layers.search.search import Finder, split, together
from pages import answers
from pages.door.asker import Asker, masked

MAX_CHARS = 100
"""Of what was typed, so many characters are looked at."""


def router(finder: Finder) -> APIRouter:
    """``GET /api/search?q=``; ``here`` names the compound on screen, which comes first."""
    routes = APIRouter()

    @routes.get("/api/search")
    async def found(who: Asker, q: str = "", here: str = "") -> Response:
        typed, here = q[:MAX_CHARS], here[:MAX_CHARS]
        # Twins change on this loop only; what stands still is looked through in a thread.
        moving = finder.moving(who.prefixes, split(typed, finder.language), masked=masked(who))
        standing = await asyncio.to_thread(
            finder.standing, who.prefixes, typed, masked=masked(who), here=here
        )
        return answers.json(together(moving, standing))

    return routes
