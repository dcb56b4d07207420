"""The page ``/import``: files in, a trial with its report and map, the import, and undo.

Drawn by the server like the login; one module fills it. There is no inline script.
"""

from __future__ import annotations

from collections.abc import Sequence

from pages.templating import page

REFERENCES = ("WGS84", "CGCS2000", "GCJ02", "BD09")
MAPPED = ("id", "kind", "name", "lon", "lat", "azimuth_deg", "height_m", "building", "unit")
"""Fields of a device list whose columns may be named here; the rest by a saved mapping."""


def render(lang: str, prefixes: Sequence[str]) -> str:
    """The whole page, for an administrator of some territories."""
    return page("import.html", lang, prefixes=list(prefixes), references=REFERENCES, mapped=MAPPED)
