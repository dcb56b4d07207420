"""Posts to fill: one grid officer a grid, guards at the vehicle gates, repair, volunteers.

Names of persons are nothing a program may propose; a post's name says which post it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely import Point

from geodata.drawing.site_plan import SitePlan
from twin.places.model import ResponderCard

SKILLS = {
    "grid_officer": ("first_aid", "mediation"),
    "guard": ("security", "fire"),
    "repair": ("repair", "electric", "lift"),
    "volunteer": ("first_aid",),
}


def propose(site: SitePlan) -> tuple[ResponderCard, ...]:
    """The posts of a site, each at a door or gate."""
    found: list[tuple[str, str, str, Point]] = []
    centres = _doors_near(site, [grid.centroid for grid in site.grids])
    for number, at in enumerate(centres, start=1):
        found.append((f"wangge-{number}", f"第{number}网格员", "grid_officer", at))
    gates = [gate for gate in site.gates if gate.use == "vehicle"] or site.gates
    posts = [Point(g.at.x + g.inward[0] * 4, g.at.y + g.inward[1] * 4) for g in gates]
    posts = posts or _doors_near(site, [site.outline.centroid])
    for number, at in enumerate(posts, start=1):
        name = gates[number - 1].name if gates else ""
        found.append((f"baoan-{number}", f"{name}保安", "guard", at))
    found.append(("weixiu-1", "物业维修", "repair", posts[0]))
    inner = _doors_near(site, [grid.representative_point() for grid in site.grids])
    for number, at in enumerate(inner, start=1):
        found.append((f"zhiyuan-{number}", f"第{number}网格志愿者", "volunteer", at))
    grids = site.grids_of([at for *_, at in found])
    for (label, name, role, at), grid in zip(found, grids, strict=True):
        site.responder(label, name, role, SKILLS[role], grid, (at.x, at.y))
    return tuple(site.responders)


def _doors_near(site: SitePlan, middles: Sequence[Point]) -> list[Point]:
    """The door nearest to each of some points, or the points themselves where there is none."""
    doors = [door.at for house in site.buildings for door in house.doors]
    if not doors or not middles:
        return list(middles)
    return [doors[number] for number in shapely.STRtree(doors).nearest(list(middles))]
