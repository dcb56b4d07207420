"""Where the pages on stages come from: a server of this process, which browsers may keep files of.

Requests that are taken out of a browser one by one cost it its cache, and each a way through three
processes; a page asks for some eighty files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

COOKIE = "stage"
KEPT = "max-age=3600, immutable"


class Answer(NamedTuple):
    """What a stage gives for a request."""

    status: int
    type: str
    body: bytes
    kept: bool = False


Play = Callable[[str, bytes | None], Answer]
"""From the path, and the body of a POST, to the answer."""


class StageServer(ThreadingHTTPServer):
    """Each browser profile has a cookie that says which stage it asks."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self._plays: list[Play] = []

    def add(self, play: Play) -> str:
        """The cookie's value from now on for this stage."""
        self._plays.append(play)
        return str(len(self._plays) - 1)

    def play(self, cookie: str | None) -> Play:
        """The stage of a cookie."""
        return self._plays[int(SimpleCookie(cookie)[COOKIE].value)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StageServer

    def do_GET(self) -> None:
        self._give(None)

    def do_POST(self) -> None:
        self._give(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def _give(self, body: bytes | None) -> None:
        play = self.server.play(self.headers["cookie"])
        answer = play(urlsplit(self.path).path, body)
        self.send_response(answer.status)
        self.send_header("content-type", answer.type)
        self.send_header("content-length", str(len(answer.body)))
        self.send_header("cache-control", KEPT if answer.kept else "no-store")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def stage_server() -> Iterator[StageServer]:
    """A server until the block ends."""
    with StageServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
