"""Importing a compound by browser: an administrator's own territory, and nobody else's.

Files are streamed to disk and read by a process of their own; the page polls how far it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages import answers
from pages.answers import Refusal
from pages.door import cookies
from pages.door.asker import Asker
from pages.door.guard import Person
from pages.screens import import_page
from pages.texts import language
from twin.commands.imports import ImportJob, ImportWish
from twin.commands.table import may
from twin.errors import InvalidTerritory
from twin.places import territory

MAX_WISH_BYTES = 64 * 1024
REFUSALS = {
    "role": (403, "for administrators"),
    "labels": (403, "a territory of four labels is needed"),
    "territory": (403, "outside your territory"),
    "unread": (422, "this is no import"),
    "name": (422, "a name is needed"),
}
"""What is refused here, for programs; the page has a text for each word."""
STATUS = {"gone": 404, "busy": 409, "undo": 409, "large_files": 413}
"""HTTP status for what a job refuses; all other codes are 422."""


class Imports(Protocol):
    """Jobs; ``feeds.intake.imports.Imports``. Each call raises Refused for what cannot be done."""

    @property
    def parts(self) -> Mapping[str, str]:
        """The files a job leaves, by media type."""

    async def begin(self, by: str) -> str:
        """A new job's id."""

    async def receive(
        self, number: str, by: str, name: str, chunks: AsyncIterator[bytes]
    ) -> object:
        """Write one file of a job."""

    async def start(self, number: str, by: str, wish: ImportWish) -> None:
        """Start a job."""

    async def read(self, number: str, by: str, lang: str) -> ImportJob:
        """A job, its status and report."""

    async def part(self, number: str, by: str, name: str, lang: str) -> bytes:
        """One file that a job left."""

    async def undo(self, territory: str, by: str, lang: str) -> str:
        """Take an import back."""

    async def log(self, covers: Callable[[str], bool]) -> Sequence[Mapping[str, object]]:
        """What was done."""


async def _of_the_page(request: Request) -> str:
    """What the page speaks, which keeps its choice in a cookie."""
    return language(cookies.value(request.headers, "dayuan_language"))


async def _importer(who: Asker) -> Person:
    if not may(who.role, "import"):
        raise _refusal("role")
    return who


async def _undoer(who: Asker) -> Person:
    if not may(who.role, "undo_import"):
        raise _refusal("role")
    return who


async def _wish(request: Request) -> ImportWish:
    try:
        return await answers.reading(ImportWish, MAX_WISH_BYTES)(request)
    except Refusal as exc:
        raise _refusal("unread") from exc


async def _where(request: Request) -> str:
    try:
        asked = await answers.reading(dict[str, str], MAX_WISH_BYTES)(request)
    except Refusal:  # no place is nobody's to import to
        return ""
    return asked.get("territory", "")


Language = Annotated[str, Depends(_of_the_page)]
Importer = Annotated[Person, Depends(_importer)]
Undoer = Annotated[Person, Depends(_undoer)]
Wish = Annotated[ImportWish, Depends(_wish)]
Where = Annotated[str, Depends(_where)]


def router(imports: Imports) -> APIRouter:
    """The page ``/import`` and its API."""
    routes = APIRouter()
    _page(routes)
    _jobs(routes, imports)
    _results(routes, imports)
    return routes


def _page(routes: APIRouter) -> None:
    @routes.get("/import")
    async def page(who: Asker, lang: Language) -> Response:
        if not may(who.role, "import"):
            return RedirectResponse("/", 303)
        return HTMLResponse(import_page.render(lang, who.prefixes))


def _jobs(routes: APIRouter, imports: Imports) -> None:
    @routes.post("/api/imports")
    async def begin(who: Importer) -> Response:
        with answers.statuses(STATUS):
            return answers.json({"id": await imports.begin(who.name)})

    @routes.post("/api/imports/undo")
    async def undo(who: Undoer, where: Where, lang: Language) -> Response:
        _own(who, where)
        with answers.statuses(STATUS):
            return answers.json({"words": await imports.undo(where, who.name, lang)})

    @routes.post("/api/imports/{job}/files")
    async def receive(
        who: Importer, job: str, name: str, request: Request, lang: Language
    ) -> Response:
        with answers.statuses(STATUS):
            await imports.receive(job, who.name, name, request.stream())
            return answers.json(await imports.read(job, who.name, lang))

    @routes.post("/api/imports/{job}/run")
    async def run(who: Importer, job: str, wish: Wish, lang: Language) -> Response:
        _own(who, wish.territory)
        if not wish.name.strip():
            raise _refusal("name")
        with answers.statuses(STATUS):
            await imports.start(job, who.name, wish)
            return answers.json(await imports.read(job, who.name, lang))


def _results(routes: APIRouter, imports: Imports) -> None:
    @routes.get("/api/imports")
    async def log(who: Importer) -> Response:
        return answers.json(await imports.log(partial(territory.covers, who.prefixes)))

    @routes.get("/api/imports/{job}")
    async def read(who: Asker, job: str, lang: Language) -> Response:
        with answers.statuses(STATUS):
            return answers.json(await imports.read(job, who.name, lang))

    @routes.get("/api/imports/{job}/{part}")
    async def part(who: Asker, job: str, part: str, lang: Language) -> Response:
        with answers.statuses(STATUS):
            content = await imports.part(job, who.name, part, lang)
        return Response(content, media_type=imports.parts[part])


def _own(who: Person, where: str) -> None:
    """Raise Refusal (403) for a territory that is no compound's, or not the person's."""
    try:
        labels = territory.parse(where)
    except InvalidTerritory:
        labels = ()
    if len(labels) != territory.LEVELS.index("compound") + 1:
        raise _refusal("labels")
    if not territory.covers(who.prefixes, where):
        raise _refusal("territory")


def _refusal(word: str) -> Refusal:
    status, reason = REFUSALS[word]
    return Refusal(status, word, reason)
