"""The demo street: compounds drawn by rule, the same for the same seed."""

from __future__ import annotations

from geodata import huodian
from geodata.ways import knot
from twin.model import Compound

DRAWN = (huodian.plan,)


def build(seed: int) -> list[Compound]:
    """The compounds of the demo street, sorted by id."""
    plans = sorted((draw(seed) for draw in DRAWN), key=lambda plan: plan.id)
    knot(plans)
    return [plan.compound() for plan in plans]
