"""Outlines of districts, their divisions and compounds: what is drawn while all is far away.

Features of one source, named by territory path; a compound's own is named by its id, as its
roll-up is. Nothing is told of a division in which an account sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from layers.switch import Feature, collection, polygon
from twin import territory
from twin.model import Compound, District, Division

LEVELS = ("district", "street", "community", "compound")
"""Levels that are drawn, the largest first."""


def outlines(
    districts: Iterable[District], compounds: Iterable[Compound], prefixes: Sequence[str]
) -> dict[str, Any]:
    """A GeoJSON collection, larger outlines before smaller ones, of what an account may see."""
    found: list[Feature] = []
    for district in districts:
        if territory.touches(prefixes, district.territory):
            found.append(_feature(district, district.territory, "district"))
            found += (
                _feature(division, division.territory, division.level)
                for level in LEVELS
                for division in district.divisions
                if division.level == level and territory.touches(prefixes, division.territory)
            )
    found += (
        _feature(compound, compound.id, "compound")
        for compound in compounds
        if territory.touches(prefixes, compound.territory)
    )
    return collection(found)


def _feature(place: Compound | District | Division, name: str, level: str) -> Feature:
    words = {"level": level, "name": place.name, "name_en": place.name_en}
    return polygon(place.outline, id=name, **words)
