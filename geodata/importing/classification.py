"""What each feature is: outline, building, service, way, gate, door, wall, ground, grid, device.

The first rule that fits decides. A rule looks at OpenStreetMap's tags, at words in the names of
file, layer and drawing layer, at heights, and at the shape; names and tags are data, below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import shapely

from geodata.importing.readers.features import Feature

OUTLINE_WORDS = ("compound", "outline", "boundary", "xiaoqu", "小区", "轮廓", "边界", "红线")
BUILDING_WORDS = ("building", "footprint", "house", "楼", "建筑")
WAY_WORDS = ("road", "path", "highway", "street", "道路", "车行", "步道", "消防通道")
GATE_WORDS = ("gate", "大门", "出入口", "门岗")
DOOR_WORDS = ("entrance", "door", "单元门", "入户")
WALL_WORDS = ("wall", "fence", "围墙", "围栏")
GRID_WORDS = ("grid", "网格")
DEVICE_WORDS = ("device", "camera", "设备", "摄像", "监控点")
GROUND_WORDS = {
    "green": ("green", "grass", "绿地", "绿化"),
    "water": ("water", "pond", "水系", "水面"),
    "parking": ("parking", "停车"),
    "plaza": ("plaza", "square", "广场"),
    "sport": ("sport", "pitch", "运动", "球场"),
}
GROUND_TAGS = {
    ("landuse", "grass"): "green",
    ("landuse", "meadow"): "green",
    ("landuse", "forest"): "green",
    ("landuse", "flowerbed"): "green",
    ("leisure", "park"): "green",
    ("leisure", "garden"): "green",
    ("leisure", "pitch"): "sport",
    ("leisure", "playground"): "sport",
    ("leisure", "swimming_pool"): "water",
    ("natural", "water"): "water",
    ("natural", "wood"): "green",
    ("natural", "scrub"): "green",
    ("amenity", "parking"): "parking",
    ("amenity", "bicycle_parking"): "parking",
    ("place", "square"): "plaza",
}
SERVICE_TAGS = {
    ("emergency", "fire_hydrant"): "hydrant",
    ("emergency", "assembly_point"): "muster",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "doctor"): "clinic",
    ("amenity", "hospital"): "hospital",
    ("amenity", "fire_station"): "fire_station",
    ("amenity", "police"): "police",
    ("amenity", "school"): "school",
    ("amenity", "toilets"): "toilet",
}
"""Kinds of ``twin.places.model.Service`` by OpenStreetMap's tags."""
SERVICE_WORDS = ("service", "服务", "设施")
"""A layer named so tells the kind of each of its points in a column."""
GATE_TAGS = {"gate": "vehicle", "lift_gate": "vehicle", "swing_gate": "vehicle",
             "sliding_gate": "vehicle", "entrance": "pedestrian", "kissing_gate": "pedestrian",
             "turnstile": "pedestrian", "full-height_turnstile": "pedestrian"}  # fmt: skip
WALL_TAGS = frozenset({"wall", "fence", "hedge", "retaining_wall", "city_wall"})
ROADS = frozenset(
    "motorway trunk primary secondary tertiary unclassified residential living_street service road "
    "motorway_link trunk_link primary_link secondary_link tertiary_link track".split()
)
FEET = frozenset("footway path pedestrian steps cycleway corridor bridleway".split())
FIRE_LANE = frozenset({"emergency_access", "alley"})
NO_BUILDING = frozenset({"no", "construction", "proposed", "roof", "ruins", "demolished"})
HEIGHT_KEYS = ("height", "height_m", "building:height", "高度", "楼高")
FLOOR_KEYS = ("floors", "building:levels", "levels", "层数")
AREAS, LINES, POINTS = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString"), ("Point",)


ServiceWords = Mapping[str, tuple[str, ...]]
"""What people call each kind of service, by the catalogue's words of addresses."""


class FeatureRole(NamedTuple):
    """What a feature was taken for, and what kind of that; ``said``: by a word or a tag."""

    role: str
    kind: str = ""
    said: bool = True


def says(feature: Feature, words: Sequence[str]) -> bool:
    """Whether the name of its file or layer holds one of some words."""
    return any(word in feature.layer for word in words)


def has_height(feature: Feature) -> bool:
    """Whether it tells its height or its floors."""
    return feature.figure(*HEIGHT_KEYS) is not None or feature.figure(*FLOOR_KEYS) is not None


def _device(feature: Feature) -> FeatureRole | None:
    point = feature.shape.geom_type == "Point" and says(feature, DEVICE_WORDS)
    return FeatureRole("device") if feature.role == "device" or point else None


def _building(feature: Feature) -> FeatureRole | None:
    tag = feature.text("building")
    if feature.role == "building" or (tag and tag not in NO_BUILDING):
        return FeatureRole("building")
    if feature.text("building:part") or tag:
        return FeatureRole("part")
    return None


def service_tagged(feature: Feature) -> str:
    """The kind of service that OpenStreetMap's tags tell, of a building, too; or nothing."""
    tags = ((feature.text(key) == value, kind) for (key, value), kind in SERVICE_TAGS.items())
    return next((kind for told, kind in tags if told), "")


def _service_named(feature: Feature, called: ServiceWords) -> str:
    """The kind that a file's or layer's name ends in: hydrants, 小区消火栓; or a column tells."""
    if feature.source.file.endswith((".osm", ".pbf")):
        return ""
    named = [name.removesuffix("s") for name in feature.layer.split()]
    if says(feature, SERVICE_WORDS):
        named.append(feature.text("kind", "类型", "类别").casefold())
    for kind, known in called.items():
        if any(name.endswith((kind, *known)) for name in named):
            return kind
    return ""


def _service(feature: Feature, called: ServiceWords) -> FeatureRole | None:
    area = feature.shape.geom_type in AREAS
    if not area and feature.shape.geom_type not in POINTS:
        return None
    if area and (has_height(feature) or says(feature, BUILDING_WORDS)):
        return None
    kind = service_tagged(feature) or _service_named(feature, called)
    return FeatureRole("service", kind) if kind else None


def _way(feature: Feature) -> FeatureRole | None:
    if feature.shape.geom_type not in LINES:
        return None
    tag = feature.text("highway")
    if tag and not feature.text("tunnel") == "yes":
        if feature.text("service") in FIRE_LANE:
            return FeatureRole("way", "lane")
        kind = "road" if tag in ROADS else "foot" if tag in FEET else ""
        return FeatureRole("way", kind) if kind else None
    if says(feature, WAY_WORDS) and not tag:
        said = feature.text("kind", "class", "类型")
        lane = "消防" in feature.layer or said in ("lane", "消防通道")
        foot = "步" in feature.layer + said or said == "foot"
        return FeatureRole("way", "lane" if lane else "foot" if foot else "road")
    return None


def _gate(feature: Feature) -> FeatureRole | None:
    if feature.shape.geom_type != "Point":
        return None
    if use := GATE_TAGS.get(feature.text("barrier")):
        no_cars = "no" in (feature.text("motor_vehicle"), feature.text("vehicle"))
        return FeatureRole("gate", "pedestrian" if no_cars else use)
    if says(feature, GATE_WORDS) and not says(feature, DOOR_WORDS):
        foot = any(
            word in feature.text("use", "kind", "类型", "name") for word in ("人行", "foot", "ped")
        )
        return FeatureRole("gate", "pedestrian" if foot else "vehicle")
    return None


def _door(feature: Feature) -> FeatureRole | None:
    door = feature.text("entrance") not in ("", "no") or says(feature, DOOR_WORDS)
    return FeatureRole("door") if feature.shape.geom_type == "Point" and door else None


def _wall(feature: Feature) -> FeatureRole | None:
    line = feature.shape.geom_type in LINES
    told = feature.text("barrier") in WALL_TAGS or says(feature, WALL_WORDS)
    return FeatureRole("wall") if line and told else None


def _grid(feature: Feature) -> FeatureRole | None:
    area = feature.shape.geom_type in AREAS
    return FeatureRole("grid") if area and says(feature, GRID_WORDS) else None


def _ground(feature: Feature) -> FeatureRole | None:
    if feature.shape.geom_type not in AREAS:
        return None
    for (key, value), kind in GROUND_TAGS.items():
        if feature.text(key) == value:
            return FeatureRole("ground", kind)
    found = (kind for kind, words in GROUND_WORDS.items() if says(feature, words))
    kind = next(found, "")
    return FeatureRole("ground", kind) if kind and not says(feature, BUILDING_WORDS) else None


def _tall(feature: Feature) -> FeatureRole | None:
    """By its height, or the name of its file: the least certain, so the last of the areas."""
    if feature.shape.geom_type not in AREAS:
        return None
    if has_height(feature) or says(feature, BUILDING_WORDS):
        return FeatureRole("building", said=has_height(feature))
    return None


def _name(feature: Feature) -> FeatureRole | None:
    return FeatureRole("name") if feature.shape.geom_type in POINTS and feature.name else None


def _rules(called: ServiceWords) -> tuple[Callable[[Feature], FeatureRole | None], ...]:
    return (
        _device, _building, partial(_service, called=called), _way, _gate, _door, _wall, _grid,
        _ground, _tall, _name,
    )  # fmt: skip


def closed(feature: Feature) -> None:
    """Make an area of a closed line that a drawing means as one: buildings, outlines, grids."""
    shape = feature.shape
    words = (*BUILDING_WORDS, *OUTLINE_WORDS, *GRID_WORDS)
    if shape.geom_type == "LineString" and shape.is_closed and len(shape.coords) > 3:
        if says(feature, words) and not says(feature, WALL_WORDS):
            feature.shape = shapely.Polygon(shape)


def roles(features: Sequence[Feature], name: str, called: ServiceWords) -> list[FeatureRole]:
    """What each feature is; the outline is the one area of the compound ``name``."""
    rules = _rules(called)
    for feature in features:
        closed(feature)
    found = [
        next((role for rule in rules if (role := rule(f))), FeatureRole("other")) for f in features
    ]
    outline = _outline(features, found, name)
    if outline is not None:
        found[outline] = FeatureRole("outline")
    return found


def _outline(features: Sequence[Feature], found: list[FeatureRole], name: str) -> int | None:
    """The outline: in a file named so, of the compound's name, or around most other areas."""
    areas = [n for n, f in enumerate(features) if f.shape.geom_type in AREAS]
    bare = [n for n in areas if found[n].role in ("other", "ground", "building") and not (
        has_height(features[n]) or features[n].text("building"))]  # fmt: skip
    named = [n for n in bare if says(features[n], OUTLINE_WORDS)
             and not says(features[n], BUILDING_WORDS)]  # fmt: skip
    called = [n for n in areas if found[n].role != "building" and features[n].name == name]
    homes = [n for n in areas if features[n].text("landuse") == "residential"]
    for chosen in (named, called):
        if chosen:
            return max(chosen, key=lambda n: features[n].shape.area)
    free = [n for n in bare if found[n].role != "ground"]
    centres = shapely.point_on_surface(
        [features[n].shape for n in areas if found[n].role in ("building", "other")]
    )
    if not len(centres):
        return None
    tree = shapely.STRtree(centres)
    held = {n: len(tree.query(features[n].shape, "contains")) for n in (*free, *homes)}
    best = max(held, key=lambda n: held[n], default=None)
    if best is None or held[best] < 1 or (best not in homes and held[best] <= len(centres) / 2):
        return None
    return best if len(areas) > 1 else None
