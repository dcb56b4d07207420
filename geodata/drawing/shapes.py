"""Shapes that every drawing needs: rectangles, and polygons cut until they have no holes."""

from __future__ import annotations

import math

import shapely

ROUND = 4
"""Segments a quarter of a circle where it is only asked what is free."""
LEAST_M2 = 1.0
"""Smaller parts of what is cut are dropped."""


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle on the plane, in metres."""
    return shapely.box(west, south, east, north)


def without_holes(shape: shapely.Polygon) -> list[shapely.Polygon]:
    """A polygon cut through its holes, since an area has an outer ring alone."""
    if not shape.interiors:
        return [shape]
    west, south, east, north = shape.bounds
    cut = shapely.Polygon(shape.interiors[0]).centroid.x
    halves = [box(west, south, cut, north), box(cut, south, east, north)]
    return [
        solid
        for half in halves
        for part in shapely.get_parts(shape.intersection(half))
        if isinstance(part, shapely.Polygon) and part.area > LEAST_M2
        for solid in without_holes(part)
    ]


def heading(line: shapely.LineString, at_m: float) -> tuple[shapely.Point, float]:
    """The point so far along a line, and where the line goes on from there, in radians.

    The direction counts from the x axis to the left.
    """
    here, ahead = line.interpolate(at_m), line.interpolate(at_m + 0.5)
    return here, math.atan2(ahead.y - here.y, ahead.x - here.x)
