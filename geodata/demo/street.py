"""The demo street: four compounds drawn by rule, the same for the same seed."""

from __future__ import annotations

import random

from geodata.demo import huodian, jinyuan, nanxing, services, xiangyuan
from geodata.demo.outskirts import lengthen, surround
from geodata.demo.plane import finished
from geodata.demo.ways import knot, wood
from twin.places.model import Compound

DRAWN = (huodian.plan, jinyuan.plan, nanxing.plan, xiangyuan.plan)

DAY_CARE = {"huodian": 6, "jinyuan": 4, "nanxing": 7, "xiangyuan": 7}
"""Beds of each compound's day-care centre."""
CROWN_M2 = 420.0
"""One tree for so much ground of a compound."""


def build_street(seed: int) -> list[Compound]:
    """The compounds of the demo street, sorted by id."""
    plans = sorted((draw(seed) for draw in DRAWN), key=lambda plan: plan.id)
    for plan in plans:
        services.equip(plan, DAY_CARE[plan.id])
    lengthen(plans)
    knot(plans)
    surround(plans, seed)
    for plan in plans:
        wood(plan, random.Random(f"trees {plan.id} {seed}"), round(plan.outline.area / CROWN_M2))
    return [finished(plan) for plan in plans]
