"""Which cameras the demo has: those of the street drawn by hand, and those of drawn estates."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.cameras import masts
from geodata.cameras.placer import DrawnView, PlacingRule
from geodata.cameras.sight import Marks, WaysInView
from geodata.drawing.site_plan import SitePlan
from twin.places.model import Lens

POINT_M = 2.5
"""Marks on the ways of an estate are so far apart."""
LENSES = (
    (87.6, 56.0, 2.8, 32.0, 24.0),
    (67.7, 41.0, 4.0, 45.0, 16.0),
    (48.2, 28.0, 6.0, 60.0, 11.0),
)
"""Width and height of view, focal length in mm on a 1/2.8" sensor, reach in m, tilt."""
UNSURE_ONE_IN = 9
"""Cameras known from a catalogue that tells eighths of the circle only."""
UNSURE_DEG = 22.5


def _driven(plan: SitePlan) -> list[shapely.LineString]:
    return [way.line for way in plan.ways if way.kind in ("road", "lane")]


def _ways_in_view(plan: SitePlan) -> WaysInView:
    outlines = [building.outline for building in plan.buildings]
    return WaysInView(_driven(plan), outlines, plan.outline.buffer(6))


def _marks_on_ways(plan: SitePlan) -> Marks:
    inside = shapely.intersection(_driven(plan), plan.outline.buffer(5))
    dense = shapely.segmentize(inside, POINT_M)
    points = np.unique(shapely.get_coordinates(dense).round(1), axis=0)
    solid = [building.outline.buffer(-0.1) for building in plan.buildings]
    return Marks(points, np.ones(len(points)), solid)


def _street_view(number: int, at_gate: bool) -> DrawnView:
    if at_gate:
        return DrawnView(90.0, 35.0)
    return DrawnView(68.0, 45.0) if number % 3 else DrawnView(84.0, 38.0)


def _estate_view(number: int, at_gate: bool) -> DrawnView:
    row = 0 if at_gate else 1 + (number % 5 == 0)
    hfov_deg, vfov_deg, focal_mm, range_m, tilt_deg = LENSES[row]
    lens = Lens(
        tilt_deg=tilt_deg,
        vfov_deg=vfov_deg,
        focal_mm=focal_mm,
        pixels_wide=2560 if number % 4 else 3840,
        azimuth_unsure_deg=UNSURE_DEG if number % UNSURE_ONE_IN == UNSURE_ONE_IN - 1 else 0.0,
    )
    return DrawnView(hfov_deg, range_m, lens)


STREET_CAMERAS = PlacingRule(masts.around_gate, masts.at_junctions, _ways_in_view, _street_view)
ESTATE_CAMERAS = PlacingRule(masts.beside_gate, masts.along_ways, _marks_on_ways, _estate_view)
