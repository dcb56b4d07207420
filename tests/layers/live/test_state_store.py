from __future__ import annotations

import json
from typing import Any

import pytest

from layers.live.state_store import StateStore
from layers.live.subscription import Subscription
from layers.panels import values
from layers.panels.conditions import Health
from layers.panels.incidents import Travel, no_travel
from layers.panels.strip import DAY_MS
from tests.support.builders.layers import (
    COMMUNITY,
    NOON,
    STREET,
    a_street,
    acknowledged,
    at,
    opened,
    raised,
    reported,
    step,
)
from tests.support.catalogues import CATALOGUE
from twin import events
from twin.dispatch.recommend import KNOWN_FOR, whereabouts
from twin.errors import EntrySetAside
from twin.state.records import Incident
from twin.state.twin import Twin

NOON_MS = NOON.timestamp() * 1000
CALL = "huodian/call/1"
ALARM = f"{CALL}#call_pressed"
ZHOU = "huodian/responder/zhou"


def a_picture(twin: Twin, travel: Travel = no_travel) -> StateStore:
    return StateStore([twin], CATALOGUE, NOON_MS, travel)


def happen(picture: StateStore, twin: Twin, *facts: events.Event) -> None:
    for fact in facts:
        picture.mark_dirty(STREET, twin.apply(fact))


def shown(picture: StateStore, sort: str, name: str) -> dict[str, Any]:
    thing: dict[str, Any] = json.loads(picture.things[sort][name].plain)
    return thing


def test_an_alarm_colours_its_device_until_it_is_shelved_or_over() -> None:
    twin = a_street()
    picture = a_picture(twin)
    row = picture.columns.row[CALL]
    happen(picture, twin, raised(CALL, at(0)), raised(CALL, at(0), rule="silent", level=3))
    assert picture.publish(NOON_MS, every=False).rows.tolist() == [row]
    assert picture.columns.state[row] >> 5 == 1
    shelf = events.AlarmShelved(
        id="s", subject=ALARM, time=at(1), by="chen",
        data=events.ShelveData(version=2, until=at(60), reason="test"),
    )  # fmt: skip
    happen(picture, twin, shelf)
    picture.publish(NOON_MS, every=False)
    assert picture.columns.state[row] >> 5 == 3


def test_a_device_whose_clock_is_hours_behind_is_not_shown_as_old() -> None:
    twin = a_street()
    picture = a_picture(twin)
    row = picture.columns.row[CALL]
    word = events.STATE_EVENTS["call"](
        id="w", subject=CALL, time=at(-3 * 3600), data=events.StateData(state="idle")
    )
    picture.mark_dirty(STREET, twin.fold([word], at(0)).changes)
    picture.publish(NOON_MS + 1000, every=True)
    assert picture.columns.state[row] >> 3 & 3 == 0


def test_acknowledging_the_alarm_acknowledges_the_case() -> None:
    twin = a_street()
    picture = a_picture(twin)
    happen(picture, twin, raised(CALL, at(0)), opened(1, CALL, twin, at(0), (ALARM,)))
    picture.publish(NOON_MS, every=False)
    assert shown(picture, "incidents", "INC-1121-0001")["unacked"] is True
    happen(picture, twin, acknowledged(ALARM, 2, at(1)))
    turned = picture.publish(NOON_MS, every=False).things
    assert {one.sort for one in turned} == {"alarms", "incidents"}
    assert shown(picture, "incidents", "INC-1121-0001")["unacked"] is False


def test_the_arrival_time_of_who_is_on_the_way_moves_once_a_second() -> None:
    twin = a_street()
    left = [80.4, 61.0]
    picture = a_picture(twin, lambda responder, incident, now: left[0])
    happen(picture, twin, opened(1, CALL, twin, at(0)))
    happen(picture, twin, step(events.IncidentAssigned, 1, 2, at(1), responder=ZHOU))
    picture.publish(NOON_MS, every=False)
    (crew,) = shown(picture, "incidents", "INC-1121-0001")["crew"]
    assert (crew["name"], crew["state"], crew["eta_s"]) == ("周网格员", "assigned", 80)
    left.pop(0)
    walk = events.ResponderPosition(
        id="w", subject=ZHOU, time=at(2), data=events.PositionData(lonlat=(113.1, 27.8))
    )
    happen(picture, twin, walk)
    picture.publish(NOON_MS, every=False)
    assert shown(picture, "incidents", "INC-1121-0001")["crew"][0]["eta_s"] == 80
    picture.publish(NOON_MS, every=True)
    assert shown(picture, "incidents", "INC-1121-0001")["crew"][0]["eta_s"] == 61
    for version, kind in ((3, "Accepted"), (4, "Started"), (5, "Arrived")):
        move = getattr(events, f"Incident{kind}")
        happen(picture, twin, step(move, 1, version, at(version), responder=ZHOU))
    picture.publish(NOON_MS, every=False)
    assert shown(picture, "incidents", "INC-1121-0001")["crew"][0]["eta_s"] is None


def test_an_off_duty_responder_is_nowhere() -> None:
    twin = a_street()
    picture = a_picture(twin)
    assert shown(picture, "responders", ZHOU)["lonlat"] is None
    duty = events.ResponderStatus(
        id="d", subject=ZHOU, time=at(0), by="zhou", data=events.StatusData(status="available")
    )
    happen(picture, twin, duty)
    picture.publish(NOON_MS, every=False)
    assert shown(picture, "responders", ZHOU)["lonlat"] == [113.1, 27.8]


def test_a_masked_screen_learns_nothing_of_anybodys_shift() -> None:
    twin = a_street()
    picture = a_picture(twin)
    duty = events.ResponderStatus(
        id="d", subject=ZHOU, time=at(0), by="zhou", data=events.StatusData(status="off_duty")
    )
    happen(picture, twin, duty)
    picture.publish(NOON_MS, every=False)
    told = {masked: Subscription((STREET,), masked, picture).things() for masked in (False, True)}
    plain, masked = (json.loads(told[how]["responders"][ZHOU]) for how in (False, True))
    assert (plain["since"], plain["takes"]) == (NOON_MS, ["duty_on"])
    assert plain.keys() - masked.keys() == {"since", "takes"}
    assert plain == plain | masked


def test_the_arrival_time_goes_when_the_phone_has_been_silent_in_a_quiet_street() -> None:
    twin = a_street()
    picture = a_picture(twin, lambda one, _, now: 80.0 if whereabouts(one, now) else None)
    duty, walk = events.StatusData(status="available"), events.PositionData(lonlat=(113.1, 27.8))
    happen(picture, twin, events.ResponderStatus(id="d", subject=ZHOU, time=at(0), data=duty))
    happen(picture, twin, opened(1, CALL, twin, at(0)))
    happen(picture, twin, step(events.IncidentAssigned, 1, 2, at(1), responder=ZHOU))
    happen(picture, twin, events.ResponderPosition(id="w", subject=ZHOU, time=at(2), data=walk))
    old_s = 2 + KNOWN_FOR.total_seconds()
    for passed_s, eta_s in ((3, 80), (old_s, 80), (old_s + 1, None), (3600, None)):
        picture.publish(NOON_MS + passed_s * 1000, every=True)
        assert shown(picture, "incidents", "INC-1121-0001")["crew"][0]["eta_s"] == eta_s
    assert picture.publish(NOON_MS + 3_601_000, every=True).things == []


def test_a_device_that_stands_nowhere_is_not_drawn() -> None:
    twin = a_street()
    picture = a_picture(twin)
    happen(picture, twin, reported("huodian/gate/99", "open", at(0)), raised("x/gate/1", at(0)))
    news = picture.publish(NOON_MS, every=False)
    assert len(news.rows) == 0 and news.things == []


def test_alarms_of_earlier_today_can_be_recalled_and_count_once() -> None:
    twin = a_street()
    picture = a_picture(twin)
    earlier = raised(CALL, at(-3600))
    picture.recall([earlier, earlier, raised("x/gate/1", at(-3600))])
    scope = Subscription((STREET,), False, picture)
    scope.refresh(NOON_MS, {})
    bins = json.loads(scope.panels["strip"])["bins"]
    assert sum(count for count, _ in bins) == 1


def test_at_midnight_yesterdays_finished_cases_leave_the_figures() -> None:
    twin = a_street()
    picture = a_picture(twin)
    happen(picture, twin, opened(1, CALL, twin, at(0)), opened(2, CALL, twin, at(0)))
    happen(picture, twin, step(events.IncidentRejected, 1, 2, at(1)))
    picture.publish(NOON_MS, every=False)
    assert set(picture.facts) == {"INC-1121-0001", "INC-1121-0002"}
    picture.publish(NOON_MS + DAY_MS, every=True)
    assert set(picture.facts) == {"INC-1121-0002"}
    assert set(picture.things["incidents"]) == {"INC-1121-0002"}


def test_who_sees_one_grid_does_not_hear_of_the_other_grids_alarms_in_a_case() -> None:
    twin = a_street()
    picture = a_picture(twin)
    other = "huodian/call/2#call_pressed"  # in grid 2
    happen(picture, twin, raised(CALL, at(0)), raised("huodian/call/2", at(0)))
    happen(picture, twin, opened(1, CALL, twin, at(0), (ALARM, other)))
    picture.publish(NOON_MS, every=False)
    for grids, alarms in ((("g1",), [ALARM]), (("g1", "g2"), [ALARM, other])):
        scope = Subscription(tuple(f"{COMMUNITY}.huodian.{grid}" for grid in grids), False, picture)
        case = json.loads(scope.things()["incidents"]["INC-1121-0001"])
        assert case["alarms"] == alarms
    scope = Subscription((f"{COMMUNITY}.huodian.g2",), True, picture)
    assert scope.things()["incidents"] == {}
    assert json.loads(scope.things()["alarms"][other])["incident"] is None


def test_a_source_that_is_down_is_told_but_why_only_to_the_whole_street() -> None:
    twin = a_street()
    down = events.FeedChanged(
        id="f", subject="gates-vendor", time=at(0), data=events.FeedData(up=False, reason="token")
    )
    twin.apply(down)
    picture = a_picture(twin)
    for prefix, reason in ((STREET, "token"), (f"{COMMUNITY}.huodian", "")):
        scope = Subscription((prefix,), False, picture)
        scope.refresh(NOON_MS, {})
        feeds = json.loads(scope.panels["feeds"])
        assert feeds["gates-vendor"]["up"] is False and feeds["gates-vendor"]["reason"] == reason


def test_a_case_that_a_person_reported_is_masked_to_building_and_floor() -> None:
    twin = a_street()
    picture = a_picture(twin)
    said = events.ReportedData(
        version=1, kind="one_key_call", level=2, place="3幢1单元502", lonlat=(113.1, 27.8),
        source="phone", building="huodian/b3", floor=5, text="王奶奶",
    )  # fmt: skip
    for number, data in ((1, said), (2, events.ReportedData(version=1, kind="one_key_call",
                         level=2, place="502", lonlat=(113.1, 27.8), source="phone"))):  # fmt: skip
        report = events.IncidentReported(
            id=f"r{number}", subject=f"INC-1121-{number:04d}", time=at(0), by="chen",
            territory=f"{COMMUNITY}.huodian.g1", data=data,
        )  # fmt: skip
        happen(picture, twin, report)
    picture.publish(NOON_MS, every=False)
    places = [
        json.loads(picture.things["incidents"][f"INC-1121-000{n}"].masked)["place"] for n in (1, 2)
    ]
    assert places == ["3幢5层", "huodian小区"]


def test_a_thing_that_cannot_be_shown_keeps_no_other_from_the_screens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, str]] = []
    twin = a_street()

    class Listening(Health):
        def set_aside(self, street: str, why: EntrySetAside) -> None:
            told.append((street, why.value))

    picture = StateStore([twin], CATALOGUE, NOON_MS, no_travel, Listening())
    happen(picture, twin, opened(1, CALL, twin, at(0)), opened(2, CALL, twin, at(0)))
    picture.publish(NOON_MS, every=False)
    first, second = sorted(twin.incidents)
    before = dict(picture.things["incidents"])
    fact = values.fact

    def fails_for_first(incident: Incident, *rest: Any) -> values.Fact:
        if incident.id == first:
            raise KeyError("what nobody thought of")
        return fact(incident, *rest)

    monkeypatch.setattr(values, "fact", fails_for_first)
    for number in (1, 2):
        happen(picture, twin, step(events.IncidentVerified, number, 2, at(1)))
    turned = picture.publish(NOON_MS + 60_000, every=False).things
    assert [one.id for one in turned if one.sort == "incidents"] == [second]
    assert told == [(STREET, first)]
    # What people know of does not vanish.
    assert picture.things["incidents"][first] == before[first]
    assert picture.publish(NOON_MS + 60_100, every=False).things == []
