"""What a camera sees: its field of view on the ground, clipped by the buildings in front of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.metres import distance_m, lonlat_from_xy, xy_from_lonlat
from twin.model import Compound, DevicePlace, LonLat, Ring

RAYS = 61
"""Rays across a field of view; at 40 m and 70° neighbouring ray ends lie 0.8 m apart."""
HFOV_DEG = 67.7
"""A 4 mm lens on a 1/2.8 inch sensor (domain.md 4.3), where the lens is not known."""
RANGE_M = 40.0
CLEAR_M = 1.0
"""A camera on a façade must not be blinded by the wall it hangs on."""

Floats = NDArray[np.float64]


def fields_of_view(compound: Compound) -> dict[str, Ring]:
    """The visible ground of every camera with a known direction, as a ring in degrees."""
    cameras = [p for p in compound.devices if p.kind == "camera" and p.azimuth_deg is not None]
    if not cameras:
        return {}
    outlines = [
        shapely.Polygon(xy_from_lonlat(building.outline, compound.origin))
        for building in (*compound.buildings, *compound.surroundings)
    ]
    tree = shapely.STRtree(outlines)
    return {
        place.id: field_of_view(place, outlines, tree, compound.origin) for place in cameras
    }


def field_of_view(
    place: DevicePlace,
    outlines: Sequence[shapely.Polygon],
    tree: shapely.STRtree,
    origin: LonLat,
) -> Ring:
    """One camera's visible ground: a wedge whose rays end at the first façade they meet."""
    eye = xy_from_lonlat(place.lonlat, origin)
    reach = place.range_m or RANGE_M
    half = (place.hfov_deg or HFOV_DEG) / 2
    bearings = np.radians(np.linspace(-half, half, RAYS) + (place.azimuth_deg or 0.0))
    ways = np.column_stack((np.sin(bearings), np.cos(bearings)))
    ends = eye + ways * reach
    walls = [outlines[i] for i in tree.query(shapely.Point(eye).buffer(reach))]
    if walls:
        starts = eye + ways * CLEAR_M
        rays = shapely.linestrings(np.stack((starts, ends), axis=1))
        free = shapely.difference(rays, shapely.union_all(walls))
        stretches = [_first_stretch(ray, start) for ray, start in zip(free, starts, strict=True)]
        lengths = np.array(stretches)
        ends = starts + ways * lengths[:, None]
    ring = lonlat_from_xy(np.vstack((eye, ends[::-1], eye)), origin)
    return tuple((float(lon), float(lat)) for lon, lat in ring)


def _first_stretch(free: shapely.Geometry, start: Floats) -> float:
    """Metres of a ray that are free from its start on."""
    begin = shapely.Point(start)
    for part in shapely.get_parts(free):
        if shapely.length(part) > 0 and shapely.distance(part, begin) < 1e-6:
            return float(shapely.length(part))
    return 0.0


def seeing(
    places: Sequence[DevicePlace], fields: Mapping[str, Ring], lonlat: LonLat
) -> list[tuple[str, float]]:
    """The cameras whose field covers a position, nearest first, with the distance in metres."""
    cameras = [place for place in places if place.id in fields]
    if not cameras:
        return []
    rings = shapely.polygons([fields[place.id] for place in cameras])
    found = np.flatnonzero(shapely.intersects_xy(rings, *lonlat))
    rows = [(cameras[i].id, distance_m(cameras[i].lonlat, lonlat)) for i in found]
    return sorted(rows, key=lambda row: row[1])
