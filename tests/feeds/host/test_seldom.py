"""A log that is not filled by one thing going wrong again and again."""

from __future__ import annotations

import logging

import pytest

from feeds.host.seldom import EVERY_S, MOST_KINDS, Seldom


class Clock:
    def __init__(self) -> None:
        self.now_s = 5.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seldom(clock: Clock) -> Seldom:
    return Seldom(logging.getLogger("seldom"), monotonic_s=clock)


def test_each_kind_is_said_once_a_minute_with_how_often_it_was_left_out(
    seldom: Seldom, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(6046):
        seldom.warning("NOAUTH", "%s: not active: %s", "hejiatu", "no password")
        seldom.warning("AWAY", "no answer")
    clock.now_s += EVERY_S
    seldom.warning("NOAUTH", "%s: not active: %s", "hejiatu", "no password")
    assert caplog.messages == [
        "hejiatu: not active: no password",
        "no answer",
        "hejiatu: not active: no password (and 6045 times more since)",
    ]


def test_a_failure_is_said_with_its_traceback(
    seldom: Seldom, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ValueError("odd")
    except ValueError as exc:
        seldom.warning("ValueError", "failed: %s", exc, failure=True)
    assert "Traceback" in caplog.text


def test_what_is_remembered_is_bounded(seldom: Seldom) -> None:
    for n in range(3 * MOST_KINDS):
        seldom.warning(f"kind {n}", "said")
    assert len(seldom._said) <= MOST_KINDS
