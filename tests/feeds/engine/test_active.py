"""What follows is derived once, whoever is active, however often it dies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import redis

from feeds.engine.active import Active
from feeds.errors import LostLease, Unavailable
from feeds.streams.batches import Position
from feeds.streams.keys import key
from feeds.streams.ledger import Ledger
from feeds.streams.link import Link
from feeds.streams.streams import Appended, Streams
from tests.support.builders import streams as b
from tests.support.engines import RAISED_AND_REPORTED, Told, an_engine, clock_at, up_to_date
from twin import events as ev

pytestmark = pytest.mark.anyio
S = b.STREET


def a_busy_hour() -> Told:
    """Calls pressed and released, gates forced, an outage with silences, noise around a limit."""
    told: Told = []
    for n in range(60):
        at = n * 60.0
        told += [
            (at, b.state(b.CALL, "pressed" if n % 7 == 3 else "idle", b.after(at))),
            (at, b.state(b.GATE, ["closed", "forced_open", "fault"][n % 3], b.after(at))),
            (at + 1, b.reading(40.0 + n, b.after(at + 1))),
        ]
        if n % 20 == 5:
            told.append((at + 2, b.state("huodian/power/1", "outage", b.after(at + 2))))
        if n % 20 == 9:
            told.append((at + 2, b.state("huodian/power/1", "energised", b.after(at + 2))))
        if n < 5 or n > 40:
            lamps = [f"huodian/lamp/{lamp}" for lamp in (1, 2, 3)]
            told += [(at + 3, b.state(lamp, "off", b.after(at + 3))) for lamp in lamps]
    return told


async def test_a_call_that_was_held_back_is_followed_though_its_device_had_fallen_silent(
    redis_url: str,
) -> None:
    silent = ev.DeviceSilent(
        id=f"{b.CALL}!silent", subject=b.CALL, time=b.after(3600), by="system",
        data=ev.SilentData(since=b.after(0), number=1),
    )  # fmt: skip
    b.write(redis_url, [(0, b.state(b.CALL, "idle", b.after(0)))])
    b.write(redis_url, [(3600, silent)], "operations")
    async with Streams(redis_url) as streams:
        active = await an_engine(streams, 7200)
        await up_to_date(active)
        b.write(redis_url, [(7200, b.state(b.CALL, "pressed", b.after(-60)))])
        await up_to_date(active)
    told = b.subjects(redis_url)
    assert ("alarm.cleared", f"{b.CALL}#silent") in told, "it was heard"
    assert [one for one in told if one in RAISED_AND_REPORTED] == RAISED_AND_REPORTED


async def test_a_call_becomes_an_alarm_and_the_alarm_a_case(redis_url: str) -> None:
    b.write(redis_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
    async with Streams(redis_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
    assert b.subjects(redis_url) == RAISED_AND_REPORTED
    assert active.twin.alarms[f"{b.CALL}#call_pressed"].incident == "INC-1121-0001-hejiatu"


async def test_a_button_pressed_and_released_within_one_batch_is_not_missed(
    valkey_url: str,
) -> None:
    words = ["pressed", "idle"]
    b.write(valkey_url, [(n, b.state(b.CALL, word, b.after(n))) for n, word in enumerate(words)])
    async with Streams(valkey_url) as streams:
        await up_to_date(await an_engine(streams, 2))
    alarm = f"{b.CALL}#call_pressed"
    assert b.subjects(valkey_url) == [*RAISED_AND_REPORTED, ("alarm.cleared", alarm)]


async def test_the_next_engine_repeats_nothing_and_goes_on(valkey_url: str) -> None:
    b.write(valkey_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
    async with Streams(valkey_url) as streams:
        first = await an_engine(streams, 1)
        await up_to_date(first)
        await first.lease.release()
        b.write(valkey_url, [(2, b.state(b.CALL, "idle", b.after(2)))])
        second = await an_engine(streams, 3, holder="standby")
        await up_to_date(second)
        assert b.subjects(valkey_url)[2:] == [("alarm.cleared", f"{b.CALL}#call_pressed")]
        # The first was only asleep: what it still wants to write is refused.
        with pytest.raises(LostLease):
            await first.keep()
    assert len(b.payloads(valkey_url)) == 3


async def derived(url: str, told: Told, lives: Sequence[int], kept: bool) -> list[bytes]:
    """The operations after engines that each died after so many writes, and one that lived."""
    with redis.Redis.from_url(url) as client:
        client.flushall()
    b.write(url, told)
    async with Streams(url) as streams:
        for number, writes in enumerate(lives):
            mortal = Mortal(streams.link, writes)
            active = await an_engine(streams, 3600, holder=f"e{number}")
            active.streams, active.batch = mortal, 7
            with pytest.raises(Died):
                while await active.step(wait_ms=None):
                    if kept:
                        await active.keep()
            await active.lease.release()
        active = await an_engine(streams, 3600, holder="last")
        await up_to_date(active)
    return sorted(b.payloads(url))


class Died(Exception):
    pass


class Mortal(Streams):
    """Streams of a process that is killed at its next write after so many; before or after it."""

    def __init__(self, link: Link, writes: int) -> None:
        super().__init__("redis://unused")
        self.link = link
        self.writes = writes

    async def append_operations(self, *args: Any, **options: Any) -> Appended:
        self.writes -= 1
        if self.writes == 0:
            raise Died
        done = await super().append_operations(*args, **options)
        if self.writes == -1:
            raise Died
        return done


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("lives", [[1], [2], [3, 1, 2], [9, 14, 2, 5], [30]])
async def test_engines_that_die_and_are_replaced_derive_what_one_would_have(
    valkey_url: str, lives: list[int], kept: bool
) -> None:
    told = a_busy_hour()
    whole = await derived(valkey_url, told, [], kept)
    kinds = {ev.type_of(ev.decode(payload)) for payload in whole}
    assert {"alarm.raised", "alarm.cleared", "incident.reported", "device.silent"} <= kinds
    assert len(whole) > 60
    assert await derived(valkey_url, told, lives, kept) == whole


async def test_catching_up_derives_what_was_derived_live(valkey_url: str) -> None:
    told = a_busy_hour()
    caught_up = await derived(valkey_url, told, [], kept=False)
    with redis.Redis.from_url(valkey_url) as client:
        client.flushall()
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 0)
        for seconds, event in sorted(told, key=lambda row: row[0]):
            for tick in range(int(active._now_ms() / 1000) + 1, b.NOON_MS // 1000 + int(seconds)):
                if tick % 5 == 0:
                    active._clock = clock_at(tick - b.NOON_MS / 1000)
                    await active.step(wait_ms=None)
            b.write(valkey_url, [(seconds, event)])
            active._clock = clock_at(seconds)
            await up_to_date(active)
    live = {ev.decode(payload).id for payload in b.payloads(valkey_url)}
    assert live == {ev.decode(payload).id for payload in caught_up}


async def test_a_device_that_stops_reporting_is_marked_silent_and_raises_its_alarm(
    valkey_url: str,
) -> None:
    b.write(valkey_url, [(0, b.state(b.GATE, "closed", b.after(0)))])
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
        active._clock = clock_at(30)
        await active.step(wait_ms=None)
        assert b.subjects(valkey_url) == []
        for seconds in range(60, 400, 30):
            active._clock = clock_at(seconds)
            await active.step(wait_ms=None)
    assert b.subjects(valkey_url)[:2] == [
        ("device.silent", b.GATE),
        ("alarm.raised", f"{b.GATE}#silent"),
    ]


async def test_after_a_night_switched_off_no_device_is_called_silent(valkey_url: str) -> None:
    b.write(valkey_url, [(0, b.state(b.GATE, "closed", b.after(0)))])
    async with Streams(valkey_url) as streams:
        evening = await an_engine(streams, 1)
        await up_to_date(evening)
        await evening.keep()
        await evening.lease.release()
        morning = await an_engine(streams, 8 * 3600, holder="morning")
        await up_to_date(morning)
        morning._clock = clock_at(8 * 3600 + 30)
        await up_to_date(morning)
        assert b.subjects(valkey_url) == []
        for seconds in range(60, 400, 30):  # but if it goes on saying nothing now, it is
            morning._clock = clock_at(8 * 3600 + seconds)
            await up_to_date(morning)
    assert b.subjects(valkey_url)[0] == ("device.silent", b.GATE)


async def test_a_case_called_off_while_its_alarm_holds_is_opened_again_once(
    valkey_url: str,
) -> None:
    alarm, case = f"{b.CALL}#call_pressed", RAISED_AND_REPORTED[1][1]
    b.write(valkey_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
        called_off = ev.IncidentCancelled(
            id=f"{case}@2", subject=case, time=b.after(10), by="chenmin",
            data=ev.NoteData(version=2, text="误报"),
        )  # fmt: skip
        await streams.append_operations(S, [called_off])
        for seconds in range(20, 600, 30):
            active._clock = clock_at(seconds)
            await up_to_date(active)
        told = b.subjects(valkey_url)[3:]
    assert [one for one in told if one[0] != "device.silent"] == [
        ("alarm.raised", alarm), ("incident.reopened", case),
    ]  # fmt: skip
    assert active.twin.incidents[case].open and active.twin.alarms[alarm].incident == case


async def test_a_dispatcher_who_is_faster_is_read_and_the_alarm_still_clears(
    valkey_url: str,
) -> None:
    alarm = f"{b.CALL}#call_pressed"
    b.write(valkey_url, [(0, b.state(b.CALL, "pressed", b.after(0)))])
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
        seen = ev.AlarmAcknowledged(
            id=f"{alarm}@2", subject=alarm, time=b.after(2), by="chenmin",
            data=ev.AlarmData(version=2),
        )  # fmt: skip
        idle = ev.encode(b.state(b.CALL, "idle", b.after(3)))
        unread = await streams.read(S, active.position)
        await streams.append_operations(S, [seen])
        b.write(valkey_url, [(3, ev.decode(idle))])
        newer = await streams.read(S, active.position)
        # Telemetry is looked at before the acknowledgement has been read.
        await active._take_telemetry(newer.telemetry, b.NOON_MS + 4000)
        assert len(unread) == 0
    assert b.subjects(valkey_url)[2:] == [("alarm.acknowledged", alarm), ("alarm.cleared", alarm)]
    assert active.twin.alarms[alarm].label == "normal"


async def test_bad_entries_are_kept_once_however_many_engines_see_them(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        for n in range(5):
            payload = b"junk" if n % 2 else ev.encode(b.state(b.GATE, "melted"))
            client.xadd(key(S, "telemetry"), {"e": payload}, id=f"{b.NOON_MS + n}-*")
    async with Streams(valkey_url) as streams:
        for holder in ("first", "second"):
            active = await an_engine(streams, 1, holder=holder)
            await up_to_date(active)
            await active.lease.release()
            with redis.Redis.from_url(valkey_url) as client:
                client.delete(key(S, "progress"))
        assert (await streams.rejected(S))[0] == {"stream": 5}


async def test_a_compound_that_goes_dark_is_one_case_and_one_step_of_silences(
    valkey_url: str,
) -> None:
    devices = b.a_compound(40).devices
    told = [(0.0, b.state(d.id, _normal(d.kind), b.after(0))) for d in devices]
    told += [(1.0, b.state("huodian/power/1", "outage", b.after(1)))]
    b.write(valkey_url, told)
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 2, each=40)
        for seconds in range(2, 500, 50):
            active._clock = clock_at(seconds)
            await up_to_date(active)
    found = b.subjects(valkey_url)
    cases = [row for row in found if row[0] == "incident.reported"]
    assert cases == [("incident.reported", "INC-1121-0001-hejiatu")]
    assert sum(row[0] == "incident.alarm_joined" for row in found) >= 40


def _normal(kind: str) -> str:
    return {"call": "idle", "gate": "closed", "noise": "normal", "power": "energised",
            "lamp": "off"}[kind]  # fmt: skip


async def test_what_was_read_before_is_not_forgotten_by_a_life_that_cannot_begin(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> int:
        raise Unavailable("no answer")

    read = Ledger(Position("5-1", "7-1"))
    async with Streams(redis_url) as streams:
        lease = streams.lease(S, "engine")
        active = Active(streams, b.a_twin(), lease, 1, clock_at(0), read)
        with monkeypatch.context() as patch, pytest.raises(Unavailable):
            patch.setattr("feeds.engine.active.scrub", away)
            await active.begin()
        assert active.ledger is read
