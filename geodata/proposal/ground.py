"""Greens, parking bays and trees: what buildings and ways leave over."""

from __future__ import annotations

import math
import random

import numpy as np
import shapely
from shapely import Polygon

from geodata.drawing.parts import DrawnArea
from geodata.drawing.shapes import box, heading, without_holes
from geodata.drawing.site_plan import SitePlan

APRON_M = 1.4
"""Paved ground around a building."""
VERGE_M = 0.5
SOFT_M = 1.3
"""Greens narrower than twice this are paved."""
LEAST_M2 = 30.0
BAY_M = (2.5, 5.2)
"""A bay for a car at a right angle to its lane (JGJ 100-2015)."""
BAYS_IN_A_ROW = (4, 7)
SHARE = 0.6
"""The share of possible rows that become bays."""
TREE_M = (1.4, 2.3)
TREES = 160


def propose(site: SitePlan, rng: random.Random) -> None:
    """Lay out bays along roads and lanes, then greens on what is left, then trees on those."""
    site.areas += bays(site, rng)
    site.areas += greens(site)
    site.areas += trees(site, rng)


def bays(site: SitePlan, rng: random.Random) -> list[DrawnArea]:
    """Bays beside roads and lanes, in rows of four to seven, where there is room for them."""
    taken = [site.solid(2.2), site.paved(0.1), *(gate.at.buffer(14) for gate in site.gates)]
    blocked = shapely.union_all(taken)
    ground = site.outline.buffer(-1.2)
    shapely.prepare(blocked)
    shapely.prepare(ground)
    found: list[Polygon] = []
    for way in (way for way in site.ways if way.kind != "foot"):
        for side in (-1.0, 1.0):
            found += _beside(way.line, way.width_m, side, rng)
    kept: list[Polygon] = []
    for bay in found:
        clear = not blocked.intersects(bay) and ground.contains(bay)
        if clear and not any(bay.distance(other) < 0.05 for other in kept[-40:]):
            kept.append(bay)
    if not kept:
        return []
    first, second = shapely.STRtree(kept).query(kept, predicate="overlaps")
    doubled = {max(int(i), int(j)) for i, j in zip(first, second, strict=True)}
    return [DrawnArea("parking", bay) for n, bay in enumerate(kept) if n not in doubled]


def _beside(
    line: shapely.LineString, width_m: float, side: float, rng: random.Random
) -> list[Polygon]:
    """Rows of bays along one side of a line, with a gap for a tree between two rows."""
    made: list[Polygon] = []
    at = 9.0
    while at < line.length - 9.0:
        filled = rng.random() < SHARE
        for _ in range(rng.randint(*BAYS_IN_A_ROW)):
            if filled:
                made.append(_bay(line, at, width_m / 2 + 0.2, side))
            at += BAY_M[0] + 0.12
        at += 3.0
    return made


def _bay(line: shapely.LineString, at: float, off_m: float, side: float) -> Polygon:
    here, turn = heading(line, at)
    near, far = sorted((side * off_m, side * (off_m + BAY_M[1])))
    shape = box(-BAY_M[0] / 2, near, BAY_M[0] / 2, far)
    c, s = math.cos(turn), math.sin(turn)
    return shapely.transform(
        shape, lambda xy: xy @ np.array([[c, s], [-s, c]]) + np.array([here.x, here.y])
    )


def greens(site: SitePlan) -> list[DrawnArea]:
    """The ground that nothing else takes, with soft corners, cut where it would have holes."""
    taken = [site.solid(APRON_M), site.paved(VERGE_M)]
    taken += [patch.outline.buffer(VERGE_M, join_style="mitre") for patch in site.areas]
    left = site.outline.buffer(-1.0).difference(shapely.union_all(taken))
    soft = left.buffer(-SOFT_M).buffer(SOFT_M, quad_segs=2).simplify(0.25)
    return [
        DrawnArea("green", part)
        for piece in shapely.get_parts(soft)
        for part in without_holes(piece)
        if part.area > LEAST_M2
    ]


def trees(site: SitePlan, rng: random.Random) -> list[DrawnArea]:
    """Crowns scattered over the greens, none nearer to another than they are wide."""
    lawns = [patch.outline for patch in site.areas if patch.kind == "green"]
    if not lawns:
        return []
    weights = [lawn.area for lawn in lawns]
    made: list[Polygon] = []
    for _ in range(TREES * 4):
        if len(made) >= TREES:
            break
        lawn = rng.choices(lawns, weights)[0]
        west, south, east, north = lawn.bounds
        centre = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        crown = centre.buffer(rng.uniform(*TREE_M), quad_segs=2)
        if lawn.contains(crown) and all(crown.distance(other) > 0.8 for other in made):
            made.append(crown)
    return [DrawnArea("tree", crown) for crown in made]
