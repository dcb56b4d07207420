"""Coming in and going out by browser: the login form, the kiosk link, the logout."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages import cookies, login
from pages.guard import COOKIE, PAGES, PLAIN_PAGES, TLS_COOKIE, Person, session_tokens
from pages.texts import language

MAX_FORM_BYTES = 4096
LANGUAGE_COOKIE = "dayuan_language"
"""The language chosen last; the pages' own switch sets it too."""
_YEAR_S = 365 * 86400


class Logins(Protocol):
    """Who opens and ends sessions; ``feeds.logins.Logins``. Every way in gives a session token."""

    @property
    def demo(self) -> Sequence[Person]:
        """The identities offered without a password."""

    async def by_password(self, name: str, password: str, screen: str) -> str:
        """A session for a name and password."""

    async def by_demo(self, name: str) -> str:
        """A session for a demo identity."""

    async def by_link(self, token: str) -> str:
        """A session for a wall's kiosk token."""

    async def leave(self, token: str) -> None:
        """End a session."""


def router(
    logins: Logins, refused: type[Exception], secure: Callable[[Request], bool]
) -> APIRouter:
    """The routes ``/login`` and ``/logout``; ``refused`` is the error a failed login raises."""
    routes = APIRouter()

    @routes.get("/login")
    async def form(request: Request) -> Response:
        query = request.query_params
        if link := query.get("link"):
            return await _enter(request, logins.by_link(link), "/wall", query)
        return _page(request, query, _own_page(query.get("next", "")), query.get("error", ""))

    @routes.post("/login")
    async def submit(request: Request) -> Response:
        fields = await _fields(request)
        target = _own_page(fields.get("next", ""))
        if name := fields.get("demo"):
            return await _enter(request, logins.by_demo(name), target, fields)
        name, password = fields.get("name", "").strip(), fields.get("password", "")
        screen = target.removeprefix("/").split("?", 1)[0] or "console"
        return await _enter(request, logins.by_password(name, password, screen), target, fields)

    @routes.post("/logout")
    async def leave(request: Request) -> Response:
        for token in session_tokens(request.headers):
            await logins.leave(token)
        answer = RedirectResponse("/login", 303)
        for name in (COOKIE, TLS_COOKIE) if secure(request) else (COOKIE,):
            answer.delete_cookie(
                name, path="/", httponly=True, samesite="strict", secure=name == TLS_COOKIE
            )
        return answer

    async def _enter(
        request: Request, way: Awaitable[str], target: str, fields: Mapping[str, str]
    ) -> Response:
        try:
            token = await way
        except refused as exc:
            kind = getattr(exc, "kind", "wrong")
            return _page(request, fields, target, kind, fields.get("name", ""))
        answer = RedirectResponse(target or "/", 303)
        tls = secure(request)
        name = TLS_COOKIE if tls else COOKIE
        answer.set_cookie(name, token, path="/", httponly=True, samesite="strict", secure=tls)
        return answer

    def _page(
        request: Request, fields: Mapping[str, str], target: str, error: str, name: str = ""
    ) -> Response:
        rows = [{"name": p.name, "display": p.display, "role": p.role} for p in logins.demo]
        chosen = fields.get("lang")
        lang = language(chosen or cookies.value(request.headers, LANGUAGE_COOKIE))
        html = login.render(lang, rows, error, target, name)
        answer = HTMLResponse(html, 401 if error in ("wrong", "locked") else 200)
        if chosen:  # scripts of the pages read and write it, so it is no HttpOnly one
            answer.set_cookie(LANGUAGE_COOKIE, lang, _YEAR_S, path="/", samesite="strict")
        return answer

    return routes


def _own_page(target: str) -> str:
    """``target`` if it is one of our pages, else nothing: a login must not lead elsewhere."""
    path = target.partition("#")[0].partition("?")[0]
    return target if path in (*PAGES, *PLAIN_PAGES) else ""


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a small URL-encoded form; an oversized one is read no further and is empty."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    values = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: found[0] for name, found in values.items()}
