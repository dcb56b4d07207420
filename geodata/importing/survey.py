"""What features mean together: outline, buildings and what stands between, and what is wrong."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import Polygon

from geodata.checks import Fault, why_invalid
from geodata.drawing.buildings import DrawnBuilding
from geodata.importing import classification
from geodata.importing.classification import FLOOR_KEYS, HEIGHT_KEYS, FeatureRole, ServiceWords
from geodata.importing.readers.features import Feature
from geodata.importing.report.sentences import Words, say
from geodata.proposal.doors import FLOOR_M, floors_of
from geodata.soundness import NOWHERE
from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import LonLat

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
TAG_USES = {
    "kindergarten": "kindergarten",
    "retail": "shop",
    "commercial": "shop",
    "supermarket": "shop",
    "service": "service",
    "garage": "service",
    "garages": "service",
    "shed": "service",
    "bicycle_parking": "service",
    "transformer_tower": "service",
}
"""Uses that OpenStreetMap's ``building`` tells."""  # fmt: skip
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
FAR_M = 8000.0
_UNSHAPED = frozenset({"device", "service", "part", "other"})
"""Roles of which no shape is built."""
AROUND_M = 150.0
"""Of an extract of a map, buildings this near are kept as surroundings."""


@dataclass
class Survey:
    """What was understood, in metres about ``origin``; ``context`` stands outside.

    ``parts`` are features by what they are, other than outline and buildings. ``keys`` tells for
    each building, by its label, what it is called in its source.
    """

    origin: LonLat
    outline: Polygon
    houses: list[DrawnBuilding] = field(default_factory=list)
    context: list[DrawnBuilding] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    parts: dict[str, list[tuple[Feature, FeatureRole]]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    names: shapely.STRtree = field(default_factory=lambda: shapely.STRtree([]))


def understand(
    features: Sequence[Feature], name: str, called: ServiceWords
) -> Survey | list[Fault]:
    """A survey of the compound ``name``, or the faults for which there can be none.

    ``called`` are the words for kinds of service.
    """
    there = [feature for feature in features if not feature.shape.is_empty]
    found = classification.roles(there, name, called)
    outline = next(
        (f for f, role in zip(there, found, strict=True) if role.role == "outline"), None
    )
    pairs = list(zip(there, found, strict=True))
    if outline is not None:
        pairs = _around(outline, pairs)
    if faults := _broken([f for f, role in pairs if role.role not in _UNSHAPED]):
        return faults
    buildings = [f for f, role in pairs if role.role == "building"]
    if not buildings:
        return [Fault("buildings", NOWHERE, "no buildings", say("no_buildings"))]
    survey = _begun(outline, buildings)
    _sort(survey, features, pairs)
    shapes = metres(np.array([f.shape for f in buildings], dtype=object), survey.origin)
    for feature, shape in zip(buildings, shapes, strict=True):
        _add(survey, feature, shape)
    if not survey.houses:
        left = Fault("buildings", survey.origin, "no buildings", say("buildings_left_out"))
        return [*survey.faults, left]
    _compare(survey)
    return survey


def _around(
    outline: Feature, pairs: list[tuple[Feature, FeatureRole]]
) -> list[tuple[Feature, FeatureRole]]:
    """Of an extract of a map only what is in the compound or near; all of any other file."""
    extract = {f.source.file for f, _ in pairs if f.source.file.endswith((".osm", ".pbf"))}
    if not extract:
        return pairs
    degrees = AROUND_M / 111_000
    near = shapely.distance([f.shape for f, _ in pairs], outline.shape) <= degrees
    kept = [
        pair
        for pair, here in zip(pairs, near, strict=True)
        if here or pair[0].source.file not in extract
    ]
    for file in extract:
        left = sum(1 for f, _ in pairs if f.source.file == file) - sum(
            1 for f, _ in kept if f.source.file == file
        )
        if left:
            source = next(f.source for f, _ in pairs if f.source.file == file)
            source.notes.append(say("left_far", count=left, metres=AROUND_M))
    return kept


def _broken(features: Sequence[Feature]) -> list[Fault]:
    """Faults of shapes that cross themselves or are otherwise none."""
    valid = shapely.is_valid([feature.shape for feature in features])
    found = []
    for number in np.flatnonzero(~valid):
        feature = features[int(number)]
        reason = shapely.is_valid_reason(feature.shape)
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", reason)]
        place = (numbers[0], numbers[1]) if len(numbers) == 2 else feature.place
        crossing = "Self-intersection" in reason
        kind = "self-crossing" if crossing else "invalid"
        found.append(Fault(feature.label, place, kind, why_invalid(reason)))
    return found


def _begun(boundary: Feature | None, buildings: Sequence[Feature]) -> Survey:
    """A survey with its outline: the one given, or one around all buildings."""
    shape = boundary.shape if boundary else shapely.union_all([f.shape for f in buildings])
    centre = shape.centroid
    origin = (round(centre.x, 7), round(centre.y, 7))
    if boundary:
        parts = [metres(part, origin) for part in shapely.get_parts(shape)]
        survey = Survey(origin, Polygon(max(parts, key=lambda part: part.area).exterior))
        if len(parts) > 1:
            words = say("parts_taken", count=len(parts))
            survey.faults.append(Fault(boundary.label, boundary.place, "parts", words))
        return survey
    hull = metres(shape, origin).convex_hull.buffer(MARGIN_M, join_style="mitre")
    words = say("no_outline", metres=MARGIN_M)
    return Survey(origin, hull, faults=[Fault("outline", origin, "no outline", words)])


def metres(shape: Any, origin: LonLat) -> Any:
    """A shape in degrees, or an array of them, in metres about an origin."""
    return shapely.transform(shape, lambda xy: xy_from_lonlat(xy, origin))


def _sort(
    survey: Survey, features: Sequence[Feature], pairs: Sequence[tuple[Feature, FeatureRole]]
) -> None:
    """Put each feature to its kind, and write beside each source what they were taken for."""
    parts: dict[str, list[tuple[Feature, FeatureRole]]] = defaultdict(list)
    for feature, role in pairs:
        feature.source.used[role.role] = feature.source.used.get(role.role, 0) + 1
        parts[role.role].append((feature, role))
        if role.role == "other" and feature.shape.geom_type != "Point":
            _note(feature, survey)
        elif role.role == "building" and classification.service_tagged(feature):
            parts["service"].append((feature, role))
    parts["device"] += [
        (f, FeatureRole("device")) for f in features if f.role == "device" and f.shape.is_empty
    ]
    survey.parts = dict(parts)
    survey.names = shapely.STRtree([feature.shape for feature, _ in parts.get("name", ())])


def _note(feature: Feature, survey: Survey) -> None:
    if feature.source.file.endswith((".osm", ".pbf")):
        return  # a map holds much that is no part of a compound
    words = say("unused_shape", shape=feature.shape.geom_type)
    survey.faults.append(Fault(feature.label, feature.place, "unused", words))


def _add(survey: Survey, feature: Feature, given: shapely.Geometry) -> None:
    parts = list(given.geoms) if given.geom_type == "MultiPolygon" else [given]
    shape = max(parts, key=lambda part: part.area)

    def fault(kind: str, words: Words) -> None:
        survey.faults.append(Fault(name or feature.label, feature.place, kind, words))

    name = feature.name or _lettered(survey, feature)
    if not name:
        fault("unnamed", say("nameless_building"))
        name = f"未命名{len(survey.houses) + 1}"
    elif not re.search(r"\d", name):
        fault("no number", say("no_number"))
    if shape.area < LEAST_M2:
        fault("tiny", say("tiny", area=shape.area))
        return
    if len(parts) > 1:
        fault("parts", say("parts_taken", count=len(parts)))
    if shape.interiors:
        fault("courtyard", say("courtyard"))
    floors, height = _height(feature, fault)
    use = next((use for word, use in USES if word in name), "")
    use = use or TAG_USES.get(feature.text("building"), "residence")
    if use == "kindergarten" and height > NURSERY_M:
        fault("height", say("nursery_height", height=height))
    label = _label(survey, name)
    survey.keys[label] = feature.key
    survey.houses.append(DrawnBuilding(label, name, Polygon(shape.exterior), floors, height, use))


def _lettered(survey: Survey, feature: Feature) -> str:
    """The name of a point that lies on a building without one."""
    found = survey.names.query(feature.shape, "contains")
    return survey.parts["name"][int(found[0])][0].name if len(found) == 1 else ""


def _height(feature: Feature, fault: Callable[[str, Words], None]) -> tuple[int, float]:
    """Floors and height in metres, each from the other where one is missing."""
    height, floors = feature.figure(*HEIGHT_KEYS), feature.figure(*FLOOR_KEYS)
    if height is not None and not 2.0 <= height <= HIGHEST_M:
        fault("height", say("height_impossible", height=height, floors=USUAL_FLOORS))
        height = None
    elif height is None and floors is None:
        fault("height", say("height_missing", floors=USUAL_FLOORS))
    if floors is not None and 1 <= floors <= HIGHEST_M / FLOOR_M:
        return int(floors), height or round(floors * FLOOR_M, 1)
    height = height or round(USUAL_FLOORS * FLOOR_M, 1)
    return floors_of(height), height


def _label(survey: Survey, name: str) -> str:
    """The last part of a building's id: ``b93`` for 93幢, else a running number."""
    number = re.search(r"\d+", name)
    label = f"b{int(number.group())}" if number else f"n{len(survey.houses) + 1}"
    if label in survey.taken:
        copy = next(
            n for n in range(2, len(survey.taken) + 3) if f"{label}-{n}" not in survey.taken
        )
        label = f"{label}-{copy}"
    survey.taken.add(label)
    return label


def _compare(survey: Survey) -> None:
    """Buildings against each other and against the outline."""
    first = {house.name: house.outline for house in reversed(survey.houses)}
    for name, count in Counter(house.name for house in survey.houses).items():
        if count > 1:
            words = say("same_name", count=count)
            survey.faults.append(
                Fault(name, place_of(first[name], survey.origin), "duplicate", words)
            )
    survey.faults += _overlaps(survey)
    shapes = np.array([house.outline for house in survey.houses])
    out = 1 - shapely.area(shapely.intersection(shapes, survey.outline)) / shapely.area(shapes)
    away = out > MOSTLY_OUT
    mapped = any(f.source.file.endswith((".osm", ".pbf")) for f, _ in survey.parts["building"])
    if away.all() or (away.mean() > 0.5 and not mapped) or _far(shapes):
        words = say("elsewhere", away=int(away.sum()), count=len(shapes))
        survey.faults.append(Fault("outline", survey.origin, "elsewhere", words))
        return
    for number in np.flatnonzero(out > OUTSIDE_SHARE):
        house = survey.houses[number]
        if not (away[number] and mapped):
            words = say("outside_kept" if away[number] else "outside_share", share=out[number])
            rest = place_of(house.outline.difference(survey.outline), survey.origin)
            survey.faults.append(Fault(house.name, rest, "outside", words))
    survey.context = [house for house, gone in zip(survey.houses, away, strict=True) if gone]
    survey.houses = [house for house, gone in zip(survey.houses, away, strict=True) if not gone]


def _far(shapes: np.ndarray) -> bool:
    west, south, east, north = shapely.total_bounds(shapes)
    return bool(max(east - west, north - south) > FAR_M)


def _overlaps(survey: Survey) -> list[Fault]:
    shapes = np.array([house.outline for house in survey.houses])
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = first[first < second], second[first < second]
    parts = shapely.intersection(shapes[one], shapes[other])
    found = []
    for i, j, part in zip(one, other, parts, strict=True):
        if part.area > 0.05:
            share = part.area / min(shapes[i].area, shapes[j].area)
            a, b = survey.houses[i].name, survey.houses[j].name
            words = say("shares_most", other=b, area=part.area, share=share)
            kind = "overlap" if share > SLIGHT else "slight overlap"
            found.append(Fault(a, place_of(part, survey.origin), kind, words))
    return found


def place_of(shape: shapely.Geometry, origin: LonLat) -> LonLat:
    """A point of a shape in metres, in degrees."""
    point = shape.representative_point()
    lon, lat = np.round(lonlat_from_xy((point.x, point.y), origin), 7)
    return float(lon), float(lat)
