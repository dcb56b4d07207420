"""One entry, or one thing, that makes us fail: the same is left out everywhere, the rest counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import GATE, NOON, a_state, a_twin, after
from tests.support.stories import stories
from twin.errors import EntrySetAside
from twin.events import AlarmAcknowledged, AlarmData, Event, codec, decode_batch, encode
from twin.state import effects
from twin.state.records import Change
from twin.state.state import TwinState
from twin.state.twin import Twin

POISON = "huodian/gate/poison#held_open"


class Poisoned(Exception):
    pass


@pytest.fixture(scope="module", autouse=True)
def an_effect_that_fails_for_one_subject() -> Iterator[None]:
    real = effects.EFFECTS[AlarmAcknowledged]

    def failing(twin: TwinState, event: AlarmAcknowledged) -> list[Change]:
        if event.subject == POISON:
            raise Poisoned("we have a fault")
        return real(twin, event)

    effects.EFFECTS[AlarmAcknowledged] = failing
    yield
    effects.EFFECTS[AlarmAcknowledged] = real


def a_poison(n: int) -> AlarmAcknowledged:
    return AlarmAcknowledged(
        id=f"p{n}", subject=POISON, time=after(n), by="x", data=AlarmData(version=1)
    )


@given(stories(), st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(1, 9))
def test_what_makes_the_fold_fail_is_left_out_whatever_the_batches(
    story: list[Event], places: list[int], size: int
) -> None:
    told = [*story]
    for n, place in enumerate(places):
        told.insert(min(place, len(told)), a_poison(n))
    whole, pieces, without = a_twin(), a_twin(), a_twin()
    failed = [told[at].id for at, _ in whole.fold(told).rejected]
    again = []
    for start in range(0, len(told), size):
        some = told[start : start + size]
        again += [some[at].id for at, _ in pieces.fold(some).rejected]
    assert failed == again
    assert {f"p{n}" for n in range(len(places))} <= set(failed)
    assert pieces.snapshot() == whole.snapshot()
    without.fold(story)
    without.newest_at = whole.newest_at  # somebody spoke then, whatever it was
    assert without.snapshot() == whole.snapshot()


def test_the_failure_is_named_with_subject_and_reason() -> None:
    ((_, why),) = a_twin().fold([a_poison(1)]).rejected
    assert isinstance(why, EntrySetAside)
    assert (why.field, why.value) == ("fold", POISON)
    assert why.reason == "set aside: Poisoned: we have a fault"


def test_a_payload_that_makes_the_decoder_fail_costs_those_beside_it_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Failing:
        def __init__(self, decoder: msgspec.json.Decoder[Event]) -> None:
            self._decoder = decoder

        def decode(self, payload: bytes) -> Event:
            if b"poison" in payload:
                raise OverflowError("date value out of range")
            return self._decoder.decode(payload)

    monkeypatch.setattr(codec, "_decoder", Failing(codec._decoder))
    good = a_state(GATE, "open", after(1))
    first, second, third = decode_batch([encode(good), b'"poison"', encode(good)])
    assert (first, third) == (good, good)
    assert isinstance(second, EntrySetAside)


def test_a_thing_whose_time_cannot_be_told_does_not_stop_the_time_of_others() -> None:
    twin = a_twin()
    told = [a_state(GATE, "closed", NOON), a_state("jinyuan/camera/1", "online", NOON)]
    twin.fold(told)
    late = NOON + timedelta(days=1)
    expected = {event.subject for event in twin.due(late)}
    assert expected == {GATE, "jinyuan/camera/1"}
    twin.devices[GATE].reported_at = _Strange()  # type: ignore[assignment]  # no time, as is tried
    with pytest.raises(Poisoned):
        twin.due(late)
    due, failed = twin.due_apart(late)
    assert [event.subject for event in due] == ["jinyuan/camera/1"]
    assert [(why.field, why.value) for why in failed] == [("due", GATE)]


@given(stories())
def test_asked_apart_as_much_is_due_as_at_once(story: list[Event]) -> None:
    twin: Twin = a_twin()
    twin.fold(story)
    at = after(2 * 24 * 3600)
    assert twin.due_apart(at) == (twin.due(at), [])


class _Strange(msgspec.Struct):
    """A time that cannot be compared."""

    def __ge__(self, other: object) -> None:
        raise Poisoned("no time")
