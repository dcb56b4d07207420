"""The devices of a drawn compound in believable numbers, and the people on duty."""

from __future__ import annotations

import random
from collections.abc import Sequence

import shapely

from geodata.cameras import placer
from geodata.demo import small_things
from geodata.demo.cameras import ESTATE_CAMERAS
from geodata.demo.estate.layout import STYLES, Brief, Layout
from geodata.demo.estate.places import charging
from geodata.drawing.buildings import XY
from geodata.drawing.site_plan import SitePlan

LAMP_M, COVER_M = 30.0, 48.0
CHARGERS = 14
LOCK_SHARE = 0.8
"""Share of the unit doors with an electronic lock."""
SLOPE_GAUGES = 6
SURNAMES = (
    ("谭", "tan"), ("罗", "luo"), ("彭", "peng"), ("刘", "liu"), ("易", "yi"), ("欧阳", "ouyang"),
    ("黄", "huang"), ("文", "wen"), ("贺", "he"), ("唐", "tang"), ("肖", "xiao"), ("曾", "zeng"),
    ("袁", "yuan"), ("邓", "deng"), ("宋", "song"), ("丁", "ding"), ("颜", "yan"), ("言", "yan"),
)  # fmt: skip
GIVEN = (
    ("建平", "jianping"), ("秀英", "xiuying"), ("志强", "zhiqiang"), ("丽华", "lihua"),
    ("国庆", "guoqing"), ("小燕", "xiaoyan"), ("海波", "haibo"), ("芳", "fang"), ("军", "jun"),
    ("湘云", "xiangyun"), ("勇", "yong"), ("敏", "min"), ("春梅", "chunmei"), ("斌", "bin"),
    ("立新", "lixin"), ("玲", "ling"), ("铁军", "tiejun"), ("晓红", "xiaohong"),
)  # fmt: skip
ROLES = {
    "grid_officer": ("first_aid", "mediation"),
    "guard": ("security", "fire"),
    "repair": ("repair", "electric", "lift"),
}


def fit_out(plan: SitePlan, found: Layout, brief: Brief, rng: random.Random) -> None:
    """Every device of the compound; the order is that of the numbers on the plates."""
    style = STYLES[brief.style]
    placer.stand(plan, brief.cameras, ESTATE_CAMERAS)
    small_things.lamps(plan, LAMP_M)
    small_things.manholes(plan, COVER_M)
    small_things.detectors(plan, 4)
    small_things.terminals(plan, rng, style.share)
    small_things.lifts(plan, 2 if style.tower else 1)
    small_things.supply(plan, 1 if style.tower else 5)
    _water(plan, found)
    _noise(plan, brief)
    _waste(plan, found, brief)
    _chargers(plan)
    locks(plan, rng, LOCK_SHARE)
    if "hazard" in brief.extra:
        _slope(plan)


def _water(plan: SitePlan, found: Layout) -> None:
    for area in plan.areas:
        if area.kind == "water":
            spot = area.outline.representative_point()
            small_things.afloat(plan, f"{area.name}水位", (round(spot.x, 1), round(spot.y, 1)))
    for block in plan.buildings:
        if block.label == "pump":
            small_things.pumps(plan, block, "水泵房水池水位")
    gate = next((xy for xy, place in plan.places if place.kind == "gate"), None)
    if gate is not None:
        small_things.points(plan, "water", [("南门低洼处积水", (gate[0] - 5, gate[1] + 2))])


def _noise(plan: SitePlan, brief: Brief) -> None:
    wanted = next((int(what[6:]) for what in brief.extra if what.startswith("noise:")), 1)
    squares = [area for area in plan.areas if area.kind in ("plaza", "sport")]
    squares.sort(key=lambda area: -area.outline.area)
    spots: list[tuple[str, XY]] = []
    for area in squares[:wanted]:
        west, _, _, north = area.outline.bounds
        spots.append((f"{area.name}噪声", (round(west - 1.0, 1), round(north + 0.8, 1))))
    gates = [(xy, place.name) for xy, place in plan.places if place.kind == "gate"]
    for xy, name in gates[: wanted - len(spots)]:
        spots.append((f"{name}噪声", (xy[0] + 6, xy[1] + 3)))
    small_things.points(plan, "noise", spots, 3.0)


def _waste(plan: SitePlan, found: Layout, brief: Brief) -> None:
    weighing = "weighing" in brief.extra
    west, south, east, north = found.ring.bounds
    corners = [(east - 3, south - 4.5), (west + 3, north + 4.5), (west + 3, south - 4.5)]
    for number, xy in enumerate(corners[: 2 if weighing else 3], start=1):
        name = f"{number}号{'称重' if weighing else ''}垃圾站"
        spot = plan.near([(round(xy[0], 1), round(xy[1], 1))])
        plan.device("waste", name, spot, height_m=1.2, use="weighing" if weighing else "")


def _chargers(plan: SitePlan) -> None:
    posts = charging(plan)
    for xy in posts[:: max(1, len(posts) // CHARGERS)][:CHARGERS]:
        plan.device("charger", "充电桩 #", plan.near([xy]), height_m=1.4)


def locks(plan: SitePlan, rng: random.Random, share: float) -> None:
    """Electronic locks just inside the unit doors."""
    for block in plan.buildings:
        if block.use != "residence":
            continue
        for door in block.doors:
            if rng.random() < share:
                spot = door.behind(0.8)
                plan.device(
                    "lock",
                    f"{block.name}{door.unit}单元门锁",
                    (round(spot.x, 2), round(spot.y, 2)),
                    building=block,
                    unit=door.unit,
                    floor=1,
                    height_m=1.1,
                )


def _slope(plan: SitePlan) -> None:
    """Tilt and crack gauges across the slope that may slide."""
    slope = next(area.outline for area in plan.areas if area.kind == "slope")
    west, south, east, north = slope.bounds
    for number in range(SLOPE_GAUGES):
        kind, word = (("tilt", "倾角计"), ("crack", "裂缝计"))[number % 2]
        x = west + (east - west) * (number + 0.5) / SLOPE_GAUGES
        y = (south + north) / 2 + (3.0 if number % 2 else -3.0)
        spot = plan.near([(round(x, 1), round(y, 1))])
        plan.device(kind, f"滑坡体{word} {number // 2 + 1:02d}", spot, height_m=0.6)


def crew(plan: SitePlan, brief: Brief, rng: random.Random) -> None:
    """A grid officer for each grid, a guard at the duty room; large compounds have a repairman."""
    roles = [("grid_officer", n) for n in range(1, len(plan.grids) + 1)] + [("guard", 1)]
    if len(plan.grids) > 2:
        roles += [("guard", len(plan.grids)), ("repair", 1)]
    duty = [block for block in plan.buildings if block.label == "duty"] or plan.buildings[:1]
    door = duty[0].doors[0].xy
    known: set[str] = set()
    for number, (role, grid) in enumerate(roles):
        pinyin, name = _name(rng, known)
        post = _post(plan, door, grid, number) if role == "grid_officer" else door
        plan.responder(pinyin, name, role, ROLES[role], grid, post)


def _post(plan: SitePlan, door: XY, grid: int, number: int) -> XY:
    """Before a door in the officer's own grid; the first stays at the duty room."""
    if not number:
        return door
    ground = plan.grids[grid - 1]
    doors = [d.xy for b in plan.buildings for d in b.doors if shapely.contains_xy(ground, *d.xy)]
    return doors[len(doors) // 2] if doors else door


def _name(rng: random.Random, known: set[str]) -> tuple[str, str]:
    while True:
        (surname, one), (given, two) = rng.choice(SURNAMES), rng.choice(GIVEN)
        if one + two not in known:
            known.add(one + two)
            return one + two, surname + given


def slope(plan: SitePlan, found: Layout, rng: random.Random) -> None:
    """The slope above a village, in its court: watched ground, neither built nor planted."""
    for court in found.courts[:1]:
        ground = court.buffer(-5.0, join_style="mitre")
        west, south, east, north = ground.bounds
        edge: Sequence[XY] = [
            (west, south),
            (east, south + rng.uniform(0, 3)),
            (east - 4, north),
            (west + 5, north - 2),
        ]
        plan.area("slope", shapely.set_precision(shapely.Polygon(edge), 0.1), "贺家湾滑坡体")
