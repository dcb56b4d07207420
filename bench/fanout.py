"""fanout: frames delivered to a thousand screens, against bare ``websockets.broadcast``.

Ours is ``Hub`` and ``serve`` behind uvicorn, over a twin of 2,000 devices that says 2,000 things a
second; the peer sends the very same bytes to as many sockets at the same beat, and does nothing
else. Both at 10 Hz in this process, the screens in another. What a server could carry is frames
delivered by CPU seconds used, folding and encoding included; the ratio is of those. That ours
really delivers ten frames a second to each is a row of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from time import process_time, time
from typing import Any, NamedTuple

import uvicorn
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_bare

from bench.catalogue import CATALOGUE
from bench.memory import hello
from bench.stack import free_port, running
from bench.street import STREET, street
from bench.table import Row, at_least
from bench.traffic import Traffic, full_report, now
from layers.live.connection import LiveService, Viewer, serve
from layers.live.groups import Frame
from layers.live.hub import PERIOD_S, Hub
from layers.live.messages import Hello, decode
from twin.events import Event
from twin.places.model import Compound
from twin.state.twin import Twin

SCREENS, DEVICES, RATE, SECONDS = 1000, 2000, 2000, 5


class Sent(NamedTuple):
    """Frames delivered in the time measured, CPU seconds it took here, and frames' ages in ms."""

    frames: int
    cpu_s: float
    ages: list[float]


class Ear:
    """A screen that keeps the frames it is offered, tick by tick."""

    def __init__(self) -> None:
        self.name = "ear"
        self.key: Any = None
        self.incident: str | None = None
        self.heard: list[list[Frame]] = []

    def enqueue(self, fresh: list[Frame]) -> None:
        """Keep them."""
        self.heard[-1].extend(fresh)

    def renew(self) -> None:
        """Nothing to do: an ear hears changes only."""

    def end(self, reason: str) -> None:
        """Nothing to do."""


def scripts(compounds: list[Compound], ticks: int) -> list[list[Event]]:
    """What is said in each tick."""
    traffic, share = Traffic(compounds), timedelta(seconds=PERIOD_S)
    return [
        list(traffic.events(round(RATE * PERIOD_S), now() + share * tick, share))
        for tick in range(ticks)
    ]


def hub_over(compounds: list[Compound]) -> tuple[Twin, Hub]:
    """A twin in which all is known, and its hub."""
    twin = Twin(STREET, compounds, CATALOGUE)
    twin.fold(full_report(compounds, now() - timedelta(seconds=30)))
    return twin, Hub({STREET: twin}, CATALOGUE, now=now(), epoch="bench")


@asynccontextmanager
async def ours(hub: Hub, port: int) -> AsyncIterator[None]:
    """The hub behind uvicorn, set up as the web role does."""
    viewer, service = Viewer("bench", (STREET,), False), LiveService(lambda _: hub, now)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await serve(receive, send, service, viewer)

    config = uvicorn.Config(
        application, host="127.0.0.1", port=port, ws="websockets-sansio", lifespan="off",
        ws_per_message_deflate=False, log_level="error", access_log=False, backlog=4096,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        hub.end("over")
        server.should_exit = server.force_exit = True
        await task


async def beat(ticks: int, act: Callable[[int], None]) -> tuple[float, float, float]:
    """Call ``act`` ten times a second; begin, end (Unix seconds) and CPU seconds it took."""
    loop = asyncio.get_running_loop()
    due, cpu, begin = loop.time(), process_time(), time()
    for tick in range(ticks):
        act(tick)
        due += PERIOD_S
        await asyncio.sleep(max(0.0, due - loop.time()))
    return begin, time(), process_time() - cpu


async def listened(
    port: int, count: int, words: str, send: Callable[[], Awaitable[tuple[float, float, float]]]
) -> Sent:
    """What screens in another process get while ``send`` runs."""
    order = {"host": f"127.0.0.1:{port}", "path": "/live", "cookie": "", "count": count,
             "hello": words}  # fmt: skip
    async with running("-m", "bench.screens", talks=True) as child:
        assert child.stdin and child.stdout
        child.stdin.write(json.dumps(order).encode() + b"\n")
        assert await child.stdout.readline() == b"ready\n", "the screens could not connect"
        begin, end, cpu_s = await send()
        child.stdin.write(f"{begin} {end + 0.3}\n".encode())
        found = json.loads(await child.stdout.readline())
    return Sent(found["frames"], cpu_s, found["ages"])


async def from_hub(compounds: list[Compound], said: list[list[Event]], count: int) -> Sent:
    """Ours."""
    twin, hub = hub_over(compounds)
    port = free_port()

    def act(tick: int) -> None:
        hub.mark_dirty(STREET, twin.fold(said[tick]).changes)
        hub.tick(now())

    async with ours(hub, port):
        words = hello(compounds)
        return await listened(port, count, words, lambda: beat(len(said), act))


async def bare(ticks: list[list[Frame]], count: int) -> Sent:
    """The peer: the frames an ear heard, to all, each tick."""
    crowd: set[ServerConnection] = set()
    port = free_port()

    async def stay(connection: ServerConnection) -> None:
        crowd.add(connection)
        await connection.wait_closed()

    def act(tick: int) -> None:
        for frame in ticks[tick]:
            broadcast(crowd, frame.message.get("bytes") or frame.message["text"])

    async with serve_bare(stay, "127.0.0.1", port, compression=None, backlog=4096):
        return await listened(port, count, "", lambda: beat(len(ticks), act))


def heard(compounds: list[Compound], said: list[list[Event]]) -> list[list[Frame]]:
    """The frames a screen is offered at each tick."""
    twin, hub = hub_over(compounds)
    ear = Ear()
    ear.heard.append([])
    wish = decode(hello(compounds))
    assert isinstance(wish, Hello)
    key = hub.key((STREET,), False, wish)
    hub.join(ear, key, None, None)
    for events in said:
        ear.heard.append([])
        hub.mark_dirty(STREET, twin.fold(events).changes)
        hub.tick(now())
    return ear.heard[1:]


def _rate(sent: Sent) -> float:
    return sent.frames / sent.cpu_s


def _percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


async def measured(screens: int, seconds: int) -> list[Row]:
    """Both, one after the other."""
    compounds = street(DEVICES)
    said = scripts(compounds, round(seconds / PERIOD_S))
    frames = heard(compounds, said)
    expected = sum(map(len, frames)) * screens
    size = sum(frame.size for tick in frames for frame in tick) / len(frames)
    peer = await bare(frames, screens)
    mine = await from_hub(compounds, said, screens)
    case = f"{screens:,} screens at 10 Hz"
    ages = f"p50 {_percentile(mine.ages, 0.5):.0f} ms, p99 {_percentile(mine.ages, 0.99):.0f} ms"
    late = f"{size:,.0f} bytes a tick; from tick to screen: {ages}"
    return [
        at_least(0.5, figure="fanout", case=f"{case}, delivered by CPU second", value=_rate(mine),
                 peer=_rate(peer), unit="frames/CPU s", against="bare broadcast",
                 note=f"CPU {mine.cpu_s:.2f} s against {peer.cpu_s:.2f} s for {seconds} s"),
        at_least(0.95, figure="fanout", case=f"{case}, delivered in time",
                 value=mine.frames / seconds, peer=expected / seconds, unit="frames/s",
                 against="asked for", note=late),
    ]  # fmt: skip


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    return uvloop.run(measured(*((5, 1) if smoke else (SCREENS, SECONDS))))
