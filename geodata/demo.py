"""The demo street: compounds drawn by rule, the same for the same seed."""

from __future__ import annotations

from geodata.plan import Block, Door, Plan, box
from twin.model import Compound


def build(seed: int) -> list[Compound]:
    """The compounds of the demo street, sorted by id."""
    return [_huodian().compound()]


def _huodian() -> Plan:
    plan = Plan("huodian", "火电小区", "Huodian", box(0, 0, 340, 300), households=1180)
    plan.grids = [box(0, 0, 170, 300), box(170, 0, 340, 300)]
    for x in (12, 328):
        plan.path("road", [(x, 12), (x, 288)], 5.0)
    for y in (12, 150, 288):
        plan.path("road", [(-18 if y == 150 else 12, y), (170, y), (358 if y == 150 else 328, y)], 5.0)
    plan.path("road", [(170, -18), (170, 12), (170, 150), (170, 288), (170, 318)], 5.0)
    number = 0
    for y in (30, 65, 100, 165, 200, 235):
        plan.path("lane", [(12, y + 18), (170, y + 18), (328, y + 18)], 3.5)
        for x in (22, 70, 118, 182, 230, 278):
            number += 1
            doors = tuple(Door(str(u), (x + 7 + 14 * (u - 1), y + 12)) for u in (1, 2, 3))
            for door in doors:
                plan.path("foot", [door.xy, (door.xy[0], y + 18)], 1.5)
            shape = box(x, y, x + 42, y + 12)
            plan.blocks.append(Block(f"b{number}", f"{number}幢", shape, 6, 18.0, doors=doors))
            plan.device("power", f"{number}幢配电箱", (x + 46, y + 6), height_m=1.2)
            plan.device(
                "call", f"{number}幢1单元302 一键呼", (x + 5, y + 6), height_m=9.0,
                building=f"huodian/b{number}", unit="1", floor=3, room="302",
            )  # fmt: skip
            plan.device(
                "smoke", f"{number}幢2单元3层烟感", (x + 21, y + 6), height_m=9.0,
                building=f"huodian/b{number}", unit="2", floor=3,
            )  # fmt: skip
    for name, xy in (("南门", (170, 0)), ("北门", (170, 300)), ("西门", (0, 150)), ("东门", (340, 150))):
        plan.device("gate", name, xy, use="vehicle")
    for i in range(20):
        xy = (float(25 + 15 * i), 9.0 if i % 2 else 291.0)
        plan.device(
            "camera", "摄像机 C-#", xy, height_m=4.0, azimuth_deg=0.0 if i % 2 else 180.0,
            hfov_deg=90.0, range_m=40.0,
        )  # fmt: skip
        plan.device("lamp", "灯杆 LP-@", (xy[0] + 5, 150 + 5.0), height_m=4.0)
        plan.device("manhole", "雨水井 #", (xy[0] + 2, 150.0))
    plan.responder("zhoumin", "周敏", "grid_officer", ("first_aid", "mediation"), 2, (174, 145))
    plan.responder("lijianguo", "李建国", "guard", ("security", "fire"), 1, (166, 6))
    plan.responder("wangshifu", "王师傅", "repair", ("repair", "electric", "lift"), 2, (174, 6))
    return plan
