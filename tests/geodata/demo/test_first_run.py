from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from geodata import store
from geodata.demo import first_run
from geodata.demo.city.city import City
from tests.geodata.test_store import compound
from twin.clock import CHINA
from twin.places.model import District

RING = ((113.0, 27.0), (113.001, 27.0), (113.001, 27.001), (113.0, 27.0))
DISTRICT = District(
    id="lusong", name="芦淞区", name_en="Lusong", territory="lusong", origin=RING[0], outline=RING
)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was built, in place of the real cities, which take their time."""
    calls: list[str] = []

    def street(seed: int) -> tuple[None, list[object]]:
        calls.append(f"street {seed}")
        return None, [compound("huodian")]

    def city(seed: int) -> City:
        calls.append(f"city {seed}")
        return City(DISTRICT, [compound("huodian", "新画的"), compound("junmen")])

    monkeypatch.setattr(first_run, "CITIES", {"street": street, "city": city})
    return calls


def test_a_first_run_builds_and_a_second_does_not(tmp_path: Path, built: list[str]) -> None:
    first_run.prepare(tmp_path, "street", 7)
    first_run.prepare(tmp_path, "street", 7)
    assert built == ["street 7"]
    assert [one.id for one in store.load(tmp_path)] == ["huodian"]


def test_a_city_is_built_around_what_lies_there_already(tmp_path: Path, built: list[str]) -> None:
    first_run.prepare(tmp_path, "street", 1)
    first_run.prepare(tmp_path, "city", 1)
    first_run.prepare(tmp_path, "city", 1)
    assert built == ["street 1", "city 1"]
    assert {one.id: one.name for one in store.load(tmp_path)} == {
        "huodian": "小区",
        "junmen": "小区",
    }
    assert store.load_district(tmp_path, "lusong") == DISTRICT


def test_every_compound_of_the_demo_was_surveyed_some_day(tmp_path: Path, built: list[str]) -> None:
    first_run.prepare(tmp_path, "city", 1)
    today = datetime.now(CHINA).date()
    ages = [(today - one.surveyed).days for one in store.load(tmp_path) if one.surveyed]
    assert len(ages) == 2 and all(4 < age <= 800 for age in ages)


def test_a_street_is_not_built_into_a_city(tmp_path: Path, built: list[str]) -> None:
    first_run.prepare(tmp_path, "city", 1)
    first_run.prepare(tmp_path, "street", 1)
    assert built == ["city 1"]
