"""What the cameras of a compound see together, cell by cell: coverage, gaps, and what is lost."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace
from twin.visibility.field_of_view import Flags, Walls, certainty, hidden, walls_of
from twin.visibility.optics import Floats, density_px_m, optics

MOST_CELLS = 250_000
"""Cells are a metre wide until there would be more, then as wide as needed."""

Cells = NDArray[np.int32]


class CameraCoverage(NamedTuple):
    """The cells one camera sees, the pixels a metre has there, and which of them are sure."""

    cells: Cells
    density_px_m: NDArray[np.float32]
    sure: Flags


@dataclass(frozen=True)
class Ground:
    """The open ground of a compound as cells: row by row from the south-west corner.

    ``west_m`` and ``south_m`` are the corner in the compound's local metres; ``free`` says which
    cells (rows, columns) lie inside the outline and outside buildings.
    """

    west_m: float
    south_m: float
    cell_m: float
    free: Flags

    @property
    def area_m2(self) -> float:
        """Open ground in all."""
        return float(self.free.sum()) * self.cell_m**2

    def centres(self, cells: NDArray[np.integer]) -> Floats:
        """The middles of cells in local metres, shape (n, 2)."""
        rows, columns = np.divmod(cells, self.free.shape[1])
        return np.column_stack(
            (
                self.west_m + (columns + 0.5) * self.cell_m,
                self.south_m + (rows + 0.5) * self.cell_m,
            )
        )

    def within(self, xy: Floats, reach_m: float) -> Cells:
        """The open cells in the square about a place."""
        rows, columns = self.free.shape
        corner = (xy - (self.west_m, self.south_m)) / self.cell_m
        reach = reach_m / self.cell_m
        low = np.clip(np.floor(corner - reach), 0, (columns, rows)).astype(int)
        high = np.clip(np.ceil(corner + reach), 0, (columns, rows)).astype(int)
        row, column = np.nonzero(self.free[low[1] : high[1], low[0] : high[0]])
        return np.asarray((row + low[1]) * columns + column + low[0], dtype=np.int32)


def ground_of(compound: Compound) -> Ground:
    """The open ground of a compound."""
    outline = shapely.Polygon(xy_from_lonlat(compound.outline, compound.origin))
    west, south, east, north = outline.bounds
    cell_m = max(1.0, math.ceil(math.sqrt((east - west) * (north - south) / MOST_CELLS)))
    columns = max(1, math.ceil((east - west) / cell_m))
    rows = max(1, math.ceil((north - south) / cell_m))
    x, y = np.meshgrid(
        west + (np.arange(columns) + 0.5) * cell_m, south + (np.arange(rows) + 0.5) * cell_m
    )
    inside = shapely.contains_xy(outline, x, y)
    for building in compound.buildings:
        ring = xy_from_lonlat(building.outline, compound.origin)
        low = np.floor((ring.min(axis=0) - (west, south)) / cell_m).astype(int).clip(0)
        high = np.ceil((ring.max(axis=0) - (west, south)) / cell_m).astype(int).clip(0) + 1
        part = np.s_[low[1] : high[1], low[0] : high[0]]
        inside[part] &= ~shapely.contains_xy(shapely.Polygon(ring), x[part], y[part])
    return Ground(west, south, cell_m, inside)


@dataclass(frozen=True)
class Coverage:
    """What each camera of a compound sees of its open ground.

    A value: what another choice of cameras would see is asked of it or made from it, and only
    a camera that stands or looks differently is worked out again.
    """

    ground: Ground
    walls: Walls
    seen: Mapping[str, CameraCoverage]

    @classmethod
    def of(cls, compound: Compound) -> Coverage:
        """Work out every camera with a known direction."""
        ground, walls = ground_of(compound), walls_of(compound)
        cameras = [
            place
            for place in compound.devices
            if place.kind == "camera" and place.azimuth_deg is not None
        ]
        return cls(ground, walls, {place.id: _seen(place, ground, walls) for place in cameras})

    def changed(self, place: DevicePlace) -> Coverage:
        """The same with one camera new or different; that one alone is worked out."""
        seen = _seen(place, self.ground, self.walls)
        return replace(self, seen={**self.seen, place.id: seen})

    def density_px_m(self, cameras: Collection[str], *, sure: bool = False) -> Floats:
        """For each cell the best pixels a metre of these cameras, 0 where none looks.

        Shape (rows, columns). ``sure`` leaves out what an uncertain direction only may show.
        """
        best = np.zeros(self.ground.free.size)
        for camera in cameras:
            cells, density, certain = self.seen[camera]
            if sure:
                cells, density = cells[certain], density[certain]
            best[cells] = np.maximum(best[cells], density)
        return best.reshape(self.ground.free.shape)

    def without(self, lost: Collection[str]) -> list[str]:
        """The cameras that are left."""
        return [camera for camera in self.seen if camera not in lost]

    def share(self, cameras: Collection[str]) -> float:
        """The part of the open ground that these cameras see, 0 to 1; 1 where there is none."""
        if not self.ground.free.any():
            return 1.0
        return float((self.density_px_m(cameras) > 0).sum() / self.ground.free.sum())


def _seen(place: DevicePlace, ground: Ground, walls: Walls) -> CameraCoverage:
    look, eye = optics(place), xy_from_lonlat(place.lonlat, walls.origin)
    cells = ground.within(eye, look.far_m)
    centres = ground.centres(cells)
    share = certainty(look, eye, centres)
    in_view = share > 0.0
    cells, centres, share = cells[in_view], centres[in_view], share[in_view]
    clear = ~hidden(eye, look.height_m, centres, walls.around(eye, look.far_m))
    cells, centres, share = cells[clear], centres[clear], share[clear]
    away = np.hypot(np.hypot(*(centres - eye).T), look.height_m)
    density = density_px_m(look.pixels_wide, look.hfov_deg, away)
    return CameraCoverage(cells, density.astype(np.float32), share >= 1.0)


def regions(
    ground: Ground, labels: NDArray[np.integer], least_m2: float = 0.0
) -> list[tuple[int, shapely.Polygon]]:
    """Neighbouring cells of one label (rows, columns) as polygons in local metres.

    Label 0 is left out, and so are pieces smaller than ``least_m2``. The sides between cells of
    different labels are the lines, and what they enclose is a polygon: one pass for all labels.
    """
    padded = np.pad(labels, 1)
    level = padded[1:, 1:-1] != padded[:-1, 1:-1]
    upright = padded[1:-1, 1:] != padded[1:-1, :-1]
    lines = np.concatenate((_runs(level, upright), _runs(upright.T, level.T)[:, :, ::-1]))
    corner = np.array((ground.west_m, ground.south_m))
    corners = lines[:, :, ::-1] * ground.cell_m + corner
    faces = shapely.get_parts(shapely.polygonize(shapely.linestrings(corners)))
    faces = faces[shapely.area(faces) >= max(least_m2, 1e-6)]
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    cells = np.floor((inside - corner) / ground.cell_m).astype(int)
    found = labels[cells[:, 1], cells[:, 0]]
    return [(int(n), face) for n, face in zip(found, faces, strict=True) if n != 0]


def _runs(sides: Flags, across: Flags) -> Floats:
    """Straight runs of cell sides along rows, cut wherever a side across them ends: (n, 2, 2).

    ``sides`` are (rows + 1, columns), ``across`` (rows, columns + 1); a corner is (row, column).
    """
    touched = np.zeros((sides.shape[0], across.shape[1]), bool)
    touched[:-1] |= across
    touched[1:] |= across
    before, after = (np.zeros_like(sides) for _ in range(2))
    before[:, 1:], after[:, :-1] = sides[:, :-1], sides[:, 1:]
    row, first = np.nonzero(sides & (~before | touched[:, :-1]))
    last = np.nonzero(sides & (~after | touched[:, 1:]))[1] + 1
    return np.stack((row, first, row, last), axis=1).reshape(-1, 2, 2).astype(float)
