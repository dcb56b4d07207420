"""Where the demo lies: the plane of its street, and drawing boards on it and elsewhere."""

from __future__ import annotations

import shapely

from geodata.drawing.plane import Plane
from geodata.drawing.site_plan import Jurisdiction, SitePlan
from twin.places.model import Compound, LonLat
from twin.visibility.window_privacy import with_masks

ANCHOR: LonLat = (113.15, 27.83)
STREET = Plane(ANCHOR, turn_deg=6.0, bend=0.0003, middle=complex(430.0, 150.0))
"""The plane of the demo street; its middle is laid down without bend."""
EAST_NORTH = Plane(ANCHOR)
"""Metres east and north of the anchor, in which the demo city is laid out."""
CHANGTANGWAN = Jurisdiction(
    "lusong.hejiatu.changtangwan", "430203001001", "长塘湾社区", "贺家土街道", "芦淞区"
)
"""The community of the demo street."""


def demo_plan(
    name_id: str,
    name: str,
    name_en: str,
    outline: shapely.Polygon,
    *,
    plane: Plane = STREET,
    jurisdiction: Jurisdiction = CHANGTANGWAN,
    households: int = 0,
) -> SitePlan:
    """An empty drawing board of a demo compound; on the demo street unless it is said where."""
    return SitePlan(
        name_id,
        outline,
        plane,
        jurisdiction,
        name=name,
        name_en=name_en,
        households=households,
        attribution="示范数据",
        way_stem="p",
        area_stem="a",
    )


def finished(plan: SitePlan) -> Compound:
    """What was drawn, its cameras masked where they would look into homes."""
    return with_masks(plan.compound())
