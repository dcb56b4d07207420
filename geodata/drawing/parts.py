"""What is drawn of a compound beside its buildings: ways, grounds and gates, in metres."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString, Point, Polygon


@dataclass
class Way:
    """A line people or vehicles use; ``kind`` as in ``twin.places.model.Path``.

    ``given`` is what it is called in the files it comes from; empty when no file gives it.
    """

    kind: str
    line: LineString
    width_m: float
    given: str = ""


@dataclass
class DrawnArea:
    """Ground that is drawn; ``kind`` as in ``twin.places.model.Area``; ``given`` as of a way."""

    kind: str
    outline: Polygon
    name: str = ""
    given: str = ""


@dataclass
class Gate:
    """An opening in the boundary. ``use``: vehicle or pedestrian; ``inward`` points inside."""

    name: str
    use: str
    at: Point
    inward: tuple[float, float]
    given: str = ""
    opening_m: float = 0.0

    @property
    def width_m(self) -> float:
        """How wide the wall opens: as drawn, else what is usual."""
        return self.opening_m or (7.0 if self.use == "vehicle" else 3.0)
