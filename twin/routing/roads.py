"""What of a district counts for one of its streets: roads to travel by, places to get help from.

A street's ways do not end at its border: the next fire station lies beyond it, and the quickest way
between two of its compounds may lead through its neighbour. So a road counts for every street
whose ground it comes near to, and one that crosses a border counts on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, District, LonLat, Path, Service
from twin.routing.graph import Floats

BEYOND_M = 3000.0
"""How far beyond a street roads and services count: ten minutes by vehicle at 20 km/h."""
SAME_M = 0.5
"""A road this near to a compound's own path, all along, is that path; noding snaps as far."""
SAMPLE_M = 15.0
Lines = NDArray[np.object_]


class Surroundings:
    """The ground around one street, and what of some districts lies on it."""

    def __init__(
        self, street: str, compounds: Sequence[Compound], districts: Iterable[District]
    ) -> None:
        """``street`` is a territory; its outline is the division's, else that of its compounds."""
        home = street.partition(".")[0]
        self._districts = [one for one in districts if one.territory == home]
        self._compounds = compounds
        self._origin: LonLat = compounds[0].origin if compounds else (0.0, 0.0)
        rings = [
            division.outline
            for district in self._districts
            for division in district.divisions
            if division.level == "street" and division.territory == street
        ]
        rings = rings or [compound.outline for compound in compounds]
        ground = shapely.union_all([shapely.Polygon(self._xy(ring)) for ring in rings])
        self._ground = ground.buffer(BEYOND_M)
        shapely.prepare(self._ground)

    def roads(self) -> list[Path]:
        """The districts' roads that count here, without those a compound has of its own."""
        paths = [path for district in self._districts for path in district.paths]
        if not paths:
            return []
        lines = self._lines(paths)
        kept = shapely.intersects(self._ground, lines)
        kept[kept] &= ~self._held(lines[kept])
        return [path for path, wanted in zip(paths, kept.tolist(), strict=True) if wanted]

    def services(self) -> list[Service]:
        """The districts' services that count here."""
        found = [one for district in self._districts for one in district.services]
        if not found:
            return []
        spots = shapely.points(self._xy([one.lonlat for one in found]))
        near = shapely.intersects(self._ground, spots)
        return [one for one, wanted in zip(found, near.tolist(), strict=True) if wanted]

    def _held(self, lines: Lines) -> NDArray[np.bool_]:
        """Which lines lie on paths of the compounds, as far as every 15 m tells."""
        own = [path for compound in self._compounds for path in compound.paths]
        if not own or not len(lines):
            return np.zeros(len(lines), np.bool_)
        dense = shapely.segmentize(lines, SAMPLE_M)
        xy, of = shapely.get_coordinates(dense, return_index=True)
        tree = shapely.STRtree(self._lines(own))
        on = np.zeros(len(xy), np.bool_)
        on[tree.query(shapely.points(xy), "dwithin", SAME_M)[0]] = True
        off = np.bincount(of, ~on, minlength=len(lines))
        return np.asarray(off == 0)

    def _lines(self, paths: Sequence[Path]) -> Lines:
        counts = [len(path.line) for path in paths]
        xy = self._xy([spot for path in paths for spot in path.line])
        return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(paths)), counts)))

    def _xy(self, lonlats: Sequence[LonLat]) -> Floats:
        return xy_from_lonlat(np.array(lonlats, np.float64).reshape(-1, 2), self._origin)
