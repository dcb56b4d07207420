"""Ground: paths, greens, water, parking and walls, everything that is only context."""

from __future__ import annotations

from layers.rows.features import Feature, line, polygon
from twin.places.model import Compound


def paths(compound: Compound) -> list[Feature]:
    """Roads, fire lanes and footpaths with their width in metres."""
    return [
        line(path.line, id=path.id, kind=path.kind, width=path.width_m, proposed=path.proposed)
        for path in compound.paths
    ]


def areas(compound: Compound) -> list[Feature]:
    """Greens, water, parking, plazas and sports grounds."""
    return [
        polygon(area.outline, id=area.id, kind=area.kind, name=area.name, proposed=area.proposed)
        for area in compound.areas
    ]


def walls(compound: Compound) -> list[Feature]:
    """Walls and fences with their height in metres."""
    return [
        line(wall.line, id=f"{compound.id}/wall/{number}", height=wall.height_m)
        for number, wall in enumerate(compound.walls, 1)
    ]
