"""Cameras and what each of them sees on the ground."""

from __future__ import annotations

from collections.abc import Sequence

from layers.rows.features import Feature
from twin.places import territory
from twin.places.model import Compound, DevicePlace
from twin.visibility.field_of_view import Field, field_of_view, fields_of_view, walls_of
from twin.visibility.optics import optics


def fields(compound: Compound, prefixes: Sequence[str]) -> list[Feature]:
    """Fields of view, clipped by buildings, of the cameras an account may see.

    ``unsure`` is how many degrees the direction may be off; such a field is all that may be seen.
    """
    seen = {p.id: p for p in compound.devices if territory.covers(prefixes, p.territory)}
    found = fields_of_view(compound)
    return [_feature(seen[camera], shape) for camera, shape in found.items() if camera in seen]


def field(compound: Compound, place: DevicePlace) -> Feature:
    """The same of one camera, which need not stand in the compound yet."""
    return _feature(place, field_of_view(place, walls_of(compound)))


def _feature(place: DevicePlace, shape: Field) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": shape},
        "properties": {"id": place.id, "unsure": optics(place).unsure_deg},
    }
