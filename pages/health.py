"""Whether this web role does its work: for screens, for ``/healthz``, for whoever restarts it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from fastapi import APIRouter
from starlette.responses import Response

from layers.live.hub import Hub
from layers.panels.conditions import Health
from pages import answers
from twin.catalogue.conditions import Condition
from twin.errors import EntrySetAside

IDLE = frozenset({"fold_late"})
"""Conditions under which a web role shows nothing new, whatever it may still answer."""
RESTS_S = 5.0
"""Screens that got no frame for so long say that their link is dead."""


class Vitals(Protocol):
    """Who looks after the service itself; ``feeds.health.vitals.Vitals``."""

    async def run(self) -> None:
        """Look for ever."""

    def standing(self) -> Sequence[Condition]:
        """All conditions, worst first."""

    def folded_ms(self, street: str) -> float:
        """When a street's streams were last folded to their ends, ms since the epoch."""

    def silence_s(self, street: str) -> float:
        """For how long nothing was heard of a street's streams."""

    def set_aside(self, street: str, why: EntrySetAside) -> None:
        """Say, once for each thing, that something makes us fail and is left out."""

    def lives(self) -> bool:
        """Whether this process may go on: its reading is not stuck while the streams answer."""


class Pulse(Health):
    """What the hubs of this process ask."""

    def __init__(self, vitals: Vitals) -> None:
        self.vitals = vitals

    def conditions(self) -> Sequence[Condition]:
        """All that stands at present."""
        return self.vitals.standing()

    def folded_ms(self, streets: Iterable[str]) -> float | None:
        """When the streams of all these streets were last folded to their ends."""
        return min(map(self.vitals.folded_ms, streets), default=None)

    def set_aside(self, street: str, why: EntrySetAside) -> None:
        """Say that something makes us fail."""
        self.vitals.set_aside(street, why)


def health(pulse: Pulse, hub: Hub, streets: Sequence[str]) -> APIRouter:
    """``/healthz``: 503 while this role shows nothing new; no names, anybody may ask."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> Response:
        standing = pulse.conditions()
        rest_s = asyncio.get_running_loop().time() - hub.ticked_s
        up = rest_s < RESTS_S and not any(one.code in IDLE for one in standing)
        answer = {
            "up": up,
            "folded_s_ago": round(max(map(pulse.vitals.silence_s, streets), default=0.0), 1),
            "ticked_s_ago": round(rest_s, 1),
            "conditions": _counted(standing),
        }
        return answers.json(answer, 200 if up else 503)

    return routes


def _counted(standing: Sequence[Condition]) -> list[dict[str, Any]]:
    """Each code once: in how many streets it stands, since when, how often."""
    codes = dict.fromkeys(one.code for one in standing)
    rows = {code: [one for one in standing if one.code == code] for code in codes}
    return [
        {
            "code": code,
            "places": len(some),
            "since_ms": min(one.since_ms for one in some),
            "count": sum(one.count for one in some),
        }
        for code, some in rows.items()
    ]
