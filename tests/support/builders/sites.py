"""Small compounds and files of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geodata.drawing.buildings import DrawnBuilding
from geodata.drawing.site_plan import SitePlan
from twin.places.metres import lonlat_from_xy
from twin.places.model import LonLat

ORIGIN: LonLat = (113.15, 27.83)
HUOJU = Path(__file__).parents[4] / "shared" / "data" / "huoju"
TERRITORY = "lusong.hejiatu.changtangwan.small"

needs_huoju = pytest.mark.skipif(
    not HUOJU.is_dir(), reason=f"the real compound's files are not at {HUOJU}"
)

Corners = list[tuple[float, float]]


def box(west: float, south: float, east: float, north: float) -> Corners:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def degrees(corners: Corners) -> list[list[float]]:
    return [[float(v) for v in pair] for pair in lonlat_from_xy(np.array(corners), ORIGIN)]


def a_feature(corners: Corners | None, **properties: object) -> dict[str, Any]:
    """A polygon feature; ``corners`` are metres about the origin."""
    shape = {"type": "Polygon", "coordinates": [degrees(corners)]} if corners else None
    return {"type": "Feature", "geometry": shape, "properties": properties}


def raw(coordinates: list[Any], **properties: object) -> dict[str, Any]:
    """A polygon feature with coordinates as they are."""
    shape = {"type": "Polygon", "coordinates": coordinates}
    return {"type": "Feature", "geometry": shape, "properties": properties}


OUTLINE = a_feature(box(-90, -70, 90, 70), name="小院")
ROWS = [
    a_feature(box(x, y, x + 42, y + 11), name=f"{number}幢", height=18.0)
    for number, (x, y) in enumerate(
        [(-60, -50), (15, -50), (-60, -12), (15, -12), (-60, 30), (15, 30)], start=1
    )
]


def a_folder(folder: Path, buildings: list[Any] | None = None, **members: object) -> Path:
    """A folder with an outline and six slabs, or with other buildings."""
    write(folder / "outline.geojson", [OUTLINE], **members)
    write(folder / "buildings.geojson", ROWS if buildings is None else buildings, **members)
    return folder


def write(path: Path, features: list[Any], **members: object) -> None:
    content = {"type": "FeatureCollection", "features": features, **members}
    path.write_text(json.dumps(content), "utf-8")


def a_site(territory: str = TERRITORY) -> SitePlan:
    """The same outline and slabs on the drawing board."""
    houses = [
        DrawnBuilding(
            f"b{number}",
            f"{number}幢",
            shapely.box(x, y, x + 42, y + 11),
            floors,
            floors * 2.9,
        )
        for number, (x, y, floors) in enumerate(
            [(-60, -50, 6), (15, -50, 6), (-60, -12, 11), (15, -12, 6), (-60, 30, 6), (15, 30, 18)],
            start=1,
        )
    ]
    return SitePlan.surveyed(territory, ORIGIN, shapely.box(-90, -70, 90, 70), houses)
