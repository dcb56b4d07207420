from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
import shapely

from geodata.checks import faults
from geodata.demo.estate.layout import STYLES, Brief
from geodata.demo.estate.whole import complete
from geodata.demo.plane import ANCHOR, demo_plan, finished
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import Jurisdiction, SitePlan

STREETS = [shapely.LineString(box(-120, -170, 120, 170).exterior.coords)]


def drawn(brief: Brief, outline: shapely.Polygon | None = None) -> SitePlan:
    frame = Plane(ANCHOR, turn_deg=11.0, shift=(250.0, -90.0))
    ground = outline or box(-100, -150, 100, 150)
    whose = Jurisdiction("lusong.jianshe.dayuan")
    plan = demo_plan("yard", "大院", "Yard", ground, plane=frame, jurisdiction=whose)
    complete(plan, brief, STREETS, random.Random(5), beds=4)
    return plan


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_draws_without_a_fault(style: str) -> None:
    court = ("green",) if style == "village" else ("pond:小湖", "plaza")
    compound = finished(drawn(Brief(style, cameras=20, court=court)))
    assert faults(compound) == []
    kinds = Counter(device.kind for device in compound.devices)
    assert (kinds["camera"], kinds["gate"]) == (20, 4)
    assert len([block for block in compound.buildings if block.use == "residence"]) >= 2


def test_an_outline_that_is_not_square_is_filled_too() -> None:
    outline = shapely.Polygon([(-100, -140), (95, -150), (104, 60), (40, 150), (-96, 146)])
    compound = finished(drawn(Brief("six", cameras=16), outline))
    assert faults(compound) == []
    assert len(compound.buildings) > 10


def test_what_is_asked_for_is_drawn_exactly() -> None:
    known: dict[str, Any] = {"buildings": 9, "households": 333, "grids": 3, "bays": 44}
    compound = finished(drawn(Brief("old", cameras=12, lifts=3, barriers=2, **known)))
    kinds = Counter(device.kind for device in compound.devices)
    barriers = [one for one in compound.devices if one.kind == "gate" and one.use == "vehicle"]
    homes = [block for block in compound.buildings if block.use == "residence"]
    assert (kinds["camera"], kinds["lift"], len(barriers)) == (12, 3, 2)
    assert (len(homes), compound.households, len(compound.grids)) == (9, 333, 3)
    assert sum(area.kind == "bay" for area in compound.areas) == 44


def test_more_bays_than_the_ground_holds_are_refused() -> None:
    with pytest.raises(ValueError, match=r"yard: room for \d+ bays of 9000"):
        drawn(Brief("six", bays=9000))


def test_grids_hold_alike() -> None:
    plan = drawn(Brief("dense", grids=4))
    homes = [
        sum(
            shapely.contains_xy(grid, *block.outline.centroid.coords[0]) for block in plan.buildings
        )
        for grid in plan.grids
    ]
    assert len(plan.grids) == 4
    assert max(homes) < 3 * max(1, min(homes))


def test_a_compound_knows_its_hydrants_and_where_to_gather() -> None:
    compound = finished(drawn(Brief("seven", court=("plaza",), extra=("clinic",))))
    kinds = Counter(service.kind for service in compound.services)
    assert kinds["hydrant"] >= 4 and kinds["muster"] >= 1
    assert all(kinds[one] == 1 for one in ("duty_room", "property", "clinic", "day_care"))
    blocks = {block.id for block in compound.buildings}
    assert {one.building for one in compound.services if one.building} <= blocks
