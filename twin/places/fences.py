"""Which grid a position lies in, and whether a position belongs to the street at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike

from twin.places.metres import scale_m
from twin.places.model import Compound, LonLat, Ring
from twin.places.territory import contains

MARGIN_M = 2000.0
"""How far outside the compounds' bounds a position is still believed."""


class Fences:
    """The outlines of a street's grids and compounds, indexed once and asked often."""

    def __init__(self, compounds: Sequence[Compound]) -> None:
        """Index the outlines; the order of ``compounds`` has no influence on any answer."""
        fences = sorted(
            [(0, grid.territory, grid.outline) for place in compounds for grid in place.grids]
            + [(1, place.territory, place.outline) for place in compounds]
        )
        self._territories = [territory for _, territory, _ in fences]
        self._tree = shapely.STRtree([shapely.Polygon(outline) for _, _, outline in fences])
        self._bounds = _bounds(compounds)

    def grids_at(self, lonlats: ArrayLike) -> list[str | None]:
        """The territory of each position, shape (n, 2): its grid, else its compound, else None.

        On an edge that grids share, the territory that sorts first wins, whatever the input order.
        """
        points = shapely.points(np.asarray(lonlats, dtype=np.float64).reshape(-1, 2))
        which_point, which_fence = self._tree.query(points, predicate="intersects")
        best = np.full(len(points), len(self._territories))
        np.minimum.at(best, which_point, which_fence)
        names: list[str | None] = [*self._territories, None]
        return [names[i] for i in best]

    def under(self, outline: Ring) -> list[str]:
        """The territories that an outline covers some of: grids, and compounds without one there.

        Ground of no compound, such as a public road, has none.
        """
        area = shapely.Polygon(outline)
        hit = self._tree.query(area, predicate="intersects")
        inside = shapely.relate_pattern(area, self._tree.geometries[hit], "T********")
        names = sorted({self._territories[n] for n in hit[inside]})
        return [a for a in names if not any(b != a and contains(a, b) for b in names)]

    def near(self, lonlat: LonLat) -> bool:
        """Whether a position lies in the compounds' bounds or within ``MARGIN_M`` of them."""
        west, south, east, north = self._bounds
        return west <= lonlat[0] <= east and south <= lonlat[1] <= north


def _bounds(compounds: Sequence[Compound]) -> tuple[float, float, float, float]:
    if not compounds:
        return (np.inf, np.inf, -np.inf, -np.inf)
    corners = np.array([point for place in compounds for point in place.outline])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    per_lon, per_lat = scale_m(float(south + north) / 2)
    lon, lat = MARGIN_M / per_lon, MARGIN_M / per_lat
    return (float(west - lon), float(south - lat), float(east + lon), float(north + lat))
