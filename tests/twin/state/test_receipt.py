"""Which clock to believe. ``R`` below is the second of receipt, counted in seconds from noon."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.support.builders.twin import (
    CALL,
    GATE,
    HUODIAN,
    LAT,
    LON,
    MANHOLE,
    NOON,
    ZHOU,
    a_position,
    a_reading,
    a_state,
    a_twin,
    after,
    give,
    settle,
)  # fmt: skip
from twin import events as e
from twin.errors import EventRejected
from twin.rules.derivation import follow
from twin.state.clocks import Reckoning
from twin.state.limits import LATEST
from twin.state.receipt import GRACE, SETTLED
from twin.state.twin import Twin

HOUR, DAY = 3600, 24 * 3600
TOMORROW, FAR = DAY + HOUR, 10**11


def at(seconds: float) -> datetime:
    """An instant; those beyond the calendar are its end, as an entry's id is taken."""
    return min(LATEST, after(min(seconds, 2e11)))


def hear(twin: Twin, received: float, said: float, state: str, subject: str = CALL) -> bool:
    """Fold one word as it is read from a stream; whether it counted."""
    event = a_state(subject, state, after(said))
    found = twin.fold([event], at(int(received)))
    assert found.rejected == [], found.rejected
    return bool(found.changes) and twin.devices[subject].state == state


def alarms(twin: Twin, subject: str = CALL) -> list[str]:
    """The rules that hold at a device after everything that follows has followed."""
    settle(twin, [])
    for change in (twin.devices[subject],):
        for event in follow(twin, change):
            settle(twin, [event])
    return [alarm.rule for alarm in twin.devices[subject].alarms if alarm.active]


# --- a device whose clock is fast ----------------------------------------------------------------


@pytest.mark.parametrize("fast", [2, 240, HOUR, TOMORROW])
def test_a_fast_device_that_is_set_right_counts_at_once(twin: Twin, fast: float) -> None:
    assert hear(twin, 0, fast, "idle")
    assert twin.devices[CALL].reported_at == after(1), "a time ahead of receipt counts as receipt"
    assert hear(twin, 1, 1.2, "pressed")
    assert alarms(twin) == ["call_pressed"]


def test_a_fast_device_that_is_set_right_within_a_second_counts_too(twin: Twin) -> None:
    assert hear(twin, 0.2, 240.2, "idle")
    assert hear(twin, 0.7, 0.6, "pressed")


@pytest.mark.parametrize("fast", [5, 240, TOMORROW])
def test_what_a_fast_device_says_in_one_second_counts_in_its_order(twin: Twin, fast: float) -> None:
    assert hear(twin, 0, fast, "pressed")
    assert hear(twin, 0, fast + 0.2, "idle")
    assert not hear(twin, 0, fast + 0.1, "pressed"), "it overtook"
    assert twin.devices[CALL].state == "idle"


@pytest.mark.parametrize("fast", [5, 240, TOMORROW])
def test_what_a_fast_device_said_before_undoes_nothing_while_its_time_is_to_come(
    twin: Twin, fast: float
) -> None:
    assert hear(twin, 0, fast, "pressed")
    assert hear(twin, 1, fast + 1, "idle")
    for later in {1, min(fast, 100) - 2, fast - 2}:
        assert not hear(twin, later, fast, "pressed")
        assert not hear(twin, later, fast + 0.5, "pressed")
    assert hear(twin, 2 * HOUR, fast + 2 * HOUR, "pressed")


def test_a_fast_clock_of_whole_seconds_counts_in_order_of_receipt(twin: Twin) -> None:
    assert hear(twin, 0, 240, "pressed") and hear(twin, 0, 240, "idle")
    assert not hear(twin, 0, 240, "pressed"), "the same again"


def test_a_device_that_was_a_day_fast_for_one_word_is_not_held_to_it(twin: Twin) -> None:
    assert hear(twin, 0, TOMORROW, "idle")
    assert hear(twin, 5, 5, "pressed") and hear(twin, 6, 6, "idle")
    assert hear(twin, 9, 11, "pressed"), "two seconds fast now"


def test_a_position_from_the_future_counts_as_of_its_receipt(twin: Twin) -> None:
    twin.fold([a_position(ZHOU, (LON, LAT), after(HOUR))], NOON)
    twin.fold([a_position(ZHOU, (LON + 0.001, LAT), after(5))], after(5))
    assert twin.responders[ZHOU].located == (LON + 0.001, LAT)
    assert twin.responders[ZHOU].located_at == after(5)


# --- what was held back -----------------------------------------------------------------------


@pytest.mark.parametrize("late", [1, 60, 299, 301, HOUR, 23 * HOUR])
def test_a_report_that_was_held_back_undoes_no_newer_one(twin: Twin, late: float) -> None:
    assert hear(twin, 0, 0, "idle")
    assert not hear(twin, 1, -late, "pressed")
    assert (twin.devices[CALL].state, twin.devices[CALL].reported_at) == ("idle", NOON)


@pytest.mark.parametrize("late", [1, 60, 299, 301, HOUR, 23 * HOUR])
def test_a_report_that_was_held_back_counts_when_nothing_newer_is_known(
    twin: Twin, late: float
) -> None:
    assert hear(twin, 0, -late, "pressed")
    assert twin.devices[CALL].reported_at == after(-late)


def test_a_buffer_that_is_emptied_after_a_live_word_undoes_nothing(twin: Twin) -> None:
    assert hear(twin, 0, 0, "idle")
    for n in range(240):  # four minutes long, once a second, what was said once a minute
        assert not hear(twin, n, -6 * HOUR + 60 * n, "pressed")
    assert hear(twin, 241, 241, "pressed")


def test_old_words_that_come_as_fast_as_they_were_said_undo_nothing_beside_live_ones(
    twin: Twin,
) -> None:
    for n in range(0, 1200, 5):
        assert hear(twin, n, n, "idle")
        assert not hear(twin, n, n - HOUR, "pressed")


def test_more_than_a_day_late_is_refused_unless_it_goes_on_from_the_last_word(twin: Twin) -> None:
    (why,) = (r for _, r in twin.fold([a_state(CALL, "idle", after(-DAY - 1))], NOON).rejected)
    assert why.field == "time" and "24 hours" in why.reason
    assert hear(twin, 0, -DAY, "idle")
    with pytest.raises(EventRejected):
        twin.check(a_state(GATE, "open", after(-DAY)), after(HOUR))
    assert hear(twin, HOUR, -DAY + 5, "pressed")


def test_a_device_that_comes_back_after_a_month_is_not_believed_what_it_said_then(
    twin: Twin,
) -> None:
    assert hear(twin, -30 * DAY, -30 * DAY, "idle")
    assert twin.fold([a_state(CALL, "pressed", after(-25 * DAY))], NOON).rejected


# --- a device whose clock is behind -----------------------------------------------------------


@pytest.mark.parametrize("slow", [30, 400, 5 * HOUR, 23 * HOUR])
def test_a_device_that_is_slow_all_the_time_counts_and_is_not_called_silent(
    twin: Twin, slow: float
) -> None:
    for n in range(0, 1200, 60):
        assert hear(twin, n, n - slow, "idle" if n % 120 else "pressed")
        assert [event.subject for event in twin.due(after(n + 1))] == []
    (silent,) = twin.due(after(2 * DAY))
    assert twin.apply(silent) and twin.devices[CALL].silent
    assert hear(twin, 2 * DAY, 2 * DAY - slow, "idle") and not twin.devices[CALL].silent


def test_a_device_whose_clock_is_set_back_for_good_counts_after_a_minute_of_old_words(
    twin: Twin,
) -> None:
    assert hear(twin, 0, 0, "idle")
    counted = [hear(twin, n, n - 2 * HOUR, "pressed") for n in range(1, 100)]
    first = counted.index(True) + 1
    assert first == SETTLED.total_seconds() + 1 and all(counted[first:])
    assert hear(twin, 200, 200, "idle"), "and when it is set right, at once"


def test_a_silence_ends_with_whatever_comes(twin: Twin) -> None:
    assert hear(twin, 0, 0, "idle")
    settle(twin, twin.due(after(DAY)))
    assert alarms(twin) == ["silent"]
    found = twin.fold([a_state(CALL, "idle", after(-HOUR))], after(DAY - 2 * HOUR))
    assert found.changes == [twin.devices[CALL]] and not twin.devices[CALL].silent
    assert alarms(twin) == []


# --- our own clock ----------------------------------------------------------------------------


@pytest.mark.parametrize("back", [2, 50, 2 * HOUR, TOMORROW])
def test_our_clock_is_set_back_and_the_devices_follow_it(twin: Twin, back: float) -> None:
    for subject in (CALL, GATE):
        assert hear(twin, 0, 0, "closed" if subject == GATE else "idle", subject)
    twin.fold([a_reading(MANHOLE, "water_level_m", 0.1), a_position(ZHOU)], NOON)
    now = 1 - back
    assert hear(twin, now, now, "pressed")
    assert alarms(twin) == ["call_pressed"]
    assert twin.devices[CALL].reported_at == after(now)
    assert hear(twin, now + 30, now + 30, "open", GATE)
    deep = a_reading(MANHOLE, "water_level_m", 2.0, after(now + 40))
    assert twin.fold([deep], after(now + 40)).changes == [twin.devices[MANHOLE]]
    away = a_position(ZHOU, (LON + 0.001, LAT), after(now + 40))
    assert twin.fold([away], after(now + 40)).changes == [twin.responders[ZHOU]]
    assert hear(twin, now + 41, now + 41, "idle")
    assert not hear(twin, now + 42, now + 20, "pressed"), "late by the new clock"
    assert not hear(twin, now + 42, now - 30 * 60, "pressed"), "from before it was set back"


def test_what_was_held_back_over_our_own_setting_back_undoes_nothing(twin: Twin) -> None:
    assert all(hear(twin, n, n, "idle") for n in range(-1200, 1, 60))
    assert hear(twin, -2 * HOUR, -2 * HOUR, "idle")
    assert not hear(twin, -2 * HOUR + 5, -600, "pressed"), "of the clock before"
    assert hear(twin, -2 * HOUR + 6, -2 * HOUR + 6, "pressed")


@pytest.mark.parametrize("back", [2, 2 * HOUR, TOMORROW])
def test_our_clock_is_set_back_and_the_devices_keep_the_true_time(twin: Twin, back: float) -> None:
    assert hear(twin, 0, 0, "idle") and hear(twin, 0, -600, "closed", GATE)
    for n in range(1, 60, 5):
        assert hear(twin, n - back, n, "pressed" if n % 2 else "idle")
        assert hear(twin, n - back, n - 600, "open" if n % 2 else "closed", GATE), "slow by ten min"


@pytest.mark.parametrize("jump", [2 * HOUR, TOMORROW])
@pytest.mark.parametrize("follows", [True, False])
def test_our_clock_is_ahead_for_eighty_seconds(twin: Twin, jump: float, follows: bool) -> None:
    assert hear(twin, 0, 0, "idle")
    for n in range(1, 80):
        assert hear(twin, jump + n, jump + n if follows else n, "pressed" if n % 2 else "idle")
    for n in range(81, 200, 2):
        assert hear(twin, n, n, "pressed" if n % 4 == 1 else "idle")
    assert alarms(twin) in (["call_pressed"], [])
    assert twin.due(after(201)) == []


@pytest.mark.parametrize("ahead", [HOUR, TOMORROW, FAR])
def test_one_entry_from_the_future_makes_nobody_late(twin: Twin, ahead: float) -> None:
    assert hear(twin, 0, 0, "idle")
    twin.fold([a_state(GATE, "open", after(min(ahead, DAY)))], at(ahead))
    for n in range(1, 100, 9):
        assert hear(twin, n, n, "pressed" if n % 2 else "idle")
        assert hear(twin, n, n, "closed" if n % 2 else "open", GATE)
    assert not hear(twin, 101, 50, "pressed")
    assert hear(twin, 102, 102 + 600, "pressed"), "fast by ten minutes from now on"


def test_a_silence_by_the_clock_before_is_over_when_the_device_speaks_by_the_new_one(
    twin: Twin,
) -> None:
    hear(twin, 0, 0, "idle")
    settle(twin, twin.due(after(DAY)))
    hear(twin, DAY, DAY, "idle")
    settle(twin, twin.due(after(2 * DAY)))
    assert twin.devices[CALL].silent
    back = 2 * DAY - 2 * HOUR
    hear(twin, 2 * DAY, 2 * DAY, "closed", GATE)
    assert hear(twin, back, back, "idle") and not twin.devices[CALL].silent
    (again,) = [x for x in twin.due(after(back + DAY)) if x.subject == CALL]
    assert twin.apply(again) and twin.devices[CALL].silent


def test_what_was_begun_by_the_clock_before_ends_by_it(twin: Twin) -> None:
    settle(twin, [a_state(MANHOLE, "shifted")])
    give(twin, "shelve", f"{MANHOLE}#manhole_open", at=NOON, reason="x", minutes=1)
    back = timedelta(hours=2)
    assert [x for x in twin.due(after(30) - back, None, back) if "unshelved" in e.type_of(x)] == []
    (ended,) = [
        x for x in twin.due(after(61) - back, None, back) if isinstance(x, e.AlarmUnshelved)
    ]
    assert twin.apply(ended) and twin.alarms[f"{MANHOLE}#manhole_open"].shelved_until is None
    clock = Reckoning(after(-2 * HOUR), back)
    assert clock.past(after(0), after(-60)) and not clock.past(after(1), after(-60))
    assert clock.past(after(-2 * HOUR), after(-3 * HOUR)) and not clock.past(NOON, after(-3 * HOUR))


# --- what is kept of clocks ---------------------------------------------------------------------


def test_words_may_overtake_each_other_within_the_grace_only_at_a_clock_that_was_fast(
    twin: Twin,
) -> None:
    assert hear(twin, 0, 240, "idle")
    assert not hear(twin, 0, -GRACE.total_seconds(), "pressed")
    assert HUODIAN in twin.territory_of(CALL)


@pytest.mark.parametrize("subject", [CALL, ZHOU])
def test_of_words_that_cannot_count_no_clock_is_remembered(subject: str) -> None:
    twin = a_twin()
    twin.fold([a_position(ZHOU), a_state(CALL, "idle")], NOON)
    for n in range(50):
        twin.fold([a_reading(subject, f"quantity_{n}", 1.0, after(HOUR + n))], NOON)
    assert twin.clocks.fast == {}
    assert sum(map(len, twin.clocks.slow.values())) == 0
