"""Connections to the server or cluster behind a URL, and commands that survive their loss.

Commands go out as they are and replies come back undecoded: redis-py's reply objects cost more
than the folding of what they hold (reading 100,000 entries: 3.8 µs each through ``xread``, 2.1 µs
here). redis-py still does what it does well: TLS, login, cluster slots, parsing by hiredis.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio
from redis.asyncio.connection import Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisClusterException, RedisError, ResponseError
from redis.exceptions import TimeoutError as LateReply

from feeds.errors import Unavailable
from feeds.streams.healing import AWAY, Trouble, trouble
from twin.errors import InvalidSetting

Command = Sequence[str | bytes | int]
SINGLE_SCHEMES = ("redis://", "rediss://", "unix://")
CLUSTER_SCHEMES = ("redis+cluster://", "rediss+cluster://")
REPLY_S = 5.0
"""A reply that takes longer than this is taken as lost."""
PATIENCE_S = 15.0
"""Long enough for the supervisor to restart a server that was killed and reads its log back in."""
ANSWER_S = 3.5
"""The patience of whoever has somebody waiting: a request must be answered within five seconds."""
MOST_CONNECTIONS = 32
READ_SIZE = 1 << 20
_CONNECT_S = 3.0
STEADY_S = 30.0
_LEAST_S = 1.0
"""A last attempt may take so long, even when the patience is at its end."""


def client_from_url(url: str) -> Any:
    """An ordinary redis-py asyncio client for any URL we accept, for keys that are no streams.

    Its commands raise Unavailable when the server does not answer within ANSWER_S, or refuses for
    a reason that is not ours. Raises InvalidSetting for a scheme we do not know.
    """
    return _client(url, socket_timeout=ANSWER_S)


class _Patient:
    """What both kinds of client have in common: one error for a server that is not there."""

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Carry out one command."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await super().execute_command(*words, **options)  # type: ignore[misc]
        except (RedisError, OSError) as exc:
            if (found := trouble(exc)) is None:
                raise
            raise unavailable(exc, found) from exc


class _Single(_Patient, redis.asyncio.Redis):  # type: ignore[misc]  # bases of theirs disagree
    """One server."""


class _Cluster(_Patient, redis.asyncio.RedisCluster):  # type: ignore[misc]
    """A cluster."""


def _client(url: str, socket_timeout: float | None) -> Any:
    options: dict[str, Any] = {"protocol": 2, "socket_connect_timeout": _CONNECT_S}
    options["socket_timeout"] = socket_timeout
    if url.startswith(CLUSTER_SCHEMES):
        return _Cluster.from_url(url.replace("+cluster", "", 1), **options)
    if not url.startswith(SINGLE_SCHEMES):
        known = ", ".join(SINGLE_SCHEMES + CLUSTER_SCHEMES)
        raise InvalidSetting("DAYUAN_REDIS_URL", url.partition("://")[0], f"begin with {known}")
    options["retry"] = Retry(ExponentialWithJitterBackoff(base=0.05, cap=1.0), 6)
    try:
        return _Single.from_url(url, **options)
    except ValueError:  # its words repeat part of the URL, which may be the password
        reason = "it cannot be read: signs such as / @ ? in a password are written as %2F %40 %3F"
        raise InvalidSetting("DAYUAN_REDIS_URL", shown(url), reason) from None


def shown(url: str) -> str:
    """A URL as it may be printed: without user, password and options.

    >>> shown("rediss://dayuan:hunter2@redis.example:6379/0?password=hunter2")
    'rediss://redis.example:6379/0'
    """
    scheme, _, rest = url.partition("://")
    place, _, options = rest.partition("?")
    hidden = "@" in options  # a password with a question mark, or one among the options
    return f"{scheme}://{'…' if hidden else place.rpartition('@')[2]}"


def backoff_s(attempt: int, most_s: float = 5.0) -> float:
    """How long to wait before the next attempt: 50 ms doubled each time, half of it by chance."""
    return float(min(most_s, 0.05 * 2 ** min(attempt, 10)) * random.uniform(0.5, 1.0))


def attempt_after(attempt: int, ran_s: float) -> int:
    """The number of the next attempt of something that ends: 0 again once it had been steady."""
    return 0 if ran_s > STEADY_S else attempt + 1


class Link:
    """The connections to one URL. ``call`` repeats until answered, ``line`` lends a connection."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        # Lines keep time themselves: with a time limit redis-py sends under asyncio.wait_for,
        # which on Python 3.11 can swallow a cancellation (bpo-37658), and a task never ends.
        client = _client(url, socket_timeout=None)
        self.patience_s = patience_s
        self._cluster = client if url.startswith(CLUSTER_SCHEMES) else None
        self._options = {} if self._cluster else dict(parse_url(url))
        self._free: list[Any] = []
        self._turn = asyncio.Semaphore(MOST_CONNECTIONS)
        self._closed = False

    async def close(self) -> None:
        """Close every connection that is not lent out; those close when they come back."""
        self._closed = True
        while self._free:
            await self._free.pop().disconnect()
        if self._cluster is not None:
            await self._cluster.aclose()

    async def call(
        self, key: str, *commands: Command, wait_s: float = 0.0, bears: str = ""
    ) -> list[Any]:
        """Send commands to the node that holds ``key``, on one connection; give their replies.

        Sent again, all of them, when the connection or a reply is lost or the node is not ready:
        they must bear that. ``wait_s`` is how long a command may block by its own wish; an error
        reply with the words ``bears`` is given among the replies.

        Raises Unavailable after ``patience_s``, a second later at most, and at once for what does
        not pass by itself; an error reply that ``feeds.streams.healing`` does not know is raised as
        redis-py's ResponseError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience_s
        attempt = 0
        while True:
            try:
                until = max(deadline, loop.time() + _LEAST_S) + wait_s
                async with asyncio.timeout_at(until), self._turn, self.line(key) as line:
                    return await line.ask(*commands, wait_s=wait_s, bears=bears)
            except (RedisError, OSError) as exc:
                if (found := trouble(exc)) is None:
                    raise
                if not found.passes or loop.time() > deadline or self._closed:
                    raise unavailable(exc, found) from exc
                await asyncio.sleep(backoff_s(attempt, most_s=1.0))
                attempt += 1

    @asynccontextmanager
    async def line(self, key: str) -> AsyncIterator[Line]:
        """Lend a connection to the node that holds ``key``; one left unclean is closed."""
        if self._cluster is not None:
            async with self._cluster_line(key) as line:
                yield line
            return
        line = Line(self._free.pop() if self._free else self._connection())
        try:
            yield line
        finally:
            if line.clean and not self._closed:
                self._free.append(line.connection)
            else:
                await line.connection.disconnect(nowait=True)

    @asynccontextmanager
    async def _cluster_line(self, key: str) -> AsyncIterator[Line]:
        assert self._cluster is not None
        await self._cluster.initialize()
        node = self._cluster.get_node_from_key(key)
        line = Line(node.acquire_connection())
        try:
            yield line
        except (RedisError, OSError) as exc:
            if trouble(exc) is not None:  # the slot may have moved to another node
                await self._learn_slots()
            raise
        finally:
            if not line.clean:
                await line.connection.disconnect(nowait=True)
            node.release(line.connection)

    async def _learn_slots(self) -> None:
        assert self._cluster is not None
        try:
            await self._cluster.nodes_manager.initialize()
        except (RedisError, OSError, RedisClusterException):
            return  # no node answers; the caller's next attempt asks again

    def _connection(self) -> Any:
        options: dict[str, Any] = {
            **self._options,
            "protocol": 2,
            "socket_connect_timeout": _CONNECT_S,
            "socket_timeout": None,
            "socket_read_size": READ_SIZE,
        }
        make = options.pop("connection_class", Connection)
        return make(**options, retry=Retry(NoBackoff(), 0))


class Line:
    """One connection in use: requests and replies by hand, in order."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.clean = True

    async def send(self, *commands: Command) -> None:
        """Send commands without waiting for replies; each reply must be read with ``reply``.

        Raises LateReply when they cannot be sent within REPLY_S.
        """
        self.clean = False
        try:
            async with asyncio.timeout(REPLY_S):  # connects and logs in first, where needed
                packed = self.connection.pack_commands(commands)
                await self.connection.send_packed_command(packed)
        except TimeoutError as exc:
            raise LateReply("the request could not be sent") from exc

    async def reply(self, wait_s: float = 0.0) -> Any:
        """The next reply, undecoded; an error reply is returned, not raised.

        Raises LateReply when there is none within REPLY_S + ``wait_s``.
        """
        try:
            async with asyncio.timeout(REPLY_S + wait_s):
                # No time limit of its own: redis-py would give None, as for a read with no news.
                return await self.connection.read_response(disable_decoding=True, timeout=math.inf)
        except ResponseError as error:
            return error
        except TimeoutError as exc:
            raise LateReply("the reply is late") from exc

    async def ask(self, *commands: Command, wait_s: float = 0.0, bears: str = "") -> list[Any]:
        """Send commands and read all their replies; the first error reply is raised after that,
        but for those with the words ``bears``.
        """
        await self.send(*commands)
        replies = [await self.reply(wait_s) for _ in commands]
        self.clean = True
        for reply in replies:
            if isinstance(reply, Exception) and not (bears and bears in str(reply)):
                raise reply
        return replies


def unavailable(error: BaseException, found: Trouble) -> Unavailable:
    """What to tell of a server in trouble."""
    says = str(error) or type(error).__name__
    if found.word == AWAY:
        return Unavailable(f"no answer: {says}", word=AWAY)
    return Unavailable(f"the server refuses us: {found.word}: {says}", word=found.word)
