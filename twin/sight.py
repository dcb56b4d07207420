"""What a camera sees: its field of view on the ground, clipped by the buildings in front of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.metres import distance_m, lonlat_from_xy, xy_from_lonlat
from twin.model import Building, Compound, DevicePlace, LonLat, Ring

RAYS = 181
"""Rays across a field of view; at 40 m and 90° neighbouring ray ends lie 0.35 m apart."""
HFOV_DEG = 67.7
"""A 4 mm lens on a 1/2.8 inch sensor, 2·atan(5.37 / (2·4)), where the lens is not known."""
RANGE_M = 40.0
CLEAR_M = 1.0
"""A camera on a façade is not blinded by the wall it hangs on."""
BESIDE_M = 15.0
"""A camera that sees the ground this close to a place shows who comes and goes there."""

Floats = NDArray[np.float64]


class Walls:
    """The façades of a compound and its surroundings, as line pieces in local metres."""

    def __init__(self, buildings: Sequence[Building], origin: LonLat) -> None:
        self.origin = origin
        self.height_m = np.array([building.height_m for building in buildings])
        self.rings = [xy_from_lonlat(building.outline, origin) for building in buildings]
        self._tree = shapely.STRtree([shapely.Polygon(ring) for ring in self.rings])

    def around(self, eye: Floats, reach_m: float, above_m: float) -> tuple[Floats, Floats]:
        """Starts and spans of the façades within reach of buildings taller than the eye is high."""
        near = np.sort(self._tree.query(shapely.Point(eye), "dwithin", reach_m))
        rings = [self.rings[n] for n in near if self.height_m[n] > above_m]
        if not rings:
            return np.empty((0, 2)), np.empty((0, 2))
        starts = np.concatenate([ring[:-1] for ring in rings])
        return starts, np.concatenate([np.diff(ring, axis=0) for ring in rings])


def fields_of_view(compound: Compound) -> dict[str, Ring]:
    """The ground that every camera with a known direction sees, by camera id."""
    walls = Walls((*compound.buildings, *compound.surroundings), compound.origin)
    return {
        place.id: field_of_view(place, walls)
        for place in compound.devices
        if place.kind == "camera" and place.azimuth_deg is not None
    }


def field_of_view(place: DevicePlace, walls: Walls) -> Ring:
    """The ground one camera sees: a wedge whose rays end at the first façade they meet."""
    eye = xy_from_lonlat(place.lonlat, walls.origin)
    reach_m = place.range_m or RANGE_M
    width = min(place.hfov_deg or HFOV_DEG, 360.0)
    spread = np.linspace(-width / 2, width / 2, RAYS)
    bearings = np.radians(spread + (place.azimuth_deg or 0.0))
    ways = np.column_stack((np.sin(bearings), np.cos(bearings)))
    lengths = _lengths(eye, ways, reach_m, *walls.around(eye, reach_m, place.height_m))
    ends = (eye + ways * lengths[:, None])[::-1]
    corners = ends if width == 360.0 else np.vstack((eye, ends, eye))
    ring = lonlat_from_xy(corners, walls.origin)
    return tuple((float(lon), float(lat)) for lon, lat in ring)


def _lengths(eye: Floats, ways: Floats, reach_m: float, starts: Floats, spans: Floats) -> Floats:
    """Metres each ray goes until the first façade it meets beyond ``CLEAR_M``.

    A ray that meets façades an odd number of times begins inside a building and goes nowhere.
    """
    away = starts - eye
    across = ways[:, None, 0] * spans[:, 1] - ways[:, None, 1] * spans[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        metres = (away[:, 0] * spans[:, 1] - away[:, 1] * spans[:, 0]) / across
        share = (away[:, 0] * ways[:, None, 1] - away[:, 1] * ways[:, None, 0]) / across
    met = (share >= 0.0) & (share < 1.0) & (metres > CLEAR_M)
    first = np.where(met, metres, reach_m).min(axis=1, initial=reach_m)
    return np.where(met.sum(axis=1) % 2 == 1, 0.0, first)


def seeing(
    places: Sequence[DevicePlace], fields: Mapping[str, Ring], lonlat: LonLat
) -> list[tuple[str, float]]:
    """The cameras that see a place, best first, with their distance from it in metres.

    Those whose field covers the place come first, the nearest first; then those that see the
    ground beside it, which is all a camera outside can show of a flat.
    """
    cameras = [place for place in places if place.id in fields]
    if not cameras:
        return []
    rings = [shapely.Polygon(xy_from_lonlat(fields[place.id], lonlat)) for place in cameras]
    beside_m = shapely.distance(rings, shapely.Point(0.0, 0.0))
    found = [
        (gap_m > 0.0, distance_m(place.lonlat, lonlat), place.id)
        for place, gap_m in zip(cameras, beside_m, strict=True)
        if gap_m <= BESIDE_M
    ]
    return [(camera, metres) for _, metres, camera in sorted(found)]
