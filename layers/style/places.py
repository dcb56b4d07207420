"""Style of what stands still: ground, boundary, grids, buildings, fields of view."""

from __future__ import annotations

from layers.style import cameras, ways
from layers.style.inside import STOREY_PARTS
from layers.style.palette import (
    ACCENT,
    AREAS,
    BRIGHT,
    CONTEXT,
    FACADE,
    FLOOR_EDGE,
    GOOD,
    GROUND,
    HIGH,
    LEVELS,
    LINE,
    LOW,
    PATHS,
    RAISED,
    ROOF_EDGE,
    SEEN,
    WALL,
)
from layers.style.parts import StyleLayer, by_zoom, get, level_colour, metres, state, table

_ROUND = {"line-cap": "round", "line-join": "round"}
_SEEN = state("seen", False)
_PLAIN = {"fill-antialias": False}
"""No edge of its own: a line layer draws it, or nobody would see it; an edge is a second pass."""

GROUND_PARTS = (
    StyleLayer(id="background", type="background", paint={"background-color": GROUND}),
    StyleLayer(
        id="compound", type="fill", source="boundary",
        paint={"fill-color": "#0E1620", "fill-opacity": 1},
    ),
    StyleLayer(
        id="areas", type="fill", source="areas", switch="ground",
        paint={"fill-color": table(get("kind"), AREAS, RAISED)} | _PLAIN,
    ),
    StyleLayer(
        id="areas-edge", type="line", source="areas", switch="ground", minzoom=15.5,
        paint={
            "line-color": table(
                get("kind"),
                {"water": "#1E5A7E", "green": "#1F4630", "tree": "#2A5A3E"},
                "#263442",
            ),
            "line-width": by_zoom(15, 0.5, 19, 1.6),
        },
    ),
    StyleLayer(
        id="paths-edge", type="line", source="paths", switch="ground", minzoom=16,
        filter=["!=", get("kind"), "foot"], layout=_ROUND,
        paint={"line-color": "#2B3B4C", "line-width": metres(["+", get("width"), 0.5])},
    ),
    StyleLayer(
        id="paths", type="line", source="paths", switch="ground", layout=_ROUND,
        paint={
            "line-color": table(get("kind"), PATHS, RAISED), "line-width": metres(get("width")),
        },
    ),
)  # fmt: skip

BOUNDARY_PARTS = (
    StyleLayer(
        id="fields", type="fill", source="fields", switch="fields", minzoom=15.6,
        paint={
            "fill-color": "#6FA8DC",
            "fill-opacity": by_zoom(15.6, 0.05, 18, 0.1),
        } | _PLAIN,
    ),
    StyleLayer(
        id="fields-seen", type="fill", source="fields", minzoom=15.2,
        paint={"fill-color": SEEN, "fill-opacity": ["case", _SEEN, 0.34, 0]} | _PLAIN,
    ),
    StyleLayer(
        id="fields-seen-edge", type="line", source="fields", minzoom=15.2,
        paint={
            "line-color": SEEN, "line-width": by_zoom(16, 0.8, 19, 1.8),
            "line-opacity": ["case", _SEEN, 0.8, 0],
        },
    ),
    StyleLayer(
        id="grids", type="line", source="grids", switch="grids", minzoom=15,
        layout={"line-join": "round"},
        paint={
            "line-color": ACCENT, "line-opacity": 0.55, "line-dasharray": [3, 2.4],
            "line-width": by_zoom(15, 0.8, 19, 2),
        },
    ),
    StyleLayer(
        id="boundary-glow", type="line", source="boundary", switch="grids", layout=_ROUND,
        paint={
            "line-color": ACCENT, "line-opacity": 0.22, "line-blur": 8,
            "line-width": by_zoom(13, 5, 18, 16),
        },
    ),
    StyleLayer(
        id="boundary", type="line", source="boundary", switch="grids", layout=_ROUND,
        paint={"line-color": ACCENT, "line-width": by_zoom(13, 1.4, 18, 3)},
    ),
    StyleLayer(
        id="route-casing", type="line", source="route", layout=_ROUND,
        paint={
            "line-color": GOOD, "line-opacity": 0.2, "line-blur": 4,
            "line-width": by_zoom(15, 9, 19, 20),
        },
    ),
    StyleLayer(
        id="route", type="line", source="route", layout=_ROUND,
        paint={
            "line-color": ["case", ["boolean", get("cut"), False], LEVELS[2], GOOD],
            "line-width": by_zoom(15, 2.5, 19, 6),
        },
    ),
)  # fmt: skip

_FACADE = [
    "case", ["boolean", get("proposed"), False], LINE,
    ["interpolate", ["linear"], get("height"), 6, LOW, 60, HIGH],
]  # fmt: skip
_AWAY = [">", ["+", state("lit", 0), state("open", 0)], 0]
"""A building that a case lights is drawn by ``lit`` instead, an open one by its storeys."""
_STANDING = ["case", _AWAY, 0, get("height")]

# Opaque: whatever one can see through is drawn twice, and the whole town is extruded.
BUILDING_PARTS = (
    StyleLayer(
        id="surroundings", type="fill-extrusion", source="surroundings", switch="buildings",
        paint={
            "fill-extrusion-color": CONTEXT, "fill-extrusion-height": get("height"),
        },
    ),
    StyleLayer(
        id="walls", type="fill-extrusion", source="walls", switch="ground", minzoom=15.5,
        paint={
            "fill-extrusion-color": WALL, "fill-extrusion-height": get("height"),
        },
    ),
    StyleLayer(
        id="buildings", type="fill-extrusion", source="buildings", switch="buildings",
        paint={
            "fill-extrusion-color": _FACADE, "fill-extrusion-height": _STANDING,
            "fill-extrusion-vertical-gradient": True,
        },
    ),
    StyleLayer(
        id="floors", type="fill-extrusion", source="floors", switch="buildings", minzoom=15.8,
        paint={
            "fill-extrusion-color": by_zoom(
                16, FACADE,
                17.4, ["case", ["==", get("part"), "roof"], ROOF_EDGE, FLOOR_EDGE],
            ),
            "fill-extrusion-base": ["case", _AWAY, 0, get("base")],
            "fill-extrusion-height": _STANDING,
        },
    ),
    StyleLayer(
        id="lit", type="fill-extrusion", source="lit", switch="buildings",
        paint={
            "fill-extrusion-color": [
                "case", ["boolean", get("bright"), False], table(get("level"), BRIGHT, "#FFFFFF"),
                level_colour(get("level"), LEVELS[1]),
            ],
            "fill-extrusion-base": get("base"),
            "fill-extrusion-height": get("height"),
            "fill-extrusion-opacity": 0.62,
        },
    ),
)  # fmt: skip

# An open building before the others: those in front of it are see-through then, and still hide
# what is drawn after them.
PARTS = (
    *GROUND_PARTS, *cameras.GROUND_PARTS, *BOUNDARY_PARTS, *cameras.MARK_PARTS,
    *ways.GROUND_PARTS, *STOREY_PARTS, *BUILDING_PARTS,
)  # fmt: skip
