"""The doors of buildings: what lies in a building is reached through one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, LonLat
from twin.routing.graph import SMOOTH_M, Floats

WALL_DEPTH_M = 0.4
"""Buildings block from this far behind their façade, for doors and devices stand on façades."""


class DoorIndex:
    """Every door of some buildings: ``xy`` (k, 2) metres, ``of`` (k,) the building it leads to."""

    def __init__(self, buildings: Sequence[Building], origin: LonLat) -> None:
        self.buildings = [one for one in buildings if one.entrances]
        doors = [(n, door) for n, one in enumerate(self.buildings) for door in one.entrances]
        self.of = np.array([n for n, _ in doors], np.int32)
        self.xy: Floats = xy_from_lonlat(
            np.array([door.lonlat for _, door in doors]).reshape(-1, 2), origin
        )
        self._begins = np.searchsorted(self.of, np.arange(len(self.buildings) + 1))
        self._number = {one.id: n for n, one in enumerate(self.buildings)}
        rings = [xy_from_lonlat(one.outline, origin) for one in self.buildings]
        outlines = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
        self._tree = shapely.STRtree(shapely.simplify(outlines, SMOOTH_M))

    def cores(self) -> list[shapely.Polygon]:
        """What of the buildings nobody walks through."""
        return list(shapely.buffer(self._tree.geometries, -WALL_DEPTH_M, join_style="mitre"))

    def out(self, xy: Floats) -> Floats:
        """Positions, those in a building replaced by its door nearest to them."""
        found = xy.copy()
        for row, number in zip(*self._tree.query(shapely.points(xy), "intersects"), strict=True):
            doors = self._doors(int(number))
            found[row] = doors[np.argmin(np.hypot(*(doors - xy[row]).T))]
        return found

    def door(self, building: str, unit: str) -> Floats | None:
        """The door (2,) of a building's unit, or None where it is not known which one is meant."""
        number = self._number.get(building)
        if number is None:
            return None
        units = [door.unit for door in self.buildings[number].entrances]
        if unit not in units and len(units) > 1:
            return None
        return np.asarray(self._doors(number)[units.index(unit) if unit in units else 0])

    def _doors(self, number: int) -> Floats:
        return self.xy[self._begins[number] : self._begins[number + 1]]
