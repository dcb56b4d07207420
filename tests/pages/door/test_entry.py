"""Coming in and going out: the form, the kiosk link, the cookie, the language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from feeds.access.accounts import Account
from feeds.access.attempts import TRIES, TRIES_FROM_ADDRESS
from feeds.access.sources import Source
from layers.live.connection import Message
from pages.door.entry import BROWSER_COOKIE, LANGUAGE_COOKIE
from pages.door.guard import COOKIE, TLS_COOKIE
from pages.door.hosts import Hosts
from pages.texts import text
from tests.support.builders import streams as b
from tests.support.web_role import PASSWORD, WebRole, open_web_role

pytestmark = pytest.mark.anyio

CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(b.STREET,))
WALL = Account(name="wall1", display="大屏", role="viewer", prefixes=(b.STREET,))
GUEST = Account(name="guest", display="访客", role="viewer", prefixes=(b.STREET,), demo=True)
RIGHT = {"name": "chenmin", "password": PASSWORD}
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/login",
    "javascript:alert(1)", "/console/../../evil", "wall", "/wall\r\nX: y", "///evil.example/wall",
    "http:/wall", "/api/me", "/assets/../wall", "//[", "http://[", "/\x00", "[",
)  # fmt: skip


@pytest.fixture
async def house(valkey_url: str) -> AsyncIterator[WebRole]:
    async with open_web_role(valkey_url, {b.STREET: [b.a_compound()]}, demo=[GUEST]) as opened:
        await opened.accounts.add(CHEN, PASSWORD)
        yield opened


async def test_the_right_password_opens_a_session_that_scripts_cannot_read(house: WebRole) -> None:
    async with house.browser() as browser:
        answer = await browser.post("/login", data=RIGHT)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
        assert (await browser.get("/api/me")).json()["name"] == "chenmin"
        front = await browser.get("/")
        assert (front.status_code, front.headers["location"]) == (303, "/console")


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(house: WebRole) -> None:
    async with house.browser() as browser:
        wrong = await browser.post("/login", data={"name": "chenmin", "password": "x"})
        unknown = await browser.post("/login", data={"name": "nobody1", "password": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert COOKIE not in wrong.cookies
    assert wrong.text.replace("chenmin", "nobody1") == unknown.text


async def test_after_five_wrong_tries_the_right_password_is_refused_too(house: WebRole) -> None:
    async with house.browser() as browser:
        for _ in range(TRIES):
            await browser.post("/login", data={"name": "chenmin", "password": "x"})
        locked = await browser.post("/login", data={"lang": "en", **RIGHT})
    assert (locked.status_code, COOKIE in locked.cookies) == (401, False)
    assert "15" in locked.text


async def test_a_browser_that_came_in_before_is_not_locked_out_by_others(house: WebRole) -> None:
    async with house.browser() as known:
        answer = await known.post("/login", data=RIGHT)
        mark = next(c for c in answer.headers.get_list("set-cookie") if BROWSER_COOKIE in c)
        assert all(word in mark.lower() for word in ("httponly", "samesite=strict", "path=/login"))
        async with house.browser() as stranger:
            # The address is the same here, so its own failures are what is counted.
            for _ in range(TRIES + 1):
                await stranger.post("/login", data={"name": "chenmin", "password": "x"})
            assert (await stranger.post("/login", data=RIGHT)).status_code == 401
        assert (await known.post("/login", data=RIGHT)).status_code == 303


async def test_an_address_that_tries_name_after_name_is_told_to_wait(house: WebRole) -> None:
    async with house.browser() as browser:
        for n in range(TRIES_FROM_ADDRESS + 1):
            refused = await browser.post("/login", data={"name": f"nobody{n}", "password": "x"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert text("zh-CN", "login.error.busy") in refused.text
        basic = await browser.get("/ogc/collections", auth=("nobody", "x"))
        assert (basic.status_code, basic.headers["retry-after"]) == (429, "60")
        assert (await browser.post("/login", data=RIGHT)).status_code == 303


async def test_a_demo_identity_needs_no_password_and_others_cannot_be_taken(house: WebRole) -> None:
    async with house.browser() as browser:
        assert 'name="demo" value="guest"' in (await browser.get("/login")).text
        assert (await browser.post("/login", data={"demo": "chenmin"})).status_code == 401
        entered = await browser.post("/login", data={"demo": "guest"})
        assert entered.status_code == 303
        assert (await browser.get("/")).headers["location"] == "/wall"


async def test_a_kiosk_link_opens_the_wall_and_a_used_up_one_does_not(house: WebRole) -> None:
    await house.accounts.add(WALL, PASSWORD)
    link = await house.accounts.make_link("wall1")
    async with house.browser() as browser:
        entered = await browser.get(f"/login?link={link}")
        assert (entered.status_code, entered.headers["location"]) == (303, "/wall")
        assert (await browser.get("/api/me")).json()["role"] == "viewer"
    await house.accounts.remove("wall1")
    async with house.browser() as browser:
        assert (await browser.get(f"/login?link={link}")).status_code == 401


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_a_login_leads_nowhere_but_to_our_pages(house: WebRole, target: str) -> None:
    async with house.browser() as browser:
        form = await browser.get(f"/login?next={quote(target)}")
        assert 'name="next"' not in form.text
        answer = await browser.post("/login", data={"next": target, **RIGHT})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_login_leads_back_to_the_page_that_was_asked_for(house: WebRole) -> None:
    async with house.browser() as browser:
        asked = await browser.get("/replay?at=5")
        assert asked.headers["location"] == "/login?next=/replay%3Fat%3D5"
        answer = await browser.post("/login", data={"next": "/replay?at=5", **RIGHT})
        assert answer.headers["location"] == "/replay?at=5"


async def test_a_logout_ends_the_session_for_every_copy_of_its_cookie(house: WebRole) -> None:
    async with house.browser() as browser:
        await browser.post("/login", data=RIGHT)
        token = browser.cookies[COOKIE]
        left = await browser.post("/logout")
        assert (left.status_code, left.headers["location"]) == (303, "/login")
        assert COOKIE not in browser.cookies
    async with house.browser(token) as copy:
        assert (await copy.get("/api/me")).status_code == 401


async def test_the_login_page_speaks_the_language_asked_for_else_the_one_chosen_last(
    house: WebRole,
) -> None:
    async with house.browser() as browser:
        assert '<html lang="zh-CN"' in (await browser.get("/login")).text
        assert '<html lang="en"' in (await browser.get("/login?lang=en")).text
        assert browser.cookies[LANGUAGE_COOKIE] == "en"
        assert '<html lang="en"' in (await browser.get("/login")).text
        wrong = await browser.post("/login", data={"name": "x", "password": "x"})
        assert '<html lang="en"' in wrong.text
        assert '<html lang="zh-CN"' in (await browser.get("/login?lang=zh-CN")).text
    async with house.browser(headers={"cookie": f"{LANGUAGE_COOKIE}=<b>"}) as browser:
        assert '<html lang="zh-CN"' in (await browser.get("/login")).text


async def test_a_form_that_is_too_large_is_no_login(house: WebRole) -> None:
    async with house.browser() as browser:
        answer = await browser.post("/login", data={"pad": "x" * 5000, **RIGHT})
    assert (answer.status_code, COOKIE in answer.cookies) == (401, False)


async def test_a_login_from_a_foreign_page_is_refused(house: WebRole) -> None:
    async with house.browser() as browser:
        foreign = {"origin": "http://evil.example"}
        assert (await browser.post("/login", data=RIGHT, headers=foreign)).status_code == 403
        assert (await browser.post("/logout", headers=foreign)).status_code == 403


async def test_behind_tls_the_cookie_is_for_tls_alone_and_for_this_host(valkey_url: str) -> None:
    """The proxy may stand on another machine, where uvicorn does not believe what it says."""
    streets = {b.STREET: [b.a_compound()]}
    public, hosts = "https://dayuan.example", Hosts(["dayuan.example"])
    async with open_web_role(valkey_url, streets, public=public, hosts=hosts) as house:
        await house.accounts.add(CHEN, PASSWORD)
        named = {"host": "dayuan.example", "origin": "https://dayuan.example"}
        async with house.browser(headers=named) as browser:
            answer = await browser.post("/login", data=RIGHT)
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith(f"{TLS_COOKIE}=")
            assert all(word in cookie.lower() for word in ("secure", "httponly", "path=/"))
            assert "max-age" in answer.headers["strict-transport-security"]
            sent = {"cookie": cookie.split(";")[0]}
            assert (await browser.get("/api/me", headers=sent)).status_code == 200
            left = await browser.post("/logout", headers=sent)
            assert TLS_COOKIE in " ".join(left.headers.get_list("set-cookie"))
            assert (await browser.get("/api/me", headers=sent)).status_code == 401
        async with house.browser() as browser:  # by its address, without TLS: on the machine itself
            answer = await browser.post("/login", data=RIGHT)
            assert answer.headers["set-cookie"].startswith(f"{COOKIE}=")


PATHS = ("/login", "/logout", "/api/events", "/api/commands", "/api/replay", "/api/imports/x/run")


@pytest.mark.parametrize("path", PATHS)
async def test_who_leaves_in_mid_sentence_is_no_fault_of_ours(house: WebRole, path: str) -> None:
    admin = Account(name="adm", display="管", role="administrator", prefixes=(b.STREET,))
    token = await house.admit(admin)
    bearer = await house.sources.add(Source(name="gates", territory=b.STREET))
    heads = {"host": "localhost", "cookie": f"{COOKIE}={token}"}
    heads |= {"authorization": f"Bearer {bearer}"}
    said: list[Message] = [
        {"type": "http.request", "body": b"name=a", "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "scheme": "http",
        "query_string": b"", "root_path": "", "http_version": "1.1", "client": ("127.0.0.1", 1),
        "server": ("localhost", house.port),
        "headers": [(name.encode(), value.encode()) for name, value in heads.items()],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return said.pop(0) if len(said) > 1 else said[0]

    async def send(message: Message) -> None:
        sent.append(message)

    await house.application(scope, receive, send)
    assert sent[0]["status"] < 500
