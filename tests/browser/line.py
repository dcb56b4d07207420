"""A line between browser and server on which the live socket comes late, as on a poor network."""

from __future__ import annotations

import copy
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from urllib.parse import urlsplit

from tests.support.installation import House

CHUNK = 65536


class Line(ThreadingTCPServer):
    """Hands everything on; what the server says on a websocket waits ``delay_s`` first."""

    allow_reuse_address = True

    def __init__(self, server: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Carrier)
        self.delay_s = 0.0
        self.beyond = server
        self.ended = Event()
        self.links: list[socket.socket] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.socket.getsockname()[1])

    def hang_up(self) -> None:
        """End every connection."""
        self.ended.set()
        for link in self.links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


class _Carrier(BaseRequestHandler):
    """One connection: what is asked first tells whether it is a websocket."""

    server: Line

    def handle(self) -> None:
        here: socket.socket = self.request
        with suppress(OSError), socket.create_connection(self.server.beyond) as there:
            self.server.links += [here, there]
            head = b""
            while b"\r\n\r\n" not in head and (data := here.recv(CHUNK)):
                head += data
            live = b"\r\nupgrade:" in head.lower()
            if not live:  # one question a connection, so that every head passes here
                head = head.replace(b"\r\nConnection: keep-alive", b"\r\nConnection: close")
            there.sendall(head)
            onward = Thread(target=_pass, args=(here, there))
            onward.start()
            self._late(there, here, live)
            for link in (here, there):
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
            onward.join()

    def _late(self, there: socket.socket, here: socket.socket, live: bool) -> None:
        """Hand bytes back in their order, each when its delay is over."""
        waiting: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def listen() -> None:
            data = b"-"
            while data:
                try:
                    data = there.recv(CHUNK)
                except OSError:
                    data = b""
                waiting.put((time.monotonic() + (self.server.delay_s if live else 0.0), data))

        listening = Thread(target=listen)
        listening.start()
        while (one := waiting.get())[1]:
            if self.server.ended.wait(max(0.0, one[0] - time.monotonic())):
                break
            with suppress(OSError):
                here.sendall(one[1])
        with suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)
        listening.join()


def _pass(reader: socket.socket, writer: socket.socket) -> None:
    with suppress(OSError):
        while data := reader.recv(CHUNK):
            writer.sendall(data)
    with suppress(OSError):
        writer.shutdown(socket.SHUT_WR)


@contextmanager
def far_away(house: House) -> Iterator[tuple[Line, House]]:
    """The same house at the end of a line."""
    address = urlsplit(house.base)
    assert address.hostname and address.port
    with Line((address.hostname, address.port)) as line:
        listening = Thread(target=line.serve_forever, kwargs={"poll_interval": 0.05})
        listening.start()
        there = copy.copy(house)
        there.base = f"http://127.0.0.1:{line.port}"
        try:
            yield line, there
        finally:
            line.shutdown()
            listening.join()
            line.hang_up()
