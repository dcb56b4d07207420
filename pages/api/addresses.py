"""``/api/addresses``: how complete the addresses of each compound are, for administrators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from layers.places.compound import PlacesView
from pages import answers
from pages.door.asker import Administrator
from twin.addresses.completeness import DUTIES, Measure, completeness, share
from twin.addresses.language import Language
from twin.clock import CHINA
from twin.places.model import Compound
from twin.places.territory import covers

Known = dict[str, tuple[Compound, date, list[Measure]]]
"""What was counted of each compound, and on which day."""


def router(places: PlacesView, language: Language) -> APIRouter:
    """``GET /api/addresses``; compounds the account sees whole, the least complete first."""
    routes = APIRouter()
    known: Known = {}

    @routes.get("/api/addresses")
    async def shares(who: Administrator) -> Response:
        seen = [one for one in places.compounds.values() if covers(who.prefixes, one.territory)]
        today = datetime.now(CHINA).date()
        return answers.json(await asyncio.to_thread(_rows, seen, today, known, language))

    return routes


def _rows(
    compounds: Sequence[Compound], today: date, known: Known, language: Language
) -> list[dict[str, Any]]:
    """Each compound's shares and measures; counted once a day for a compound as it stands."""
    rows = []
    for place in compounds:
        counted = known.get(place.id)
        if counted is None or counted[0] is not place or counted[1] != today:
            counted = known[place.id] = (place, today, completeness(place, today, language))
        measures = counted[2]
        shares = {duty: share(measures, duty) for duty in DUTIES}
        told = {duty: value for duty, value in shares.items() if value is not None}
        rows.append(
            {"id": place.id, "name": place.name, "shares": told,
             "measures": [msgspec.to_builtins(one) for one in measures]}
        )  # fmt: skip
    return sorted(rows, key=lambda row: (sum(row["shares"].values()), row["id"]))
