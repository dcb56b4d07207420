"""What devices say over a day: right values, nothing by accident."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from feeds.demo.daily_profile import DailyProfile, Said, busy, dark, local_hour, rain, share
from tests.support.builders.twin import HUODIAN
from tests.support.catalogues import CATALOGUE
from tests.support.world import MORNING, World, a_compound
from twin.events import DeviceState, Event, Reading, encode, type_of
from twin.places.model import DevicePlace

RHYTHM = DailyProfile([a_compound()], CATALOGUE.devices, seed=1)
MIDNIGHT = datetime.fromisoformat("2026-11-21T00:00:00+08:00")


def place(kind: str, number: int = 1) -> DevicePlace:
    return next(one for one in RHYTHM.places if one.id == f"huodian/{kind}/{number}")


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def value(kind: str, hour: float, number: int = 1) -> float:
    told = RHYTHM.usual(place(kind, number), at(hour))[2]
    assert told is not None
    return told


def states(kind: str, start: float, end: float) -> list[str]:
    """What a device of a kind said every ten seconds from one hour to another."""
    steps = range(int(start * 360), int(end * 360))
    return [RHYTHM.usual(place(kind), at(step / 360))[0] for step in steps]


def words(event: Event) -> object:
    assert isinstance(event, DeviceState | Reading)
    return event.data.state if isinstance(event, DeviceState) else event.data.value


def test_a_report_says_a_state_and_what_the_device_measures() -> None:
    state, reading = RHYTHM.report(place("noise"), MORNING)
    assert (type_of(state), words(state)) == ("noise.state", "normal")
    assert isinstance(reading, Reading) and reading.data.quantity == "level_db"
    assert state.time == reading.time == MORNING and state.id != reading.id
    assert len(RHYTHM.report(place("lamp"), MORNING)) == RHYTHM.words(place("lamp")) == 1


def test_the_same_seed_and_instant_give_the_same_bytes_and_another_seed_others() -> None:
    def day(seed: int) -> list[bytes]:
        rhythm = DailyProfile([a_compound()], CATALOGUE.devices, seed)
        return [encode(e) for one in rhythm.places for e in rhythm.report(one, MORNING)]

    assert day(4) == day(4) != day(5)


def test_gates_are_busy_at_eight_and_at_eighteen_and_quiet_by_night() -> None:
    assert busy(8) > 0.8 and busy(18) > 0.8 and busy(3) < 0.1 and busy(14.5) < 0.3
    morning, night = states("gate", 7.5, 8.5), states("gate", 2, 3)
    assert morning.count("open") > 100 and night.count("open") < 30


def test_a_gate_stays_as_it_is_for_a_while() -> None:
    said = states("gate", 8, 9)
    changes = sum(a != b for a, b in pairwise(said))
    assert changes < 150, "no flicker: at most as often as cars come"


def test_passes_grow_over_the_day_and_begin_anew_at_midnight() -> None:
    counts = [value("gate", hour / 4) for hour in range(96)]
    assert counts == sorted(counts) and counts[0] < 20 and counts[-1] > 500


def test_lamps_follow_dusk_and_dawn_within_two_minutes_of_each_other() -> None:
    assert dark(18) and dark(5) and not dark(12)
    assert set(states("lamp", 18, 19)) == {"on"} and set(states("lamp", 9, 10)) == {"off"}
    lit = {RHYTHM.usual(place("lamp", n), at(17.5))[0] for n in range(1, 9)}
    assert lit == {"on", "off"}


def test_it_is_louder_by_day_and_below_the_night_limit_by_night() -> None:
    by_day = [value("noise", 9 + n / 10) for n in range(80)]
    by_night = [value("noise", hour % 24) for hour in (22 + n / 20 for n in range(160))]
    assert 45 < min(by_day) and max(by_day) < 55
    assert max(by_night) < 45 - 3, "three decibels below what would keep an alarm active"


def test_power_follows_the_evening() -> None:
    assert value("power", 19.5) > value("power", 14) + 30


def test_a_cabin_stays_in_its_building_and_rests_below_by_night() -> None:
    floors = [value("lift", n / 120) for n in range(24 * 120)]
    assert set(floors) == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
    assert floors[120 * 2 : 120 * 4].count(1.0) > 180


def test_wells_rise_with_a_shower_and_never_to_a_limit() -> None:
    hours = [n / 4 for n in range(24 * 30 * 4)]
    wet = max(hours, key=lambda hour: rain(at(hour).timestamp()))
    dry = min(hours, key=lambda hour: rain(at(hour).timestamp()))
    assert value("water", wet) > value("water", dry) + 0.08
    assert max(value("water", hour) for hour in hours) < 0.45
    assert 0 < sum(rain(at(hour).timestamp()) > 0 for hour in hours) < len(hours) / 3


def test_a_few_devices_are_out_of_order_for_good_and_stand_together() -> None:
    kinds = sorted(name.split("/")[1] for name in RHYTHM.standing)
    assert kinds == ["camera", "charger", "smoke"]
    assert {name: RHYTHM.usual(one, MORNING)[0] for one in RHYTHM.places
            if (name := one.kind) in ("camera", "charger") and one.id in RHYTHM.standing} == {
        "camera": "offline", "charger": "fault",
    }  # fmt: skip


def test_a_story_changes_what_a_device_says_or_silences_it() -> None:
    rhythm = DailyProfile([a_compound()], CATALOGUE.devices, seed=1)
    meter = place("noise")
    rhythm.instead[meter.id] = Said(value=61.0)
    assert [words(event) for event in rhythm.report(meter, MORNING)] == ["normal", 61.0]
    rhythm.instead[meter.id] = Said(state="fault")
    assert words(rhythm.report(meter, MORNING)[0]) == "fault"
    rhythm.instead[meter.id] = Said(mute=True)
    assert rhythm.report(meter, MORNING) == []


def test_a_device_keeps_the_state_people_asked_for_unless_it_is_out_of_order() -> None:
    rhythm = DailyProfile([a_compound()], CATALOGUE.devices, seed=1)
    broken = next(iter(rhythm.standing))
    rhythm.asked = {"huodian/lamp/1": "on", broken: "online"}
    assert rhythm.usual(place("lamp"), MORNING)[0] == "on"
    assert rhythm.usual(next(p for p in rhythm.places if p.id == broken), MORNING)[0] == "offline"


def test_a_kind_without_a_row_of_its_own_reports_its_first_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(DailyProfile.__init__.__globals__["_USUAL"], "noise")
    assert DailyProfile([a_compound()], CATALOGUE.devices, 1).usual(place("noise"), MORNING) == (
        "normal",
        "",
        None,
    )


def test_shares_are_spread_evenly() -> None:
    shares = [share(f"1/huodian/camera/{n}") for n in range(1000)]
    assert all(80 < sum(n / 10 <= one < (n + 1) / 10 for one in shares) < 120 for n in range(10))
    assert local_hour(MORNING.timestamp()) == 10


def test_a_usual_day_raises_no_alarm_but_those_of_the_standing_faults() -> None:
    world = World()
    for _ in range(24 * 12):
        world.now += timedelta(minutes=5)
        for one in world.sim.rhythm.places:
            world.write(world.sim.rhythm.report(one, world.now))
    assert len(world.types("alarm.raised")) == len(world.sim.rhythm.standing)
    assert world.types("incident") == [] and world.types("alarm.cleared") == []


def a_rhythm_of(*kinds: str, use: str = "") -> DailyProfile:
    """The rhythm of one device of each kind."""
    places = tuple(
        DevicePlace(
            id=f"huodian/{kind}/1", kind=kind, name=kind, lonlat=(113.15, 27.83), use=use,
            territory=HUODIAN,
        )
        for kind in kinds
    )  # fmt: skip
    return DailyProfile(
        [msgspec.structs.replace(a_compound(), devices=places)], CATALOGUE.devices, seed=1
    )


def test_a_slope_at_rest_stays_below_every_limit() -> None:
    rhythm = a_rhythm_of("tilt", "crack")
    for hour in range(24):
        told = [rhythm.usual(one, at(hour))[2] for one in rhythm.places]
        assert told[0] is not None and 0 < told[0] < 0.4
        assert told[1] is not None and 0 < told[1] < 8.0


def test_a_door_is_locked_by_night_and_opens_by_day() -> None:
    rhythm = a_rhythm_of("lock")
    (lock,) = rhythm.places
    night = {rhythm.usual(lock, at(2 + n / 180))[0] for n in range(180)}
    day = [rhythm.usual(lock, at(18 + n / 180))[0] for n in range(180)]
    assert "locked" in night and day.count("unlocked") > 10
    left = words(rhythm.report(lock, MORNING)[1])
    assert isinstance(left, float) and left > 50


def test_a_station_that_weighs_tells_its_weight_as_well() -> None:
    rhythm = a_rhythm_of("waste", use="weighing")
    (station,) = rhythm.places
    fill, weight = rhythm.report(station, MORNING)[1:]
    assert isinstance(fill, Reading) and isinstance(weight, Reading)
    assert (fill.data.quantity, weight.data.quantity) == ("fill_pct", "weight_kg")
    assert weight.data.value == pytest.approx(4.2 * fill.data.value, abs=0.1)
    assert rhythm.words(station) == 3
