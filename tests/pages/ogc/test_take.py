"""The export of the command line: what it writes, what it refuses before it begins."""

from __future__ import annotations

import argparse
import asyncio
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from feeds.access import token_cli
from layers.sharing.query import BadQuery
from pages.ogc import take as ogc_take
from pages.ogc.take import NotExported
from tests.support.builders import layers as b
from tests.support.streets.shared_street import a_district
from twin.places.model import District
from twin.state.records import Change

pytestmark = pytest.mark.anyio
TWIN = b.a_street("huodian", each=3)


class Backed:
    """What ``feeds.backing`` gives, as far as an export needs it."""

    def __init__(
        self, *, packs: bool = True, comes: bool = True, districts: Sequence[District] = ()
    ) -> None:
        self.districts = districts
        self.written: list[tuple[str, tuple[str, ...], str]] = []
        self.packs = packs
        self.twins = {TWIN.street: TWIN}
        self._comes = asyncio.Event()
        if comes:
            self._comes.set()

    async def current(self) -> None:
        await self._comes.wait()

    async def follow(
        self, use: Callable[[str, Iterable[Change]], None], anew: Callable[[], None]
    ) -> None:
        use(TWIN.street, [])
        anew()
        await asyncio.Event().wait()

    async def exported(self, name: str, prefixes: Sequence[str], detail: str) -> None:
        self.written.append((name, tuple(prefixes), detail))

    async def pack(self, folder: Path, target: Path) -> bool:
        target.write_text("".join(sorted(file.name for file in folder.iterdir())))
        return self.packs

    async def take(self, words: str) -> str:
        parser = argparse.ArgumentParser()
        token_cli.add_arguments(parser.add_subparsers(dest="command"))
        asked = parser.parse_args(["export", *words.split()])
        return await ogc_take.carry_out(asked, self, "cli:li", self.districts)


async def test_a_geopackage_is_written_and_recorded(tmp_path: Path) -> None:
    backed, target = Backed(), tmp_path / "x.gpkg"
    said = await backed.take(f"--territory {b.STREET} --format gpkg -o {target} --reason 规划")
    assert said.startswith(f"{target}: gpkg of {b.STREET}")
    assert "buildings.geojson" in target.read_text() and "schema.json" in target.read_text()
    (row,) = backed.written
    assert row[:2] == ("cli:li", (b.STREET,)) and "规划" in row[2]


async def test_unless_asked_otherwise_it_is_what_a_viewer_sees(tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    words = f"--territory {b.STREET} --format geojson -o {target}"
    await Backed().take(words)
    with zipfile.ZipFile(target) as archive:
        assert "responders.geojson" not in archive.namelist()
        devices = json.loads(archive.read("devices.geojson"))["features"]
    assert {one["properties"]["room"] for one in devices} == {None}
    target.unlink()
    await Backed().take(f"{words} --role dispatcher")
    with zipfile.ZipFile(target) as archive:
        assert "responders.geojson" in archive.namelist()


async def test_one_collection_is_a_bare_file(tmp_path: Path) -> None:
    target = tmp_path / "grids.geojson"
    await Backed().take(f"--territory {b.STREET} --format geojson --collections grids -o {target}")
    assert len(json.loads(target.read_text())["features"]) == 2


async def test_the_divisions_of_a_district_go_along(tmp_path: Path) -> None:
    target = tmp_path / "divisions.geojson"
    words = f"--territory {b.STREET} --format geojson --collections divisions -o {target}"
    await Backed(districts=[a_district()]).take(words)
    names = [one["properties"]["name"] for one in json.loads(target.read_text())["features"]]
    assert names == ["贺家土街道"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("--territory lusong.hejiatu --format gpkg -o {0}/there.gpkg", "exists already"),
        ("--territory lusong.hejiatu --format gpkg -o {0}/no/x.gpkg", "no folder"),
        ("--territory lusong.hejiatu --format gpkg -o {0}/x.zip", "ending in .gpkg"),
        ("--territory lusong.hejiatu --format geojson -o {0}/x.geojson", "several collections"),
    ],
)
async def test_what_would_fail_later_is_refused_now(
    tmp_path: Path, words: str, reason: str
) -> None:
    (tmp_path / "there.gpkg").touch()
    backed = Backed()
    with pytest.raises(NotExported, match=reason):
        await backed.take(words.format(tmp_path))
    assert backed.written == []


@pytest.mark.parametrize("path", ["lusong.jianning", "nowhere", "Lusong.."])
async def test_a_territory_that_is_not_here_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(BadQuery, match="--territory"):
        await Backed().take(f"--territory {path} --format gpkg -o {tmp_path}/x.gpkg")


async def test_streams_that_do_not_come_and_files_that_cannot_be_made_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ogc_take, "CATCH_UP_S", 0.01)
    words = f"--territory {b.STREET} --format gpkg -o {tmp_path}/x.gpkg"
    with pytest.raises(NotExported, match="not read"):
        await Backed(comes=False).take(words)
    with pytest.raises(NotExported, match="could not be made"):
        await Backed(packs=False).take(words)
    assert list(tmp_path.iterdir()) == []
