"""A footprint divided among doors: into parts that cover it, do not overlap and hold their doors.

The cuts are nodes and edges of one drawing, so neighbours share their border to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

XY = tuple[float, float]
Shape: TypeAlias = shapely.Polygon | shapely.MultiPolygon

ONE_DOOR_M = 1.0
"""Doors closer than this are one: a double door has two leaves of half a metre."""
ROW_M = 3.0
"""Doors of a row stand at least this far apart; the narrowest unit of a slab is one room wide."""


@dataclass(frozen=True, slots=True)
class UnitDoor:
    """The way into one or more units; ``spots`` lie on the outline, one a leaf or a side."""

    units: tuple[str, ...]
    spots: tuple[XY, ...]

    def near(self, spots: Sequence[XY]) -> bool:
        """Whether one of some spots is this very door."""
        return any(math.dist(a, b) < ONE_DOOR_M for a in self.spots for b in spots)


def axis(shape: shapely.Geometry) -> NDArray[np.float64]:
    """Unit vector along the longer side of a shape, pointing east."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(corners) < 4:
        return np.array((1.0, 0.0))
    sides = np.diff(corners, axis=0)[:2]
    lengths = np.hypot(*sides.T)
    longer = int(lengths[1] > lengths[0])
    east, north = (sides[longer] / lengths[longer]).tolist()
    return np.array((-east, -north) if (east, north) < (0.0, 0.0) else (east, north))


def divided(footprint: Shape, doors: Sequence[UnitDoor]) -> list[Shape]:
    """The part of each door, in their order.

    Where a part would fall into pieces, the pieces without the door go to the neighbour they
    have most border with.
    """
    spots = np.array([spot for door in doors for spot in door.spots])
    owner = np.array([n for n, door in enumerate(doors) for _ in door.spots])
    if len(doors) == 1:
        return [footprint]
    sites, cuts = _row(footprint, spots, owner) or _scattered(footprint, spots)
    faces = _faces(footprint, cuts)
    middles = shapely.get_coordinates(shapely.point_on_surface(faces))
    nearest = np.argmin(np.linalg.norm(middles[:, None] - sites[None], axis=2), axis=1)
    shapes = [shapely.union_all(faces[owner[nearest] == n]) for n in range(len(doors))]
    return _whole(shapes, doors)


def _row(
    footprint: Shape, spots: NDArray[np.float64], owner: NDArray[np.intp]
) -> tuple[NDArray[np.float64], list[shapely.LineString]] | None:
    """Sites and cuts for doors in a row along one side of the building, else None."""
    along = axis(footprint)
    sides = (along, np.array((-along[1], along[0])))
    along, across = max((sides, sides[::-1]), key=lambda pair: float(np.ptp(spots @ pair[0])))
    far, order = spots @ along, np.argsort(spots @ along, kind="stable")
    gaps = np.diff(far[order])
    between = owner[order][1:] != owner[order][:-1]
    beside = gaps[between]
    # A unit whose doors do not follow one another is not in the row.
    if len(beside) != owner.max() or beside.min() < ROW_M:
        return None
    if np.ptp(spots @ across) > beside.mean() / 2:
        return None
    level = float((spots @ across).mean())
    sites = far[:, None] * along + level * across
    reach = math.hypot(*np.ptp(np.array(footprint.bounds).reshape(2, 2), axis=0)) + 1.0
    middles = ((far[order][1:] + far[order][:-1]) / 2)[between]
    cuts = [
        shapely.LineString([m * along + (level - reach) * across,
                            m * along + (level + reach) * across])
        for m in middles
    ]  # fmt: skip
    return sites, cuts


def _scattered(
    footprint: Shape, spots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[shapely.LineString]]:
    """Sites and cuts half-way between any two doors."""
    edges = shapely.voronoi_polygons(
        shapely.MultiPoint(spots), extend_to=shapely.buffer(footprint, 1.0), only_edges=True
    )
    return spots, list(shapely.get_parts(edges))


def _faces(footprint: Shape, cuts: Sequence[shapely.LineString]) -> NDArray[np.object_]:
    """The pieces into which the cuts divide the footprint."""
    drawing = shapely.union_all([shapely.boundary(footprint), *cuts])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(drawing)))
    kept: NDArray[np.object_] = faces[
        shapely.intersects(footprint, shapely.point_on_surface(faces))
    ]
    return kept


def _whole(shapes: Sequence[Shape], doors: Sequence[UnitDoor]) -> list[Shape]:
    """The same cover, in which every part hangs together at its door."""
    kept: list[Shape] = []
    loose: list[shapely.Polygon] = []
    for shape, door in zip(shapes, doors, strict=True):
        spots = shapely.MultiPoint(door.spots)
        pieces = list(shapely.get_parts(shape))
        held = {n for n, piece in enumerate(pieces) if shapely.distance(piece, spots) < 1e-6}
        if not held:
            distances = [shapely.distance(piece, spots) for piece in pieces]
            held = {distances.index(min(distances))} if pieces else set()
        kept.append(shapely.union_all([pieces[n] for n in sorted(held)]))
        loose += [piece for n, piece in enumerate(pieces) if n not in held]
    while loose:
        shared = np.array([[_border(piece, part) for part in kept] for piece in loose])
        if shared.max() <= 0:
            far = [[-float(shapely.distance(piece, part)) for part in kept] for piece in loose]
            shared = np.array(far)
        row, home = np.unravel_index(int(shared.argmax()), shared.shape)
        kept[home] = shapely.union_all([kept[home], loose.pop(int(row))])
    return kept


def _border(one: Shape, other: Shape) -> float:
    """Metres of border that two shapes of one drawing share."""
    common = shapely.intersection(shapely.boundary(one), shapely.boundary(other))
    return float(common.length)
