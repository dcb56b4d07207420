"""The figure beside the live chip is what it says, on a late line and by a wrong clock too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Browser

from tests.browser.house import House, state
from tests.browser.line import far_away
from tests.browser.screen import DESK, Screen

pytestmark = pytest.mark.browser
WRONG = """(() => {
  const Right = Date, wrong_ms = %d;
  globalThis.Date = class extends Right {
    constructor(...parts) { parts.length ? super(...parts) : super(Right.now() + wrong_ms); }
    static now() { return Right.now() + wrong_ms; }
  };
})()"""
CHIP = "document.getElementById('live-chip').dataset.state"
FIGURE = "document.getElementById('live-age').textContent"
MEASURED = f"{FIGURE}.includes('端到端') && {FIGURE}"
LOST = "document.getElementById('lost')"
TOLD_S = 1.5  # how far the server's own ticks and a busy machine may part what is compared


@contextmanager
def looking(
    chromium: Browser, house: House, page: str = "console", wrong_ms: int = 0
) -> Iterator[Screen]:
    """A page on a computer whose clock is wrong."""
    with closing(Screen(chromium, house, "wall" if page == "wall" else "chenmin")) as screen:
        screen.context.add_init_script(WRONG % wrong_ms)
        yield screen.open(f"/{page}")


def seconds(words: str) -> float:
    """The seconds of 端到端 84 ms, 端到端 4.1 s."""
    found = re.search(r"([\d.]+) (ms|s)$", words)
    assert found, words
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def of_day(clock: str) -> int:
    """Seconds since midnight of 10:42:07."""
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def lamps(house: House) -> Iterator[None]:
    """Something happens, again and again."""
    word = "on"
    while True:
        house.tell(state("huodian/lamp/1", word))
        word = "off" if word == "on" else "on"
        yield


def test_a_socket_four_seconds_late_reads_four_seconds_and_turns_stale(
    chromium: Browser, house: House
) -> None:
    with far_away(house) as (line, there):
        line.delay_s = 4.0
        with looking(chromium, there) as screen:
            screen.until(f"{CHIP} === 'stale'", 30)
            quiet = screen.until(f"{FIGURE}.includes('画面晚') && {FIGURE}")
            assert 4 <= seconds(quiet) <= 4 + TOLD_S
            next(lamps(house))
            assert 4 <= seconds(screen.until(MEASURED, 30)) <= 4 + TOLD_S
            assert screen.ask("() => document.documentElement.dataset.link") == "stale"
            line.delay_s = 0.0
            screen.until(f"{CHIP} === 'live'", 30)


def test_a_wall_says_how_far_its_picture_is_behind(chromium: Browser, house: House) -> None:
    with far_away(house) as (line, there), looking(chromium, there, "wall") as screen:
        screen.until(f"{CHIP} === 'live' && {LOST}.hidden", 30)
        line.delay_s = 4.0
        screen.until(f"{LOST}.textContent.includes('晚')", 30)
        words = screen.ask(f"() => {LOST}.textContent")
        behind = re.fullmatch(r"数据到达延迟 · 画面比现在晚约 (\d+) 秒", words)
        assert behind and 4 <= int(behind[1]) <= 4 + TOLD_S, words
        line.delay_s = 0.0
        screen.until(f"{CHIP} === 'live' && {LOST}.hidden", 30)


@pytest.mark.parametrize("wrong_ms", [-600_000, 7_200_000])
def test_a_computer_whose_clock_is_wrong_shows_the_same_figures_and_times(
    chromium: Browser, house: House, wrong_ms: int
) -> None:
    with far_away(house) as (line, there), looking(chromium, there, wrong_ms=wrong_ms) as screen:
        screen.until(f"{CHIP} === 'live'")
        next(lamps(house))
        assert 0 < seconds(screen.until(MEASURED)) <= TOLD_S
        minute = screen.ask("() => document.getElementById('live-age').title")
        assert re.search(r"一半不超过 \d", minute), minute
        now, really = screen.ask(f"() => [{DESK}.clock.now(), Date.now() - ({wrong_ms})]")
        assert abs(now - really) < TOLD_S * 1000

        line.delay_s = 3600.0  # nothing comes any more
        screen.until(f"{CHIP} === 'lost'", 30)
        screen.until(f"{FIGURE}.startsWith('自')")
        since, clock = screen.ask(
            f"() => [{FIGURE}, document.getElementById('live-clock').textContent]"
        )
        told = re.search(r"\d+:\d\d:\d\d", since)
        assert told and 0 <= (of_day(clock) - of_day(told[0])) % 86_400 < 60, (since, clock)
