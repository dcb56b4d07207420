"""Gates where a way comes nearest to the boundary in the east, south, west and north; walls."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Point

from geodata.proposal.drawing import Gate, Site, Way
from geodata.proposal.ways import with_point

# Where a gate looks: its bearing from the middle as a vector east, north; and who goes through.
SIDES = (
    ("东门", (1.0, 0.0), "vehicle"),
    ("南门", (0.0, -1.0), "vehicle"),
    ("西门", (-1.0, 0.0), "pedestrian"),
    ("北门", (0.0, 1.0), "pedestrian"),
)
REACH_M = 30.0
BEYOND_M = 8.0
"""The way goes on this far outside, to where a street would be."""
SETBACK_M = 0.6
"""A gate stands this far inside the line of the wall, and is found clear of it."""
APART_M = 40.0
SHARE = 0.55
"""The middle part of a side, by half its width, in which a gate is looked for."""


def propose(site: Site) -> None:
    """Open the boundary on each side, lead a way through, and build the wall elsewhere."""
    for name, bearing, use in SIDES:
        opening = _opening(site, bearing)
        if opening is not None:
            _open(site, name, use, *opening)
    gaps = shapely.union_all([gate.at.buffer(gate.width_m / 2) for gate in site.gates])
    wall = shapely.line_merge(site.outline.exterior.difference(gaps))
    solid = site.solid(0.3)
    site.walls = [
        part
        for part in shapely.get_parts(wall.difference(solid))
        if part.length > 1.0
    ]


def _opening(site: Site, bearing: tuple[float, float]) -> tuple[int, Point, Point] | None:
    """The way, the point on it and the point on the boundary of the best gate of a side."""
    middle = site.outline.centroid
    solid = site.solid(1.0)
    best: tuple[float, tuple[int, Point, Point]] | None = None
    for number, way in enumerate(site.ways):
        if way.kind == "foot":
            continue
        for at in np.arange(0.0, way.line.length, 4.0):
            foot = way.line.interpolate(at)
            edge = site.outline.exterior.interpolate(site.outline.exterior.project(foot))
            cost = _cost(foot, edge, middle, bearing, site)
            if (best is None or cost < best[0]) and not solid.intersects(LineString([foot, edge])):
                best = (cost, (number, foot, edge))
    return best[1] if best and best[0] < np.inf else None


def _cost(
    foot: Point, edge: Point, middle: Point, bearing: tuple[float, float], site: Site
) -> float:
    """Metres to the boundary, and how far from the middle of the side; infinite: not here."""
    length = foot.distance(edge)
    out = np.array([edge.x - middle.x, edge.y - middle.y])
    ahead = float(out @ bearing)
    aside = abs(float(out @ (-bearing[1], bearing[0])))
    crowded = any(gate.at.distance(edge) < APART_M for gate in site.gates)
    if crowded or not 1.0 < length < REACH_M or ahead <= 0 or aside > ahead * 2 * SHARE + 25.0:
        return float("inf")
    normal = float(np.array([edge.x - foot.x, edge.y - foot.y]) @ bearing) / length
    return float("inf") if normal < 0.6 else length + 0.35 * aside


def _open(site: Site, name: str, use: str, number: int, foot: Point, edge: Point) -> None:
    """Put a gate on the boundary and a way through it."""
    site.ways[number].line = with_point(site.ways[number].line, foot)
    length = foot.distance(edge)
    inward = ((foot.x - edge.x) / length, (foot.y - edge.y) / length)
    end = Point(edge.x - inward[0] * BEYOND_M, edge.y - inward[1] * BEYOND_M)
    kind, width_m = ("road", 5.5) if use == "vehicle" else ("foot", 2.4)
    site.ways.append(Way(kind, LineString([foot, end]), width_m))
    site.gates.append(Gate(name, use, edge, inward))
