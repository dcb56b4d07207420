"""Posts to fill: one grid officer a grid, guards at the vehicle gates, repair, volunteers.

Names of persons are nothing a program may propose; a post's name says which post it is.
"""

from __future__ import annotations

from shapely import Point

from geodata.proposal.drawing import Site, spot
from twin.model import ResponderCard

SKILLS = {
    "grid_officer": ("first_aid", "mediation"),
    "guard": ("security", "fire"),
    "repair": ("repair", "electric", "lift"),
    "volunteer": ("first_aid",),
}


def propose(site: Site, territory: str) -> tuple[ResponderCard, ...]:
    """The posts of a site, each at a door or gate."""
    found: list[tuple[str, str, str, Point]] = []
    for number, grid in enumerate(site.grids, start=1):
        at = _door_near(site, grid.centroid)
        found.append((f"wangge-{number}", f"第{number}网格员", "grid_officer", at))
    gates = [gate for gate in site.gates if gate.use == "vehicle"] or site.gates
    posts = [Point(g.at.x + g.inward[0] * 4, g.at.y + g.inward[1] * 4) for g in gates]
    posts = posts or [_door_near(site, site.outline.centroid)]
    for number, at in enumerate(posts, start=1):
        name = gates[number - 1].name if gates else ""
        found.append((f"baoan-{number}", f"{name}保安", "guard", at))
    found.append(("weixiu-1", "物业维修", "repair", posts[0]))
    for number, grid in enumerate(site.grids, start=1):
        at = _door_near(site, grid.representative_point())
        found.append((f"zhiyuan-{number}", f"第{number}网格志愿者", "volunteer", at))
    return tuple(
        ResponderCard(
            id=f"{site.id}/responder/{label}",
            name=name,
            role=role,
            skills=SKILLS[role],
            territory=f"{territory}.g{site.grid_of(at)}",
            post=spot(at, site.origin),
        )
        for label, name, role, at in found
    )


def _door_near(site: Site, middle: Point) -> Point:
    doors = [door.at for house in site.houses for door in house.doors]
    return min(doors, key=middle.distance, default=middle)
