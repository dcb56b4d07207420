"""A source of pictures as cameras have them, on another origin, which remembers who asked for what.

It says nothing about caching, as many cameras do not; other origins may read its answers while it
is ``readable``, and get errors while it is ``broken``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.browser import footage

PATHS = {"still": "/still.jpg", "mjpeg": "/film.mjpeg", "hls": "/live.m3u8", "webrtc": "/page"}
"""Where the streams of the kinds are."""
_PAGE = b"""<!doctype html><title>page</title><p id="said">a page of others</p>
<script>new EventSource("/heard");</script>"""
_BOUND = "film"
_TICK_S = 0.1


class Source:
    """The pictures and the book of what was asked: paths by count, answers that go on."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.asked: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.heads: dict[str, Mapping[str, str]] = {}
        self.broken = False
        self.readable = True
        self.over = threading.Event()
        self.began = time.monotonic()

    def address(self, kind: str) -> str:
        """The stream of a kind."""
        return self.origin + PATHS[kind]

    def fragments(self) -> int:
        """How many fragments of the film were taken."""
        return sum(n for path, n in self.asked.items() if path.endswith(".m4s"))

    def newest(self) -> int:
        """The film's newest whole second; some were there before anybody came."""
        return int(time.monotonic() - self.began) + 8


class _Answer(BaseHTTPRequestHandler):
    """One request; ``source`` is set on the class made for it."""

    source: Source

    def do_GET(self) -> None:
        """Answer by path."""
        path = self.path.partition("?")[0]
        self.source.asked[path] += 1
        self.source.heads[path] = dict(self.headers)
        if self.source.broken:
            return self._whole(b"", "text/plain", HTTPStatus.SERVICE_UNAVAILABLE)
        if path in (PATHS["mjpeg"], "/heard"):
            return self._lasting(path)
        plain: dict[str, Callable[[], tuple[bytes, str]]] = {
            PATHS["still"]: lambda: (footage.JPEG, "image/jpeg"),
            PATHS["webrtc"]: lambda: (_PAGE, "text/html"),
            PATHS["hls"]: lambda: (
                footage.playlist(self.source.newest()).encode(), "application/vnd.apple.mpegurl"),
            "/init.mp4": lambda: (footage.beginning(), "video/mp4"),
        }  # fmt: skip
        if path in plain:
            return self._whole(*plain[path]())
        number = path.removeprefix("/").removesuffix(".m4s")
        if path.endswith(".m4s") and number.isdigit():
            return self._whole(footage.fragment(int(number)), "video/mp4")
        return self._whole(b"", "text/plain", HTTPStatus.NOT_FOUND)

    def _whole(self, content: bytes, kind: str, status: int = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self._end_head()
        self.wfile.write(content)

    def _lasting(self, path: str) -> None:
        """An answer that goes on until nobody listens."""
        kinds = {"/heard": "text/event-stream"}
        self.send_response(HTTPStatus.OK)
        mixed = f"multipart/x-mixed-replace; boundary={_BOUND}"
        self.send_header("Content-Type", kinds.get(path, mixed))
        self._end_head()
        part = f"--{_BOUND}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(footage.JPEG)}\r\n"
        picture = part.encode() + b"\r\n" + footage.JPEG + b"\r\n"
        self.source.open[path] += 1
        try:
            while not self.source.over.wait(_TICK_S) and not self.source.broken:
                self.wfile.write(b": on\n\n" if path == "/heard" else picture)
        except OSError:
            pass
        finally:
            self.source.open[path] -= 1

    def _end_head(self) -> None:
        if self.source.readable:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Nothing: the book is enough."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers go away in the middle; that is what is tried here."""


@contextmanager
def streaming() -> Iterator[Source]:
    """A source until the block ends."""

    class Answer(_Answer):
        pass

    server = _Server(("127.0.0.1", 0), Answer)
    source = Answer.source = Source(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield source
    finally:
        source.over.set()
        server.shutdown()
        server.server_close()
