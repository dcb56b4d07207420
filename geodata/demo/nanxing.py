"""南星小区: slabs in the west, point blocks around a small lake in the east."""

from __future__ import annotations

import random

import shapely

from geodata.cameras import placer
from geodata.demo import small_things
from geodata.demo.blocks import hall, tower
from geodata.demo.cameras import STREET_CAMERAS
from geodata.demo.plane import demo_plan
from geodata.demo.ways import (
    around,
    bend,
    blob,
    dwellings,
    gate,
    link,
    park,
    plant,
    row,
    stand,
)
from geodata.drawing.buildings import Door
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose

OUTLINE = [(381, 2), (611, 2), (611, 150), (597, 168), (381, 168)]
SPINE_X = 505.0
SOUTHS = (22.0, 56.0, 90.0, 124.0)
LANE_M = 17.1
POINTS_X = (526.0, 553.5, 581.0)


def plan(seed: int) -> SitePlan:
    """Draw the compound."""
    rng = random.Random(f"nanxing {seed}")
    drawn = demo_plan("nanxing", "南星小区", "Nanxing", shapely.Polygon(OUTLINE), households=612)
    cut = SPINE_X + 3.05
    drawn.grids = [
        drawn.outline.intersection(part) for part in (box(380, 0, cut, 169), box(cut, 0, 612, 169))
    ]
    _ways(drawn)
    _blocks(drawn, rng)
    _lake(drawn, rng)
    _places(drawn)
    enclose(drawn)
    _devices(drawn, rng)
    plant(drawn)
    return drawn


def _ways(plan: SitePlan) -> None:
    loop = [(505, 12), (601, 12), (601, 144), (591, 158), (391, 158), (391, 12), (505, 12)]
    plan.path("road", bend(loop), 5.0)
    plan.path("road", [(SPINE_X, 12), (SPINE_X, 158)], 5.0)
    plan.path("road", [(363, -18), (629, -18)], 14.0)
    plan.path("road", [(363, 186), (629, 186)], 12.0)
    plan.path("road", [(629, -110), (629, 400)], 14.0)
    gate(plan, "南门", "vehicle", [(505, 12), (505, -18)])
    gate(plan, "东门", "vehicle", [(601, 73.1), (629, 73.1)])
    gate(plan, "西门", "pedestrian", [(391, 107.1), (363, 107.1)])
    gate(plan, "北门", "pedestrian", [(450, 158), (450, 186)])


def _blocks(plan: SitePlan, rng: random.Random) -> None:
    for south in SOUTHS:
        lane = round(south + LANE_M, 1)
        plan.path("lane", [(391, lane), (SPINE_X, lane)], 3.6)
        units = rng.choice(((3, 3), (4, 2), (2, 4)))
        row(plan, rng, (396, 500), south, units, lane, (6, 7))
        park(plan, rng, [(396, 500)], lane)
    for y, lane in ((27.0, 39.1), (127.0, 141.1)):
        plan.path("lane", [(SPINE_X, lane), (601, lane)], 3.6)
        for x in POINTS_X:
            block = tower(dwellings(plan) + 1, (x, y), 11, size=0.66)
            stand(plan, block, lane)


def _lake(plan: SitePlan, rng: random.Random) -> None:
    bank = blob((552, 88), (27, 22), rng, points=24)
    way = around(bank, 3.6)
    plan.area("water", bank, "南星湖")
    plan.path("foot", way, 2.2)
    for goal in ((505, 73.1), (505, 107.1), (601, 73.1), (601, 112), (553, 39.1)):
        link(plan, way, goal)
    link(plan, way, (539.8, 116.0), (539.8, 141.1))


def _places(plan: SitePlan) -> None:
    duty = hall("duty", "物业值班室", box(512, 4, 524, 8), 1, "service", Door("1", (518, 8.0)))
    stand(plan, duty, 12)
    centre = hall(
        "service", "社区服务中心", box(470, 4, 494, 8.2), 2, "service", Door("1", (482, 8.2))
    )
    stand(plan, centre, 12)
    plan.area("plaza", box(509, 112, 523, 117), "湖畔广场")
    plan.area("sport", box(584, 100, 597, 108), "羽毛球场")
    plan.area("parking", box(396, 149, 446, 154.8), "停车场")
    plan.area("parking", box(454, 149, 500, 154.8), "停车场")


def _devices(plan: SitePlan, rng: random.Random) -> None:
    placer.stand(plan, 22, STREET_CAMERAS)
    small_things.lamps(plan, 27.0)
    small_things.manholes(plan, 44.0)
    small_things.detectors(plan, 3)
    small_things.terminals(plan, rng, 1.4)
    small_things.lifts(plan, 1)
    small_things.supply(plan, 4)
    small_things.afloat(plan, "南星湖水位", (545, 90))
    small_things.points(plan, "water", [("南门低洼处积水", (500, 8))])
    small_things.points(
        plan,
        "noise",
        [("湖畔广场噪声", (516, 118)), ("东门噪声", (606, 68)), ("羽毛球场噪声", (590, 98))],
        3.0,
    )
    small_things.points(
        plan, "waste", [("1号垃圾站", (395, 8)), ("2号垃圾站", (597, 8)), ("3号垃圾站", (395, 162))]
    )
    small_things.chargers(plan, (399, 148.2), (5.0, 0), 18)
    plan.responder("chenjing", "陈静", "grid_officer", ("first_aid", "mediation"), 1, (515, 9.4))
    plan.responder("zhaoqiang", "赵强", "guard", ("security", "fire"), 2, (518, 9.4))
    plan.responder("heli", "何莉", "volunteer", ("first_aid",), 2, (553.5, 39.1))
