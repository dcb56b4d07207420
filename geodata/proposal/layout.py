"""From outline and buildings to a whole compound: every step of the proposal in order."""

from __future__ import annotations

import random

import msgspec

from geodata.drawing.site_plan import SitePlan
from geodata.drawing.walls import enclose
from geodata.proposal import crew, devices, doors, gates, grids, ground, spurs, ways
from twin.places.model import Compound

MANY = 600
"""Buildings up to which ways, grounds and devices are proposed."""


def propose(site: SitePlan, seed: int, *, bare: bool = False, **known: str | int) -> Compound:
    """The compound a site could be; the same for the same site and seed.

    What stands on the site already was given by somebody, and is not proposed. ``bare``, and of
    more than ``MANY`` buildings, no ways, gates, grounds and devices are: a draft of that size
    helps nobody.
    ``known`` are fields of the compound that somebody gave: ``name``, ``attribution`` and so on.
    """
    rng = random.Random(f"{site.id} {seed}")
    whole = len(site.buildings) <= MANY and not bare
    _draw(site, rng, whole)
    site.settle()
    if whole:
        devices.propose(site, rng)
    crew.propose(site)
    return msgspec.structs.replace(site.compound(), **known)


def _draw(site: SitePlan, rng: random.Random, whole: bool) -> None:
    """Draw what nobody gave; ``whole``: ways, gates and grounds, too."""
    for house in site.buildings:
        if not house.doors:
            doors.equip(house)
    if site.ways:
        spurs.lead_on(site)
    elif whole:
        ways.propose(site)
    if not site.gates and whole and not gates.at_crossings(site):
        gates.propose(site)
    if not site.grids:
        grids.propose(site)
        site.grids_proposed = True
    if not site.walls and whole:
        enclose(site)
    if not site.areas and whole:
        ground.propose(site, rng)
