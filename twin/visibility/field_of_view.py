"""What a camera sees: its field of view on the ground, clipped by the buildings in front of it.

Two and a half dimensions: flat ground, buildings as prisms. A sight line from an eye at height h
to the ground falls evenly, so at the share t of its way it is ``h · (1 - t)`` high, and a façade
it crosses there hides the ground when it is higher. What is taller than the eye hides all that is
behind it; what is lower hides the ground just behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import Building, Compound, DevicePlace, LonLat, Ring
from twin.visibility.optics import HFOV_DEG, RANGE_M, Floats, Optics, optics

__all__ = [
    "HFOV_DEG", "RANGE_M", "Edges", "Field", "Walls", "certainty", "field_of_view",
    "fields_of_view", "hidden", "walls_of",
]  # fmt: skip

RAYS = 181
"""Rays across a field of view; at 40 m and 90° neighbouring ray ends lie 0.35 m apart."""
CLEAR_M = 1.0
"""A camera on a façade is not blinded by the wall it hangs on."""
DOORSTEP_M = 0.3
"""A façade this near to a place does not hide it: doors stand in walls."""
STRAIGHT_M = 0.05
"""Corners that stick out less are left out of a drawn field: a fifth of the points is enough."""
AT_ONCE = 1_500_000
"""Pairs of sight line and façade worked out together; 12 MB an array."""

Field = tuple[tuple[Ring, ...], ...]
"""Ground in view: polygons, each an outer ring and the rings of what is hidden inside it."""
Flags = NDArray[np.bool_]


class Edges(NamedTuple):
    """Façades as line pieces: where each begins, how it runs (n, 2), and how high it is (n)."""

    starts: Floats
    spans: Floats
    height_m: Floats


class Walls:
    """The façades of buildings, in local metres about an origin."""

    def __init__(self, buildings: Sequence[Building], origin: LonLat) -> None:
        self.origin = origin
        self.rings = [xy_from_lonlat(building.outline, origin) for building in buildings]
        self.height_m = np.array([building.height_m for building in buildings])
        self.shapes = np.array([shapely.Polygon(ring) for ring in self.rings], object)
        self._tree = shapely.STRtree(self.shapes)
        sizes = [len(ring) - 1 for ring in self.rings]
        self._first = np.concatenate(([0], np.cumsum(sizes))).astype(np.intp)
        empty = np.empty((0, 2))
        self._edges = Edges(
            np.concatenate([empty, *(ring[:-1] for ring in self.rings)]),
            np.concatenate([empty, *(np.diff(ring, axis=0) for ring in self.rings)]),
            np.repeat(self.height_m, sizes) if sizes else np.empty(0),
        )

    def near(self, xy: Floats, reach_m: float) -> NDArray[np.intp]:
        """The buildings within reach of a place, ascending."""
        found: NDArray[np.intp] = self._tree.query(shapely.Point(xy), "dwithin", reach_m)
        return np.sort(found)

    def around(self, xy: Floats, reach_m: float) -> Edges:
        """The façades of all buildings within reach of a place."""
        return self.of(self.near(xy, reach_m))

    def of(self, buildings: Iterable[int]) -> Edges:
        """The façades of some buildings, by their position in the order given."""
        spans = [np.arange(self._first[n], self._first[n + 1]) for n in buildings]
        rows = np.concatenate(spans) if spans else np.empty(0, np.intp)
        return Edges(*(part[rows] for part in self._edges))


def walls_of(compound: Compound) -> Walls:
    """The façades of a compound and of what stands around it."""
    return Walls((*compound.buildings, *compound.surroundings), compound.origin)


def hidden(
    eyes: Floats, eye_m: ArrayLike, goals: Floats, edges: Edges, goal_m: ArrayLike = 0.0
) -> Flags:
    """For each sight line whether a façade hides its goal; shape (n).

    ``eyes`` and ``goals`` are (n, 2) metres, or one of them (2,); heights are (n) or one for all.
    A façade within ``CLEAR_M`` of the eye or ``DOORSTEP_M`` of the goal hides nothing.
    """
    eyes, goals = np.broadcast_arrays(np.atleast_2d(eyes), np.atleast_2d(goals))
    count, many = len(goals), len(edges.height_m)
    eye_m, goal_m = (np.broadcast_to(np.asarray(h, float), count) for h in (eye_m, goal_m))
    step = max(1, AT_ONCE // max(many, 1))
    slices = [slice(n, n + step) for n in range(0, count, step)]
    parts = [_hidden(eyes[s], goals[s], eye_m[s], goal_m[s], edges) for s in slices]
    return np.concatenate(parts) if parts and many else np.zeros(count, bool)


def _hidden(eyes: Floats, goals: Floats, eye_m: Floats, goal_m: Floats, edges: Edges) -> Flags:
    ways = goals - eyes
    length = np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-9)
    share, along = _crossings(eyes, ways, edges)
    low = (CLEAR_M / length)[:, None]
    high = (1.0 - DOORSTEP_M / length)[:, None]
    met = (along >= 0.0) & (along < 1.0) & (share > low) & (share < high)
    line_m = eye_m[:, None] + (goal_m - eye_m)[:, None] * np.where(met, share, 0.0)
    return np.asarray((met & (line_m < edges.height_m)).any(axis=1))


def _crossings(eyes: Floats, ways: Floats, edges: Edges) -> tuple[Floats, Floats]:
    """Where each way from an eye crosses the line of each edge: shares of way and of edge."""
    east = edges.starts[:, 0] - eyes[:, 0, None]
    north = edges.starts[:, 1] - eyes[:, 1, None]
    across = ways[:, 0, None] * edges.spans[:, 1] - ways[:, 1, None] * edges.spans[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (east * edges.spans[:, 1] - north * edges.spans[:, 0]) / across
        along = (east * ways[:, 1, None] - north * ways[:, 0, None]) / across
    return share, along


def certainty(look: Optics, eye: Floats, goals: Floats) -> Floats:
    """How surely each place (n, 2) lies in a lens's wedge, unless something hides it: 0 to 1.

    A direction known to ±u only may be any within; the answer is the share of those directions
    that have the place in the picture.
    """
    away = goals - eye
    ground_m = np.hypot(away[:, 0], away[:, 1])
    bearing = np.degrees(np.arctan2(away[:, 0], away[:, 1]))
    found = wedge_share(bearing - look.azimuth_deg, look.hfov_deg, look.unsure_deg)
    found = np.where((ground_m >= look.near_m) & (ground_m <= look.far_m), found, 0.0)
    for first, last in look.masks:
        found = np.where((bearing - first) % 360.0 <= (last - first) % 360.0, 0.0, found)
    return found


def wedge_share(off_deg: Floats, across_deg: ArrayLike, unsure_deg: ArrayLike) -> Floats:
    """The share of possible directions in which a bearing so far off the middle is in view."""
    off = np.abs((off_deg + 180.0) % 360.0 - 180.0)
    half, unsure = np.asarray(across_deg) / 2, np.asarray(unsure_deg)
    overlap = np.minimum(off + unsure, half) - np.maximum(off - unsure, -half)
    fuzzy = np.clip(overlap / np.maximum(2 * unsure, 1e-9), 0.0, 1.0)
    return np.asarray(np.where(unsure > 0.0, fuzzy, off <= half + 1e-9), dtype=np.float64)


# --- the field of view as a shape ----------------------------------------------------------------


def fields_of_view(compound: Compound) -> dict[str, Field]:
    """The ground that every camera with a known direction sees, by camera id."""
    walls = walls_of(compound)
    return {
        place.id: field_of_view(place, walls)
        for place in compound.devices
        if place.kind == "camera" and place.azimuth_deg is not None
    }


def field_of_view(place: DevicePlace, walls: Walls) -> Field:
    """The ground that one camera sees, or may see where its direction is not sure."""
    look, eye = optics(place), xy_from_lonlat(place.lonlat, walls.origin)
    found = []
    for shape in shapely.get_parts(ground_in_view(look, eye, walls)):
        rings = [shape.exterior, *shape.interiors]
        corners = (lonlat_from_xy(shapely.get_coordinates(ring), walls.origin) for ring in rings)
        found.append(
            tuple(
                tuple((float(lon), float(lat)) for lon, lat in np.round(ring, 7))
                for ring in corners
            )
        )
    return tuple(found)


def ground_in_view(look: Optics, eye: Floats, walls: Walls) -> shapely.Geometry:
    """The same in local metres, as one polygon or several, outer rings counter-clockwise."""
    near = walls.near(eye, look.far_m)
    tall = walls.height_m[near] >= look.height_m
    edges = walls.of(near[tall])
    wedges = [_wedge(look, eye, edges, *span) for span in open_spans(look)]
    wedges = [wedge for wedge in wedges if wedge is not None]
    seen = wedges[0] if len(wedges) == 1 else shapely.union_all(wedges)
    low = near[~tall]
    if len(low):
        seen = shapely.difference(seen, _shadows(look, eye, walls, low))
    return shapely.orient_polygons(_polygons(shapely.simplify(seen, STRAIGHT_M)))


def open_spans(look: Optics) -> list[tuple[float, float]]:
    """The bearings in the picture that no mask blanks, as (from, to) pairs, ``from < to``."""
    width = min(look.hfov_deg + 2 * look.unsure_deg, 360.0)
    first = look.azimuth_deg - width / 2
    spans = [(first, first + width)]
    for start, end in look.masks:
        size = (end - start) % 360.0
        for at in (first + (start - first) % 360.0, first + (start - first) % 360.0 - 360.0):
            spans = [
                piece
                for low, high in spans
                for piece in ((low, min(high, at)), (max(low, at + size), high))
                if piece[1] - piece[0] > 1e-6
            ]
    return spans


def _wedge(
    look: Optics, eye: Floats, edges: Edges, first: float, last: float
) -> shapely.Polygon | None:
    """The ground between two bearings, up to the first façade of a building taller than the eye."""
    bearings = np.radians(np.linspace(first, last, max(3, round(RAYS * (last - first) / 90.0))))
    ways = np.column_stack((np.sin(bearings), np.cos(bearings)))
    lengths = _lengths(eye, ways, look.far_m, edges)
    nearest = np.minimum(look.near_m, lengths)
    if not (lengths > nearest + 1e-6).any():
        return None
    ends = (eye + ways * lengths[:, None])[::-1]
    if last - first >= 360.0 and look.near_m == 0.0:
        return _valid(np.vstack((ends, ends[:1])))
    start = eye + ways * nearest[:, None] if look.near_m > 0.0 else eye[None]
    return _valid(np.vstack((start, ends, start[:1])))


def _lengths(eye: Floats, ways: Floats, reach_m: float, edges: Edges) -> Floats:
    """Metres each ray goes until the first façade it meets beyond ``CLEAR_M``.

    A ray that meets façades an odd number of times begins inside a building and goes nowhere.
    """
    metres, share = _crossings(np.broadcast_to(eye, ways.shape), ways, edges)
    met = (share >= 0.0) & (share < 1.0) & (metres > CLEAR_M)
    first = np.where(met, metres, reach_m).min(axis=1, initial=reach_m)
    return np.where(met.sum(axis=1) % 2 == 1, 0.0, first)


def _shadows(
    look: Optics, eye: Floats, walls: Walls, buildings: NDArray[np.intp]
) -> shapely.Geometry:
    """The ground that buildings lower than the eye stand on or hide."""
    edges = walls.of(buildings)
    stretch = look.height_m / np.maximum(look.height_m - edges.height_m, 1e-6)
    ends = edges.starts + edges.spans
    nearest = np.minimum(*(np.hypot(*(part - eye).T) for part in (edges.starts, ends)))
    stretch = np.minimum(stretch, 4 * look.far_m / np.maximum(nearest, CLEAR_M))[:, None]
    far = [eye + stretch * (part - eye) for part in (ends, edges.starts)]
    quads = shapely.polygons(np.stack((edges.starts, ends, *far), axis=1))
    quads = quads[(shapely.area(quads) > 1e-6) & (nearest > CLEAR_M)]
    return shapely.union_all([*quads, *walls.shapes[buildings]])


def _valid(corners: Floats) -> shapely.Geometry:
    shape = shapely.Polygon(corners)
    return shape if shape.is_valid else shapely.make_valid(shape)


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Of a shape what has an area."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
