"""The web role over real streams, served on a free port, with people who may come in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import argon2
import httpx

from feeds.access.accounts import CONSOLE, Account, Accounts, Terms
from feeds.access.sources import Sources
from feeds.access.tokens import Tokens
from feeds.backing import backing
from feeds.host.listening import until_answering
from feeds.intake.imports import Imports
from feeds.streams.link import client_from_url
from feeds.streams.streams import Streams
from pages import web
from pages.api.imports import router as import_routes
from pages.door.guard import COOKIE
from tests.conftest import free_port
from tests.support.catalogues import CATALOGUES
from twin.catalogue.districts import Catalogues
from twin.places.model import Compound
from twin.state.twin import Twin

ASSETS = Path(__file__).parents[2] / "assets"
IMPORT = (sys.executable, str(Path(__file__).parents[2] / "app.py"), "import")
PASSWORD = "three-gates-open"
QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True, kw_only=True)
class WebRole:
    """A web server: where it listens, what runs behind it, and its application."""

    port: int
    streams: Streams
    accounts: Accounts
    sources: Sources
    tokens: Tokens
    application: Any
    parts: web.Parts
    task: asyncio.Task[None]

    @property
    def twins(self) -> Mapping[str, Twin]:
        """The streets as this server knows them."""
        return self.parts.backing.twins

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def admit(self, account: Account) -> str:
        """A session for an account, which is made if it is no demo identity."""
        if not account.demo:
            await self.accounts.add(account, PASSWORD)
        return await self.accounts.open_session(account)

    def browser(self, token: str = "", **more: Any) -> httpx.AsyncClient:
        """A client with a session's cookie that asks from our own pages."""
        cookies = {COOKIE: token} if token else {}
        headers = {"origin": self.origin} | more.pop("headers", {})
        return httpx.AsyncClient(
            base_url=self.origin, cookies=cookies, headers=headers, timeout=30, **more
        )


@asynccontextmanager
async def open_web_role(
    url: str,
    streets: Mapping[str, Sequence[Compound]],
    *,
    demo: Sequence[Account] = (),
    console: Terms = CONSOLE,
    patience_s: float = 15.0,
    catalogues: Catalogues = CATALOGUES,
    more: Mapping[str, Any] | None = None,
    **parts_besides: Any,
) -> AsyncIterator[WebRole]:
    """Serve some streets until the block ends; ``more`` are further parts of the web role."""
    async with client_from_url(url) as client, Streams(url, patience_s=patience_s) as streams:
        accounts = Accounts(client, demo=demo, console=console, hasher=QUICK)
        sources, tokens = Sources(client), Tokens(client)
        backed = backing(streams, streets, catalogues, accounts, sources, tokens, web.now)
        with TemporaryDirectory() as folder:
            topics = [import_routes(Imports(Path(folder), IMPORT))]
            parts = web.Parts(backing=backed, more=topics, **(more or {}), **parts_besides)
            async with _served(parts) as (port, application, task):
                yield WebRole(
                    port=port, streams=streams, accounts=accounts, sources=sources, tokens=tokens,
                    application=application, parts=parts, task=task,
                )  # fmt: skip


@asynccontextmanager
async def _served(parts: web.Parts) -> AsyncIterator[tuple[int, Any, asyncio.Task[None]]]:
    """The web role in a task, once it answers: its port, and the application it made."""
    made: list[Any] = []
    plug, port = web.plug, free_port()

    def noted(parts: web.Parts, assets: Path) -> Any:
        made.append(plug(parts, assets))
        return made[0]

    with patch.object(web, "plug", noted):
        task = asyncio.create_task(web.run(parts, host="127.0.0.1", port=port, assets=ASSETS))
        async with asyncio.timeout(30):
            await until_answering("127.0.0.1", port)
    try:
        yield port, made[0], task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
