"""Whatever somebody receives, searched byte by byte for what they may not see."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from contextlib import suppress

import httpx

from feeds.access.accounts import Account
from tests.support.streets import two_streets as t
from tests.territory_filter.asking import Ask

_GZIP = b"\x1f\x8b\x08"


def leaks(account: Account, received: bytes) -> list[str]:
    """The words in some bytes that the account may not see.

    JSON may write Chinese as escapes, so both ways of writing are looked for.
    """
    return [
        word.decode()
        for word in t.hidden_words(account.prefixes)
        if word in received or json.dumps(word.decode())[1:-1].encode() in received
    ]


async def fetched(browser: httpx.AsyncClient, ask: Ask) -> tuple[int, bytes]:
    """Status, and everything else of an answer as bytes."""
    answer = await browser.request(ask.method, ask.url, json=ask.body, data=ask.form)
    headers = b"".join(name + value for name, value in answer.headers.raw)
    packed = answer.headers.get("content-type") == "application/zip"
    return answer.status_code, headers + (unzipped if packed else unpacked)(answer.content)


def unzipped(content: bytes) -> bytes:
    """All names and files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def unpacked(content: bytes) -> bytes:
    """An answer, and behind a tile archive's bytes what its compressed parts say."""
    if not content.startswith(b"PMTiles"):
        return content
    at, parts = content.find(_GZIP), [content]
    while at >= 0:
        with suppress(OSError, EOFError, zlib.error):
            parts.append(zlib.decompressobj(wbits=31).decompress(content[at:]))
        at = content.find(_GZIP, at + 1)
    return b"".join(parts)
