"""火电小区: six- and seven-floor slabs of a power plant's housing around the pond 翠塘湖."""

from __future__ import annotations

import random

import shapely

from geodata.cameras import placer
from geodata.demo import small_things
from geodata.demo.blocks import hall, slab
from geodata.demo.cameras import STREET_CAMERAS
from geodata.demo.plane import demo_plan
from geodata.demo.ways import around, bend, blob, gate, link, park, plant, row, stand
from geodata.drawing.buildings import Door
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose

OUTLINE = [
    (4, 0), (258, 0), (270, 8), (270, 40), (345, 40), (345, 300), (0, 292), (0, 4),
]  # fmt: skip
SPINES = (118.0, 228.0)
SPANS = ((17.0, 113.0), (123.0, 223.0), (233.0, 328.0))
DEPTH_M = 11.5
LANE_M = 5.6
"""From the north façade to the middle of the lane that serves it."""
FIRST_M, PITCH_M = 21.0, 33.4
# Slabs of each row by their number of units, west, middle and east; the pond lies in the middle.
ROWS = (
    ((3, 3), (4, 2), ()),
    ((4, 2), (3, 3), (3, 3)),
    ((3, 3), (), (2, 4)),
    ((3, 3), (), (3, 3)),
    ((2, 4), (), (3, 3)),
    ((3, 3), (5,), (3, 2)),
    ((3, 3), (3, 3), ()),
    ((3,), (2, 3), (3, 3)),
)


def plan(seed: int) -> SitePlan:
    """Draw the compound."""
    rng = random.Random(f"huodian {seed}")
    drawn = demo_plan("huodian", "火电小区", "Huodian", shapely.Polygon(OUTLINE), households=1184)
    west, east = (spine + 3.05 for spine in SPINES)
    drawn.grids = [
        drawn.outline.intersection(part)
        for part in (box(-9, -9, west, 309), box(west, -9, east, 309), box(east, -9, 354, 309))
    ]
    _ways(drawn)
    _rows(drawn, rng)
    _pond(drawn, rng)
    _places(drawn, rng)
    enclose(drawn)
    _devices(drawn, rng)
    plant(drawn)
    return drawn


def _ways(plan: SitePlan) -> None:
    south = [(118, 10), (254, 10), (260, 16), (260, 50), (333, 50), (333, 284)]
    plan.path("road", bend([*south, (12, 281), (12, 10), (118, 10)]), 5.5)
    plan.path("road", [(118, 10), (118, 282)], 5.5)
    plan.path("road", [(228, 10), (228, 283)], 5.0)
    for line in (
        [(-18, -110), (-18, 400)],
        [(363, -110), (363, 400)],
        [(-130, -18), (363, -18)],
        [(-130, 318), (363, 318)],
    ):
        plan.path("road", line, 14.0)
    gate(plan, "南门", "vehicle", [(118, 10), (118, -18)])
    gate(plan, "东门", "vehicle", [(333, 139.9), (363, 139.9)])
    gate(plan, "北门", "pedestrian", [(228, 283), (228, 318)])
    gate(plan, "西门", "pedestrian", [(12, 171.7), (-18, 171.7)])


def _rows(plan: SitePlan, rng: random.Random) -> None:
    for number, cells in enumerate(ROWS):
        south = round(FIRST_M + PITCH_M * number, 1)
        last = number == len(ROWS) - 1
        lane = round(south + DEPTH_M + LANE_M, 1)
        ends = (12.0, *SPINES, 333.0 if number else 260.0)
        for span, units, a, b in zip(SPANS, cells, ends, ends[1:], strict=False):
            if units or a == SPINES[1]:
                plan.path("lane", [(a, lane), (b, lane)], 3.6)
            if units:
                ground = (15.0, 69.0) if last and span is SPANS[0] else span
                row(plan, rng, ground, south, units, lane, (6, 6, 7) if not last else (6,))
                park(plan, rng, [span], lane)
    tall = slab(37, (238.0, 221.4), 3, 10, depth_m=13.0, style=2, lift=True)
    stand(plan, tall, round(FIRST_M + PITCH_M * 6 + DEPTH_M + LANE_M, 1))


def _pond(plan: SitePlan, rng: random.Random) -> None:
    bank = blob((173, 121), (36, 29), rng)
    way = around(bank, 4.0)
    plan.area("water", bank, "翠塘湖")
    plan.path("foot", way, 2.2)
    for goal in ((118, 105), (118, 139.9), (228, 105), (228, 139.9), (160, 71.5), (186, 171.7)):
        link(plan, way, goal)
    plan.path("lane", [(118, 171.7), (228, 171.7)], 3.6)
    plan.area("plaza", box(196, 156, 222, 168.5), "翠塘广场")


def _places(plan: SitePlan, rng: random.Random) -> None:
    block = hall(
        "duty", "物业值班室", box(100, 1.6, 113, 6.6), 1, "service",
        Door("1", (106.5, 6.6)),
    )  # fmt: skip
    stand(plan, block, 10)
    block = hall("pump", "水泵房", box(128, 156, 139, 163), 1, "service", Door("1", (133.5, 163.0)))
    stand(plan, block, 171.7)
    plan.area("sport", box(72, 256, 100, 271), "篮球场")
    plan.area("plaza", box(100, 253, 113, 271), "健身广场")
    plan.area("parking", box(236, 17, 256, 32), "停车场")
    plan.area("parking", box(287, 222, 328, 234), "停车场")


def _devices(plan: SitePlan, rng: random.Random) -> None:
    placer.stand(plan, 26, STREET_CAMERAS)
    small_things.lamps(plan, 27.0)
    small_things.manholes(plan, 46.0)
    small_things.detectors(plan, 9)
    small_things.terminals(plan, rng, 0.62, sure=("b3", "1", 3, 2))
    small_things.lifts(plan, 1)
    small_things.supply(plan, 5)
    small_things.afloat(plan, "翠塘湖水位", (150, 121))
    pump = next(block for block in plan.buildings if block.label == "pump")
    small_things.pumps(plan, pump, "水泵房水池水位")
    small_things.points(plan, "water", [("南门低洼处积水", (124, 4))])
    small_things.points(
        plan,
        "noise",
        [("翠塘广场噪声", (209, 170)), ("健身广场噪声", (106, 252)), ("东门噪声", (340, 134)),
         ("篮球场噪声", (86, 254)), ("南门噪声", (127, 4))],
        3.0,
    )  # fmt: skip
    small_things.points(
        plan,
        "waste",
        [(f"{n}号垃圾站", xy) for n, xy in enumerate(
            ((20, 14), (222, 15), (20, 277), (328, 278), (328, 56)), start=1)],
    )  # fmt: skip
    small_things.chargers(plan, (237, 33), (2.6, 0), 8)
    small_things.chargers(plan, (289, 235.2), (3.2, 0), 12)
    plan.responder("zhoumin", "周敏", "grid_officer", ("first_aid", "mediation"), 2, (104, 8))
    plan.responder("lijianguo", "李建国", "guard", ("security", "fire"), 1, (107, 8))
    plan.responder("wangshifu", "王师傅", "repair", ("repair", "electric", "lift"), 3, (110, 8))
