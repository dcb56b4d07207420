"""湘园: seven and eleven floors on both sides of a green axis, with a kindergarten."""

from __future__ import annotations

import random

from geodata.cameras import placer
from geodata.demo import small_things
from geodata.demo.blocks import hall, nursery
from geodata.demo.cameras import STREET_CAMERAS
from geodata.demo.plane import demo_plan
from geodata.demo.ways import bend, blob, gate, park, plant, row, stand
from geodata.drawing.buildings import Door
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose

AXIS_X = 752.0
WEST_X, EAST_X = 733.0, 771.0
"""The fire lanes along the axis."""
SOUTHS = (26.0, 69.0, 112.0, 155.0, 198.0, 241.0)
DEPTH_M = 13.5
LANE_M = 19.1
NURSERY_ROW = 3
TALL_ROW = 4
"""Rows from here on have eleven floors and lifts; those south of it seven, in the sun."""


def plan(seed: int) -> SitePlan:
    """Draw the compound."""
    rng = random.Random(f"xiangyuan {seed}")
    outline = box(647, 6, 857, 300)
    drawn = demo_plan("xiangyuan", "湘园", "Xiangyuan", outline, households=726)
    x, y = AXIS_X + 2.4, 176.6
    drawn.grids = [box(647, 6, x, y), box(x, 6, 857, y), box(647, y, x, 300), box(x, y, 857, 300)]
    _ways(drawn)
    _blocks(drawn, rng)
    _axis(drawn, rng)
    enclose(drawn)
    _devices(drawn, rng)
    plant(drawn)
    return drawn


def _ways(plan: SitePlan) -> None:
    loop = [(752, 16), (847, 16), (847, 290), (657, 290), (657, 16), (752, 16)]
    plan.path("road", bend(loop, 10.0), 5.0)
    for x in (WEST_X, EAST_X):
        plan.path("lane", [(x, 16), (x, 290)], 4.0)
    plan.path("foot", [(AXIS_X, 16), (AXIS_X, 290)], 3.0)
    plan.path("road", [(629, -18), (1000, -18)], 14.0)
    plan.path("road", [(629, 318), (1000, 318)], 14.0)
    plan.path("road", [(875, -110), (875, 400)], 14.0)
    gate(plan, "南门", "pedestrian", [(AXIS_X, 16), (AXIS_X, -18)])
    gate(plan, "北门", "pedestrian", [(AXIS_X, 290), (AXIS_X, 318)])
    gate(plan, "西门", "vehicle", [(657, 131.1), (629, 131.1)])
    gate(plan, "东门", "vehicle", [(847, 131.1), (875, 131.1)])


def _blocks(plan: SitePlan, rng: random.Random) -> None:
    for number, south in enumerate(SOUTHS):
        lane = round(south + LANE_M, 1)
        plan.path("lane", [(657, lane), (WEST_X, lane)], 4.0)
        plan.path("lane", [(EAST_X, lane), (847, lane)], 4.0)
        plan.path("foot", [(WEST_X, lane), (EAST_X, lane)], 2.0)
        for span in ((661.0, 731.0), (773.0, 843.0)):
            if number == NURSERY_ROW and span[0] > AXIS_X:
                continue
            tall = number >= TALL_ROW
            row(
                plan, rng, span, south, (3,), lane, (11,) if tall else (7,),
                unit_m=20.4, depth_m=DEPTH_M, lift=tall,
            )  # fmt: skip
            park(plan, rng, [span], lane)
    kindergarten = nursery("nursery", "湘园幼儿园", (785, 142))
    stand(plan, kindergarten, round(SOUTHS[NURSERY_ROW] + LANE_M, 1))
    duty = hall(
        "duty", "物业值班室", box(738, 8.2, 748, 12.2), 1, "service", Door("1", (743, 12.2))
    )
    stand(plan, duty, 16)


def _axis(plan: SitePlan, rng: random.Random) -> None:
    plan.area("plaza", box(738, 48, 750, 84), "湘园广场")
    plan.area("plaza", box(754, 48, 766, 84), "湘园广场")
    plan.area("water", blob((742.5, 153), (5.5, 14), rng, points=20), "镜湖")
    plan.area("water", blob((761.5, 153), (5.5, 14), rng, points=20), "镜湖")
    plan.area("sport", box(737, 222, 749, 246), "羽毛球场")
    plan.area("plaza", box(755, 222, 767, 246), "健身广场")
    plan.area("plaza", box(799, 143.6, 819, 154.4), "幼儿园操场")
    plan.area("parking", box(664, 276, 728, 286), "停车场")
    plan.area("parking", box(776, 276, 840, 286), "停车场")


def _devices(plan: SitePlan, rng: random.Random) -> None:
    placer.stand(plan, 24, STREET_CAMERAS)
    small_things.lamps(plan, 32.0)
    small_things.manholes(plan, 56.0)
    small_things.detectors(plan, 4)
    small_things.terminals(plan, rng, 1.2)
    small_things.lifts(plan, 1)
    small_things.supply(plan, 3)
    small_things.afloat(plan, "镜湖水位", (742.5, 153))
    small_things.points(plan, "water", [("西门低洼处积水", (652, 126))])
    small_things.points(
        plan,
        "noise",
        [("湘园广场噪声", (752, 46)), ("幼儿园噪声", (809, 139)), ("健身广场噪声", (761, 220))],
        3.0,
    )
    small_things.points(
        plan,
        "waste",
        [("1号垃圾站", (652, 14)), ("2号垃圾站", (852, 14)), ("3号垃圾站", (852, 292))],
    )
    small_things.chargers(plan, (666, 274.8), (5.0, 0), 13)
    small_things.chargers(plan, (778, 274.8), (5.0, 0), 13)
    plan.responder("tanxia", "谭霞", "grid_officer", ("first_aid", "mediation"), 1, (740.5, 13.6))
    plan.responder("zhougang", "周刚", "guard", ("security", "fire"), 3, (743, 13.6))
    plan.responder("pengbo", "彭博", "repair", ("repair", "electric", "lift"), 4, (745.5, 13.6))
