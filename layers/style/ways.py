"""Style of ways: the ground within reach, who walks where, services, what stands in the way."""

from __future__ import annotations

from layers.style.palette import ACCENT, GOOD, GROUND, LEVELS, PANEL, SEEN, TEXT
from layers.style.parts import BAND_ZOOM, StyleLayer, by_zoom, get, label

SOURCES = ("reach", "flows", "obstacles", "helps", "sketch")
"""Sources that ``assets/map/ways.mjs`` and, of an area being drawn, ``sketch.mjs`` fill."""

_ROUND = {"line-cap": "round", "line-join": "round"}
_FREE = {
    "icon-allow-overlap": True, "icon-ignore-placement": True,
    "text-allow-overlap": True, "text-ignore-placement": True,
}  # fmt: skip
_LOAD = ["case", ["==", get("kind"), "load"], ["+", 1.5, ["*", 0.28, ["sqrt", get("people")]]], 2.5]
"""Pixels at street level: twice as wide for four times as many people."""

GROUND_PARTS = (
    StyleLayer(
        id="reach", type="fill", source="reach",
        paint={"fill-color": ACCENT, "fill-opacity": 0.14},
    ),
    StyleLayer(
        id="reach-edge", type="line", source="reach", layout=_ROUND,
        paint={"line-color": ACCENT, "line-width": by_zoom(13, 1.2, 18, 2.4),
               "line-dasharray": [2, 1.6]},
    ),
    StyleLayer(
        id="obstacles-area", type="fill", source="obstacles",
        filter=["==", ["geometry-type"], "Polygon"],
        paint={"fill-color": LEVELS[2], "fill-opacity": 0.22},
    ),
    StyleLayer(
        id="obstacles-line", type="line", source="obstacles",
        filter=["!=", ["geometry-type"], "Point"], layout=_ROUND,
        paint={"line-color": LEVELS[2], "line-width": by_zoom(15, 1.5, 19, 4),
               "line-dasharray": [1.2, 1.4]},
    ),
    StyleLayer(
        id="flows", type="line", source="flows", layout=_ROUND | {"line-sort-key": get("people")},
        paint={
            "line-color": ["case", ["==", get("kind"), "load"], GOOD, ACCENT],
            "line-opacity": 0.85,
            "line-width": by_zoom(14, ["*", 0.5, _LOAD], 17, _LOAD, 20, ["*", 2.2, _LOAD]),
        },
    ),
)  # fmt: skip

MARK_PARTS = (
    StyleLayer(
        id="sketch", type="fill", source="sketch", filter=["==", ["geometry-type"], "Polygon"],
        paint={"fill-color": SEEN, "fill-opacity": 0.3},
    ),
    StyleLayer(
        id="sketch-edge", type="line", source="sketch", layout=_ROUND,
        filter=["!=", ["geometry-type"], "Point"],
        paint={"line-color": SEEN, "line-width": 2.5},
    ),
    StyleLayer(
        id="sketch-corners", type="circle", source="sketch",
        filter=["==", ["geometry-type"], "Point"],
        paint={"circle-radius": 5, "circle-color": PANEL, "circle-stroke-color": SEEN,
               "circle-stroke-width": 2, "circle-pitch-alignment": "viewport"},
    ),
    StyleLayer(
        id="helps", type="circle", source="helps", minzoom=13,
        paint={
            "circle-radius": by_zoom(14, 6, 17, 10, 20, 14), "circle-color": PANEL,
            "circle-stroke-color": ["case", ["==", get("kind"), "gate"], LEVELS[2], ACCENT],
            "circle-stroke-width": 2, "circle-pitch-alignment": "viewport",
        },
    ),
    StyleLayer(
        id="helps-names", type="symbol", source="helps", minzoom=13,
        layout=label(
            ["format", get("glyph"), {}, "\n", {}, get("name"), {"font-scale": 0.92}],
            by_zoom(14, 10, 17, 13, 20, 16), **_FREE | {"text-ignore-placement": False},
            **{"text-anchor": "top", "text-offset": [0, -0.56], "text-line-height": 1.55,
               "text-max-width": 16},
        ),
        paint={"text-color": TEXT, "text-halo-color": GROUND, "text-halo-width": 1.6},
    ),
    StyleLayer(
        id="obstacles", type="symbol", source="obstacles", minzoom=BAND_ZOOM,
        filter=["==", ["geometry-type"], "Point"],
        layout=label(
            ["format", "✕", {"font-scale": 1.5, "text-color": LEVELS[2]}, "\n", {},
             get("name"), {}],
            by_zoom(15.2, 10, 18, 13, 20, 16), **_FREE,
            **{"text-anchor": "bottom", "text-offset": [0, -0.7], "text-max-width": 14},
        ),
        paint={"text-color": TEXT, "text-halo-color": GROUND, "text-halo-width": 1.8},
    ),
)  # fmt: skip
