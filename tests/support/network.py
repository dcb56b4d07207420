"""A hub over one street, and screens that hear it over networks that jam and break."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from layers.live.connection import Connection, Message
from layers.live.hub import Hub
from layers.live.messages import Hello
from tests.support.builders.layers import NOON, STREET
from tests.support.catalogues import CATALOGUE
from tests.support.live_model import LiveModel
from twin import events
from twin.state.twin import Twin

STREETWIDE = (STREET,)
CALL = "huodian/call/1"  # in grid 1; call/2 is in grid 2


class Network:
    """A screen's network: what is sent arrives in its browser, unless it is jammed."""

    def __init__(self, hub: Hub, prefixes: tuple[str, ...], masked: bool = False) -> None:
        self.hub = hub
        self.prefixes = prefixes
        self.masked = masked
        self.browser = LiveModel()
        self.sent: list[Message] = []
        self.free = asyncio.Event()
        self.free.set()
        self.connect()

    def connect(self) -> None:
        """A new connection, while the browser keeps what it knows."""
        self.connection = Connection(self._send, "陈敏")
        self.connection.hub = self.hub

    async def _send(self, message: Message) -> None:
        await self.free.wait()
        self.sent.append(message)
        self.browser.take(message)

    def hello(self, *compounds: str, resume: bool = False, **words: Any) -> None:
        self.key = self.hub.key(self.prefixes, self.masked, Hello(compounds=compounds, **words))
        self.join(resume)

    def join(self, resume: bool) -> None:
        seq, epoch = (self.browser.seq, self.browser.epoch) if resume else (None, None)
        assert self.hub.join(self.connection, self.key, seq, epoch)

    def texts(self) -> list[dict[str, Any]]:
        return [json.loads(message["text"]) for message in self.sent if "text" in message]


async def close(screen: Network) -> None:
    screen.hub.leave(screen.connection)
    screen.connection.close()
    await asyncio.sleep(0)


def a_hub(twin: Twin) -> Hub:
    return Hub({twin.street: twin}, CATALOGUE, now=NOON, epoch="t")


def happen(hub: Hub, *facts: events.Event) -> None:
    for fact in facts:
        hub.mark_dirty(STREET, hub.twins[STREET].apply(fact))
