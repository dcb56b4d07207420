"""The one door of the web server: who is asking, from where, and for what.

Outermost ASGI middleware. It answers five questions before anything else runs: is it us who was
asked for by that name, is this path one of ours (Dash's catch-all would answer any typo with 200),
does the request come from our own origin, does a cookie belong to a living session, and which
headers must the answer carry.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.answers import SHARED, not_now, problem, refusal, shared
from pages.door import cookies
from pages.door.hosts import Hosts
from pages.texts import LANGUAGES, text
from twin.errors import Away, LoginRefused

COOKIE = "dayuan_session"
TLS_COOKIE = f"__Host-{COOKIE}"
"""The same behind TLS: by its name no neighbour under the same domain can set it for us."""
PAGES = ("/wall", "/console", "/replay")
PLAIN_PAGES = ("/import",)
"""Pages that the server draws by itself, without Dash."""
_OPEN = ("/login", "/healthz", "/api/events")  # the intake has bearer tokens of its own
_OPEN_PREFIXES = ("/assets/", "/api/texts/")
_PREFIXES = ("/api/", "/_dash-", "/assets/", "/_favicon", f"{SHARED}/")
_EXACT = frozenset(("/", "/logout", "/live", SHARED, *PAGES, *PLAIN_PAGES, *_OPEN))
_NOTHING = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
"""What a page of ours never asks a browser for."""
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class Person(Protocol):
    """Who is behind a session, as far as pages need to know."""

    @property
    def name(self) -> str:
        """The account's name, unique."""

    @property
    def display(self) -> str:
        """What other people see."""

    @property
    def role(self) -> str:
        """One of viewer, responder, dispatcher, reviewer or administrator."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Territory paths this account may see."""

    @property
    def responder(self) -> str | None:
        """The responder id this account acts as, if any."""


Lookup = Callable[[str], Awaitable[Person | None]]
Admit = Callable[[str, str], Awaitable[Person | None]]
"""Who is behind an Authorization header that came from an address; programs need no session."""


async def no_programs(authorization: str, address: str) -> Person | None:
    """Nobody comes in by a header."""
    return None


class Guard:
    """ASGI middleware; puts ``person`` into the scope of what it lets through.

    ``lookup`` raises Away while nobody can be known: that is answered with 503. ``programs`` knows
    who is behind an Authorization header and raises LoginRefused after too many wrong ones.
    ``hosts`` are the names we answer to; ``strict`` is the one of them, if any, that browsers shall
    from now on ask for by TLS alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        lookup: Lookup,
        policy: Callable[[], str],
        programs: Admit = no_programs,
        hosts: Hosts | None = None,
        strict: str = "",
    ) -> None:
        self.app = app
        self.hosts = hosts or Hosts()
        self.strict = strict
        self.programs = programs
        self.lookup = lookup
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._http(scope, receive, self._with_headers(scope, send))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only ``/live``, only from our own origin, only with a session: all before the upgrade.

        Closing before accepting makes the server answer 403. Dash's own callback socket is
        refused with the rest: it checks nothing but the origin and queues without a bound.
        """
        headers = Headers(scope=scope)
        person = None
        ours = scope["path"] == "/live" and not self._unfit(headers)
        if ours and same_origin(headers, required=True):
            with suppress(Away):
                person = await self._of_session(scope, headers)
        if person is None:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        scope["person"] = person
        await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = scope["path"], Headers(scope=scope)
        answer = self._unfit(headers)
        if answer is not None:
            pass
        elif path not in _EXACT and not path.startswith(_PREFIXES):
            answer = PlainTextResponse("Not found", 404)
        elif scope["method"] not in _SAFE and path != "/api/events" and not same_origin(headers):
            answer = refusal(403, "origin", "foreign origin")
        else:
            answer = await self._admit(scope, headers)
        await (answer or self.app)(scope, receive, send)

    def _unfit(self, headers: Headers) -> Response | None:
        """The answer to a request whose head alone says that it is not for us."""
        host = headers.getlist("host")
        if len(host) != 1 or not host[0]:
            return _in_words("host_missing", 400)
        if not self.hosts.knows(host[0]):
            return _in_words("host", 421)
        return _in_words("cookies", 431) if cookies.too_many(headers) else None

    async def _of_session(self, scope: Scope, headers: Headers) -> Person | None:
        """The person behind the first cookie that is a living session; it is put beside them."""
        for token in session_tokens(headers):
            if person := await self.lookup(token):
                scope["session"] = token
                return person
        return None

    async def _admit(self, scope: Scope, headers: Headers) -> Response | None:
        """Put the person into the scope; the answer for whoever may not go on."""
        path = scope["path"]
        scope["person"] = None
        if path in _OPEN or path.startswith(_OPEN_PREFIXES):
            return None
        authorization = headers.get("authorization") if shared(path) else None
        try:
            if authorization is not None:  # it alone counts, even beside a cookie
                scope["person"] = await self.programs(authorization, address_of(scope))
            else:
                scope["person"] = await self._of_session(scope, headers)
        except Away:
            return not_now(path)
        except LoginRefused as locked:
            return _too_many(locked.retry_after_s)
        if scope["person"]:
            return None
        return _challenge() if shared(path) else _ask_to_log_in(path, scope["query_string"])

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        host = Headers(scope=scope).get("host", "").lower()
        # A name with a port shares itself with others, whom this header would bind as well.
        strict = host == self.strict != "" and ":" not in host and self.hosts.knows(host)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self.policy())
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "same-origin")
                headers.setdefault("x-frame-options", "DENY")
                headers.setdefault("cross-origin-opener-policy", "same-origin")
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                headers.setdefault("permissions-policy", _NOTHING)
                if strict:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending


def address_of(scope: Scope) -> str:
    """The network address a request came from, as far as a trusted proxy says; or nothing."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def session_tokens(headers: Headers) -> list[str]:
    """The session tokens in the cookies, those that only TLS can have brought first."""
    return cookies.values(headers, TLS_COOKIE) + cookies.values(headers, COOKIE)


def same_origin(headers: Headers, *, required: bool = False) -> bool:
    """Whether the ``Origin`` header names this very host; ``required`` refuses its absence.

    Browsers send it with every socket and every POST; programs without a browser may leave it out
    of an HTTP request, and they do not carry a person's cookie by accident.
    """
    origin = headers.get("origin")
    if origin is None:
        return not required and headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and host.lower() == headers.get("host", "").lower()


def _in_words(why: str, status: int) -> Response:
    """A refusal for people and programs alike, who may speak any language: each in its line."""
    lines = "\n".join(text(language, f"door.{why}") for language in LANGUAGES)
    return PlainTextResponse(f"{lines}\n", status)


def _ask_to_log_in(path: str, query: bytes) -> Response:
    if path in (*PAGES, *PLAIN_PAGES, "/"):
        target = f"{path}?{query.decode('latin-1')}" if query else path
        return RedirectResponse(f"/login?next={quote(target)}", 303)
    return refusal(401, "session", "log in first")


def _challenge() -> Response:
    """Ask a program who it is: with an access token, or with a name and password."""
    answer = problem(401, "Unauthorized", "an access token or an account is needed")
    for scheme in ('Basic realm="Dayuan", charset="UTF-8"', 'Bearer realm="Dayuan"'):
        answer.headers.append("www-authenticate", scheme)
    return answer


def _too_many(retry_after_s: int) -> Response:
    words, headers = "too many wrong attempts, try again later", {"retry-after": f"{retry_after_s}"}
    return problem(429, "TooManyRequests", words, headers=headers)
