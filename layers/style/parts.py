"""What map layers are made of: the row of one layer, and the expressions they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.style.palette import LEVELS, PANEL

Expression = Any
"""A MapLibre expression, or the plain value in its place."""

BAND_ZOOM = 15.2
"""Below it compounds are roll-ups (band far), above it devices are drawn (band near)."""

FONTS = [
    "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Hiragino Sans GB",
    "sans-serif",
]  # fmt: skip
"""Fonts of the viewer's machine, first that exists."""

BY_AGE = (1.0, 0.62, 0.6, 0.4)
"""Opacity of a symbol by the age of what it says: fresh, faded, hollow, gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleLayer:
    """One layer of the style. ``switch`` is the layer switch that shows it, none: always."""

    id: str
    type: str
    source: str = ""
    switch: str = ""
    minzoom: float = 0.0
    maxzoom: float = 0.0
    filter: list[Any] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    paint: dict[str, Any] = field(default_factory=dict)


def state(name: str, otherwise: Any) -> Expression:
    """A value set by feature-state, or ``otherwise`` while nothing was set."""
    return ["coalesce", ["feature-state", name], otherwise]


def get(name: str) -> Expression:
    """A feature's property."""
    return ["get", name]


def by_zoom(*stops: Any, base: float = 1.0) -> Expression:
    """A value growing between zoom stops: ``by_zoom(14, 1, 18, 4)``."""
    curve = ["linear"] if base == 1.0 else ["exponential", base]
    return ["interpolate", curve, ["zoom"], *stops]


def metres(width: Expression) -> Expression:
    """A line width in metres, right at every zoom at 28° of latitude (512-pixel tiles).

    Pixels a metre: ``512 * 2 ** zoom / (40_075_017 * cos(28°))``.
    """
    scale = 512 / (40_075_017 * 0.8829)
    return by_zoom(
        14, ["max", 0.4, ["*", width, scale * 2**14]], 22, ["*", width, scale * 2**22], base=2
    )


def level_colour(level: Expression, otherwise: str) -> Expression:
    """The colour of a level."""
    return ["match", level, *(part for row in LEVELS.items() for part in row), otherwise]


def table(key: Expression, colours: Mapping[Any, str], otherwise: str) -> Expression:
    """A colour by a word or a number."""
    return ["match", key, *(part for row in colours.items() for part in row), otherwise]


def age_opacity() -> Expression:
    """Opacity of a device's symbol: fresh, faded, hollow, gone."""
    *known, gone = BY_AGE
    rows = (part for row in enumerate(known) for part in row)
    return ["match", state("age", 0), *rows, gone]


def badge_fill(ground: str = PANEL) -> Expression:
    """Inside of a device's badge: its alarm's colour, else the ground, empty once hollow."""
    hollow = ["case", [">=", state("age", 0), 2], "rgba(10,15,21,0.35)", ground]
    return ["case", [">", state("level", 0), 0], level_colour(state("level", 0), ground), hollow]


def label(text: Expression, size: Expression, **more: Any) -> dict[str, Any]:
    """Layout of a text in the house's letters."""
    return {"text-field": text, "text-font": FONTS, "text-size": size, "text-max-width": 12} | more
