"""What lies between the blocks of a drawn compound: gates, courts, small houses, parking bays."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from geodata.demo.blocks import hall
from geodata.demo.estate.layout import Brief, Layout
from geodata.demo.ways import around, blob, gate, link
from geodata.drawing.buildings import XY, Door
from geodata.drawing.parts import DrawnArea
from geodata.drawing.shapes import ROUND, box
from geodata.drawing.site_plan import SitePlan

SIDES = (("南门", 0.0, -1.0), ("北门", 0.0, 1.0), ("东门", 1.0, 0.0), ("西门", -1.0, 0.0))
OUT_M = 70.0
"""A gate opens to a street at most this far from the ring road."""
BAY_M = (2.5, 5.3)
"""A bay at right angles to its lane (JGJ 100-2015: 2.4 m by 5.3 m at least)."""
BAY_GROUP = 8
LEAST_POND_M = 14.0


def gates(
    plan: SitePlan, found: Layout, streets: Sequence[shapely.LineString], brief: Brief
) -> None:
    """A gate on each side that has a street; the first ``barriers`` of them are for vehicles."""
    ring = found.ring.exterior
    net = shapely.union_all(list(streets))
    openings = []
    for name, dx, dy in SIDES:
        start = _at_side(found, dx, dy)
        out = shapely.LineString([start, (start[0] + dx * OUT_M, start[1] + dy * OUT_M)])
        met = out.intersection(net)
        if met.is_empty:
            continue
        end = min(shapely.get_coordinates(met).tolist(), key=lambda xy: math.dist(xy, start))
        openings.append((name, start, (round(end[0], 2), round(end[1], 2)), ring))
    for number, (name, start, end, _) in enumerate(openings):
        # Every main entrance lets cars through.
        use = "vehicle" if number < brief.barriers else "pedestrian"
        gate(plan, name, use, [start, end], wide=name == "南门", setback_m=0.8)


def _at_side(found: Layout, dx: float, dy: float) -> XY:
    """A point of the ring road on one side, away from its corners."""
    west, south, east, north = found.ring.bounds
    middle = (west + east) / 2 + 0.12 * (east - west), (south + north) / 2
    if dy:
        x = middle[0] if not found.spines else found.spines[len(found.spines) // 2]
        line = shapely.LineString([(x, south - 1), (x, north + 1)])
    else:
        between = [a + 0.5 * (b - a) for a, b in zip(found.lanes, found.lanes[1:], strict=False)]
        y = min(between or [middle[1]], key=lambda y: abs(y - middle[1]))
        line = shapely.LineString([(west - 1, y), (east + 1, y)])
    ends = shapely.get_coordinates(line.intersection(found.ring))
    x, y = ends[int(np.argmax(ends @ np.array((dx, dy))))]
    return round(float(x), 2), round(float(y), 2)


# --- courts -------------------------------------------------------------------------------------


def courts(plan: SitePlan, found: Layout, brief: Brief, rng: random.Random) -> None:
    """Fill the courts with what is wanted: a pond, a square, sport, a garden."""
    for court, what in zip(found.courts, brief.court, strict=False):
        kind, _, name = what.partition(":")
        west, south, east, north = court.buffer(-3.2, join_style="mitre").bounds
        middle = ((west + east) / 2, (south + north) / 2)
        if kind == "pond":
            radii = (min((east - west) / 2 - 7, 40), (north - south) / 2 - 6.5)
            bank = blob(middle, radii, rng, points=22)
            way = around(bank, 3.2)
            plan.area("water", bank, name)
            plan.path("foot", way, 2.0)
            for goal in (
                (middle[0], court.bounds[1]), (middle[0], court.bounds[3]),
                (court.bounds[0], middle[1]), (court.bounds[2], middle[1]),
            ):  # fmt: skip
                link(plan, way, goal)
            continue
        plan.path("foot", [(middle[0], court.bounds[1]), (middle[0], court.bounds[3])], 2.4)
        half = (east - west) / 2
        words = {"plaza": ("plaza", f"{plan.name[:2]}广场"), "sport": ("sport", "篮球场")}
        if kind in words:
            left = box(west, south, west + half - 2.4, north - 0.5)
            plan.area(words[kind][0], left.buffer(-0.5), words[kind][1])
            plan.area("plaza", box(west + half + 2.4, south + 1, east, south + 9), "健身广场")
    for what in brief.court[len(found.courts) :]:
        if what.startswith("pond:"):
            _pond(plan, found, what[5:], rng)


def _pond(plan: SitePlan, found: Layout, name: str, rng: random.Random) -> None:
    """A pond on the widest open ground, where no court was left for it."""
    ways = [way.line for way in plan.ways if way.kind != "foot"]
    paths = [way.line for way in plan.ways]
    built = shapely.union_all([block.outline for block in plan.buildings])
    taken = [*shapely.buffer(paths, 3.0, quad_segs=ROUND), built.buffer(3.0)]
    open_ = found.ring.difference(shapely.union_all(taken))
    circle = shapely.maximum_inscribed_circle(open_, 1.0)
    (x, y), radius = circle.coords[0], circle.length
    if radius < LEAST_POND_M:
        return
    bank = blob((x, y), (radius * 0.7, radius * 0.6), rng, points=22)
    way = around(bank, 2.6)
    plan.area("water", bank, name)
    plan.path("foot", way, 2.0)
    spots = shapely.get_coordinates(shapely.segmentize(ways, 5.0)).tolist()
    spots.sort(key=lambda xy: math.dist(xy, (x, y)))
    clear = built.buffer(1.5)
    goal = next(xy for xy in spots if not clear.intersects(shapely.LineString([(x, y), xy])))
    link(plan, way, (round(goal[0], 2), round(goal[1], 2)))


# --- small houses ---------------------------------------------------------------------------------

HOUSES = (
    ("duty", "物业值班室", 11.0, 4.2, 1, "service"),
    ("service", "党群服务中心", 15.0, 4.2, 2, "service"),
    ("pump", "水泵房", 8.0, 4.2, 1, "service"),
)
"""Id, name, width, depth, floors, use; they stand between the ring road and the wall."""
SPOTS = ((0.46, 0.7, 0.4, 0.74), (0.3, 0.82, 0.26, 0.86), (0.14, 0.92, 0.1, 0.56))
"""How far from west to east each looks for its place."""


def houses(plan: SitePlan, found: Layout) -> None:
    """Small houses along the wall, their doors to the ring road."""
    taken = _taken(plan)
    for number, (house, name, wide, deep, floors, use) in enumerate(HOUSES):
        placed = _house(plan, found, taken, number, (wide, deep))
        if placed is not None:
            shape, door, goal, into = placed
            plan.buildings.append(
                hall(house, name, shape, floors, use, Door("1", door, False, into))
            )
            plan.path("foot", [door, goal], 1.6)


def _house(
    plan: SitePlan, found: Layout, taken: shapely.STRtree, number: int, size: XY
) -> tuple[shapely.Polygon, XY, XY, XY] | None:
    """The first spot along the south wall, or else the north wall, with room for a house.

    Spots of the houses before it are not free, for each house tries shares of its own.
    """
    wide, deep = size
    ground = plan.outline.buffer(-0.8)
    west, _, east, _ = found.ring.bounds
    for side in (-1.0, 1.0):
        for share in SPOTS[number]:
            x = round(west + (east - west) * share, 1)
            ends = shapely.get_coordinates(
                found.ring.intersection(shapely.LineString([(x, -999), (x, 999)]))
            )
            road = float(ends[:, 1].max() if side > 0 else ends[:, 1].min())
            edge = round(road + side * 3.8, 2)
            low, high = sorted((edge, edge + side * deep))
            shape = box(x - wide / 2, low, x + wide / 2, high)
            clear = not len(taken.query(shape.buffer(0.6), predicate="intersects"))
            if clear and ground.contains(shape):
                return shape, (x, edge), (x, round(road, 2)), (0.0, side)
    return None


def _taken(plan: SitePlan) -> shapely.STRtree:
    """What stands or runs already, with a margin."""
    solid = [block.outline for block in plan.buildings] + [area.outline for area in plan.areas]
    margins = [0.8] * len(plan.buildings) + [0.4] * len(plan.areas)
    return shapely.STRtree(
        [
            *plan.ways_widened(0.5, quad_segs=ROUND),
            *shapely.buffer(solid, margins, quad_segs=ROUND),
        ]
    )


# --- parking --------------------------------------------------------------------------------------


def bays(plan: SitePlan, found: Layout, count: int, *, exactly: bool) -> None:
    """Bays at right angles along the north edge of the lanes, in groups, ``count`` in all.

    Raises ValueError when ``exactly`` so many are asked for and the ground holds fewer.
    """
    taken = _taken(plan)
    groups = [group for y in found.lanes for group in _groups(found, taken, y)]
    room = sum(map(len, groups))
    if room < count and exactly:
        raise ValueError(f"{plan.id}: room for {room} bays of {count}")
    count = min(count, room)
    step, owed, left = count / max(room, 1), 0.0, count
    for group in groups:
        owed += step * len(group)
        taken = min(len(group), math.ceil(owed - 1e-9), left)
        owed -= taken
        left -= taken
        for shape in group[:taken]:
            plan.areas.append(DrawnArea("bay", shape))


def _groups(
    found: Layout, taken: shapely.STRtree, lane_y: float
) -> Iterator[list[shapely.Polygon]]:
    """Runs of bays that find room along one lane."""
    wide, deep = BAY_M
    south = lane_y + 2.4
    west, east = found.ring.bounds[0] + 5, found.ring.bounds[2] - 5
    xs = np.arange(west, east, wide).round(2)
    shapes = shapely.box(xs, south, (xs + wide - 0.1).round(2), south + deep)
    fits = shapely.contains_properly(found.ring, shapes)
    fits[taken.query(shapes, predicate="intersects")[0]] = False
    run: list[shapely.Polygon] = []
    for shape, free in zip(shapes, fits, strict=True):
        if free and len(run) < BAY_GROUP:
            run.append(shape)
        else:
            if len(run) > 1:
                yield run
            run = []
    if len(run) > 1:
        yield run


def charging(plan: SitePlan) -> list[XY]:
    """Where chargers can stand: behind the far end of every other bay."""
    posts = []
    for bay in [area for area in plan.areas if area.kind == "bay"][::2]:
        west, _, east, north = bay.outline.bounds
        posts.append((round((west + east) / 2, 1), round(north + 0.6, 1)))
    return posts
