"""Gates where a way comes nearest to the boundary in the east, south, west and north."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from shapely import LineString, Point

from geodata.drawing.parts import Gate, Way
from geodata.drawing.site_plan import SitePlan
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
NEAR_M = 12.0
"""Two lanes of one road are one gate."""
SHARE = 0.55
"""The middle part of a side, by half its width, in which a gate is looked for."""


def propose(site: SitePlan) -> None:
    """Open the boundary on each side and lead a way through."""
    for name, bearing, use in SIDES:
        opening = _opening(site, bearing)
        if opening is not None:
            _open(site, name, use, *opening)


def at_crossings(site: SitePlan) -> bool:
    """Gates where given ways lead through the outline; whether there was any.

    The product knows four sides: the widest way on each has the gate, further ones are numbered.
    """
    rim, middle = site.outline.exterior, site.outline.centroid
    given = sorted((way for way in site.ways if way.given), key=lambda way: -way.width_m)
    counts: Counter[str] = Counter()
    for way in given:
        for at in shapely.get_parts(way.line.intersection(rim)):
            if at.geom_type != "Point" or any(g.at.distance(at) < NEAR_M for g in site.gates):
                continue
            out = np.array([at.x - middle.x, at.y - middle.y])
            out = out / (np.hypot(*out) or 1.0)
            side = max(SIDES, key=lambda row: float(out @ row[1]))[0]
            counts[side] += 1
            name = side if counts[side] == 1 else f"{side}{counts[side]}"
            use = "pedestrian" if way.kind == "foot" else "vehicle"
            # The device stands inside of the wall, on the way itself.
            site.gates.append(Gate(name, use, at, _along(way.line, at, site.outline)))
    return bool(site.gates)


def _along(line: LineString, at: Point, outline: shapely.Polygon) -> tuple[float, float]:
    """The unit vector along a line at a point, to the inside."""
    here = line.project(at)
    for step in (1.0, -1.0):
        ahead = line.interpolate(min(max(here + step, 0.0), line.length))
        length = at.distance(ahead)
        if length > 0 and outline.contains(ahead):
            return (ahead.x - at.x) / length, (ahead.y - at.y) / length
    middle = outline.centroid
    length = at.distance(middle) or 1.0
    return (middle.x - at.x) / length, (middle.y - at.y) / length


def _opening(site: SitePlan, bearing: tuple[float, float]) -> tuple[int, Point, Point] | None:
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
    foot: Point, edge: Point, middle: Point, bearing: tuple[float, float], site: SitePlan
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


def _open(site: SitePlan, name: str, use: str, number: int, foot: Point, edge: Point) -> None:
    """Put a gate on the boundary and a way through it."""
    site.ways[number].line = with_point(site.ways[number].line, foot)
    length = foot.distance(edge)
    inward = ((foot.x - edge.x) / length, (foot.y - edge.y) / length)
    end = Point(edge.x - inward[0] * BEYOND_M, edge.y - inward[1] * BEYOND_M)
    kind, width_m = ("road", 5.5) if use == "vehicle" else ("foot", 2.4)
    site.ways.append(Way(kind, LineString([foot, end]), width_m))
    site.gates.append(Gate(name, use, edge, inward))
