"""Hydrants, clinics, schools and the like that files hold, put into a compound as its services.

What stands within the outline counts, and what stands around it no farther than a hydrant reaches:
people of the compound go there, and help comes from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import shapely

from geodata.importing.classification import FeatureRole, ServiceWords, service_tagged
from geodata.importing.containment import Grounds
from geodata.importing.readers.features import Feature
from twin.places.model import Compound, LonLat, Service

AROUND_M = 150.0
"""How far an outdoor hydrant reaches (GB 50974-2014)."""
SAME_M = 150.0
"""A site and a point of one kind and name this near are drawn twice, and are one."""
DIGITS = 7


class Helping(NamedTuple):
    """The services of a compound, what each is called in its source, and how many are too far."""

    services: tuple[Service, ...]
    keys: dict[str, str]
    left: int


def place(
    compound: Compound, parts: Sequence[tuple[Feature, FeatureRole]], called: ServiceWords
) -> Helping:
    """Features that are services, or buildings that hold one, as services of a compound.

    Sites come before points: they tell more of themselves. One without a name is called by its
    kind, as ``called`` has it, and what is written on it; a number of ours would be another one
    the next time.
    """
    grounds, numbers = Grounds(compound), Counter[str]()
    found: list[Service] = []
    keys: dict[str, str] = {}
    left = 0
    for feature, role in sorted(parts, key=lambda part: part[0].shape.geom_type == "Point"):
        kind = role.kind if role.role == "service" else service_tagged(feature)
        at = _spot(feature)
        if grounds.away_m(at) > AROUND_M:
            left += 1
            continue
        if _twin(found, kind, feature.name, at, grounds):
            continue
        numbers[kind] += 1
        number = f"{compound.id}/{kind}/{numbers[kind]}"
        name = feature.name or f"{called[kind][0]} {feature.text('ref', '编号')}".strip()
        service = _service(grounds, feature, kind, number, name, at)
        found.append(service)
        if feature.key:
            keys[service.id] = feature.key
    return Helping(tuple(found), keys, left)


def _spot(feature: Feature) -> LonLat:
    inner = shapely.point_on_surface(shapely.make_valid(feature.shape))
    return round(inner.x, DIGITS), round(inner.y, DIGITS)


def _twin(found: Sequence[Service], kind: str, name: str, at: LonLat, grounds: Grounds) -> bool:
    return bool(name) and any(
        one.kind == kind and one.name == name and grounds.apart_m(one.lonlat, at) < SAME_M
        for one in found
    )


def _service(
    grounds: Grounds, feature: Feature, kind: str, number: str, name: str, at: LonLat
) -> Service:
    building = grounds.holding(at)
    room = feature.figure("capacity", "容量", "床位", "可容人数")
    return Service(
        id=number,
        kind=kind,
        name=name,
        lonlat=at,
        territory=building.territory if building else grounds.territory(at),
        building=building.id if building else "",
        capacity=int(room) if room and room > 0 else 0,
        hours=feature.text("hours", "opening_hours", "服务时间", "开放时间"),
    )
