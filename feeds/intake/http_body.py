"""The body of a request, read within bounds: what was sent, unpacked, split into payloads."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import msgspec

from twin.errors import Refused

MOST_BYTES = 1 << 20
MOST_EVENTS = 1000
MOST_MEMBERS = 16
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What a JSON decoder raises: for bytes that are no UTF-8 and for nesting too deep, too."""
GZIP = 16 + zlib.MAX_WBITS
_Array = msgspec.json.Decoder(list[msgspec.Raw])
_One = msgspec.json.Decoder(msgspec.Raw)


CODES = {
    400: "unreadable", 401: "token", 403: "not_granted", 408: "too_slow", 413: "too_large",
    415: "encoding", 422: "invalid",
}  # fmt: skip
"""The word for programs that goes with each status."""


class BadBody(Refused):
    """A request that is refused as a whole: ``status`` is the HTTP status, ``reason`` says why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(CODES[status], reason)


def announced(length: str | None, encoding: str) -> None:
    """Refuse by the headers alone, before anything is read.

    Raises BadBody 413 for a length beyond the bound, 400 for none that is a number, 415 for an
    encoding other than gzip.
    """
    if length is not None and not length.isdecimal():
        raise BadBody(400, "Content-Length is not a number")
    if length is not None and int(length) > MOST_BYTES:
        raise BadBody(413, f"more than {MOST_BYTES} bytes")
    if encoding not in ("", "identity", "gzip"):
        raise BadBody(415, "Content-Encoding must be gzip or none")


async def read(chunks: AsyncIterator[bytes], encoding: str) -> bytes:
    """The whole body, unpacked; no more than the bound is ever held, packed or unpacked.

    Raises BadBody 413 when either is beyond the bound, 400 for what is no gzip or only part of it.
    """
    unpack = _Gzip() if encoding == "gzip" else None
    body, received = bytearray(), 0
    async for chunk in chunks:
        received += len(chunk)
        if received > MOST_BYTES:
            raise BadBody(413, f"more than {MOST_BYTES} bytes")
        body += unpack.more(chunk, MOST_BYTES - len(body)) if unpack else chunk
    if unpack is not None:
        unpack.end()
    return bytes(body)


class _Gzip:
    """Unpacks as it arrives, never past a bound: a small body can hold gigabytes of zeros."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._members = 0

    def more(self, chunk: bytes, room: int) -> bytes:
        out = bytearray()
        try:
            while chunk:
                if self._members == 0 or self._member.eof:  # RFC 1952: one may follow another
                    self._begin()
                out += self._member.decompress(chunk, room - len(out) + 1)
                if len(out) > room:
                    raise BadBody(413, f"more than {MOST_BYTES} bytes unpacked")
                chunk = self._member.unused_data or self._member.unconsumed_tail
        except zlib.error as exc:
            raise BadBody(400, "not gzip though it says so") from exc
        return bytes(out)

    def _begin(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:  # a megabyte of empty ones would take a second to open
            raise BadBody(400, f"more than {MOST_MEMBERS} gzip members")
        self._member = zlib.decompressobj(GZIP)

    def end(self) -> None:
        if not self._members or not self._member.eof:
            raise BadBody(400, "gzip that ends too early")


def payloads(body: bytes) -> list[bytes]:
    """The payloads in a body: one JSON object, a JSON array of them, or one a line (NDJSON).

    What is wrong with a single payload is for the caller to find. Raises BadBody 413 for more
    than the bound, 422 for none or for an array that is not JSON.
    """
    text = body.strip()
    if text.startswith(b"["):
        try:
            found = [bytes(raw) for raw in _Array.decode(text)]
        except UNREADABLE as exc:
            raise BadBody(422, f"not a JSON array: {exc}") from exc
    elif b"\n" not in text or _is_one(text):
        found = [text] if text else []
    else:
        found = [line for line in text.splitlines() if line.strip()]
    if not found:
        raise BadBody(422, "no event")
    if len(found) > MOST_EVENTS:
        raise BadBody(413, f"more than {MOST_EVENTS} events")
    return found


def _is_one(text: bytes) -> bool:
    """Whether the lines make one JSON document, written over several of them."""
    try:
        _One.decode(text)
    except UNREADABLE:
        return False
    return True
