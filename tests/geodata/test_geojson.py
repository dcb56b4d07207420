"""The editable form of a compound: nothing is lost on the way there and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geodata import geojson
from geodata.compound_fields import FIELDS
from geodata.demo.street import build_street
from twin.errors import InvalidPlace
from twin.places.model import Compound


@pytest.fixture(scope="module")
def compounds() -> list[Compound]:
    return build_street(1)


def test_a_compound_comes_back_exactly(compounds: list[Compound], tmp_path: Path) -> None:
    for compound in compounds:
        geojson.write(tmp_path / compound.id, compound)
        assert geojson.read(tmp_path / compound.id) == compound


def test_files_are_plain_geojson_with_a_feature_a_line(
    compounds: list[Compound], tmp_path: Path
) -> None:
    paths = geojson.write(tmp_path, compounds[0])
    assert {path.stem for path in paths} == {"compound", *FIELDS}
    buildings = (tmp_path / "buildings.geojson").read_text("utf-8")
    content = json.loads(buildings)
    assert content["type"] == "FeatureCollection"
    assert len(content["features"]) == len(compounds[0].buildings)
    assert len(buildings.splitlines()) == len(compounds[0].buildings) + 2


def test_an_edited_name_arrives(compounds: list[Compound], tmp_path: Path) -> None:
    geojson.write(tmp_path, compounds[0])
    path = tmp_path / "devices.geojson"
    content = json.loads(path.read_text("utf-8"))
    content["features"][0]["properties"]["name"] = "新名字"
    path.write_text(json.dumps(content), "utf-8")
    assert geojson.read(tmp_path).devices[0].name == "新名字"


def test_only_our_own_files_count_as_editable(compounds: list[Compound], tmp_path: Path) -> None:
    assert not geojson.is_editable(tmp_path)
    (tmp_path / "compound.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    assert not geojson.is_editable(tmp_path)
    geojson.write(tmp_path, compounds[0])
    assert geojson.is_editable(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("devices", "{", "devices.geojson cannot be read"),
        (
            "devices",
            '{"features": [{"geometry": {"type": "LineString"}}]}',
            "where a Point belongs",
        ),
        (
            "devices",
            '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]},'
            ' "properties": {"id": "x", "face": 1}}]}',
            "feature 1 x",
        ),
        ("compound", '{"features": []}', "compound.geojson"),
    ],
)
def test_what_cannot_be_read_is_named(
    compounds: list[Compound], tmp_path: Path, file: str, text: str, words: str
) -> None:
    geojson.write(tmp_path, compounds[0])
    (tmp_path / f"{file}.geojson").write_text(text)
    with pytest.raises(InvalidPlace) as caught:
        geojson.read(tmp_path)
    assert words in str(caught.value)
