"""What searches of ways take and give: places on a network, obstacles on it, stretches, routes.

They stand below network and search, which both speak of them.
"""

from __future__ import annotations

from typing import NamedTuple

from twin.places.model import LonLat
from twin.routing.graph import Floats, Ints

WALK_M_S = 1.3
"""Metres a second on foot; ``ways.toml``, ``modes.foot``, has the source."""


class SnapPoints(NamedTuple):
    """Where positions meet the network: edge, point, metres along the edge and aside of it."""

    edge: Ints
    point: Floats
    along_m: Floats
    aside_m: Floats


class Stand(NamedTuple):
    """Where positions stand, in metres: themselves, the doors they leave by, their snap points."""

    xy: Floats
    doors: Floats
    snaps: SnapPoints


class NetworkGate(NamedTuple):
    """A gate on the network: its id, its name, and where it stands: edges and metres along them."""

    id: str
    name: str
    spots: tuple[tuple[int, float], ...]


class Route(NamedTuple):
    """A way: metres, seconds, its line, the last gate it passes or "", and how one moves.

    Seconds are infinite when something stands in the way that no other way leads round; the line
    is then the one that would have to be cleared.
    """

    distance_m: float
    seconds: float
    line: list[LonLat]
    via: str
    mode: str = "foot"


class Stretch(NamedTuple):
    """A stretch of a way: an edge, from and to which metre of it, and whether it is ridden."""

    edge: int
    from_m: float
    to_m: float
    ridden: bool


Spots = tuple[tuple[int, float], ...]
"""Places on the network: an edge and metres along it, each."""


class Obstacle(NamedTuple):
    """What is in the way, why (``gate.fault``, ``lift.stopped``, ``closure.works``), for whom."""

    id: str
    code: str
    name: str
    stops: frozenset[str]


class Placed(NamedTuple):
    """An obstacle on an edge of the network, from one metre of it to another."""

    obstacle: Obstacle
    edge: int
    from_m: float
    to_m: float
