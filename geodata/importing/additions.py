"""What files give beyond outline and buildings, put on the drawing board before a proposal.

What is given is never proposed again: ways of a map stand for those between the buildings, gates
for those on the four sides, doors of a building for those in its façade, and so on.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from geodata.checks import Fault
from geodata.drawing.buildings import Door, DrawnBuilding
from geodata.drawing.parts import DrawnArea, Gate, Way
from geodata.drawing.site_plan import SitePlan
from geodata.importing.classification import FeatureRole
from geodata.importing.readers.features import Feature
from geodata.importing.report.sentences import say
from geodata.importing.survey import Survey, metres, place_of
from geodata.proposal.ways import WIDTHS

OUTSIDE_M = 25.0
"""A given way is followed so far beyond the outline."""
GATE_M = 20.0
"""A given gate stands this near to the outline; what is farther inside belongs to a house."""
DOOR_M = 3.0
STEP_OUT_M = 0.4
LEAST_WAY_M = 1.0
LEAST_GROUND_M2 = 10.0

Parts = list[tuple[Feature, FeatureRole]]


def onto(site: SitePlan, survey: Survey) -> None:
    """Draw what a survey gives onto a site."""
    parts = survey.parts
    _doors(site, survey, parts.get("door", []))
    _ways(site, parts.get("way", []))
    _gates(site, parts.get("gate", []))
    site.walls = _lines(site, parts.get("wall", []))
    _ground(site, parts.get("ground", []))
    _grids(site, survey, parts.get("grid", []))


def _shapes(site: SitePlan, parts: Parts) -> list[shapely.Geometry]:
    return list(metres(np.array([feature.shape for feature, _ in parts]), site.plane.anchor))


def _doors(site: SitePlan, survey: Survey, parts: Parts) -> None:
    """Doors at the façade they stand on; numbered where nobody says the unit."""
    if not parts:
        return
    points = _shapes(site, parts)
    rims = [house.outline.exterior for house in site.buildings]
    pairs = shapely.STRtree(rims).query_nearest(points, DOOR_M, all_matches=False)
    held: dict[int, list[int]] = defaultdict(list)
    for point, house in pairs.T:
        held[int(house)].append(int(point))
    for number, doors in held.items():
        house = site.buildings[number]
        for count, point in enumerate(sorted(doors, key=lambda n: points[n].x), start=1):
            feature = parts[point][0]
            unit = (
                feature.text("addr:unit", "unit", "单元", "ref")
                or _digits(feature.name)
                or str(count)
            )
            house.doors = (*house.doors, _door(house, points[point], unit, len(doors)))
    for number in set(range(len(points))) - {int(n) for n in pairs[0]}:
        feature = parts[number][0]
        words = say("door_far", metres=DOOR_M)
        survey.faults.append(Fault(feature.label, feature.place, "door", words))


def _digits(text: str) -> str:
    found = re.search(r"\d+", text)
    return found.group() if found else ""


def _door(house: DrawnBuilding, point: Point, unit: str, count: int) -> Door:
    rim = house.outline.exterior
    at = rim.project(point)
    a, b = rim.interpolate(max(at - 0.3, 0.0)), rim.interpolate(min(at + 0.3, rim.length))
    length = a.distance(b) or 1.0
    inward = (-(b.y - a.y) / length, (b.x - a.x) / length)
    foot = rim.interpolate(at)
    if not house.outline.contains(Point(foot.x + inward[0] * 0.2, foot.y + inward[1] * 0.2)):
        inward = (-inward[0], -inward[1])
    out = Point(foot.x - inward[0] * STEP_OUT_M, foot.y - inward[1] * STEP_OUT_M)
    return Door(
        unit,
        (out.x, out.y),
        has_lift=house.use == "residence" and house.floors >= 7,
        into=inward,
        width_m=rim.length / 2 / count,
    )


def _ways(site: SitePlan, parts: Parts) -> None:
    ground = site.outline.buffer(OUTSIDE_M)
    for (feature, role), shape in zip(parts, _shapes(site, parts), strict=True):
        for line in shapely.get_parts(shapely.intersection(shape, ground)):
            if line.geom_type == "LineString" and line.length > LEAST_WAY_M:
                width = feature.figure("width", "width_m", "宽度") or WIDTHS[role.kind]
                site.ways.append(
                    Way(role.kind, line, min(max(width, 0.8), 40.0), given=feature.key or "given")
                )


def _gates(site: SitePlan, parts: Parts) -> None:
    rim, middle = site.outline.exterior, site.outline.centroid
    for (feature, role), at in zip(parts, _shapes(site, parts), strict=True):
        if rim.distance(at) > GATE_M:
            continue
        foot = rim.interpolate(rim.project(at))
        toward = np.array([middle.x - foot.x, middle.y - foot.y])
        inward = toward / (np.hypot(*toward) or 1.0)
        name = (
            feature.name
            or f"{'东北西南'[round(np.arctan2(-inward[1], -inward[0]) / (np.pi / 2)) % 4]}侧门"
        )
        site.gates.append(
            Gate(
                name,
                role.kind,
                at,
                (float(inward[0]), float(inward[1])),
                given=feature.key or "given",
            )
        )


def _lines(site: SitePlan, parts: Parts) -> list[LineString]:
    """Walls as given, open where gates stand."""
    gaps = shapely.union_all([gate.at.buffer(gate.width_m / 2) for gate in site.gates])
    near = [shapely.intersection(s, site.outline.buffer(OUTSIDE_M)).difference(gaps)
            for s in _shapes(site, parts)]  # fmt: skip
    lines = [line for shape in near for line in shapely.get_parts(shape)]
    return [line for line in lines if line.geom_type == "LineString" and line.length > LEAST_WAY_M]


def _ground(site: SitePlan, parts: Parts) -> None:
    for (feature, role), shape in zip(parts, _shapes(site, parts), strict=True):
        for part in shapely.get_parts(shapely.intersection(shape, site.outline)):
            if part.geom_type == "Polygon" and part.area > LEAST_GROUND_M2:
                site.areas.append(
                    DrawnArea(
                        role.kind,
                        Polygon(part.exterior),
                        feature.name,
                        given=feature.key or "given",
                    )
                )


def _grids(site: SitePlan, survey: Survey, parts: Parts) -> None:
    for (feature, _), shape in zip(parts, _shapes(site, parts), strict=True):
        pieces = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
        site.grids.append(Polygon(pieces[0].exterior))
        site.grid_names.append(feature.name or f"第{len(site.grids)}网格")
        if len(pieces) > 1:
            words = say("parts_taken", count=len(pieces))
            survey.faults.append(
                Fault(feature.label, place_of(pieces[1], site.plane.anchor), "parts", words)
            )
