"""Buildings and grids of a compound in metres: what holds a position, what is called by a name."""

from __future__ import annotations

import shapely

from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, Compound, LonLat, Ring


class Grounds:
    """The buildings and grids of one compound, found by place or by name."""

    def __init__(self, compound: Compound) -> None:
        self.origin = compound.origin
        self.grids = compound.grids
        self.buildings = compound.buildings
        self.outline = self._area(compound.outline)
        self.shapes = [self._area(building.outline) for building in compound.buildings]
        self._grid_tree = shapely.STRtree([self._area(grid.outline) for grid in compound.grids])
        self._tree = shapely.STRtree(self.shapes)
        self._names = {folded(b.name): number for number, b in enumerate(compound.buildings)}

    def _area(self, ring: Ring) -> shapely.Polygon:
        return shapely.Polygon(xy_from_lonlat(ring, self.origin))

    def called(self, name: str) -> int | None:
        """The number of the building that people call so, however a list writes it."""
        return self._names.get(folded(name))

    def holding(self, at: LonLat) -> Building | None:
        """The building that a position lies in."""
        found = self._tree.query(self._point(at), "within")
        return self.buildings[int(found[0])] if len(found) else None

    def territory(self, at: LonLat) -> str:
        """The grid a position lies in, or the nearest."""
        return self.grids[int(self._grid_tree.nearest(self._point(at)))].territory

    def away_m(self, at: LonLat) -> float:
        """How far outside of the outline a position lies; 0 inside."""
        return float(self.outline.distance(self._point(at)))

    def apart_m(self, one: LonLat, other: LonLat) -> float:
        """Between two positions."""
        return float(self._point(one).distance(self._point(other)))

    def _point(self, at: LonLat) -> shapely.Point:
        return shapely.Point(*xy_from_lonlat(at, self.origin))


def folded(name: str) -> str:
    """A building's name without what lists write differently: 93号楼, 93栋 and 93# are 93幢."""
    for word in ("号楼", "号", "栋", "座", "#", "楼"):
        name = name.replace(word, "幢")
    return name.replace("幢幢", "幢").strip() if not name.isdecimal() else f"{name}幢"
