"""What is wrong with a compound: every fault with its feature, its place and a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geodata import soundness
from geodata.importing.report.sentences import Words, say
from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import Compound, LonLat, Ring
from twin.visibility.window_privacy import all_glimpses

INDOOR = frozenset({"lift", "smoke", "call", "water", "power", "lock"})
"""Kinds that may stand inside a building."""
OVERLAP_M2 = 0.5
GAP_M2 = 2.0
OUTSIDE_M = 0.5
AT_GATE_M = 3.0
WALL_M = 0.2
JOINT_M = 0.1
"""Paths this close are joined; ``twin.routing.network`` rounds to the same grid."""
DOORSTEP_M = 1.5


class Fault(NamedTuple):
    """One thing that is wrong: the feature's id or name, where, a stable word, a sentence.

    ``kind`` and ``words`` are rows of ``sentences.toml``.
    """

    feature: str
    place: LonLat
    kind: str
    words: Words


class _Shapes(NamedTuple):
    """A compound's geometry in local metres."""

    outline: shapely.Polygon
    buildings: list[shapely.Polygon]
    grids: list[shapely.Polygon]
    paths: list[shapely.LineString]
    walls: list[shapely.LineString]
    devices: list[shapely.Point]


def faults(compound: Compound) -> list[Fault]:
    """Everything wrong with a compound; geometry is compared only when each shape is valid."""
    broken = soundness.unsound(compound)
    if broken:
        return [Fault(name, place, "invalid", words) for name, place, words in broken]
    found = [*_names(compound), *_invalid(compound)]
    if any(fault.kind == "invalid" for fault in found):
        return found
    shapes = _shapes(compound)
    for check in (_overlaps, _outside, _tiling, _through, _misplaced, _unreachable, _unmasked):
        found.extend(check(compound, shapes))
    return found


def _metres(points: Iterable[LonLat], compound: Compound) -> np.ndarray:
    return xy_from_lonlat(np.array(list(points)), compound.origin)


def _polygons(rings: Iterable[Ring], compound: Compound) -> list[shapely.Polygon]:
    """Rings in degrees as polygons in metres, all at once."""
    rings = list(rings)
    if not rings:
        return []
    xy = _metres((point for ring in rings for point in ring), compound)
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    return list(shapely.polygons(shapely.linearrings(xy, indices=owner)))


def _shapes(compound: Compound) -> _Shapes:
    def areas(rings: Iterable[Ring]) -> list[shapely.Polygon]:
        return _polygons(rings, compound)

    def lines(found: Iterable[tuple[LonLat, ...]]) -> list[shapely.LineString]:
        return [shapely.LineString(_metres(line, compound)) for line in found]

    return _Shapes(
        areas([compound.outline])[0],
        areas(building.outline for building in compound.buildings),
        areas(grid.outline for grid in compound.grids),
        lines(path.line for path in compound.paths),
        lines(wall.line for wall in compound.walls),
        [shapely.Point(xy) for xy in _metres((d.lonlat for d in compound.devices), compound)]
        if compound.devices
        else [],
    )


def _names(compound: Compound) -> Iterator[Fault]:
    """Ids that occur twice, and things people must be able to call by a name."""
    things = [
        *((b.id, b.name, b.outline[0]) for b in (*compound.buildings, *compound.surroundings)),
        *((g.territory, g.name, g.outline[0]) for g in compound.grids),
        *((p.id, "-", p.line[0]) for p in compound.paths),
        *((a.id, "-", a.outline[0]) for a in compound.areas),
        *((d.id, d.name, d.lonlat) for d in compound.devices),
        *((r.id, r.name, r.post) for r in compound.responders),
    ]
    places = {name: place for name, _, place in things}
    for name, count in Counter(name for name, _, _ in things).items():
        if count > 1:
            yield Fault(name, places[name], "duplicate", say("same_id", count=count))
    known = {building.id for building in compound.surroundings}
    for name, said, place in things:
        if not said and name not in known:
            yield Fault(name, place, "unnamed", say("no_name"))


def _invalid(compound: Compound) -> Iterator[Fault]:
    rings = [("outline", compound.outline)]
    rings += [(b.id, b.outline) for b in (*compound.buildings, *compound.surroundings)]
    rings += [(g.territory, g.outline) for g in compound.grids]
    rings += [(a.id, a.outline) for a in compound.areas]
    whole = [len(ring) >= 4 and ring[0] == ring[-1] for _, ring in rings]
    for (name, ring), closed in zip(rings, whole, strict=True):
        if not closed:
            yield Fault(name, ring[0], "invalid", say("unclosed"))
    rings = [row for row, closed in zip(rings, whole, strict=True) if closed]
    shapes = np.array(_polygons((ring for _, ring in rings), compound))
    valid = shapely.is_valid(shapes)
    ccw = shapely.is_ccw(shapely.get_exterior_ring(shapes))
    for number in np.flatnonzero(~valid | ~ccw):
        name, ring = rings[number]
        if not valid[number]:
            reason = shapely.is_valid_reason(shapes[number])
            yield Fault(name, ring[0], "invalid", why_invalid(reason))
        else:
            yield Fault(name, ring[0], "clockwise", say("clockwise"))


_REASONS = {
    "Self-intersection": "crosses_itself",
    "Ring Self-intersection": "ring_crosses",
    "Too few points in geometry component": "too_few_points",
    "Hole lies outside shell": "hole_outside",
    "Nested holes": "holes_nested",
    "Nested shells": "holes_nested",
    "Interior is disconnected": "split_inside",
    "Duplicate Rings": "rings_twice",
    "Invalid Coordinate": "no_coordinates",
    "Ring is not closed": "unclosed",
}
"""What GEOS says of a geometry before the place in brackets (TopologyValidationError.cpp)."""


def why_invalid(reason: str) -> Words:
    """The sentence for what GEOS says is wrong with a geometry; its own words for another."""
    name = _REASONS.get(reason.partition("[")[0].strip())
    return say(name) if name else say("library_says", library="GEOS", said=reason)


def _place(compound: Compound, shape: shapely.Geometry) -> LonLat:
    point = shape.representative_point()
    lon, lat = lonlat_from_xy((point.x, point.y), compound.origin)
    return round(float(lon), 7), round(float(lat), 7)


def overlapping(shapes: list[shapely.Polygon]) -> list[tuple[int, int, shapely.Geometry]]:
    """Pairs of polygons that share more than half a square metre, with what they share."""
    if not shapes:
        return []
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(int(i), int(j)) for i, j in zip(first, second, strict=True) if i < j]
    shared = [(i, j, shapes[i].intersection(shapes[j])) for i, j in pairs]
    return [(i, j, part) for i, j, part in shared if part.area > OVERLAP_M2]


def _overlaps(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    for i, j, part in overlapping(shapes.buildings):
        one, other = compound.buildings[i], compound.buildings[j]
        words = say("shares", other=other.name, area=part.area)
        yield Fault(one.id, _place(compound, part), "overlap", words)


def _outside(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    ground = shapes.outline.buffer(OUTSIDE_M)
    for building, shape in zip(compound.buildings, shapes.buildings, strict=True):
        if not ground.contains(shape):
            out = shape.difference(shapes.outline)
            words = say("outside_share", share=out.area / shape.area)
            yield Fault(building.id, _place(compound, out), "outside", words)
    at_gate = shapes.outline.buffer(AT_GATE_M)
    for device, point in zip(compound.devices, shapes.devices, strict=True):
        if not at_gate.contains(point):
            yield Fault(device.id, device.lonlat, "outside", say("stands_outside"))


def _tiling(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    """Grids follow one rule: no gap, no overlap, nothing outside the compound."""
    if not shapes.grids:
        return
    for i, j, part in overlapping(shapes.grids):
        words = say("shares", other=compound.grids[j].name, area=part.area)
        yield Fault(compound.grids[i].territory, _place(compound, part), "grid overlap", words)
    whole = shapely.union_all(shapes.grids)
    for kind, name, part in (
        ("grid gap", "in_no_grid", shapes.outline.difference(whole)),
        ("grid outside", "grids_outside", whole.difference(shapes.outline)),
    ):
        if part.area > GAP_M2:
            yield Fault("outline", _place(compound, part), kind, say(name, area=part.area))
    if not shapes.devices:
        return
    inside = shapely.STRtree(shapes.grids).query(shapes.devices, "dwithin", distance=1.0)
    held = {(int(d), compound.grids[int(g)].territory) for d, g in inside.T}
    for number, device in enumerate(compound.devices):
        if (number, device.territory) not in held:
            words = say("not_in_its_grid", grid=device.territory)
            yield Fault(device.id, device.lonlat, "wrong grid", words)


def _through(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    """Paths that lead through a building."""
    if not shapes.paths or not shapes.buildings:
        return
    solid = shapely.buffer(shapes.buildings, -0.1, join_style="mitre")
    crossing = shapely.STRtree(solid).query(shapes.paths, predicate="intersects")
    for path, building in crossing.T:
        part = shapes.paths[path].intersection(solid[building])
        words = say("leads_through", name=compound.buildings[building].name)
        yield Fault(compound.paths[path].id, _place(compound, part), "through", words)


def _misplaced(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    """Devices inside a building that do not belong there, or inside a wall."""
    if not shapes.devices:
        return
    held = shapely.STRtree(shapes.buildings).query(shapes.devices, predicate="within")
    for device, building in held.T:
        place = compound.devices[device]
        if place.kind not in INDOOR and not place.building:
            words = say("stands_inside", name=compound.buildings[building].name)
            yield Fault(place.id, place.lonlat, "in building", words)
    near = shapely.STRtree(shapes.walls).query(shapes.devices, "dwithin", distance=WALL_M)
    for device in sorted({int(number) for number in near[0]}):
        place = compound.devices[device]
        yield Fault(place.id, place.lonlat, "in wall", say("stands_in_wall"))


def _unmasked(compound: Compound, _shapes: _Shapes) -> Iterator[Fault]:
    """Cameras that would show a face in the window of a home, and no mask over it."""
    places = {device.id: device.lonlat for device in compound.devices}
    for camera, seen in all_glimpses(compound).items():
        for one in seen:
            words = say(
                "sees_homes", name=one.name, density=one.density_px_m, distance=one.distance_m,
                from_deg=one.from_deg, to_deg=one.to_deg,
            )  # fmt: skip
            yield Fault(camera, places[camera], "unmasked", words)


def _unreachable(compound: Compound, shapes: _Shapes) -> Iterator[Fault]:
    """Doors and gates apart from the network that reaches most of them."""
    doors = [
        (f"{b.id} {e.unit}单元", e.lonlat) for b in compound.buildings for e in b.entrances
    ] + [(d.id, d.lonlat) for d in compound.devices if d.kind == "gate"]
    if not doors:
        return
    points = shapely.points(_metres((place for _, place in doors), compound))
    reached = _reached(points, shapes.paths)
    for number, (name, place) in enumerate(doors):
        if number not in reached:
            yield Fault(name, place, "unreachable", say("no_way"))


def _reached(points: np.ndarray, paths: list[shapely.LineString]) -> set[int]:
    """Which points stand at the one connected part of the paths that most points stand at."""
    if not paths:
        return set()
    tree = shapely.STRtree(paths)
    first, second = tree.query(paths, "dwithin", distance=JOINT_M)
    joints = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(paths),) * 2)
    count, labels = connected_components(joints, directed=False)
    number, path = tree.query(points, "dwithin", distance=DOORSTEP_M)
    pairs = {(int(n), int(labels[p])) for n, p in zip(number, path, strict=True)}
    best = np.bincount([label for _, label in pairs], minlength=count).argmax()
    return {number for number, label in pairs if label == best}
