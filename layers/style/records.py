"""Style of what lives: names, devices, gates, responders, incidents and roll-ups.

Later layers win where labels collide: incidents before responders, gates, buildings, sensors.
"""

from __future__ import annotations

from typing import Any

from layers.style.inside import MARK_PARTS
from layers.style.palette import ACCENT, DIM, GROUND, PANEL, SEEN, TEXT
from layers.style.parts import (
    BAND_ZOOM,
    Expression,
    StyleLayer,
    age_opacity,
    badge_fill,
    by_zoom,
    get,
    label,
    level_colour,
    state,
)

_HALO = {"text-halo-color": GROUND, "text-halo-width": 1.6, "text-halo-blur": 0.4}
_FREE = {"icon-allow-overlap": True, "icon-ignore-placement": True}
_ALARMED = [">", state("level", 0), 0]
_STIRRED = ["all", [">", state("code", 0), 0], ["<", state("code", 0), 7]]
"""In a state other than the kind's first: brighter, for colour is kept for what is not normal."""
CROWDED_ZOOM = 18
"""Where thousands of devices are in view, they are dots up to here and badges from here on."""
_INDOORS_ZOOM = 17.6
"""From here on devices inside flats are drawn even while nothing is wrong with them."""

_ROOMY = {"icon-padding": by_zoom(16, 14, 17, 8, 18.5, 2), "symbol-sort-key": get("rank")}
"""Far out only some sensors are drawn, evenly spread; the more telling kinds go first."""

_HEIGHT = {"symbol-height-offset": get("height")}


_AWAY = {
    "left": (1.5, 0), "right": (-1.5, 0), "top": (0, 1.5), "bottom": (0, -1.5),
    "top-left": (1, 1), "top-right": (-1, 1), "bottom-left": (1, -1), "bottom-right": (-1, -1),
}  # fmt: skip
_FAR = ["top", (0, 3), "bottom", (0, -3)]
GLOW_PX = -8
"""Padding of a case's mark: others' words keep off the mark itself, not off the glow around it."""
_AT_EDGE = ("right", "bottom", "top", "bottom-right", "top-right")
_ROUND_IT = ("left", "right", "top", "bottom", *list(_AWAY)[4:])


def _sides(*anchors: str) -> Expression:
    """The sides a label may stand on, best first, each with its distance in ems; then farther."""
    return ["literal", [word for anchor in anchors for word in (anchor, _AWAY[anchor])] + _FAR]


def _edge(normal: str) -> Expression:
    """Edge of a badge: picked, alarmed, or as usual."""
    picked = state("picked", False)
    return ["case", picked, ACCENT, _ALARMED, level_colour(state("level", 0), normal), normal]


def _badge(shape: str, text: Expression | None = None, **more: Any) -> dict[str, Any]:
    """Layout of a badge that gives way where it is crowded."""
    found = {"icon-image": shape, "icon-size": by_zoom(15.5, 0.58, 18, 0.95, 20, 1.25)}
    if text is not None:
        found |= label(text, by_zoom(15.5, 7, 18, 11.5, 20, 15))
        found |= {"text-offset": [0, 0.03]}
    return found | _HEIGHT | more


_SENSOR_PAINT = {
    "icon-color": badge_fill(),
    "icon-halo-color": _edge("#6F8194"),
    "icon-halo-width": ["case", state("picked", False), 2.6, 1.1],
    "icon-opacity": age_opacity(),
    "text-color": ["case", _ALARMED, GROUND, _STIRRED, "#FFFFFF", "#B4C2D0"],
    "text-opacity": age_opacity(),
}
_ANYWHERE = ["any", ["!", get("indoors")], [">=", ["zoom"], _INDOORS_ZOOM]]
_NEVER = 24.0
"""Dots wait: the browser gives them their zooms once it holds more than a few thousand devices."""


def _dots(name: str, of: str, usual: Expression, stirred: str, *when: Expression) -> StyleLayer:
    """A layer's devices as dots: circles cost a sixth of symbols when their states change."""
    colour = ["case", _ALARMED, level_colour(state("level", 0), stirred), _STIRRED, stirred, usual]
    return StyleLayer(
        id=name, type="circle", source="devices", switch=of, minzoom=_NEVER,
        filter=["all", ["==", get("layer"), of], *when],
        paint={
            "circle-color": colour, "circle-opacity": age_opacity(),
            "circle-radius": by_zoom(BAND_ZOOM, 1.8, 18, 4.5),
            "circle-stroke-color": ACCENT,
            "circle-stroke-width": ["case", state("picked", False), 2, 0],
        },
    )  # fmt: skip


DEVICE_PARTS = (
    _dots("sensor-dots", "sensors", "#6F8194", "#D3DEE8", _ANYWHERE),
    _dots("camera-dots", "cameras", ["case", state("seen", False), SEEN, "#7FA9CF"], DIM),
    StyleLayer(
        id="sensors", type="symbol", source="devices", switch="sensors", minzoom=16.2,
        filter=["all", ["==", get("layer"), "sensors"], _ANYWHERE],
        layout=_badge("square", get("glyph"), **_ROOMY),
        paint=_SENSOR_PAINT,
    ),
    StyleLayer(
        id="cameras", type="symbol", source="devices", switch="cameras", minzoom=BAND_ZOOM,
        filter=["==", get("layer"), "cameras"],
        layout=_badge("disc", **_FREE),
        paint={
            "icon-color": ["case", state("seen", False), SEEN, badge_fill("#14283C")],
            "icon-halo-color": ["case", state("seen", False), "#FFE6A8", _edge("#7FA9CF")],
            "icon-halo-width": ["case", state("picked", False), 2.8, 1.3],
            "icon-opacity": age_opacity(),
        },
    ),
    StyleLayer(
        id="cameras-glyph", type="symbol", source="devices", switch="cameras", minzoom=BAND_ZOOM,
        filter=["==", get("layer"), "cameras"],
        layout=_badge("camera", **_FREE),
        paint={
            "icon-color": [
                "case", ["any", state("seen", False), _ALARMED], GROUND, _STIRRED, DIM, "#BFDDF5",
            ],
            "icon-opacity": age_opacity(),
        },
    ),
    StyleLayer(
        id="gone", type="symbol", source="devices", switch="cameras", minzoom=BAND_ZOOM,
        filter=["==", get("layer"), "cameras"],
        layout=_badge("slash", **_FREE),
        paint={"icon-color": DIM, "icon-opacity": ["case", [">=", state("age", 0), 3], 0.9, 0]},
    ),
)  # fmt: skip

DOTS = {"sensor-dots": ("sensors",), "camera-dots": ("cameras", "cameras-glyph", "gone")}
"""Which layers of badges the dots of a layer stand for."""

NAME_PARTS = (
    StyleLayer(
        id="roofs", type="symbol", source="roofs", switch="buildings", minzoom=16,
        layout=label(
            get("name"), by_zoom(16, 10.5, 18, 13.5, 20, 18), **_HEIGHT,
            **{"text-padding": 3, "symbol-sort-key": ["-", get("height")]},
        ),
        paint={"text-color": "#D4DEE8", "text-opacity": by_zoom(16, 0, 16.3, 0.95)} | _HALO,
    ),
    StyleLayer(
        id="gridnames", type="symbol", source="gridnames", switch="grids", minzoom=15.6,
        layout=label(get("name"), by_zoom(15.6, 12, 19, 20), **{"text-letter-spacing": 0.06}),
        paint={"text-color": ACCENT, "text-halo-color": GROUND, "text-halo-width": 1.8},
    ),
    StyleLayer(
        id="gates", type="symbol", source="gates", switch="gates", minzoom=BAND_ZOOM,
        layout=label(
            get("name"), by_zoom(15.5, 10, 18, 13.5, 20, 17), **_FREE,
            **{"icon-image": get("icon"), "icon-size": by_zoom(15.2, 0.6, 17, 0.9, 20, 1.2),
               "text-anchor": "top", "text-offset": [0, 1.25], "text-optional": True},
        ),
        paint={"text-color": TEXT, "icon-opacity": get("opacity")} | _HALO,
    ),
    StyleLayer(
        id="alarmed", type="symbol", source="alarmed", minzoom=BAND_ZOOM,
        layout=_badge("square", get("glyph"),
                      **_FREE, **{"text-allow-overlap": True, "text-ignore-placement": True,
                                  "icon-image": get("shape")}),
        paint={
            "icon-color": level_colour(get("level"), PANEL), "text-color": GROUND,
            "icon-halo-color": GROUND, "icon-halo-width": 1.4, "icon-opacity": get("opacity"),
        },
    ),
    StyleLayer(
        id="placenames", type="symbol", source="placenames", minzoom=BAND_ZOOM,
        layout=label(
            get("name"), by_zoom(BAND_ZOOM, 14, 18, 19, 20, 24),
            **{"text-variable-anchor": ["bottom", "bottom-left", "bottom-right", "left", "right",
                                        "top-left", "top-right", "top"],
               "text-allow-overlap": True,  # where no side is free it is drawn all the same
               "text-radial-offset": 0.5, "text-letter-spacing": 0.08, "text-padding": 4},
        ),
        paint={"text-color": ACCENT, "text-halo-color": GROUND, "text-halo-width": 2.4},
    ),
)  # fmt: skip

# What stands later is drawn above and placed first: a case's words make room for people.
LIVING_PARTS = (
    StyleLayer(
        id="incidents-words", type="symbol", source="incidents", switch="incidents",
        minzoom=BAND_ZOOM,
        layout=label(
            get("label"), by_zoom(15.2, 12, 18, 15, 20, 18), **_HEIGHT,
            **{"text-variable-anchor-offset": [
                   "case",
                   ["boolean", get("inside"), False], _sides("bottom", "top"),
                   ["boolean", get("edge"), False], _sides(*_AT_EDGE),
                   _sides(*_ROUND_IT),
               ],
               "text-justify": "auto", "text-max-width": 14, "symbol-sort-key": get("order")},
        ),
        paint={"text-color": "#FFFFFF", "text-halo-color": GROUND, "text-halo-width": 2.2,
               "text-opacity": get("opacity")},
    ),
    StyleLayer(
        id="responders", type="symbol", source="responders", switch="responders",
        minzoom=BAND_ZOOM,
        layout=label(
            get("name"), by_zoom(15.2, 11, 18, 14, 20, 17), **{"icon-allow-overlap": True},
            **{"icon-image": get("icon"), "icon-size": by_zoom(15.2, 0.7, 18, 1, 20, 1.2),
               "text-anchor": "top", "text-offset": [0, 1.2], "text-optional": True},
        ),
        paint={"text-color": TEXT, "icon-opacity": get("opacity")} | _HALO,
    ),
    StyleLayer(
        id="incidents-selected", type="symbol", source="incidents", switch="incidents",
        filter=["boolean", get("selected"), False], minzoom=BAND_ZOOM,
        layout={"icon-image": "ring", "icon-size": by_zoom(15.2, 0.85, 18, 1.15)} | _FREE | _HEIGHT,
        paint={"icon-color": ACCENT},
    ),
    StyleLayer(
        id="incidents", type="symbol", source="incidents", switch="incidents", minzoom=BAND_ZOOM,
        layout={"icon-image": ["concat", "level-", ["to-string", get("level")]],
                "icon-size": by_zoom(15.2, 0.75, 18, 1.05, 20, 1.2),
                # Drawn whatever lies there, and words of others keep off it.
                "icon-allow-overlap": True, "icon-padding": GLOW_PX,
                "symbol-sort-key": get("order"), "symbol-z-order": "source"} | _HEIGHT,
    ),
    StyleLayer(
        id="rollups", type="symbol", source="rollups", switch="rollups",
        layout=label(
            ["format", get("name"), {"font-scale": 1.0}, "\n", {}, get("counts"),
             {"font-scale": 0.82, "text-color": level_colour(get("worst"), DIM)}],
            by_zoom(11, 13, 15, 17), **_FREE,
            **{"icon-image": get("icon"), "icon-size": by_zoom(11, 0.8, 15, 1.15),
               "text-variable-anchor": ["top", "bottom", "right", "left"],
               "text-radial-offset": 1.35, "text-justify": "auto", "text-optional": True,
               "text-max-width": 20, "symbol-sort-key": get("order")},
        ),
        paint={"text-color": TEXT, "text-halo-color": GROUND, "text-halo-width": 2},
    ),
)  # fmt: skip

PARTS = (*DEVICE_PARTS, *NAME_PARTS, *MARK_PARTS, *LIVING_PARTS)
