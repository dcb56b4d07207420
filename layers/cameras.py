"""Cameras and what each of them sees on the ground."""

from __future__ import annotations

from collections.abc import Sequence

from layers.switch import Feature, Layer, kinds_of
from twin import territory
from twin.lenses import optics
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
    """Fields of view, clipped by buildings, of the cameras an account may see.

    ``unsure`` is how many degrees the direction may be off; such a field is all that may be seen.
    """
    seen = {p.id: p for p in compound.devices if territory.covers(prefixes, p.territory)}
    return [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": field},
            "properties": {"id": camera, "unsure": optics(seen[camera]).unsure_deg},
        }
        for camera, field in fields_of_view(compound).items()
        if camera in seen
    ]
