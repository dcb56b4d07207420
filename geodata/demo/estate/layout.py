"""A compound drawn by rule into any outline: ring road, lanes, rows of blocks that face south.

The four compounds of the demo street are drawn by hand; the others of the demo city are drawn here
from a ``Brief``: a style, and the numbers that are known. Drawn on the compound's own plane, x
along its street; nothing here knows where on earth that is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import shapely

from geodata.demo.blocks import slab, tower
from geodata.drawing.buildings import XY, DrawnBuilding
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan

Span = tuple[float, float]


@dataclass(frozen=True)
class Style:
    """What blocks of a compound look like and how far apart their rows stand, in metres."""

    floors: tuple[int, ...]
    units: tuple[int, ...]
    pitch_m: float
    unit_m: float = 15.0
    depth_m: float = 11.5
    gap_m: float = 7.0
    tower: bool = False
    flats: int = 2
    share: float = 0.5
    """One-key terminals a unit."""


STYLES = {
    "six": Style((5, 6, 6, 6, 7), (3, 4, 2), 33.4),
    "seven": Style((6, 7, 7), (3, 4), 34.0, unit_m=16.0, depth_m=12.0),
    "old": Style((3, 4, 5, 5, 6), (2, 3, 4), 28.5, unit_m=13.0, depth_m=10.5, share=0.9),
    "office": Style((4, 5, 6, 6, 7), (2, 3, 4), 33.0, unit_m=14.0, share=0.8),
    "dense": Style((5, 6, 7, 7), (3, 4, 3), 28.5, unit_m=12.6, depth_m=10.8, share=0.8),
    "garden": Style((6, 7, 7, 8), (2, 3), 36.0, unit_m=18.0, depth_m=13.0, gap_m=11.0),
    "tower": Style((24, 27, 30), (1,), 78.0, unit_m=32.0, depth_m=21.0, gap_m=14.0, tower=True,
                   flats=4, share=4.0),
    "village": Style((2, 2, 3), (1,), 26.0, unit_m=12.0, depth_m=9.5, gap_m=6.0, flats=1),
}  # fmt: skip
"""The rows that ``lusong.toml`` names."""

RING_M = 9.5
"""From the wall to the middle of the ring road."""
RING_WIDTH_M = 5.0
LANE_WIDTH_M = 3.6
LANE_M = 5.6
"""From the north façade to the middle of the lane that serves it."""
SPINE_M = 150.0
"""Rows longer than this are cut by a road to the north."""
REACH_M = 16.0
"""Doors look this far north for a way."""


@dataclass(frozen=True)
class Brief:
    """What is asked for; zeros are left to the ground."""

    style: str
    cameras: int = 30
    lifts: int = 0
    barriers: int = 0
    buildings: int = 0
    households: int = 0
    grids: int = 0
    bays: int = 0
    court: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass
class Layout:
    """The ways a compound is laid out along, for whatever is drawn next."""

    ring: shapely.Polygon
    lanes: list[float] = field(default_factory=list)
    spines: list[float] = field(default_factory=list)
    courts: list[shapely.Polygon] = field(default_factory=list)


def lay(plan: SitePlan, brief: Brief, rng: random.Random) -> Layout:
    """Draw ring road, spines, lanes and the blocks along them."""
    style = STYLES[brief.style]
    ring = _ring(plan)
    found = Layout(ring)
    plan.path("road", [(x, y) for x, y in ring.exterior.coords], RING_WIDTH_M)
    west, south, east, north = ring.bounds
    cuts = int((east - west) // SPINE_M)
    found.spines = [round(west + (east - west) * n / (cuts + 1), 1) for n in range(1, cuts + 1)]
    souths = _rows(south, north, style)
    found.lanes = [round(y + style.depth_m + LANE_M, 1) for y in souths]
    found.courts = _courts(found, brief, rng)
    _ways(plan, found)
    slots = _slots(plan, found, style, souths, rng)
    _build(plan, style, _chosen(slots, brief, rng), rng)
    _lift(plan, brief)
    return found


def _ring(plan: SitePlan) -> shapely.Polygon:
    inner = plan.outline.buffer(-RING_M, join_style="mitre").simplify(1.2)
    soft = inner.buffer(-5.0, join_style="mitre").buffer(5.0, quad_segs=3).simplify(0.05)
    return shapely.set_precision(shapely.Polygon(soft.exterior), 0.01)


def _rows(south: float, north: float, style: Style) -> list[float]:
    """Where rows have their south façade, spread evenly over the ground there is."""
    first, last = south + 8.5, north - style.depth_m - LANE_M - 0.5
    count = max(1, int((last - first) // style.pitch_m) + 1)
    step = style.pitch_m if count == 1 else min((last - first) / (count - 1), style.pitch_m * 1.15)
    return [round(first + step * n, 1) for n in range(count)]


def _courts(found: Layout, brief: Brief, rng: random.Random) -> list[shapely.Polygon]:
    """Ground kept free between lanes for ponds and squares: two rows high for a pond, else one."""
    courts: list[shapely.Polygon] = []
    rows = len(found.lanes) - 1
    for number, what in enumerate(brief.court):
        high = 2 if what.startswith("pond") and rows > 3 else 1
        if rows < high + number + 2:
            continue
        at = max(0, min(rows - high, round(rows * (number + 1) / (len(brief.court) + 1)) - 1))
        low, top = found.lanes[at], found.lanes[at + high]
        spans = _between(found, low, top)
        west, east = max(spans, key=lambda span: span[1] - span[0])
        wide = min((east - west) * (0.62 if rows > 4 else 0.34), 96.0 if high == 2 else 62.0)
        middle = rng.uniform(west + wide / 2 + 7, east - wide / 2 - 7)
        court = box(round(middle - wide / 2, 1), low, round(middle + wide / 2, 1), top)
        if all(court.distance(other) > 20 for other in courts):
            courts.append(court)
    return courts


def _between(found: Layout, low: float, top: float) -> list[Span]:
    """Stretches between ring and spines that are free at both heights."""
    west = max(_span(found.ring, y)[0] for y in (low, top))
    east = min(_span(found.ring, y)[1] for y in (low, top))
    edges = [west, *(x for x in found.spines if west < x < east), east]
    return list(pairwise(edges))


def _span(shape: shapely.Polygon, y: float) -> Span:
    """From where to where a level line runs inside a shape."""
    west, _, east, _ = shape.bounds
    line = shape.intersection(shapely.LineString([(west - 1, y), (east + 1, y)]))
    return line.bounds[0], line.bounds[2]


def _ways(plan: SitePlan, found: Layout) -> None:
    """Lanes from ring to ring around the courts, and the roads across them."""
    courts = shapely.union_all(found.courts) if found.courts else shapely.Polygon()
    west, south, east, north = found.ring.bounds
    for y in found.lanes:
        line = shapely.LineString([(west - 1, y), (east + 1, y)]).intersection(found.ring)
        _draw(plan, "lane", line.difference(courts.buffer(-0.5)), LANE_WIDTH_M)
    for x in found.spines:
        line = shapely.LineString([(x, south - 1), (x, north + 1)]).intersection(found.ring)
        _draw(plan, "road", line, RING_WIDTH_M)
    for court in found.courts:
        left, low, right, top = court.bounds
        for x in (left, right):
            plan.path("lane", [(x, low), (x, top)], LANE_WIDTH_M)


def _draw(plan: SitePlan, kind: str, lines: shapely.Geometry, width_m: float) -> None:
    for line in shapely.get_parts(lines):
        if line.length > 6.0:
            plan.path(kind, [(round(x, 2), round(y, 2)) for x, y in line.coords], width_m)


def room(plan: SitePlan, found: Layout, margin_m: float = 0.0) -> shapely.Geometry:
    """The ground inside the ring road that is neither way nor court, prepared for asking."""
    taken = [
        way.line.buffer(way.width_m / 2 + 1.4 + margin_m, cap_style="flat")
        for way in plan.ways
        if way.kind != "foot"
    ]
    ground = found.ring.difference(shapely.union_all([*taken, *found.courts]))
    shapely.prepare(ground)
    return ground


def _slots(
    plan: SitePlan, found: Layout, style: Style, souths: Sequence[float], rng: random.Random
) -> list[tuple[XY, int]]:
    """Corners and units of the blocks that find room, row by row from the south."""
    ground = room(plan, found)
    slots = []
    for south in souths:
        low, top = south - 2.4, south + style.depth_m + 2.0
        for west, east in _free(ground, low, top):
            slots += _fill((west + 1.0, east - 1.0), south, style, rng)
    return slots


def _free(ground: shapely.Geometry, low: float, top: float) -> list[Span]:
    """Stretches of a level band that lie wholly on some ground."""
    west, _, east, _ = ground.bounds
    band = box(west, low, east, top)
    bad = shapely.get_parts(band.difference(ground))
    edges, at = [], west
    for start, end in sorted((part.bounds[0], part.bounds[2]) for part in bad):
        if start > at:
            edges.append((at, start))
        at = max(at, end)
    return [*edges, (at, east)] if at < east else edges


def _fill(span: Span, south: float, style: Style, rng: random.Random) -> list[tuple[XY, int]]:
    """Blocks side by side in a span, with what is left shared out between them."""
    left, counts = span[1] - span[0], []
    while True:
        fits = [n for n in style.units if n * style.unit_m <= left]
        if not fits:
            break
        counts.append(rng.choice(fits))
        left -= counts[-1] * style.unit_m + style.gap_m + rng.uniform(0, 2)
    if not counts:
        return []
    used = sum(counts) * style.unit_m
    gap = (span[1] - span[0] - used) / len(counts)
    slots, west = [], span[0] + gap / 2
    for count in counts:
        slots.append(((round(west, 1), round(south + rng.choice((0.0, 0.0, 0.5, -0.5)), 1)), count))
        west += count * style.unit_m + gap
    return slots


def _chosen(slots: list[tuple[XY, int]], brief: Brief, rng: random.Random) -> list[tuple[XY, int]]:
    """As many slots as there are buildings: those left over become gardens."""
    if not brief.buildings or len(slots) <= brief.buildings:
        return slots
    if STYLES[brief.style].tower:
        step = (len(slots) - 1) / max(1, brief.buildings - 1)
        return [slots[round(step * n)] for n in range(brief.buildings)]
    kept = sorted(rng.sample(range(len(slots)), brief.buildings))
    return [slots[n] for n in kept]


def _build(
    plan: SitePlan, style: Style, slots: Sequence[tuple[XY, int]], rng: random.Random
) -> None:
    """Stand the blocks and lead each door to the first way north of it."""
    ways = shapely.union_all([way.line for way in plan.ways])
    for number, (corner, units) in enumerate(slots, start=1):
        floors = rng.choice(style.floors)
        if style.tower:
            middle = (corner[0] + style.unit_m / 2, corner[1] + style.depth_m / 2 + 0.6)
            block = tower(number, middle, floors)
        else:
            block = slab(
                number, corner, units, floors,
                unit_m=style.unit_m, depth_m=style.depth_m, style=rng.randrange(4),
            )  # fmt: skip
        plan.buildings.append(block)
        for door in block.doors:
            goal = _north(ways, door.xy)
            if goal is None:
                raise ValueError(f"{plan.id}: no way north of {block.name}")
            plan.path("foot", [door.xy, goal], 1.6)


def _north(ways: shapely.Geometry, xy: XY) -> XY | None:
    """Where a level ray to the north first meets a way."""
    met = ways.intersection(shapely.LineString([xy, (xy[0], xy[1] + REACH_M + 8)]))
    if met.is_empty:
        return None
    return xy[0], round(min(y for _, y in shapely.get_coordinates(met)), 2)


def _lift(plan: SitePlan, brief: Brief) -> None:
    """Give lifts to as many doors of the tallest blocks; towers have two behind each."""
    if not brief.lifts or STYLES[brief.style].tower:
        return
    left = brief.lifts
    for block in sorted(plan.buildings, key=lambda block: (-block.floors, block.label)):
        doors = tuple(
            replace(door, has_lift=number < left) for number, door in enumerate(block.doors)
        )
        left -= sum(door.has_lift for door in doors)
        plan.buildings[plan.buildings.index(block)] = replace(block, doors=doors)
        if left <= 0:
            return


def households(plan: SitePlan, brief: Brief) -> int:
    """Flats of all blocks that people live in, less a few that stand empty."""
    if brief.households:
        return brief.households
    flats = STYLES[brief.style].flats
    homes = [block for block in plan.buildings if block.use == "residence"]
    return round(0.93 * sum(len(block.doors) * block.floors * flats for block in homes))


def homes_in(blocks: Sequence[DrawnBuilding], part: shapely.Polygon) -> float:
    """A measure of how many live on a piece of ground."""
    weights = (
        len(block.doors) * block.floors
        for block in blocks
        if block.use == "residence"
        and shapely.contains_xy(part, block.outline.centroid.x, block.outline.centroid.y)
    )
    return float(sum(weights))
