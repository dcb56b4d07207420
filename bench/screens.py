"""Many screens in a process of their own: sockets that read, count and keep no more than that.

``python -m bench.screens`` reads one line of JSON orders, connects, prints ``ready`` and then, for
each line ``from to`` (Unix seconds) on its standard input, what arrived in that time. Handshake
and frames are done by hand: a thousand screens of a full client would cost more than the server.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import sys
from functools import partial
from time import time

import uvloop

_TEXT, _BINARY = 1, 2
_AT = 12
"""Where the server's time stands in a binary frame of the live socket."""


class Screen(asyncio.Protocol):
    """One socket. ``seen`` counts frames; a screen that ``times`` keeps (arrival, age in ms)."""

    def __init__(self, order: dict[str, str], times: bool) -> None:
        self.order = order
        self.times = times
        self.seen: list[tuple[float, int]] = []
        self.ages: list[tuple[float, float]] = []
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        head = [
            f"GET {self.order['path']} HTTP/1.1", f"Host: {self.order['host']}",
            "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13", f"Origin: http://{self.order['host']}",
            f"Cookie: {self.order['cookie']}", "", "",
        ]  # fmt: skip
        transport.write("\r\n".join(head).encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Count frames; the first answer is the upgrade, then the hello goes out."""
        data = self._rest + data
        at = 0
        if not self.open.done():
            at = data.find(b"\r\n\r\n") + 4
            if at < 4:
                self._rest = data
                return
            if b" 101 " not in data[:20]:
                self.open.set_exception(RuntimeError(data[:60].decode("latin-1")))
                return
            self.open.set_result(None)
            self.transport.write(masked(self.order["hello"].encode()))  # type: ignore[attr-defined]
        now, count = time(), 0
        while (frame := _frame(data, at)) is not None:
            code, start, end = frame
            at = end
            count += code in (_TEXT, _BINARY)
            if self.times and code == _BINARY and data[start : start + 4] == b"DYN1":
                (told,) = struct.unpack_from("<d", data, start + _AT)
                self.ages.append((now, now * 1000 - told))
        self._rest = data[at:]
        if count:
            self.seen.append((now, count))

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        if not self.open.done():
            self.open.set_exception(RuntimeError("closed before it was open"))


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """(opcode, start, end) of the frame that begins at ``at``, or None when it is not whole."""
    if len(data) < at + 2:
        return None
    size, start = data[at + 1] & 127, at + 2
    if size == 126:
        if len(data) < at + 4:
            return None
        size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    elif size == 127:
        if len(data) < at + 10:
            return None
        size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
    return (data[at] & 15, start, start + size) if len(data) >= start + size else None


def masked(payload: bytes) -> bytes:
    """A short text frame as clients must send it."""
    if not payload:
        return b""
    mask = os.urandom(4)
    size = struct.pack(">BBH", 0x81, 0x80 | 126, len(payload))
    return size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


async def main() -> None:
    """Connect as ordered, then answer questions."""
    order = json.loads(sys.stdin.readline())
    loop = asyncio.get_running_loop()
    host, port = order["host"].split(":")
    screens: list[Screen] = []
    for number in range(order["count"]):
        times = number % 20 == 0
        _, screen = await loop.create_connection(partial(Screen, order, times), host, int(port))
        screens.append(screen)
        await screen.open
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        begin, end = map(float, line.split())
        await asyncio.sleep(max(0.0, end + 0.5 - time()))
        frames = sum(n for screen in screens for at, n in screen.seen if begin <= at <= end)
        ages = sorted(age for s in screens for at, age in s.ages if begin <= at <= end)
        print(json.dumps({"frames": frames, "ages": ages}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
