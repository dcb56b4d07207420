"""Coming in and going out by browser: the login form, the kiosk link, the logout."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pages.door import cookies
from pages.door.guard import (
    COOKIE,
    PAGES,
    PLAIN_PAGES,
    TLS_COOKIE,
    Person,
    address_of,
    session_tokens,
)
from pages.screens import login
from pages.texts import language
from twin.errors import LoginRefused

MAX_FORM_BYTES = 4096
LANGUAGE_COOKIE = "dayuan_language"
"""The language chosen last; the pages' own switch sets it too."""
_YEAR_S = 365 * 86400
_STATUS = {"wrong": 401, "locked": 401, "busy": 429}
"""Of the errors of a login that the page shows."""


BROWSER_COOKIE = "dayuan_browser"
"""By it we know a browser from which somebody came in before, and let it wait less."""
_KNOWN_FOR_S = 90 * 86400


@dataclass(frozen=True)
class Visitor:
    """Who asks for the door: from where, and the browser's mark, now and when it comes in."""

    request: Request
    fresh: str = field(default_factory=partial(secrets.token_urlsafe, 24))

    @property
    def address(self) -> str:
        """The network address."""
        return address_of(self.request.scope)

    @property
    def browser(self) -> str:
        """The mark of a browser that came in before, or an empty string."""
        return cookies.value(self.request.headers, BROWSER_COOKIE)

    async def gone(self) -> bool:
        """Whether the browser has hung up."""
        return await self.request.is_disconnected()


class Logins(Protocol):
    """Opens and ends sessions; ``feeds.access.logins.Logins``. Each way in gives a token, or
    raises LoginRefused.
    """

    @property
    def demo(self) -> Sequence[Person]:
        """The identities offered without a password."""

    async def by_password(self, name: str, password: str, screen: str, visitor: Visitor) -> str:
        """A session for a name and password."""

    async def by_demo(self, name: str, visitor: Visitor) -> str:
        """A session for a demo identity."""

    async def by_link(self, token: str, visitor: Visitor) -> str:
        """A session for a wall's kiosk token."""

    async def leave(self, token: str) -> None:
        """End a session."""


def router(logins: Logins, secure: Callable[[Request], bool]) -> APIRouter:
    """The routes ``/login`` and ``/logout``; ``secure`` says whether a browser came by TLS."""
    routes = APIRouter()

    @routes.get("/login")
    async def form(request: Request) -> Response:
        query = request.query_params
        if link := query.get("link"):
            visitor = Visitor(request)
            return await _enter(visitor, logins.by_link(link, visitor), "/wall", query)
        return _page(request, query, _own_page(query.get("next", "")), query.get("error", ""))

    @routes.post("/login")
    async def submit(request: Request) -> Response:
        fields, visitor = await _fields(request), Visitor(request)
        target = _own_page(fields.get("next", ""))
        if name := fields.get("demo"):
            return await _enter(visitor, logins.by_demo(name, visitor), target, fields)
        name, password = fields.get("name", "").strip(), fields.get("password", "")
        screen = target.removeprefix("/").split("?", 1)[0] or "console"
        way = logins.by_password(name, password, screen, visitor)
        return await _enter(visitor, way, target, fields)

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
        visitor: Visitor, way: Awaitable[str], target: str, fields: Mapping[str, str]
    ) -> Response:
        request = visitor.request
        try:
            token = await way
        except LoginRefused as exc:
            name = fields.get("name", "")
            return _page(request, fields, target, exc.kind, name, exc.retry_after_s)
        answer = RedirectResponse(target or "/", 303)
        tls = secure(request)
        name = TLS_COOKIE if tls else COOKIE
        answer.set_cookie(name, token, path="/", httponly=True, samesite="strict", secure=tls)
        answer.set_cookie(
            BROWSER_COOKIE, visitor.fresh, _KNOWN_FOR_S, path="/login", httponly=True,
            samesite="strict", secure=tls,
        )  # fmt: skip
        return answer

    def _page(
        request: Request, fields: Mapping[str, str], target: str, error: str, name: str = "",
        wait_s: int = 0,
    ) -> Response:  # fmt: skip
        rows = [login.Identity(one.name, one.display, one.role) for one in logins.demo]
        chosen = fields.get("lang")
        lang = language(chosen or cookies.value(request.headers, LANGUAGE_COOKIE))
        html = login.render(lang, rows, error, target, name)
        answer = HTMLResponse(html, _STATUS.get(error, 200))
        if wait_s:
            answer.headers["retry-after"] = str(wait_s)
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
