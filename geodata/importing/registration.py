"""Whether a list of devices fits the buildings, and whether it would if it were GCJ-02.

Cameras, lamps, gates and covers stand outside of buildings and inside the outline; lifts,
detectors and terminals inside of buildings. Under each reference the share that stands where such
a device stands is counted; when another one explains far more of them, it is said, never done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.checks import INDOOR
from geodata.importing.readers import crs
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, LonLat

LEAST = 5
"""Fewer devices than this prove nothing."""
BETTER = 0.25
GOOD = 0.6
MARGIN_M = 6.0
DOORSTEP_M = 1.0


class Fit(NamedTuple):
    """The share of devices that stand where such devices stand, were they of a reference."""

    reference: str
    share: float


def fits(compound: Compound, devices: Sequence[DevicePlace], read_as: str) -> list[Fit]:
    """How well devices fit under each reference they might be in, the best first.

    ``read_as`` is the one they were read in: what they are in WGS-84 now is taken back to what
    stood in the file, and that is read as each of the others.
    """
    if len(devices) < LEAST or read_as not in crs.FORWARD:
        return []
    written = crs.from_wgs84(np.array([device.lonlat for device in devices]), read_as)
    inside = np.array([device.kind in INDOOR or bool(device.building) for device in devices])
    ground = _Ground(compound)
    tried = ("wgs84", "gcj02", "bd09")
    now = "wgs84" if read_as == "cgcs2000" else read_as
    order = sorted(tried, key=lambda word: word != now)
    found = [Fit(word, ground.share(crs.to_wgs84(written, word), inside)) for word in order]
    return sorted(found, key=lambda fit: -fit.share)


def other(found: Sequence[Fit], read_as: str) -> Fit | None:
    """The reference that would fit far better than the one a list was read in, if any."""
    now = "wgs84" if read_as == "cgcs2000" else read_as
    own = next((fit.share for fit in found if fit.reference == now), 1.0)
    best = found[0] if found else None
    if best and best.reference != now and best.share >= GOOD and best.share - own >= BETTER:
        return best
    return None


class _Ground:
    def __init__(self, compound: Compound) -> None:
        self.origin: LonLat = compound.origin
        rings = [xy_from_lonlat(building.outline, self.origin) for building in compound.buildings]
        self.walls = shapely.STRtree([shapely.Polygon(ring) for ring in rings])
        self.outline = shapely.Polygon(xy_from_lonlat(compound.outline, self.origin))
        shapely.prepare(self.outline)

    def share(self, lonlat: NDArray[np.float64], indoors: NDArray[np.bool_]) -> float:
        """The share of positions that are on the right side of walls, and inside the outline."""
        points = shapely.points(xy_from_lonlat(lonlat, self.origin))
        held = np.zeros(len(points), bool)
        held[self.walls.query(points, "within")[0]] = True
        near = np.zeros(len(points), bool)
        near[self.walls.query(points, "dwithin", distance=DOORSTEP_M)[0]] = True
        here = shapely.dwithin(points, self.outline, MARGIN_M)
        right = np.where(indoors, held | near, here & ~held)
        return float(right.mean())
