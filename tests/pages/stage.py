"""A page on a stage: the real skeleton, styles and modules in Chromium, without a product behind.

Requests are answered by a server of the test; the socket and the map are stand-ins, so a test says
what arrives.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from dash.development.base_component import Component
from playwright.sync_api import Page

from layers.panels import commands, incidents
from layers.rows.layer import listed
from pages.screens import console, replay, shell, wall
from pages.texts import everything
from tests.pages.stage_server import COOKIE, Answer, StageServer
from tests.support.catalogues import CATALOGUE
from tests.support.profiles import Profiles

ROOT = Path(__file__).parents[2]
LIKE_A_LAPTOP: dict[str, Any] = {
    "device_scale_factor": 1,
    "reduced_motion": "no-preference",
    "locale": "en-US",
}
LAYOUTS = {"wall": wall.layout, "console": console.layout, "replay": replay.layout}
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css"}
NOW = 1_795_228_927_000
DRAWN_WITHIN_MS = 16
"""Panels are drawn once in so long at most (``assets/main.mjs``)."""

LIVE = """
export function openLive() {
  const listeners = {};
  const model = { things: { incidents: new Map(), alarms: new Map(), responders: new Map(),
    ways: new Map() },
    panels: {}, said: [] };
  const emit = (kind, frame) => (listeners[kind] ?? []).forEach((listener) => listener(frame));
  window.stage = { model, emit };
  const time = { now: () => NaN, latest: () => NaN }; // no server whose clock could be measured
  return { model, time, on: (kind, listener) => (listeners[kind] ??= []).push(listener),
    send: (words) => model.said.push(words), view() {}, close() {} };
}
"""
MAP = """
export async function createMap() {
  const asked = (window.asked = []);
  const names = ["connect", "show", "select", "goTo", "fit", "drawRoute", "highlightCameras",
    "resize", "setLanguage", "loadPlaces", "mark", "unmark", "showWays"];
  const note = (name) => (...words) => void asked.push([name, ...words]);
  return Object.fromEntries(names.map((name) => [name, note(name)]));
}
"""
STAND_INS = {"/assets/session/live.mjs": LIVE, "/assets/map/main.mjs": MAP}
_SHOW = """([things, panels, clock]) => {
  for (const [kind, rows] of Object.entries(things))
    for (const [id, row] of Object.entries(rows))
      row ? stage.model.things[kind].set(id, row) : stage.model.things[kind].delete(id);
  Object.assign(stage.model.panels, panels);
  stage.emit("status", { state: "live", since: clock.now });
  stage.emit("snapshot", { kind: "snapshot", at: clock.now, newest: clock.now - 38, clock });
}"""


def html_of(component: Any) -> str:
    """A Dash component as the HTML that React would make of it."""
    if component is None:
        return ""
    if isinstance(component, list | tuple):
        return "".join(map(html_of, component))
    if not isinstance(component, Component):
        return escape(str(component))
    props = dict(component.to_plotly_json()["props"])
    children = props.pop("children", None)
    tag = type(component).__name__.lower()
    return f"<{tag}{''.join(_attributes(props))}>{html_of(children)}</{tag}>"


def _attributes(props: dict[str, Any]) -> Iterator[str]:
    for name, value in props.items():
        if value is not False:
            words = "" if value is True else escape(str(value))
            yield f' {name.replace("className", "class").lower()}="{words}"'


def incident(number: int, **more: Any) -> dict[str, Any]:
    """An incident as the socket brings it; what its state and its crew's steps mean goes along."""
    row: dict[str, Any] = {
        "id": f"INC-1121-{number:04d}", "kind": "one_key_call", "level": 1, "state": "reported",
        "version": 1, "compound": "huodian", "grid": "g2", "place": "93幢2单元302",
        "lonlat": [113.1, 27.8], "at": NOW - 41_000, "due": NOW + 19_000, "source": "call",
        "alarms": [], "unacked": False, "crew": [], "by": "", "text": "", "finished": None,
    } | more  # fmt: skip
    flow = CATALOGUE.flow
    crew = [incidents.step(member["state"], flow) | member for member in row["crew"]]
    return row | {
        "stage": flow.stage(row["state"]), "fresh": row["state"] == flow.start, "crew": crew,
    }  # fmt: skip


def unattended(**more: Any) -> dict[str, Any]:
    """A smoke alarm that holds although no open case is about it, as the socket brings it."""
    return {
        "id": "huodian/smoke/9#smoke", "device": "huodian/smoke/9", "rule": "smoke", "level": 1,
        "label": "acknowledged", "active": True, "at": NOW - 60_000, "since": NOW - 252_000,
        "compound": "huodian", "incident": "INC-1121-0009", "unattended": True, "value": None,
        "place": "25幢5单元502 · 第2网格", "grid": "g2", "lonlat": [113.1, 27.8], "version": 3,
        "shelved_until": None, "takes": ["shelve"],
    } | more  # fmt: skip


def panels() -> dict[str, Any]:
    """Panel values of an ordinary morning."""
    return {
        "counts": {"levels": [1, 1, 0, 1], "unacked": 1, "open": 3, "waiting": 0, "working": 0,
                   "today": 48},
        "standing": {"alarms": 0, "grave": [0, 0], "shelved": 0, "devices": 438, "unjudged": 0,
                     "silent": 0, "unheard": 0},
        "kpi": {"open": 12, "first_response_p90_s": 48.0, "on_time_share": 0.97,
                "proactive_share": 0.71, "online_share": 0.992},
        "attention": [{"compound": "huodian", "level": 1, "open": 3}],
        "layers": {"cameras": {"total": 26, "off": 1, "fault": 0}, "grids": {"total": 3},
                   "sensors": {"total": 412, "off": 0, "fault": 0}},
        "strip": {"start": NOW - 38_527_000, "step_ms": 600_000, "bins": [[3, 4]] * 144},
        "totals": {"compounds": 4, "cameras": 98, "gates": 12, "lifts": 40},
        "presence": {}, "conditions": [],
    }  # fmt: skip


def detail(**more: Any) -> tuple[int, dict[str, Any]]:
    """What the server knows beyond the frame: two who could go, one camera."""
    who = [
        {"responder": f"huodian/responder/{one}", "name": name, "role": "grid_officer",
         "seconds": seconds, "distance_m": 104.0, "via": "东门", "load": 0, "skilled": True,
         "route": [[113.1, 27.8], [113.2, 27.9]]}
        for one, name, seconds in (("zhou", "周网格员", 80.0), ("li", "李保安", 125.0))
    ]  # fmt: skip
    camera = {"id": "huodian/camera/8", "name": "C-08", "distance_m": 31.0, "online": True}
    told = {"possible": ["assign", "note"], "recommendations": who, "cameras": [camera], "log": []}
    return 200, told | more


def usual_answers() -> dict[str, tuple[int, Any]]:
    """What the server answers to a dispatcher of two compounds, by path."""
    return {
        "/api/me": (200, {"name": "chen", "display": "陈敏", "role": "dispatcher",
                          "prefixes": ["lusong"], "may": ["acknowledge", "shelve"]}),
        "/api/places": (200, [
            {"id": one, "name": name, "name_en": one.title(), "version": "1",
             "territory": f"lusong.hejiatu.changtangwan.{one}", "district": "芦淞区",
             "street": "贺家土街道", "community": "长塘湾社区"}
            for one, name in (("huodian", "火电小区"), ("jinyuan", "金元大厦"))]),
        "/api/catalogue": (200, {
            "commands": commands.rows(("blocked", "works"), CATALOGUE.flow),
            "kinds": {"smoke": {"label": "烟感", "en": "Smoke detector", "quantities": {},
                                "states": ["normal", "smoke", "fault"]}},
            "rules": {"smoke": {"label": "烟感报警", "en": "Smoke", "realarm_s": 300}},
            "incidents": {"one_key_call": {"label": "一键呼求助", "en": "Call for help"}},
            "layers": listed(CATALOGUE)}),
        "/api/style": (200, {}),
        "/api/replay": (200, {"session": "replay:abc"}),
    }  # fmt: skip


class Stage:
    """One open page: ``answers`` maps a path to (status, JSON), ``posted`` is what was sent."""

    def __init__(
        self,
        profiles: Profiles,
        server: StageServer,
        name: str,
        size: tuple[int, int],
        query: str = "",
    ) -> None:
        self.name = name
        self.posted: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.answers = usual_answers()
        self._profiles = profiles
        context = profiles.take(server.origin, **LIKE_A_LAPTOP)
        context.add_cookies(
            [{"name": COOKIE, "value": server.add(self._play), "url": server.origin}]
        )
        self.page: Page = context.new_page()
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"/{name}{query}")
        self.until("Boolean(window.stage && window.asked)")

    def until(self, condition: str) -> None:
        """Wait until an expression is true in the page."""
        self.page.wait_for_function(condition, timeout=10_000)

    def show(
        self,
        *incidents: dict[str, Any],
        mode: str = "live",
        told: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Bring a snapshot with these incidents; ``told`` are panels other than the usual ones."""
        clock = {"mode": mode, "now": NOW, "speed": 1, "start": NOW - 3_600_000, "end": NOW}
        things = {"incidents": {one["id"]: one for one in incidents}} | more
        self.page.evaluate(_SHOW, [things, panels() | (told or {}), clock])
        self.drawn()

    def drawn(self) -> None:
        """Wait for the drawing that was asked for: a timer that is set later fires later."""
        self.page.evaluate(f"new Promise((drawn) => setTimeout(drawn, {DRAWN_WITHIN_MS} + 1))")

    def close(self) -> None:
        """Leave the page."""
        self._profiles.give_back(self.page.context)

    def _play(self, path: str, posted: bytes | None) -> Answer:
        """What stands for the server answers; called in a thread of the stage's server."""
        if posted is not None:
            self.posted.append(json.loads(posted or b"{}"))
        if path.startswith("/api/texts/"):
            return _json(200, everything(CATALOGUE, path.rsplit("/", 1)[1]))
        if path in self.answers:
            return _json(*self.answers[path])
        if path in STAND_INS:
            return Answer(200, TYPES[".mjs"], STAND_INS[path].encode(), kept=True)
        if path.startswith("/assets/"):
            file = ROOT / path[1:]
            return Answer(200, TYPES.get(file.suffix, ""), file.read_bytes(), kept=True)
        if path == f"/{self.name}":
            return Answer(200, "text/html; charset=utf-8", self._document().encode())
        return _json(404, {"error": "unknown"})

    def _document(self) -> str:
        styles = shell.levels() + shell.sheets(*shell.STYLES)
        return (
            f'<!DOCTYPE html><html lang="zh-CN"><head><title>大院</title>{styles}</head><body>'
            f'{html_of(LAYOUTS[self.name]())}<script src="/assets/clientside.js"></script>'
            "<script>dash_clientside.dayuan.start()</script></body></html>"
        )


def _json(status: int, body: Any) -> Answer:
    return Answer(status, "application/json", json.dumps(body).encode())
