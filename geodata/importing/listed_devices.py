"""Devices that lists name, put into a compound: each with a kind, a grid and a place.

A list stands for its kinds: of a kind that a list names, nothing is proposed. A device without
coordinates stands where its building, unit and floor say. What cannot be placed is a fault with
its id and name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.checks import Fault
from geodata.importing.containment import Grounds
from geodata.importing.readers import gb28181
from geodata.importing.readers.device_lists import figure
from geodata.importing.readers.features import Feature, SourceFile
from geodata.importing.report.sentences import Words, say
from geodata.proposal.doors import FLOOR_M
from geodata.soundness import NOWHERE
from twin.places.metres import lonlat_from_xy, xy_from_lonlat
from twin.places.model import Building, Compound, DevicePlace, Lens, LonLat

FAR_M = 20_000.0
"""What is farther than this from its compound stands nowhere near it."""
USUAL = {"camera": {"height_m": 4.0, "hfov_deg": 68.0, "range_m": 40.0}}
"""What a list of cameras seldom tells; a device for which it is assumed is *proposed*."""
DEPTH_M = 4.0
DIGITS = 7
EARTH_M = 6_371_000.0


class Listed(msgspec.Struct):
    """What lists became: devices with their sources, what each is called there, what was wrong."""

    devices: list[DevicePlace] = []
    sources: list[SourceFile] = []
    keys: dict[str, str] = {}
    faults: list[Fault] = []
    notes: list[Words] = []


def place(compound: Compound, features: Sequence[Feature]) -> Listed:
    """The devices of some features for a compound whose buildings and grids are known."""
    found = Listed(faults=[*_twice(features), *_parents(features)])
    numbers: Counter[str] = Counter()
    grounds = Grounds(compound)
    left: Counter[str] = Counter()
    for feature in features:
        kind = feature.text("kind")
        if not kind:
            left[feature.text("not_ours") or "entry_untold"] += 1
            if not feature.text("not_ours"):
                words = say("kind_untold", name=feature.text("name"))
                found.faults.append(Fault(feature.label, _spot(feature), "no kind", words))
            continue
        at = _at(grounds, feature)
        if at is None:
            found.faults.append(Fault(feature.label, NOWHERE, "no position", say("no_position")))
            continue
        numbers[kind] += 1
        device = _device(compound, grounds, feature, f"{compound.id}/{kind}/{numbers[kind]}", at)
        found.devices.append(device)
        found.sources.append(feature.source)
        found.keys[device.id] = feature.text("id") or f"name:{kind}/{device.name}"
    found.notes = [say("not_devices", count=n, what=gb28181.entry(w)) for w, n in left.items()]
    found.faults += _far(compound, found.devices, features)
    return found


def _spot(feature: Feature) -> LonLat:
    return NOWHERE if feature.shape.is_empty else (feature.shape.x, feature.shape.y)


def _twice(features: Sequence[Feature]) -> list[Fault]:
    """Ids that two rows have, each with all of them."""
    rows: dict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        if number := feature.text("id"):
            rows[number].append(feature)
    return [
        Fault(number, _spot(found[0]), "duplicate id", say("rows_share_id", rows=tuple(
            say("row_is", file=one.source.file, number=one.number, name=one.text("name"))
            for one in found)))
        for number, found in rows.items() if len(found) > 1
    ]  # fmt: skip


def _parents(features: Sequence[Feature]) -> list[Fault]:
    rows = [{"id": f.text("id"), "parent": f.text("parent")} for f in features if f.text("id")]
    spots = {f.text("id"): _spot(f) for f in features}
    circles, missing = gb28181.parents(rows)
    return [
        *(Fault(c.ids[0], spots[c.ids[0]], "cyclic parents",
                say("parents_circle", ids=" → ".join([*c.ids, c.ids[0]])))
          for c in circles),
        *(Fault(one, spots[one], "missing parent", say("parent_missing", parent=up))
          for one, up in missing.items()),
    ]  # fmt: skip


def _far(
    compound: Compound, devices: Sequence[DevicePlace], features: Sequence[Feature]
) -> list[Fault]:
    """Devices in another town, or on another continent."""
    if not devices:
        return []
    spots = np.array([device.lonlat for device in devices])
    return [
        Fault(device.name, device.lonlat, "far away", say("far_away", km=away_m / 1000))
        for device, away_m in zip(devices, _sphere_m(spots, compound.origin), strict=True)
        if away_m > FAR_M
    ]


def _sphere_m(spots: NDArray[np.float64], origin: LonLat) -> NDArray[np.float64]:
    """Great-circle distances: a metre frame means nothing on another continent."""
    lon, lat = np.radians(spots - np.array(origin)).T[0], np.radians(spots[:, 1])
    here = np.radians(origin[1])
    half = np.sin((lat - here) / 2) ** 2 + np.cos(lat) * np.cos(here) * np.sin(lon / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _building_of(grounds: Grounds, feature: Feature, at: LonLat | None) -> Building | None:
    """The building a row names, or the one an indoor device stands in."""
    said = grounds.called(feature.text("building"))
    if said is not None:
        return grounds.buildings[said]
    return grounds.holding(at) if at is not None and feature.text("indoors") else None


def _at(grounds: Grounds, feature: Feature) -> LonLat | None:
    """Where a row stands: its coordinates, else behind the door of its building and unit."""
    if not feature.shape.is_empty:
        return round(feature.shape.x, DIGITS), round(feature.shape.y, DIGITS)
    number = grounds.called(feature.text("building"))
    if number is None:
        return None
    building, shape = grounds.buildings[number], grounds.shapes[number]
    inner = shape.representative_point()
    unit = feature.text("unit").removesuffix("单元")
    door = next((e for e in building.entrances if e.unit == unit), None)
    if door is not None:
        x, y = xy_from_lonlat(door.lonlat, grounds.origin)
        steps = np.array([inner.x - x, inner.y - y])
        ahead = np.array([x, y]) + steps / (np.hypot(*steps) or 1.0) * DEPTH_M
        inner = shapely.Point(ahead) if shape.contains(shapely.Point(ahead)) else inner
    lon, lat = np.round(lonlat_from_xy((inner.x, inner.y), grounds.origin), DIGITS)
    return float(lon), float(lat)


def _device(
    compound: Compound, grounds: Grounds, feature: Feature, number: str, at: LonLat
) -> DevicePlace:
    kind = feature.text("kind")
    building = _building_of(grounds, feature, at)
    names = ("height_m", "azimuth_deg", "hfov_deg", "range_m", "tilt_deg", "azimuth_unsure_deg")
    told = {name: figure(feature.text(name)) for name in names}
    usual = {name: value for name, value in USUAL.get(kind, {}).items() if told.get(name) is None}
    figures = {**told, **usual}
    floor = int(figure(feature.text("floor").removesuffix("层")) or 0)
    if not figures["height_m"] and floor:
        figures["height_m"] = round(max(floor - 0.5, 0.5) * FLOOR_M, 1)
    return DevicePlace(
        id=number,
        kind=kind,
        name=feature.text("name") or number,
        lonlat=at,
        territory=building.territory if building else grounds.territory(at),
        height_m=float(figures["height_m"] or 0.0),
        azimuth_deg=None if figures["azimuth_deg"] is None else figures["azimuth_deg"] % 360.0,
        hfov_deg=figures["hfov_deg"],
        range_m=figures["range_m"],
        building=building.id if building else "",
        unit=feature.text("unit").removesuffix("单元"),
        floor=floor,
        room=feature.text("room"),
        use=feature.text("use"),
        proposed="hfov_deg" in usual or told["azimuth_unsure_deg"] is not None,
        lens=_lens(told, feature) if kind == "camera" else None,
    )


def _lens(told: dict[str, float | None], feature: Feature) -> Lens | None:
    fields: dict[str, Any] = {}
    if told["tilt_deg"] is not None:
        fields["tilt_deg"] = told["tilt_deg"]
    if told["azimuth_unsure_deg"]:
        fields["azimuth_unsure_deg"] = told["azimuth_unsure_deg"]
    if stream := feature.text("stream"):
        fields |= {"stream": stream, "stream_kind": feature.text("stream_kind") or "hls"}
    return Lens(**fields) if fields else None
