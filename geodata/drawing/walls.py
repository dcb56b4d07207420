"""The wall of a compound: along its outline, open where gates stand, never through a building."""

from __future__ import annotations

import shapely

from geodata.drawing.site_plan import SitePlan

ASIDE_M = 0.3
"""Ground around a building on which no wall stands."""
LEAST_M = 1.0


def enclose(plan: SitePlan) -> None:
    """Build the wall."""
    gaps = shapely.union_all([gate.at.buffer(gate.width_m / 2) for gate in plan.gates])
    wall = shapely.line_merge(plan.outline.exterior.difference(gaps))
    solid = plan.solid(ASIDE_M)
    plan.walls = [
        part for part in shapely.get_parts(wall.difference(solid)) if part.length > LEAST_M
    ]
