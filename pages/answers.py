"""What is answered over HTTP, said once: JSON, and one envelope for whatever is refused.

A refusal is ``{"error", "reason", "detail"}``: a stable word for programs, a sentence in English,
and what is true now. Below ``/ogc`` it is what the standard asks for, ``{"code", "description"}``.
Routes raise; what is raised becomes an answer here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from twin.errors import Away, Refused

SHARED = "/ogc"
"""Below it refusals have the form of OGC API - Features (17-069r4, 7.5.1)."""
MOST_BYTES = 8192
"""Of a body that is a command or an order."""
AGAIN_S = 5
"""When whoever was told that something is away may ask again."""
JSON = "application/json"
STATUS = {
    "not_permitted": 403, "stale": 409, "illegal_state": 409, "replay": 409, "read_only": 409,
}  # fmt: skip
"""HTTP status for the code of a refusal; all other codes are 422."""
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What a JSON decoder raises: for bytes that are no UTF-8 and for nesting too deep, too."""
_CODES = {400: "Invalid", 404: "NotFound", 405: "MethodNotAllowed", 422: "Invalid"}
_ERRORS = {404: "unknown", 405: "method"}
_encoder = msgspec.json.Encoder()
Headers = Mapping[str, str]
T = TypeVar("T")


class Refusal(Refused):
    """A refusal that a route decides on, with the status it is answered with."""

    def __init__(self, status: int, code: str, reason: str, **detail: object) -> None:
        self.status = status
        super().__init__(code, reason, **detail)


def unknown(what: str) -> Refusal:
    """The answer alike for what does not exist and what the asker may not see."""
    return Refusal(404, "unknown", f"no such {what}")


def json(
    content: object, status: int = 200, headers: Headers | None = None, type_: str = JSON
) -> Response:
    """Anything that msgspec encodes, as JSON."""
    return Response(_encoder.encode(content), status, headers, type_)


def refusal(
    status: int,
    code: str,
    reason: str,
    detail: Mapping[str, object] | None = None,
    headers: Headers | None = None,
) -> Response:
    """The envelope of every refusal."""
    return json(Refused(code, reason, **(detail or {})).envelope, status, headers)


def problem(
    status: int, code: str, words: str, *, about: Headers | None = None,
    headers: Headers | None = None,
) -> Response:  # fmt: skip
    """The same below ``/ogc``; ``about`` names the parameter and its value, if it is about one."""
    return json({"code": code, "description": words, **(about or {})}, status, headers)


@contextmanager
def statuses(by_code: Mapping[str, int], otherwise: int = 422) -> Iterator[None]:
    """Within it a refusal has the status that ``by_code`` says, another than ``STATUS`` does."""
    try:
        yield
    except Refusal:
        raise
    except Refused as exc:
        status = by_code.get(exc.code, otherwise)
        raise Refusal(status, exc.code, exc.reason, **exc.detail) from exc


def not_now(path: str) -> Response:
    """The answer while what we know people by, or write to, is away; a page asks again itself."""
    again = {"retry-after": str(AGAIN_S), "refresh": str(AGAIN_S)}
    if shared(path):
        return problem(503, "Unavailable", "not now, try again", headers=again)
    return refusal(503, "unavailable", "not now, try again", headers=again)


def shared(path: str) -> bool:
    """Whether a path is one of OGC API - Features."""
    return path == SHARED or path.startswith(f"{SHARED}/")


async def body_of(request: Request, most_bytes: int = MOST_BYTES, too_large: int = 413) -> bytes:
    """The request's body. Raises Refusal (``too_large``) as soon as it is longer, unread."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise Refusal(too_large, "too_large", f"at most {most_bytes} bytes")
    return body


def read(body: bytes, kind: type[T]) -> T:
    """A body as what a route asks for. Raises Refusal (422) saying what of it is not so."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as exc:
        raise Refusal(422, "invalid", str(exc)) from exc


def reading(
    kind: type[T], most_bytes: int = MOST_BYTES, too_large: int = 413
) -> Callable[[Request], Awaitable[T]]:
    """For ``Depends``: the request's JSON body as what a route asks for."""

    async def given(request: Request) -> T:
        return read(await body_of(request, most_bytes, too_large), kind)

    return given


# --- what is raised ---------------------------------------------------------------------------


def install(server: FastAPI) -> None:
    """Let whatever a route raises be answered."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        Refused: _refused,
        Away: _away,
        ClientDisconnect: _left,
        RequestValidationError: _invalid,
        HTTPException: _of_the_framework,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        server.add_exception_handler(kind, handler)


async def _refused(request: Request, exc: Refused) -> Response:
    status = exc.status if isinstance(exc, Refusal) else STATUS.get(exc.code, 422)
    return json(exc.envelope, status)


async def _away(request: Request, exc: Away) -> Response:
    return not_now(request.url.path)


async def _left(request: Request, exc: ClientDisconnect) -> Response:
    return Response(status_code=400)  # for nobody: who asked is gone, and that is no fault


async def _invalid(request: Request, exc: RequestValidationError) -> Response:
    first = exc.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _told(request, 422, "invalid", f"{where}: {first['msg']}")


async def _of_the_framework(request: Request, exc: HTTPException) -> Response:
    error = _ERRORS.get(exc.status_code, "invalid")
    return _told(request, exc.status_code, error, str(exc.detail), exc.headers)


async def _failed(request: Request, exc: Exception) -> Response:
    # Starlette raises it again once this is sent, so the log says what it was.
    return _told(request, 500, "failed", "that failed here; the log says why")


def _told(
    request: Request, status: int, error: str, reason: str, headers: Headers | None = None
) -> Response:
    if shared(request.url.path):
        return problem(status, _CODES.get(status, "Failed"), reason, headers=headers)
    return refusal(status, error, reason, headers=headers)
