"""What the browser asks for when a person opens a building."""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from layers.places import inside
from pages import answers
from pages.api.screens import Backstage
from pages.door.asker import Asker, masked
from twin.places.territory import touches


def router(stage: Backstage) -> APIRouter:
    """``/api/buildings``: the inside of one building, as far as the asker may see it."""
    routes = APIRouter()
    places = stage.hub.places

    @routes.get("/api/buildings/{compound}/{building:path}")
    async def opened(who: Asker, compound: str, building: str) -> Response:
        place = places.compounds.get(compound)
        seen = place is not None and touches(who.prefixes, place.territory)
        found = inside.building_of(place, building, who.prefixes) if place and seen else None
        if place is None or found is None:
            raise answers.unknown("building")
        work = partial(inside.described, place, found, who.prefixes, places.kinds, masked(who))
        return answers.json(await asyncio.to_thread(work))

    return routes
