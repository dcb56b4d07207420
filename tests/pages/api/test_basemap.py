from __future__ import annotations

from pathlib import Path

import pytest

from pages.api.basemap import read_basemap
from twin.errors import InvalidSetting

XYZ = {"source": "https://maps.example.org/{z}/{x}/{y}.png", "reference": "gcj02",
       "attribution": "某图", "approval": "GS(2026)0001号", "max_zoom": 17}  # fmt: skip
HEAD = b"PMTiles\x03".ljust(99, b"\0")


def written(folder: Path, **words: object) -> str:
    file = folder / "basemap.toml"
    lines = (f"{name} = {value!r}" for name, value in words.items())
    file.write_text("\n".join(lines), "utf-8")
    return str(file)


def test_there_is_none_unless_one_is_named() -> None:
    assert read_basemap("") is None


def test_a_template_is_told_with_its_reference_whose_it_is_and_its_approval(tmp_path: Path) -> None:
    found = read_basemap(written(tmp_path, **XYZ))
    assert found is not None
    assert found.told() == {
        "kind": "raster", "url": XYZ["source"], "archive": False, "reference": "gcj02",
        "attribution": "某图", "approval": "GS(2026)0001号", "max_zoom": 17,
    }  # fmt: skip
    assert found.origin == "https://maps.example.org"


@pytest.mark.parametrize(
    ("wmts", "xyz"),
    [
        ("http://m.example:81/wmts/{TileMatrix}/{TileRow}/{TileCol}.png",
         "http://m.example:81/wmts/{z}/{y}/{x}.png"),
        ("https://m.example/?SERVICE=WMTS&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=1",
         "https://m.example/?SERVICE=WMTS&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=1"),
    ],
)  # fmt: skip
def test_place_holders_of_wmts_are_understood(tmp_path: Path, wmts: str, xyz: str) -> None:
    found = read_basemap(written(tmp_path, **XYZ | {"source": wmts}))
    assert found is not None
    assert found.url == xyz


@pytest.mark.parametrize(("number", "kind"), [(1, "vector"), (2, "raster"), (4, "raster")])
def test_an_archive_beside_the_file_is_served_by_us(tmp_path: Path, number: int, kind: str) -> None:
    (tmp_path / "city.pmtiles").write_bytes(HEAD + bytes([number]) + bytes(27))
    more = {"source": "city.pmtiles", "reference": "wgs84"}
    found = read_basemap(written(tmp_path, **XYZ | more))
    assert found is not None
    assert (found.kind, found.url, found.archive, found.origin) == (kind, "/api/basemap", True, "")
    assert found.file == tmp_path / "city.pmtiles"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reference": "bd09"}, "Invalid enum value 'bd09'"),
        ({"source": "https://m.example/{z}/{x}.png"}, "needs {z} {x} {y}"),
        ({"source": "https://m.example/{z}/{x}/{y}/{y}"}, "once"),
        ({"source": "ftp://m.example/{z}/{x}/{y}"}, "needs http"),
        ({"source": "https://a b;c/{z}/{x}/{y}"}, "a host without"),
        ({"source": "https://u:p@m.example/{z}/{x}/{y}"}, "a host without"),
        ({"source": "no.pmtiles"}, "No such file"),
        ({"source": "basemap.toml"}, "not a PMTiles archive"),
        ({"source": "strange.pmtiles"}, "a type we do not know"),
        ({"source": "vector.pmtiles"}, "convert them to wgs84"),
        ({"colour": "red"}, "unknown field `colour`"),
    ],
)
def test_what_cannot_be_used_is_said(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    (tmp_path / "strange.pmtiles").write_bytes(HEAD + bytes([9]) + bytes(27))
    (tmp_path / "vector.pmtiles").write_bytes(HEAD + bytes([1]) + bytes(27))
    file = written(tmp_path, **XYZ | change)
    with pytest.raises(InvalidSetting, match="DAYUAN_BASEMAP") as caught:
        read_basemap(file)
    assert reason in str(caught.value)


def test_whose_map_it_is_and_its_reference_must_be_said(tmp_path: Path) -> None:
    for missing in ("attribution", "reference"):
        some = {name: value for name, value in XYZ.items() if name != missing}
        with pytest.raises(InvalidSetting, match=f"missing required field `{missing}`"):
            read_basemap(written(tmp_path, **some))
