"""Style of what cameras see together: coverage, gaps, rings of pixel density, who sees a case."""

from __future__ import annotations

from layers.style.palette import ACCENT, DIM, GROUND, SEEN, TEXT
from layers.style.parts import StyleLayer, by_zoom, get, label, table

GAP, LOST = "#B79BFF", "#FF8FC7"
"""Ground that nobody sees, and ground that is lost without some cameras: no colour of a level."""
_KIND = {"gap": GAP, "lost": LOST, "maybe": DIM}
_HALO = {"text-halo-color": GROUND, "text-halo-width": 1.8}

GROUND_PARTS = (
    StyleLayer(
        id="coverage", type="fill", source="coverage", switch="coverage",
        paint={
            "fill-color": table(get("class"), _KIND, ACCENT),
            "fill-opacity": ["match", get("class"), "gap", 0.14, "lost", 0.5, "maybe", 0.24,
                             ["+", 0.16, ["*", 0.5, ["get", "shade"]]]],
        },
    ),
    StyleLayer(
        id="coverage-hatch", type="fill", source="coverage", switch="coverage",
        filter=["in", get("class"), ["literal", ["gap", "lost"]]],
        paint={"fill-pattern": ["match", get("class"), "lost", "hatch-lost", "hatch-gap"]},
    ),
    StyleLayer(
        id="coverage-edge", type="line", source="coverage", switch="coverage", minzoom=16,
        filter=["in", get("class"), ["literal", ["gap", "lost"]]],
        paint={
            "line-color": table(get("class"), _KIND, ACCENT), "line-opacity": 0.75,
            "line-width": by_zoom(16, 0.6, 19, 1.4),
        },
    ),
)  # fmt: skip

MARK_PARTS = (
    StyleLayer(
        id="draft", type="fill", source="draft",
        paint={"fill-color": ACCENT, "fill-opacity": 0.28},
    ),
    StyleLayer(
        id="draft-edge", type="line", source="draft",
        paint={"line-color": ACCENT, "line-width": by_zoom(16, 1, 19, 2)},
    ),
    StyleLayer(
        id="fields-unsure", type="line", source="fields", switch="fields", minzoom=15.6,
        filter=[">", ["coalesce", get("unsure"), 0], 0],
        paint={
            "line-color": "#6FA8DC", "line-dasharray": [2, 2.4], "line-opacity": 0.8,
            "line-width": by_zoom(16, 0.6, 19, 1.4),
        },
    ),
    StyleLayer(
        id="rings", type="line", source="rings", minzoom=15.6,
        paint={
            "line-color": SEEN, "line-opacity": 0.95, "line-width": by_zoom(16, 1, 19, 2.2),
        },
    ),
)  # fmt: skip

LABEL_PARTS = (
    StyleLayer(
        id="rings-words", type="symbol", source="rings", minzoom=16.4,
        filter=["==", ["geometry-type"], "Point"],
        layout=label(get("words"), by_zoom(16.4, 9, 19, 13), **{
            "text-padding": 1, "text-anchor": "bottom", "text-allow-overlap": True,
        }),
        paint={"text-color": SEEN, **_HALO},
    ),
    StyleLayer(
        id="sighted", type="symbol", source="sighted", minzoom=15.6,
        layout=label(get("words"), by_zoom(15.6, 9, 19, 13), **{
            "text-anchor": "top", "text-offset": [0, 1.1], "text-allow-overlap": True,
        }),
        paint={"text-color": ["case", get("sure"), SEEN, TEXT], **_HALO},
    ),
    StyleLayer(
        id="blind", type="circle", source="blind", switch="coverage", minzoom=15,
        paint={
            "circle-radius": by_zoom(15, 6, 19, 15), "circle-color": "rgba(10,15,21,0.7)",
            "circle-stroke-color": LOST, "circle-stroke-width": 2,
        },
    ),
    StyleLayer(
        id="blind-words", type="symbol", source="blind", switch="coverage", minzoom=15,
        layout=label("✕", by_zoom(15, 9, 19, 18), **{
            "text-allow-overlap": True, "text-ignore-placement": True,
        }),
        paint={"text-color": LOST},
    ),
)  # fmt: skip
