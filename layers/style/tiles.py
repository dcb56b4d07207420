"""Style of the middle distance: tiles of what stands still, and outlines of what is larger.

Tiles are cut per territory (``geodata/tiles.py``), so there are as many sources as an account may
have sets. The parts here are patterns: the browser adds each of them once per set, under the name
``<id>@<set>``, beneath the layer that ``BEFORE`` names. A compound drawn in full is left out of
the tiles: the map's global state ``open`` lists those.
"""

from __future__ import annotations

from typing import Any

from layers.style.palette import ACCENT, AREAS, GROUND, HIGH, LINE, LOW, PATHS, RAISED, TEXT
from layers.style.parts import (
    Expression,
    StyleLayer,
    by_zoom,
    get,
    label,
    level_colour,
    metres,
    state,
    table,
)

TILE_LAYER = "place"
"""The one layer of every set."""

BEFORE = {
    "tiles-areas": "outline-compounds", "tiles-paths": "outline-compounds",
    "tiles-buildings": "surroundings", "tiles-services": "roofs", "tiles-landmarks": "roofs",
}  # fmt: skip
"""Under which layer of the style each pattern goes."""

BASEMAP = {
    "raster": {
        "raster-brightness-max": 0.55, "raster-saturation": -0.45, "raster-fade-duration": 0,
    },
    "fill": {"fill-color": "#101923", "fill-opacity": 0.6},
    "line": {"line-color": "#26333F", "line-width": by_zoom(8, 0.4, 16, 1.6)},
}  # fmt: skip
"""How a basemap is painted: dimmed, so that what is ours and what is alarmed stands out of it."""

TOWN = "#1A2734"
"""Buildings that belong to no compound: ground for those that do."""

LAND = "#0E1721"
"""The district's own ground, lighter than what lies outside it."""

OUTLINED = "outlines"
"""The source of outlines."""

_ROUND = {"line-cap": "round", "line-join": "round"}


def _closed(*sorts: str) -> Expression:
    """Features of some sorts whose compound is not drawn in full."""
    drawn = ["in", get("compound"), ["global-state", "open"]]
    return ["all", ["in", get("sort"), ["literal", list(sorts)]], ["!", drawn]]


def _way_width() -> Expression:
    """Its width in metres where that can be seen, a thin line from farther away."""
    curve = metres(get("width"))
    return [*curve[:3], 9, 0.35, 12, 0.7, *curve[3:]]


LANDMARKS = ("hospital", "fire_station", "police")
"""Services that are named in the view of a whole district; the others would crowd it."""
_NAMED = label(get("name"), by_zoom(13, 10, 17, 13))
_NAME = {"text-color": "#8FA6BC", "text-halo-color": GROUND, "text-halo-width": 1.4}


def _services(*turned: str) -> Expression:
    """Services that are landmarks, or with "!" those that are not."""
    landmark: Expression = ["in", get("kind"), ["literal", list(LANDMARKS)]]
    return ["all", ["==", get("sort"), "service"], [*turned, landmark] if turned else landmark]


TILE_PARTS = (
    StyleLayer(
        id="tiles-areas", type="fill", switch="ground", filter=_closed("area"),
        paint={"fill-color": table(get("kind"), AREAS, RAISED), "fill-antialias": False},
    ),
    StyleLayer(
        id="tiles-paths", type="line", switch="ground", filter=_closed("path"), layout=_ROUND,
        paint={
            "line-color": table(get("kind"), PATHS, RAISED),
            "line-width": _way_width(),
        },
    ),
    StyleLayer(
        id="tiles-buildings", type="fill-extrusion", switch="buildings",
        filter=_closed("building"), minzoom=13,
        paint={
            "fill-extrusion-color": [
                "case", [">", state("level", 0), 0], level_colour(state("level", 0), LOW),
                ["any", ["!", ["has", "compound"]], ["has", "around"]], TOWN,
                ["has", "proposed"], LINE,
                ["interpolate", ["linear"], get("height"), 6, LOW, 60, HIGH],
            ],
            "fill-extrusion-height": get("height"), "fill-extrusion-vertical-gradient": True,
        },
    ),
    StyleLayer(
        id="tiles-services", type="symbol", switch="ground", minzoom=14.6,
        filter=_services("!"), layout=_NAMED, paint=_NAME,
    ),
    StyleLayer(
        id="tiles-landmarks", type="symbol", switch="ground", minzoom=13,
        filter=_services(), layout=_NAMED, paint=_NAME,
    ),
)  # fmt: skip
"""Patterns, in drawing order."""


def _only(level: str) -> list[Any]:
    return ["==", get("level"), level]


_CLOSED = ["!", ["in", get("id"), ["global-state", "open"]]]


_OPEN = state("worst", 0)
"""Worst level of a compound's open cases that nobody has acknowledged, set by the browser."""

OUTLINE_PARTS = (
    StyleLayer(
        id="outline-ground", type="fill", source=OUTLINED, switch="grids",
        filter=_only("district"), paint={"fill-color": LAND, "fill-antialias": False},
    ),
    StyleLayer(
        id="outline-compounds", type="fill", source=OUTLINED, switch="grids",
        filter=["all", _only("compound"), _CLOSED],
        paint={
            "fill-color": ["case", [">", _OPEN, 0], level_colour(_OPEN, ACCENT), ACCENT],
            "fill-opacity": ["case", [">", _OPEN, 0], 0.3, 0.07],
        },
    ),
    StyleLayer(
        id="outline-compounds-edge", type="line", source=OUTLINED, switch="grids",
        filter=_only("compound"), maxzoom=17, minzoom=11,
        paint={
            "line-color": ["case", [">", _OPEN, 0], level_colour(_OPEN, ACCENT), ACCENT],
            "line-opacity": 0.75, "line-width": by_zoom(11, 0.6, 15, 1.6),
        },
    ),
    StyleLayer(
        id="outline-communities", type="line", source=OUTLINED, switch="grids",
        filter=_only("community"), minzoom=12,
        paint={
            "line-color": "#50677F", "line-dasharray": [2, 2.5], "line-width": 1,
            "line-opacity": by_zoom(12, 0.3, 14, 0.8),
        },
    ),
    StyleLayer(
        id="outline-streets", type="line", source=OUTLINED, switch="grids",
        filter=_only("street"), maxzoom=16,
        paint={"line-color": "#7C97B3", "line-width": by_zoom(9, 0.8, 14, 2)},
    ),
    StyleLayer(
        id="outline-district", type="line", source=OUTLINED, switch="grids",
        filter=_only("district"), maxzoom=16, layout=_ROUND,
        paint={"line-color": TEXT, "line-opacity": 0.7, "line-width": by_zoom(9, 1.2, 14, 3)},
    ),
)  # fmt: skip
