"""Conditions of a process, and how others learn of them through the streets' hashes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import redis

from feeds.health.conditions import FIGURES_KEPT, LETTERS_KEPT, Conditions, Shared, decoded, wall_ms
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from twin.catalogue.conditions import CONDITION_KINDS, Condition

pytestmark = pytest.mark.anyio
S = b.STREET


class Hands:
    """A wall clock and a monotonic one, both moved by hand."""

    def __init__(self) -> None:
        self.ms = 1_000_000
        self.s = 100.0
        self.conditions = Conditions(now_ms=lambda: self.ms, monotonic_s=lambda: self.s)

    def pass_s(self, seconds: float) -> None:
        self.s += seconds
        self.ms += int(seconds * 1000)


def codes(standing: list[Condition]) -> list[str]:
    return [one.code for one in standing]


def test_a_state_stands_since_it_was_raised_until_it_is_cleared() -> None:
    hands = Hands()
    for count in (1, 2):
        hands.conditions.raise_("place_left_out", S, count=count, file="x.json")
        hands.pass_s(100_000)
    [one] = hands.conditions.standing()
    assert (one.since_ms, one.count, one.figures) == (1_000_000, 2, {"file": "x.json"})
    hands.conditions.clear("place_left_out", "another.street")
    assert codes(hands.conditions.standing()) == ["place_left_out"]
    hands.conditions.clear("place_left_out", S)
    assert hands.conditions.standing() == []


def test_a_fact_is_counted_and_stands_for_its_time_whatever_the_clock_does() -> None:
    hands = Hands()
    lasts_s = CONDITION_KINDS["stream_gap"].stands_s
    hands.conditions.raise_("stream_gap", S, count=3)
    hands.pass_s(lasts_s - 1)
    hands.ms -= 86_400_000  # the clock is set back by a day
    hands.conditions.raise_("stream_gap", S)
    [one] = hands.conditions.standing()
    assert one.count == 4
    hands.pass_s(lasts_s + 1)
    assert hands.conditions.standing() == []
    hands.conditions.raise_("stream_gap", S)
    assert hands.conditions.standing()[0].count == 1


def test_a_code_that_is_no_row_is_refused() -> None:
    with pytest.raises(KeyError):
        Conditions().raise_("something_else")


def test_figures_are_bounded() -> None:
    conditions = Conditions()
    figures: dict[str, Any] = {f"n{i}": "x" * 5000 for i in range(50)}
    conditions.raise_("stream_gap", S, **figures)
    [one] = conditions.standing()
    assert len(one.figures) == FIGURES_KEPT
    assert set(map(len, map(str, one.figures.values()))) == {LETTERS_KEPT}


async def kept(streams: Streams, street: str | None = S) -> dict[str, Condition]:
    name = key(street, "conditions")
    rows = (await streams.link.call(name, ("HGETALL", name)))[0]
    found = map(decoded, rows[1::2])
    return {one.code: one for one in found if one is not None}


async def test_what_stands_is_kept_for_others_and_taken_away_when_it_is_over(
    redis_url: str,
) -> None:
    async with Streams(redis_url) as streams:
        shared = Shared(streams.link, streams.conditions, [S])
        streams.conditions.raise_("clock_ahead", S, ahead_s=7200)
        streams.conditions.raise_("server_refuses")
        await shared.write()
        assert (await kept(streams))["clock_ahead"].figures == {"ahead_s": 7200}
        assert list(await kept(streams, None)) == ["server_refuses"]
        streams.conditions.clear("clock_ahead", S)
        streams.conditions.clear("server_refuses")
        await shared.write()
        assert await kept(streams) == await kept(streams, None) == {}


async def test_a_state_that_was_raised_once_is_said_again_as_of_then(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.health.conditions.SAY_AGAIN_S", 0.0)
    hands = Hands()
    hands.ms = begun_ms = wall_ms()
    hands.conditions.raise_("place_left_out", S)
    async with Streams(valkey_url) as streams:
        shared = Shared(streams.link, hands.conditions, [S])
        for passed_ms in (0, 7_200_000):
            await shared.write()
            state = (await kept(streams))["place_left_out"]
            assert (state.since_ms, state.last_ms) == (begun_ms, begun_ms + passed_ms)
            hands.pass_s(7200)


async def test_facts_of_a_process_and_the_next_one_add_up(valkey_url: str) -> None:
    for _ in range(2):
        async with Streams(valkey_url) as streams:
            shared = Shared(streams.link, streams.conditions, [S])
            streams.conditions.raise_("entry_set_aside", S, count=2)
            await shared.write()
            await shared.write()
            streams.conditions.raise_("entry_set_aside", S)
            await shared.write()
    async with Streams(valkey_url) as streams:
        assert (await kept(streams))["entry_set_aside"].count == 6


async def test_what_is_over_or_of_another_version_is_swept_away(valkey_url: str) -> None:
    name = key(S, "conditions")
    old = Condition(code="stream_gap", street=S, since_ms=1, last_ms=1, count=1)
    with redis.Redis.from_url(valkey_url) as client:
        client.hset(name, "stream_gap", msgspec.json.encode(old))
        client.hset(name, "code_of_tomorrow", b'{"code":"code_of_tomorrow"}')
        async with Streams(valkey_url) as streams:
            await Shared(streams.link, streams.conditions, [S]).write()
        assert client.hlen(name) == 0
