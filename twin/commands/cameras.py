"""What may be asked of a camera: to show its real picture, and to stand or look differently.

Both are written down before anything is given or changed. A real picture needs a purpose. A place
is refused when homes would be seen sharply enough to know a face in a window and no mask is over
them (``twin.visibility.window_privacy``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import shapely
from msgspec import UNSET, Meta, UnsetType

from twin.commands.roles import Actor
from twin.commands.table import may
from twin.errors import CommandRejected
from twin.events import CameraPlaced, CameraViewed, PlacedData, ViewedData
from twin.places.metres import xy_from_lonlat
from twin.places.model import Compound, DevicePlace, Lens, LonLat
from twin.places.territory import covers
from twin.state.twin import Twin
from twin.visibility.window_privacy import Glimpse, glimpses

PURPOSES = ("incident", "patrol", "fault", "drill", "request")
"""Why a real picture may be looked at; ``incident`` names the case."""
STREAM_KINDS = ("hls", "webrtc", "mjpeg", "still")
AT_EDGE_M = 3.0
"""Cameras stand at gates and on walls, so a little outside the outline is inside."""
IN_WALL_M = 1.0

Degrees = Annotated[float, Meta(ge=0.0, le=360.0)]


class LensWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a lens; each field as ``twin.places.model.Lens`` has it."""

    tilt_deg: Annotated[float, Meta(ge=-30.0, le=90.0)] | UnsetType | None = UNSET
    vfov_deg: Annotated[float, Meta(gt=0.0, le=180.0)] | UnsetType | None = UNSET
    focal_mm: Annotated[float, Meta(gt=0.0, le=1000.0)] | UnsetType | None = UNSET
    pixels_wide: Annotated[int, Meta(ge=160, le=20_000)] | UnsetType = UNSET
    azimuth_unsure_deg: Annotated[float, Meta(ge=0.0, le=180.0)] | UnsetType = UNSET
    masks: Annotated[tuple[tuple[Degrees, Degrees], ...], Meta(max_length=36)] | UnsetType = UNSET
    stream: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    stream_kind: str | UnsetType = UNSET


class CameraWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about a camera's place.

    What is left out stays as it is; None says that it is not known.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    lonlat: LonLat | UnsetType = UNSET
    height_m: Annotated[float, Meta(ge=0.0, le=200.0)] | UnsetType = UNSET
    azimuth_deg: Degrees | UnsetType | None = UNSET
    hfov_deg: Annotated[float, Meta(gt=0.0, le=360.0)] | UnsetType | None = UNSET
    range_m: Annotated[float, Meta(gt=0.0, le=1000.0)] | UnsetType | None = UNSET
    lens: LensWish | UnsetType = UNSET


def camera_of(compound: Compound, camera: str) -> DevicePlace:
    """A camera's place. Raises CommandRejected ``unknown``."""
    for place in compound.devices:
        if place.id == camera and place.kind == "camera":
            return place
    raise CommandRejected("unknown", f"no camera {camera!r} here")


def proposed(compound: Compound, camera: str, wish: CameraWish) -> DevicePlace:
    """A camera as it is wished, whatever it would show.

    Raises CommandRejected ``unknown``, or ``invalid`` with the field.
    """
    place = _changed(compound, camera_of(compound, camera), wish)
    _check(compound, place)
    return place


def placed(compound: Compound, camera: str, wish: CameraWish) -> Compound:
    """The compound with one camera as it is wished.

    Raises CommandRejected ``unknown``, ``invalid`` with the field, or ``privacy`` with every
    façade of a home that would be seen too sharply and the bearings that a mask has to cover.
    """
    place = proposed(compound, camera, wish)
    if seen := glimpses(compound, place):
        names = "、".join(dict.fromkeys(one.name for one in seen))
        raise CommandRejected(
            "privacy",
            f"homes in {names} would be seen at identifying density: mask these bearings",
            facades=[as_row(one) for one in seen],
        )
    devices = tuple(place if old.id == camera else old for old in compound.devices)
    return msgspec.structs.replace(compound, devices=devices)


def as_row(glimpse: Glimpse) -> dict[str, Any]:
    """A façade for an answer, distances and densities rounded."""
    return glimpse._asdict() | {
        "density_px_m": round(glimpse.density_px_m),
        "distance_m": round(glimpse.distance_m, 1),
    }


def changes(before: DevicePlace, after: DevicePlace) -> tuple[str, ...]:
    """The names of the fields that differ, those of the lens among them (``lens.masks``)."""
    names = [
        name
        for name in before.__struct_fields__
        if name != "lens" and getattr(before, name) != getattr(after, name)
    ]
    old, new = before.lens or Lens(), after.lens or Lens()
    names += [
        f"lens.{name}" for name in old.__struct_fields__ if getattr(old, name) != getattr(new, name)
    ]
    return tuple(names)


def placing(
    before: DevicePlace, after: DevicePlace, by: Actor, at: datetime, key: str
) -> CameraPlaced:
    """The event of a change; ``key`` makes its id its own."""
    return CameraPlaced(
        id=f"{after.id}!placed@{key}",
        subject=after.id,
        time=at,
        by=by.account,
        territory=after.territory,
        data=PlacedData(changed=changes(before, after)),
    )


def viewing(
    twin: Twin, camera: str, purpose: str, incident: str, by: Actor, at: datetime, key: str
) -> CameraViewed:
    """The event without which no stream address is given; ``key`` makes its id its own.

    Raises CommandRejected ``not_permitted`` for the role, ``unknown`` for a camera or case that
    is not the account's to see, ``invalid`` without a purpose, ``illegal_state`` without a stream.
    """
    if not may(by.role, "view_camera"):
        raise CommandRejected("not_permitted", f"a {by.role} may not view cameras")
    device = twin.devices.get(camera)
    if device is None or device.kind != "camera" or not covers(by.prefixes, device.place.territory):
        raise CommandRejected("unknown", f"no camera {camera!r} here")
    if purpose not in PURPOSES:
        raise CommandRejected("invalid", f"one of {', '.join(PURPOSES)} is needed", field="purpose")
    case = twin.incidents.get(incident)
    if purpose == "incident" and (case is None or not covers(by.prefixes, case.territory)):
        raise CommandRejected("unknown", f"no {incident!r} here", field="incident")
    lens = device.place.lens or Lens()
    if not lens.stream:
        raise CommandRejected("illegal_state", "this camera has no stream")
    return CameraViewed(
        id=f"{camera}!viewed@{key}",
        subject=camera,
        time=at,
        by=by.account,
        territory=device.place.territory,
        data=ViewedData(
            purpose=purpose,
            incident=incident if purpose == "incident" else "",
            stream_kind=lens.stream_kind,
        ),
    )


def _changed(compound: Compound, place: DevicePlace, wish: CameraWish) -> DevicePlace:
    given = _given(wish)
    if wish.lens is not UNSET:
        given["lens"] = msgspec.structs.replace(place.lens or Lens(), **_given(wish.lens))
    if wish.lonlat is not UNSET:
        given["territory"] = _grid_at(compound, wish.lonlat) or place.territory
    # What a person placed is proposed by nobody any more: no import moves it again.
    return msgspec.structs.replace(place, proposed=False, **given)


def _given(wish: LensWish | CameraWish) -> dict[str, Any]:
    """The fields of a wish that are not left out."""
    named = ((name, getattr(wish, name)) for name in wish.__struct_fields__)
    return {name: value for name, value in named if value is not UNSET}


def _grid_at(compound: Compound, lonlat: LonLat) -> str:
    for grid in compound.grids:
        if shapely.contains_xy(shapely.Polygon(grid.outline), *lonlat):
            return grid.territory
    return ""


def _check(compound: Compound, place: DevicePlace) -> None:
    lens = place.lens or Lens()
    if lens.stream and lens.stream_kind not in STREAM_KINDS:
        words = f"one of {', '.join(STREAM_KINDS)} is needed with a stream"
        raise CommandRejected("invalid", words, field="lens.stream_kind")
    if lens.stream and not lens.stream.startswith(("https://", "http://")):
        raise CommandRejected("invalid", "an http or https address", field="lens.stream")
    point = shapely.Point(xy_from_lonlat(place.lonlat, compound.origin))
    outline = shapely.Polygon(xy_from_lonlat(compound.outline, compound.origin))
    if not shapely.dwithin(outline, point, AT_EDGE_M):
        raise CommandRejected("invalid", "stands outside the compound", field="lonlat")
    for building in compound.buildings:
        shape = shapely.Polygon(xy_from_lonlat(building.outline, compound.origin))
        if shapely.contains(shape.buffer(-IN_WALL_M), point):
            words = f"stands inside {building.name}"
            raise CommandRejected("invalid", words, field="lonlat", building=building.id)
