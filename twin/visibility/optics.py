"""Lenses: angles of view, what of the ground they reach, and how many pixels a metre gets."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.places.model import DevicePlace, Lens

SENSOR_MM = 5.37
"""Width of a 1/2.8 inch sensor, the usual one of fixed cameras."""
HFOV_DEG = 67.7
"""A 4 mm lens on that sensor, 2·atan(5.37 / (2·4)), where the lens is not known."""
RANGE_M = 40.0
"""How far a camera is taken to look where nobody said."""
SHAPE = 9 / 16
"""Height by width of the picture, where the vertical angle is not known."""
WIDE_DEG = 150.0
"""From here on a picture is no plane any more: fish-eyes spread their pixels evenly by angle."""

Floats = NDArray[np.float64]


class Optics(NamedTuple):
    """What a camera's lens makes of the ground, degrees and metres.

    ``near_m`` and ``far_m`` bound the ground in the picture; ``tilt_deg`` is None where nobody
    measured it, and then the picture is taken to begin at the mast and to end at the range.
    """

    azimuth_deg: float
    hfov_deg: float
    vfov_deg: float
    tilt_deg: float | None
    near_m: float
    far_m: float
    height_m: float
    pixels_wide: int
    unsure_deg: float
    masks: tuple[tuple[float, float], ...]


def optics(place: DevicePlace) -> Optics:
    """The optics of a camera; what is not known of it is taken as usual."""
    lens = place.lens or Lens()
    across = place.hfov_deg or (hfov_deg(lens.focal_mm) if lens.focal_mm else HFOV_DEG)
    across = min(across, 360.0)
    upright = lens.vfov_deg or vfov_deg(across)
    reach_m = place.range_m or RANGE_M
    near_m, far_m = 0.0, reach_m
    if lens.tilt_deg is not None:
        near_m, far_m = footprint_m(place.height_m, lens.tilt_deg, upright, reach_m)
    return Optics(
        place.azimuth_deg or 0.0, across, upright, lens.tilt_deg, near_m, far_m,
        place.height_m, lens.pixels_wide, lens.azimuth_unsure_deg, lens.masks,
    )  # fmt: skip


def hfov_deg(focal_mm: float, sensor_mm: float = SENSOR_MM) -> float:
    """The horizontal angle of view of a focal length.

    >>> [round(hfov_deg(mm), 1) for mm in (2.8, 4, 6)]
    [87.6, 67.7, 48.2]
    """
    return math.degrees(2 * math.atan(sensor_mm / (2 * focal_mm)))


def vfov_deg(across_deg: float) -> float:
    """The vertical angle of a 16:9 picture with this horizontal one.

    >>> round(vfov_deg(90.0), 1)
    58.7
    """
    if across_deg >= WIDE_DEG:
        return min(across_deg * SHAPE, 180.0)
    return math.degrees(2 * math.atan(math.tan(math.radians(across_deg) / 2) * SHAPE))


def footprint_m(
    height_m: float, tilt_deg: float, upright_deg: float, range_m: float
) -> tuple[float, float]:
    """Nearest and farthest ground in the picture, metres from the mast's foot.

    ``near = H / tan(tilt + vfov / 2)``, ``far = H / tan(tilt - vfov / 2)``; a picture that shows
    the horizon ends at the range the camera is meant for.

    >>> [round(m, 1) for m in footprint_m(4.0, 30.0, 40.0, 60.0)]
    [3.4, 22.7]
    """
    lower, upper = tilt_deg + upright_deg / 2, tilt_deg - upright_deg / 2
    near_m = 0.0 if lower >= 90.0 else height_m / math.tan(math.radians(max(lower, 1e-6)))
    far_m = range_m if upper <= 0.0 else height_m / math.tan(math.radians(min(upper, 90.0)))
    return near_m, min(far_m, range_m)


def density_px_m(pixels_wide: ArrayLike, across_deg: ArrayLike, away_m: ArrayLike) -> Floats:
    """Pixels that a metre gets at a distance: ``px / (2 · d · tan(hfov / 2))``.

    >>> round(float(density_px_m(1920, 90.0, 7.68)), 1)
    125.0
    """
    angle, away = np.radians(across_deg), np.maximum(away_m, 0.1)
    plane = 2 * np.tan(np.minimum(angle, math.radians(WIDE_DEG)) / 2)
    width = np.where(angle > math.radians(WIDE_DEG), angle, plane)
    return np.asarray(pixels_wide / (away * width), dtype=np.float64)


def distance_m(pixels_wide: float, across_deg: float, px_m: float) -> float:
    """How far away a metre still gets so many pixels.

    >>> round(distance_m(1920, 60.0, 25), 1)
    66.5
    """
    return float(density_px_m(pixels_wide, across_deg, 1.0)) / px_m
