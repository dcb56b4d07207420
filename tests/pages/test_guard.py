"""The door: paths, origins, sessions, headers, sockets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from pages.guard import COOKIE, Guard

HOST = "dayuan.example"


@dataclass(frozen=True)
class Somebody:
    """A person with a session."""

    name: str = "chenmin"
    display: str = "陈敏"
    role: str = "dispatcher"
    prefixes: tuple[str, ...] = ("lusong.hejiatu",)
    responder: str | None = None


async def _lookup(token: str) -> Somebody | None:
    return Somebody() if token == "good" else None


class _Locked(Exception):
    """Too many wrong attempts."""

    retry_after_s = 40


async def _programs(authorization: str) -> Somebody | None:
    if authorization == "Bearer locked":
        raise _Locked
    return Somebody(name="gis") if authorization == "Bearer good" else None


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    person = scope["person"]
    await PlainTextResponse(person.name if person else "nobody")(scope, receive, send)


async def ask(
    path: str,
    *,
    method: str = "GET",
    token: str | None = None,
    origin: str | None = None,
    kind: str = "http",
    authorization: str | None = None,
) -> list[Message]:
    """Every message the guarded application sends back."""
    headers = [(b"host", HOST.encode())]
    if token is not None:
        headers.append((b"cookie", f"other=1; {COOKIE}={token}".encode()))
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if authorization is not None:
        headers.append((b"authorization", authorization.encode()))
    scope: dict[str, Any] = {
        "type": kind, "path": path, "method": method, "headers": headers, "query_string": b"a=1",
    }  # fmt: skip
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    guard = Guard(
        _app, _lookup, lambda: "default-src 'none'", programs=_programs, refused=_Locked
    )
    await guard(scope, receive, send)
    return sent


def status(sent: list[Message]) -> int:
    """The HTTP status of an answer."""
    return int(sent[0]["status"])


def header(sent: list[Message], name: str) -> str:
    """One header of an answer, or an empty string."""
    return dict(sent[0]["headers"]).get(name.encode(), b"").decode()


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/wal", "/console/x", "/favicon.ico", "/_other", "/apix"])
async def test_a_path_that_is_not_ours_is_not_found_even_with_a_session(path: str) -> None:
    assert status(await ask(path, token="good")) == 404


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/wall", "/console", "/replay"])
async def test_a_page_without_a_session_leads_to_the_login_and_back(path: str) -> None:
    sent = await ask(path)
    assert status(sent) == 303
    assert header(sent, "location") == f"/login?next={path}%3Fa%3D1"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/api/places", "/api/search", "/_dash-layout", "/logout"])
async def test_everything_else_without_a_session_is_refused(path: str) -> None:
    assert status(await ask(path)) == 401
    assert status(await ask(path, token="forged")) == 401


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/login", "/healthz", "/assets/dayuan.css", "/api/texts/en"])
async def test_the_login_page_and_what_it_needs_are_open(path: str) -> None:
    assert status(await ask(path)) == 200


@pytest.mark.anyio
async def test_a_session_lets_its_person_through() -> None:
    sent = await ask("/api/places", token="good")
    assert (status(sent), sent[1]["body"]) == (200, b"chenmin")


@pytest.mark.anyio
async def test_a_write_from_a_foreign_origin_is_refused_although_the_cookie_is_good() -> None:
    sent = await ask("/api/commands", method="POST", token="good", origin="https://evil.example")
    assert status(sent) == 403
    ours = await ask("/api/commands", method="POST", token="good", origin=f"https://{HOST}")
    assert status(ours) == 200


@pytest.mark.anyio
async def test_the_intake_is_left_to_its_own_tokens() -> None:
    assert status(await ask("/api/events", method="POST", origin="https://gate.example")) == 200


@pytest.mark.anyio
async def test_every_answer_carries_the_security_headers() -> None:
    for path in ("/wall", "/nope", "/assets/main.mjs"):
        sent = await ask(path)
        assert header(sent, "content-security-policy") == "default-src 'none'"
        assert header(sent, "x-content-type-options") == "nosniff"
        assert header(sent, "cache-control") == ("no-cache" if "assets" in path else "no-store")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "token", "origin"),
    [
        ("/live", None, f"http://{HOST}"),
        ("/live", "forged", f"http://{HOST}"),
        ("/live", "good", "http://evil.example"),
        ("/live", "good", None),
        ("/_dash-ws-callback", "good", f"http://{HOST}"),
    ],
)
async def test_a_socket_is_refused_before_the_upgrade(
    path: str, token: str | None, origin: str | None
) -> None:
    sent = await ask(path, kind="websocket", token=token, origin=origin)
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.anyio
async def test_a_socket_with_session_and_own_origin_is_opened() -> None:
    sent = await ask("/live", kind="websocket", token="good", origin=f"http://{HOST}")
    assert sent == [{"type": "websocket.accept"}]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/ogc", "/ogc/", "/ogc/collections/grids/items"])
async def test_what_is_shared_opens_to_a_session_or_a_header(path: str) -> None:
    said = [await ask(path, token="good"), await ask(path, authorization="Bearer good")]
    assert [one[1]["body"] for one in said] == [b"chenmin", b"gis"]


@pytest.mark.anyio
async def test_a_program_that_nobody_knows_is_asked_who_it_is() -> None:
    for about in ({}, {"authorization": "Bearer x"}, {"authorization": "", "token": "good"}):
        sent = await ask("/ogc/collections", **about)  # type: ignore[arg-type]
        asked = [value for name, value in sent[0]["headers"] if name == b"www-authenticate"]
        assert status(sent) == 401
        assert [value.partition(b" ")[0] for value in asked] == [b"Basic", b"Bearer"]


@pytest.mark.anyio
async def test_after_too_many_wrong_ones_a_program_is_told_to_wait() -> None:
    sent = await ask("/ogc", authorization="Bearer locked", token="good")
    assert (status(sent), header(sent, "retry-after")) == (429, "40")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/api/me", "/console", "/ogcx", "/ogc-api/x"])
async def test_a_header_opens_nothing_but_what_is_shared(path: str) -> None:
    assert status(await ask(path, authorization="Bearer good")) in (303, 401, 404)
