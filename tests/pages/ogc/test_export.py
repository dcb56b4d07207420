"""What somebody takes away: who may, what is in it, and that it is written down first."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest

from layers.sharing.catalogue import COLLECTIONS
from tests.support.builders import layers as b
from tests.support.streets.shared_street import Server, person

pytestmark = pytest.mark.anyio
TWIN = b.a_street("huodian", "jinyuan", each=3)
HUODIAN = f"{b.COMMUNITY}.huodian"


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def server() -> Server:
    return Server([TWIN])


async def unpacked(server: Server, query: str) -> dict[str, list[str]]:
    """The ids in each file of a GeoJSON export."""
    answer = await server.ask(f"/ogc/export?format=geojson{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    for content in files.values():
        assert content["crs"]["properties"]["name"] == "urn:ogc:def:crs:OGC:1.3:CRS84"
    return {
        name.removesuffix(".geojson"): [one["id"] for one in content["features"]]
        for name, content in files.items()
    }


async def test_everything_somebody_sees_is_in_it(server: Server, folders: Path) -> None:
    found = await unpacked(server, "")
    assert set(found) == set(COLLECTIONS) - {"divisions"}
    for name, ids in found.items():
        page = await server.json(f"/ogc/collections/{name}/items?limit=1000")
        assert ids == [one["id"] for one in page["features"]]
    assert list(folders.iterdir()) == []


async def test_pages_join_without_a_gap(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ogc.export.MOST", 7)
    found = await unpacked(server, "&collections=devices,responders")
    assert len(found["devices"]) == len(set(found["devices"])) == 72
    assert set(found) == {"devices", "responders"}


async def test_a_territory_narrows_it_and_never_widens_it(server: Server) -> None:
    found = await unpacked(server, f"&collections=compounds,devices&territory={HUODIAN}")
    assert found["compounds"] == ["huodian"] and len(found["devices"]) == 36
    server.who = person("dispatcher", f"{HUODIAN}.g1")
    found = await unpacked(server, f"&collections=grids&territory={b.STREET}")
    assert found["grids"] == [f"{HUODIAN}.g1"]
    elsewhere = [
        await server.ask(f"/ogc/export?territory={path}")
        for path in (f"{b.COMMUNITY}.jinyuan", f"{b.COMMUNITY}.nowhere")
    ]
    assert [one.status_code for one in elsewhere] == [400, 400]
    assert elsewhere[0].text.replace("jinyuan", "nowhere") == elsewhere[1].text


async def test_it_is_written_down_before_it_leaves(server: Server) -> None:
    await server.ask(f"/ogc/export?format=gpkg&collections=grids&territory={HUODIAN}&reason=规划")
    assert server.recorded == [("li", f"gpkg of {HUODIAN}: grids (规划)")]


async def test_a_geopackage_is_handed_out_and_nothing_stays(server: Server, folders: Path) -> None:
    answer = await server.ask("/ogc/export")
    assert answer.content == b"a GeoPackage"
    assert answer.headers["content-type"] == "application/geopackage+sqlite3"
    assert 'filename="dayuan.gpkg"' in answer.headers["content-disposition"]
    assert list(folders.iterdir()) == []


async def test_a_file_that_could_not_be_made_is_said_so(server: Server, folders: Path) -> None:
    server.packs = False
    assert (await server.ask("/ogc/export")).status_code == 500
    assert list(folders.iterdir()) == []


@pytest.mark.parametrize("role", ["viewer", "responder", "reviewer"])
async def test_it_is_for_dispatchers_and_administrators(server: Server, role: str) -> None:
    server.who = person(role)
    assert (await server.ask("/ogc/export")).status_code == 403
    assert server.recorded == []
    links = (await server.json("/ogc/collections/grids"))["links"]
    assert "enclosure" not in {link["rel"] for link in links}


async def test_an_administrator_takes_away_no_people(server: Server) -> None:
    server.who = person("administrator")
    assert "responders" not in await unpacked(server, "")
    answer = await server.ask("/ogc/export?collections=responders")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "collections")


@pytest.mark.parametrize(
    ("query", "name"),
    [("format=shp", "format"), ("collections=none", "collections"), ("territory=A..b", "territory"),
     ("reason=" + "x" * 201, "reason"), ("limit=1", "limit"),
     ("format=gpkg&format=gpkg", "format")],
)  # fmt: skip
async def test_what_cannot_be_is_refused_by_name(server: Server, query: str, name: str) -> None:
    answer = await server.ask(f"/ogc/export?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)
    assert server.recorded == []


async def test_to_ask_whether_is_not_to_take(server: Server) -> None:
    answer = await server.ask("/ogc/export?format=geojson", "HEAD")
    assert (answer.status_code, server.recorded) == (200, [])


async def test_while_one_is_made_the_next_is_asked_to_come_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []

    async def meanwhile(folder: Path, target: Path) -> bool:
        answers.append(await server.ask("/ogc/export"))
        target.write_bytes(b"one")
        return True

    monkeypatch.setattr(server, "_pack", meanwhile)
    server.__post_init__()
    assert (await server.ask("/ogc/export")).content == b"one"
    assert answers[0].status_code == 503
    assert answers[0].headers["retry-after"]
