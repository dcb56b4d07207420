"""One screen's connection: messages in, frames out, and never a backlog.

Frames go straight into the server's ``send``. As long as the network takes them, that finishes
without waiting, so nothing is queued and no task is woken: handing one frame to a thousand
screens costs little more than a thousand socket writes. When ``send`` has to wait, the rest of it
goes into a task, later frames queue behind it up to a bound, and past the bound they are dropped
for a fresh snapshot at the screen's next turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from datetime import datetime
from types import coroutine
from typing import Any, NamedTuple

from layers.live.columns import milliseconds
from layers.live.frames import encoder
from layers.live.groups import Frame, Key
from layers.live.hub import Hub
from layers.live.messages import MAX_BYTES, Hello, Open, Order, Ping, View, decode
from twin.errors import CommandRejected

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]

QUEUE_FRAMES = 8
QUEUE_BYTES = 1 << 20
HELLO_WITHIN_S = 10.0
MAX_DENIALS = 8
POLICY_VIOLATION = 1008

GONE = (OSError, RuntimeError)
"""What a server's ``send`` raises once the other side has left or is leaving."""


class Viewer(NamedTuple):
    """Who looks: the account's name, its territory prefixes, and what its role allows.

    ``masked`` leaves rooms and free text out of everything the account gets (a wall's words are
    redacted anyway); ``drives`` says whether it may move the clock of a replay that is not its own;
    ``account`` is what the owner of a replay is known by.
    """

    name: str
    prefixes: tuple[str, ...]
    masked: bool
    drives: bool = False
    account: str = ""


class Connection:
    """A screen as its hub sees it."""

    def __init__(self, send: Send, name: str) -> None:
        self.name = name
        self.key: Key | None = None
        self.incident: str | None = None
        self.hub: Hub | None = None
        self.gone = False
        self._send = send
        self._queue: deque[Frame] = deque()
        self._queued_bytes = 0
        self._behind = False
        self._writing: asyncio.Task[None] | None = None

    def enqueue(self, fresh: list[Frame]) -> None:
        """Send frames, or queue them while the network is busy; too many become a snapshot."""
        for frame in fresh:
            if self._writing is None:
                self._begin(frame.message)
            elif not self._behind:
                self._queue.append(frame)
                self._queued_bytes += frame.size
                if len(self._queue) > QUEUE_FRAMES or self._queued_bytes > QUEUE_BYTES:
                    self.renew()

    def renew(self) -> None:
        """Drop what waits and show everything anew, at once or when the network has room."""
        self._clear()
        if self._writing is not None:
            self._behind = True
            return
        if self.hub is not None:
            self.enqueue(self.hub.snapshot(self))

    def say(self, kind: str, **words: Any) -> None:
        """Send a message of this connection's own, outside the group's sequence."""
        text = encoder.encode({"kind": kind, **words}).decode()
        self.enqueue([Frame(0, {"type": "websocket.send", "text": text}, len(text))])

    def end(self, reason: str) -> None:
        """Deny everything from now on: say why and close the websocket."""
        self.say("denied", reason=reason)
        closing = {"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason}
        self.enqueue([Frame(0, closing, 0)])

    def close(self) -> None:
        """Stop writing; nothing is sent after this."""
        self.gone = True
        if self._writing is not None:
            self._writing.cancel()

    def _begin(self, message: Message) -> None:
        """Start a send; when it cannot finish at once, a task does."""
        if self.gone:
            return
        sending = self._send(message)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except GONE:
            self.gone = True
            return
        self._writing = asyncio.get_running_loop().create_task(self._finish(sending, waits_for))

    async def _finish(self, sending: Coroutine[Any, Any, None], waits_for: Any) -> None:
        try:
            await _resumed(sending, waits_for)
            while (frame := self._next()) is not None:
                await self._send(frame.message)
        except GONE:
            self.gone = True
        finally:
            self._writing = None

    def _next(self) -> Frame | None:
        """The next frame to send: a fresh snapshot's when frames had to be dropped."""
        if self._behind:
            self._behind = False
            self._clear()
            if self.hub is not None:
                self._queue.extend(self.hub.snapshot(self))
        if not self._queue:
            return None
        frame = self._queue.popleft()
        self._queued_bytes = sum(left.size for left in self._queue)
        return frame

    def _clear(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0


@coroutine
def _resumed(started: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was started by hand and stopped at ``waits_for``."""
    while True:
        try:
            answer = yield waits_for
        except BaseException as exc:
            step, argument = started.throw, exc
        else:
            step, argument = started.send, answer  # type: ignore[assignment]
        try:
            waits_for = step(argument)
        except StopIteration:
            return


class LiveService(NamedTuple):
    """What a connection is served from.

    ``find`` gives the hub of a session the viewer may join, or None; ``now`` the server's time.
    """

    find: Callable[[str], Hub | None]
    now: Callable[[], datetime]


async def serve(receive: Receive, send: Send, house: LiveService, viewer: Viewer) -> None:
    """Talk to one accepted websocket until it ends.

    ``receive`` and ``send`` are the ASGI callables. The first message must be a hello, within ten
    seconds. What cannot be understood or is not allowed is denied; too many denials end the
    connection.
    """
    connection = Connection(send, viewer.name)
    try:
        await _talk(receive, connection, house, viewer)
    finally:
        if connection.hub is not None:
            connection.hub.leave(connection)
        connection.close()


async def _talk(
    receive: Receive, connection: Connection, house: LiveService, viewer: Viewer
) -> None:
    """Carry out messages until the other side leaves or has been denied too often."""
    denials = 0
    while denials < MAX_DENIALS and not connection.gone:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S if connection.hub is None else None):
                received = await receive()
        except TimeoutError:
            connection.end("no hello")
            return
        if received["type"] == "websocket.disconnect":
            connection.gone = True
            return
        reason = _carry_out(received.get("text"), connection, house, viewer)
        if reason:
            denials += 1
            connection.say("denied", reason=reason)
    connection.end("too many denials")


def _carry_out(text: str | None, connection: Connection, house: LiveService, viewer: Viewer) -> str:
    """Do what a message asks; why not, or nothing."""
    if text is None or len(text) > MAX_BYTES:
        return "too long or not text"
    try:
        message = decode(text)
    except ValueError:
        return "not understood"
    if isinstance(message, Hello):
        return _hello(message, connection, house.find, viewer)
    hub = connection.hub
    if hub is None or connection.key is None:
        return "hello first"
    if isinstance(message, View):
        if message.layers is None:
            switches = tuple(connection.key.switches)
            message = View(band=message.band, compounds=message.compounds, layers=switches)
        public = connection.key.public
        hub.move(connection, hub.key(viewer.prefixes, viewer.masked, message, public=public))
    elif isinstance(message, Open):
        hub.open(connection, message.incident)
    elif isinstance(message, Ping):
        connection.say("pong", sent=message.sent, at=milliseconds(house.now()))
    else:
        return _order(message, hub, viewer)
    return ""


def _hello(
    hello: Hello, connection: Connection, find: Callable[[str], Hub | None], viewer: Viewer
) -> str:
    hub = find(hello.session)
    if hub is None:
        return "no such session"
    if connection.hub is not None:
        connection.hub.leave(connection)
    connection.hub = hub
    key = hub.key(viewer.prefixes, viewer.masked, hello, public=hello.screen == "wall")
    if not hub.join(connection, key, hello.seq, hello.epoch):
        connection.hub = None
        return "too many screens"
    return ""


def _order(order: Order, hub: Hub, viewer: Viewer) -> str:
    if not viewer.drives and (not hub.owner or hub.owner != viewer.account):
        return "not permitted"
    try:
        hub.clock.obey(order.do, order.at, order.speed)
    except CommandRejected as rejected:
        return rejected.reason
    return ""
