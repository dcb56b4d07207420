"""Spurs from doors and gates to ways that somebody gave: all at once, for they may be many."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Point

from geodata.drawing.parts import Gate, Way
from geodata.drawing.site_plan import SitePlan
from geodata.proposal.ways import SPUR_WIDTH_M

ONTO_M = 60.0
"""A door or gate is led to a given way this far at most; farther away it is unreachable."""


def lead_on(site: SitePlan) -> None:
    """Lead doors and gates straight to the nearest given way that no building stands before.

    All at once, for a map may hold thousands of doors.
    """
    lines = np.array([way.line for way in site.ways])
    doors = [door.at for house in site.buildings for door in house.doors]
    points = np.array([*doors, *(_inside(gate) for gate in site.gates)])
    if not len(points) or not len(lines):
        return
    solid = shapely.STRtree(shapely.buffer([house.outline for house in site.buildings], -0.05))
    row, line = shapely.STRtree(lines).query(points, "dwithin", distance=ONTO_M)
    feet = shapely.line_interpolate_point(
        lines[line], shapely.line_locate_point(lines[line], points[row])
    )
    ends = np.stack((shapely.get_coordinates(points[row]), shapely.get_coordinates(feet)), axis=1)
    spurs = shapely.linestrings(ends)
    barred = np.zeros(len(spurs), bool)
    barred[solid.query(spurs, "intersects")[0]] = True
    lengths = np.where(barred, np.inf, shapely.length(spurs))
    for number in _first(row, lengths):
        if shapely.length(spurs[number]) > 0.05:
            site.ways.append(Way("foot", spurs[number], SPUR_WIDTH_M))


def _first(row: np.ndarray, lengths: np.ndarray) -> list[int]:
    """The shortest finite candidate of each row."""
    order = np.lexsort((lengths, row))
    firsts = order[np.unique(row[order], return_index=True)[1]]
    return [int(n) for n in firsts if np.isfinite(lengths[n])]


def _inside(gate: Gate) -> Point:
    """Where the device of a gate stands: ``proposal.devices`` puts it this far inside."""
    return Point(gate.at.x + gate.inward[0] * 0.6, gate.at.y + gate.inward[1] * 0.6)
