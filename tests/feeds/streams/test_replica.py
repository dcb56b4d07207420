"""A twin that follows the streams: caught up, up and down, and the same whatever the batches."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from datetime import timedelta
from itertools import pairwise

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from feeds.streams.batches import Batch, Position, StreamPart
from feeds.streams.keys import key
from feeds.streams.replica import BatchOutcome, Replica, follow_all, ingest
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.catalogues import CATALOGUE
from tests.support.clocks import add, the_clock_was_two_hours_ahead, whole
from tests.support.waiting import comes_true
from twin.events import WayClosed, WayClosedData, encode
from twin.state import snapshot
from twin.state.records import Change
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio
S = b.STREET


async def folded(streams: Streams, replica: Replica) -> list[BatchOutcome]:
    """The steps until all that stands in the streams has been folded."""
    found: list[BatchOutcome] = []
    target = await streams.newest(S)
    if replica.position == target:
        return found
    async with aclosing(replica.steps()) as steps:
        async for step in steps:
            found.append(step)
            if replica.position == target:
                return found
    raise AssertionError("a follower never ends")


async def test_a_replica_knows_what_changed_and_when_it_is_current(redis_url: str) -> None:
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.reading(41.0), b.state(b.GATE, "open")])
        await streams.append_operations(S, [b.a_case("INC-1")])
        replica = Replica(streams, b.a_twin())
        assert (replica.current.is_set(), replica.age_ms(0)) == (False, None)
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        assert replica.twin.devices[b.GATE].state == "open"
        assert replica.twin.devices[b.NOISE].value == 41.0
        assert "INC-1" in replica.twin.incidents
        assert (replica.up, replica.position) == (True, await streams.newest(S))
        assert replica.newest_ms is not None
        assert replica.age_ms(replica.newest_ms + 70) == 70
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_empty_street_is_current_at_once(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_snapshot_and_the_tail_equal_the_whole(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        await streams.append(S, b.readings(300))
        await streams.append_operations(S, [b.a_case("INC-1")])
        first = Replica(streams, b.a_twin())
        await folded(streams, first)
        await streams.save_snapshot(S, first.twin.snapshot(), first.position)
        await streams.append(S, [*b.readings(200), b.state(b.GATE, "open")])
        tail, whole = Replica(streams, b.a_twin()), b.a_twin()
        steps = await folded(streams, tail)
        assert sum(len(step.batch) for step in steps) == 201
        for batch in await b.collected(streams, 502, Position()):
            ingest(whole, batch)
        assert tail.twin.snapshot() == whole.snapshot()


async def test_what_a_snapshot_held_is_handed_out_before_the_tail(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.append_operations(S, [b.a_case("INC-1")])
        works = WayClosedData(version=1, kind="works", reason="挖沟", path="out")
        closed = WayClosed(id="w@1", subject="huodian/way/1", time=b.NOON, by="chen",
                           territory=b.a_case("INC-1").territory, data=works)  # fmt: skip
        await streams.append_operations(S, [closed])
        first = Replica(streams, b.a_twin())
        await folded(streams, first)
        await streams.save_snapshot(S, first.twin.snapshot(), first.position)
        again = Replica(streams, b.a_twin())
        handed: list[BatchOutcome] = []
        running = asyncio.ensure_future(again.run(handed.append))
        await again.current.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    (step,) = handed
    assert len(step.batch) == 0
    known = {change.id: change for change in step.changes}
    assert known[b.GATE] is again.twin.devices[b.GATE]
    assert known["INC-1"] is again.twin.incidents["INC-1"]
    assert known["huodian/way/1"] is again.twin.closures["huodian/way/1"]


@pytest.mark.parametrize("state", [b"no snapshot", b"\x80"])
async def test_a_snapshot_of_no_use_is_passed_over(valkey_url: str, state: bytes) -> None:
    async with Streams(valkey_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.save_snapshot(S, state, await streams.newest(S))
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        assert replica.twin.devices[b.GATE].state == "open"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("fields", [
    {"state": b"no zlib", "telemetry": "5-0", "operations": "5-0"},
    {"state": zlib.compress(b"no snapshot")},
    {"state": zlib.compress(b"no snapshot"), "telemetry": "5-0"},
    {"state": zlib.compress(b"no snapshot"), "telemetry": b"\xff", "operations": "soon"},
    {"state": zlib.compress(b""), "telemetry": "5-0", "operations": "5-0"},
    {"telemetry": "5-0", "operations": "5-0"},
    "something else altogether",
])  # fmt: skip
async def test_a_damaged_snapshot_means_that_all_is_folded(
    redis_url: str, fields: dict[str, str] | str
) -> None:
    with redis.Redis.from_url(redis_url) as client:
        if isinstance(fields, str):
            client.set(key(S, "snapshot"), fields)
        else:
            client.hset(key(S, "snapshot"), mapping=fields)
    async with Streams(redis_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        assert replica.twin.devices[b.GATE].state == "open"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_snapshot_that_breaks_the_twin_in_an_unforeseen_way_means_that_all_is_folded(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(twin: Twin, data: bytes) -> None:
        twin.alarms.clear()
        raise TypeError("an unforeseen shape")

    monkeypatch.setattr(snapshot, "decode_into", breaking)
    async with Streams(valkey_url) as streams:
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.save_snapshot(S, b.a_twin().snapshot(), await streams.newest(S))
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        assert replica.twin.devices[b.GATE].state == "open"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_one_streets_fault_stays_in_that_street_and_heals(valkey_url: str) -> None:
    """What uses the changes of one street fails; the other is followed, and the one anew."""
    other = "lusong.jianning"
    used: list[str] = []
    failures = iter([RuntimeError("a fault of ours")])

    def use(street: str, changes: Iterable[Change]) -> None:
        if street == S and (failure := next(failures, None)):
            raise failure
        used.extend(f"{street} {change.id}" for change in changes)

    async with Streams(valkey_url) as streams:
        replicas = [Replica(streams, b.a_twin()), Replica(streams, Twin(other, [], CATALOGUE))]
        running = asyncio.ensure_future(follow_all(replicas, use))
        await streams.append(S, [b.state(b.GATE, "open")])
        await streams.append_operations(other, [b.a_case("INC-9")])
        await comes_true(lambda: {f"{S} {b.GATE}", f"{other} INC-9"} <= {*used})
        assert not running.done()
        assert replicas[0].twin.devices[b.GATE].state == "open"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_cannot_be_accepted_is_handed_over_and_costs_the_rest_nothing(
    valkey_url: str,
) -> None:
    bad = [
        b"not json", b"\xff\x00", b"[" * 5000, b'{"type":"gate.state"}',
        encode(b.reading()).replace(b"41.5", b"NaN"),
        encode(b.reading()).replace(b"41.5", b"1e999"),
        encode(b.state(b.GATE, "melted")),
        encode(b.reading(at=b.now() - timedelta(hours=25))),
        encode(b.a_case("INC-9")),
    ]  # fmt: skip
    with redis.Redis.from_url(valkey_url) as client:
        for payload in [*bad, encode(b.state(b.GATE, "open"))]:
            client.xadd(key(S, "telemetry"), {"e": payload})
    async with Streams(valkey_url) as streams:
        replica = Replica(streams, b.a_twin())
        (step,) = await folded(streams, replica)
    assert [refused.payload for refused in step.refused] == bad
    fields = [refused.rejected.field for refused in step.refused]
    assert fields[3:] == ["data", "payload", "payload", "data.state", "time", "type"]
    assert replica.twin.devices[b.GATE].state == "open"
    assert replica.twin.incidents == {}


async def test_the_same_event_again_changes_nothing(valkey_url: str) -> None:
    told = [b.reading(), b.state(b.GATE, "open")]
    async with Streams(valkey_url) as streams:
        await streams.append(S, told)
        once = Replica(streams, b.a_twin())
        await folded(streams, once)
        before = once.twin.snapshot()
        await streams.append(S, told)
        again = Replica(streams, b.a_twin())
        await folded(streams, again)
        assert again.twin.snapshot() == before


async def test_where_there_is_no_street_yet_following_does_not_end() -> None:
    following = asyncio.ensure_future(follow_all([], lambda street, changes: None))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not following.done(), "a web role would end with it"
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_an_entry_can_be_waited_for(valkey_url: str) -> None:
    async with Streams(valkey_url) as streams:
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        done = await streams.append_operations(S, [b.a_case("INC-1")])
        assert await replica.reached(done.ids[-1], within_s=5.0)
        assert "INC-1" in replica.twin.incidents
        assert await replica.reached(done.ids[-1], within_s=0.0)
        assert not await replica.reached("99999999999999-0", within_s=0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@given(cuts=st.lists(st.integers(0, 60), max_size=8))
def test_any_batching_accepts_the_same_entries_and_gives_the_same_state(cuts: list[int]) -> None:
    """Some readings come just in time and some just too late, second by second."""
    late = [b.reading(float(n), b.after(n * 0.4 - 24 * 3600 - 6)) for n in range(60)]
    part = StreamPart(
        [f"{b.NOON_MS + n * 200}-0".encode() for n in range(60)], [*map(encode, late)]
    )
    whole, pieces = b.a_twin(), b.a_twin()
    refused = refused_of([ingest(whole, batch_of(part))])
    assert 0 < len(refused) < 60
    edges = [0, *sorted(cuts), 60]
    steps = [
        ingest(pieces, batch_of(StreamPart(part.ids[start:end], part.payloads[start:end])))
        for start, end in pairwise(edges)
    ]
    assert refused_of(steps) == refused
    assert pieces.snapshot() == whole.snapshot()


def batch_of(part: StreamPart) -> Batch:
    return Batch(part, StreamPart([], []), Position())


def refused_of(steps: Sequence[BatchOutcome]) -> list[str]:
    return [refused.entry_id for step in steps for refused in step.refused]


async def test_others_who_write_without_us_count_too_once_we_have_noted_the_time(
    valkey_url: str,
) -> None:
    async with Streams(valkey_url) as streams:
        the_clock_was_two_hours_ahead(valkey_url)
        await streams.append(S, [b.reading()])
        add(valkey_url, b.state(b.CALL, "pressed"), "*")
        twin = await whole(streams, 1)
        assert twin.devices[b.CALL].state == "pressed"
        assert (await whole(streams, 1000)).snapshot() == twin.snapshot()
