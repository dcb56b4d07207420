"""A building on the drawing board and its doors, in metres, before they become place records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shapely import Point, Polygon

XY = tuple[float, float]


@dataclass(frozen=True)
class Door:
    """The door of one unit; ``into`` is the unit vector of who walks in."""

    unit: str
    xy: XY
    has_lift: bool = False
    into: XY = (0.0, -1.0)
    width_m: float = 0.0

    @property
    def at(self) -> Point:
        """Where it is, as a shape."""
        return Point(self.xy)

    def behind(self, depth_m: float, aside_m: float = 0.0) -> Point:
        """A point behind the door, ``aside_m`` to the right of who walks in."""
        (x, y), (dx, dy) = self.xy, self.into
        return Point(x + dx * depth_m + dy * aside_m, y + dy * depth_m - dx * aside_m)


@dataclass
class DrawnBuilding:
    """A building: ``label`` is the last part of its id, ``name`` what people say."""

    label: str
    name: str
    outline: Polygon
    floors: int
    height_m: float
    use: str = "residence"
    doors: Sequence[Door] = ()
