"""The two pages that ``bench/map.py`` compares, on one server: our map, and ``dcc.Graph``.

``python -m bench.mapserver PORT DEVICES|city``. ``/ours`` holds our map module, fed by ``Hub`` over
``/live``; ``POST /api/change?share=0.01`` makes that share of the devices report another state, at
once, among them those whose ids its body lists: a few that are drawn, for of a whole city's devices
hardly any is. ``/`` is a Dash page with one ``scattermap`` of as many points, whose asynchronous
callback changes the same share of colours and answers with the new figure.
"""

from __future__ import annotations

import asyncio
import mimetypes
import random
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import dash
import msgspec
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from bench.catalogue import CATALOGUE
from bench.stack import HOUSE
from bench.street import by_street, tile
from bench.traffic import Traffic, full_report, now
from geodata.demo.city.scale import scale_city
from layers.live import hub as live
from layers.live.connection import LiveService, Viewer, serve
from layers.live.hub import Hub
from layers.style import document
from pages.texts import catalogue
from twin.places.model import Compound
from twin.places.territory import parse, street_of
from twin.state.twin import Twin

ZOOM = 17.0
SOME = 20
"""Devices on screen that are always among those that change: 1 % of 2,000."""
_COLOURS = ("#3fa7ff", "#ffb547", "#ff5a5a")
_PAGE = """<!doctype html><html lang="en"><head><title>ours</title>
<link rel="stylesheet" href="/assets/vendor/maplibre-gl.css">
<style>html,body,#map{margin:0;height:100%}#map{width:100%}</style></head>
<body><div id="map"></div><script type="module">
import { openLive } from "/assets/session/live.mjs";
import { createMap } from "/assets/map/main.mjs";
import { know } from "/assets/words/names.mjs";
import { speak } from "/assets/words/texts.mjs";
const read = async (path) => (await fetch(path)).json();
await speak("en");
const [places, catalogue, style] = await Promise.all(
  ["/api/places", "/api/catalogue", "/api/style?lang=en"].map(read));
know(catalogue, places);
const ids = places.map(({ id }) => id);
const few = ids.slice(0, 16);
const hello = { session: "live", screen: "console", band: "near", compounds: few, layers: [] };
const link = openLive({ url: `ws://${location.host}/live`, hello });
const page = await createMap(document.getElementById("map"), {
  style, summaries: places, first: null, screen: "console", lang: "en",
  onSelect() {}, onView: (view) => link.view(view), reducedMotion: true });
await page.loadPlaces();
page.connect(link);
const middle = places[Math.floor(places.length / 2)];
const zoom = Number(new URLSearchParams(location.search).get("zoom")) || ZOOM;
page.map.jumpTo({ center: middle.center, zoom });
window.bench = { map: page.map,
  ready: () => ["live", "stale"].includes(link.status.state)
    && page.map.loaded() && page.map.areTilesLoaded(),
  drawn: () => page.map.queryRenderedFeatures({ layers: ["sensors", "sensor-dots"] })
    .map(({ properties }) => properties.id).slice(0, SOME),
  change: (share, drawn = []) => fetch(`/api/change?share=${share}`,
    { method: "POST", body: JSON.stringify(drawn) }) };
</script></body></html>"""
_HOOK = """<!doctype html><html><head>{%metas%}{%title%}{%css%}</head><body>{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}<script>
window.bench = {
  get map() {
    const graph = document.querySelector("#graph .js-plotly-plot");
    return graph?._fullLayout?.map?._subplot?.map;
  },
  ready: () => Boolean(window.bench.map?.loaded() && window.bench.map.areTilesLoaded()),
  turn: 0,
  change: (share) => dash_clientside.set_props("asked", { data: { share, turn: ++bench.turn } }),
};
</script></footer></body></html>"""


class Changer:
    """The share of the devices that says something else at a time; gates aside, they are few."""

    def __init__(self, compounds: list[Compound]) -> None:
        self.places = [p for c in compounds for p in c.devices if p.kind != "gate"]
        self.traffic = Traffic(compounds)
        self.dice = random.Random(5)
        self.second: set[str] = set()

    def events(self, share: float, drawn: Collection[str]) -> list[Any]:
        """One state of each device that changes: the kind's second state, or its first again."""
        found = []
        count = round(len(self.places) * share) - len(drawn)
        chosen = [place for place in self.places if place.id in drawn]
        chosen += self.dice.sample([one for one in self.places if one.id not in drawn], count)
        for place in chosen:
            self.second ^= {place.id}
            states = CATALOGUE.devices[place.kind].states
            found.append(self.traffic.state(place, now(), states[place.id in self.second]))
        return found


def ours(server: FastAPI, hub: Hub, twins: Mapping[str, Twin], compounds: list[Compound]) -> None:
    """Our page, what it asks for, and the way to make devices say something."""
    changer = Changer(compounds)
    viewer = Viewer("bench", (parse(compounds[0].territory)[0],), False)
    service = LiveService(lambda _: hub, now)
    street_by_id = {compound.id: street_of(compound.territory) for compound in compounds}

    @server.websocket_route("/live")
    async def screen(websocket: WebSocket) -> None:
        await websocket.accept()
        await serve(websocket.receive, websocket.send, service, viewer)

    @server.get("/api/places")
    async def listed() -> Response:
        return _json([hub.places.summary(one, viewer.prefixes, False) for one in compounds])

    @server.get("/api/places/{name}")
    async def described(name: str) -> Response:
        body = hub.places.describe(hub.places.compounds[name], viewer.prefixes, False)
        return Response(body, media_type="application/json")

    @server.get("/api/style")
    async def drawn(lang: str) -> Response:
        return _json(document.style(CATALOGUE, lang))

    @server.get("/api/catalogue")
    async def rows() -> Response:
        return _json(
            {
                "kinds": dict(CATALOGUE.devices),
                "incidents": dict(CATALOGUE.incidents),
                "rules": dict(CATALOGUE.rules),
            }
        )

    @server.get("/api/texts/{lang}")
    async def words(lang: str) -> Response:
        return _json(dict(catalogue(lang)))

    @server.get("/ours")
    async def page() -> Response:
        return HTMLResponse(_PAGE.replace("ZOOM", str(ZOOM)).replace("SOME", str(SOME)))

    @server.post("/api/change")
    async def change(request: Request) -> Response:
        drawn = msgspec.json.decode(await request.body(), type=set[str])
        events = changer.events(float(request.query_params["share"]), drawn)
        for street, twin in twins.items():
            mine = [one for one in events if street_by_id[one.subject.split("/")[0]] == street]
            hub.mark_dirty(street, twin.fold(mine).changes)
        return JSONResponse(len(events))

    server.mount("/assets", StaticFiles(directory=HOUSE / "assets"))


def peer(server: FastAPI, compounds: list[Compound]) -> dash.Dash:
    """The Dash page with its one figure."""
    places = [place for compound in compounds for place in compound.devices]
    lons, lats = zip(*(place.lonlat for place in places), strict=True)
    colours = [_COLOURS[0]] * len(places)
    dice = random.Random(5)
    app = dash.Dash(__name__, server=server, assets_ignore=".*", index_string=_HOOK)  # type: ignore[arg-type]

    def figure() -> dict[str, Any]:
        west, south, east, north = min(lons), min(lats), max(lons), max(lats)
        layout = {
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "uirevision": "same", "showlegend": False,
            "map": {"center": {"lon": (west + east) / 2, "lat": (south + north) / 2}, "zoom": ZOOM,
                    "style": {"version": 8, "sources": {"none": {"type": "geojson", "data": {
                        "type": "FeatureCollection", "features": []}}}, "layers": [
                        {"id": "ground", "type": "background",
                         "paint": {"background-color": "#0b1622"}}]}},
        }  # fmt: skip
        marks = {"type": "scattermap", "mode": "markers", "lon": lons, "lat": lats,
                 "marker": {"size": 8, "color": list(colours)}, "hoverinfo": "skip"}  # fmt: skip
        return {"data": [marks], "layout": layout}

    app.layout = dash.html.Div(
        [
            dash.dcc.Graph(id="graph", figure=figure(), style={"height": "100vh"}),
            dash.dcc.Store(id="asked"),
        ],
        style={"position": "fixed", "inset": 0},
    )

    @app.callback(
        dash.Output("graph", "figure"), dash.Input("asked", "data"), prevent_initial_call=True
    )
    async def changed(asked: dict[str, Any]) -> dict[str, Any]:
        for one in dice.sample(range(len(places)), round(len(places) * asked["share"])):
            colours[one] = _COLOURS[(_COLOURS.index(colours[one]) + 1) % len(_COLOURS)]
        return figure()

    return app


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def main(port: int, size: str) -> None:
    """Serve both until ended: over one compound of a number of devices, or over a ``city``."""
    mimetypes.add_type("text/javascript", ".mjs")
    compounds = scale_city().compounds if size == "city" else [tile(0, int(size))]
    twins = {}
    for street, some in by_street(compounds).items():
        twins[street] = Twin(street, some, CATALOGUE)
        twins[street].fold(full_report(some, now() - timedelta(seconds=9)))
    hub = Hub(twins, CATALOGUE, now=now(), epoch="bench")
    server = FastAPI(openapi_url=None)
    ours(server, hub, twins, compounds)
    application = peer(server, compounds[:1])

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        application._setup_server()
        ticking = asyncio.create_task(live.run(hub, now))
        yield
        ticking.cancel()

    server.router.lifespan_context = living
    config = uvicorn.Config(
        server, port=port, ws="websockets-sansio", ws_per_message_deflate=False,
        log_level="error", access_log=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
