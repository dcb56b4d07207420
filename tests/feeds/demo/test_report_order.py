"""Who speaks when: at the rate asked for, and nobody so late that they count as silent."""

from __future__ import annotations

from collections import Counter

import pytest

from feeds.demo.daily_profile import DailyProfile
from feeds.demo.report_order import Rounds
from tests.support.catalogues import CATALOGUE
from tests.support.world import a_compound

RHYTHM = DailyProfile([a_compound()], CATALOGUE.devices, seed=1)


@pytest.mark.parametrize("rate", [1, 20, 20_000])
def test_the_rate_asked_for_is_the_rate_sent(rate: int) -> None:
    rounds = Rounds(RHYTHM, rate)
    told = [place for _ in range(400) for place in rounds.next(0.25)]
    assert sum(map(RHYTHM.words, told)) == pytest.approx(rate * 100, abs=2)


@pytest.mark.parametrize("rate", [0.01, 20])
def test_every_device_speaks_well_within_its_patience(rate: float) -> None:
    rounds, last, longest = Rounds(RHYTHM, rate), {p.id: 0 for p in RHYTHM.places}, Counter[str]()
    for second in range(1, 8000):
        for place in rounds.next(1.0):
            longest[place.id] = max(longest[place.id], second - last[place.id])
            last[place.id] = second
    for place in RHYTHM.places:
        assert longest[place.id] <= 0.8 * CATALOGUE.devices[place.kind].patience_s, place.id


def test_a_kind_with_short_patience_speaks_oftener() -> None:
    told = Counter(place.id for place in Rounds(RHYTHM, 100).next(600))
    assert told["huodian/camera/1"] == pytest.approx(20 * told["huodian/call/1"], rel=0.1)


def test_a_street_without_devices_says_nothing() -> None:
    assert Rounds(DailyProfile([], CATALOGUE.devices, 1), 20).next(10) == []
