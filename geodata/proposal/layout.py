"""From outline and buildings to a whole compound: every step of the proposal in order."""

from __future__ import annotations

import random

from geodata.drawing.buildings import DrawnBuilding
from geodata.drawing.site import Site, line, lines, ring, rings, spot
from geodata.proposal import crew, devices, doors, gates, grids, ground, spurs, ways
from twin.places.model import Area, Building, Compound, Entrance, Grid, Path, Ring, Wall

MANY = 600
"""Buildings up to which ways, grounds and devices are proposed."""


def propose(
    site: Site, territory: str, seed: int, *, bare: bool = False, **known: str | int
) -> Compound:
    """The compound a site could be; the same for the same site and seed.

    What stands on the site already was given by somebody, and is not proposed. ``bare``, and of
    more than ``MANY`` buildings, no ways, gates, grounds and devices are: a draft of that size
    helps nobody.
    ``known`` are fields of the compound that somebody gave: ``name``, ``attribution`` and so on.
    """
    rng = random.Random(f"{site.id} {seed}")
    whole, drawn = len(site.houses) <= MANY and not bare, bool(site.grids)
    _draw(site, rng, whole)
    site.settle()
    label, origin = site.id, site.origin
    outlines = rings([house.outline for house in site.houses], origin)
    grid_of = site.grids_of([house.outline for house in site.houses])
    return Compound(
        id=label,
        territory=territory,
        origin=origin,
        outline=ring(site.outline, origin),
        buildings=tuple(
            _building(site, house, outline, f"{territory}.g{number}")
            for house, outline, number in zip(site.houses, outlines, grid_of, strict=True)
        ),
        grids=tuple(
            Grid(
                territory=f"{territory}.g{number}",
                name=name,
                outline=ring(grid, origin),
                proposed=not drawn,
            )
            for number, (grid, name) in enumerate(
                zip(site.grids, site.grid_names, strict=True), start=1
            )
        ),
        paths=tuple(
            Path(
                id=f"{label}/path/{number}",
                kind=way.kind,
                line=drawn_line,
                width_m=round(way.width_m, 1),
                proposed=not way.given,
            )
            for number, (way, drawn_line) in enumerate(
                zip(site.ways, lines([way.line for way in site.ways], origin), strict=True), start=1
            )
        ),
        areas=tuple(
            Area(
                id=f"{label}/area/{number}",
                kind=patch.kind,
                outline=outline,
                name=patch.name,
                proposed=not patch.given,
            )
            for number, (patch, outline) in enumerate(
                zip(site.patches, rings([p.outline for p in site.patches], origin), strict=True),
                start=1,
            )
        ),
        walls=tuple(Wall(line=line(wall, origin)) for wall in site.walls),
        devices=devices.propose(site, territory, rng) if whole else (),
        responders=crew.propose(site, territory),
        **known,  # type: ignore[arg-type]
    )


def _draw(site: Site, rng: random.Random, whole: bool) -> None:
    """Draw what nobody gave; ``whole``: ways, gates and grounds, too."""
    for house in site.houses:
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
        site.grid_names = [f"第{number}网格" for number in range(1, len(site.grids) + 1)]
    if not site.walls and whole:
        gates.enclose(site)
    if not site.patches and whole:
        ground.propose(site, rng)


def _building(site: Site, house: DrawnBuilding, outline: Ring, territory: str) -> Building:
    """A building as surveyed; its doors and floors are what is proposed."""
    return Building(
        id=f"{site.id}/{house.label}",
        name=house.name,
        outline=outline,
        height_m=house.height_m,
        floors=house.floors,
        use=house.use,
        entrances=tuple(
            Entrance(unit=door.unit, lonlat=spot(door.at, site.origin), has_lift=door.has_lift)
            for door in house.doors
        ),
        territory=territory,
        proposed=True,
    )
