"""What makes us fail is set aside, kept, counted and told; all else goes on."""

from __future__ import annotations

import asyncio

import pytest

from feeds.engine import active as engine
from feeds.replay import Recording
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from tests.support.engines import RAISED_AND_REPORTED, Told, an_engine, clock_at, up_to_date
from twin import events as ev
from twin.rules.derivation import follow
from twin.state import effects
from twin.state.records import Change
from twin.state.state import TwinState
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio
S = b.STREET


class Faulty(Exception):
    pass


async def test_a_thing_whose_consequences_cannot_be_told_is_set_aside_once_and_others_go_on(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(twin: Twin, change: Change) -> list[ev.Event]:
        if change.id == b.GATE:
            raise Faulty("a rule of ours")
        return follow(twin, change)

    monkeypatch.setattr(engine, "follow", failing)
    words = ["forced_open", "closed", "forced_open"]
    told: Told = [(n, b.state(b.GATE, word, b.after(n))) for n, word in enumerate(words)]
    b.write(valkey_url, [*told, (4, b.state(b.CALL, "pressed", b.after(4)))])
    async with Streams(valkey_url) as streams:
        await up_to_date(await an_engine(streams, 5))
        counts, rows = await streams.rejected(S)
    assert b.subjects(valkey_url) == RAISED_AND_REPORTED
    assert counts == {"engine": 1}
    assert rows[0]["field"] == "follow"
    assert rows[0]["reason"] == f"{b.GATE}: set aside: Faulty: a rule of ours"
    (condition,) = streams.conditions.standing()
    assert (condition.code, condition.street, condition.count) == ("entry_set_aside", S, 1)


async def test_a_thing_whose_time_cannot_be_told_is_set_aside_and_others_fall_silent(
    valkey_url: str,
) -> None:
    lamps = [f"huodian/lamp/{n}" for n in (1, 2, 3)]
    b.write(valkey_url, [(0, b.state(lamp, "off", b.after(0))) for lamp in lamps])
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams, 1)
        await up_to_date(active)
        active.twin.devices[lamps[1]].reported_at = "never"  # type: ignore[assignment]  # no time, as is tried
        for seconds in range(30, 3000, 30):
            active._clock = clock_at(seconds)
            await active.step(wait_ms=None)
        counts, rows = await streams.rejected(S)
    silent = [subject for kind, subject in b.subjects(valkey_url) if kind == "device.silent"]
    assert sorted(silent) == [lamps[0], lamps[2]]
    assert counts == {"engine": 1}
    assert rows[0]["field"] == "due"
    assert rows[0]["reason"].startswith(f"{lamps[1]}: set aside: TypeError")


async def test_an_entry_that_breaks_the_fold_is_kept_aside_with_its_payload(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(twin: TwinState, event: ev.Event) -> list[Change]:
        raise OverflowError("date value out of range")

    acknowledged: type[ev.Event] = ev.AlarmAcknowledged
    monkeypatch.setitem(effects.EFFECTS, acknowledged, failing)
    poison = ev.AlarmAcknowledged(
        id="p", subject=f"{b.GATE}#silent", time=b.NOON, data=ev.AlarmData(version=1)
    )
    async with Streams(valkey_url) as streams:
        await streams.append_operations(S, [poison])
        b.write(valkey_url, [(4, b.state(b.CALL, "pressed", b.after(4)))])
        for holder in ("first", "second"):
            active = await an_engine(streams, 5, holder=holder)
            await up_to_date(active)
            await active.lease.release()
        counts, rows = await streams.rejected(S)
    assert b.subjects(valkey_url)[1:] == RAISED_AND_REPORTED
    assert (counts, len(rows)) == ({"stream": 1}, 1)
    assert rows[0]["reason"] == "set aside: OverflowError: date value out of range"
    (condition,) = streams.conditions.standing()
    assert (condition.code, condition.count) == ("entry_set_aside", 1)


async def test_screen_engine_simulator_and_replay_leave_out_the_same(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = effects.EFFECTS[ev.Reading]

    def failing(twin: TwinState, event: ev.Event) -> list[Change]:
        if event.subject.endswith("/91"):
            raise ZeroDivisionError
        return real(twin, event)

    reading: type[ev.Event] = ev.Reading
    monkeypatch.setitem(effects.EFFECTS, reading, failing)
    level = ev.ReadingData(quantity="level_db", value=50.0)  # of devices nobody registered
    told: Told = []
    for n in range(40):
        poison = ev.Reading(
            id=f"p{n}", subject=f"huodian/noise/9{n % 3}", time=b.after(n), data=level
        )
        told += [(n, poison), (n, b.state(b.GATE, ["closed", "open"][n % 2], b.after(n)))]
    b.write(redis_url, told)
    async with Streams(redis_url) as streams:
        active = await an_engine(streams, 41)
        active.batch = 7
        await up_to_date(active)
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        replayed = Recording(streams, S, [b.a_compound()], CATALOGUE)
        await replayed.seek(b.NOON_MS)
        await replayed.advance(b.now().timestamp() * 1000)
        counts, rows = await streams.rejected(S)
    assert active.twin.snapshot() == replica.twin.snapshot() == replayed.twin.snapshot()
    assert counts == {"stream": 13}
    assert {row["reason"] for row in rows} == {"set aside: ZeroDivisionError: "}
