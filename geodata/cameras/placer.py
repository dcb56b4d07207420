"""Where cameras stand and look: at the gates, then wherever most is seen that nobody sees yet.

How many there are is known (``stand``, for the demo: masts far from each other) or is found out
(``propose``, for a compound that came without: until one more would show little).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely

from geodata.cameras.masts import MAST_M, at_corners, inside_gate, spread
from geodata.cameras.sight import TURNS, Floats, Marks, Sight, within
from geodata.drawing.buildings import XY
from geodata.drawing.site_plan import SitePlan
from twin.places.model import Lens

RANGE_M = 45.0
HFOV_DEG = 67.7
"""A 4 mm lens on a 1/2.8 inch sensor; with 1920 pixels it detects (25 px/m) up to 57 m."""
GATE_HFOV_DEG = 87.6
GATE_RANGE_M = 30.0
SAMPLE_M = 6.0
DOOR_WEIGHT = 2.5
"""A door counts as much as so many samples of way."""
SEEN_SHARE = 0.1
"""What is left of the worth of a mark that a proposed camera sees."""
LEAST_GAIN = 2.0
PER_BUILDING = 0.7
LEAST = 4


class DrawnView(NamedTuple):
    """What a camera shows: how wide, how far, and its lens where that is known.

    With a lens that is known to eighths of the circle (``azimuth_unsure_deg``) it looks along one.
    """

    hfov_deg: float
    range_m: float
    lens: Lens | None = None


class PlacingRule(NamedTuple):
    """How a drawn compound has its cameras: where they stand, what they show, what counts.

    ``at_gate`` gives the spot for a gate, ``masts`` all others; ``view`` takes the camera's number
    from 0 and whether it stands at a gate.
    """

    at_gate: Callable[[SitePlan, XY], XY]
    masts: Callable[[SitePlan], list[XY]]
    sight: Callable[[SitePlan], Sight]
    view: Callable[[int, bool], DrawnView]


class Camera(NamedTuple):
    """A proposed camera: where it stands, its bearing and view, and the name of its gate."""

    xy: XY
    azimuth_deg: float
    hfov_deg: float
    range_m: float
    name: str


def stand(plan: SitePlan, count: int, rule: PlacingRule) -> None:
    """Stand ``count`` cameras on a plan: at the gates, then far from each other.

    Raises ValueError when there are fewer spots than cameras.
    """
    gates = [xy for xy, place in plan.places if place.kind == "gate"]
    masts = rule.masts(plan)
    chosen = [rule.at_gate(plan, xy) for xy in gates][:count]
    if len(masts) < count - len(chosen):
        raise ValueError(f"room for {len(masts)} masts of {count - len(chosen)}")
    chosen += spread(masts, chosen, count - len(chosen))
    sight = rule.sight(plan)
    for number, xy in enumerate(chosen):
        view = rule.view(number, number < len(gates))
        azimuth = sight.look(xy, view.hfov_deg, view.range_m)
        if view.lens and view.lens.azimuth_unsure_deg:
            azimuth = round(azimuth / 45) * 45.0 % 360
        plan.device(
            "camera",
            "摄像机 C-#",
            xy,
            height_m=MAST_M,
            azimuth_deg=plan.plane.bearing(azimuth, xy),
            hfov_deg=view.hfov_deg,
            range_m=view.range_m,
            lens=view.lens,
        )


def propose(plan: SitePlan) -> list[Camera]:
    """Cameras for a plan: one a gate, then about seven for ten buildings in all."""
    marks = _marks(plan)
    cameras = [_at_gate(plan, number) for number in range(len(plan.gates))]
    for camera in cameras:
        marks.worth[_seen(marks, camera)] = 0.0
    masts = at_corners(plan)
    views = _views(masts, marks)
    wanted = max(LEAST, round(PER_BUILDING * len(plan.buildings)))
    while len(cameras) < wanted and len(masts):
        gains = views @ marks.worth
        best = int(np.argmax(gains))
        if gains[best] < LEAST_GAIN:
            break
        mast, direction = divmod(best, len(TURNS))
        x, y = masts[mast].tolist()
        cameras.append(Camera((x, y), float(TURNS[direction]), HFOV_DEG, RANGE_M, ""))
        marks.worth[views[best]] *= SEEN_SHARE
        views[mast * len(TURNS) : (mast + 1) * len(TURNS)] = False
    return cameras


def _marks(plan: SitePlan) -> Marks:
    """What is to be seen: samples of the ways inside, and the doors; with their worth."""
    inside = [way.line.intersection(plan.outline) for way in plan.ways if way.width_m > 2.0]
    points = shapely.get_coordinates([shapely.segmentize(line, SAMPLE_M) for line in inside])
    worth = np.ones(len(points))
    doors = np.array([door.xy for building in plan.buildings for door in building.doors])
    if len(doors):
        points = np.concatenate((points, doors))
        worth = np.concatenate((worth, np.full(len(doors), DOOR_WEIGHT)))
    return Marks(points, worth, [building.outline for building in plan.buildings])


def _views(masts: Floats, marks: Marks) -> np.ndarray:
    """For each mast and each direction in turn, which marks a camera there would see."""
    views = np.zeros((len(masts) * len(TURNS), len(marks.points)), bool)
    for number, mast in enumerate(masts.tolist()):
        near, bearings = marks.open_from((mast[0], mast[1]), RANGE_M)
        views[number * len(TURNS) : (number + 1) * len(TURNS), near] = within(bearings, HFOV_DEG)
    return views


def _seen(marks: Marks, camera: Camera) -> np.ndarray:
    """The numbers of the marks that a camera sees."""
    near, bearings = marks.open_from(camera.xy, camera.range_m)
    off = np.abs((bearings - camera.azimuth_deg + 180.0) % 360.0 - 180.0)
    return np.asarray(near[off < camera.hfov_deg / 2])


def _at_gate(plan: SitePlan, number: int) -> Camera:
    """A camera inside beside a gate, looking at who comes in."""
    gate = plan.gates[number]
    x, y = inside_gate(plan, gate)
    azimuth = float(np.degrees(np.arctan2(gate.at.x - x, gate.at.y - y)) % 360.0)
    return Camera((x, y), azimuth, GATE_HFOV_DEG, GATE_RANGE_M, gate.name)
