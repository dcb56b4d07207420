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

from pages.door import cookies
from pages.door.guard import Person
from pages.screens import import_page
from pages.texts import language
from twin.commands.table import may
from twin.errors import InvalidTerritory
from twin.places import territory

MAX_WISH_BYTES = 64 * 1024
REFUSALS = {
    "role": "for administrators",
    "labels": "a territory of four labels is needed",
    "territory": "outside your territory",
    "unread": "this is no import",
    "name": "a name is needed",
}
"""What is refused here, for programs; the page has a text for each word."""


class Imports(Protocol):
    """Jobs; ``feeds.intake.imports.Imports``. Each refuses with an error of a status and a code."""

    async def begin(self, by: str) -> str:
        """A new job's id."""

    async def receive(self, number: str, by: str, name: str, chunks: AsyncIterator[bytes]) -> Any:
        """Write one file of a job."""

    async def start(self, number: str, by: str, wish: Any) -> None:
        """Start a job."""

    async def read(self, number: str, by: str, lang: str) -> dict[str, Any]:
        """A job, its status and report."""

    async def part(self, number: str, by: str, name: str, lang: str) -> bytes:
        """One file that a job left."""

    async def undo(self, territory: str, by: str, lang: str) -> str:
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
            return _refused(exc)

    @routes.get("/import")
    async def page(request: Request) -> Response:
        person = request.scope["person"]
        if not may(person.role, "import"):
            return RedirectResponse("/", 303)
        return HTMLResponse(import_page.render(_language(request), person.prefixes))

    @routes.get("/api/imports")
    async def log(request: Request) -> Response:
        person = request.scope["person"]
        if not may(person.role, "import"):
            return _refusal(403, "role")
        return await answer(imports.log(partial(territory.covers, person.prefixes)))

    @routes.post("/api/imports")
    async def begin(request: Request) -> Response:
        person = request.scope["person"]
        if not may(person.role, "import"):
            return _refusal(403, "role")
        return await answer(_begun(imports, person))

    @routes.post("/api/imports/undo")
    async def undo(request: Request) -> Response:
        person = request.scope["person"]
        asked = await _body(request, dict[str, str])
        where = asked.get("territory", "") if asked else ""
        if code := _may_not(person, "undo_import", where):
            return _refusal(403, code)
        return await answer(_undone(imports, person, where, _language(request)))

    @routes.post("/api/imports/{job}/files")
    async def receive(request: Request, job: str, name: str) -> Response:
        person = request.scope["person"]
        if not may(person.role, "import"):
            return _refusal(403, "role")
        return await answer(_received(imports, person, job, name, request))

    @routes.post("/api/imports/{job}/run")
    async def run(request: Request, job: str) -> Response:
        person = request.scope["person"]
        asked = await _body(request, wish)
        if asked is None:
            return _refusal(422, "unread")
        if code := _may_not(person, "import", asked.territory):
            return _refusal(403, code)
        if not asked.name.strip():
            return _refusal(422, "name")
        return await answer(_started(imports, person, job, asked, _language(request)))

    @routes.get("/api/imports/{job}")
    async def read(request: Request, job: str) -> Response:
        return await answer(imports.read(job, request.scope["person"].name, _language(request)))

    @routes.get("/api/imports/{job}/{part}")
    async def part(request: Request, job: str, part: str) -> Response:
        try:
            by = request.scope["person"].name
            content = await imports.part(job, by, part, _language(request))
        except refused as exc:
            return _refused(exc)
        return Response(content, media_type=parts[part])

    return routes


async def _begun(imports: Imports, person: Person) -> dict[str, str]:
    return {"id": await imports.begin(person.name)}


async def _received(
    imports: Imports, person: Person, job: str, name: str, request: Request
) -> dict[str, Any]:
    await imports.receive(job, person.name, name, request.stream())
    return await imports.read(job, person.name, _language(request))


async def _started(
    imports: Imports, person: Person, job: str, wish: Any, lang: str
) -> dict[str, Any]:
    await imports.start(job, person.name, wish)
    return await imports.read(job, person.name, lang)


async def _undone(imports: Imports, person: Person, where: str, lang: str) -> dict[str, str]:
    return {"words": await imports.undo(where, person.name, lang)}


def _language(request: Request) -> str:
    """What the page speaks, which keeps its choice in a cookie."""
    return language(cookies.value(request.headers, "dayuan_language"))


def _may_not(person: Person, command: str, where: str) -> str:
    """Why a person may not give a command there, by a word of ``REFUSALS``, or nothing."""
    if not may(person.role, command):
        return "role"
    try:
        labels = territory.parse(where)
    except InvalidTerritory:
        labels = ()
    if len(labels) != territory.LEVELS.index("compound") + 1:
        return "labels"
    return "" if territory.covers(person.prefixes, where) else "territory"


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


def _refused(exc: Exception) -> Response:
    return _refusal(getattr(exc, "status", 400), getattr(exc, "code", "refused"), str(exc))


def _refusal(status: int, code: str, reason: str = "") -> Response:
    body = {"error": code, "reason": reason or REFUSALS[code]}
    return Response(msgspec.json.encode(body), status, media_type="application/json")
