"""When an entry was received, and the same for whoever folds, whatever the clocks did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    CALL,
    GATE,
    NOON,
    STREET,
    a_state,
    a_twin,
    after,
    huodian,
    jinyuan,
)
from tests.support.catalogues import CATALOGUE
from tests.twin.state.test_receipt import HOUR, TOMORROW, hear
from twin import events as e
from twin.state.clocks import Clocks, whole_second
from twin.state.limits import LATEST
from twin.state.twin import Twin

Heard = list[tuple[datetime, e.Event]]
"""Entries in the order of a stream, each with when it was received."""


@pytest.mark.parametrize(
    ("ms", "second"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1795312800999, datetime.fromtimestamp(1795312800, UTC)),
        (99999999999999, datetime.fromtimestamp(99999999999, UTC)),
        (18446744073709551000, LATEST),
        (18446744073709551615, LATEST),
        (-5, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_any_entry_id_gives_a_second_of_receipt(ms: int, second: datetime) -> None:
    assert whole_second(ms) == second


def test_while_ids_stand_still_the_time_noted_beside_the_entry_counts() -> None:
    clocks, ids = Clocks(), after(HOUR)
    assert clocks.receipt(ids, None) == ids, "nothing was noted yet"
    clocks.receive(ids)
    assert clocks.receipt(ids, after(5)) == after(5)
    clocks.receive(after(5))
    assert clocks.receipt(ids, None) == after(5), "written by somebody who notes nothing"
    assert clocks.receipt(after(HOUR + 1), None) == after(HOUR + 1)


# --- the same for whoever folds ---------------------------------------------------------------


@st.composite
def heard(draw: st.DrawFn) -> Heard:
    """Entries of a street: devices fast, slow, set; words held back; our own clock set."""
    told: Heard = []
    ours, skew = 0, {CALL: 0.0, GATE: 0.0}
    for n in range(draw(st.integers(1, 40))):
        steps = [0, 0, 1, 5, 61, -3, -2 * HOUR, 2 * HOUR, TOMORROW, -TOMORROW]
        ours += draw(st.sampled_from(steps))
        subject = draw(st.sampled_from([CALL, GATE]))
        skew[subject] = draw(st.sampled_from([skew[subject]] * 6 + [0, 240, -HOUR, TOMORROW, 0.5]))
        held = draw(st.sampled_from([0] * 6 + [3, HOUR, 20 * HOUR]))
        states = {CALL: ("pressed", "idle"), GATE: ("open", "closed")}[subject]
        event = a_state(subject, draw(st.sampled_from(states)), after(ours + skew[subject] - held))
        told.append((after(ours), type(event)(
            **{f: getattr(event, f) for f in event.__struct_fields__ if f != "id"}, id=f"{n}"
        )))  # fmt: skip
    return told


def read(told: Heard, twin: Twin | None = None, size: int = 1) -> Twin:
    """Fold as a reader does: runs of one second of receipt, in pieces of a size."""
    twin = twin or a_twin()
    start = 0
    while start < len(told):
        received = told[start][0]
        end = start + 1
        while end < len(told) and end - start < size and told[end][0] == received:
            end += 1
        twin.fold([event for _, event in told[start:end]], received + timedelta(0))
        start = end
    return twin


@given(heard(), st.integers(2, 50), st.data())
def test_the_same_entries_give_the_same_bytes_in_any_batches_after_any_restore(
    told: Heard, size: int, data: st.DataObject
) -> None:
    whole = read(told)
    assert read(told, size=size).snapshot() == whole.snapshot()
    cut = data.draw(st.integers(0, len(told)))
    resumed = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    resumed.restore(read(told[:cut]).snapshot())
    assert read(told[cut:], resumed, size).snapshot() == whole.snapshot()


@given(heard())
def test_no_time_that_is_kept_was_ahead_of_receipt_and_the_three_stand_in_order(
    told: Heard,
) -> None:
    twin = read(told)
    highest = max(received for received, _ in told) + timedelta(seconds=1)
    for device in twin.devices.values():
        times = [t for t in (device.reported_at, device.updated_at, device.changed_at) if t]
        assert times == sorted(times, reverse=True)
        assert all(at <= highest for at in times)


@given(heard(), st.sampled_from([0, 0.2, -0.4, 2, 240, HOUR]))
def test_what_is_said_now_counts_whatever_the_clocks_did_before(told: Heard, skew: float) -> None:
    """Now is by our clock as it is, or by one that is ahead of ours; not held back on the way."""
    told = [(received, event) for received, event in told if event.subject == CALL]
    if not told:
        return
    twin = read(told)
    now = (told[-1][0] - NOON).total_seconds() + 12
    ahead = skew > 1 and any(event.time > received for received, event in told)
    if not ahead:  # of two words of a fast clock the one that says less is the older
        assert hear(twin, now, now + skew, "fault")


@given(heard(), st.integers(11, 20 * HOUR), st.integers(0, 50))
def test_what_was_held_back_never_undoes_what_a_right_clock_said(
    told: Heard, held: int, later: int
) -> None:
    twin = read(told)
    now = (told[-1][0] - NOON).total_seconds() + 20
    hear(twin, now, now, "idle")
    last = twin.devices[CALL].state_at
    if last != after(now):
        return  # it spoke of the future in this very second
    before = twin.devices[CALL].state
    assert not hear(twin, now + later, now - held, "fault")
    assert twin.devices[CALL].state == before
