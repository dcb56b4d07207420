"""One drawn compound placed many times: everything turned, moved and renamed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import shapely

from geodata.demo.plane import finished
from geodata.drawing.plane import Plane
from geodata.drawing.site_plan import Jurisdiction, SitePlan
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, LonLat, Path

SPARE = ("smoke", "lock", "lamp", "call", "manhole", "camera")
"""Kinds of which the last are left out first when fewer devices are wanted."""
FAR = 4.0
"""Gates are drawn some metres long and look so many times as far for their street."""
replace = msgspec.structs.replace


class Name(NamedTuple):
    """What a placed compound is called and where it belongs."""

    id: str
    name: str
    name_en: str
    jurisdiction: Jurisdiction


class Template:
    """A plan drawn about (0, 0) without a turn, ready to be placed."""

    def __init__(self, plan: SitePlan) -> None:
        made = self.made = finished(plan)
        self.size = len(made.devices)
        lines = list(_lines(made))
        self._cuts = list(pairwise(accumulate(map(len, lines), initial=0)))
        points = np.concatenate([np.array(line) for line in lines])
        self._points = [tuple(xy) for xy in xy_from_lonlat(points, plan.plane.anchor).tolist()]
        self._order = _least_needed_last(made.devices)
        self._first_path = (
            1 + len(made.grids) + sum(1 + len(one.entrances) for one in made.buildings)
        )
        ends = np.array([way.line.coords[-1] for way in plan.ways])
        outside = ~shapely.contains_xy(plan.outline, ends)
        self._out = frozenset(np.flatnonzero(outside).tolist())

    def place(
        self, name: Name, frame: Plane, streets: shapely.LineString, devices: int, *, crew: bool
    ) -> Compound:
        """The compound on a frame, its gates led to the streets around (on the frame's plane).

        ``devices`` is how many it has, ``crew`` whether it has its people.
        """
        ground = frame.ground(self._points)
        lines = iter([ground[a:b] for a, b in self._cuts])
        made, old, territory = self.made, self.made.id, f"{name.jurisdiction.community}.{name.id}"
        cut = len(made.territory)

        def label(known: str) -> str:
            return name.id + known[len(old) :]

        def path(known: str) -> str:
            return territory + known[cut:]

        outline = next(lines)
        buildings = tuple(
            replace(
                one,
                id=label(one.id),
                outline=next(lines),
                territory=path(one.territory),
                entrances=tuple(replace(door, lonlat=next(lines)[0]) for door in one.entrances),
            )
            for one in made.buildings
        )
        grids = tuple(
            replace(one, territory=path(one.territory), outline=next(lines)) for one in made.grids
        )
        paths = tuple(
            self._path(number, replace(one, id=label(one.id), line=next(lines)), frame, streets)
            for number, one in enumerate(made.paths)
        )
        areas = tuple(replace(one, id=label(one.id), outline=next(lines)) for one in made.areas)
        walls = tuple(replace(one, line=next(lines)) for one in made.walls)
        services = tuple(
            replace(one, id=label(one.id), lonlat=next(lines)[0], territory=path(one.territory),
                    building=label(one.building) if one.building else "")
            for one in made.services
        )  # fmt: skip
        pipes = tuple(replace(one, id=label(one.id), line=next(lines)) for one in made.pipes)
        spots = next(lines)
        kept = sorted(self._order[:devices])
        places = (_device(made.devices[n], label, path, spots[n], frame) for n in kept)
        cards = (
            replace(one, id=label(one.id), territory=path(one.territory), post=next(lines)[0])
            for one in made.responders
        )
        middle = frame.ground([(0.0, 0.0)])[0]
        return replace(
            made, id=name.id, name=name.name, name_en=name.name_en, territory=territory,
            origin=middle, outline=outline, buildings=buildings, grids=grids, paths=paths,
            areas=areas, walls=walls, services=services, pipes=pipes, devices=tuple(places),
            responders=tuple(cards) if crew else (), street_name=name.jurisdiction.street_name,
            community_name=name.jurisdiction.community_name,
            district_name=name.jurisdiction.district_name,
            community_code=name.jurisdiction.code,
        )  # fmt: skip

    def _path(self, number: int, path: Path, frame: Plane, streets: shapely.LineString) -> Path:
        """A way; one that leaves the compound ends on the street it meets."""
        if number not in self._out:
            return path
        first, last = self._cuts[self._first_path + number]
        (x, y), (end_x, end_y) = self._points[first], self._points[last - 1]
        ray = shapely.LineString([(x, y), (x + (end_x - x) * FAR, y + (end_y - y) * FAR)])
        met = shapely.get_coordinates(streets.intersection(ray)).tolist()
        if not met:
            return path
        goal = min(met, key=lambda xy: abs(xy[0] - x) + abs(xy[1] - y))
        return replace(path, line=(*path.line[:-1], frame.ground([(goal[0], goal[1])])[0]))


def _lines(made: Compound) -> Iterator[Sequence[LonLat]]:
    """Every run of positions of a compound, in the order in which ``Template.place`` takes them."""
    yield made.outline
    for building in made.buildings:
        yield building.outline
        for door in building.entrances:
            yield (door.lonlat,)
    for grid in made.grids:
        yield grid.outline
    for path in made.paths:
        yield path.line
    for area in made.areas:
        yield area.outline
    for wall in made.walls:
        yield wall.line
    for service in made.services:
        yield (service.lonlat,)
    for pipe in made.pipes:
        yield pipe.line
    yield [place.lonlat for place in made.devices]
    for card in made.responders:
        yield (card.post,)


def _least_needed_last(places: Sequence[DevicePlace]) -> list[int]:
    """The devices' indices; those at the end can be left out without a gap in the numbers."""
    stacks = {kind: [n for n, place in enumerate(places) if place.kind == kind] for kind in SPARE}
    halves = {kind: len(stack) // 2 for kind, stack in stacks.items()}
    spare: list[int] = []
    while any(len(stack) > halves[kind] for kind, stack in stacks.items()):
        spare += [stack.pop() for kind, stack in stacks.items() if len(stack) > halves[kind]]
    left_out = set(spare)
    return [n for n in range(len(places)) if n not in left_out] + spare[::-1]


def _device(
    place: DevicePlace,
    label: Callable[[str], str],
    path: Callable[[str], str],
    spot: LonLat,
    frame: Plane,
) -> DevicePlace:
    azimuth, lens = place.azimuth_deg, place.lens
    if azimuth is not None:
        azimuth = frame.bearing(azimuth, (0.0, 0.0))
    if lens is not None:
        turned = (tuple(frame.bearing(side, (0.0, 0.0)) for side in mask) for mask in lens.masks)
        lens = replace(lens, masks=tuple((a, b) for a, b in turned))
    return replace(
        place,
        id=label(place.id),
        lonlat=spot,
        territory=path(place.territory),
        building=label(place.building) if place.building else "",
        azimuth_deg=azimuth,
        lens=lens,
    )
