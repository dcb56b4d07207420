"""Reference systems a source may declare, and the way of each to WGS-84 and back.

WGS-84 is what the product keeps. CGCS2000 agrees with it to well under a metre (the difference is
plate motion since epoch 2000.0) and is passed through with its name kept in the report. GCJ-02 and
BD-09 are the shifted systems of public map providers; their published formulas run one way only,
so the way back is the fixed point ``w <- w - (f(w) - g)``, which closes to micrometres in a few
steps. Agreement with a provider's own service is not guaranteed by anybody: compare three control
points a site.

All functions take and give arrays of shape (..., 2), longitude first, in degrees.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]

_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_CLOSED_DEG = 1e-12
_STEPS = 12

# The box outside which the public formula leaves positions alone. It is crude (it covers Hong Kong
# and Bangkok), which is why only a source that was declared GCJ-02 or BD-09 ever comes here.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def _same(lonlat: ArrayLike) -> Degrees:
    return np.array(lonlat, dtype=np.float64)


def _wave(value: Degrees, *terms: tuple[float, float]) -> Degrees:
    """Two thirds of a sum of sines: each term an amplitude in metres and a wave number."""
    total = np.zeros_like(value)
    for amplitude, number in terms:
        total += amplitude * np.sin(value * number * np.pi)
    return np.asarray(total * 2.0 / 3.0)


def gcj02_from_wgs84(lonlat: ArrayLike) -> Degrees:
    """The public GCJ-02 formula: positions shifted by 300–700 m."""
    lon, lat = np.moveaxis(_same(lonlat), -1, 0)
    x, y = lon - 105.0, lat - 35.0
    root, near = np.sqrt(np.abs(x)), _wave(x, (20.0, 6.0), (20.0, 2.0))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + near
    north_m = north_m + _wave(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + near
    east_m = east_m + _wave(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    radians = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(radians) ** 2
    w = np.sqrt(w2)
    step_north = north_m * 180.0 / (_AXIS_M * (1.0 - _ECCENTRICITY2) / (w2 * w) * np.pi)
    step_east = east_m * 180.0 / (_AXIS_M / w * np.cos(radians) * np.pi)
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    shifted = np.stack((lon + step_east, lat + step_north), axis=-1)
    return np.where(inside[..., None], shifted, np.stack((lon, lat), axis=-1))


def bd09_from_gcj02(lonlat: ArrayLike) -> Degrees:
    """The public BD-09 formula, a second shift on top of GCJ-02."""
    x, y = np.moveaxis(_same(lonlat), -1, 0)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    return np.stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006), axis=-1)


def bd09_from_wgs84(lonlat: ArrayLike) -> Degrees:
    """Both shifts after one another."""
    return bd09_from_gcj02(gcj02_from_wgs84(lonlat))


FORWARD: dict[str, Callable[[ArrayLike], Degrees]] = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": gcj02_from_wgs84,
    "bd09": bd09_from_wgs84,
}
"""From WGS-84 into each reference a source may declare."""

SHIFTED = frozenset({"gcj02", "bd09"})

# Names found in files, folded by _fold(): letters and digits in lower case.
_NAMES = {
    "crs84": "wgs84",
    "ogccrs84": "wgs84",
    "urnogcdefcrsogc13crs84": "wgs84",
    "urnogcdefcrsogccrs84": "wgs84",
    "epsg4326": "wgs84",
    "urnogcdefcrsepsg4326": "wgs84",
    "wgs84": "wgs84",
    "epsg4490": "cgcs2000",
    "urnogcdefcrsepsg4490": "cgcs2000",
    "cgcs2000": "cgcs2000",
    "gcj02": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
}


def _fold(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def reference_named(name: str) -> str | None:
    """Our word for a reference as files write it, or None when we do not know it.

    >>> reference_named("urn:ogc:def:crs:OGC:1.3:CRS84"), reference_named("EPSG:4490")
    ('wgs84', 'cgcs2000')
    """
    return _NAMES.get(_fold(name))


def from_wgs84(lonlat: ArrayLike, reference: str) -> Degrees:
    """WGS-84 degrees in another reference; KeyError for a word that ``FORWARD`` lacks."""
    return FORWARD[reference](lonlat)


def to_wgs84(lonlat: ArrayLike, reference: str) -> Degrees:
    """Degrees of a reference in WGS-84, by fixed point; KeyError for an unknown word."""
    forward = FORWARD[reference]
    goal = _same(lonlat)
    if reference not in SHIFTED:
        return goal
    guess = goal.copy()
    for _ in range(_STEPS):
        miss = forward(guess) - goal
        guess -= miss
        if not miss.size or np.max(np.abs(miss)) < _CLOSED_DEG:
            break
    return guess
