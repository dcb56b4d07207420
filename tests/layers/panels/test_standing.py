"""What stands open beside the cases, counted over all that an account may see."""

from __future__ import annotations

import json
from typing import Any

from layers.live.state_store import StateStore
from layers.live.subscription import Subscription
from layers.panels.incidents import no_travel
from tests.support.builders.layers import (
    COMMUNITY,
    NOON,
    STREET,
    a_street,
    acknowledged,
    at,
    cleared,
    opened,
    raised,
    reported,
    silent,
    step,
)
from tests.support.catalogues import CATALOGUE
from twin import events
from twin.state.twin import Twin

NOON_MS = NOON.timestamp() * 1000
CALL = "huodian/call/1"
ALARM = f"{CALL}#call_pressed"
CASE = "INC-1121-0001"
QUIET = {"alarms": 0, "grave": [0, 0], "shelved": 0, "devices": 24,
         "unjudged": 0, "silent": 0, "unheard": 0}  # fmt: skip


class Street:
    """A twin, its picture, and what a set of prefixes sees of it."""

    def __init__(self) -> None:
        self.twin: Twin = a_street("huodian", each=2)
        self.picture = StateStore([self.twin], CATALOGUE, NOON_MS, no_travel)
        self.scope = Subscription((STREET,), False, self.picture)

    def all_report(self) -> None:
        self.happen(*(
            reported(one.id, one.traits.states[0], at(0)) for one in self.twin.devices.values()
        ))  # fmt: skip

    def happen(self, *facts: events.Event) -> None:
        for fact in facts:
            self.picture.mark_dirty(STREET, self.twin.apply(fact))

    def panels(self, scope: Subscription | None = None, after_s: float = 1) -> dict[str, Any]:
        now_ms = at(after_s).timestamp() * 1000
        self.picture.publish(now_ms, every=True)
        scope = scope or self.scope
        scope.refresh(now_ms, {})
        return {name: json.loads(value) for name, value in scope.panels.items()}

    def alarm(self, *, masked: bool = False) -> dict[str, Any]:
        thing = self.picture.things["alarms"][ALARM]
        found: dict[str, Any] = json.loads(thing.masked if masked else thing.plain)
        return found


def test_before_the_first_report_nothing_was_heard_of_any_device() -> None:
    street = Street()
    assert street.panels()["standing"] == QUIET | {"unheard": 24}
    street.happen(reported(CALL, "idle", at(0)))
    assert street.panels()["standing"] == QUIET | {"unheard": 23}


def test_a_quiet_street_has_nothing_standing() -> None:
    street = Street()
    street.all_report()
    assert street.panels()["standing"] == QUIET
    assert street.panels()["rollups"]["huodian"]["worst"] is None


def test_devices_are_silent_by_the_patience_of_their_kind_and_count_once() -> None:
    street = Street()
    street.all_report()
    street.happen(silent(CALL, at(3600)), raised(CALL, at(3600), rule="silent", level=4))
    assert street.panels()["standing"] == QUIET | {"silent": 1}
    # A feed that died: a camera is patient for three minutes, a call button for an hour.
    later = street.panels(after_s=400)["standing"]
    assert later["silent"] == 1 + 4


def test_a_device_in_an_alarms_state_counts_until_its_alarm_is_raised() -> None:
    """An engine that hangs raises nothing: a pressed button must not stand under "all is well"."""
    street = Street()
    street.all_report()
    street.happen(reported(CALL, "pressed", at(1)))
    assert street.panels()["standing"] == QUIET | {"unjudged": 1}
    street.happen(raised(CALL, at(1)), opened(1, CALL, street.twin, at(1), (ALARM,)))
    assert street.panels()["standing"] == QUIET


def test_an_alarm_is_without_a_case_once_its_case_has_ended_and_says_where_it_is() -> None:
    street = Street()
    street.all_report()
    street.happen(raised(CALL, at(0)), opened(1, CALL, street.twin, at(0), (ALARM,)))
    assert street.panels()["standing"] == QUIET
    assert (street.alarm()["unattended"], street.alarm()["place"]) == (False, "")

    street.happen(step(events.IncidentCancelled, 1, 2, at(5)))
    found = street.panels()
    assert found["standing"] == QUIET | {"alarms": 1, "grave": [1, 0]}
    assert found["counts"]["open"] == 0
    rollup = found["rollups"]["huodian"]
    assert (rollup["level"], rollup["worst"], rollup["alarms"], rollup["open"]) == (1, 1, 1, 0)
    assert found["attention"] == [{"compound": "huodian", "level": 1, "open": 0, "alarms": 1}]
    assert street.alarm()["unattended"] and street.alarm()["place"] == "3幢1单元102 · 第1网格"
    assert "102" not in street.alarm(masked=True)["place"]
    assert street.alarm(masked=True)["place"].startswith("3幢1单元")

    street.happen(step(events.IncidentReopened, 1, 3, at(9)))
    assert street.panels()["standing"] == QUIET and not street.alarm()["unattended"]


def test_a_minor_alarm_without_a_case_is_counted_where_it_is_and_asks_for_nobody() -> None:
    """A wall that says of one alarm that nobody handles it says where that is."""
    street = Street()
    street.all_report()
    street.happen(raised(CALL, at(0), rule="battery_low", level=4))
    found = street.panels()
    assert found["standing"] == QUIET | {"alarms": 1}
    assert found["attention"] == [{"compound": "huodian", "level": None, "open": 0, "alarms": 1}]


def test_a_shelved_alarm_is_counted_by_itself() -> None:
    street = Street()
    street.all_report()
    shelf = events.AlarmShelved(
        id="s", subject=ALARM, time=at(1), by="chen",
        data=events.ShelveData(version=2, until=at(60), reason="检修"),
    )  # fmt: skip
    street.happen(raised(CALL, at(0)), shelf)
    assert street.panels()["standing"] == QUIET | {"shelved": 1}


def test_an_alarm_that_cleared_stands_no_more_seen_or_not() -> None:
    street = Street()
    street.all_report()
    street.happen(raised(CALL, at(0)), cleared(ALARM, 2, at(1)))
    assert street.panels()["standing"] == QUIET
    street.happen(acknowledged(ALARM, 3, at(2)))
    assert street.panels()["standing"] == QUIET


def test_what_others_see_is_not_counted_here() -> None:
    street = Street()
    street.happen(raised(CALL, at(0)))
    other = Subscription((f"{COMMUNITY}.huodian.g2",), False, street.picture)
    assert street.panels()["standing"]["alarms"] == 1
    found = street.panels(other)
    assert (found["standing"]["alarms"], found["standing"]["devices"]) == (0, 12)
    assert found["rollups"]["huodian"]["worst"] is None


def test_a_case_says_whether_an_alarm_of_it_holds() -> None:
    street = Street()
    street.happen(raised(CALL, at(0)), opened(1, CALL, street.twin, at(0), (ALARM,)))
    street.panels()
    case = json.loads(street.picture.things["incidents"][CASE].masked)
    assert case["holding"] is True
    street.happen(cleared(ALARM, 2, at(1)))
    street.panels()
    assert json.loads(street.picture.things["incidents"][CASE].plain)["holding"] is False


def test_a_re_alarm_keeps_since_when_it_holds() -> None:
    street = Street()
    street.happen(raised(CALL, at(0)), raised(CALL, at(300), version=2))
    street.panels()
    since, told = (at(s).timestamp() * 1000 for s in (0, 300))
    assert (street.alarm()["since"], street.alarm()["at"]) == (since, told)
    assert street.alarm()["active"] is True
