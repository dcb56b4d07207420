"""Where cameras stand and look: at the gates, then wherever most is seen that nobody sees yet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point

from geodata.drawing.site_plan import SitePlan

RANGE_M = 45.0
HFOV_DEG = 67.7
"""A 4 mm lens on a 1/2.8 inch sensor; with 1920 pixels it detects (25 px/m) up to 57 m."""
GATE_HFOV_DEG = 87.6
GATE_RANGE_M = 30.0
SAMPLE_M = 6.0
DOOR_WEIGHT = 2.5
"""A door counts as much as so many samples of way."""
DIRECTIONS = 24
PER_BUILDING = 0.7
LEAST = 4

Floats = NDArray[np.float64]


class Eye(NamedTuple):
    """A camera: where it stands, its bearing, field of view and range, and its name."""

    at: Point
    azimuth_deg: float
    hfov_deg: float
    range_m: float
    name: str


def propose(site: SitePlan) -> list[Eye]:
    """Cameras for a site: one a gate, then about seven for ten buildings in all."""
    solid = site.solid()
    shapely.prepare(solid)
    goals, weights = _goals(site)
    eyes = [_at_gate(site, number) for number in range(len(site.gates))]
    for eye in eyes:
        weights[_seen(eye, goals, solid)] = 0.0
    masts = _masts(site)
    views = _views(masts, goals, solid)
    wanted = max(LEAST, round(PER_BUILDING * len(site.buildings)))
    while len(eyes) < wanted and len(masts):
        gains = views @ weights
        best = int(np.argmax(gains))
        if gains[best] < 2.0:
            break
        mast, direction = divmod(best, DIRECTIONS)
        azimuth = direction * 360.0 / DIRECTIONS
        eyes.append(Eye(Point(masts[mast]), azimuth, HFOV_DEG, RANGE_M, ""))
        weights[views[best]] *= 0.1
        rows = slice(mast * DIRECTIONS, (mast + 1) * DIRECTIONS)
        views[rows] = False
    return eyes


def _goals(site: SitePlan) -> tuple[Floats, Floats]:
    """What is to be seen: samples of the ways inside, and the doors; with their weights."""
    inside = [way.line.intersection(site.outline) for way in site.ways if way.width_m > 2.0]
    marks = shapely.get_coordinates([shapely.segmentize(line, SAMPLE_M) for line in inside])
    doors = np.array([(d.at.x, d.at.y) for house in site.buildings for d in house.doors])
    if not len(doors):
        return marks, np.ones(len(marks))
    weights = np.concatenate((np.ones(len(marks)), np.full(len(doors), DOOR_WEIGHT)))
    return np.concatenate((marks, doors)), weights


def _masts(site: SitePlan) -> Floats:
    """Ground beside junctions and bends of the ways on which a mast may stand."""
    corners = shapely.get_coordinates([way.line for way in site.ways])
    round_about = np.array([(4.2, 0.0), (-2.1, 3.6), (-2.1, -3.6)])
    spots = np.unique((corners[:, None, :] + round_about).reshape(-1, 2).round(1), axis=0)
    taken = [site.solid(0.8), site.paved(0.3)]
    taken += [p.outline for p in site.areas if p.kind in {"parking", "water", "tree"}]
    points = shapely.points(spots)
    ground = site.outline.buffer(-0.8)
    free = shapely.contains(ground, points) & ~shapely.intersects(shapely.union_all(taken), points)
    return np.asarray(spots[free])


def _views(masts: Floats, goals: Floats, solid: shapely.Geometry) -> NDArray[np.bool_]:
    """For each mast and each direction in turn, which goals a camera there would see."""
    turns = np.arange(DIRECTIONS) * 360.0 / DIRECTIONS
    rows = []
    for mast in masts:
        clear, bearings = _in_sight(mast, goals, RANGE_M, solid)
        off = np.abs((bearings - turns[:, None] + 180.0) % 360.0 - 180.0)
        rows.append(clear & (off <= HFOV_DEG / 2))
    return np.concatenate(rows) if rows else np.zeros((0, len(goals)), dtype=bool)


def _in_sight(
    eye: Floats, goals: Floats, reach_m: float, solid: shapely.Geometry
) -> tuple[NDArray[np.bool_], Floats]:
    """Which goals lie within reach with no building between, and the bearing of each."""
    ways = goals - eye
    clear = np.hypot(*ways.T) <= reach_m
    lines = np.stack((np.broadcast_to(eye, goals[clear].shape), goals[clear]), axis=1)
    clear[clear] = ~shapely.intersects(solid, shapely.linestrings(lines))
    return clear, np.degrees(np.arctan2(ways[:, 0], ways[:, 1])) % 360.0


def _seen(eye: Eye, goals: Floats, solid: shapely.Geometry) -> NDArray[np.bool_]:
    clear, bearings = _in_sight(np.array([eye.at.x, eye.at.y]), goals, eye.range_m, solid)
    off = np.abs((bearings - eye.azimuth_deg + 180.0) % 360.0 - 180.0)
    return np.asarray(clear & (off <= eye.hfov_deg / 2))


def _at_gate(site: SitePlan, number: int) -> Eye:
    """A camera inside beside a gate, looking at who comes in."""
    gate = site.gates[number]
    dx, dy = gate.inward
    taken = site.solid(0.6)
    spots = [
        Point(gate.at.x + dx * deep + dy * aside, gate.at.y + dy * deep - dx * aside)
        for deep in (6.0, 8.0, 4.0, 2.5)
        for aside in (5.0, -5.0, 3.8, -3.8)
    ]
    ground = site.outline.buffer(-0.6)
    free = [spot for spot in spots if ground.contains(spot) and not taken.intersects(spot)]
    at = free[0] if free else Point(gate.at.x + dx * 1.5, gate.at.y + dy * 1.5)
    azimuth = float(np.degrees(np.arctan2(gate.at.x - at.x, gate.at.y - at.y)) % 360.0)
    return Eye(at, azimuth, GATE_HFOV_DEG, GATE_RANGE_M, gate.name)
