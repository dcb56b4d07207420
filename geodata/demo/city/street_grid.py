"""The ground plan of a demo district: streets along and across a river that winds.

Positions on it are (v, u): metres along the river's course, and metres from a line a good way
inland. Streets run along either; their meshes are cells, cells are cut into parcels. Every edge is
sampled at the same places, so that neighbours share their vertices and no sliver lies between.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.demo.plane import ANCHOR
from geodata.drawing.buildings import XY
from geodata.drawing.plane import Plane
from twin.places.model import LonLat

SAMPLE_M = 25.0
WALK_M = 6.0
"""From the kerb of a street to what stands beside it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """The course of the river: its bearing swings like a sine about ``turn_deg``."""

    anchor: LonLat = ANCHOR
    middle: XY = (0.0, 0.0)
    turn_deg: float = 6.0
    swing_deg: float = 11.0
    period_m: float = 5600.0
    reach_m: float = 4000.0

    def angle(self, v: float) -> float:
        """How far the lines along the river point north of east at ``v``, degrees."""
        return self.turn_deg + self.swing_deg * math.sin(math.tau * v / self.period_m)

    @cached_property
    def _table(self) -> tuple[Floats, Floats, Floats]:
        v = np.arange(-self.reach_m, self.reach_m + 1, 5.0)
        turns = np.radians([self.angle(at) for at in v])
        steps = np.column_stack((np.cos(turns), np.sin(turns)))
        middles = (steps[1:] + steps[:-1]) * 2.5
        xy = np.vstack(([(0.0, 0.0)], np.cumsum(middles, axis=0)))
        return v, xy - xy[len(v) // 2] + self.middle, turns

    def metres(self, points: Sequence[XY]) -> Floats:
        """(v, u) to metres east and north of the anchor."""
        v, u = np.asarray(points, dtype=np.float64).T
        table, xy, turns = self._table
        turn = np.interp(v, table, turns)
        x = np.interp(v, table, xy[:, 0]) - u * np.sin(turn)
        y = np.interp(v, table, xy[:, 1]) + u * np.cos(turn)
        return np.column_stack((x, y))

    def frame(self, v: float, u: float) -> Plane:
        """A plane whose zero lies at a point and whose x axis runs along the river there."""
        ((x, y),) = self.metres([(v, u)]).tolist()
        return Plane(self.anchor, turn_deg=self.angle(v), shift=(x, y))


@dataclass(frozen=True)
class Cell:
    """A mesh of the streets, or a part of one."""

    v0: float
    v1: float
    u0: float
    u1: float

    @property
    def middle(self) -> XY:
        """Its centre in (v, u)."""
        return (self.v0 + self.v1) / 2, (self.u0 + self.u1) / 2

    def holds(self, v: float, u: float) -> bool:
        """Whether a point lies inside."""
        return self.v0 < v < self.v1 and self.u0 < u < self.u1

    def shrunk(self, west: float, east: float, south: float, north: float) -> Cell:
        """The cell without strips along its sides."""
        return Cell(self.v0 + west, self.v1 - east, self.u0 + south, self.u1 - north)


@dataclass(frozen=True)
class Street:
    """A stretch of street between two crossings, in (v, u), and how wide it is."""

    line: tuple[XY, ...]
    width_m: float
    name: str = ""

    @property
    def middle(self) -> XY:
        """A point half-way along."""
        (a, b), (c, d) = self.line[0], self.line[-1]
        return (a + c) / 2, (b + d) / 2


@dataclass(frozen=True)
class StreetGrid:
    """Lines across (``vs``) and along (``us``) the river, with the name and width of each.

    ``merged`` are rectangles in which the street grid is not built; each is one cell.
    """

    course: Course
    vs: tuple[float, ...]
    us: tuple[float, ...]
    wide: dict[tuple[str, float], tuple[float, str]]
    merged: tuple[Cell, ...] = ()
    usual_m: float = 15.0

    def samples(self, line: str, start: float, end: float) -> list[float]:
        """Where an edge along ``v`` or ``u`` gets points: crossings, and steps where it bends."""
        crossings = self.vs if line == "v" else self.us
        found = {start, end, *(at for at in crossings if start < at < end)}
        if line == "v":
            first = math.ceil(start / SAMPLE_M)
            found |= {n * SAMPLE_M for n in range(first, math.ceil(end / SAMPLE_M))}
        found.discard(-0.0)
        return sorted(found | ({0.0} if start <= 0 <= end else set()))

    def outline(self, cell: Cell) -> list[XY]:
        """The closed ring of a cell in (v, u), counter-clockwise."""
        along, across = self.samples("v", cell.v0, cell.v1), self.samples("u", cell.u0, cell.u1)
        ring = [(v, cell.u0) for v in along] + [(cell.v1, u) for u in across[1:]]
        ring += [(v, cell.u1) for v in along[-2::-1]] + [(cell.v0, u) for u in across[-2::-1]]
        return ring

    def polygon(self, cell: Cell) -> shapely.Polygon:
        """A cell in metres east and north of the anchor."""
        return shapely.Polygon(self.course.metres(self.outline(cell)))

    def cells(self) -> list[Cell]:
        """All meshes, row by row from the river."""
        plain = [
            Cell(v0, v1, u0, u1)
            for u0, u1 in zip(self.us, self.us[1:], strict=False)
            for v0, v1 in zip(self.vs, self.vs[1:], strict=False)
        ]
        return [cell for cell in plain if not self._merged_at(*cell.middle)] + list(self.merged)

    def streets(self) -> Iterator[Street]:
        """Every stretch of street between two crossings."""
        for u in self.us:
            for v0, v1 in zip(self.vs, self.vs[1:], strict=False):
                if not self._merged_at((v0 + v1) / 2, u):
                    line = tuple((v, u) for v in self.samples("v", v0, v1))
                    yield Street(line, *self.way("u", u))
        for v in self.vs:
            for u0, u1 in zip(self.us, self.us[1:], strict=False):
                if not self._merged_at(v, (u0 + u1) / 2):
                    yield Street(((v, u0), (v, u1)), *self.way("v", v))

    def way(self, line: str, at: float) -> tuple[float, str]:
        """Width and name of the street on a line."""
        return self.wide.get((line, at), (self.usual_m, ""))

    def inside(self, cell: Cell) -> Cell:
        """What is left of a mesh behind its streets and their walks."""
        sides = (("v", cell.v0), ("v", cell.v1), ("u", cell.u0), ("u", cell.u1))
        return cell.shrunk(*(self.way(*side)[0] / 2 + WALK_M for side in sides))

    def _merged_at(self, v: float, u: float) -> bool:
        return any(cell.holds(v, u) for cell in self.merged)


LOCAL_M = 9.0
"""A street between parcels of one cell."""


def cut(
    street_grid: StreetGrid, cell: Cell, columns: int, rows: int
) -> tuple[list[Cell], list[Street]]:
    """The parcels of a cell, west to east and south to north, and the streets between them."""
    vs = np.linspace(cell.v0, cell.v1, columns + 1).round(1).tolist()
    us = np.linspace(cell.u0, cell.u1, rows + 1).round(1).tolist()
    half = LOCAL_M / 2 + 3.5
    whole = street_grid.inside(cell)
    parcels = [
        Cell(
            whole.v0 if c == 0 else vs[c] + half,
            whole.v1 if c == columns - 1 else vs[c + 1] - half,
            whole.u0 if r == 0 else us[r] + half,
            whole.u1 if r == rows - 1 else us[r + 1] - half,
        )
        for r in range(rows)
        for c in range(columns)
    ]
    streets = [Street(((v, cell.u0), (v, cell.u1)), LOCAL_M) for v in vs[1:-1]]
    for u in us[1:-1]:
        line = tuple((v, u) for v in street_grid.samples("v", cell.v0, cell.v1))
        streets.append(Street(line, LOCAL_M))
    return parcels, streets
