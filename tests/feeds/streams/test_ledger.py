"""What was trimmed unread and what went back is noticed, and nothing else is taken for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest
import redis
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.errors import RolledBack
from feeds.streams.batches import Batch, Position, StreamPart, order
from feeds.streams.keys import key
from feeds.streams.ledger import Extent, Gap, Ledger, Tally
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from twin.errors import EventRejected

pytestmark = pytest.mark.anyio
S = b.STREET


class Stream:
    """A stream as a server keeps it, in a few lines."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.last = self.added = self.deleted = 0

    def add(self) -> None:
        self.last += 1
        self.added += 1
        self.ids.append(self.last)

    def trim(self, left: int) -> list[int]:
        gone = self.ids[: max(0, len(self.ids) - left)]
        self.ids = self.ids[len(gone) :]
        return gone

    def delete(self, index: int) -> None:
        if self.ids:
            self.ids.pop(index % len(self.ids))
            self.deleted += 1

    def after(self, at: str) -> list[int]:
        return [one for one in self.ids if one > order(at)[0]]

    def extent(self, at: str) -> Extent:
        first = f"{self.ids[0]}-0" if self.ids else "0-0"
        holds = order(at)[0] in self.ids
        return Extent(first, f"{self.last}-0", self.added, len(self.ids), self.deleted, holds)


def read(stream: Stream, tally: Tally, most: int, *, looking: bool = True) -> Gap | None:
    """One look, or none, and what came with it."""
    ids, gap = stream.after(tally.at), None
    some = ids[:most]
    if looking:
        gap = tally.compare(stream.extent(tally.at), len(some) if len(some) < most else None)
    tally.take(StreamPart([f"{one}-0".encode() for one in some], [b""] * len(some)))
    return gap


DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 6)),
        st.tuples(st.just("trim"), st.integers(0, 8)),
        st.tuples(st.just("delete"), st.integers(0, 8)),
        st.tuples(st.just("read"), st.integers(1, 4)),
    ),
    max_size=40,
)


@example([*[("add", 1)] * 3, ("read", 1), ("delete", 1), ("read", 1), ("read", 1)])
@given(DOINGS)
def test_of_any_life_of_a_stream_as_many_are_missed_as_were_trimmed_unread(
    doings: list[tuple[str, int]],
) -> None:
    stream, tally = Stream(), Tally("telemetry")
    read(stream, tally, 3)
    unread_trimmed = 0
    for what, number in doings:
        at = order(tally.at)[0]
        if what == "add":
            for _ in range(number):
                stream.add()
        elif what == "trim":
            unread_trimmed += sum(one > at for one in stream.trim(number))
        elif what == "delete":
            stream.delete(number)
        else:
            gap = read(stream, tally, number)
            lost = gap.lost if gap else 0
            # Deleted ones are refused ones: they are never missed, and may hide as many trimmed.
            assert unread_trimmed - stream.deleted <= lost <= unread_trimmed
            if not stream.deleted:
                assert lost == unread_trimmed
            unread_trimmed = 0
    while stream.after(tally.at):
        read(stream, tally, 3)


@given(DOINGS, st.lists(st.booleans(), min_size=1))
def test_looking_now_and_then_misses_no_fewer_in_the_end(
    doings: list[tuple[str, int]], looks: list[bool]
) -> None:
    stream, tally = Stream(), Tally("telemetry")
    read(stream, tally, 3)
    trimmed = lost = 0
    for turn, (what, number) in enumerate(doings):
        at = order(tally.at)[0]
        if what == "add":
            for _ in range(number):
                stream.add()
        elif what == "trim":
            trimmed += sum(one > at for one in stream.trim(number))
        elif what == "read":
            gap = read(stream, tally, number, looking=looks[turn % len(looks)])
            lost += gap.lost if gap else 0
    for _ in range(stream.added + 1):
        gap = read(stream, tally, 3)
        lost += gap.lost if gap else 0
    assert lost == trimmed


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 60), st.integers(1, 9))
def test_a_stream_that_lost_its_end_is_another_however_much_came_since(
    entries: int, lost: int, since: int, most: int
) -> None:
    stream, tally = Stream(), Tally("telemetry")
    read(stream, tally, most)
    for _ in range(entries):
        stream.add()
    while stream.after(tally.at):
        read(stream, tally, most)
    lost = min(lost, entries)
    stream.ids = stream.ids[: entries - lost]
    stream.added -= lost
    if since:  # what comes later has later ids: they are times
        for _ in range(since):
            stream.add()
    else:
        stream.last = entries - lost
    with pytest.raises(RolledBack):
        for _ in range(entries + since + 1):
            read(stream, tally, most)


@given(st.integers(1, 30), st.integers(1, 90))
def test_a_stream_that_was_emptied_and_filled_again_is_another(entries: int, since: int) -> None:
    stream, tally = Stream(), Tally("telemetry")
    read(stream, tally, 100)
    for _ in range(entries):
        stream.add()
    read(stream, tally, 100)
    another = Stream()
    another.last = stream.last + 5
    for _ in range(since):
        another.add()
    with pytest.raises(RolledBack):
        read(another, tally, 100)


def test_what_is_kept_beside_a_snapshot_counts_only_for_its_position() -> None:
    ledger = Ledger()
    extents = {name: Extent(added=0) for name in ("telemetry", "operations")}
    empty = Batch(StreamPart([], []), StreamPart([], []), Position())
    assert ledger.compare(extents, empty, 10) == []
    ledger.take(
        Batch(StreamPart([b"5-0", b"6-0"], [b"", b""]), StreamPart([], []), Position("6-0"))
    )
    assert ledger.kept(Position("5-0")) == ""
    kept = ledger.kept(Position("6-0"))
    again = Ledger(Position("6-0"), kept)
    assert (again.telemetry.count, again.operations.count) == (2, 0)
    other = Ledger(Position("7-0"), kept)
    assert (other.telemetry.count, other.operations.count) == (None, 0)
    assert Ledger(Position("6-0"), "odd words").telemetry.count is None


def test_a_position_without_a_count_knows_a_gap_but_not_how_large() -> None:
    tally = Tally("telemetry", "5-0")
    assert tally.compare(Extent("9-0", "12-0", 1000, 3), 3) == Gap("telemetry", "5-0", "9-0", 0)
    assert Tally("telemetry", "5-0").compare(Extent("0-0", "5-0", 1000, 0), 0) is None
    assert Tally("telemetry", "5-0").compare(Extent("3-0", "12-0", 1000, 9), 7) is None


# --- on real servers ---------------------------------------------------------------------------


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


async def test_a_server_says_what_the_ledger_asks(redis_url: str, client: redis.Redis) -> None:
    async with Streams(redis_url) as streams:
        nothing = await streams.look(S, Position())
        assert nothing.extents == {"telemetry": Extent(), "operations": Extent()}
        ids = await streams.append(S, b.readings(5))
        client.xtrim(key(S, "telemetry"), maxlen=3, approximate=False)
        rejected = EventRejected("face", "", "unknown field")
        await streams.reject(S, b'{"face":1}', rejected, "stream", ids[3])
        seen = await streams.look(S, Position(ids[2], "0-0"))
        extent = (seen.extents or {})["telemetry"]
        assert extent == Extent(ids[2], ids[4], 5, 2, 1, True)
        assert [id_.decode() for id_ in seen.batch.telemetry.ids] == [ids[4]]
        gone = await streams.look(S, Position(ids[3], "0-0"))
        assert not (gone.extents or {})["telemetry"].holds


async def follow_until(
    streams: Streams, ledger: Ledger, done: Callable[[], bool], missed: list[Gap]
) -> None:
    async with (
        asyncio.timeout(10),
        aclosing(
            streams.follow(S, ledger.position, block_ms=20, ledger=ledger, missed=missed.append,
                           used=lambda: None)
        ) as batches,
    ):  # fmt: skip
        async for _ in batches:
            if done():
                return


async def test_entries_trimmed_while_nobody_read_are_missed_by_number(
    redis_url: str, client: redis.Redis
) -> None:
    missed: list[Gap] = []
    async with Streams(redis_url) as streams:
        ledger = Ledger()
        first = await streams.append(S, b.readings(5))
        await follow_until(streams, ledger, lambda: ledger.position.telemetry == first[-1], missed)
        assert missed == []
        later = await streams.append(S, b.readings(300))
        client.xtrim(key(S, "telemetry"), maxlen=100, approximate=False)
        await follow_until(streams, ledger, lambda: ledger.position.telemetry == later[-1], missed)
    assert missed == [Gap("telemetry", first[-1], later[200], 200)]


async def test_an_emptied_server_is_noticed_though_the_line_held(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        ledger = Ledger()
        first = await streams.append(S, b.readings(5))
        began = asyncio.Event()

        def done() -> bool:
            began.set()
            return False

        following = asyncio.ensure_future(follow_until(streams, ledger, done, []))
        await began.wait()
        client.flushall()
        await streams.append(S, b.readings(3))
        with pytest.raises(RolledBack) as back:
            await following
    assert order(back.value.read) >= order(first[-1])


async def test_a_server_whose_memory_is_full_is_still_read_and_looked_at(
    redis_url: str, client: redis.Redis
) -> None:
    async with Streams(redis_url) as streams:
        ledger = Ledger()
        first = await streams.append(S, b.readings(5))
        policy = client.config_get("maxmemory")["maxmemory"]
        assert policy is not None
        client.config_set("maxmemory", 1)
        try:
            seen = await streams.look(S, Position())
            assert (seen.extents or {})["telemetry"].added == 5
            await follow_until(streams, ledger, lambda: ledger.position.telemetry == first[-1], [])
        finally:
            client.config_set("maxmemory", policy)
