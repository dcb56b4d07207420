"""Grids of a compound: its ground halved again and again along its ways, so that all hold alike."""

from __future__ import annotations

import shapely

from geodata.demo.estate.layout import Layout, homes_in
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan

BASIC_HOUSEHOLDS = 500
"""One basic grid for so many households (the rule of 军门社区)."""
LANE_EDGE_M, SPINE_EDGE_M = 2.3, 3.05
"""A border runs along the far kerb of the way, so that the way lies in one grid."""
LEAST_M = 24.0
JOIN_M = 0.008


def grids(plan: SitePlan, found: Layout, count: int) -> list[shapely.Polygon]:
    """The ground of a compound in ``count`` parts, north-west first, with common vertices."""
    parts = [plan.outline]
    while len(parts) < count:
        part = max(parts, key=lambda part: homes_in(plan.buildings, part))
        halves = _halved(plan, found, part)
        if not halves:
            break
        parts.remove(part)
        parts += halves
    ordered = sorted(parts, key=lambda part: (-round(part.centroid.y / 60), part.centroid.x))
    # The outline gets the borders' ends as corners, too: rounded to a centimetre on their own,
    # they would leave slivers along its long sides.
    *ordered, plan.outline = _with_shared_corners([*ordered, plan.outline])
    return ordered


def _halved(plan: SitePlan, found: Layout, part: shapely.Polygon) -> list[shapely.Polygon]:
    """A part cut where both halves hold most alike; nothing when no way leads through."""
    west, south, east, north = part.bounds
    level = [y + LANE_EDGE_M for y in found.lanes]
    upright = [x + SPINE_EDGE_M for x in found.spines]
    cuts = [
        (box(west - 1, south - 1, east + 1, y), box(west - 1, y, east + 1, north + 1))
        for y in level
        if south + LEAST_M < y < north - LEAST_M
    ] + [
        (box(west - 1, south - 1, x, north + 1), box(x, south - 1, east + 1, north + 1))
        for x in upright
        if west + LEAST_M < x < east - LEAST_M
    ]
    best: tuple[float, list[shapely.Polygon]] | None = None
    for one, other in cuts:
        halves = [part.intersection(one), part.intersection(other)]
        if all(isinstance(half, shapely.Polygon) for half in halves):
            homes = [homes_in(plan.buildings, half) for half in halves]
            stretched = sum(half.length**2 / half.area for half in halves) / 4000
            worth = abs(homes[0] - homes[1]) / (sum(homes) or 1.0) + stretched
            if best is None or worth < best[0]:
                best = (worth, halves)
    return best[1] if best else []


def _with_shared_corners(parts: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """The parts with every corner of a neighbour that lies on their edge as a corner of theirs."""
    corners = {(round(x, 3), round(y, 3)) for part in parts for x, y in part.exterior.coords}
    points = shapely.points(sorted(corners))
    found = []
    for part in parts:
        edge = part.exterior
        on = points[shapely.distance(points, edge) < JOIN_M]
        along = dict(zip(shapely.line_locate_point(edge, on).round(2), on, strict=True))
        found.append(shapely.Polygon([along[at] for at in sorted(along)]))
    return found
