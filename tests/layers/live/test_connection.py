from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from layers.live import connection as module
from layers.live.clock import Clock
from layers.live.connection import (
    MAX_DENIALS,
    QUEUE_FRAMES,
    Connection,
    LiveService,
    Message,
    Viewer,
    serve,
)
from layers.live.hub import Hub
from tests.support.builders.layers import NOON, STREET, a_street, at, measured
from tests.support.catalogues import CATALOGUE
from tests.support.live_model import LiveModel

CHEN = Viewer("陈敏", (STREET,), masked=False, drives=True)


class Socket:
    """An accepted websocket as an ASGI server gives it."""

    def __init__(self) -> None:
        self.browser = LiveModel()
        self.closed: int | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def say(self, **words: Any) -> None:
        self.raw(json.dumps(words))

    def raw(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def receive(self) -> dict[str, Any]:
        return await self._said.get()

    async def send(self, message: Message) -> None:
        await self.open.wait()
        if self.broken:
            raise OSError("gone")
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        self.browser.take(message)


def a_hub(clock: Clock | None = None) -> Hub:
    twin = a_street()
    return Hub({STREET: twin}, CATALOGUE, now=NOON, epoch="t", clock=clock)


def a_house(hub: Hub) -> LiveService:
    return LiveService({"live": hub}.get, lambda: NOON)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def talk(hub: Hub, *said: str | dict[str, Any], viewer: Viewer = CHEN) -> Socket:
    """Say all that, leave, and let the conversation end."""
    socket = Socket()
    for words in said:
        socket.raw(words if isinstance(words, str) else json.dumps(words))
    socket.leave()
    sessions = {"live": hub, "replay:1": hub}
    await serve(socket.receive, socket.send, LiveService(sessions.get, lambda: at(7)), viewer)
    return socket


HELLO = {"kind": "hello", "compounds": ["huodian"]}


@pytest.mark.anyio
async def test_a_hello_is_answered_by_a_snapshot_and_leaving_leaves_nothing_behind() -> None:
    hub = a_hub()
    socket = await talk(hub, HELLO)
    assert socket.browser.kinds == ["snapshot", "binary"]
    assert hub.screens == 0 and socket.closed is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "words",
    ["", "nonsense", "[]", '{"kind":"sing"}', '{"kind":"hello","band":"middle"}', "x" * 5000,
     '{"kind":"hello","compounds":' + json.dumps(["c"] * 65) + "}", '{"kind":"view"}',
     '{"kind":"hello","session":"replay:2"}'],
)  # fmt: skip
async def test_what_is_not_understood_or_allowed_is_denied(words: str) -> None:
    socket = await talk(a_hub(), words)
    assert socket.browser.kinds == ["denied"]


@pytest.mark.anyio
async def test_too_many_denials_end_the_conversation() -> None:
    socket = await talk(a_hub(), *["nonsense"] * (MAX_DENIALS + 3))
    assert socket.browser.denials == ["not understood"] * MAX_DENIALS + ["too many denials"]
    assert socket.closed == 1008


@pytest.mark.anyio
async def test_who_says_nothing_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELLO_WITHIN_S", 0.01)
    socket = Socket()
    await serve(socket.receive, socket.send, a_house(a_hub()), CHEN)
    assert socket.browser.denials == ["no hello"] and socket.closed == 1008


@pytest.mark.anyio
async def test_a_place_that_is_not_yours_is_as_good_as_none() -> None:
    viewer = Viewer("李", ("lusong.hejiatu.changtangwan.jinyuan",), masked=False)
    hello = {"kind": "hello", "compounds": ["huodian", "nowhere", "jinyuan"]}
    socket = await talk(a_hub(), hello, viewer=viewer)
    assert [one["id"] for one in socket.browser.compounds] == ["jinyuan"]


@pytest.mark.anyio
async def test_a_grid_account_counts_only_its_devices_under_a_version_of_its_own() -> None:
    whole = await talk(a_hub(), HELLO)
    grid = Viewer("李", ("lusong.hejiatu.changtangwan.huodian.g1",), masked=False)
    part = await talk(a_hub(), HELLO, viewer=grid)
    (all_of_it,), (some_of_it,) = whole.browser.compounds, part.browser.compounds
    assert some_of_it["count"] == all_of_it["count"] / 2
    assert some_of_it["version"] == all_of_it["version"] + "-g1"
    assert sorted(part.browser.devices) == list(range(some_of_it["count"]))


@pytest.mark.anyio
async def test_a_live_clock_and_a_spectator_move_nothing() -> None:
    order = {"kind": "clock", "do": "play"}
    live = await talk(a_hub(), HELLO, order)
    assert live.browser.denials == ["a live clock does not play"]
    clock = Clock(now_ms=0.0, start_ms=0.0, end_ms=9.0, mode="paused")
    spectator = CHEN._replace(drives=False)
    watched = await talk(a_hub(clock), HELLO, order, viewer=spectator)
    assert watched.browser.denials == ["not permitted"] and clock.mode == "paused"


@pytest.mark.anyio
async def test_a_visitor_plays_a_replay_of_their_own_and_no_other() -> None:
    clock = Clock(now_ms=0.0, start_ms=0.0, end_ms=9.0, mode="paused")
    hub, order = a_hub(clock), {"kind": "clock", "do": "play"}
    visitor = CHEN._replace(drives=False, account="guest")
    hub.owner = "zhou"
    assert (await talk(hub, HELLO, order, viewer=visitor)).browser.denials == ["not permitted"]
    hub.owner = "guest"
    assert (await talk(hub, HELLO, order, viewer=visitor)).browser.denials == []
    assert clock.mode == "replay"


@pytest.mark.anyio
async def test_a_presenter_plays_a_replay() -> None:
    clock = Clock(now_ms=0.0, start_ms=0.0, end_ms=9.0, mode="paused")
    hello = HELLO | {"session": "replay:1"}
    socket = await talk(a_hub(clock), hello, {"kind": "clock", "do": "play"})
    assert socket.browser.denials == [] and clock.mode == "replay"


@pytest.mark.anyio
async def test_views_and_open_cases_reach_the_hub() -> None:
    hub, socket = a_hub(), Socket()
    task = asyncio.create_task(serve(socket.receive, socket.send, a_house(hub), CHEN))
    socket.say(**HELLO, layers=["gates"])
    socket.say(kind="view", compounds=["jinyuan"])
    socket.say(kind="open", incident=None)
    await settled()
    hub.tick(at(0.1))
    assert [one["id"] for one in socket.browser.compounds] == ["jinyuan"]
    assert len(socket.browser.devices) == 4  # the switches stay as they were
    socket.leave()
    await task


@pytest.mark.anyio
async def test_a_hello_again_is_a_new_beginning() -> None:
    socket = await talk(a_hub(), HELLO, HELLO)
    assert socket.browser.kinds == ["snapshot", "binary"] * 2


@pytest.mark.anyio
async def test_who_asks_for_the_time_gets_the_server_s_and_their_own_back_at_once() -> None:
    socket = await talk(a_hub(), HELLO, {"kind": "ping", "sent": 1234.5})
    assert socket.browser.pongs == [{"sent": 1234.5, "at": at(7).timestamp() * 1000}]
    assert socket.browser.gaps == 0, "it is no frame of the group's"


@pytest.mark.anyio
async def test_the_time_is_told_to_nobody_who_has_not_said_hello() -> None:
    socket = await talk(a_hub(), {"kind": "ping", "sent": 1}, {"kind": "ping"})
    assert socket.browser.pongs == [] and len(socket.browser.denials) == 2


@pytest.mark.anyio
async def test_a_slow_screen_gets_the_newest_truth_and_no_backlog() -> None:
    hub, slow, quick = a_hub(), Socket(), Socket()
    twin = hub.twins[STREET]
    tasks = [
        asyncio.create_task(serve(one.receive, one.send, a_house(hub), CHEN))
        for one in (slow, quick)
    ]
    slow.say(**HELLO)
    quick.say(**HELLO)
    await settled()
    slow.open.clear()
    for tick in range(3 * QUEUE_FRAMES):
        event = measured("huodian/noise/1", "level_db", tick, at(tick / 10))
        hub.mark_dirty(STREET, twin.apply(event))
        hub.tick(at(tick / 10))
    await settled()
    assert quick.browser.seq is not None and slow.browser.seq is not None
    assert quick.browser.seq >= slow.browser.seq + 3 * QUEUE_FRAMES
    slow.open.set()
    await settled()
    assert slow.browser.shown() == quick.browser.shown()
    assert slow.browser.kinds.count("snapshot") == 2 and slow.browser.gaps == 0
    for one in (slow, quick):
        one.leave()
    await asyncio.gather(*tasks)


@pytest.mark.anyio
async def test_a_broken_link_is_noticed_and_ends_quietly() -> None:
    hub, socket = a_hub(), Socket()
    task = asyncio.create_task(serve(socket.receive, socket.send, a_house(hub), CHEN))
    socket.say(**HELLO)
    await settled()
    socket.broken = True
    for tick in range(10):
        hub.tick(at(tick))
    socket.leave()
    await task
    assert hub.screens == 0


@pytest.mark.anyio
async def test_a_link_that_breaks_while_it_is_jammed_ends_quietly() -> None:
    hub, socket = a_hub(), Socket()
    task = asyncio.create_task(serve(socket.receive, socket.send, a_house(hub), CHEN))
    socket.say(**HELLO)
    await settled()
    socket.open.clear()
    for tick in range(10):
        hub.tick(at(tick))
    socket.broken = True
    socket.open.set()
    await settled()
    socket.leave()
    await task
    assert hub.screens == 0


@pytest.mark.anyio
async def test_when_a_session_ends_its_screens_are_told_and_hung_up() -> None:
    hub, socket = a_hub(), Socket()
    task = asyncio.create_task(serve(socket.receive, socket.send, a_house(hub), CHEN))
    socket.say(**HELLO)
    await settled()
    hub.end("the replay is over")
    await settled()
    assert socket.browser.denials == ["the replay is over"] and socket.closed == 1008
    socket.leave()
    await task


@pytest.mark.anyio
async def test_a_server_that_stops_cuts_a_jammed_send_short() -> None:
    hub, socket = a_hub(), Socket()
    task = asyncio.create_task(serve(socket.receive, socket.send, a_house(hub), CHEN))
    socket.say(**HELLO)
    await settled()
    socket.open.clear()
    for tick in range(10):
        hub.tick(at(tick))
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await settled()
    assert hub.screens == 0


@pytest.mark.anyio
async def test_nothing_is_sent_after_the_end() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    connection = Connection(send, "陈敏")
    connection.close()
    connection.say("denied", reason="late")
    connection.renew()
    assert sent == []
