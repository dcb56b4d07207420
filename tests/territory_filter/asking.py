"""How each route of the application is asked for what is elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from geodata import tiles
from layers.sharing.catalogue import COLLECTIONS
from tests.support.streets import two_streets as t
from twin.commands.table import COMMANDS
from twin.places.model import Compound

THEIRS = [t.case_of("qingshui", 1), t.case_of("qingshui", 2)]
TARGETS = [
    *THEIRS, "qingshui/call/1#call_pressed", "qingshui/gate/1", "qingshui/responder/g1",
]  # fmt: skip
INVENTED = "INC-0101-9999-nowhere"
ARGS = {"responder": "qingshui/responder/g1", "text": "x", "minutes": 5, "reason": "x",
        "passed": True, "state": "on"}  # fmt: skip
ADDRESSES = ("清水1幢", "1幢", "99幢1单元", "东门", "清谁小区", "qingshui1幢", "1-99幢", "LP-1")
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


def commands() -> Iterator[Ask]:
    """Every command to everything that is elsewhere."""
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


Probes = dict[tuple[str, str], list[Ask]]
"""How routes are asked, by method and path of the application's own table."""


def probes(their_replay: str) -> Probes:
    """How every route is asked; ``their_replay`` is a session opened by somebody elsewhere."""
    return (
        _doors()
        | _places()
        | _cases(their_replay)
        | _cameras(their_replay)
        | _administration()
        | _others()
    )


def _doors() -> Probes:
    """Who comes in, and what comes in by itself."""
    return {
        ("GET", "/"): gets("/"),
        ("GET", "/login"): gets("/login", "/login?link=qingsh", "/login?next=/wall&error=wrong"),
        ("POST", "/login"): [Ask("POST", "/login", form={"name": "yuanf", "password": "x"}),
                             Ask("POST", "/login", form={"demo": "yuanf"})],
        ("POST", "/logout"): [],  # asked last, see test_routes.py
        ("POST", "/api/events"): [Ask("POST", "/api/events", {"id": "1"})],
        ("WEBSOCKET", "/live"): [],  # see test_frames.py
        ("GET", "/api/me"): gets("/api/me"),
    }  # fmt: skip


def _places() -> Probes:
    """The map and the words on it."""
    return {
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
    }  # fmt: skip


def _cases(their_replay: str) -> Probes:
    """What is looked for, and what is done about it."""
    return {
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
        ("POST", "/api/commands"): [],  # see test_elsewhere.py
    }  # fmt: skip


def _cameras(their_replay: str) -> Probes:
    """What cameras see, and what was."""
    return {
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
    }  # fmt: skip


def _administration() -> Probes:
    """What administrators look after."""
    return {
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
    }  # fmt: skip


def _others() -> Probes:
    """What is shared, what Dash brings along, and what there is not."""
    update = {"output": "x.children", "outputs": {"id": "x", "property": "children"},
              "inputs": [], "changedPropIds": []}  # fmt: skip
    return {
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


ITEMS = {
    "compounds": "qingshui",
    "buildings": "qingshui/b3",
    "devices": "qingshui/gate/1",
    "grids": f"{t.whole('qingshui')}.g1",
    "incidents": THEIRS[0],
    "divisions": t.FAR,
    "alarms": "qingshui/call/1:call_pressed",
    "responders": "qingshui/responder/g1",
}
"""One thing of each shared collection that is elsewhere, by id."""


def shared() -> dict[str, list[str]]:
    """How each route of the OGC API is asked."""
    here, export = "/ogc/collections", "/ogc/export?format=geojson"
    asked = ["?limit=1&offset=1", "?after=a", "?compound=qings", "?qings=1", "?territory=lusong.x",
             "?bbox=113.13,27.7,113.2,27.9", "?datetime=2020-01-01T00:00:00Z/.."]  # fmt: skip
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
            f"{here}/{name}/items/{quote(id_)}" for name, id_ in ITEMS.items()
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
