"""Ground on which a post can stand, and the search for the nearest spot of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.drawing.buildings import XY


class FreeGround:
    """What is inside of a polygon and off everything that is taken."""

    def __init__(self, inside: shapely.Polygon, taken: Sequence[shapely.Geometry]) -> None:
        shapely.prepare(inside)
        self._inside = inside
        self._taken = shapely.STRtree(taken)

    def at(self, spots: Sequence[XY]) -> NDArray[np.bool_]:
        """Which of some spots are free."""
        points = shapely.points(np.asarray(spots, dtype=np.float64))
        free = shapely.contains(self._inside, points)
        free[self._taken.query(points, predicate="intersects")[0]] = False
        return np.asarray(free)


def outward(at: XY, reaches: Iterable[float], turns: Callable[[float], int]) -> Iterator[XY]:
    """Spots around a point, ring by ring; ``turns`` says how many a ring of some reach has."""
    for reach in reaches:
        count = turns(reach)
        for n in range(count):
            turn = math.tau * n / count
            yield at[0] + reach * math.cos(turn), at[1] + reach * math.sin(turn)
