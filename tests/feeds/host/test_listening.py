"""The port that the supervisor holds for the web role."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from feeds.host.listening import lent_sockets, listening, until_answering
from tests.conftest import free_port

pytestmark = pytest.mark.anyio
HOST = "127.0.0.1"


async def test_a_port_that_is_being_let_go_of_is_waited_for() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        asking = asyncio.ensure_future(listening(HOST, port))
        await asyncio.sleep(0)
        assert not asking.done()
        taken.close()
        [door] = await asyncio.wait_for(asking, 20)
        door.close()


async def test_a_port_that_stays_taken_and_an_address_of_others_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("feeds.host.listening.PATIENCE_S", 0.1)
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            await listening(HOST, taken.getsockname()[1])
    with pytest.raises(OSError, match="assign"):
        await listening("192.0.2.1", free_port())


async def test_every_address_of_a_name_is_listened_on() -> None:
    port = free_port()
    doors = await listening("localhost", port)
    found = {row[4][0] for row in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
    assert {door.getsockname()[0] for door in doors} == found
    for door in doors:
        door.close()


async def test_who_comes_before_anybody_answers_waits_and_is_answered() -> None:
    [door] = await listening(HOST, free_port())
    port = door.getsockname()[1]
    asking = asyncio.ensure_future(until_answering(HOST, port))
    early, mine = await asyncio.open_connection(HOST, port)
    assert not asking.done()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    [lent] = lent_sockets(str(os.dup(door.fileno()))) or []
    async with asyncio.timeout(20), await asyncio.start_server(greet, sock=lent):
        await asking
        assert (await early.readline()).startswith(b"HTTP/1.1 200")
    # The web role let go of it; whoever comes now waits for the next one.
    _, late = await asyncio.open_connection(HOST, port)
    for writer in (mine, late):
        writer.close()
        await writer.wait_closed()
    door.close()


def test_a_role_started_by_hand_was_lent_none() -> None:
    assert lent_sockets("") is None
