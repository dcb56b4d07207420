from __future__ import annotations

from layers.panels.strip import BINS, DAY_MS, STEP_MS, Strip, day_start_ms
from tests.support.builders.layers import NOON

NOON_MS = NOON.timestamp() * 1000


def test_the_day_begins_at_midnight_in_china() -> None:
    assert NOON_MS - day_start_ms(NOON_MS) == DAY_MS / 2


def test_alarms_are_counted_once_in_their_ten_minutes_with_the_worst_level() -> None:
    strip = Strip(NOON_MS)
    for occurrence, level in (("x@1", 3), ("x@1", 3), ("y@1", 2), ("z@1", 4)):
        strip.add(occurrence, "a.b", NOON_MS + 1, level)
    strip.add("v@1", "a.c", NOON_MS + STEP_MS, 1)
    value = strip.value(lambda path: path == "a.b")
    assert len(value["bins"]) == BINS
    assert value["bins"][BINS // 2] == [3, 2]
    assert value["bins"][BINS // 2 + 1] == [0, 0]


def test_another_day_is_not_counted_and_a_new_day_begins_empty() -> None:
    strip = Strip(NOON_MS)
    strip.add("x@1", "a.b", NOON_MS - DAY_MS, 1)
    strip.add("y@1", "a.b", NOON_MS, 1)
    assert sum(count for count, _ in strip.value(lambda path: True)["bins"]) == 1
    assert not strip.turn(NOON_MS + 1)
    assert strip.turn(NOON_MS + DAY_MS)
    assert sum(count for count, _ in strip.value(lambda path: True)["bins"]) == 0
