"""``/api/ways``: the ten-minute circle, what lies nearest, evacuation; filtered by territory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Depends
from starlette.responses import Response

from layers.routes import reach
from pages import answers
from pages.api.screens import Backstage, joinable
from pages.door.asker import Asker
from twin.places.model import Compound, LonLat, Service
from twin.places.territory import covers, touches
from twin.routing.obstacles import Live
from twin.state.twin import Twin


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

    async def named(
        who: Asker, session: str = "live", incident: str = "", service: str = ""
    ) -> _Here:
        return await _here(stage, who.prefixes, session, incident, service)

    here = Depends(named)

    @routes.get("/circle")
    async def circle(at: _Here = here) -> Response:
        work = reach.circle(at.twin, at.live, at.prefixes, at.lonlat)
        return answers.json(await asyncio.to_thread(work))

    @routes.get("/nearest")
    async def nearest(at: _Here = here) -> Response:
        work = reach.nearest(at.twin, at.live, at.prefixes, at.lonlat, at.others)
        return answers.json(await asyncio.to_thread(work))

    @routes.get("/evacuation")
    async def evacuation(at: _Here = here) -> Response:
        work = reach.evacuate(at.twin, at.live, at.prefixes, at.compound)
        return answers.json(await asyncio.to_thread(work))

    return routes


async def _here(
    stage: Backstage, prefixes: Sequence[str], session: str, incident: str, service: str
) -> _Here:
    """The place a request names. Raises Refusal (404) for none, or one the asker may not see."""
    hub = joinable(stage, prefixes, session)
    for twin in hub.twins.values() if hub else ():
        found = _case(twin, prefixes, incident) or _service(twin, prefixes, service)
        compound = twin.compounds.get(found[1]) if found is not None else None
        if found is None or compound is None:
            continue
        await asyncio.to_thread(stage.known.lives.ready, twin)
        live = stage.known.lives.live(twin)
        if live is not None:
            others = stage.known.lives.services(twin)
            return _Here(twin, live, prefixes, found[0], compound, others)
    raise answers.unknown("place")


def _case(twin: Twin, prefixes: Sequence[str], incident: str) -> tuple[LonLat, str] | None:
    found = twin.incidents.get(incident)
    if found is None or not covers(prefixes, found.territory):
        return None
    return found.lonlat, found.compound


def _service(twin: Twin, prefixes: Sequence[str], name: str) -> tuple[LonLat, str] | None:
    compound = twin.compounds.get(name.partition("/")[0])
    if compound is None or not touches(prefixes, compound.territory):
        return None
    found = next((one for one in compound.services if one.id == name), None)
    if found is None or not covers(prefixes, found.territory or compound.territory):
        return None
    return found.lonlat, compound.id
