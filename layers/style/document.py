"""The map's style: every layer with its colours, sizes and zoom range, computed here as data.

MapLibre GL JS 6 style JSON. No glyphs and no sprite: letters are drawn by the browser from local
fonts and icons at run time, so a map needs nothing from any other server. Sources are empty;
``assets/map/`` fills them. States of things that stand still arrive as feature-state, which only
paint properties can read.

Each layer's ``metadata`` names its switch (``dayuan:layer``); the style's own carries what the
browser needs to name things: device kinds, incident titles and the palette.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from layers.style import cameras, places, records, tiles, ways
from layers.style.palette import GROUND, LEVELS, TITLES
from layers.style.parts import BAND_ZOOM, BY_AGE, StyleLayer
from twin.catalogue import Catalogue

SOURCES = (
    "areas", "paths", "surroundings", "boundary", "grids", "gridnames", "fields", "route",
    "walls", "buildings", "floors", "lit", "roofs", "devices", "alarmed", "gates", "responders",
    "incidents", "rollups", "coverage", "draft", "rings", "sighted", "blind", "storeys", "shafts",
    "inside", "outlines", "placenames", *ways.SOURCES,
)  # fmt: skip
"""GeoJSON sources, all with ``promoteId`` so that ids can be words."""

MAX_ZOOM = 22

KEPT_STYLES = 8
"""Styles held at once: one for each catalogue and language."""

_PARTS = (
    places.GROUND_PARTS[0], *tiles.OUTLINE_PARTS, *places.PARTS[1:],
    *cameras.LABEL_PARTS, *records.PARTS, *ways.MARK_PARTS,
)  # fmt: skip
"""In drawing order; the background comes first."""


def style(catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """The style in one language (``zh-CN`` or ``en``), the same value for the same arguments."""
    return _style(catalogue, "en" if lang.lower().startswith("en") else "zh-CN")


@lru_cache(KEPT_STYLES)
def _style(catalogue: Catalogue, lang: str) -> dict[str, Any]:
    return {
        "version": 8,
        "name": "Dayuan",
        "metadata": _metadata(catalogue, lang),
        "center": [113.15, 27.83],
        "zoom": 16.5,
        "pitch": 55,
        "bearing": -17,
        "light": {
            "anchor": "viewport",
            "color": "#DCE8F6",
            "intensity": 0.38,
            "position": [1.4, 215, 38],
        },
        "sky": {
            "sky-color": "#0B141E",
            "horizon-color": "#16273A",
            "fog-color": GROUND,
            "fog-ground-blend": 0.55,
            "horizon-fog-blend": 0.7,
            "sky-horizon-blend": 0.9,
            "atmosphere-blend": 0,
        },
        "sources": {name: _source(name) for name in SOURCES},
        "state": {"open": {"default": []}},
        "layers": [_layer(part) for part in _PARTS],
    }


def _source(name: str) -> dict[str, Any]:
    empty = {"type": "FeatureCollection", "features": []}
    # A buffer as wide as the largest glow keeps it whole across tile borders.
    return {"type": "geojson", "promoteId": "id", "data": empty, "maxzoom": 18, "buffer": 128,
            "tolerance": 0.1}  # fmt: skip


def _layer(part: StyleLayer) -> dict[str, Any]:
    """A part as the style wants it; empty tables are left out."""
    found: dict[str, Any] = {"id": part.id, "type": part.type}
    if part.source:
        found["source"] = part.source
    if part.switch:
        found["metadata"] = {"dayuan:layer": part.switch}
    for name, value in (
        ("minzoom", part.minzoom),
        ("maxzoom", part.maxzoom),
        ("filter", part.filter),
        ("layout", part.layout),
        ("paint", part.paint),
    ):
        if value:
            found[name] = value
    return found


def _pattern(part: StyleLayer) -> dict[str, Any]:
    """A layer that the browser adds once per set of tiles, and under which other layer."""
    under = {"dayuan:before": tiles.BEFORE[part.id]}
    plain = _layer(part) | {"source-layer": tiles.TILE_LAYER}
    return plain | {"metadata": plain["metadata"] | under}


def _metadata(catalogue: Catalogue, lang: str) -> dict[str, Any]:
    english = lang == "en"
    return {
        "dayuan:band": BAND_ZOOM,
        "dayuan:crowded": {"zoom": records.CROWDED_ZOOM, "dots": records.DOTS},
        "dayuan:basemap": tiles.BASEMAP,
        "dayuan:tiles": [_pattern(part) for part in tiles.TILE_PARTS],
        "dayuan:by_age": list(BY_AGE),
        "dayuan:palette": TITLES | {f"level{level}": colour for level, colour in LEVELS.items()},
        "dayuan:kinds": {
            name: {
                "layer": kind.layer,
                "label": kind.en if english else kind.label,
                "glyph": kind.glyph,
                "states": list(kind.states),
                "quantities": dict(kind.quantities),
            }
            for name, kind in catalogue.devices.items()
        },
        "dayuan:incidents": {
            name: kind.en if english else kind.label for name, kind in catalogue.incidents.items()
        },
    }
