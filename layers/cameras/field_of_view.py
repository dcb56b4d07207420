"""Sight for screens: what is worked out once of places, coverage as shapes, a camera in full."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from layers.rows import cameras
from layers.rows.features import Feature
from twin.commands.cameras import as_row
from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import Compound, DevicePlace, Grid, Lens
from twin.places.territory import covers
from twin.state.twin import Twin
from twin.visibility.camera_index import CameraIndex
from twin.visibility.coverage import Coverage, regions
from twin.visibility.densities import EDITIONS, Edition
from twin.visibility.field_of_view import Flags, ground_in_view, open_spans, walls_of
from twin.visibility.optics import distance_m, optics
from twin.visibility.window_privacy import glimpses

KEPT = 16
"""Compounds whose coverage is held at once: a megabyte for 60 cameras."""
LEAST_GAP_M2 = 4.0
"""Smaller pieces are the corners of cells, not places."""
SMOOTH = 0.75
"""Of a cell: how far a drawn line may leave the stairs of the cells."""
STEEPEST_DEG = 60.0
"""No tilt is guessed beyond it."""


@dataclass(frozen=True, slots=True)
class Sights:
    """What is worked out once of places that stand still, and only when it is first asked for.

    ``eyes`` gives the cameras of a street, ``coverage`` what those of a compound see.
    """

    eyes: Callable[[str], CameraIndex]
    coverage: Callable[[str], Coverage]

    @classmethod
    def of(cls, twins: Iterable[Twin]) -> Sights:
        """For the places of these twins; nothing is worked out yet."""
        streets = {twin.street: list(twin.compounds.values()) for twin in twins}
        compounds = {place.id: place for places in streets.values() for place in places}
        return cls(
            lru_cache(None)(lambda street: CameraIndex(streets[street])),
            lru_cache(KEPT)(lambda name: Coverage.of(compounds[name])),
        )


def working(twin: Twin, camera: str) -> bool:
    """Whether a camera says that it shows a picture, and has said so lately."""
    device = twin.devices[camera]
    return device.state == "online" and not device.silent


def levels_at(px_m: float) -> dict[str, str]:
    """The level that a density reaches in each edition, by its name; none where it reaches none."""
    found = {}
    for year, edition in EDITIONS.items():
        reached = [name for name, level in edition.levels.items() if px_m >= level.px_m]
        found[year] = reached[-1] if reached else ""
    return found


# --- coverage ------------------------------------------------------------------------------------


def covered(
    compound: Compound,
    coverage: Coverage,
    prefixes: Sequence[str],
    *,
    dark: Collection[str],
    without: Collection[str],
    edition: str,
) -> dict[str, Any]:
    """A compound's coverage by the cameras an account may see, as figures and GeoJSON.

    ``dark`` are cameras that do not work, ``without`` those switched off to see what they are
    worth. A class is a level of the edition, ``below`` its lowest, ``maybe`` what only an uncertain
    direction shows, ``lost`` what ``without`` takes, or ``gap``. Areas in m², shares from 0 to 1.
    """
    coverage = _own(compound, coverage, prefixes)
    dark, off = set(dark) & set(coverage.seen), set(without) & set(coverage.seen)
    whole = coverage.density_px_m(coverage.without(dark))
    left = coverage.without(dark | off)
    density, sure = coverage.density_px_m(left), coverage.density_px_m(left, sure=True)
    ground = coverage.ground
    masks = _classes(ground.free, whole, density, sure, EDITIONS[edition])
    drawn = _drawn(compound, coverage, masks, [*EDITIONS[edition].levels])
    cell_m2, area_m2 = ground.cell_m**2, ground.area_m2
    return {
        "compound": compound.id,
        "edition": edition,
        "area_m2": round(area_m2),
        "cell_m": ground.cell_m,
        "seen": float((density > 0).sum() * cell_m2 / area_m2) if area_m2 else 1.0,
        "cameras": len(coverage.seen),
        "dark": sorted(dark),
        "without": sorted(off),
        "classes": [
            {"class": name, "m2": round(float(mask.sum()) * cell_m2)}
            for name, mask in masks.items()
        ],
        "features": {"type": "FeatureCollection", "features": drawn},
    }


def _own(compound: Compound, coverage: Coverage, prefixes: Sequence[str]) -> Coverage:
    """The part of it that an account may see: its cameras, and the ground of its grids."""
    if covers(prefixes, compound.territory):
        return coverage
    places = [place for place in compound.devices if covers(prefixes, place.territory)]
    own = {place.id: coverage.seen[place.id] for place in places if place.id in coverage.seen}
    grids = [grid for grid in compound.grids if covers(prefixes, grid.territory)]
    inside = _in_grids(compound, coverage, grids)
    return replace(coverage, ground=replace(coverage.ground, free=inside), seen=own)


def _in_grids(compound: Compound, coverage: Coverage, grids: Sequence[Grid]) -> Flags:
    ground = coverage.ground
    centres = ground.centres(np.arange(ground.free.size))
    shapes = [shapely.Polygon(xy_from_lonlat(g.outline, compound.origin)) for g in grids]
    inside = shapely.contains_xy(shapely.union_all(shapes), centres[:, 0], centres[:, 1])
    return np.asarray(ground.free & inside.reshape(ground.free.shape))


def _classes(
    ground: Flags, whole: Any, density: Any, sure: Any, edition: Edition
) -> dict[str, Flags]:
    limits = [level.px_m for level in edition.levels.values()]
    reached = np.searchsorted(limits, density, "right")
    seen, certain = density > 0.0, sure > 0.0
    found = {"gap": ground & ~seen & (whole == 0.0), "lost": ground & ~seen & (whole > 0.0)}
    found["maybe"] = ground & seen & ~certain
    for number, name in enumerate(("below", *edition.levels)):
        found[name] = ground & certain & (reached == number)
    return found


def _drawn(
    compound: Compound, coverage: Coverage, masks: Mapping[str, Flags], levels: Sequence[str]
) -> list[Feature]:
    """Gaps one by one, each with its area; of every other class one feature.

    ``shade`` rises from 0 below the lowest level to 1 at the highest.
    """
    ground, names = coverage.ground, [*masks]
    labels = np.zeros(ground.free.shape, np.int8)
    for number, mask in enumerate(masks.values(), start=1):
        labels[mask] = number
    groups: dict[tuple[str, int], list[shapely.Polygon]] = {}
    for number, shape in regions(ground, labels, LEAST_GAP_M2):
        name = names[number - 1]
        groups.setdefault((name, len(groups) if name == "gap" else 0), []).append(shape)
    return [
        _shape(
            shapely.simplify(np.array(shapes, object), ground.cell_m * SMOOTH), compound,
            id=f"{compound.id}/{name}/{number}", m2=round(sum(shape.area for shape in shapes)),
            shade=(levels.index(name) + 1) / len(levels) if name in levels else 0.0,
            **{"class": name},
        )
        for (name, number), shapes in groups.items()
    ]  # fmt: skip


def _shape(polygons: Sequence[Any], compound: Compound, **properties: object) -> Feature:
    coordinates = [
        [_lonlats(ring.coords, compound) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in polygons
        if not polygon.is_empty
    ]
    geometry = {"type": "MultiPolygon", "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _lonlats(corners: Any, compound: Compound) -> list[list[float]]:
    degrees = lonlat_from_xy(np.asarray(corners)[:, :2], compound.origin)
    found: list[list[float]] = np.round(degrees, 7).tolist()
    return found


# --- one camera ----------------------------------------------------------------------------------


def camera(compound: Compound, place: DevicePlace) -> dict[str, Any]:
    """A camera's pose and lens, and its rings of pixel density by edition as GeoJSON lines.

    ``tilt_deg`` of a camera that nobody measured is such that its range lies in the middle of the
    picture's upper half; ``tilt_known`` tells. Of a stream only that there is one: its address is
    given to whoever says what for, in answer to that. ``facades`` are homes it shows too sharply.
    """
    look, lens = optics(place), place.lens or Lens()
    guess = math.degrees(math.atan2(look.height_m, look.far_m)) + look.vfov_deg / 4
    return {
        "id": place.id,
        "name": place.name,
        "lonlat": place.lonlat,
        "height_m": place.height_m,
        "azimuth_deg": place.azimuth_deg,
        "hfov_deg": round(look.hfov_deg, 1),
        "vfov_deg": round(look.vfov_deg, 1),
        "tilt_deg": round(min(guess, STEEPEST_DEG) if look.tilt_deg is None else look.tilt_deg, 1),
        "tilt_known": look.tilt_deg is not None,
        "near_m": round(look.near_m, 1),
        "far_m": round(look.far_m, 1),
        "pixels_wide": look.pixels_wide,
        "unsure_deg": look.unsure_deg,
        "masks": look.masks,
        "facades": [as_row(one) for one in glimpses(compound, place)],
        "stream_kind": lens.stream_kind if lens.stream else "",
        "rings": {
            "type": "FeatureCollection",
            "features": rings(compound, place) if place.azimuth_deg is not None else [],
        },
    }


def pose(place: DevicePlace) -> dict[str, Any]:
    """What may be wished of a camera's place (``twin.commands.cameras.CameraWish``) as it is now.

    Where its stream is leaves the server for a purpose only.
    """
    lens = place.lens or Lens()
    fields = ("lonlat", "height_m", "azimuth_deg", "hfov_deg", "range_m")
    of_lens = ("tilt_deg", "vfov_deg", "focal_mm", "pixels_wide", "azimuth_unsure_deg", "masks")
    told = {name: getattr(place, name) for name in fields}
    return told | {"lens": {name: getattr(lens, name) for name in of_lens}}


def preview(compound: Compound, place: DevicePlace) -> dict[str, Any]:
    """A camera as it would be: what ``camera`` tells, and its field of view as features."""
    known = place.azimuth_deg is not None
    return camera(compound, place) | {"field": [cameras.field(compound, place)] if known else []}


def rings(compound: Compound, place: DevicePlace) -> list[Feature]:
    """Where the ground in view changes its level of density: arcs, clipped by what hides them."""
    look, walls = optics(place), walls_of(compound)
    eye = xy_from_lonlat(place.lonlat, walls.origin)
    field = ground_in_view(look, eye, walls)
    found = []
    for year, edition in EDITIONS.items():
        for name, level in edition.levels.items():
            slant_m = distance_m(look.pixels_wide, look.hfov_deg, level.px_m)
            if slant_m <= look.height_m:
                continue
            radius_m = math.sqrt(slant_m**2 - look.height_m**2)
            arcs = [_arc(eye, radius_m, *span) for span in open_spans(look)]
            lines = shapely.intersection(shapely.union_all(arcs), field)
            parts = [part for part in shapely.get_parts(lines) if part.length > 0.5]
            if look.near_m <= radius_m <= look.far_m and parts:
                found.append(
                    _lines(
                        parts, compound, id=f"{place.id}/{year}/{name}", edition=year,
                        level=name, label=level.label, en=level.en, px_m=level.px_m,
                        radius_m=round(radius_m, 1),
                    )
                )  # fmt: skip
    return found


def _arc(eye: Any, radius_m: float, first: float, last: float) -> shapely.LineString:
    bearings = np.radians(np.linspace(first, last, 90))
    return shapely.LineString(eye + radius_m * np.stack((np.sin(bearings), np.cos(bearings)), 1))


def _lines(parts: Sequence[Any], compound: Compound, **properties: object) -> Feature:
    coordinates = [_lonlats(part.coords, compound) for part in parts]
    geometry = {"type": "MultiLineString", "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
