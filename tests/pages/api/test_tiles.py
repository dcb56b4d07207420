"""Tiles over HTTP: ranges, how long they are kept, and what a page is told while there are none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from feeds.access.accounts import Account
from geodata import tiles
from pages.api.basemap import read_basemap
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole, open_web_role

pytestmark = pytest.mark.anyio

DISTRICT = Account(name="quzhang", display="区长", role="dispatcher", prefixes=("lusong",))


@pytest.fixture
async def house(valkey_url: str, tmp_path: Path) -> AsyncIterator[WebRole]:
    async with open_web_role(
        valkey_url, t.compounds(t.NEAR), tiles=tmp_path / "tiles", districts=[t.district()]
    ) as opened:
        yield opened


@pytest.fixture
async def browser(house: WebRole) -> AsyncIterator[httpx.AsyncClient]:
    async with house.browser(await house.admit(DISTRICT)) as opened:
        yield opened


async def test_a_page_is_told_that_tiles_are_still_being_cut(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    none = {"ready": False, "sets": [], "basemap": None}
    assert (await browser.get("/api/tiles")).json() == none
    tiles.build(t.compounds(t.NEAR)[t.NEAR], [t.district()], tmp_path / "tiles")
    told = (await browser.get("/api/tiles")).json()
    assert (told["ready"], [one["territory"] for one in told["sets"]]) == (True, ["lusong", t.NEAR])


async def test_parts_of_a_set_are_given_and_may_be_kept_for_ever(
    browser: httpx.AsyncClient, tmp_path: Path
) -> None:
    index, _ = tiles.build(t.compounds(t.NEAR)[t.NEAR], [], tmp_path / "tiles")
    (file,) = (one.file for one in index.sets)
    content = (tmp_path / "tiles" / file).read_bytes()
    path, size = f"/api/tiles/{file}", len(content)
    whole = await browser.get(path)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    assert whole.headers["accept-ranges"] == "bytes"
    part = await browser.get(path, headers={"range": "bytes=8-126"})
    assert (part.status_code, part.content) == (206, content[8:127])
    assert part.headers["content-range"] == f"bytes 8-126/{size}"
    assert part.headers["etag"] == whole.headers["etag"] == f'"{file}"'
    beyond = await browser.get(path, headers={"range": f"bytes={size}-{size + 9}"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    known = await browser.get(path, headers={"if-none-match": part.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_only_files_of_sets_are_given(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    tiles.build(t.compounds(t.NEAR)[t.NEAR], [], tmp_path / "tiles")
    (tmp_path / "secret-1.pmtiles").write_bytes(b"x")
    for name in ("index.json", "lusong-0.pmtiles", "%2e%2e%2fsecret-1.pmtiles", "x"):
        assert (await browser.get(f"/api/tiles/{name}")).status_code == 404, name


async def test_nobody_gets_anything_without_a_session(house: WebRole) -> None:
    async with house.browser() as browser:
        for path in ("/api/tiles", "/api/tiles/x", "/api/outlines", "/api/basemap"):
            assert (await browser.get(path)).status_code == 401


async def test_a_basemap_is_told_served_and_let_in_by_the_policy(
    valkey_url: str, tmp_path: Path
) -> None:
    (tmp_path / "own.pmtiles").write_bytes(b"PMTiles\x03".ljust(99, b"\0") + b"\x02".ljust(28))
    far = "source = 'https://maps.example.org:8443/{z}/{x}/{y}'\nreference = 'gcj02'\n"
    (tmp_path / "far.toml").write_text(far + "attribution = 'x'\napproval = 'GS(2026)1号'\n")
    (tmp_path / "own.toml").write_text(
        "source = 'own.pmtiles'\nreference = 'wgs84'\nattribution = 'x'\n"
    )
    for name, status in (("far", 404), ("own", 200)):
        basemap = read_basemap(str(tmp_path / f"{name}.toml"))
        async with open_web_role(valkey_url, t.compounds(t.NEAR), basemap=basemap) as house:
            async with house.browser(await house.admit(t.DISTRICT)) as browser:
                assert basemap is not None
                told = (await browser.get("/api/tiles")).json()["basemap"]
                assert told == basemap.told()
                assert "file" not in told
                assert (await browser.get("/api/basemap")).status_code == status
                policy = (await browser.get("/console")).headers["content-security-policy"]
                opened = policy.count("https://maps.example.org:8443")
                assert opened == (2 if name == "far" else 0)
