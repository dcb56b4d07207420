"""GeoJSON features (RFC 7946) of what layers draw."""

from __future__ import annotations

from typing import Any

from twin.places.model import LonLat, Ring

Feature = dict[str, Any]
"""A feature whose ``properties.id`` names it for feature-state."""


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
