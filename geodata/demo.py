"""The demo street: four compounds drawn by rule, the same for the same seed."""

from __future__ import annotations

from geodata import huodian, jinyuan, nanxing, xiangyuan
from geodata.outskirts import surround
from geodata.ways import knot
from twin.model import Compound

DRAWN = (huodian.plan, jinyuan.plan, nanxing.plan, xiangyuan.plan)


def build(seed: int) -> list[Compound]:
    """The compounds of the demo street, sorted by id."""
    plans = sorted((draw(seed) for draw in DRAWN), key=lambda plan: plan.id)
    knot(plans)
    surround(plans, seed)
    return [plan.compound() for plan in plans]
