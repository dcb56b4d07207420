"""Roads, lanes and foot paths of a plan: bends, rows of blocks on lanes, knots, walls, greens."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import shapely

from geodata.demo.blocks import slab
from geodata.demo.plan import ROUND, Plan, box
from geodata.drawing.buildings import XY, DrawnBuilding

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


def link(plan: Plan, way: Sequence[XY], *goals: XY) -> None:
    """Lead a foot path from a way, where it is nearest to the first point, through all points."""
    start = min(way, key=lambda xy: math.dist(xy, goals[0]))
    plan.path("foot", [start, *goals], 2.0)


def row(
    plan: Plan,
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


def dwellings(plan: Plan) -> int:
    """How many numbered blocks stand so far."""
    return sum(block.use == "residence" for block in plan.blocks)


def stand(plan: Plan, block: DrawnBuilding, lane_y: float | None = None) -> None:
    """Stand a block and lead its doors straight to a lane running west to east."""
    plan.blocks.append(block)
    if lane_y is not None:
        for door in block.doors:
            plan.path("foot", [door.xy, (door.xy[0], lane_y)], 1.6)


def gate(plan: Plan, name: str, use: str, points: Sequence[XY]) -> None:
    """Open the wall where a way crosses it, and put a gate there, half a metre inside."""
    kind, width_m = ("road", 6.0) if use == "vehicle" else ("foot", 2.6)
    plan.path(kind, points, width_m)
    line = shapely.LineString(points)
    spot = line.intersection(plan.outline.exterior)
    inner = shapely.line_interpolate_point(line, shapely.line_locate_point(line, spot) - 0.6)
    plan.gaps.append((spot, 8.0 if use == "vehicle" else 3.4))
    plan.device("gate", name, (inner.x, inner.y), height_m=1.2, use=use)


def enclose(plan: Plan) -> None:
    """Build the wall on the outline, with a gap at every gate."""
    openings = [spot.buffer(width / 2) for spot, width in plan.gaps]
    wall = shapely.line_merge(plan.outline.exterior.difference(shapely.union_all(openings)))
    for part in shapely.get_parts(wall):
        plan.walls.append([(x, y) for x, y in part.coords])


def park(
    plan: Plan, rng: random.Random, spans: Sequence[tuple[float, float]], lane_y: float
) -> None:
    """Parallel bays along the north edge of a lane, in rows of two or three cars."""
    taken = shapely.STRtree(
        [shapely.LineString(points).buffer(width / 2 + 0.6) for _, points, width in plan.lines]
        + [block.outline.buffer(1.5) for block in plan.blocks]
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


def plant(plan: Plan) -> None:
    """Make green what is neither built nor paved nor water."""
    lines = [shapely.LineString(points) for _, points, _ in plan.lines]
    halves = [width / 2 + 0.9 for _, _, width in plan.lines]
    solid = [block.outline for block in plan.blocks] + [shape for _, shape, _ in plan.areas]
    margins = [2.0] * len(plan.blocks) + [0.8] * len(plan.areas)
    taken = [
        *shapely.buffer(lines, halves, cap_style="square", quad_segs=ROUND),
        *shapely.buffer(solid, margins, join_style="mitre"),
    ]
    left = plan.outline.buffer(-1.6, join_style="mitre").difference(shapely.union_all(taken))
    opened = left.buffer(-1.7, join_style="mitre").buffer(1.6, join_style="mitre")
    plan.area("green", shapely.set_precision(opened.simplify(0.5), 0.1))


def wood(plan: Plan, rng: random.Random, crowns: int) -> None:
    """Plant crowns on the greens, in proportion to their size, none touching another."""
    lawns = [shape.buffer(-0.4) for kind, shape, _ in plan.areas if kind == "green"]
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
            plan.areas.append(("tree", crown, ""))


def knot(plans: Sequence[Plan]) -> None:
    """Give ways that meet or cross one common vertex there, in all plans of the street."""
    owners = [(plan, n) for plan in plans for n in range(len(plan.lines))]
    lines = [shapely.LineString(plan.lines[n][1]) for plan, n in owners]
    tree = shapely.STRtree(lines)
    near: list[list[int]] = [[] for _ in lines]
    for one, other in zip(*tree.query(lines, predicate="dwithin", distance=NEAR_M), strict=True):
        if one != other:
            near[one].append(int(other))
    meetings = [_meetings(line, [lines[i] for i in near[n]]) for n, line in enumerate(lines)]
    for (plan, n), line, points in zip(owners, lines, meetings, strict=True):
        kind, _, width = plan.lines[n]
        plan.lines[n] = (kind, _threaded(line, points), width)


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
