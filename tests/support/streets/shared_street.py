"""``/ogc`` over a small street, without streams: a twin, a person, an ASGI client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from feeds.access.accounts import Account
from layers.places.compound import PlacesView
from layers.sharing.collection import World
from layers.sharing.index import CollectionCache
from pages.ogc import routes as ogc
from pages.ogc.export import Exporting
from pages.ogc.routes import Sharing
from tests.support.builders import layers as b
from tests.support.catalogues import CATALOGUE
from twin.places.model import District, Division
from twin.state.twin import Twin

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def person(role: str = "dispatcher", *prefixes: str) -> Account:
    return Account(name="li", display="李", role=role, prefixes=prefixes or (b.STREET,))


def a_district() -> District:
    """The district around the street: two divisions and a river's worth of nothing."""
    outline = b.ring(113.0, 27.7, 1.0)
    rows = ((b.STREET, "street", "贺家土街道"), ("lusong.jianning", "street", "建宁街道"))
    return District(
        id="lusong", name="芦淞区", name_en="Lusong", territory="lusong", origin=(113.0, 27.7),
        outline=outline,
        divisions=tuple(
            Division(territory=path, level=level, name=name, name_en="", outline=outline,
                     households=500)
            for path, level, name in rows
        ),
    )  # fmt: skip


@dataclass
class Server:
    """The routes over twins; ``who`` asks, ``recorded`` is what was written down."""

    twins: Sequence[Twin]
    districts: Sequence[District] = ()
    who: Account = field(default_factory=person)
    public: str = ""
    packs: bool = True
    recorded: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        compounds = (place for twin in self.twins for place in twin.compounds.values())
        places = PlacesView(compounds, CATALOGUE.devices)
        shelf = CollectionCache(World(tuple(self.twins), tuple(self.districts)))
        self.sharing = Sharing(shelf, places, lambda: NOW, self.public)
        exporting = Exporting(self.sharing, self._pack, self._record)
        self._app = FastAPI(openapi_url=None)
        self._app.include_router(ogc.router(self.sharing, exporting.answer))

    async def _pack(self, folder: Path, target: Path) -> bool:
        target.write_bytes(b"a GeoPackage")
        return self.packs

    async def _record(self, name: str, prefixes: Sequence[str], words: str) -> None:
        self.recorded.append((name, words))

    @property
    def routes(self) -> list[Any]:
        return list(self._app.routes)

    async def _as_somebody(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["person"] = self.who
        await self._app(scope, receive, send)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx.ASGITransport(app=self._as_somebody)
        async with httpx.AsyncClient(transport=transport, base_url="http://twin.test") as client:
            return await client.request(method, path, headers=named)

    async def json(self, path: str) -> Any:
        answer = await self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.json()
