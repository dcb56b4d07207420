"""The port people come to, held by the supervisor and lent to the web role.

While a web role is away, because it died or because a place was changed, whoever comes waits in
the port's line for the next one instead of being refused.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Sequence
from typing import Any

VARIABLE = "DAYUAN_LISTENING"
"""Names the open sockets to the web role's process; set by its supervisor alone."""
BACKLOG = 2048
PATIENCE_S = 3.0
_QUESTION = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address a host stands for.

    A port in use is asked for again for three seconds: the web role of a supervisor that was
    killed may still be on its way out. Raises OSError.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    kind, passive = socket.SOCK_STREAM, socket.AI_PASSIVE
    rows = await loop.getaddrinfo(host, port, type=kind, flags=passive)
    while True:
        try:
            return _bound([(row[0], row[4]) for row in dict.fromkeys(rows)])
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE or loop.time() > deadline:
                raise
        await asyncio.sleep(0.1)


def _bound(addresses: Sequence[tuple[int, Any]]) -> list[socket.socket]:
    found: list[socket.socket] = []
    try:
        for family, address in addresses:
            found.append(socket.socket(family, socket.SOCK_STREAM))
            found[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # the other family has a socket of its own
                found[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            found[-1].bind(address)
            found[-1].listen(BACKLOG)
    except OSError:
        for sock in found:
            sock.close()
        raise
    return found


def lent_sockets(numbers: str) -> list[socket.socket] | None:
    """The sockets our supervisor lends us, by their numbers; None for who was started by hand."""
    return [socket.socket(fileno=int(number)) for number in numbers.split()] or None


async def until_answering(host: str, port: int) -> None:
    """Return when a web role there has answered a question, whatever it said."""
    while not await _answers(host, port):
        await asyncio.sleep(0.05)


async def _answers(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(_QUESTION)
        return bool(await reader.read(1))
    except OSError:
        return False
    finally:
        writer.close()
