"""memory and start: size of the real ``web`` process, and seconds from its start to a first frame.

The process is ``app.py web`` over the embedded server, with a snapshot of the street and a tail
of entries after it, as after any restart. A screen logs in and looks at every compound; the first
frame is its snapshot, text and binary, with every device in it. Then 2,000 events a second go on
for some seconds, and the size is read while the screen is being fed.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake
from websockets.typing import Origin

from bench.catalogue import CATALOGUE
from bench.stack import free_port, load, resident_mb, running, until_open, valkey
from bench.street import STREET, street
from bench.table import Row, at_most
from bench.traffic import Traffic, full_report, now
from feeds.access.accounts import Account, Accounts
from feeds.streams.link import client_from_url
from feeds.streams.streams import Streams
from geodata.store import save
from layers.live.frames import UNKNOWN_CODE, unpack
from pages.door.guard import COOKIE
from twin.places.model import Compound
from twin.state.twin import Twin

SIZES = (10_000, 100_000)
TAIL, RATE, SECONDS = 2000, 2000, 4
_SETTLE_S = 60.0


class Web(NamedTuple):
    """A web process in front of a street."""

    pid: int
    port: int
    token: str
    born: float


class Start(NamedTuple):
    """How a start went: when a page could connect, when all was there, how large the process is."""

    open_s: float
    frame_s: float
    frame_bytes: int
    fresh_mb: float
    fed_mb: float
    most_mb: float


async def token_of(url: str, role: str = "dispatcher", prefix: str = STREET) -> str:
    """A session's token for an account that sees the whole street, or what else is named."""
    account = Account(name="bench", display="Bench", role=role, prefixes=(prefix,))
    async with client_from_url(url) as client:
        accounts = Accounts(client)
        await accounts.add(account, "bench-only-password")
        return await accounts.open_session(account)


async def keep(url: str, compounds: Sequence[Compound], street: str = STREET) -> None:
    """A snapshot of a street in which every device has reported."""
    twin = Twin(street, compounds, CATALOGUE)
    folded = twin.fold(full_report(compounds, now() - timedelta(seconds=30)))
    assert not folded.rejected
    async with Streams(url) as streams:
        await streams.save_snapshot(street, twin.snapshot(), await streams.newest(street))


@asynccontextmanager
async def web(url: str, compounds: Sequence[Compound]) -> AsyncIterator[Web]:
    """The real web role over a server and a street, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="dayuan-bench-") as folder:
        for compound in compounds:
            save(Path(folder) / "places", compound)
        async with web_over(url, Path(folder), await token_of(url)) as there:
            yield there


@asynccontextmanager
async def web_over(url: str, folder: Path, token: str) -> AsyncIterator[Web]:
    """The real web role over a server and a folder of data."""
    port = free_port()
    env = {"DAYUAN_DATA": str(folder), "DAYUAN_REDIS_URL": url, "DAYUAN_PORT": str(port),
           "DAYUAN_DEMO": "0", "DAYUAN_LOG": "warning"}  # fmt: skip
    born = perf_counter()
    async with running("app.py", "web", env=env) as child:
        await until_open(port, child)
        yield Web(child.pid, port, token, born)


@asynccontextmanager
async def screen(there: Web) -> AsyncIterator[ClientConnection]:
    """A websocket to ``/live`` with a session, nothing said yet."""
    origin = Origin(f"http://127.0.0.1:{there.port}")
    url = f"ws://127.0.0.1:{there.port}/live"
    cookie = {"cookie": f"{COOKIE}={there.token}"}
    for attempt in range(200):
        try:
            socket = await connect(url, origin=origin, additional_headers=cookie, max_size=None,
                                   compression=None, proxy=None)  # fmt: skip
            break
        except (InvalidHandshake, OSError):
            if attempt == 199:
                raise
            await asyncio.sleep(0.02)
    async with socket:
        yield socket


def hello(compounds: Sequence[Compound], **more: Any) -> str:
    """The first message of a screen that looks at these compounds."""
    names = [compound.id for compound in compounds]
    words: dict[str, Any] = {"kind": "hello", "session": "live", "screen": "console"}
    words |= {"band": "near", "compounds": names, "layers": [], "seq": None, "epoch": None, **more}
    return json.dumps(words)


async def first_frame(socket: ClientConnection, compounds: Sequence[Compound]) -> int:
    """Say hello and wait until every device is known; the bytes it took, text and binary.

    That is the snapshot, and the frame after it for a screen that came before the first tick.
    """
    await socket.send(hello(compounds))
    state = np.full(sum(len(compound.devices) for compound in compounds), UNKNOWN_CODE, np.uint8)
    size = 0
    async with asyncio.timeout(_SETTLE_S):
        while (state & UNKNOWN_CODE == UNKNOWN_CODE).any():
            said = await socket.recv()
            size += len(said)
            if isinstance(said, bytes):
                frame = unpack(said)
                state[frame.index] = frame.state
    return size


async def started(url: str, compounds: Sequence[Compound], seconds: int) -> Start:
    """Start, look, feed, weigh."""
    async with web(url, compounds) as there:
        open_s = perf_counter() - there.born
        async with screen(there) as socket:
            size = await first_frame(socket, compounds)
            frame_s = perf_counter() - there.born
            fresh = resident_mb(there.pid)
            reading = asyncio.create_task(_read_on(socket))
            await feed(url, compounds, seconds)
            fed = resident_mb(there.pid)
            reading.cancel()
        return Start(open_s, frame_s, size, fresh, fed, resident_mb(there.pid, "VmHWM"))


async def _read_on(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def feed(url: str, compounds: Sequence[Compound], seconds: int, rate: int = RATE) -> None:
    """Append ``rate`` events a second, in tenths."""
    traffic, loop = Traffic(compounds), asyncio.get_running_loop()
    due = loop.time()
    for _ in range(seconds * 10):
        await load(url, traffic.payloads(rate // 10, now(), timedelta(milliseconds=1)))
        due += 0.1
        await asyncio.sleep(max(0.0, due - loop.time()))


async def measured(devices: int, seconds: int) -> Start:
    """A start over a street of a size."""
    compounds = street(devices)
    async with valkey() as url:
        await keep(url, compounds)
        await load(url, Traffic(compounds).payloads(TAIL, now(), timedelta(milliseconds=1)))
        return await started(url, compounds, seconds)


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    rows = []
    for devices in (100,) if smoke else SIZES:
        found = uvloop.run(measured(devices, 1 if smoke else SECONDS))
        case = f"{devices:,} devices"
        about = f"port open after {found.open_s:.2f} s; frame {found.frame_bytes / 1e3:,.0f} kB"
        sizes = f"{found.fresh_mb:.0f} MB before the feed, {found.most_mb:.0f} MB at most"
        rows += [
            at_most(400, figure="memory", case=f"web, {case}, 1 screen, {RATE:,} events/s",
                    value=found.fed_mb, unit="MB",
                    note=sizes),
            at_most(5, figure="start", case=f"first frame, {case}", value=found.frame_s, unit="s",
                    note=about),
        ]  # fmt: skip
    return rows
