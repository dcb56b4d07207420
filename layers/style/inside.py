"""Style of an open building: its storeys as plates, lift shafts with cabins, marks on the floors.

The browser lifts the storeys apart and fills the sources (``assets/map/inside``); levels and
cabins move by feature-state.
"""

from __future__ import annotations

from layers.style.palette import ACCENT, DIM, GROUND, LEVELS, PANEL, TEXT
from layers.style.parts import StyleLayer, by_zoom, get, label, level_colour, state, table

PLATE, CHOSEN, WALL, STAIR = "#31445A", "#46688A", "#86A3C2", "#A9BED3"
SHAFT, CABIN = "#9FC3E8", "#DCE9F5"

_LEVEL = state("level", 0)
_PLAIN = ["case", ["boolean", get("chosen"), False], CHOSEN, PLATE]
_SHOWN_ZOOM = 15.2

STOREY_PARTS = (
    StyleLayer(
        id="storeys", type="fill-extrusion", source="storeys", minzoom=_SHOWN_ZOOM,
        paint={
            "fill-extrusion-color": [
                "case",
                ["==", get("part"), "plate"],
                ["case", [">", _LEVEL, 0], level_colour(_LEVEL, LEVELS[4]), _PLAIN],
                table(get("part"), {"wall": WALL}, STAIR),
            ],
            "fill-extrusion-base": get("base"),
            "fill-extrusion-height": get("height"),
            "fill-extrusion-opacity": 1,
        },
    ),
    StyleLayer(
        id="cabins", type="fill-extrusion", source="shafts", minzoom=_SHOWN_ZOOM,
        filter=["==", get("part"), "cabin"],
        paint={
            "fill-extrusion-color": [
                "case", [">", _LEVEL, 0], level_colour(_LEVEL, LEVELS[4]), CABIN,
            ],
            "fill-extrusion-base": state("base", 0),
            "fill-extrusion-height": state("height", 0),
            "fill-extrusion-opacity": 1,
        },
    ),
    StyleLayer(
        id="shafts", type="fill-extrusion", source="shafts", minzoom=_SHOWN_ZOOM,
        filter=["==", get("part"), "shaft"],
        paint={
            "fill-extrusion-color": SHAFT,
            "fill-extrusion-base": get("base"),
            "fill-extrusion-height": get("height"),
            "fill-extrusion-opacity": 0.22,
        },
    ),
)  # fmt: skip

_LIFTED = {"symbol-height-offset": get("height"), "symbol-sort-key": get("order")}
_CHOSEN = ["boolean", get("chosen"), False]

MARK_PARTS = (
    StyleLayer(
        id="inside-names", type="symbol", source="inside", minzoom=_SHOWN_ZOOM,
        filter=["in", get("part"), ["literal", ["floor", "unit"]]],
        layout=label(
            ["format", get("name"), {"font-scale": ["case", _CHOSEN, 1.3, 1]}],
            by_zoom(17, 11.5, 19.5, 13.5), **_LIFTED,
            **{"text-variable-anchor-offset": [
                   "case", ["==", get("part"), "floor"], ["literal", ["right", [-0.5, 0]]],
                   ["literal", ["center", [0, 0], "left", [1.4, 0], "right", [-1.4, 0]]],
               ],
               "text-padding": 1},
        ),
        paint={
            "text-color": [
                "case", [">", get("level"), 0], level_colour(get("level"), TEXT),
                _CHOSEN, ACCENT, ["==", get("part"), "unit"], TEXT, DIM,
            ],
            "text-halo-color": GROUND, "text-halo-width": 1.8, "text-halo-blur": 0.3,
        },
    ),
    StyleLayer(
        id="inside-marks", type="symbol", source="inside", minzoom=_SHOWN_ZOOM,
        filter=["==", get("part"), "device"],
        layout=label(
            ["format", get("glyph"), {}, "\n", {}, get("name"), {"font-scale": 0.9}],
            by_zoom(17, 10, 19, 12.5), **_LIFTED,
            **{"icon-image": "square", "icon-size": by_zoom(17, 0.8, 19, 1.05),
               "icon-allow-overlap": True, "text-allow-overlap": True,
               "text-anchor": "top", "text-offset": [0, -0.72], "text-line-height": 1.55},
        ),
        paint={
            "icon-color": level_colour(get("level"), PANEL),
            "icon-halo-color": ["case", [">", get("level"), 0], GROUND, "#8FA5BC"],
            "icon-halo-width": 1.3, "icon-opacity": get("opacity"),
            "text-color": ["case", [">", get("level"), 0], GROUND, TEXT],
        },
    ),
)  # fmt: skip
