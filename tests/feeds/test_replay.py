"""The recorded log as a source: what it folds to, at any instant, and the sessions that play it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
import redis
from msgspec.structs import replace

from feeds.catalogue_record import CatalogueRecord, WentBy, note
from feeds.replay import MOST_SESSIONS, Recording, Session, Sessions
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from layers.live.clock import Clock
from layers.live.columns import milliseconds
from layers.live.groups import Frame, Key
from layers.live.hub import Hub
from layers.live.messages import View
from tests.support.builders import layers as b
from tests.support.builders.streams import a_compound_elsewhere
from tests.support.catalogues import CATALOGUE, CATALOGUES, of_districts
from tests.support.waiting import comes_true
from twin import events
from twin.errors import CommandRejected
from twin.places.model import Compound
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio

GATE, CALL = "huodian/gate/1", "huodian/call/1"
TEN_MIN = 600


def record(url: str, stream: str, event: events.Event) -> None:
    """Write an event as received at its own time."""
    with redis.Redis.from_url(url) as client:
        at = int(milliseconds(event.time))
        client.xadd(key(b.STREET, stream), {"e": events.encode(event)}, id=f"{at}-*")


def a_day(url: str) -> list[events.Event]:
    """A gate that opens and closes every ten minutes for five hours, and a case half-way."""
    states = ["open", "closed"] * 15
    told = [b.reported(GATE, state, b.at(n * TEN_MIN)) for n, state in enumerate(states)]
    for event in told:
        record(url, "telemetry", event)
    record(url, "operations", b.raised("huodian/call/1", b.at(15 * TEN_MIN)))
    return told


def compounds() -> Mapping[str, Sequence[Compound]]:
    return {b.STREET: list(b.a_street().compounds.values())}


def ms(seconds: float) -> float:
    return milliseconds(b.at(seconds))


async def test_a_recording_shows_the_state_of_the_instant_asked_for(valkey_url: str) -> None:
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        recording = Recording(streams, b.STREET, compounds()[b.STREET], CATALOGUE)
        before = await recording.seek(ms(14 * TEN_MIN + 1))
        assert (before.devices[GATE].state, before.alarms) == ("open", {})
        after = await recording.seek(ms(29 * TEN_MIN))
        assert after.devices[GATE].state == "closed"
        assert list(after.alarms) == ["huodian/call/1#call_pressed"]


async def test_going_on_ends_where_a_jump_would_have_led(valkey_url: str) -> None:
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        walked = Recording(streams, b.STREET, compounds()[b.STREET], CATALOGUE)
        await walked.seek(ms(0))
        changed = [change for n in range(1, 30) for change in await walked.advance(ms(n * TEN_MIN))]
        jumped = Recording(streams, b.STREET, compounds()[b.STREET], CATALOGUE)
        await jumped.seek(ms(29 * TEN_MIN))
        assert walked.twin.devices[GATE].code == jumped.twin.devices[GATE].code
        assert walked.twin.alarms.keys() == jumped.twin.alarms.keys()
        assert [one.id for one in changed].count(GATE) == 29


async def test_telemetry_before_the_warm_up_is_unknown_not_invented(valkey_url: str) -> None:
    record(valkey_url, "telemetry", b.reported(GATE, "open", b.at(0)))
    record(
        valkey_url,
        "telemetry",
        b.reported("huodian/gate/2", "open", b.at(CATALOGUE.longest_patience_s)),
    )
    async with Streams(valkey_url) as streams:
        recording = Recording(streams, b.STREET, compounds()[b.STREET], CATALOGUE)
        twin = await recording.seek(ms(CATALOGUE.longest_patience_s + 1))
        assert twin.devices[GATE].state is None
        assert twin.devices["huodian/gate/2"].state == "open"


async def test_asking_for_no_time_at_all_changes_nothing(valkey_url: str) -> None:
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        recording = Recording(streams, b.STREET, compounds()[b.STREET], CATALOGUE)
        await recording.seek(ms(TEN_MIN))
        assert await recording.advance(ms(TEN_MIN)) == []
        assert await recording.advance(ms(0)) == []


def a_screen(
    twins: Mapping[str, Twin], *, start_ms: float, at_ms: float, end_ms: float, name: str
) -> tuple[Hub, Clock]:
    clock = Clock(now_ms=at_ms, start_ms=start_ms, end_ms=end_ms, mode="paused")
    now = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Hub(twins, CATALOGUE, now=now, epoch=name, clock=clock), clock


class Seat:
    """Somebody who looks."""

    name = "chen"
    key: Key | None = None
    incident: str | None = None

    def enqueue(self, fresh: list[Frame]) -> None:
        pass

    def renew(self) -> None:
        pass

    def end(self, reason: str) -> None:
        pass


def clock_of(session: Session[Hub]) -> Clock:
    assert isinstance(session.clock, Clock)
    return session.clock


async def test_a_session_plays_jumps_and_stays_apart_from_what_is_live(valkey_url: str) -> None:
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, compounds(), CATALOGUES, a_screen)
        name = await sessions.open("chen", (b.STREET,), ms(10))
        session = sessions.get(name)
        assert session is not None and session.clock.now_ms == ms(10)
        await comes_true(lambda: session.screen.twins[b.STREET].devices[GATE].state == "open")
        clock_of(session).obey("speed", speed=60)
        clock_of(session).obey("seek", at_ms=ms(29 * TEN_MIN - 6))
        clock_of(session).obey("play")
        await comes_true(lambda: session.screen.twins[b.STREET].devices[GATE].state == "closed")
        await sessions.close()
        assert sessions.get(name) is None


async def test_after_a_jump_the_day_counts_alarms_that_are_over_and_none_that_are_to_come(
    valkey_url: str,
) -> None:
    alarm = f"{CALL}#call_pressed"
    again, later = b.raised(CALL, b.at(4), version=4), b.raised("huodian/call/2", b.at(9_000))
    for event in (
        b.raised(CALL, b.at(-9_000)),
        b.acknowledged(alarm, 2, b.at(2)),
        b.cleared(alarm, 3, b.at(3)),
        replace(again, data=replace(again.data, occurrence=2)),
        later,
    ):
        record(valkey_url, "operations", event)
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, compounds(), CATALOGUES, a_screen)
        session = sessions.get(await sessions.open("chen", (b.STREET,), ms(60)))
        assert session is not None
        hub, seat = session.screen, Seat()
        hub.join(seat, hub.key((b.STREET,), False, View()), None, None)

        def counted() -> int:
            (text, *_) = hub.snapshot(seat)
            bins = json.loads(text.message["text"])["panels"]["strip"]["bins"]
            return sum(count for count, _ in bins)

        await comes_true(lambda: counted() == 2)
        clock_of(session).obey("seek", at_ms=ms(9_001))
        await comes_true(lambda: counted() == 3)
        clock_of(session).obey("seek", at_ms=ms(1))
        await comes_true(lambda: counted() == 1)
        await sessions.close()


async def test_a_house_full_of_watched_replays_takes_no_further_one(valkey_url: str) -> None:
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, compounds(), CATALOGUES, a_screen)
        names = [await sessions.open("chen", (b.STREET,), None) for _ in range(MOST_SESSIONS)]
        newer = await sessions.open("chen", (b.STREET,), None)
        assert sessions.get(names[0]) is None, "an unwatched one makes room"
        for name in (*names[1:], newer):
            session = sessions.get(name)
            assert session is not None
            hub = session.screen
            hub.join(Seat(), hub.key((b.STREET,), False, View()), None, None)
        with pytest.raises(CommandRejected, match="busy"):
            await sessions.open("chen", (b.STREET,), None)
        await sessions.close()


async def test_nothing_recorded_or_nothing_allowed_is_said_so(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, compounds(), CATALOGUES, a_screen)
        with pytest.raises(CommandRejected, match="nothing is recorded"):
            await sessions.open("chen", (b.STREET,), None)
        a_day(valkey_url)
        assert await sessions.span(("elsewhere.street",)) is None
        assert await sessions.span((b.STREET,)) == (ms(0), ms(29 * TEN_MIN))


async def test_an_entry_from_the_future_does_not_make_a_replay_of_the_future(
    valkey_url: str,
) -> None:
    async with Streams(valkey_url) as streams:
        a_day(valkey_url)
        with redis.Redis.from_url(valkey_url) as client:
            client.xadd(key(b.STREET, "telemetry"), {"e": "x"}, id="18446744073709551000-0")
        sessions = Sessions(streams, compounds(), CATALOGUES, a_screen)
        span = await sessions.span((b.STREET,))
        assert span is not None and span[0] == ms(0)
        assert ms(0) < span[1] <= milliseconds(datetime.now(UTC))
        name = await sessions.open("chen", (b.STREET,), None)
        assert sessions.get(name) is not None
        await sessions.close()


async def test_each_street_of_a_session_goes_by_the_catalogue_of_its_district(
    valkey_url: str,
) -> None:
    far = "shifeng.tianxin"
    own = of_districts(shifeng={"devices": {"gate": {"patience_s": 7}}})
    streets = {**compounds(), far: [a_compound_elsewhere(far)]}
    a_day(valkey_url)
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, streets, own, a_screen)
        session = sessions.get(await sessions.open("chen", ("lusong", "shifeng"), ms(10)))
        assert session is not None
        patience = {
            street: twin.traits["gate"].patience.total_seconds()
            for street, twin in session.screen.twins.items()
        }
        usual = CATALOGUE.devices["gate"].patience_s
        assert patience == {b.STREET: usual, far: 7}
        await sessions.close()


async def test_who_replays_is_told_by_which_catalogues_a_street_went(valkey_url: str) -> None:
    far = "shifeng.tianxin"
    own = of_districts(shifeng={"devices": {"gate": {"patience_s": 7}}})
    streets = {**compounds(), far: [a_compound_elsewhere(far)]}
    async with Streams(valkey_url) as streams:
        sessions = Sessions(streams, streets, own, a_screen)
        await note(streams.link, b.STREET, "of yesterday", 1)
        await note(streams.link, b.STREET, CATALOGUE.version, 2)
        assert await sessions.catalogues(("lusong",)) == {
            b.STREET: CatalogueRecord(
                CATALOGUE.version, [WentBy(1, "of yesterday"), WentBy(2, CATALOGUE.version)]
            )
        }
        assert await sessions.catalogues((far,)) == {far: CatalogueRecord(own.of(far).version, [])}
