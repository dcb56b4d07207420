"""The map of a report: an SVG that needs nothing else, in metres about the compound's origin.

Whoever shows it may turn a click into degrees: ``data-lon`` and ``data-lat`` are the origin, and
``data-east`` and ``data-north`` metres per degree there. Corners of buildings can be picked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.checks import Fault
from geodata.importing.readers.features import Feature
from geodata.importing.report.sentences import called, kind_title, say, spoken
from geodata.importing.report.text import text
from twin.places.metres import scale_m, xy_from_lonlat
from twin.places.model import Compound, DevicePlace, LonLat, Service

MOST_SHAPES = 8000
MARKS = 300
MARGIN_M = 25.0
FAR_M = 5000.0
STYLE = {
    "outline": 'fill="#ffffff" stroke="#117788" stroke-width="1.2"',
    "surrounding": 'fill="#dfe5eb"',
    "grid": 'fill="none" stroke="#117788" stroke-width="0.5" stroke-dasharray="4 3"',
    "green": 'fill="#d3e8cf"',
    "water": 'fill="#bcd9ec"',
    "building": 'fill="#8fa3b8" stroke="#5d7389" stroke-width="0.3"',
    "read": 'fill="none" stroke="#5d7389" stroke-width="0.6"',
}
_PLAIN = 'fill="#eceff2"'

Floats = NDArray[np.float64]


def svg(
    compound: Compound | None, faults: Sequence[Fault], features: Sequence[Feature], lang: str
) -> str:
    """The map of a compound or, where none could be made, of what was read; and of the faults."""
    origin = compound.origin if compound else _middle(features, faults)
    if origin is None:
        return ""
    drawn = list(_compound(compound) if compound else _read(features, origin))
    marks, spots = _marks(faults, origin, lang)
    west, north, east, south = _box(compound, features, spots, origin)
    scale = scale_m(origin[1])
    box = f"{west:.0f} {-north:.0f} {east - west:.0f} {north - south:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" class="report-map"'
        f' aria-label="{text(say("map").said(lang))}" data-lon="{origin[0]}" data-lat="{origin[1]}"'
        f' data-east="{scale[0]:.6f}" data-north="{scale[1]:.6f}">{"".join(drawn)}{marks}</svg>'
    )


def _middle(features: Sequence[Feature], faults: Sequence[Fault]) -> LonLat | None:
    """The middle of what was read: the median, so that one stray point does not matter."""
    centres = [feature.place for feature in features if any(feature.place)]
    centres = centres or [fault.place for fault in faults if any(fault.place)]
    degrees = [xy for xy in centres if abs(xy[0]) <= 180 and abs(xy[1]) <= 90]
    if not degrees:
        return None
    lon, lat = np.median(np.array(degrees), axis=0)
    return round(float(lon), 7), round(float(lat), 7)


def _points(line: Iterable[LonLat], origin: LonLat) -> str:
    xy = xy_from_lonlat(np.array(list(line)), origin) * (1, -1)
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in xy)


def _compound(compound: Compound) -> Iterable[str]:
    origin = compound.origin

    def area(kind: str, ring: Iterable[LonLat], name: str = "") -> str:
        title = f"<title>{text(name)}</title>" if name else ""
        look = f'class="{text(kind)}" {STYLE.get(kind, _PLAIN)}'
        return f'<polygon points="{_points(ring, origin)}" {look}>{title}</polygon>'

    yield area("outline", compound.outline)
    yield from (area("surrounding", b.outline, b.name) for b in compound.surroundings[:MOST_SHAPES])
    yield from (area(a.kind, a.outline, a.name) for a in compound.areas[:MOST_SHAPES])
    yield from (
        f'<polyline points="{_points(path.line, origin)}" fill="none" stroke="#c9d3dd"'
        f' stroke-width="{path.width_m}" stroke-linecap="round"/>'
        for path in compound.paths[:MOST_SHAPES]
    )
    yield from (area("grid", grid.outline, grid.name) for grid in compound.grids)
    yield from (area("building", b.outline, b.name) for b in compound.buildings[:MOST_SHAPES])
    places: list[DevicePlace | Service] = [*compound.devices[:MOST_SHAPES], *compound.services]
    for place in places:
        x, y = xy_from_lonlat(place.lonlat, origin)
        look = "#9bb8d3" if place.proposed else "#1d7fd1"
        look, size = ("#9a5b00", 2.2) if isinstance(place, Service) else (look, 1.4)
        title = f"<title>{text(place.name)}</title>"
        yield f'<circle cx="{x:.1f}" cy="{-y:.1f}" r="{size}" fill="{look}">{title}</circle>'


def _read(features: Sequence[Feature], origin: LonLat) -> Iterable[str]:
    """What was read, for a map of an import that was stopped."""
    for feature in features[:MOST_SHAPES]:
        for part in shapely.get_parts(feature.shape):
            coords = shapely.get_coordinates(part)
            if not len(coords) or not np.isfinite(coords).all() or np.abs(coords).max() > 180:
                continue
            if len(coords) > 1:
                yield f'<polyline points="{_points(map(tuple, coords), origin)}" {STYLE["read"]}/>'
            else:
                x, y = xy_from_lonlat(coords[0], origin)
                yield f'<circle cx="{x:.1f}" cy="{-y:.1f}" r="1.4" fill="#1d7fd1"/>'


def _marks(faults: Sequence[Fault], origin: LonLat, lang: str) -> tuple[str, Floats]:
    """Numbered marks of the faults that have a place near by, and where they are."""
    drawn, spots = [], []
    for number, fault in enumerate(faults[:MARKS], start=1):
        if not any(fault.place) or max(map(abs, fault.place)) > 180:
            continue
        x, y = xy_from_lonlat(fault.place, origin)
        if max(abs(x), abs(y)) > FAR_M:
            continue
        spots.append((x, y))
        about = (kind_title(fault.kind), called(fault.feature, "things"), fault.words)
        words = text(" · ".join((str(number), *(spoken(part, lang) for part in about))))
        drawn.append(
            f'<g class="fault"><circle cx="{x:.1f}" cy="{-y:.1f}" r="5" fill="#e0483e"/>'
            f'<text x="{x:.1f}" y="{-y + 2:.1f}" font-size="6" fill="#fff"'
            f' text-anchor="middle">{number}</text><title>{words}</title></g>'
        )
    return "".join(drawn), np.array(spots).reshape(-1, 2)


def _box(
    compound: Compound | None, features: Sequence[Feature], spots: Floats, origin: LonLat
) -> tuple[float, float, float, float]:
    """West, north, east and south of what is shown, in metres."""
    if compound:
        xy = xy_from_lonlat(np.array(compound.outline), origin)
    else:
        places = [f.place for f in features if any(f.place) and max(map(abs, f.place)) <= 180]
        xy = xy_from_lonlat(np.array([*places, origin]), origin)
        xy = xy[(np.abs(xy) < FAR_M).all(axis=1)]
    xy = np.concatenate((xy, spots))
    (west, south), (east, north) = xy.min(axis=0) - MARGIN_M, xy.max(axis=0) + MARGIN_M
    return float(west), float(north), float(east), float(south)
