"""The figure beside the live chip is what it says, on a late line and by a wrong clock too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.browser.line import far_away
from tests.browser.screen import DESK, Screen
from tests.support.installation import House, state
from tests.support.profiles import Profiles

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
LOST = "document.getElementById('lost')"
MINUTE_S = 60.0
"""A busy machine may need seconds to paint; the clocks of these computers are minutes off."""
NEAR_MS = 5000


@contextmanager
def looking(
    chromium: Profiles,
    house: House,
    page: str = "console",
    wrong_ms: int = 0,
    graphics: bool = False,
) -> Iterator[Screen]:
    """A page on a computer whose clock is wrong."""
    person = "wall" if page == "wall" else "chenmin"
    with closing(
        Screen(chromium, house, person, before=WRONG % wrong_ms, graphics=graphics)
    ) as screen:
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


def happens_until(screen: Screen, house: House, condition: str) -> str:
    """A lamp goes on and off until the page shows what is waited for; the words beside the chip."""
    for word in ("on", "off") * 15:
        house.tell(state("huodian/lamp/1", word))
        try:
            return str(screen.until(f"{condition} && {FIGURE}", 3))
        except AssertionError:
            continue
    raise AssertionError(f"{condition}: {screen.ask(f'() => {FIGURE}')}")


def test_a_socket_four_seconds_late_reads_four_seconds_and_turns_stale(
    chromium: Profiles, house: House
) -> None:
    with far_away(house) as (line, there):
        line.delay_s = 4.0
        with looking(chromium, there, graphics=True) as screen:
            screen.until(f"{CHIP} === 'stale'", 30)
            screen.until(f"/画面晚 [45] s/.test({FIGURE})", 30)
            happens_until(screen, house, f"/端到端 [45]\\.\\d s/.test({FIGURE})")
            assert screen.ask("() => document.documentElement.dataset.link") == "stale"
            line.delay_s = 0.0
            screen.until(f"{CHIP} === 'live'", 30)


def test_a_wall_says_how_far_its_picture_is_behind(chromium: Profiles, house: House) -> None:
    with far_away(house) as (line, there), looking(chromium, there, "wall") as screen:
        screen.until(f"{CHIP} === 'live' && {LOST}.hidden", 30)
        line.delay_s = 4.0
        words = "/^数据到达延迟 · 画面比现在晚约 [45] 秒$/"
        screen.until(f"!{LOST}.hidden && {words}.test({LOST}.textContent)", 30)
        line.delay_s = 0.0
        screen.until(f"{CHIP} === 'live' && {LOST}.hidden", 30)


@pytest.mark.parametrize("wrong_ms", [-600_000, 7_200_000])
def test_a_computer_whose_clock_is_wrong_shows_the_same_figures_and_times(
    chromium: Profiles, house: House, wrong_ms: int
) -> None:
    with far_away(house) as (line, there), looking(chromium, there, wrong_ms=wrong_ms) as screen:
        screen.until(f"{CHIP} === 'live'")
        measured = happens_until(screen, house, f"{FIGURE}.includes('端到端')")
        assert 0 < seconds(measured) < MINUTE_S, "not hours, and not below zero"
        minute = screen.ask("() => document.getElementById('live-age').title")
        assert re.search(r"一半不超过 \d", minute), minute
        now, really = screen.ask(f"() => [{DESK}.clock.now(), Date.now() - ({wrong_ms})]")
        assert abs(now - really) < NEAR_MS

        line.delay_s = 3600.0  # nothing comes any more
        screen.until(f"{CHIP} === 'lost'", 30)
        screen.until(f"{FIGURE}.startsWith('自')")
        since, clock = screen.ask(
            f"() => [{FIGURE}, document.getElementById('live-clock').textContent]"
        )
        told = re.search(r"\d+:\d\d:\d\d", since)
        assert told and 0 <= (of_day(clock) - of_day(told[0])) % 86_400 < 60, (since, clock)
