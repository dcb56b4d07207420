"""grid: the grid of 100,000 positions, against a bare ``STRtree`` query with predicate.

The scale city's 726 compounds and their grids. What ours adds is the territory's name of each
position, one answer on a shared border, and the compound's where there is no grid.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter

import numpy as np
import shapely

from bench.table import Row
from geodata.demo.city.scale import scale_city
from twin.places.fences import Fences
from twin.places.model import Compound

POINTS, ROUNDS, MOST = 100_000, 7, 1.5
_SMOKE_POINTS = 2_000


def positions(compounds: list[Compound], count: int) -> np.ndarray:
    """Positions spread over the compounds' outlines and a tenth around them, shape (count, 2)."""
    dice = np.random.default_rng(5)
    boxes = shapely.bounds([shapely.Polygon(one.outline) for one in compounds])
    west, south, east, north = boxes[dice.integers(len(boxes), size=count)].T
    across, up = dice.uniform(-0.05, 1.05, (2, count))
    return np.column_stack((west + across * (east - west), south + up * (north - south)))


def took_ms(act: Callable[[], object]) -> float:
    """Milliseconds of one run."""
    begin = perf_counter()
    act()
    return (perf_counter() - begin) * 1e3


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    compounds = scale_city().compounds
    spots = positions(compounds, _SMOKE_POINTS if smoke else POINTS)
    fences = Fences(compounds)
    outlines = [grid.outline for one in compounds for grid in one.grids]
    outlines += [one.outline for one in compounds]
    tree = shapely.STRtree([shapely.Polygon(outline) for outline in outlines])

    def bare() -> object:
        return tree.query(shapely.points(spots), predicate="intersects")

    pairs = [
        (took_ms(lambda: fences.grids_at(spots)), took_ms(bare)) for _ in range(ROUNDS)
    ]  # in turn, so that what else the machine does meets both
    mine, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    inside = sum(1 for one in fences.grids_at(spots) if one is not None)
    told = f"{len(outlines)} outlines; {inside / len(spots):.0%} of the positions lie in one"
    return [
        Row(figure="grid", case=f"grid of {len(spots):,} positions, {len(compounds)} compounds",
            value=mine, unit="ms", against="ms of a bare STRtree", peer=peer, ratio=mine / peer,
            wanted=f"<= {MOST:g}", met=mine <= MOST * peer, note=told)
    ]  # fmt: skip
