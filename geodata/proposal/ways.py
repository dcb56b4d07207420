"""Ways through the free ground: its middle line, tidied into one network, and spurs to doors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import QhullError, Voronoi
from shapely import LineString, Point

from geodata.drawing.parts import Way
from geodata.drawing.site_plan import SitePlan

WALL_M = 1.0
"""Ground along the wall on which nobody walks."""
ASIDE_M = 1.2
NOTCH_M = 4.0
"""Notches narrower than twice this do not bend a way."""
SAMPLE_M = 3.0
CLEAR_M = 1.6
"""A way needs this much free ground to either side."""
DEAD_END_M = 45.0
SMOOTH_M = 1.5
OUTER_M = 17.0
SPUR_M = 90.0
SPUR_WIDTH_M = 1.8
WIDTHS = {"road": 5.5, "lane": 4.0, "foot": 2.2}

Floats = NDArray[np.float64]
Node = tuple[float, float]


def propose(site: SitePlan) -> None:
    """Draw the ways of a site and lead every door to them; none where no ground is free."""
    free = _free(site)
    edges = _middle_lines(free)
    chains = _chains(_pruned(edges))
    smooth = [_smoothed(chain, free) for chain in chains]
    site.ways = [_way(line, site, free) for line in smooth]
    site.ways += _spurs(site)


def _free(site: SitePlan) -> shapely.Polygon:
    """The largest piece of ground between the buildings and the wall; empty without any."""
    grown = shapely.buffer([house.outline for house in site.buildings], NOTCH_M, join_style="mitre")
    closed = shapely.union_all(shapely.buffer(grown, ASIDE_M - NOTCH_M, join_style="mitre"))
    ground = site.outline.buffer(-WALL_M).difference(closed)
    return max(shapely.get_parts(ground), key=lambda part: part.area, default=shapely.Polygon())


def _middle_lines(free: shapely.Polygon) -> list[tuple[Node, Node]]:
    """Edges as far from one side of the ground as from another, where there is room."""
    if free.is_empty:
        return []
    rim = shapely.get_coordinates(shapely.segmentize(free.boundary, SAMPLE_M))
    try:
        diagram = Voronoi(np.unique(rim, axis=0))
    except QhullError:  # a patch of so little width that its rim is one line
        return []
    inner = [ridge for ridge in diagram.ridge_vertices if -1 not in ridge]
    ridges = np.array(inner, dtype=np.intp).reshape(-1, 2)
    pairs = diagram.vertices[ridges].round(3)
    room = (
        shapely.distance(shapely.points(pairs.reshape(-1, 2)), free.boundary)
        .reshape(-1, 2)
        .min(axis=1)
    )
    shapely.prepare(free)
    kept = (room >= CLEAR_M) & shapely.contains_properly(free, shapely.linestrings(pairs))
    return [((a[0], a[1]), (b[0], b[1])) for a, b in pairs[kept].tolist() if a != b]


def _pruned(edges: Sequence[tuple[Node, Node]]) -> dict[Node, set[Node]]:
    """The largest connected part of a graph without dead ends shorter than 45 m."""
    graph: dict[Node, set[Node]] = defaultdict(set)
    for a, b in edges:
        graph[a].add(b)
        graph[b].add(a)
    graph = _largest(graph)
    while short := _short_end(graph):
        for a, b in pairwise(short):
            graph[a].discard(b)
            graph[b].discard(a)
        graph = {node: near for node, near in graph.items() if near}
    return graph


def _largest(graph: dict[Node, set[Node]]) -> dict[Node, set[Node]]:
    best: set[Node] = set()
    left = set(graph)
    for start in sorted(graph):
        if start not in left:
            continue
        part, front = {start}, [start]
        while front:
            front = [near for node in front for near in graph[node] if near not in part]
            part.update(front)
        left -= part
        best = max(best, part, key=len)
    return {node: graph[node] for node in graph if node in best}


def _short_end(graph: dict[Node, set[Node]]) -> list[Node]:
    """The shortest chain from an end to a junction, when it is short enough to go."""
    ends = [node for node, near in graph.items() if len(near) == 1]
    tails = [_walk(graph, end, next(iter(graph[end]))) for end in sorted(ends)]
    tails = [tail for tail in tails if len(graph[tail[-1]]) > 2]
    lengths = [LineString(tail).length for tail in tails]
    if not lengths or min(lengths) > DEAD_END_M:
        return []
    return tails[int(np.argmin(lengths))]


def _walk(graph: dict[Node, set[Node]], start: Node, step: Node) -> list[Node]:
    """From a node on, until a junction, an end, or the start again."""
    line = [start, step]
    while len(graph[line[-1]]) == 2 and line[-1] != start:
        (ahead,) = graph[line[-1]] - {line[-2]}
        line.append(ahead)
    return line


def _chains(graph: dict[Node, set[Node]]) -> list[list[Node]]:
    """Lines between junctions and ends; a ring without a junction is one line."""
    knots = sorted(node for node, near in graph.items() if len(near) != 2) or sorted(graph)[:1]
    found: dict[frozenset[Node], list[Node]] = {}
    for knot in knots:
        for step in sorted(graph[knot]):
            line = _walk(graph, knot, step)
            found.setdefault(frozenset(line[:2]) | frozenset(line[-2:]), line)
    return list(found.values())


def _smoothed(chain: Sequence[Node], free: shapely.Polygon) -> LineString:
    """A line with fewer corners and the same ends, as long as it keeps to the free ground."""
    line = LineString(chain)
    for tolerance in (SMOOTH_M * 2, SMOOTH_M, SMOOTH_M / 2):
        simple = line.simplify(tolerance)
        if free.contains(simple):
            return simple
    return line


def _way(line: LineString, site: SitePlan, free: shapely.Polygon) -> Way:
    """Roads run along the wall or have room for two cars; footpaths are what is narrow."""
    marks = shapely.line_interpolate_point(line, np.linspace(0.1, 0.9, 9), normalized=True)
    room = float(np.quantile(shapely.distance(marks, free.boundary), 0.3))
    wall = float(np.median(shapely.distance(marks, site.outline.exterior)))
    kind = "road" if wall < OUTER_M and room > 2.2 else "lane" if room > 3.2 else "foot"
    return Way(kind, line, min(WIDTHS[kind], 2 * room + 1.0))


def _spurs(site: SitePlan) -> list[Way]:
    """A footpath from each door to the nearest way in sight; the way gets a point there."""
    walls = site.solid(-0.05)
    shapely.prepare(walls)
    made: list[Way] = []
    for door in (door for house in site.buildings for door in house.doors):
        lines = [way.line for way in site.ways]
        near = shapely.STRtree(lines).query(door.at, predicate="dwithin", distance=SPUR_M)
        foot = _foot(door.at, [(int(i), lines[i]) for i in near], walls)
        if foot is not None:
            number, point = foot
            site.ways[number].line = with_point(site.ways[number].line, point)
            made.append(Way("foot", LineString([door.at, point]), SPUR_WIDTH_M))
    return made


def _foot(
    door: Point, lines: Sequence[tuple[int, LineString]], walls: shapely.Geometry
) -> tuple[int, Point] | None:
    """The nearest point of the lines that a straight spur reaches without meeting a wall."""
    feet = [(n, line.interpolate(line.project(door))) for n, line in lines]
    more = [
        (n, line.interpolate(at)) for n, line in lines for at in np.arange(1.0, line.length, 3.0)
    ]
    for candidates in (feet, more):
        for n, foot in sorted(candidates, key=lambda found: found[1].distance(door)):
            if not walls.intersects(LineString([door, foot])):
                return n, foot
    return None


def with_point(line: LineString, point: Point) -> LineString:
    """The line with a corner at a point on it, unless one is there already."""
    coords = [(x, y) for x, y in line.coords]
    if any(abs(x - point.x) + abs(y - point.y) < 1e-6 for x, y in coords):
        return line
    at = line.project(point)
    along = 0.0
    for number, (a, b) in enumerate(pairwise(coords), start=1):
        along += float(np.hypot(b[0] - a[0], b[1] - a[1]))
        if along >= at:
            return LineString([*coords[:number], (point.x, point.y), *coords[number:]])
    return line
