"""Buildings: extruded footprints of the compound, and the dim ones around it."""

from __future__ import annotations

from collections.abc import Sequence

from layers.rows.features import Feature, polygon
from twin.places.model import Building, Compound


def buildings(compound: Compound) -> list[Feature]:
    """The compound's own buildings."""
    return _extruded(compound.buildings)


def surroundings(compound: Compound) -> list[Feature]:
    """Buildings outside the outline, for context."""
    return _extruded(compound.surroundings)


def _extruded(buildings: Sequence[Building]) -> list[Feature]:
    return [
        polygon(
            building.outline,
            id=building.id,
            name=building.name,
            height=building.height_m,
            floors=building.floors,
            use=building.use,
            units=len(building.entrances),
            proposed=building.proposed,
        )
        for building in buildings
    ]
