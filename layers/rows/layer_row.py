"""A map layer as a row: its switch, the key of its label, what its number counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.catalogue import device_kinds
from twin.places.model import LonLat, Ring

Feature = dict[str, Any]
"""A GeoJSON feature (RFC 7946) whose ``properties.id`` names it for feature-state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One map layer.

    ``name`` is the switch, ``label`` a key of the text catalogue, ``counts`` what the number in
    the legend counts. ``kinds`` are the device kinds it draws; ``off`` and ``fault`` the device
    states counted as such beside devices that went silent. ``far`` and ``near`` say in which zoom
    bands it is drawn.
    """

    name: str
    label: str
    counts: str
    kinds: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    fault: frozenset[str] = frozenset()
    far: bool = False
    near: bool = True


def kinds_of(layer: str) -> tuple[str, ...]:
    """The device kinds the catalogue gives to a layer, in catalogue order."""
    return tuple(name for name, kind in device_kinds().items() if kind.layer == layer)


def polygon(ring: Ring, **properties: object) -> Feature:
    """A polygon feature without holes."""
    return _feature({"type": "Polygon", "coordinates": [ring]}, properties)


def line(points: tuple[LonLat, ...], **properties: object) -> Feature:
    """A line feature."""
    return _feature({"type": "LineString", "coordinates": points}, properties)


def collection(features: list[Feature]) -> dict[str, Any]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: dict[str, Any], properties: dict[str, object]) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
