"""What figures are measured on: the embedded server, roles as processes, their size and CPU."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import redis.asyncio

from bench.street import STREET
from feeds.host.valkey import Valkey
from feeds.streams.batches import TELEMETRY
from feeds.streams.keys import key

HOUSE = Path(__file__).resolve().parent.parent
_CHUNK = 2000
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@asynccontextmanager
async def valkey() -> AsyncIterator[str]:
    """The product's own embedded server in a folder that is gone afterwards; gives its URL."""
    with tempfile.TemporaryDirectory(prefix="dayuan-bench-") as folder:
        server = Valkey(Path(folder) / "valkey", port=free_port())
        await server.start()
        try:
            yield server.url
        finally:
            await server.stop()


async def load(url: str, payloads: Sequence[bytes], street: str = STREET) -> None:
    """Append payloads to a street's telemetry as a foreign writer would: XADD, pipelined."""
    name = key(street, TELEMETRY)
    async with redis.asyncio.Redis.from_url(url) as client:
        for start in range(0, len(payloads), _CHUNK):
            pipe = client.pipeline(transaction=False)
            for payload in payloads[start : start + _CHUNK]:
                pipe.execute_command("XADD", name, "*", "e", payload)
            await pipe.execute()


@asynccontextmanager
async def running(
    *words: str, env: Mapping[str, str] | None = None, talks: bool = False
) -> AsyncIterator[Process]:
    """A Python program of ours in a process of its own, ended when the block ends.

    ``talks`` connects its standard input and output to us.
    """
    ends = PIPE if talks else DEVNULL
    child = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=HOUSE, env={**os.environ, **(env or {})},
        stdin=ends, stdout=ends, limit=1 << 24,
    )  # fmt: skip
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        try:
            await asyncio.wait_for(child.wait(), 8)
        except TimeoutError:
            child.kill()
            await child.wait()


async def until_open(port: int, child: Process, within_s: float = 60.0) -> None:
    """Return once something listens on a port of loopback."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            if child.returncode is not None or loop.time() > deadline:
                raise RuntimeError(f"nothing listens on port {port}") from None
            await asyncio.sleep(0.01)


def resident_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident size of a process in MB (10^6 bytes); ``VmHWM`` is the largest it ever was."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"process {pid} has no {field}")


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
