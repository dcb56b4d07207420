"""The door: paths, origins, sessions, headers, sockets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from pages.door.cookies import MOST_BYTES
from pages.door.guard import COOKIE, TLS_COOKIE, Guard
from pages.door.hosts import Hosts
from pages.texts import LANGUAGES, text
from twin.errors import LoginRefused

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
    assert token, "nobody is looked up without a token"
    return Somebody() if token == "good" else None


async def _programs(authorization: str, address: str) -> Somebody | None:
    if authorization == "Bearer locked":
        raise LoginRefused("locked", 40)
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
    hosts: Sequence[str] = (HOST,),
    more: Sequence[tuple[str, str]] = (),
    guarded: Hosts | None = None,
    strict: str = "",
) -> list[Message]:
    """Every message the guarded application sends back."""
    headers = [(b"host", host.encode()) for host in hosts]
    headers += [(name.encode(), value.encode()) for name, value in more]
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
        _app, _lookup, lambda: "default-src 'none'", programs=_programs,
        hosts=guarded or Hosts([HOST]), strict=strict,
    )  # fmt: skip
    await guard(scope, receive, send)
    return sent


def status(sent: list[Message]) -> int:
    """The HTTP status of an answer."""
    return int(sent[0]["status"])


def header(sent: list[Message], name: str) -> str:
    """One header of an answer, or an empty string."""
    headers: dict[bytes, bytes] = dict(sent[0]["headers"])
    return headers.get(name.encode(), b"").decode()


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
@pytest.mark.parametrize("path", ["/login", "/healthz", "/assets/ui/base.css", "/api/texts/en"])
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
        assert header(sent, "cache-control") == "no-store"  # unless the answer says otherwise


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
    strangers = ((None, None), ("Bearer x", None), ("", "good"))
    for authorization, token in strangers:
        sent = await ask("/ogc/collections", authorization=authorization, token=token)
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


NEIGHBOURS = (
    'prefs={"theme":"dark"}', "_ga[x]=1", "name=张三", "flag", "=", "a=b=c", 'q="\\"', "",
    "other dayuan_session", "\x07=1",
)  # fmt: skip
STRANGERS = (
    "evil.example", "evil.example:8050", "127.0.0.1.evil.example", "[::1].evil.example",
    "localhost@evil.example", "2130706433",
)  # fmt: skip
NO_ORIGINS = (
    "http://[", "http://a]", "null", "", "//", f"ftp://{HOST}", f"https://{HOST}.evil.example",
    f"https://evil@{HOST}", "[" * 999,
)  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("odd", NEIGHBOURS)
async def test_a_neighbours_odd_cookie_logs_nobody_out(odd: str) -> None:
    for words in (f"{odd}; {COOKIE}=good", f"{COOKIE}=good; {odd}", f" {odd} ;{COOKIE}= good ;"):
        sent = await ask("/api/places", more=[("cookie", words)])
        assert (status(sent), sent[1]["body"]) == (200, b"chenmin")


@pytest.mark.anyio
async def test_of_two_cookies_of_our_name_the_living_session_counts() -> None:
    for words in (f"{COOKIE}=planted; {COOKIE}=good", f"{COOKIE}=good; {COOKIE}=planted",
                  f"{COOKIE}=old; {TLS_COOKIE}=good"):  # fmt: skip
        assert status(await ask("/api/places", more=[("cookie", words)])) == 200
        sent = await ask(
            "/live", kind="websocket", origin=f"https://{HOST}", more=[("cookie", words)]
        )
        assert sent == [{"type": "websocket.accept"}]
    many = "; ".join([*(f"{COOKIE}=x{n}" for n in range(40)), f"{COOKIE}=good"])
    assert status(await ask("/api/places", more=[("cookie", many)])) == 401


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/console", "/login", "/assets/main.mjs", "/healthz"])
async def test_cookies_beyond_a_bound_are_not_read_and_cost_nothing(path: str) -> None:
    quotes = f'{COOKIE}="' + '\\"' * 31_000 + '"'
    begun = time.perf_counter()
    for words in (quotes, "a=" * MOST_BYTES):
        sent = await ask(path, more=[("cookie", words)])
        assert status(sent) == 431
        assert all(text(language, "door.cookies").encode() in sent[1]["body"]
                   for language in LANGUAGES)  # fmt: skip
    assert time.perf_counter() - begun < 1.0  # 17 seconds before
    sent = await ask("/live", kind="websocket", origin=f"https://{HOST}", more=[("cookie", quotes)])
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.anyio
@pytest.mark.parametrize("host", STRANGERS)
@pytest.mark.parametrize("path", ["/login", "/console", "/api/me", "/healthz", "/api/events"])
async def test_a_name_that_is_not_ours_is_answered_nothing(path: str, host: str) -> None:
    for method in ("GET", "POST"):
        sent = await ask(path, method=method, token="good", hosts=[host], origin=f"http://{host}")
        assert status(sent) == 421
        assert all(text(language, "door.host").encode() in sent[1]["body"]
                   for language in LANGUAGES)  # fmt: skip
    socket = await ask(
        "/live", kind="websocket", token="good", hosts=[host], origin=f"http://{host}"
    )
    assert socket == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.anyio
async def test_no_host_and_two_hosts_are_no_request() -> None:
    for hosts in ((), ("",), (HOST, "evil.example")):
        assert status(await ask("/login", hosts=hosts)) == 400


@pytest.mark.anyio
async def test_the_demo_answers_this_machine_alone() -> None:
    demo = Hosts([HOST], loopback_only=True)
    said = {host: status(await ask("/login", hosts=[host], guarded=demo))
            for host in ("localhost", "LOCALHOST:8050", "127.0.0.1:1", "[::1]", "[::1]:8050", HOST,
                         "10.0.0.7", "0.0.0.0:8050", "[fe80::1]")}  # fmt: skip
    assert list(said.values()) == [200] * 5 + [421] * 4


@pytest.mark.anyio
async def test_in_earnest_plain_addresses_and_the_names_given_are_answered() -> None:
    for host in (HOST, f"{HOST.upper()}:443", "10.0.0.7:8050", "[fe80::1]", "localhost"):
        assert status(await ask("/login", hosts=[host])) == 200


@pytest.mark.anyio
@pytest.mark.parametrize("origin", NO_ORIGINS)
async def test_an_origin_that_is_none_is_a_foreign_one(origin: str) -> None:
    assert status(await ask("/login", method="POST", token="good", origin=origin)) == 403
    assert await ask("/live", kind="websocket", token="good", origin=origin) == [
        {"type": "websocket.close", "code": 1008}
    ]


@pytest.mark.anyio
async def test_a_write_that_another_site_began_is_refused_without_an_origin_too() -> None:
    for site, expected in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        sent = await ask("/logout", method="POST", token="good", more=[("sec-fetch-site", site)])
        assert status(sent) == expected


@pytest.mark.anyio
async def test_browsers_are_told_to_keep_to_tls_where_the_public_name_has_it() -> None:
    name = "strict-transport-security"
    assert "max-age" in header(await ask("/login", strict=HOST), name)
    assert header(await ask("/login"), name) == ""
    demo = Hosts([HOST], loopback_only=True)
    assert header(await ask("/login", strict=HOST, guarded=demo), name) == ""
    assert header(await ask("/login", strict=HOST, hosts=["10.0.0.7"]), name) == ""
    assert header(await ask("/login", strict=f"{HOST}:8443", hosts=[f"{HOST}:8443"]), name) == ""
