"""How a drawing lies on the ground: plane metres in, degrees and bearings out.

The demo street's four compounds share one plane, x to the right and y up, which is turned a few
degrees off north, bent a little, and laid down at its anchor. The bend is conformal: the street
swings by a few degrees from one end to the other, yet every corner that is square on the plane is
square on the ground. Compounds of the demo city have a plane each, turned and moved, not bent.
Positions leave with seven decimals, a centimetre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY
from twin.places.metres import lonlat_from_xy, scale_m
from twin.places.model import LonLat, Ring

ANCHOR: LonLat = (113.15, 27.83)
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

    anchor: LonLat = ANCHOR
    turn_deg: float = 0.0
    bend: float = 0.0
    middle: complex = 0j
    shift: XY = (0.0, 0.0)

    def metres(self, points: Sequence[XY]) -> NDArray[np.float64]:
        """Plane metres to metres east and north of the anchor."""
        x, y = np.asarray(points, dtype=np.float64).T
        z = x + 1j * y - self.middle
        turned = (z + 0.5j * self.bend * z * z + self.middle) * np.exp(
            1j * math.radians(self.turn_deg)
        )
        return np.column_stack((turned.real, turned.imag)) + self.shift

    @cached_property
    def _flat(self) -> tuple[float, ...]:
        turn = math.radians(self.turn_deg)
        return math.cos(turn), math.sin(turn), *self.shift, *self.anchor, *scale_m(self.anchor[1])

    def ground(self, points: Sequence[XY]) -> tuple[LonLat, ...]:
        """Plane metres to degrees."""
        if not self.bend and len(points) < FEW:
            # Tens of thousands of short lines: numpy's overhead would be most of the work.
            cos, sin, east, north, lon, lat, m_lon, m_lat = self._flat
            return tuple(
                (
                    round((x * cos - y * sin + east) / m_lon + lon, 7),
                    round((x * sin + y * cos + north) / m_lat + lat, 7),
                )
                for x, y in ((float(x), float(y)) for x, y in points)
            )
        degrees = np.round(lonlat_from_xy(self.metres(points), self.anchor), 7)
        return tuple(map(tuple, degrees.tolist()))

    def bearing(self, azimuth_deg: float, at: XY) -> float:
        """A direction on the plane (clockwise from its y axis) at a point as one from north."""
        local = np.angle(1 + 1j * self.bend * (complex(*at) - self.middle), deg=True)
        return round(float(azimuth_deg - self.turn_deg - local) % 360.0, 1)

    def along(self, points: Sequence[XY]) -> tuple[LonLat, ...]:
        """A line on the plane in degrees, with points enough to bend at."""
        if not self.bend:
            return self.ground(points)
        dense = shapely.segmentize(shapely.LineString(points), STEP_M)
        return self.ground([(x, y) for x, y in dense.coords])

    def ring(self, shape: shapely.Polygon) -> Ring:
        """The outer ring of a polygon on the plane, counter-clockwise, in degrees."""
        return self.along(list(shapely.geometry.polygon.orient(shape).exterior.coords))


STREET = Plane(turn_deg=6.0, bend=0.0003, middle=complex(430.0, 150.0))
"""The plane of the demo street; its middle is laid down without bend."""


def ground(points: Sequence[XY]) -> tuple[LonLat, ...]:
    """Metres on the demo street's plane to degrees."""
    return STREET.ground(points)


def bearing(azimuth_deg: float, at: XY) -> float:
    """A direction on the demo street's plane as a bearing from north."""
    return STREET.bearing(azimuth_deg, at)


def ring(shape: shapely.Polygon) -> Ring:
    """The outer ring of a polygon on the demo street's plane, in degrees."""
    return STREET.ring(shape)
