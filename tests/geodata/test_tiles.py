from __future__ import annotations

from pathlib import Path

import msgspec
import pyogrio
import pytest

from geodata import tiles
from geodata.demo.street import build_street
from geodata.store import save, save_district
from tests.support.streets.two_streets import FAR, NEAR, compounds, district
from twin.places.model import Compound

MARKS = ("around", "proposed")


@pytest.fixture
def places() -> list[Compound]:
    return [place for rows in compounds(NEAR, FAR).values() for place in rows]


def read(folder: Path, file: str) -> dict[str, dict[str, object]]:
    """The features of a set at its greatest zoom, by id."""
    frame = pyogrio.read_dataframe(folder / file)
    return {row["id"]: row for row in frame.to_dict("records")}


def test_a_street_has_a_set_of_its_own_compounds_and_a_district_one_of_what_is_public(
    places: list[Compound], tmp_path: Path
) -> None:
    index, made = tiles.build(places, [district()], tmp_path)
    assert [one.territory for one in index.sets] == ["lusong", NEAR, FAR]
    assert [one.file for one in index.sets] == made
    ground, near, far = (read(tmp_path, one.file) for one in index.sets)
    assert {row["sort"] for row in ground.values()} == {"area", "path", "building", "service"}
    assert set(near) == {"qiaotou/b3", "mudan/b3"}
    assert set(far) == {"qingshui/b3"}
    assert near["mudan/b3"]["height"] == 18.0
    assert near["mudan/b3"]["compound"] == "mudan"


def test_no_byte_of_a_set_names_what_another_street_holds(
    places: list[Compound], tmp_path: Path
) -> None:
    index, _ = tiles.build(places, [district()], tmp_path)
    for one in index.sets:
        held = {row.get("compound") for row in read(tmp_path, one.file).values()}
        assert held <= ({"qingshui"} if one.territory == FAR else {"qiaotou", "mudan", None})


def test_blocks_around_a_compound_are_there_from_afar_and_give_way_with_it(
    tmp_path: Path,
) -> None:
    (drawn,) = (one for one in build_street(1) if one.id == "huodian")
    first, *others = drawn.buildings
    first = msgspec.structs.replace(first, proposed=True)
    place = msgspec.structs.replace(drawn, buildings=(first, *others))
    index, _ = tiles.build([place], [], tmp_path)
    found = read(tmp_path, index.sets[0].file)
    blocks = {block.id for block in place.surroundings}
    assert blocks and blocks <= set(found)
    assert {found[one]["compound"] for one in blocks} == {"huodian"}
    told = {sort: {id for id, row in found.items() if row[sort] == 1} for sort in MARKS}
    assert told == {"around": blocks, "proposed": {first.id}}


def test_a_set_says_where_it_lies_and_for_which_zooms(
    places: list[Compound], tmp_path: Path
) -> None:
    index, _ = tiles.build(places, [], tmp_path)
    west, south, east, north = index.sets[0].bounds
    assert west == pytest.approx(113.1)
    assert (south, north) == pytest.approx((27.8, 27.8002))
    assert east > west
    head = (tmp_path / index.sets[0].file).read_bytes()[:127]
    assert head[:8] == b"PMTiles\x03"
    assert (head[100], head[101]) == (index.sets[0].minzoom, index.sets[0].maxzoom) == (13, 14)


def test_the_same_places_are_not_cut_twice_and_changed_ones_get_another_name(
    places: list[Compound], tmp_path: Path
) -> None:
    first, made = tiles.build(places, [], tmp_path)
    assert len(made) == 2
    assert tiles.build(places, [], tmp_path) == (first, [])
    taller = msgspec.structs.replace(places[0].buildings[0], height_m=99.0)
    places[0] = msgspec.structs.replace(places[0], buildings=(taller,))
    second, made = tiles.build(places, [], tmp_path)
    assert [one.file for one in second.sets if one.territory == NEAR] == made
    assert second.sets[1] == first.sets[1]
    assert (tmp_path / first.sets[0].file).exists()  # pages that are open still ask for it
    tiles.build(places, [], tmp_path)
    assert sorted(file.name for file in tmp_path.glob("*.pmtiles")) == sorted(
        one.file for one in second.sets
    )


def test_nothing_is_left_of_a_set_that_could_not_be_written(
    places: list[Compound], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(pyogrio, "write_dataframe", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        tiles.build(places, [], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert tiles.read_index(tmp_path) == tiles.TileIndex()


def test_the_command_cuts_what_is_on_disk(
    places: list[Compound], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in places:
        save(tmp_path / "places", place)
    save_district(tmp_path / "places", district())
    assert tiles.main(tmp_path / "places", tmp_path / "tiles") == 0
    assert "3 tile sets, 3 of them new" in capsys.readouterr().out
