"""One odd file in the folder of places is left out and told; the rest of the city lives."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from geodata import store
from geodata.demo.street import build_street
from geodata.leaving_out import LeftOut
from geodata.proposal import layout
from tests.support.builders.sites import TERRITORY, a_site
from tests.support.catalogues import CATALOGUE
from twin.places.model import Compound, DevicePlace, District
from twin.places.model import Path as Way
from twin.routing.network import Network


@pytest.fixture(scope="module")
def small() -> Compound:
    return layout.propose(a_site(), 1, name="小院", name_en="Small")


@pytest.fixture(scope="module")
def other(small: Compound) -> Compound:
    return replace(layout.propose(a_site("lusong.a.b.other"), 1, name="别院", name_en="O"))


@pytest.fixture
def places(tmp_path: Path, small: Compound, other: Compound) -> Path:
    for compound in (small, other):
        store.save(tmp_path / "places", compound)
    around = District(id="lusong", name="区", name_en="L", territory="lusong",
                      origin=small.origin, outline=small.outline)  # fmt: skip
    store.save_district(tmp_path / "places", around)
    return tmp_path / "places"


def left(held: store.PlacesFolder) -> list[tuple[str, str]]:
    return [(one.file, one.reason) for one in held.left_out]


def test_where_all_is_well_nothing_is_left_out(places: Path) -> None:
    held = store.read(places)
    assert [compound.id for compound in held.compounds] == ["other", "small"]
    assert [district.id for district in held.districts] == ["lusong"]
    assert held.left_out == []


ODD = {
    "empty": b"", "half": b'{"id":"x","name":"x","nam', "a list": b"[]", "a note": b'"buy milk"',
    "another kind": b'{"type":"FeatureCollection","features":[]}', "nested": b"[" * 100_000,
    "other letters": b'{"id":"\xff"}', "nothing": b"null",
}  # fmt: skip


@pytest.mark.parametrize("name", ["note.json", "lu.district.json"])
@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("fold", [False, True])
def test_a_file_that_holds_no_place_is_left_out_and_told(
    places: Path, name: str, what: str, fold: bool
) -> None:
    (places / name).write_bytes(ODD[what])
    held = store.read(places, fold=fold)
    assert left(held) == [(name, "unreadable")] and held.left_out[0].said
    assert [compound.id for compound in held.compounds] == ["other", "small"]
    assert [district.id for district in held.districts] == ["lusong"]


def test_a_folder_or_a_link_to_nowhere_is_no_place(places: Path) -> None:
    (places / "a.json").mkdir()
    (places / "b.json").symlink_to("b.json")
    (places / "c.json").symlink_to("gone.json")
    held = store.read(places)
    assert left(held) == [("a.json", "unreadable"), ("b.json", "unreadable")]
    assert len(held.compounds) == 2


def written(places: Path, name: str, compound: Compound, **fields: Any) -> None:
    (places / name).write_bytes(msgspec.json.encode(replace(compound, **fields)))


UNSOUND: dict[str, Any] = {
    "no outline": {"outline": ()},
    "an origin off the earth": {"origin": (1e308, 0.0)},
    "a way of one point": {"paths": (Way(id="x/path/1", kind="road", line=((113.0, 27.0),)),)},
    "a way of none": {"paths": (Way(id="x/path/1", kind="road", line=()),)},
    "too many households": {"households": 10**30},
    "a device at the pole": {"devices": (DevicePlace(
        id="x/camera/1", kind="camera", name="x", lonlat=(0.0, 90.0), territory="a.b.c.x"),)},
}  # fmt: skip


@pytest.mark.parametrize("what", UNSOUND)
def test_what_nothing_can_be_computed_with_is_left_out(
    places: Path, small: Compound, what: str
) -> None:
    empty = Compound(id="x", name="x", name_en="X", territory="a.b.c.x", origin=small.origin,
                     outline=small.outline)  # fmt: skip
    written(places, "x.json", empty, **UNSOUND[what])
    for fold in (False, True):
        held = store.read(places, fold=fold)
        assert left(held) == [("x.json", "unsound")]
        assert [compound.id for compound in held.compounds] == ["other", "small"]


@pytest.mark.parametrize("part", ["areas", "surroundings", "paths", "walls", "pipes"])
@pytest.mark.parametrize("odd", [{"no": "such field"}, 7, "a word", [1]])
@pytest.mark.parametrize("fold", [False, True])
def test_a_part_of_another_shape_leaves_its_file_out_however_late_it_is_read(
    places: Path, small: Compound, part: str, odd: object, fold: bool
) -> None:
    """What is seldom used is read later than the rest, and spoiled the whole folder then."""
    content = msgspec.json.decode(msgspec.json.encode(small))
    content.setdefault(part, []).append(odd)
    (places / "small.json").write_bytes(msgspec.json.encode(content))
    held = store.read(places, fold=fold)
    assert left(held) == [("small.json", "unreadable")]
    assert [compound.id for compound in held.compounds] == ["other"]


@pytest.mark.parametrize(
    ("label", "territory"),
    [("small", "lusong"), ("x", TERRITORY), ("x", "a.b.c.x.g1"), ("X", "a.b.c.X"), ("x", "")],
)
def test_a_compound_that_lies_nowhere_is_left_out(
    places: Path, small: Compound, label: str, territory: str
) -> None:
    written(places, "a.json", small, id=label, territory=territory)
    assert left(store.read(places)) == [("a.json", "misplaced")]


def test_of_two_files_of_one_compound_that_stays_which_bears_its_name(
    places: Path, small: Compound
) -> None:
    shutil.copy(places / "small.json", places / "a copy.json")
    shutil.copy(places / "small.json", places / "small (2).json")
    shutil.copy(places / "lusong.district.json", places / "a.district.json")
    held = store.read(places)
    assert left(held) == [("a copy.json", "double"), ("a.district.json", "double"),
                          ("small (2).json", "double")]  # fmt: skip
    assert held.left_out[0].said == "small is in small.json already"
    assert small in held.compounds and len(held.compounds) == 2


def test_who_holds_ids_of_others_goes_and_they_stay(places: Path, small: Compound) -> None:
    """As an edited file was let in once: first by name, and it names the others' camera."""
    stolen = replace(small.devices[0], id="small/camera/1")
    mine = replace(small.devices[0], id="a/camera/1", territory="lusong.a.b.a.g1")
    empty = {"buildings": (), "grids": (), "paths": (), "areas": (), "responders": ()}
    about = {"id": "a", "territory": "lusong.a.b.a", **empty}
    written(places, "a.json", small, **about, devices=(mine, stolen))
    held = store.read(places)
    assert left(held) == [("a.json", "double")]
    assert "small/camera/1" in held.left_out[0].said
    written(places, "a.json", small, **about, devices=(mine,))
    assert left(store.read(places)) == []


def test_what_was_let_in_earlier_and_harms_nobody_still_loads(
    places: Path, small: Compound
) -> None:
    odd = replace(small.devices[0], id="elsewhere/camera/9")
    written(places, "small.json", small, devices=(*small.devices, odd))
    assert left(store.read(places)) == []


def test_the_demo_and_what_it_wrote_earlier_loads_whole(tmp_path: Path) -> None:
    compounds = build_street(1)
    for compound in compounds:
        store.save(tmp_path, compound)
    held = store.read(tmp_path, fold=True)
    assert held.left_out == [] and len(held.compounds) == len(compounds)


# --- the last good copy -------------------------------------------------------------------------


def test_the_last_good_copy_stands_for_a_file_that_was_spoiled(
    places: Path, tmp_path: Path, small: Compound
) -> None:
    good = tmp_path / "last-good"
    assert store.read(places, last_good=good).left_out == []
    whole = (places / "small.json").read_bytes()
    (places / "small.json").write_bytes(whole[: len(whole) // 2])
    (places / "lusong.district.json").write_bytes(b"")
    for _ in range(2):
        held = store.read(places, fold=True, last_good=good)
        assert [(one.file, one.last_good) for one in held.left_out] == [
            ("lusong.district.json", True), ("small.json", True)]  # fmt: skip
        assert [compound.id for compound in held.compounds] == ["other", "small"]
        assert len(held.districts) == 1
    (places / "small.json").write_bytes(whole)
    assert left(store.read(places, last_good=good)) == [("lusong.district.json", "unreadable")]


def test_a_copy_follows_its_file_and_goes_with_it(
    places: Path, tmp_path: Path, small: Compound
) -> None:
    good = tmp_path / "last-good"
    store.read(places, last_good=good)
    store.save(places, replace(small, name="新名"))
    store.read(places, last_good=good)
    assert json.loads((good / "small.json").read_bytes())["name"] == "新名"
    (places / "small.json").unlink()
    assert [c.id for c in store.read(places, last_good=good).compounds] == ["other"]
    assert not (good / "small.json").exists()
    (places / "small.json").write_bytes(b"{")  # another file of that name: no ghost comes back
    assert [c.id for c in store.read(places, last_good=good).compounds] == ["other"]


def test_where_no_copy_can_be_kept_places_are_read_all_the_same(
    places: Path, tmp_path: Path
) -> None:
    (tmp_path / "last-good").write_text("a file where the folder would be")
    assert store.read(places, last_good=tmp_path / "last-good").left_out == []


def test_a_copy_that_this_version_cannot_use_is_no_help(places: Path, tmp_path: Path) -> None:
    good = tmp_path / "last-good"
    store.read(places, last_good=good)
    for folder in (places, good):
        (folder / "small.json").write_bytes(b"[]")
    (told,) = store.read(places, last_good=good).left_out
    assert told == LeftOut("small.json", "unreadable", told.said)


# --- any file -----------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_becomes_of_a_file_the_others_are_there_and_can_be_lived_in(
    places: Path, small: Compound, other: Compound, data: st.DataObject
) -> None:
    content = bytearray(msgspec.json.encode(small))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["cut", "byte", "digits", "take"])):
            case "cut":
                content = content[: max(at, 1)]
            case "byte":
                content[at] = data.draw(st.integers(0, 255))
            case "digits":
                content[at:at] = b"9" * data.draw(st.integers(1, 400))
            case "take":
                del content[at : at + data.draw(st.integers(1, 40))]
        content = content or bytearray(b" ")
    name = data.draw(st.sampled_from(["small.json", "a.json", "other2.json"]))
    fold = data.draw(st.booleans())
    (places / name).write_bytes(content)
    try:
        held = store.read(places, fold=fold)
        assert other in held.compounds
        assert name == "small.json" or small in held.compounds
        Network(held.compounds, CATALOGUE.ways.modes)
    finally:
        os.unlink(places / name)
        store.save(places, small)
