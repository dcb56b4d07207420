"""The import page and its API: administrators only, their own territory only, from end to end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from feeds.intake.imports import Imports
from geodata import store
from pages import answers
from pages.api.imports import router
from tests.support.builders.sites import TERRITORY, a_folder
from twin.commands.roles import ROLES

pytestmark = pytest.mark.anyio
APP = Path(__file__).parents[3] / "app.py"
STREET = "lusong.hejiatu"


@dataclass(frozen=True)
class Somebody:
    name: str = "admin"
    display: str = "管理员"
    role: str = "administrator"
    prefixes: tuple[str, ...] = (STREET,)
    responder: str | None = None


class Asking(Protocol):
    """A function that asks as somebody."""

    async def __call__(
        self, method: str, path: str, who: Somebody | None = None, **more: Any
    ) -> httpx.Response: ...


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Asking]:
    """A function that asks as somebody."""
    server = FastAPI(openapi_url=None)
    program = (sys.executable, str(APP), "import")
    jobs = Imports(tmp_path / "data", program)
    answers.install(server)
    server.include_router(router(jobs))
    person = [Somebody()]

    async def with_person(scope: Scope, receive: Receive, send: Send) -> None:
        scope["person"] = person[0]
        await server(scope, receive, send)

    transport = httpx.ASGITransport(app=with_person)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def asking(
            method: str, path: str, who: Somebody | None = None, **more: Any
        ) -> httpx.Response:
            person[0] = who or Somebody()
            return await client.request(method, path, **more)

        yield asking
    await jobs.settled()


async def test_the_page_is_for_administrators(ask: Asking) -> None:
    page = await ask("GET", "/import")
    assert page.status_code == 200 and 'value="lusong.hejiatu."' in page.text
    assert "<script>" not in page.text and "onclick" not in page.text
    for role in ROLES:
        who = Somebody(role=role)
        expected = 200 if role == "administrator" else 303
        assert (await ask("GET", "/import", who)).status_code == expected


async def test_no_other_role_gets_anything(ask: Asking) -> None:
    who = Somebody(role="dispatcher")
    wish = {"name": "x", "territory": TERRITORY}
    for method, path, body in (
        ("GET", "/api/imports", None),
        ("POST", "/api/imports", None),
        ("POST", "/api/imports/0123456789abcdef/files?name=a.csv", None),
        ("POST", "/api/imports/0123456789abcdef/run", wish),
        ("POST", "/api/imports/undo", wish),
    ):
        assert (await ask(method, path, who, json=body)).status_code == 403, path


@pytest.mark.parametrize(
    ("territory", "status"),
    [("lusong.jianning.c.x", 403), ("lusong.hejiatu.c", 403), ("../../etc", 403), (TERRITORY, 404)],
)
async def test_an_import_outside_the_own_territory_is_refused(
    ask: Asking, territory: str, status: int
) -> None:
    wish = {"name": "x", "territory": territory}
    answer = await ask("POST", "/api/imports/0123456789abcdef/run", json=wish)
    assert answer.status_code == status
    if status == 403:
        assert (await ask("POST", "/api/imports/undo", json=wish)).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{}", b'{"name": "x", "territory": 5}', b"x" * 70_000])
async def test_what_is_no_wish_is_refused(ask: Asking, body: bytes) -> None:
    answer = await ask("POST", "/api/imports/0123456789abcdef/run", content=body)
    assert answer.status_code == 422


async def ended(ask: Asking, job: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (found := (await ask("GET", f"/api/imports/{job}")).json())["state"] == "running":
            await asyncio.sleep(0.05)
    return dict(found)


async def test_from_files_to_a_place_and_back(ask: Asking, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    job = (await ask("POST", "/api/imports")).json()["id"]
    for path in a_folder(files).iterdir():
        url = f"/api/imports/{job}/files?name={path.name}"
        answer = await ask("POST", url, content=path.read_bytes())
    assert sorted(answer.json()["files"]) == ["buildings.geojson", "outline.geojson"]
    wish = {"name": "小院", "territory": TERRITORY, "bare": True}
    assert (await ask("POST", f"/api/imports/{job}/run", json=wish)).status_code == 200
    trial = await ended(ask, job)
    assert trial["state"] == "done", trial
    assert not trial["report"]["stopped"] and ["楼栋", 6] in trial["report"]["counts"]
    assert not (tmp_path / "data" / "places").exists()
    for part, begin in (
        ("map.svg", b"<svg"),
        ("report.html", b"<!doctype"),
        ("faults.geojson", b"{"),
    ):
        content = (await ask("GET", f"/api/imports/{job}/{part}")).content
        assert content.startswith(begin)
    await ask("POST", f"/api/imports/{job}/run", json={**wish, "dry_run": False})
    assert (await ended(ask, job))["report"]["written"]
    assert [place.name for place in store.load(tmp_path / "data" / "places")] == ["小院"]
    (row,) = (await ask("GET", "/api/imports")).json()
    assert (row["by"], row["subject"]) == ("admin", "small")
    elsewhere = Somebody(prefixes=("lusong.jianning",))
    assert (await ask("GET", "/api/imports", elsewhere)).json() == []
    undone = await ask("POST", "/api/imports/undo", json={"territory": TERRITORY})
    assert undone.status_code == 200 and "已移除" in undone.json()["words"]
    assert store.load(tmp_path / "data" / "places") == []


async def test_a_job_of_somebody_else_is_not_there(ask: Asking) -> None:
    job = (await ask("POST", "/api/imports")).json()["id"]
    other = Somebody(name="other")
    for path in (f"/api/imports/{job}", f"/api/imports/{job}/map.svg"):
        assert (await ask("GET", path, other)).status_code == 404
    answer = await ask("POST", f"/api/imports/{job}/files?name=a.csv", other, content=b"x")
    assert answer.status_code == 404


async def test_a_file_too_many_bytes_long_is_refused(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.intake.imports.MOST_BYTES", 5)
    job = (await ask("POST", "/api/imports")).json()["id"]
    answer = await ask("POST", f"/api/imports/{job}/files?name=a.csv", content=b"123456")
    assert answer.status_code == 413 and "command line" in answer.json()["reason"]
