"""From outline and buildings to a whole compound: every step of the proposal in order."""

from __future__ import annotations

import random

from geodata.proposal import crew, devices, doors, gates, grids, ground, ways
from geodata.proposal.drawing import House, Site, line, ring, spot
from twin.model import Area, Building, Compound, Entrance, Grid, Path, Wall


def propose(site: Site, territory: str, seed: int, **known: str | int) -> Compound:
    """The compound a site could be; the same for the same site and seed.

    ``known`` are fields of the compound that somebody gave: ``name``, ``attribution`` and so on.
    """
    rng = random.Random(f"{site.id} {seed}")
    for house in site.houses:
        doors.equip(house)
    for step in (ways.propose, gates.propose, grids.propose):
        step(site)
    ground.propose(site, rng)
    label, origin = site.id, site.origin
    return Compound(
        id=label,
        territory=territory,
        origin=origin,
        outline=ring(site.outline, origin),
        buildings=tuple(_building(site, house, territory) for house in site.houses),
        grids=tuple(
            Grid(
                territory=f"{territory}.g{number}",
                name=f"第{number}网格",
                outline=ring(grid, origin),
                proposed=True,
            )
            for number, grid in enumerate(site.grids, start=1)
        ),
        paths=tuple(
            Path(
                id=f"{label}/path/{number}",
                kind=way.kind,
                line=line(way.line, origin),
                width_m=round(way.width_m, 1),
                proposed=True,
            )
            for number, way in enumerate(site.ways, start=1)
        ),
        areas=tuple(
            Area(
                id=f"{label}/area/{number}",
                kind=patch.kind,
                outline=ring(patch.outline, origin),
                name=patch.name,
                proposed=True,
            )
            for number, patch in enumerate(site.patches, start=1)
        ),
        walls=tuple(Wall(line=line(wall, origin)) for wall in site.walls),
        devices=devices.propose(site, territory, rng),
        responders=crew.propose(site, territory),
        **known,  # type: ignore[arg-type]
    )


def _building(site: Site, house: House, territory: str) -> Building:
    """A building as surveyed; its doors and floors are what is proposed."""
    return Building(
        id=f"{site.id}/{house.label}",
        name=house.name,
        outline=ring(house.outline, site.origin),
        height_m=house.height_m,
        floors=house.floors,
        use=house.use,
        entrances=tuple(
            Entrance(unit=door.unit, lonlat=spot(door.at, site.origin), has_lift=door.lift)
            for door in house.doors
        ),
        territory=f"{territory}.g{site.grid_of(house.outline)}",
        proposed=True,
    )
