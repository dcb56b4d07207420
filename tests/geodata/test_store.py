from __future__ import annotations

import os
from pathlib import Path

import pytest

from geodata import store
from geodata.demo.street import build_street
from geodata.packed import PackedSequence
from layers.places.compound import digest
from twin.places.model import Area, Compound, District, Division

RING = ((113.0, 27.0), (113.001, 27.0), (113.001, 27.001), (113.0, 27.0))


def compound(name: str, said: str = "小区") -> Compound:
    return Compound(
        id=name,
        name=said,
        name_en=name.title(),
        territory=f"lusong.hejiatu.changtangwan.{name}",
        origin=RING[0],
        outline=RING,
    )


def test_what_is_saved_is_loaded_again_sorted_by_id(tmp_path: Path) -> None:
    store.save(tmp_path, compound("nanxing"))
    store.save(tmp_path, compound("huodian"))
    assert store.load(tmp_path) == [compound("huodian"), compound("nanxing")]


def test_saving_again_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    store.save(tmp_path, compound("huodian"))
    file = store.save(tmp_path, compound("huodian", "火电小区"))
    assert store.load(tmp_path)[0].name == "火电小区"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_does_not_exist_holds_no_compounds_and_is_made_on_saving(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data" / "places"
    assert store.load(folder) == []
    assert store.save(folder, compound("huodian")) == folder / "huodian.json"


def test_when_the_disk_fails_the_old_file_stays_and_no_half_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = store.save(tmp_path, compound("huodian"))

    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        store.save(tmp_path, compound("huodian", "another"))
    assert store.load(tmp_path) == [compound("huodian")]
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_seldom_read_can_be_held_folded_and_reads_the_same(tmp_path: Path) -> None:
    place = build_street(1)[0]
    file = store.save(tmp_path, place)
    plain, folded = store.load(tmp_path)[0], store.load(tmp_path, fold=True)[0]
    assert isinstance(folded.areas, PackedSequence) and len(folded.areas) == len(plain.areas)
    assert tuple(folded.areas) == plain.areas
    assert folded.areas == plain.areas and folded.areas != plain.areas[1:]
    assert (folded.areas[3], folded.areas[-2:]) == (plain.areas[3], plain.areas[-2:])
    assert digest(folded) == digest(plain)
    assert store.save(tmp_path, folded) == file
    assert store.load(tmp_path)[0] == place
    assert list(PackedSequence(b"[]", Area)) == []


def district() -> District:
    return District(
        id="lusong",
        name="芦淞区",
        name_en="Lusong",
        territory="lusong",
        origin=RING[0],
        outline=RING,
        divisions=(
            Division(
                territory="lusong.hejiatu", level="street", name="街道", name_en="S", outline=RING
            ),
        ),
    )


def test_a_district_lies_beside_its_compounds_and_is_none_of_them(tmp_path: Path) -> None:
    store.save(tmp_path, compound("huodian"))
    assert store.load_district(tmp_path, "lusong") is None
    file = store.save_district(tmp_path, district())
    assert file.name == "lusong.district.json"
    assert store.load_district(tmp_path, "lusong") == district()
    assert [one.id for one in store.load(tmp_path)] == ["huodian"]


def test_a_file_that_holds_no_district_is_named(tmp_path: Path) -> None:
    (tmp_path / "lusong.district.json").write_text("{}")
    with pytest.raises(ValueError, match=r"lusong\.district\.json does not hold a district"):
        store.load_district(tmp_path, "lusong")
