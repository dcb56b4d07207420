"""A drawn compound from an empty outline to the last tree."""

from __future__ import annotations

import random
from collections.abc import Sequence

import shapely

from geodata.demo import services
from geodata.demo.estate import devices, places
from geodata.demo.estate.grids import BASIC_HOUSEHOLDS, grids
from geodata.demo.estate.layout import Brief, households, lay
from geodata.demo.street import CROWN_M2
from geodata.demo.ways import knot, plant, wood
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose

BAYS_A_HOUSEHOLD = 0.14


def complete(
    plan: SitePlan,
    brief: Brief,
    near: Sequence[shapely.LineString],
    rng: random.Random,
    beds: int = 0,
) -> None:
    """Draw everything into a plan that has an outline; ``near`` are the streets around it.

    Raises ValueError when the ground does not hold what is asked for.
    """
    layout = lay(plan, brief, rng)
    plan.households = households(plan, brief)
    count = brief.grids or max(2, round(plan.households / BASIC_HOUSEHOLDS))
    plan.grids = grids(plan, layout, count)
    places.gates(plan, layout, near, brief)
    places.courts(plan, layout, brief, rng)
    if "hazard" in brief.extra:
        devices.slope(plan, layout, rng)
    places.houses(plan, layout)
    usual = round(plan.households * BAYS_A_HOUSEHOLD)
    places.bays(plan, layout, brief.bays or usual, exactly=bool(brief.bays))
    enclose(plan)
    devices.fit_out(plan, layout, brief, rng)
    devices.crew(plan, brief, rng)
    services.equip(plan, beds, brief.extra)
    plant(plan)
    knot([plan])
    wood(plan, rng, round(plan.outline.area / CROWN_M2))
