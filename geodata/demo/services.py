"""What help comes from and what lies in the ground: hydrants, muster points, rooms, pipes.

Drawn from ways, areas and blocks alone, so the compounds drawn by hand get theirs here, too.
"""

from __future__ import annotations

import math

import shapely

from geodata.drawing.buildings import XY, DrawnBuilding
from geodata.drawing.shapes import heading
from geodata.drawing.site_plan import SitePlan

HYDRANT_EVERY_M = 90.0
"""GB 50974-2014: 120 m at most between outdoor hydrants, 150 m of reach each."""
MUSTER_M2 = 1.5
"""Square metres a person at a muster point; GB 51143-2015 asks for 1.5 in the short term."""
MUSTER_KINDS = ("plaza", "sport", "parking")
CLEAR_M = 5.0

PIPES = (
    ("water", ("road", "lane"), 1.0, 0.9, 150.0),
    ("drain", ("road", "lane"), -0.6, 1.4, 400.0),
    ("sewer", ("road", "lane"), 0.6, 1.8, 300.0),
    ("gas", ("road",), -1.5, 1.0, 110.0),
    ("power", ("road",), 1.9, 0.8, 0.0),
    ("fibre", ("road", "lane"), -1.9, 0.7, 0.0),
)
"""Kind, ways it follows, metres to the left of their middle, depth in m, diameter in mm."""


def equip(plan: SitePlan, beds: int, fronts: tuple[str, ...] = ()) -> None:
    """Everything of this file for one compound; ``beds`` are those of its day-care centre."""
    hydrants(plan)
    muster(plan)
    rooms(plan, beds)
    shopfronts(plan, fronts)
    pipes(plan)


def hydrants(plan: SitePlan) -> None:
    """Hydrants along the roads inside, none nearer than two thirds of the usual distance."""
    stood: list[XY] = []
    inside = plan.outline.buffer(-3.0)
    for way in plan.ways:
        if way.kind not in ("road", "lane") or (way.kind == "lane" and stood):
            continue
        line = way.line
        at = min(20.0, line.length / 2)
        while at < line.length:
            here, turn = heading(line, at)
            turn += math.pi / 2
            for side in (1, -1):
                off = side * (way.width_m / 2 + 0.8)
                xy = (round(here.x + off * math.cos(turn), 1),
                      round(here.y + off * math.sin(turn), 1))  # fmt: skip
                apart = all(math.dist(xy, other) > HYDRANT_EVERY_M * 0.66 for other in stood)
                if apart and shapely.contains_xy(inside, *xy) and plan.free(xy):
                    stood.append(xy)
                    plan.service("hydrant", "消火栓 #", xy)
                    break
            at += HYDRANT_EVERY_M / 2


def muster(plan: SitePlan) -> None:
    """Muster points on the largest open squares, one for each but no more than one a grid."""
    wanted = max(1, len(plan.grids))
    squares = [area for area in plan.areas if area.kind in MUSTER_KINDS and area.name]
    squares.sort(key=lambda area: -area.outline.area)
    for area in squares[:wanted]:
        spot = area.outline.representative_point()
        room = int(area.outline.area / MUSTER_M2 / 10) * 10
        plan.service(
            "muster",
            f"{area.name}集合点",
            (round(spot.x, 1), round(spot.y, 1)),
            capacity=max(room, 20),
        )
    if not squares:
        west, south, east, north = plan.outline.bounds
        xy = plan.near([((west + east) / 2, (south + north) / 2)])
        plan.service("muster", "集合点", xy, capacity=200)


def rooms(plan: SitePlan, day_care_beds: int = 0) -> None:
    """The duty room, the property's desk beside it, and a day-care centre where there is one."""
    houses = {block.label: block for block in plan.buildings if block.use != "residence"}
    duty = houses.get("duty")
    if duty is not None:
        _in(plan, duty, "duty_room", "物业值班室", hours="00:00-24:00")
        _in(plan, duty, "property", f"{plan.name}物业", hours="08:00-20:00")
    if day_care_beds:
        centre = houses.get("service") or duty or plan.buildings[0]
        _in(plan, centre, "day_care", f"{plan.name}日间照料中心", capacity=day_care_beds,
            hours="08:00-18:00")  # fmt: skip


def _in(plan: SitePlan, block: DrawnBuilding, kind: str, name: str, **more: object) -> None:
    spot = block.outline.representative_point()
    xy = (round(spot.x, 1), round(spot.y, 1))
    plan.service(kind, name, xy, building=f"{plan.id}/{block.label}", **more)


def shopfronts(plan: SitePlan, kinds: tuple[str, ...]) -> None:
    """Small services on ground floors along the south: a clinic, a police box, a toilet."""
    words = {"clinic": ("社区卫生服务站", "08:00-21:00"), "police": ("警务室", "00:00-24:00"),
             "toilet": ("公共厕所", "06:00-22:00")}  # fmt: skip
    homes = [block for block in plan.buildings if block.use == "residence"]
    for number, kind in enumerate(kind for kind in kinds if kind in words):
        name, hours = words[kind]
        block = homes[(number * 3 + 1) % len(homes)]
        _in(plan, block, kind, f"{plan.name}{name}", hours=hours)


def pipes(plan: SitePlan) -> None:
    """Pipes and cables beside the middle of the ways inside the wall."""
    inside = plan.outline.buffer(-0.5)
    for kind, ways, aside, depth, diameter in PIPES:
        for way in plan.ways:
            if way.kind not in ways:
                continue
            line = way.line.simplify(0.3)
            if line.length < CLEAR_M or line.is_closed:
                run = shapely.offset_curve(line, aside, join_style="mitre")
            else:
                run = shapely.offset_curve(line, aside)
            for part in shapely.get_parts(run.intersection(inside)):
                if part.geom_type == "LineString" and part.length > CLEAR_M:
                    xy = [(round(x, 2), round(y, 2)) for x, y in part.coords]
                    plan.pipes.append((kind, xy, depth, diameter))
