from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from tests.support.builders.addresses import JUNMEN, a_building, a_thing, junmen
from tests.support.catalogues import LANGUAGE
from twin.addresses.completeness import DUTIES, FRESH, completeness, share
from twin.places.model import Compound, Grid

GRID = f"{JUNMEN}.g1"
TODAY = date(2026, 6, 1)


def whole() -> Compound:
    """A compound of which nothing is missing."""
    place = junmen()
    homes = tuple(a_building("junmen", f"b{n}", f"{n}号楼", 7, 2, territory=GRID) for n in (1, 2))
    grid = Grid(territory=GRID, name="第1网格", outline=place.outline)
    flat = a_thing(GRID, "smoke", 9, "1号楼烟感", building="junmen/b1", unit="1单元", floor=7)
    return msgspec.structs.replace(
        place, buildings=homes, grids=(grid,), devices=(flat,), surveyed=date(2026, 5, 1)
    )


def counted(place: Compound) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    measures = completeness(place, TODAY, LANGUAGE)
    return {one.name: (one.done, one.total, one.missing) for one in measures}


def test_a_compound_of_which_nothing_is_missing_is_complete_in_every_duty() -> None:
    measures = completeness(whole(), TODAY, LANGUAGE)
    assert all(one.done == one.total and not one.missing for one in measures)
    assert {duty: share(measures, duty) for duty in DUTIES} == dict.fromkeys(DUTIES, 1.0)


@pytest.mark.parametrize(
    ("building", "name"),
    [
        ({"entrances": ()}, "units"),
        ({"floors": 0}, "floors"),
        ({"name": "新楼"}, "numbers"),
        ({"name": "2号楼"}, "unique"),
        ({"territory": ""}, "grids"),
        ({"proposed": True}, "confirmed"),
    ],
)
def test_each_lack_of_a_building_is_counted_and_named(
    building: dict[str, object], name: str
) -> None:
    place = whole()
    first = msgspec.structs.replace(place.buildings[0], **building)
    place = msgspec.structs.replace(place, buildings=(first, place.buildings[1]))
    done, total, missing = counted(place)[name]
    assert (done < total, first.name in missing) == (True, True)


@pytest.mark.parametrize("device", [{"building": "junmen/b9"}, {"unit": "3"}, {"floor": 8}])
def test_a_device_bound_to_no_flat_that_exists_is_counted(
    device: dict[str, object],
) -> None:
    place = whole()
    stray = msgspec.structs.replace(place.devices[0], **device)
    assert counted(msgspec.structs.replace(place, devices=(stray,)))["devices"] == (
        0, 1, ("1号楼烟感",),
    )  # fmt: skip


def test_without_a_code_entering_is_not_complete() -> None:
    place = msgspec.structs.replace(whole(), community_code="")
    assert counted(place)["code"] == (0, 1, ("鼓楼社区",))
    assert share(completeness(place, TODAY, LANGUAGE), "entered") == pytest.approx(2 / 3)


def test_what_there_is_nothing_to_count_of_is_not_shown() -> None:
    place = msgspec.structs.replace(whole(), devices=(), buildings=())
    assert set(counted(place)) == {"code", "surveyed"}
    assert share(completeness(place, TODAY, LANGUAGE), "merged") is None


@pytest.mark.parametrize(
    ("surveyed", "done", "missing"),
    [
        (TODAY, 1, ()),
        (TODAY - FRESH, 1, ()),
        (TODAY - FRESH - timedelta(days=1), 0, ("军门社区 2025-05-31",)),
        (TODAY + timedelta(days=1), 0, ("军门社区 2026-06-02",)),
        (None, 0, ("军门社区",)),
    ],
)
def test_a_survey_of_more_than_a_year_ago_or_of_a_day_to_come_is_out_of_date(
    surveyed: date | None, done: int, missing: tuple[str, ...]
) -> None:
    place = msgspec.structs.replace(whole(), surveyed=surveyed)
    assert counted(place)["surveyed"] == (done, 1, missing)
    assert share(completeness(place, TODAY, LANGUAGE), "updated") == done
