"""Grids and the compound's boundary."""

from __future__ import annotations

from collections.abc import Sequence

from layers.rows.features import Feature, polygon
from twin.places import territory
from twin.places.model import Compound


def grids(compound: Compound, prefixes: Sequence[str]) -> list[Feature]:
    """The grids an account may see; ``id`` is the grid's territory path."""
    return [
        polygon(grid.outline, id=grid.territory, name=grid.name, proposed=grid.proposed)
        for grid in compound.grids
        if territory.covers(prefixes, grid.territory)
    ]


def boundary(compound: Compound) -> list[Feature]:
    """The compound's outline, one feature."""
    return [polygon(compound.outline, id=compound.id, name=compound.name, name_en=compound.name_en)]
