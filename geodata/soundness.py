"""What of a compound or district can be no place at all.

Lines of one point, positions off the earth, numbers beyond what there is: everything that computes
with a place may take for granted that there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from geodata.importing.report.sentences import Words, say
from twin.places.model import Compound, District, LonLat

NOWHERE: LonLat = (0.0, 0.0)
"""The place of what has none: no compound lies there, and a report says so in words."""
LEAST_RING = 4
EAST_DEG, NORTH_DEG = 180.0, 85.0
"""Nobody lives nearer to a pole, where metres east come to nothing."""
RINGS = ("buildings", "surroundings", "grids", "areas")
LINES = ("paths", "walls", "pipes")
POINTS = {"services": "lonlat", "devices": "lonlat", "responders": "post"}
PARTS = (*RINGS, *LINES, *POINTS)
Parts = Mapping[str, tuple[Any, ...]]
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "buildings": {"height_m": (0, 1000), "floors": (0, 300)},
    "surroundings": {"height_m": (0, 1000), "floors": (0, 300)},
    "paths": {"width_m": (0, 200)},
    "walls": {"height_m": (0, 100)},
    "pipes": {"depth_m": (-100, 1000), "diameter_mm": (0, 20_000)},
    "services": {"capacity": (0, 1_000_000)},
    "devices": {
        "height_m": (-200, 1000), "floor": (-50, 300), "azimuth_deg": (-360, 720),
        "hfov_deg": (0, 360), "range_m": (0, 20_000),
    },
}  # fmt: skip
"""From the least to the most that a number of a part can be; wider than anything built."""
LENS = {
    "tilt_deg": (-180, 180), "vfov_deg": (0, 360), "focal_mm": (0, 10_000),
    "pixels_wide": (1, 100_000), "azimuth_unsure_deg": (0, 360),
}  # fmt: skip
MOST_HOUSEHOLDS = 1_000_000


class Unsound(NamedTuple):
    """One thing that is no place: what it is called, where it may be, why."""

    feature: str
    place: LonLat
    words: Words


def unsound(place: Compound | District) -> list[Unsound]:
    """Everything in a place that nothing can be computed with; empty for nearly all."""
    parts = {part: tuple(getattr(place, part, ())) for part in PARTS}  # what is folded, once
    return [*_whole(place), *_shapes(parts), *_positions(parts), *_numbers(parts)]


def _whole(place: Compound | District) -> Iterator[Unsound]:
    if len(place.outline) < LEAST_RING:
        yield Unsound("outline", _first(place.outline), say("too_few_points"))
    if not _on_earth([place.origin, *place.outline]):
        yield Unsound("outline", NOWHERE, say("off_earth"))
    households = getattr(place, "households", 0)
    if not 0 <= households <= MOST_HOUSEHOLDS:
        words = say("out_of_range", field="households", value=_figure(households),
                    least=0, most=MOST_HOUSEHOLDS)  # fmt: skip
        yield Unsound("outline", _first(place.outline), words)


def _shapes(parts: Parts) -> Iterator[Unsound]:
    """Rings of fewer than three corners and lines that lead nowhere."""
    for part in RINGS:
        for number, thing in enumerate(parts[part], start=1):
            if len(thing.outline) < LEAST_RING:
                yield Unsound(called(part, number, thing), _first(thing.outline),
                              say("too_few_points"))  # fmt: skip
    for part in LINES:
        for number, thing in enumerate(parts[part], start=1):
            if len(thing.line) < 2 or (len(thing.line) < 4 and len(set(thing.line)) < 2):
                yield Unsound(called(part, number, thing), _first(thing.line),
                              say("too_few_points"))  # fmt: skip


def _positions(parts: Parts) -> Iterator[Unsound]:
    """Things of which some position is no place where anybody lives."""
    for part, points in _points_of():
        things = parts[part]
        if not _on_earth(chain.from_iterable(map(points, things))):
            for number, thing in enumerate(things, start=1):
                if not _on_earth(points(thing)):
                    yield Unsound(called(part, number, thing), NOWHERE, say("off_earth"))


def _points_of() -> Iterator[tuple[str, Any]]:
    """Each part with what gives the positions of one of its things."""
    for part in RINGS:
        yield part, attrgetter("outline")
    for part in LINES:
        yield part, attrgetter("line")
    for part, field in POINTS.items():
        yield part, lambda thing, field=field: (getattr(thing, field),)
    yield "buildings", lambda building: [door.lonlat for door in building.entrances]


def _on_earth(points: Iterable[LonLat]) -> bool:
    degrees = np.abs(np.array(list(points), dtype=np.float64).reshape(-1, 2))
    return bool((degrees <= (EAST_DEG, NORTH_DEG)).all())


def _numbers(parts: Parts) -> Iterator[Unsound]:
    for part, ranges in RANGES.items():
        for field, bounds in ranges.items():
            yield from _beyond(part, parts[part], field, attrgetter(field), bounds)
    eyes = [device for device in parts["devices"] if device.lens is not None]
    for field, bounds in LENS.items():
        yield from _beyond("devices", eyes, field, attrgetter(f"lens.{field}"), bounds)
    for number, eye in enumerate(eyes, start=1):
        if any(abs(bearing) > 720 for mask in eye.lens.masks for bearing in mask):
            words = say("out_of_range", field="masks", value="", least=-720, most=720)
            yield Unsound(called("devices", number, eye), eye.lonlat, words)


def _beyond(
    part: str, things: Sequence[Any], field: str, value_of: Any, bounds: tuple[float, float]
) -> Iterator[Unsound]:
    least, most = bounds
    values = [value for value in map(value_of, things) if value is not None]
    if not values or (least <= min(values) and max(values) <= most):
        return
    for number, thing in enumerate(things, start=1):
        value = value_of(thing)
        if value is not None and not least <= value <= most:
            words = say("out_of_range", field=field, value=_figure(value), least=least, most=most)
            yield Unsound(called(part, number, thing), NOWHERE, words)


def _figure(value: float) -> str:
    """A number that may have four hundred digits."""
    return f"{value:g}" if abs(value) < 1e300 else "±∞"


def called(part: str, number: int, thing: Any) -> str:
    """A thing by its id, a grid by its territory, a wall by its number in its file."""
    name = getattr(thing, "id", "") or getattr(thing, "territory", "")
    return name[:120] or f"{part}.geojson #{number}"


def _first(line: Sequence[LonLat]) -> LonLat:
    return line[0] if line and _on_earth(line[:1]) else NOWHERE
