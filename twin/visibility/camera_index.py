"""Which cameras see a place, best first: the cameras of many compounds as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, LonLat
from twin.visibility.densities import EDITIONS
from twin.visibility.field_of_view import Flags, Walls, certainty, hidden, wedge_share
from twin.visibility.optics import Floats, density_px_m, optics

BESIDE_M = 15.0
"""A camera that sees the ground this close to a place shows who comes and goes there."""
_RINGS_M = (4.0, 9.0, BESIDE_M)
_TURNS = 16


_RANKS_PX_M = tuple(level.px_m for level in EDITIONS["2014"].levels.values())
"""Pictures between two of these densities show as much; the surer one comes first."""


class Sighting(NamedTuple):
    """A camera that sees a place: how far away, with how many pixels a metre, how surely (0 to 1).

    ``beside`` when it sees only the ground next to the place; the figures are of that ground.
    """

    camera: str
    distance_m: float
    density_px_m: float
    certainty: float
    beside: bool

    @property
    def rank(self) -> tuple[bool, int, float, float]:
        """Sorts the best first: sees it itself, by what the picture shows, sure, sharp."""
        level = int(np.searchsorted(_RANKS_PX_M, self.density_px_m, "right"))
        return self.beside, -level, -self.certainty, -self.density_px_m


class CameraIndex:
    """The cameras with a known direction, and the façades in front of them.

    All in one frame of local metres about the first compound's origin: made once for places that
    do not change, asked as often as wanted from any thread.
    """

    def __init__(self, compounds: Iterable[Compound]) -> None:
        compounds = list(compounds)
        origin = compounds[0].origin if compounds else (0.0, 0.0)
        around = {b.id: b for place in compounds for b in place.surroundings}
        own = [b for place in compounds for b in place.buildings]
        for building in own:
            around.pop(building.id, None)
        self.walls = Walls((*own, *around.values()), origin)
        self.places: list[DevicePlace] = [
            device
            for place in compounds
            for device in place.devices
            if device.kind == "camera" and device.azimuth_deg is not None
        ]
        self.looks = [optics(place) for place in self.places]
        lonlats = np.array([place.lonlat for place in self.places]).reshape(-1, 2)
        self._xy = xy_from_lonlat(lonlats, origin)
        (
            self._azimuth, self._across, self._near_m, self._far_m, self._height_m, self._pixels,
            self._unsure,
        ) = np.array(
            [
                (
                    look.azimuth_deg, look.hfov_deg, look.near_m, look.far_m, look.height_m,
                    look.pixels_wide, look.unsure_deg,
                )
                for look in self.looks
            ],
            dtype=np.float64,
        ).reshape(-1, 7).T  # fmt: skip

    def seeing(
        self,
        lonlat: LonLat,
        *,
        wanted: Callable[[str], bool] = lambda camera: True,
        beside_m: float = 0.0,
    ) -> list[Sighting]:
        """The cameras that see a place on the ground, best first.

        ``wanted`` is asked for each camera near by (is it working, may the asker see it).
        ``beside_m`` also takes cameras that see only the ground so near to it: all that a camera
        outside can show of a flat. They come last.
        """
        here = xy_from_lonlat(lonlat, self.walls.origin)
        away = here - self._xy
        near = np.flatnonzero(np.hypot(away[:, 0], away[:, 1]) <= self._far_m + beside_m)
        near = np.array([n for n in near if wanted(self.places[n].id)], np.intp)
        if not len(near):
            return []
        found = self._seen(near, here[None])
        shown = {sighting.camera for sighting in found}
        rest = np.array([n for n in near if self.places[n].id not in shown], np.intp)
        if beside_m > 0.0 and len(rest):
            found += self._seen(rest, _around(here, beside_m), beside=True)
        return sorted(found, key=lambda sighting: sighting.rank)

    def _seen(
        self, rows: NDArray[np.intp], goals: Floats, *, beside: bool = False
    ) -> list[Sighting]:
        """What each of some cameras sees best of a few places close together."""
        cameras, spots = (part.ravel() for part in np.indices((len(rows), len(goals))))
        cameras = rows[cameras]
        share = self._share(cameras, goals[spots])
        kept = np.flatnonzero(share > 0.0)
        cameras, spots, share = cameras[kept], spots[kept], share[kept]
        away = np.hypot(*(goals[spots] - self._xy[cameras]).T)
        clear = ~self._hidden(cameras, goals[spots], away)
        slant = np.hypot(away, self._height_m[cameras])
        density = density_px_m(self._pixels[cameras], self._across[cameras], slant)
        best: dict[int, int] = {}
        for n in np.flatnonzero(clear)[np.argsort(-density[clear], kind="stable")]:
            best.setdefault(int(cameras[n]), int(n))
        return [
            Sighting(
                self.places[row].id, float(away[n]), float(density[n]), float(share[n]), beside
            )
            for row, n in best.items()
        ]

    def _share(self, cameras: NDArray[np.intp], goals: Floats) -> Floats:
        """How surely each of some places is in the wedge of the camera beside it."""
        away = goals - self._xy[cameras]
        ground_m = np.hypot(away[:, 0], away[:, 1])
        off = np.degrees(np.arctan2(away[:, 0], away[:, 1])) - self._azimuth[cameras]
        share = wedge_share(off, self._across[cameras], self._unsure[cameras])
        inside = (ground_m >= self._near_m[cameras]) & (ground_m <= self._far_m[cameras])
        share = np.where(inside, share, 0.0)
        for n in np.flatnonzero(share):
            look = self.looks[cameras[n]]
            if look.masks:
                share[n] = certainty(look, self._xy[cameras[n]], goals[n : n + 1])[0]
        return share

    def _hidden(self, cameras: NDArray[np.intp], goals: Floats, away: Floats) -> Flags:
        if not len(cameras):
            return np.zeros(0, bool)
        edges = self.walls.around(goals[0], float(away.max()) + BESIDE_M)
        return hidden(self._xy[cameras], self._height_m[cameras], goals, edges)


def _around(here: Floats, reach_m: float) -> Floats:
    """Places on rings about another, the farthest ``reach_m`` away."""
    turns = np.radians(np.arange(_TURNS) * 360.0 / _TURNS)
    circle = np.column_stack((np.sin(turns), np.cos(turns)))
    rings = [here + circle * radius * (reach_m / _RINGS_M[-1]) for radius in _RINGS_M]
    return np.concatenate(rings)
