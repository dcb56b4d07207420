"""金元大厦: four towers of 24 to 30 floors around a court, shops along the street."""

from __future__ import annotations

import random

from geodata.cameras import placer
from geodata.demo import small_things
from geodata.demo.blocks import hall, tower
from geodata.demo.cameras import STREET_CAMERAS
from geodata.demo.plane import demo_plan
from geodata.demo.ways import bend, blob, gate, park, plant, stand
from geodata.drawing.buildings import Door
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose

COURT_Y = 252.0
TOWERS = (
    ((432.0, 232.4), 26, False),
    ((560.0, 232.4), 30, False),
    ((462.0, 277.5), 24, True),
    ((534.0, 277.5), 28, True),
)
SHOPS = (("shops-west", "西裙楼", 395.0, 488.0), ("shops-east", "东裙楼", 504.0, 597.0))


def plan(seed: int) -> SitePlan:
    """Draw the compound."""
    rng = random.Random(f"jinyuan {seed}")
    outline = box(381, 203, 611, 302)
    drawn = demo_plan("jinyuan", "金元大厦", "Jinyuan Towers", outline, households=292)
    drawn.grids = [box(381, 203, 499.05, 302), box(499.05, 203, 611, 302)]
    _ways(drawn)
    for number, (centre, floors, flip) in enumerate(TOWERS, start=1):
        stand(drawn, tower(number, centre, floors, flip=flip), COURT_Y)
    for block_id, name, west, east in SHOPS:
        middle = (west + east) / 2
        door = Door("1", (middle, 207.6), False, (0.0, 1.0))
        stand(drawn, hall(block_id, name, box(west, 207.6, east, 220.8), 2, "shop", door), 205.2)
    _places(drawn, rng)
    enclose(drawn)
    _devices(drawn, rng)
    plant(drawn)
    return drawn


def _ways(plan: SitePlan) -> None:
    plan.path("road", bend([(388, 205.2), (388, 295.5), (604, 295.5), (604, 205.2)]), 4.5)
    plan.path("lane", [(388, COURT_Y), (604, COURT_Y)], 5.0)
    plan.path("foot", [(388, 205.2), (604, 205.2)], 2.4)
    plan.path("road", [(363, 318), (629, 318)], 14.0)
    gate(plan, "南门", "vehicle", [(496, COURT_Y), (496, 186)])
    gate(plan, "北门", "vehicle", [(580, 295.5), (580, 318)])
    gate(plan, "东门", "pedestrian", [(604, COURT_Y), (629, COURT_Y)])
    gate(plan, "西门", "pedestrian", [(388, COURT_Y), (363, COURT_Y)])
    plan.path("foot", [(498, COURT_Y), (498, 295.5)], 2.4)


def _places(plan: SitePlan, rng: random.Random) -> None:
    duty = hall(
        "duty", "物业值班室", box(480, 238, 491, 244), 1, "service",
        Door("1", (485.5, 244.0)),
    )  # fmt: skip
    stand(plan, duty, COURT_Y)
    plan.area("plaza", box(502, 224, 536, 247), "金元广场")
    plan.area("water", blob((484, 268), (5.5, 4.0), rng, points=16), "喷泉池")
    plan.area("parking", box(392, 260, 424, 271), "地面停车场")
    plan.area("parking", box(572, 260, 600, 271), "地面停车场")
    plan.area("sport", box(396, 278, 424, 291), "篮球场")
    park(plan, rng, [(505, 570)], COURT_Y)


def _devices(plan: SitePlan, rng: random.Random) -> None:
    placer.stand(plan, 20, STREET_CAMERAS)
    small_things.lamps(plan, 22.0)
    small_things.manholes(plan, 32.0)
    small_things.detectors(plan, 2)
    small_things.terminals(plan, rng, 8.0)
    small_things.lifts(plan, 3)
    small_things.supply(plan, 1)
    small_things.points(
        plan, "water", [("地下车库入口积水", (590, 274)), ("喷泉池水位", (484, 262))]
    )
    small_things.points(
        plan,
        "noise",
        [("金元广场噪声", (519, 249)), ("南门噪声", (491, 223)), ("篮球场噪声", (427, 284))],
        3.0,
    )
    small_things.points(
        plan,
        "waste",
        [("1号垃圾站", (393, 224)), ("2号垃圾站", (599, 224)), ("3号垃圾站", (600, 291))],
    )
    small_things.chargers(plan, (394, 272.4), (2.6, 0), 11)
    small_things.chargers(plan, (574, 272.4), (2.6, 0), 10)
    plan.responder("liuyang", "刘洋", "grid_officer", ("first_aid", "mediation"), 1, (482, 246))
    plan.responder("sunwei", "孙伟", "guard", ("security", "fire"), 2, (485.5, 246))
    plan.responder("masongtao", "马松涛", "repair", ("repair", "electric", "lift"), 2, (489, 246))
