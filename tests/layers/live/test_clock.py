from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from layers.live.clock import MAX_SPEED, Clock
from twin.errors import CommandRejected


def parked(at_ms: float = 0.0, mode: str = "paused") -> Clock:
    return Clock(now_ms=at_ms, start_ms=0.0, end_ms=1000.0, mode=mode)


def test_a_live_clock_takes_no_orders() -> None:
    clock = parked(mode="live")
    for order in ("play", "pause", "seek", "speed"):
        with pytest.raises(CommandRejected):
            clock.obey(order, 1.0, 1.0)
    assert clock.mode == "live"


def test_a_live_clock_moves_with_the_wall_clock() -> None:
    clock = parked(mode="live")
    clock.follow(2000.0)
    assert clock.advance(5.0) == 2005.0 == clock.end_ms


def test_a_paused_clock_stands_and_resumes_where_it_stood() -> None:
    clock = parked(100.0)
    assert clock.advance(50.0) == 100.0
    clock.obey("speed", speed=4.0)
    clock.obey("play")
    assert clock.advance(50.0) == 300.0
    assert clock.seeks == 0


def test_a_replay_pauses_at_its_end_and_begins_again_from_there() -> None:
    clock = parked(900.0, "replay")
    assert clock.advance(500.0) == 1000.0
    assert clock.mode == "paused"
    clock.obey("play")
    assert (clock.mode, clock.now_ms, clock.seeks) == ("replay", 0.0, 1)


def test_a_seek_stays_within_what_is_recorded() -> None:
    clock = parked()
    clock.obey("seek", at_ms=5000.0)
    assert (clock.now_ms, clock.mode, clock.seeks) == (1000.0, "paused", 1)


@pytest.mark.parametrize("order", ["seek", "speed", "end", "dance"])
def test_an_order_without_what_it_needs_is_refused(order: str) -> None:
    with pytest.raises(CommandRejected):
        parked().obey(order)


ORDERS = st.tuples(
    st.sampled_from(("play", "pause", "seek", "speed")),
    st.floats(-1e4, 1e4),
    st.floats(0, 1e4),
    st.floats(0, 1e4),
)


@given(st.lists(ORDERS, max_size=20))
def test_no_sequence_of_orders_leaves_the_range(
    orders: list[tuple[str, float, float, float]],
) -> None:
    clock = parked()
    for do, at_ms, speed, passed_ms in orders:
        clock.obey(do, at_ms, speed)
        clock.advance(passed_ms)
        assert clock.mode in ("paused", "replay")
        assert clock.start_ms <= clock.now_ms <= clock.end_ms
        assert 1.0 <= clock.speed <= MAX_SPEED
