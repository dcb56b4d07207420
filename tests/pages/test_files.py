"""Browser files are packed once, known again, and never anything outside their folder."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from pages.files import Files

pytestmark = pytest.mark.anyio
LONG = "export const words = '大院';\n" * 100


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    found = tmp_path / "assets"
    (found / "map").mkdir(parents=True)
    (found / "map" / "main.mjs").write_text(LONG, "utf-8")
    (found / "small.css").write_text("a{}", "utf-8")
    (tmp_path / "secret.txt").write_text("no", "utf-8")
    return found


@pytest.fixture
async def browser(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    mimetypes.add_type("text/javascript", ".mjs")
    transport = httpx.ASGITransport(app=Starlette(routes=[Files(folder).route()]))
    async with httpx.AsyncClient(transport=transport, base_url="http://files.test") as client:
        yield client


async def test_a_module_comes_packed_and_in_its_own_type(browser: httpx.AsyncClient) -> None:
    found = await browser.get("/assets/map/main.mjs")
    assert found.text == LONG
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["vary"] == "Accept-Encoding"
    assert found.headers["content-type"].startswith("text/javascript")
    assert int(found.headers["content-length"]) == len(gzip.compress(LONG.encode(), mtime=0))


async def test_who_cannot_unpack_gets_it_plain_and_so_does_a_small_file(
    browser: httpx.AsyncClient,
) -> None:
    plain = await browser.get("/assets/map/main.mjs", headers={"accept-encoding": "identity"})
    assert plain.text == LONG
    small = await browser.get("/assets/small.css")
    assert small.text == "a{}"
    assert not any("content-encoding" in one.headers for one in (plain, small))


async def test_a_file_the_browser_holds_is_not_sent_again_until_it_changes(
    browser: httpx.AsyncClient, folder: Path
) -> None:
    first = await browser.get("/assets/map/main.mjs")
    known = {"if-none-match": first.headers["etag"]}
    again = await browser.get("/assets/map/main.mjs", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    (folder / "map" / "main.mjs").write_text("changed", "utf-8")
    fresh = await browser.get("/assets/map/main.mjs", headers=known)
    assert (fresh.status_code, fresh.text) == (200, "changed")


async def test_files_of_the_edition_that_pages_name_are_kept_for_good(
    browser: httpx.AsyncClient, folder: Path
) -> None:
    edition = Files(folder).edition
    name = "map/main.mjs"
    for base, kept in ((f"@{edition}/", True), ("", False), ("@000000000000/", False)):
        answer = await browser.get(f"/assets/{base}{name}")
        assert (answer.text, "immutable" in answer.headers["cache-control"]) == (LONG, kept), base
    (folder / name).write_text("changed", "utf-8")
    changed = await browser.get(f"/assets/@{edition}/{name}")
    assert (changed.text, changed.headers["cache-control"]) == ("changed", "no-cache")
    assert Files(folder).edition != edition


async def test_another_name_or_content_of_any_file_is_another_edition(folder: Path) -> None:
    editions = [Files(folder).edition, Files(folder).edition]
    assert editions[0] == editions[1]
    (folder / "small.css").rename(folder / "tiny.css")
    editions.append(Files(folder).edition)
    (folder / "tiny.css").write_text("b{}", "utf-8")
    editions.append(Files(folder).edition)
    assert len(set(editions)) == 3


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "@1/../../secret.txt",
        "@1",
        "%2e%2e/secret.txt",
        "map",
        "",
        "no.mjs",
        "a" * 5000,
        "%00",
    ],
)
async def test_nothing_but_a_file_of_the_folder_is_there(
    browser: httpx.AsyncClient, path: str
) -> None:
    assert (await browser.get(f"/assets/{path}")).status_code == 404
