"""Grids that tile a compound: buildings counted off along it, borders half-way between them."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon

from geodata.drawing.site_plan import SitePlan

BUILDINGS = 12
"""A grid for about so many buildings: 300–500 households, what one grid officer looks after."""
MANY = 600
SAMPLE_M = 5.0
SMOOTH_M = 4.0


def propose(site: SitePlan) -> None:
    """Divide the outline into grids; one alone where there are few buildings."""
    count = max(1, round(len(site.buildings) / BUILDINGS))
    groups = _counted_off(site, count)
    if len(groups) == 1:
        site.grids = [site.outline]
        return
    if len(site.buildings) > MANY:
        site.grids = _whole(_cuts(site))
        return
    try:
        site.grids = _whole(_cells(site, groups))
    except shapely.errors.GEOSException:  # rows too regular for a Voronoi diagram
        site.grids = _whole(_cuts(site))
        return
    smooth = shapely.coverage_simplify(site.grids, SMOOTH_M, simplify_boundary=False)
    if all(isinstance(grid, Polygon) and grid.is_valid for grid in smooth):
        site.grids = list(smooth)


def _cuts(site: SitePlan) -> list[shapely.Geometry]:
    """The outline cut in two, again and again, between its buildings: quick for thousands."""
    centres = shapely.get_coordinates(shapely.centroid([h.outline for h in site.buildings]))
    left = [(np.array(site.outline.buffer(1.0).bounds), np.arange(len(centres)))]
    boxes: list[np.ndarray] = []
    while left:
        box, held = left.pop()
        if len(held) <= BUILDINGS * 1.5:
            boxes.append(box)
            continue
        axis = int(box[3] - box[1] > box[2] - box[0])
        order = held[np.argsort(centres[held, axis], kind="stable")]
        along = centres[order, axis]
        third = len(order) // 3
        gaps = np.diff(along[third : len(order) - third])
        at = third + int(np.argmax(gaps))
        cut = (along[at] + along[at + 1]) / 2
        low, high = box.copy(), box.copy()
        low[2 + axis] = high[axis] = cut
        left += [(high, order[at + 1 :]), (low, order[: at + 1])]
    cells = shapely.intersection(shapely.box(*np.array(boxes).T), site.outline)
    return [cell for cell in cells if cell.area > 0]


def _along(site: SitePlan) -> np.ndarray:
    """How far along the compound's longer axis each building stands, west or north first."""
    box = shapely.get_coordinates(site.outline.minimum_rotated_rectangle)
    sides = np.diff(box, axis=0)[:2]
    axis = sides[int(np.argmax(np.hypot(*sides.T)))]
    axis = axis / np.hypot(*axis)
    if axis[0] < 0:
        axis = -axis
    centres = np.array([(h.outline.centroid.x, h.outline.centroid.y) for h in site.buildings])
    return np.asarray(centres @ axis)


def _counted_off(site: SitePlan, count: int) -> list[list[int]]:
    order = np.argsort(_along(site), kind="stable")
    return [[int(n) for n in part] for part in np.array_split(order, count) if len(part)]


def _cells(site: SitePlan, groups: list[list[int]]) -> list[shapely.Geometry]:
    """The ground nearest to the buildings of each group, cut to the outline."""
    rims = [
        np.unique(
            shapely.get_coordinates(shapely.segmentize(house.outline.exterior, SAMPLE_M)), axis=0
        )
        for house in site.buildings
    ]
    owner = np.concatenate([np.full(len(rim), n) for n, rim in enumerate(rims)])
    points = shapely.MultiPoint(np.concatenate(rims))
    parts = np.array(
        shapely.get_parts(
            shapely.voronoi_polygons(points, extend_to=site.outline.buffer(50), ordered=True)
        )
    )
    joined = [shapely.coverage_union_all(parts[np.isin(owner, group)]) for group in groups]
    borders = shapely.union_all([shapely.boundary(cell) for cell in joined])
    lines = shapely.node(shapely.union_all([borders, site.outline.exterior]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    marks = shapely.point_on_surface(faces)
    inside = shapely.contains(site.outline, marks)
    nearest = np.argmin([shapely.distance(cell, marks) for cell in joined], axis=0)
    return [
        shapely.coverage_union_all(faces[inside & (nearest == number)])
        for number in range(len(groups))
    ]


def _whole(cells: list[shapely.Geometry]) -> list[Polygon]:
    """One piece a grid: a piece cut off from its grid goes to the neighbour it borders most."""
    pieces = [
        sorted((p for p in shapely.get_parts(cell) if p.area > 0), key=lambda part: -part.area)
        for cell in cells
    ]
    kept = [[parts[0]] for parts in pieces]
    for piece in (piece for parts in pieces for piece in parts[1:]):
        shared = [piece.boundary.intersection(parts[0].boundary).length for parts in kept]
        kept[int(np.argmax(shared))].append(piece)
    return [parts[0] if len(parts) == 1 else shapely.union_all(parts) for parts in kept]
