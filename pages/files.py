"""Browser files: out of memory, packed once, known again by their ETag, kept by their edition.

A page is some ninety small files. Read and packed anew for every screen they would hold the event
loop for a tenth of a second each time a page opens, and every other screen would wait.

Under ``/assets/@EDITION`` browsers keep them for good, and what they compiled of them; with the
first changed byte of any file, pages name another edition. Modules name each other from where they
lie, so all of a page are of one.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

KEPT = "public, max-age=31536000, immutable"
LEAST_BYTES = 500
"""Smaller files are sent as they are: packing would gain nothing."""


class File(NamedTuple):
    """A file as it was read: when it was changed, its content, packed too where that is smaller."""

    changed_ns: int
    size: int
    body: bytes
    packed: bytes
    etag: str
    media_type: str


class Files:
    """The files under a folder; one that changes on disk is read again."""

    def __init__(self, folder: Path) -> None:
        """``folder`` may be empty or come later."""
        self._root = folder.resolve()
        self._held: dict[Path, File] = {}
        files = sorted(path for path in self._root.rglob("*") if path.is_file())
        self._etags = {path: _etag(path.read_bytes()) for path in files}
        names = [f"{path.relative_to(self._root)} {tag}\n" for path, tag in self._etags.items()]
        self.edition = hashlib.sha256("".join(names).encode()).hexdigest()[:12]
        """Twelve hexadecimal digits made of the names and contents of all files, as found now."""

    def route(self, path: str = "/assets") -> Route:
        """The route that serves them under a path."""
        return Route(f"{path}/{{path:path}}", self.answer)

    async def answer(self, request: Request) -> Response:
        """A file, 304 when the browser holds it already, or 404."""
        name = request.path_params["path"]
        edition, _, rest = name.partition("/")
        path = self._path(rest if edition.startswith("@") else name)
        file = None if path is None else await self._file(path)
        if path is None or file is None:
            return PlainTextResponse("Not found", 404)
        # What another edition is asked for, or what has changed since, is given but not kept.
        ours = edition == f"@{self.edition}" and file.etag == self._etags.get(path)
        keep = KEPT if ours else "no-cache"
        headers = {"etag": file.etag, "vary": "Accept-Encoding", "cache-control": keep}
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        packed = bool(file.packed) and "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["content-encoding"] = "gzip"
        body = file.packed if packed else file.body
        return Response(body, headers=headers, media_type=file.media_type)

    def _path(self, name: str) -> Path | None:
        try:
            path = (self._root / name).resolve()
            return path if path.is_relative_to(self._root) and path.is_file() else None
        except (OSError, ValueError):  # too long a name, or one with a zero byte
            return None

    async def _file(self, path: Path) -> File | None:
        try:
            told = path.stat()
        except OSError:  # gone meanwhile
            return None
        held = self._held.get(path)
        if held is None or (held.changed_ns, held.size) != (told.st_mtime_ns, told.st_size):
            held = self._held[path] = await asyncio.to_thread(_read, path, told.st_mtime_ns)
        return held


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _read(path: Path, changed_ns: int) -> File:
    body = path.read_bytes()
    packed = gzip.compress(body, mtime=0) if len(body) >= LEAST_BYTES else b""
    return File(
        changed_ns=changed_ns,
        size=len(body),
        body=body,
        packed=packed if len(packed) < len(body) else b"",
        etag=_etag(body),
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )
