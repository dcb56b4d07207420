"""Roads, lanes and foot paths of a plan: bends, rows of blocks on lanes, knots, walls, greens."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import shapely

from geodata.demo.blocks import slab
from geodata.drawing.buildings import XY, DrawnBuilding
from geodata.drawing.parts import DrawnArea, Gate
from geodata.drawing.shapes import ROUND, box
from geodata.drawing.site_plan import SitePlan

BAY_M = 6.0
"""A bay for parallel parking (JGJ 100-2015)."""
FAR_M = 1e6
_TURNS = np.radians(np.arange(0, 360, 45))
CROWN = np.column_stack((np.cos(_TURNS), np.sin(_TURNS)))
"""The crown of a tree of radius one."""
NEAR_M = 0.3
"""An end this near to another way is meant to meet it."""


def bend(points: Sequence[XY], radius_m: float = 7.0) -> list[XY]:
    """A line with its corners rounded."""
    bent = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        a, b = _toward(corner, before, radius_m), _toward(corner, after, radius_m)
        bent += [_curve(a, corner, b, t) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return [*bent, points[-1]]


def _toward(start: XY, goal: XY, metres: float) -> XY:
    length = math.dist(start, goal)
    share = min(metres / length, 0.5)
    return (start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share)


def _curve(a: XY, b: XY, c: XY, t: float) -> XY:
    x, y = ((1 - t) ** 2 * a[i] + 2 * t * (1 - t) * b[i] + t**2 * c[i] for i in (0, 1))
    return (round(x, 2), round(y, 2))


def blob(centre: XY, radii: XY, rng: random.Random, points: int = 28) -> shapely.Polygon:
    """A pond's bank: an ellipse with soft waves."""
    waves = [(k, rng.uniform(0.02, 0.09), rng.uniform(0, math.tau)) for k in (2, 3, 5)]
    ring = []
    for n in range(points):
        a = math.tau * n / points
        r = 1 + sum(size * math.sin(k * a + phase) for k, size, phase in waves)
        x, y = radii[0] * r * math.cos(a), radii[1] * r * math.sin(a)
        ring.append((centre[0] + x, centre[1] + y))
    return shapely.set_precision(shapely.Polygon(ring), 0.1)


def around(shape: shapely.Polygon, metres: float) -> list[XY]:
    """A closed way around a shape."""
    ring = shape.buffer(metres).simplify(0.6).exterior
    return [(round(x, 2), round(y, 2)) for x, y in ring.coords]


def link(plan: SitePlan, way: Sequence[XY], *goals: XY) -> None:
    """Lead a foot path from a way, where it is nearest to the first point, through all points."""
    start = min(way, key=lambda xy: math.dist(xy, goals[0]))
    plan.path("foot", [start, *goals], 2.0)


def row(
    plan: SitePlan,
    rng: random.Random,
    span: tuple[float, float],
    south: float,
    units: Sequence[int],
    lane_y: float,
    floors: Sequence[int],
    **shape: float | bool,
) -> None:
    """Stand slabs side by side in a span and lead every door to the lane north of them."""
    unit_m = float(shape.get("unit_m", 15.0))
    gap = (span[1] - span[0] - unit_m * sum(units)) / len(units)
    west = span[0] + gap / 2
    for count in units:
        corner = (round(west, 1), south + rng.choice((0.0, 0.0, 0.6, -0.6)))
        block = slab(
            dwellings(plan) + 1,
            corner,
            count,
            rng.choice(list(floors)),
            style=rng.randrange(4),
            **shape,  # type: ignore[arg-type]
        )
        stand(plan, block, lane_y)
        west += count * unit_m + gap


def dwellings(plan: SitePlan) -> int:
    """How many numbered blocks stand so far."""
    return sum(block.use == "residence" for block in plan.buildings)


def stand(plan: SitePlan, block: DrawnBuilding, lane_y: float | None = None) -> None:
    """Stand a block and lead its doors straight to a lane running west to east."""
    plan.buildings.append(block)
    if lane_y is not None:
        for door in block.doors:
            plan.path("foot", [door.xy, (door.xy[0], lane_y)], 1.6)


def gate(
    plan: SitePlan,
    name: str,
    use: str,
    points: Sequence[XY],
    *,
    wide: bool = False,
    setback_m: float = 0.6,
) -> None:
    """Lead a way out through the wall and put a gate there, ``setback_m`` inside.

    A vehicle gate lets cars through, and so does a ``wide`` one for pedestrians.
    """
    cars = wide or use == "vehicle"
    kind, width_m, opening_m = ("road", 6.0, 8.0) if cars else ("foot", 2.6, 3.4)
    plan.path(kind, points, width_m)
    line = shapely.LineString(points)
    spot = line.intersection(plan.outline.exterior)
    inner = line.interpolate(line.project(spot) - setback_m)
    inward = ((inner.x - spot.x) / setback_m, (inner.y - spot.y) / setback_m)
    plan.gates.append(Gate(name, use, spot, inward, opening_m=opening_m))
    plan.device("gate", name, (inner.x, inner.y), height_m=1.2, use=use)


def park(
    plan: SitePlan, rng: random.Random, spans: Sequence[tuple[float, float]], lane_y: float
) -> None:
    """Parallel bays along the north edge of a lane, in rows of two or three cars."""
    taken = shapely.STRtree(
        [way.line.buffer(way.width_m / 2 + 0.6) for way in plan.ways]
        + [block.outline.buffer(1.5) for block in plan.buildings]
    )
    for west, east in spans:
        x = west + rng.uniform(2, 6)
        while x + 12 < east:
            length = rng.choice((12.0, 18.0))
            strip = box(x, lane_y + 2.5, x + length, lane_y + 4.9)
            if rng.random() < 0.7 and not len(taken.query(strip, predicate="intersects")):
                for bay in range(int(length / BAY_M)):
                    start = round(x + bay * BAY_M, 2)
                    plan.area("parking", box(start, lane_y + 2.5, start + 5.75, lane_y + 4.9))
            x += length + rng.uniform(4, 12)


def plant(plan: SitePlan) -> None:
    """Make green what is neither built nor paved nor water."""
    solid = [block.outline for block in plan.buildings] + [area.outline for area in plan.areas]
    margins = [2.0] * len(plan.buildings) + [0.8] * len(plan.areas)
    taken = [
        *plan.ways_widened(0.9, cap_style="square", quad_segs=ROUND),
        *shapely.buffer(solid, margins, join_style="mitre"),
    ]
    left = plan.outline.buffer(-1.6, join_style="mitre").difference(shapely.union_all(taken))
    opened = left.buffer(-1.7, join_style="mitre").buffer(1.6, join_style="mitre")
    plan.area("green", shapely.set_precision(opened.simplify(0.5), 0.1))


def wood(plan: SitePlan, rng: random.Random, crowns: int) -> None:
    """Plant crowns on the greens, in proportion to their size, none touching another."""
    lawns = [area.outline.buffer(-0.4) for area in plan.areas if area.kind == "green"]
    lawns = [lawn for lawn in lawns if lawn.area > 8.0]
    shapely.prepare(lawns)
    posts = np.array([xy for xy, _ in plan.places] or [(FAR_M, FAR_M)])
    stood = np.tile((FAR_M, FAR_M, 0.0), (crowns + 1, 1))
    count = 0
    for lawn in rng.choices(lawns, [lawn.area for lawn in lawns], k=crowns * 2):
        west, south, east, north = lawn.bounds
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        radius = round(rng.uniform(1.4, 2.4), 1)
        if count == crowns:
            return
        near = stood[: count + 1]
        if (np.hypot(near[:, 0] - x, near[:, 1] - y) - near[:, 2]).min() < radius + 0.5:
            continue
        if np.hypot(posts[:, 0] - x, posts[:, 1] - y).min() < radius + 0.3:
            continue
        crown = shapely.Polygon((CROWN * radius + (x, y)).round(2))
        if lawn.contains(crown):
            stood[count] = x, y, radius
            count += 1
            plan.areas.append(DrawnArea("tree", crown))


def knot(plans: Sequence[SitePlan]) -> None:
    """Give ways that meet or cross one common vertex there, in all plans of the street."""
    ways = [way for plan in plans for way in plan.ways]
    lines = [way.line for way in ways]
    tree = shapely.STRtree(lines)
    near: list[list[int]] = [[] for _ in lines]
    for one, other in zip(*tree.query(lines, predicate="dwithin", distance=NEAR_M), strict=True):
        if one != other:
            near[one].append(int(other))
    meetings = [_meetings(line, [lines[i] for i in near[n]]) for n, line in enumerate(lines)]
    for way, points in zip(ways, meetings, strict=True):
        way.line = shapely.LineString(_threaded(way.line, points))


def _meetings(line: shapely.LineString, others: Sequence[shapely.LineString]) -> list[XY]:
    points = shapely.get_coordinates(shapely.intersection(line, others)).tolist()
    ends = [end for other in others for end in (other.coords[0], other.coords[-1])]
    near = shapely.distance(line, shapely.points(ends)) < NEAR_M if ends else ()
    return [(x, y) for x, y in [*points, *(end for end, on in zip(ends, near, strict=True) if on)]]


def _threaded(line: shapely.LineString, points: Sequence[XY]) -> list[XY]:
    """The line's points and the meetings, in order along it, none within a centimetre twice.

    A way's ends move onto the way they meet, so an end and its meeting are one point.
    """
    along = {0.0: line.coords[0], line.length: line.coords[-1]}
    inner = [*line.coords[1:-1], *points]
    if inner:
        at = shapely.line_locate_point(line, shapely.points(inner)).tolist()
        for metres, xy in zip(at, inner, strict=True):
            along.setdefault(round(metres, 2), xy)
    threaded: list[XY] = []
    for _, (x, y) in sorted(along.items()):
        xy = (round(x, 2), round(y, 2))
        if not threaded or math.dist(xy, threaded[-1]) > 0.02:
            threaded.append(xy)
    return threaded
