"""The web server put together: guard, login, APIs, Dash pages, the live socket.

One port carries all of it. The order matters: our routes are declared before Dash appends its
catch-all at start-up, and the guard is added last so that it stands outermost.
"""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from inspect import isawaitable
from pathlib import Path

import dash
from dash import Dash, html
from dash.backends._fastapi import FastAPIDashServer
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from pages import answers
from pages.door.guard import PAGES, Admit, Guard, Lookup, Person, no_programs
from pages.door.hosts import Hosts
from pages.files import Files
from pages.screens import console, replay, shell, wall
from pages.texts import DEFAULT, text

LAYOUTS = {"/wall": wall.layout, "/console": console.layout, "/replay": replay.layout}
_POLICY = (
    "default-src 'none'; script-src 'self' {hashes}; worker-src 'self';"
    " connect-src 'self'{origin}{pictures}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:{origin}{pictures};"
    " font-src 'self' data:; media-src 'self'{media}; frame-src 'self'{pictures};"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""``unsafe-inline`` for styles only: React sets style attributes, which no hash can allow."""

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def build(
    *,
    lookup: Lookup,
    routers: list[APIRouter],
    lifespan: Lifespan,
    assets: Path,
    programs: Admit = no_programs,
    picture_origins: Sequence[str] = (),
    origin: str = "",
    hosts: Hosts | None = None,
    strict: str = "",
) -> FastAPI:
    """The application, ready for uvicorn.

    ``routers`` bring the APIs, the login and ``/live``; ``lifespan`` runs what must live as long
    as the server; ``assets`` is the folder of browser files; ``programs`` knows who is behind an
    Authorization header.
    From ``picture_origins`` pages may show cameras' pictures.
    ``origin`` is the foreign host of a basemap, empty for none. ``hosts`` and ``strict`` are the
    guard's.
    """
    mimetypes.add_type("text/javascript", ".mjs")
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers:
        server.include_router(router)
    server.include_router(_last())
    pages = _dash(server, assets, _served(server, Files(assets)))
    server.router.lifespan_context = _living(pages, lifespan)
    answers.install(server)
    server.add_middleware(
        Guard, lookup=lookup, policy=partial(_policy, pages, picture_origins, origin),
        programs=programs, hosts=hosts, strict=strict,
    )  # fmt: skip
    return server


def _served(server: FastAPI, files: Files) -> str:
    """The address under which pages find browser files: that of the edition there is now."""
    server.router.routes.append(files.route(shell.ASSETS))
    return f"{shell.ASSETS}/@{files.edition}"


def _living(
    pages: Dash, lifespan: Lifespan
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The server's lifespan: Dash is set up before ``lifespan`` begins."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        # Otherwise the first deep link after a start is answered without any script, or without
        # the pages' own (Dash sets itself up on the first request for "/" or "/_dash-*" only).
        assert isinstance(pages.backend, FastAPIDashServer)
        for step in pages.backend._before_request_funcs:
            if isawaitable(done := step()):
                await done
        async with lifespan():
            yield

    return living


def _policy(pages: Dash, picture_origins: Sequence[str], origin: str) -> str:
    """What a page may load, said anew each time: Dash adds inline scripts up to its first page
    request, so nothing older may be kept.
    """
    pictures = "".join(f" {one}" for one in picture_origins)
    media = f"{pictures} blob:" if pictures else ""  # what a script plays comes as a blob
    hashes, basemap = " ".join(pages.csp_hashes()), f" {origin}" if origin else ""
    return _POLICY.format(hashes=hashes, pictures=pictures, media=media, origin=basemap)


def home_of(person: Person) -> str:
    """The page a person starts on: screens on the wall, everybody else at the console."""
    return "/wall" if person.role == "viewer" else "/console"


def _dash(server: FastAPI, assets: Path, base: str) -> Dash:
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]
        assets_folder=str(assets),
        assets_ignore=r"\.mjs$|\.css$|^clientside\.js$",  # the document names them itself
        assets_path_ignore=[r"^vendor$"],
        compress=True,
        index_string=shell.index(assets, base),
        update_title="",
        use_pages=True,
        pages_folder="",
        suppress_callback_exceptions=True,
    )
    for path in PAGES:
        name = path.removeprefix("/")
        title = text(DEFAULT, "brand.title")
        # The skeleton itself: a function would be given the address's query as arguments.
        dash.register_page(name, path=path, layout=LAYOUTS[path](), title=title)
    app.layout = html.Div(dash.page_container)
    shell.install(app)
    return app


def _last() -> APIRouter:
    """The front page, and the answer to every API path that does not exist."""
    routes = APIRouter()

    @routes.get("/")
    async def front(request: Request) -> Response:
        return RedirectResponse(home_of(request.scope["person"]), 303)

    @routes.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    async def unknown(rest: str) -> Response:
        raise answers.unknown("path")

    return routes
