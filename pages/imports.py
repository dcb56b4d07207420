"""Importing a compound by browser: an administrator's own territory, and nobody else's.

Files are streamed to disk and read by a process of their own; the page polls how far it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages import import_page
from pages.guard import Person
from pages.texts import language
from twin import territory
from twin.errors import InvalidTerritory

MAX_WISH_BYTES = 64 * 1024
ROLE = "administrator"


class Imports(Protocol):
    """The jobs; ``feeds.imports.Imports``. Each refuses with an error that has a ``status``."""

    async def begin(self, by: str) -> str:
        """A new job's id."""

    async def receive(self, number: str, by: str, name: str, chunks: AsyncIterator[bytes]) -> Any:
        """Write one file of a job."""

    async def start(self, number: str, by: str, wish: Any) -> None:
        """Start a job."""

    async def read(self, number: str, by: str) -> dict[str, Any]:
        """A job, its status and report."""

    async def part(self, number: str, by: str, name: str) -> bytes:
        """One file that a job left."""

    async def undo(self, territory: str, by: str) -> str:
        """Take an import back."""

    async def log(self, covers: Callable[[str], bool]) -> list[dict[str, Any]]:
        """What was done."""


def router(
    imports: Imports, wish: type[Any], refused: type[Exception], parts: dict[str, str]
) -> APIRouter:
    """The page ``/import`` and its API.

    ``wish`` is the type of what a job is asked, ``refused`` the error of what cannot be done,
    ``parts`` the files a job leaves, by media type.
    """
    routes = APIRouter()

    async def answer(work: Awaitable[Any]) -> Response:
        try:
            return _json(await work)
        except refused as exc:
            return _refusal(getattr(exc, "status", 400), str(exc))

    @routes.get("/import")
    async def page(request: Request) -> Response:
        person = request.scope["person"]
        if person.role != ROLE:
            return RedirectResponse("/", 303)
        lang = language(request.cookies.get("dayuan_language"))
        return HTMLResponse(import_page.render(lang, person.prefixes))

    @routes.get("/api/imports")
    async def log(request: Request) -> Response:
        person = request.scope["person"]
        if person.role != ROLE:
            return _refusal(403, "for administrators")
        return await answer(imports.log(partial(territory.covers, person.prefixes)))

    @routes.post("/api/imports")
    async def begin(request: Request) -> Response:
        person = request.scope["person"]
        if person.role != ROLE:
            return _refusal(403, "for administrators")
        return await answer(_begun(imports, person))

    @routes.post("/api/imports/undo")
    async def undo(request: Request) -> Response:
        person = request.scope["person"]
        asked = await _body(request, dict[str, str])
        where = asked.get("territory", "") if asked else ""
        if reason := _may_not(person, where):
            return _refusal(403, reason)
        return await answer(_undone(imports, person, where))

    @routes.post("/api/imports/{job}/files")
    async def receive(request: Request, job: str, name: str) -> Response:
        person = request.scope["person"]
        if person.role != ROLE:
            return _refusal(403, "for administrators")
        return await answer(_received(imports, person, job, name, request))

    @routes.post("/api/imports/{job}/run")
    async def run(request: Request, job: str) -> Response:
        person = request.scope["person"]
        asked = await _body(request, wish)
        if asked is None:
            return _refusal(422, "this is no import")
        if reason := _may_not(person, asked.territory):
            return _refusal(403, reason)
        if not asked.name.strip():
            return _refusal(422, "a name is needed")
        return await answer(_started(imports, person, job, asked))

    @routes.get("/api/imports/{job}")
    async def read(request: Request, job: str) -> Response:
        return await answer(imports.read(job, request.scope["person"].name))

    @routes.get("/api/imports/{job}/{part}")
    async def part(request: Request, job: str, part: str) -> Response:
        try:
            content = await imports.part(job, request.scope["person"].name, part)
        except refused as exc:
            return _refusal(getattr(exc, "status", 400), str(exc))
        return Response(content, media_type=parts[part])

    return routes


async def _begun(imports: Imports, person: Person) -> dict[str, str]:
    return {"id": await imports.begin(person.name)}


async def _received(
    imports: Imports, person: Person, job: str, name: str, request: Request
) -> dict[str, Any]:
    await imports.receive(job, person.name, name, request.stream())
    return await imports.read(job, person.name)


async def _started(imports: Imports, person: Person, job: str, wish: Any) -> dict[str, Any]:
    await imports.start(job, person.name, wish)
    return await imports.read(job, person.name)


async def _undone(imports: Imports, person: Person, where: str) -> dict[str, str]:
    return {"words": await imports.undo(where, person.name)}


def _may_not(person: Person, where: str) -> str:
    """Why a person may not import there, or nothing."""
    if person.role != ROLE:
        return "for administrators"
    try:
        labels = territory.parse(where)
    except InvalidTerritory:
        labels = ()
    if len(labels) != territory.LEVELS.index("compound") + 1:
        return "a territory of four labels is needed"
    return "" if territory.covers(person.prefixes, where) else "outside your territory"


async def _body(request: Request, kind: type[Any]) -> Any:
    """A small JSON body, or None for what is none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_WISH_BYTES:
            return None
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        return None


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _refusal(status: int, reason: str) -> Response:
    content = msgspec.json.encode({"error": "refused", "reason": reason})
    return Response(content, status, media_type="application/json")
