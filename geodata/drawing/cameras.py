"""What every placer of cameras needs: masts that stand far from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geodata.drawing.buildings import XY

MAST_M = 4.0
"""How high cameras stand that are drawn."""


def spread(spots: Sequence[XY], taken: Sequence[XY], count: int) -> list[XY]:
    """Of many spots, those farthest from each other and from what is taken; fewer if few are."""
    points = np.array(spots)
    away = np.full(len(points), np.inf)
    for xy in taken:
        away = np.minimum(away, np.hypot(*(points - xy).T))
    chosen = []
    for _ in range(min(count, len(points))):
        best = int(np.argmax(away))
        chosen.append(spots[best])
        away = np.minimum(away, np.hypot(*(points - points[best]).T))
    return chosen
