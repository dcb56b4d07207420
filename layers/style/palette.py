"""Colours of the map, one table: a grey world in which colour means that something is not normal.

Contrast against the ground and distance between levels under colour-vision deficiencies were
measured once for the values of ``LEVELS``; changing one of them means measuring again.
"""

from __future__ import annotations

GROUND = "#0A0F15"
PANEL = "#101820"
RAISED = "#16202B"
LINE = "#243140"
TEXT = "#E8EEF4"
DIM = "#93A4B5"
ACCENT = "#5FD0C5"
GOOD = "#7FE0A6"
SEEN = "#E9B84A"
"""Cameras that see the selected incident, and what they see."""

LEVELS = {1: "#F5364F", 2: "#FFA02E", 3: "#FFF3A0", 4: "#5AA9FF"}
"""Level of an incident or alarm, Ⅰ critical to Ⅳ minor."""

BRIGHT = {1: "#FF9AA6", 2: "#FFD9A0", 3: "#FFFFE0", 4: "#B9DAFF"}
"""The storey a case is about, inside its building lit in the level's colour."""

AREAS = {
    "green": "#12291D",
    "water": "#0F3048",
    "parking": "#161F2A",
    "bay": "#1A2632",
    "slope": "#2B2A1E",
    "plaza": "#1B2530",
    "sport": "#1B3129",
    "tree": "#1B3F2B",
}
"""Kinds of ground (``twin.places.model.Area``)."""

PATHS = {"road": "#212E3C", "lane": "#1E2A37", "foot": "#19242F"}
"""Kinds of path (``twin.places.model.Path``)."""

WALL = "#275758"
LOW, HIGH = "#2C3C50", "#435C7C"
"""Façades of the lowest and of the highest buildings."""

FACADE = "#384E68"
"""Between the two: what floors' edges fade into from afar."""

FLOOR_EDGE = "#49617C"
ROOF_EDGE = "#5E7794"
CONTEXT = "#111924"
"""Buildings outside the outline."""

TITLES = {
    "ground": GROUND, "panel": PANEL, "raised": RAISED, "line": LINE, "text": TEXT, "dim": DIM,
    "accent": ACCENT, "good": GOOD, "seen": SEEN,
}  # fmt: skip
"""The colours that the browser draws icons with, by name."""
