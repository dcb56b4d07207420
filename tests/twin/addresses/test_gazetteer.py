"""Each row of ``addresses.csv``: a text, how many places it fits, which, and why the first.

``fit`` counts the candidates that fit; ``places`` begin the list of candidates, which are the
nearest ones when none fits; ``notes`` are the reasons given with the first.
"""

from __future__ import annotations

import csv
import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.addresses import JUNMEN, STREET, compounds, gazetteer
from tests.support.catalogues import LANGUAGE
from tests.twin.address_table import label
from tests.twin.addresses.test_parser import TABLE
from twin.addresses import candidates, compound_addresses, names
from twin.addresses.candidates import WEIGHTS
from twin.addresses.gazetteer import Gazetteer
from twin.places.model import Compound

ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
HUODIAN = f"{STREET}.changtangwan.huodian"


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_each_text_means_what_the_table_says(row: dict[str, str]) -> None:
    found = gazetteer().resolve(row["text"])
    assert found.status == row["status"]
    assert sum(one.fits for one in found.candidates) == int(row["fit"])
    assert " ".join(map(label, found.candidates[:4])) == row["places"]
    assert [note.code for one in found.candidates[:1] for note in one.notes] == row["notes"].split()


def test_the_table_is_long_and_half_of_it_gives_no_plain_answer() -> None:
    unclear = [row for row in ROWS if row["status"] != "one" or set(row["notes"].split()) - PLAIN]
    assert len(ROWS) >= 250
    assert len(unclear) >= len(ROWS) / 2


PLAIN = {code for code, weight in WEIGHTS.items() if weight == 1.0}


def test_every_reason_is_given_for_some_text() -> None:
    given_ = {
        note.code
        for row in ROWS
        for one in gazetteer().resolve(row["text"]).candidates
        for note in one.notes
    }
    assert set(WEIGHTS) - given_ == set()


def test_nothing_is_wrong_in_silence() -> None:
    """One place without a word of doubt is the place whose own words were written."""
    for row in ROWS:
        found = gazetteer().resolve(row["text"])
        place = found.place
        if place is None or not place.exact:
            continue
        again = gazetteer().resolve(f"{_compound(place.compound).name}{place.name}")
        assert place.kind == "compound" or place.id in {one.id for one in again.candidates}


def _compound(name: str) -> Compound:
    return next(one for one in compounds() if one.id == name)


DOORS = [
    (compound, building, door)
    for compound in compounds()
    for building in compound.buildings
    for door in building.entrances
]


@given(st.integers(0, len(DOORS) - 1), st.data())
def test_every_door_is_found_by_its_own_address(number: int, data: st.DataObject) -> None:
    compound, building, door = DOORS[number]
    floor = data.draw(st.integers(1, building.floors))
    text = f"{compound.name}{building.name}{door.unit}单元{floor}层{floor}02室"
    place = gazetteer().resolve(text).place
    assert place is not None and place.exact
    assert (place.id, place.unit, place.floor) == (building.id, door.unit, floor)
    assert place.lonlat == door.lonlat


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    found = gazetteer().resolve(text)
    assert found.status in ("one", "several", "none")
    assert all(0 < one.confidence <= 1 for one in found.candidates)


def test_nothing_beyond_the_territory_is_named() -> None:
    found = gazetteer().resolve("3幢1单元", (HUODIAN,))
    assert [label(one) for one in found.candidates] == ["huodian/b3:1"]
    assert gazetteer().resolve("军门社区12号楼", (HUODIAN,)).status == "none"
    for text in ("军门社区12号楼", "99幢", "东门", "LP-031", "打架", "1-99幢"):
        for one in gazetteer().resolve(text, (f"{HUODIAN}.g1",)).candidates:
            assert one.territory.startswith(HUODIAN)
            assert one.kind == "compound" or one.territory == f"{HUODIAN}.g1"
    assert gazetteer().resolve("3幢", ("elsewhere",)).candidates == ()


def test_numbers_of_buildings_beyond_the_grid_are_not_told() -> None:
    known = gazetteer().resolve("火电小区99幢", (f"{HUODIAN}.g1",)).candidates[0].notes[0]
    assert known.args["known"] != "1-37"


def test_the_masked_find_no_flat() -> None:
    assert gazetteer().resolve("火电小区3幢1单元302", masked=True).candidates == ()
    assert gazetteer().resolve("火电小区3幢1单元", masked=True).status == "one"
    rooms = gazetteer().resolve("火电小区3幢1单元一键呼", masked=True)
    assert all(not one.room for one in rooms.candidates)


def test_the_compound_on_screen_comes_first_among_equals() -> None:
    first = gazetteer().resolve("3幢1单元", here="nanxing").candidates[0]
    assert label(first) == "nanxing/b3:1"


def test_a_unit_is_its_entrance_and_a_side_lies_on_that_side() -> None:
    building = next(one for one in _compound("huodian").buildings if one.id == "huodian/b3")
    door = gazetteer().resolve("火电小区3幢2单元").place
    assert door is not None and door.lonlat == building.entrances[1].lonlat
    east = gazetteer().resolve("火电小区3幢东侧").place
    west = gazetteer().resolve("火电小区3幢西侧").place
    assert east is not None and west is not None and east.lonlat[0] > west.lonlat[0]


def test_a_place_without_buildings_gates_or_devices_says_so() -> None:
    bare = Gazetteer([_compound("jinyuan2")], LANGUAGE)
    for text in ("朝阳南门", "南门", "烟感3号", "99幢"):
        found = bare.resolve(text)
        assert found.status == "none" and found.candidates
    assert Gazetteer([], LANGUAGE).resolve("3幢").candidates == ()


def test_grid_prefixes_see_their_buildings_only() -> None:
    assert gazetteer().resolve("军门12号楼", (f"{JUNMEN}.g1",)).status == "none"


@pytest.mark.parametrize("module", [candidates, names, compound_addresses])
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
