"""What a district has otherwise: its twins go by it, and what cannot be is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders.twin import (
    MANHOLE,
    NOISE,
    STREET,
    a_reading,
    a_state,
    after,
    huodian,
    jinyuan,
    settle,
)
from tests.support.catalogues import CATALOGUE, CATALOGUES, of_districts
from twin.catalogue.districts import CHANGEABLE, Catalogues, changed, differences
from twin.errors import InvalidCatalogue
from twin.events import DeviceSilent
from twin.state.twin import Twin

WHY = "the district office, 2026"
RULE = CATALOGUE.rules["manhole_open"].incident
STRICT: dict[str, dict[str, Any]] = {
    "devices": {"manhole": {"patience_s": 7}},
    "rules": {"noise_night": {"above": 30.0, "hours": [0, 24], "source": WHY}},
    "incidents": {RULE: {"response_s": 60, "resolve_s": 120, "source": WHY}},
}


def two() -> Catalogues:
    return of_districts(lusong=STRICT)


def a_twin_of(catalogues: Catalogues, street: str) -> Twin:
    return Twin(STREET, [huodian(), jinyuan()], catalogues.of(street))


def test_a_street_goes_by_the_catalogue_of_its_district_and_any_other_by_the_common_one() -> None:
    catalogues = two()
    assert catalogues.of("lusong.hejiatu") is catalogues.of("lusong.jianning")
    assert catalogues.of("lusong.hejiatu") is catalogues.own["lusong"]
    assert catalogues.of("shifeng.tianxin") is catalogues.common is CATALOGUE
    assert CATALOGUES.of("lusong.hejiatu") is CATALOGUE
    assert catalogues.own["lusong"].version != CATALOGUE.version


def test_a_case_of_a_district_is_due_by_the_deadlines_of_the_district() -> None:
    due = []
    for street in ("lusong.hejiatu", "shifeng.tianxin"):
        twin = a_twin_of(two(), street)
        settle(twin, [a_state(MANHOLE, "shifted")])
        (case,) = twin.incidents.values()
        due.append((case.response_due_at - case.reported_at).total_seconds())
    assert due == [60, CATALOGUE.incidents[RULE].response_s]


def test_a_device_of_a_district_is_silent_by_the_patience_of_the_district() -> None:
    silent = []
    for street in ("lusong.hejiatu", "shifeng.tianxin"):
        twin = a_twin_of(two(), street)
        settle(twin, [a_state(MANHOLE, "closed")])
        due = twin.due(after(8))
        silent.append([one.subject for one in due if isinstance(one, DeviceSilent)])
    assert silent == [[MANHOLE], []]


def test_an_alarm_of_a_district_is_raised_at_the_limit_of_the_district() -> None:
    raised = []
    for street in ("lusong.hejiatu", "shifeng.tianxin"):
        twin = a_twin_of(two(), street)
        settle(twin, [a_reading(NOISE, "level_db", 38.0)])
        raised.append([alarm.rule for alarm in twin.alarms.values()])
    assert raised == [["noise_night"], []]


def test_what_a_district_has_otherwise_is_told_and_nothing_else() -> None:
    own = two().own["lusong"]
    assert differences(CATALOGUE, own) == {
        "devices": {"manhole": {"patience_s": 7}},
        "rules": {"noise_night": {"above": 30.0, "hours": (0, 24), "source": WHY}},
        "incidents": {RULE: {"response_s": 60, "resolve_s": 120, "source": WHY}},
    }
    assert differences(CATALOGUE, CATALOGUE) == {}


def test_what_screens_read_of_one_table_is_the_same_in_every_district() -> None:
    own = two().own["lusong"]
    assert (own.layers, own.ways, own.workflows) == (
        CATALOGUE.layers, CATALOGUE.ways, CATALOGUE.workflows,
    )  # fmt: skip
    for name, kind in CATALOGUE.devices.items():
        assert own.devices[name].states == kind.states and own.devices[name].label == kind.label
    assert list(own.devices) == list(CATALOGUE.devices), "kinds are numbered on the wire"
    assert not {"label", "en", "states", "layer", "glyph", "quantity", "realarm_s"} & {
        field for fields in CHANGEABLE.values() for field in fields
    }


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"rules": {"smokes": {"source": WHY}}},
         "/rules.toml: [smokes]: there is no such row; a district adds none"),
        ({"devices": {"hydrant": {"patience_s": 9}}},
         "/devices.toml: [hydrant]: there is no such row; a district adds none"),
        ({"rules": {"noise_night": 45}},
         "/rules.toml: [noise_night]: a row is needed, such as [ROW] and its fields"),
        ({"rules": {"noise_night": {"above": 40.0}}},
         "/rules.toml: [noise_night] source: is missing: say where the values come "
         "from"),
        ({"rules": {"noise_night": {"above": "40", "source": WHY}}},
         "/rules.toml: [noise_night] above: Expected `float | null`, got `str`"),
        ({"rules": {"noise_night": {"above": float("nan"), "source": WHY}}},
         "/rules.toml: [noise_night] above: is not a number that a reading can pass"),
        ({"rules": {"noise_night": {"below": 3, "source": WHY}}},
         "/rules.toml: [noise_night] below: the rule has none, so there is none to "
         "change"),
        ({"rules": {"noise_night": {"hours": [22, 30], "source": WHY}}},
         "/rules.toml: [noise_night] hours: are not 0 to 24"),
        ({"rules": {"noise_night": {"dead_band": -1, "source": WHY}}},
         "/rules.toml: [noise_night] dead_band: is below 0"),
        ({"rules": {"noise_night": {"level": 0, "source": WHY}}},
         "/rules.toml: [noise_night] level: is not 1 to 4"),
        ({"rules": {"lamp_fault": {"level": 1, "source": WHY}}},
         ": rules.toml: lamp_fault: grave, but never raised again"),
        ({"rules": {"smoke": {"realarm_s": 9, "source": WHY}}},
         "/rules.toml: [smoke] realarm_s: is the same everywhere; may differ: level, "
         "above, below, dead_band, hours, source"),
        ({"devices": {"lamp": {"patience_s": 0}}},
         "/devices.toml: [lamp] patience_s: is not above 0"),
        ({"devices": {"lamp": {"states": ["on"]}}},
         "/devices.toml: [lamp] states: is the same everywhere; may differ: "
         "patience_s"),
        ({"incidents": {"other": {"resolve_s": 1, "source": WHY}}},
         "/incidents.toml: [other] resolve_s: a case is resolved later than it is "
         "responded to"),
        ({"incidents": {"other": {"advice": "", "source": WHY}}},
         "/incidents.toml: [other] advice: is empty"),
    ],
)  # fmt: skip
def test_what_a_district_cannot_have_is_refused_with_file_row_and_field(
    tables: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidCatalogue) as refused:
        changed(CATALOGUE, "lusong", tables)
    assert str(refused.value) == f"catalogue/lusong{sentence}"
