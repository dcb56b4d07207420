"""What features mean: which is the outline, which are buildings, what is wrong with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Polygon

from geodata.checks import Fault
from geodata.proposal.doors import FLOOR_M, floors_of
from geodata.proposal.drawing import House
from geodata.reading import Feature
from twin.metres import lonlat_from_xy, xy_from_lonlat
from twin.model import LonLat

OUTLINE_WORDS = ("compound", "outline", "boundary", "xiaoqu", "小区", "轮廓", "边界")
BUILDING_WORDS = ("building", "footprint", "house", "楼", "建筑")
USES = (
    ("幼儿园", "kindergarten"),
    ("商", "shop"),
    ("店", "shop"),
    ("值班", "service"),
    ("门卫", "service"),
    ("物业", "service"),
    ("社区", "service"),
    ("泵房", "service"),
    ("车棚", "service"),
)
HEIGHT_KEYS = ("height", "height_m", "高度", "楼高")
FLOOR_KEYS = ("floors", "building:levels", "levels", "层数")
USUAL_FLOORS = 6
HIGHEST_M = 650.0
LEAST_M2 = 4.0
NURSERY_M = 15.0
"""A nursery has at most three floors (JGJ 39-2016, 4.1.3)."""
MARGIN_M = 15.0
SLIGHT = 0.02
"""Overlaps up to this share of the smaller building are within what surveys get wrong."""
MOSTLY_OUT = 0.5
OUTSIDE_SHARE = 0.001
FAR_M = 3000.0


@dataclass
class Survey:
    """What was understood, in metres about ``origin``; ``context`` stands outside."""

    origin: LonLat
    outline: Polygon
    houses: list[House] = field(default_factory=list)
    context: list[House] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def understand(features: Sequence[Feature]) -> Survey | list[Fault]:
    """A survey, or the faults for which there can be none."""
    faults = [fault for feature in features if (fault := _broken(feature))]
    if faults:
        return faults
    areas = [f for f in features if f.shape.geom_type in ("Polygon", "MultiPolygon")]
    boundary = _boundary(areas)
    buildings = [f for f in areas if f is not boundary and _is_building(f)]
    if not buildings:
        words = "no polygon has a height, floors, or stands in a file named after buildings"
        return [Fault("buildings", (0.0, 0.0), "no buildings", words)]
    survey = _begun(boundary, buildings)
    for feature in features:
        if feature is not boundary and feature not in buildings:
            _note(feature, survey)
    _count(features, boundary, buildings)
    for feature in buildings:
        _add(survey, feature, features)
    _compare(survey)
    return survey


def _broken(feature: Feature) -> Fault | None:
    if feature.shape.is_valid:
        return None
    reason = shapely.is_valid_reason(feature.shape)
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", reason)]
    place = (numbers[0], numbers[1]) if len(numbers) == 2 else feature.place
    crossing = "Self-intersection" in reason
    return Fault(feature.label, place, "self-crossing" if crossing else "invalid", reason)


def _says(feature: Feature, words: Sequence[str]) -> bool:
    stem = feature.source.file.rsplit(".", 1)[0].casefold()
    return any(word in stem for word in words)


def _boundary(areas: Sequence[Feature]) -> Feature | None:
    """The outline: in a file named so, or without a height and around most other polygons."""
    bare = [f for f in areas if f.figure(*HEIGHT_KEYS) is None and f.figure(*FLOOR_KEYS) is None]
    named = [f for f in bare if _says(f, OUTLINE_WORDS) and not _says(f, BUILDING_WORDS)]
    if named:
        return max(named, key=lambda f: f.shape.area)
    centres = [f.shape.representative_point() for f in areas]
    held = [(sum(f.shape.contains(centre) for centre in centres), f) for f in bare]
    best = max(held, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] > len(areas) / 2 and len(areas) > 1 else None


def _is_building(feature: Feature) -> bool:
    tall = feature.figure(*HEIGHT_KEYS, *FLOOR_KEYS) is not None
    return tall or _says(feature, BUILDING_WORDS) or bool(feature.text("building"))


def _begun(boundary: Feature | None, buildings: Sequence[Feature]) -> Survey:
    """A survey with its outline: the one given, or one around all buildings."""
    shape = boundary.shape if boundary else shapely.union_all([f.shape for f in buildings])
    centre = shape.centroid
    origin = (round(centre.x, 7), round(centre.y, 7))
    if boundary:
        parts = [_metres(part, origin) for part in shapely.get_parts(shape)]
        survey = Survey(origin, Polygon(max(parts, key=lambda part: part.area).exterior))
        if len(parts) > 1:
            words = f"has {len(parts)} parts: the largest is taken"
            survey.faults.append(Fault(boundary.label, boundary.place, "parts", words))
        return survey
    hull = _metres(shape, origin).convex_hull.buffer(MARGIN_M, join_style="mitre")
    words = f"no outline was found: {MARGIN_M:.0f} m around all buildings is proposed"
    return Survey(origin, hull, faults=[Fault("outline", origin, "no outline", words)])


def _metres(shape: shapely.Geometry, origin: LonLat) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy_from_lonlat(xy, origin))


def _note(feature: Feature, survey: Survey) -> None:
    if feature.shape.geom_type not in ("Point", "MultiPoint"):
        words = f"a {feature.shape.geom_type} of a kind we do not know is left out"
        survey.faults.append(Fault(feature.label, feature.place, "unused", words))


def _count(features: Sequence[Feature], boundary: Feature | None, buildings: list[Feature]) -> None:
    """Write beside each source what its features were taken for."""
    held = {id(feature) for feature in buildings}
    for feature in features:
        role = "outline" if feature is boundary else "building" if id(feature) in held else "other"
        if feature.shape.geom_type == "Point":
            role = "name"
        feature.source.used[role] = feature.source.used.get(role, 0) + 1


def _add(survey: Survey, feature: Feature, features: Sequence[Feature]) -> None:
    parts = [_metres(part, survey.origin) for part in shapely.get_parts(feature.shape)]
    shape = max(parts, key=lambda part: part.area)

    def fault(kind: str, words: str) -> None:
        survey.faults.append(Fault(name or feature.label, feature.place, kind, words))

    name = feature.text("name", "名称", "楼栋", "楼号") or _lettered(feature, features)
    if not name:
        fault("unnamed", "a building without a name")
        name = f"未命名{len(survey.houses) + 1}"
    elif not re.search(r"\d", name):
        fault("no number", f"{name} has a name but no number")
    if shape.area < LEAST_M2:
        fault("tiny", f"{name} has only {shape.area:.1f} m² of ground and is left out")
        return
    if len(parts) > 1:
        fault("parts", f"{name} has {len(parts)} parts: the largest is taken")
    if shape.interiors:
        fault("courtyard", f"the courtyard of {name} is filled")
    floors, height = _height(feature, fault, name)
    use = next((use for word, use in USES if word in name), "residence")
    if use == "kindergarten" and height > NURSERY_M:
        fault("height", f"{name} is given {height:g} m: a nursery has three floors at most")
    house = House(_label(survey, name), name, Polygon(shape.exterior), floors, height, use)
    survey.houses.append(house)


def _lettered(feature: Feature, features: Sequence[Feature]) -> str:
    """The name of a point that lies on a building without one."""
    points = (f for f in features if f.shape.geom_type == "Point" and f.text("name", "名称"))
    found = [f.text("name", "名称") for f in points if feature.shape.contains(f.shape)]
    return found[0] if len(found) == 1 else ""


def _height(feature: Feature, fault: object, name: str) -> tuple[int, float]:
    """Floors and height in metres, each from the other where one is missing."""
    height, floors = feature.figure(*HEIGHT_KEYS), feature.figure(*FLOOR_KEYS)
    assert callable(fault), "fault is told a kind and a sentence"
    if height is not None and not 2.0 <= height <= HIGHEST_M:
        fault("height", f"{name} is given {height:g} m, which cannot be: {USUAL_FLOORS} floors")
        height = None
    elif height is None and floors is None:
        fault("height", f"{name} has no height: {USUAL_FLOORS} floors are assumed")
    if floors is not None and 1 <= floors <= HIGHEST_M / FLOOR_M:
        return int(floors), height or round(floors * FLOOR_M, 1)
    height = height or round(USUAL_FLOORS * FLOOR_M, 1)
    return floors_of(height), height


def _label(survey: Survey, name: str) -> str:
    """The last part of a building's id: ``b93`` for 93幢, else a running number."""
    number = re.search(r"\d+", name)
    label = f"b{int(number.group())}" if number else f"n{len(survey.houses) + 1}"
    taken = {house.label for house in survey.houses}
    copies = (f"{label}-{copy}" for copy in range(2, len(taken) + 3))
    return label if label not in taken else next(c for c in copies if c not in taken)


def _compare(survey: Survey) -> None:
    """Buildings against each other and against the outline."""
    for name, count in Counter(house.name for house in survey.houses).items():
        if count > 1:
            shape = next(house.outline for house in survey.houses if house.name == name)
            words = f"{count} buildings are called {name}"
            survey.faults.append(Fault(name, _place(survey, shape), "duplicate", words))
    survey.faults += _overlaps(survey)
    out = {id(h): 1 - h.outline.intersection(survey.outline).area / h.outline.area
           for h in survey.houses}  # fmt: skip
    away = [house for house in survey.houses if out[id(house)] > MOSTLY_OUT]
    if len(away) * 2 > len(survey.houses) or _far(survey):
        words = f"{len(away)} of {len(survey.houses)} buildings: another reference system?"
        survey.faults.append(Fault("outline", survey.origin, "elsewhere", words))
        return
    for house in survey.houses:
        if out[id(house)] > OUTSIDE_SHARE:
            what = " and is kept as surroundings" if house in away else ""
            words = f"{house.name} lies outside the outline by {out[id(house)]:.0%} of its ground"
            rest = house.outline.difference(survey.outline)
            survey.faults.append(Fault(house.name, _place(survey, rest), "outside", words + what))
    survey.houses = [house for house in survey.houses if house not in away]
    survey.context = away


def _far(survey: Survey) -> bool:
    west, south, east, north = shapely.union_all([h.outline for h in survey.houses]).bounds
    return bool(max(east - west, north - south) > FAR_M)


def _overlaps(survey: Survey) -> list[Fault]:
    shapes = [house.outline for house in survey.houses]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for i, j in zip(first, second, strict=True):
        part = shapes[i].intersection(shapes[j])
        if i < j and part.area > 0.05:
            share = part.area / min(shapes[i].area, shapes[j].area)
            one, other = survey.houses[i].name, survey.houses[j].name
            words = f"{one} and {other} share {part.area:.1f} m² ({share:.0%} of the smaller)"
            kind = "overlap" if share > SLIGHT else "slight overlap"
            found.append(Fault(one, _place(survey, part), kind, words))
    return found


def _place(survey: Survey, shape: shapely.Geometry) -> LonLat:
    point = shape.representative_point()
    lon, lat = np.round(lonlat_from_xy((point.x, point.y), survey.origin), 7)
    return float(lon), float(lat)
