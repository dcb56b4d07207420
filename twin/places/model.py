"""The nouns that do not move: compounds, buildings, grids, paths, device places, responders' cards.

All values are frozen. Positions are WGS-84 ``(lon, lat)`` in degrees, heights and distances in
metres, bearings in degrees clockwise from north. ``twin.places.metres`` turns positions into local
metres for anything that computes.
"""

from __future__ import annotations

from datetime import date

import msgspec

LonLat = tuple[float, float]
Ring = tuple[LonLat, ...]
"""A closed ring (first point repeated at the end), outer rings counter-clockwise (RFC 7946)."""


class Value(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """A frozen value that reads and writes JSON.

    None can hold itself, so the garbage collector need not look for circles among them.
    """


class Entrance(Value):
    """The door of one unit (单元) of a building, where a responder arrives."""

    unit: str
    lonlat: LonLat
    has_lift: bool = False


class Building(Value):
    """One building (幢): footprint, height and entrances. ``name`` is what people say: 93幢."""

    id: str
    name: str
    outline: Ring
    height_m: float
    floors: int
    use: str = "residence"
    entrances: tuple[Entrance, ...] = ()
    territory: str = ""
    proposed: bool = False


class Grid(Value):
    """A grid (网格): the last level of territory. ``territory`` ends in its label."""

    territory: str
    name: str
    outline: Ring
    proposed: bool = False


class Path(Value):
    """A line people or vehicles use. ``kind``: road (cars and feet), lane (fire lane), foot."""

    id: str
    kind: str
    line: tuple[LonLat, ...]
    width_m: float = 3.0
    proposed: bool = False


class Area(Value):
    """Ground that is drawn: green, water, plaza, sport, or the crown of a tree.

    ``parking`` is a lot, ``bay`` one place for a car, ``slope`` ground that is watched.
    """

    id: str
    kind: str
    outline: Ring
    name: str = ""
    proposed: bool = False


class Wall(Value):
    """A stretch of wall or fence; openings are where gates stand."""

    line: tuple[LonLat, ...]
    height_m: float = 2.2


class Service(Value):
    """A place that help comes from or people go to.

    ``kind``: hydrant, muster (集合点), duty_room (值班室), clinic, hospital, fire_station, police,
    school, day_care (日间照料中心), property (物业), toilet. ``capacity`` counts beds or people.
    """

    id: str
    kind: str
    name: str
    lonlat: LonLat
    territory: str
    building: str = ""
    capacity: int = 0
    hours: str = ""
    proposed: bool = False


class Pipe(Value):
    """A run of pipe or cable. ``kind``: water, drain, sewer, gas, power, heat or fibre."""

    id: str
    kind: str
    line: tuple[LonLat, ...]
    depth_m: float = 0.0
    diameter_mm: float = 0.0
    proposed: bool = False


class Lens(Value):
    """What of a camera goes beyond its direction and width of view.

    ``tilt_deg`` is down from the horizon. ``azimuth_unsure_deg`` is how far the direction may be
    off: a GB/T 28181 catalogue tells eighths of the circle only, ±22.5°. ``masks`` are bearings
    (from, to, clockwise) blanked for privacy. ``stream`` is where the picture is, of a
    ``stream_kind`` hls, webrtc, mjpeg or still; it is linked, never stored.
    """

    tilt_deg: float | None = None
    vfov_deg: float | None = None
    focal_mm: float | None = None
    pixels_wide: int = 1920
    azimuth_unsure_deg: float = 0.0
    masks: tuple[tuple[float, float], ...] = ()
    stream: str = ""
    stream_kind: str = ""


class DevicePlace(Value):
    """Where a device is and what it is; what it says lives in ``twin.state.twin.Device``.

    ``id`` is the event subject, ``<compound>/<kind>/<number>``. ``kind`` is a row of
    ``catalogue/devices.toml``. Cameras carry pose and lens; devices in a flat carry building,
    unit, floor and room.
    """

    id: str
    kind: str
    name: str
    lonlat: LonLat
    territory: str
    height_m: float = 0.0
    azimuth_deg: float | None = None
    hfov_deg: float | None = None
    range_m: float | None = None
    building: str = ""
    unit: str = ""
    floor: int = 0
    room: str = ""
    use: str = ""
    proposed: bool = False
    lens: Lens | None = None


class ResponderCard(Value):
    """A person or team that can be sent: name, role word, skills, home post and territory.

    ``id`` is the event subject, ``<compound>/responder/<name>``.
    """

    id: str
    name: str
    role: str
    skills: tuple[str, ...]
    territory: str
    post: LonLat
    vehicle: str = "foot"


class Compound(Value):
    """One residential compound (小区) with everything in it that stands still.

    ``territory`` has four labels and ends in ``id``. ``origin`` is the local metre frame's zero.
    ``surroundings`` are buildings outside the outline, drawn dim for context.
    """

    id: str
    name: str
    name_en: str
    territory: str
    origin: LonLat
    outline: Ring
    buildings: tuple[Building, ...] = ()
    surroundings: tuple[Building, ...] = ()
    grids: tuple[Grid, ...] = ()
    paths: tuple[Path, ...] = ()
    areas: tuple[Area, ...] = ()
    walls: tuple[Wall, ...] = ()
    services: tuple[Service, ...] = ()
    pipes: tuple[Pipe, ...] = ()
    devices: tuple[DevicePlace, ...] = ()
    responders: tuple[ResponderCard, ...] = ()
    street_name: str = ""
    community_name: str = ""
    district_name: str = ""
    households: int = 0
    attribution: str = ""
    community_code: str = ""
    """The community's 12 digits in the official list of divisions, when they are known."""
    surveyed: date | None = None
    """The day on which its files were surveyed or last compared with the ground."""


class Division(Value):
    """A level of territory above the compound. ``level``: street (街道, 镇), community (社区).

    An area (片区) or a block (责任块) is a level beside the tree: it has its street's territory,
    and ``members`` are the communities it consists of.
    """

    territory: str
    level: str
    name: str
    name_en: str
    outline: Ring
    households: int = 0
    members: tuple[str, ...] = ()


class District(Value):
    """What stands still around and between the compounds of a district (区).

    ``territory`` has one label, the district's ``id``. ``areas`` are river, parks and the like,
    ``paths`` the road net, ``services`` what does not belong to one compound.
    """

    id: str
    name: str
    name_en: str
    territory: str
    origin: LonLat
    outline: Ring
    divisions: tuple[Division, ...] = ()
    areas: tuple[Area, ...] = ()
    paths: tuple[Path, ...] = ()
    buildings: tuple[Building, ...] = ()
    services: tuple[Service, ...] = ()
    attribution: str = ""
