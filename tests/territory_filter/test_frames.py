"""No frame of the live socket to anybody holds what is not theirs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from feeds.access.accounts import Account
from layers.live.frames import unpack
from tests.support.live_screen import LiveScreen, watching
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole
from tests.territory_filter.asking import THEIRS
from tests.territory_filter.installation import replay_of
from tests.territory_filter.looking import leaks
from twin.places.territory import covers, touches

pytestmark = pytest.mark.anyio


def hellos(replays: Iterable[str]) -> list[dict[str, Any]]:
    """Every kind of hello, each asking for everything there is."""
    everything = [*t.STREET_OF, "nowhere", t.SCOPES["compound"]]
    asked: list[dict[str, Any]] = [
        {"screen": screen, "band": band, "compounds": everything, "layers": ["sensors", "fields"]}
        for screen in ("wall", "console", "replay")
        for band in ("near", "far")
    ]
    asked += [{"session": session, "compounds": everything} for session in replays]
    return asked


async def _pry(screen: LiveScreen) -> None:
    """Ask a connected screen's server for what is elsewhere, in every way there is."""
    for case in THEIRS:
        await screen.say(kind="open", incident=case)
    await screen.say(kind="view", band="far", compounds=["qingshui"])
    await screen.say(kind="view", band="near", compounds=["qingshui", "qiaotou", "mudan"])
    await screen.say(kind="clock", do="play")


async def test_no_frame_to_anybody_holds_what_is_not_theirs(house: WebRole) -> None:
    replays = [await replay_of(house, one) for one in (t.DISTRICT, t.ACCOUNTS[1])]
    async with AsyncExitStack() as stack:
        screens: list[tuple[Account, LiveScreen]] = []
        for account in t.ACCOUNTS:
            token = await house.admit(account)
            for hello in hellos(replays):
                screen = LiveScreen(house.port, token, **hello)
                screen.listening = True
                screens.append((account, screen))
        await stack.enter_async_context(watching(*(screen for _, screen in screens)))
        for _, screen in screens:
            await _pry(screen)
        stranger = LiveScreen(house.port, await house.admit(t.STRANGER), compounds=["qingshui"])
        await stack.enter_async_context(watching(stranger))
        await stranger.say(kind="open", incident=THEIRS[0])
        await _let_happen(house)
        for account, screen in screens:
            await screen.until(partial(_has_seen_all, screen))
            _judge(account, screen)


async def _let_happen(house: WebRole) -> None:
    for street in (t.NEAR, t.FAR):
        telemetry, operations = t.news(street, datetime.now(UTC))
        await house.streams.append(street, telemetry)
        for event in operations:
            await house.streams.append_operations(street, [event])


def _has_seen_all(screen: LiveScreen) -> bool:
    kinds = set(screen.model.kinds)
    news = f"{t.case_of('qiaotou', 1)}-more" in screen.model.things.get("incidents", {})
    live = screen.hello["session"] == "live"
    return {"snapshot", "binary", "beat"} <= kinds and (not live or (news and "delta" in kinds))


def _judge(account: Account, screen: LiveScreen) -> None:
    about = (account.name, screen.hello)
    assert leaks(account, b"\n".join(screen.heard)) == [], about
    shown = {one["id"] for one in screen.model.compounds}
    own = {place for place in t.STREET_OF if touches(account.prefixes, t.whole(place))}
    assert shown <= own, about
    most = sum(
        covers(account.prefixes, device.territory)
        for place in t.compounds(t.NEAR)[t.NEAR]
        for device in place.devices
    )
    frames = [unpack(frame) for frame in screen.heard if frame.startswith(b"DYN1")]
    assert all(index < most for frame in frames for index in frame.index.tolist()), about
    if account.role == "viewer":
        assert "not permitted" in screen.model.denials, about
