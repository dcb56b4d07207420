"""What is answered over HTTP: one envelope, whatever was refused and wherever it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from fastapi import Depends, FastAPI
from starlette.responses import Response

from pages import answers
from pages.answers import Refusal
from twin.errors import Away, CommandRejected, LoginRefused, StaleVersion

pytestmark = pytest.mark.anyio
RAISED: dict[str, Exception] = {
    "unknown": answers.unknown("case"),
    "own": Refusal(418, "teapot", "no coffee", colour="red"),
    "permitted": CommandRejected("not_permitted", "a viewer may not"),
    "stale": StaleVersion("somebody else was first", version=2),
    "invalid": CommandRejected("invalid", "no such word"),
    "login": LoginRefused("wrong"),
    "away": Away("nobody answers"),
    "failed": ZeroDivisionError("a division"),
}


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What a route of this file asks for."""

    size: int


_Wish = Annotated[Wish, Depends(answers.reading(Wish, 64))]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Routes that raise or ask for something, beside and below ``/ogc``."""
    server = FastAPI(openapi_url=None)
    answers.install(server)
    _raise_on(server)
    _ask_on(server)
    transport = httpx.ASGITransport(app=server, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


def _raise_on(server: FastAPI) -> None:
    @server.get("/ogc/raises/{what}")
    @server.get("/raises/{what}")
    async def raises(what: str) -> Response:
        raise RAISED[what]

    @server.get("/busy")
    async def busy() -> Response:
        with answers.statuses({"busy": 503}, otherwise=404):
            raise CommandRejected("busy", "eight are open", most=8)

    @server.get("/gone")
    async def gone() -> Response:
        with answers.statuses({"busy": 503}, otherwise=404):
            raise CommandRejected("gone", "no more")


def _ask_on(server: FastAPI) -> None:
    @server.get("/ogc/count")
    @server.get("/count")
    async def count(n: int) -> Response:
        return answers.json({"n": n})

    @server.post("/wish")
    async def wish(asked: _Wish) -> Response:
        return answers.json({"size": asked.size})


@pytest.mark.parametrize(
    ("path", "status", "envelope"),
    [
        ("/raises/unknown", 404, ("unknown", "no such case", {})),
        ("/raises/own", 418, ("teapot", "no coffee", {"colour": "red"})),
        ("/raises/permitted", 403, ("not_permitted", "a viewer may not", {})),
        ("/raises/stale", 409, ("stale", "somebody else was first", {"version": 2})),
        ("/raises/invalid", 422, ("invalid", "no such word", {})),
        ("/raises/away", 503, ("unavailable", "not now, try again", {})),
        ("/raises/failed", 500, ("failed", "that failed here; the log says why", {})),
        ("/busy", 503, ("busy", "eight are open", {"most": 8})),
        ("/gone", 404, ("gone", "no more", {})),
        ("/nowhere", 404, ("unknown", "Not Found", {})),
        ("/count", 422, ("invalid", "query.n: Field required", {})),
    ],
)
async def test_every_refusal_has_one_envelope(
    client: httpx.AsyncClient, path: str, status: int, envelope: tuple[str, str, dict[str, Any]]
) -> None:
    answer = await client.get(path)
    error, reason, detail = envelope
    assert answer.status_code == status
    assert answer.json() == {"error": error, "reason": reason, "detail": detail}


async def test_a_method_that_a_path_does_not_have_is_refused_alike(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/count")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json() == {"error": "method", "reason": "Method Not Allowed", "detail": {}}


async def test_a_way_in_that_did_not_open_says_no_more_than_that(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/raises/login")
    assert answer.json() == {
        "error": "wrong", "reason": "the way in did not open", "detail": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/ogc/raises/away", 503, "Unavailable"),
        ("/ogc/raises/failed", 500, "Failed"),
        ("/ogc/nowhere", 404, "NotFound"),
        ("/ogc/count?n=x", 422, "Invalid"),
    ],
)
async def test_below_ogc_a_refusal_is_what_the_standard_asks_for(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json().keys() == {"code", "description"}


@pytest.mark.parametrize("path", ["/raises/away", "/ogc/raises/away"])
async def test_who_finds_the_streams_away_is_told_when_to_ask_again(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.headers["retry-after"], answer.headers["refresh"]) == ("5", "5")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b'{"size": 3}', 200, ""),
        (b'{"size": "3"}', 422, "invalid"),
        (b'{"size": 3, "more": 1}', 422, "invalid"),
        (b"\xff", 422, "invalid"),
        (b"", 422, "invalid"),
        (b"[" * 64, 422, "invalid"),
        (b" " * 65, 413, "too_large"),
    ],
)
async def test_a_body_is_what_the_route_asks_for_or_is_refused(
    client: httpx.AsyncClient, body: bytes, status: int, error: str
) -> None:
    answer = await client.post("/wish", content=body)
    assert (answer.status_code, answer.json().get("error", "")) == (status, error)
