"""How a drawing lies on the ground: plane metres in, degrees and bearings out.

The demo street's four compounds share one plane, x to the right and y up, which is turned a few
degrees off north, bent a little, and laid down at its anchor. The bend is conformal: the street
swings by a few degrees from one end to the other, yet every corner that is square on the plane is
square on the ground. Compounds of the demo city have a plane each, turned and moved, not bent; the
plane of a surveyed compound is that of its local metres, neither turned nor moved. Positions leave
with seven decimals, a centimetre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geodata.drawing.buildings import XY
from twin.places.metres import lonlat_from_xy, scale_m
from twin.places.model import LonLat, Ring

DIGITS = 7
"""Decimals of a degree kept: 1e-7° is about one centimetre."""
STEP_M = 6.0
"""Lines get points this close, so that neighbours bend alike; the sagitta left is 1.4 mm."""
FEW = 60


@dataclass(frozen=True)
class Plane:
    """A plane on the ground: where its zero lies from ``anchor``, how it is turned and bent.

    ``turn_deg`` is how far its y axis points west of north, ``shift`` where its zero lies in
    metres east and north of ``anchor``. ``bend`` is in radians a metre along the x axis, none at
    ``middle``; away from the axis lengths change by as much.
    """

    anchor: LonLat
    turn_deg: float = 0.0
    bend: float = 0.0
    middle: complex = 0j
    shift: XY = (0.0, 0.0)

    def metres(self, points: ArrayLike) -> NDArray[np.float64]:
        """Plane metres to metres east and north of the anchor."""
        x, y = np.asarray(points, dtype=np.float64).T
        z = x + 1j * y - self.middle
        turned = (z + 0.5j * self.bend * z * z + self.middle) * np.exp(
            1j * math.radians(self.turn_deg)
        )
        return np.column_stack((turned.real, turned.imag)) + self.shift

    def local(self, shape: shapely.Geometry) -> shapely.Geometry:
        """A shape in metres east and north of the anchor as it lies on a plane without bend."""
        turn = np.exp(-1j * np.radians(self.turn_deg))

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            z = ((xy[:, 0] - self.shift[0]) + 1j * (xy[:, 1] - self.shift[1])) * turn
            return np.column_stack((z.real, z.imag))

        return shapely.transform(shape, back)

    @cached_property
    def _flat(self) -> tuple[float, ...]:
        turn = math.radians(self.turn_deg)
        return math.cos(turn), math.sin(turn), *self.shift, *self.anchor, *scale_m(self.anchor[1])

    def ground(self, points: Sequence[XY] | NDArray[np.float64]) -> tuple[LonLat, ...]:
        """Plane metres to degrees."""
        if not self.bend and len(points) < FEW:
            # Tens of thousands of short lines: numpy's overhead would be most of the work.
            cos, sin, east, north, lon, lat, m_lon, m_lat = self._flat
            return tuple(
                (
                    round((x * cos - y * sin + east) / m_lon + lon, DIGITS),
                    round((x * sin + y * cos + north) / m_lat + lat, DIGITS),
                )
                for x, y in ((float(x), float(y)) for x, y in points)
            )
        return tuple((lon, lat) for lon, lat in self._degrees(points).tolist())

    def _degrees(self, points: ArrayLike) -> NDArray[np.float64]:
        return np.round(lonlat_from_xy(self.metres(points), self.anchor), DIGITS)

    def bearing(self, azimuth_deg: float, at: XY) -> float:
        """A direction on the plane (clockwise from its y axis) at a point as one from north."""
        local = np.angle(1 + 1j * self.bend * (complex(*at) - self.middle), deg=True)
        return round(float(azimuth_deg - self.turn_deg - local) % 360.0, 1)

    def lines(self, shapes: Sequence[shapely.LineString]) -> list[tuple[LonLat, ...]]:
        """Lines on the plane in degrees, with points enough to bend at; all in one go.

        Neighbours that round to one point become one.
        """
        if not len(shapes):
            return []
        xy, owner = shapely.get_coordinates(list(shapes), return_index=True)
        if self.bend:
            # Made anew: a shape snapped to a grid would snap the points between its corners, too.
            dense = shapely.segmentize(shapely.linestrings(xy, indices=owner), STEP_M)
            xy, owner = shapely.get_coordinates(dense, return_index=True)
        rounded = self._degrees(xy)
        moved = np.ones(len(xy), bool)
        moved[1:] = np.any(np.diff(rounded, axis=0) != 0, axis=1) | (np.diff(owner) != 0)
        points = [(lon, lat) for lon, lat in rounded[moved].tolist()]
        ends = np.cumsum(np.bincount(owner[moved], minlength=len(shapes))).tolist()
        return [tuple(points[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]

    def rings(self, shapes: Sequence[shapely.Polygon]) -> list[Ring]:
        """The outer rings of polygons on the plane, counter-clockwise, closed, in degrees."""
        if not len(shapes):
            return []
        return self.lines(shapely.get_exterior_ring(shapely.orient_polygons(list(shapes))))

    def ring(self, shape: shapely.Polygon) -> Ring:
        """The outer ring of one polygon, as ``rings`` gives them."""
        return self.rings([shape])[0]
