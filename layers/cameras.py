"""Cameras and what each of them sees on the ground."""

from __future__ import annotations

from collections.abc import Sequence

from layers.switch import Feature, Layer, kinds_of, polygon
from twin import territory
from twin.model import Compound
from twin.sight import fields_of_view

LAYER = Layer(
    name="cameras",
    label="layers.cameras",
    counts="devices",
    kinds=kinds_of("cameras"),
    off=frozenset({"offline"}),
    fault=frozenset({"fault", "covered"}),
)


def fields(compound: Compound, prefixes: Sequence[str]) -> list[Feature]:
    """Fields of view, clipped by buildings, of the cameras an account may see."""
    seen = {place.id for place in compound.devices if territory.covers(prefixes, place.territory)}
    return [
        polygon(ring, id=camera)
        for camera, ring in fields_of_view(compound).items()
        if camera in seen
    ]
