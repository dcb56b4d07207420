"""The demo city: a district with its river, its streets, and forty-two compounds.

The same seed builds the same city. ``geodata/demo/city/lusong.toml`` says what there is,
``ground`` where it lies, ``demo.estate`` draws each compound; the four of the demo street are drawn
by hand.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.demo.city.district import district, roads_of
from geodata.demo.city.ground import BY_HAND, CityPlan, PlannedCompound, connectors, ground
from geodata.demo.city.street_grid import Street
from geodata.demo.city.town import Town, build, fill
from geodata.demo.estate.whole import complete
from geodata.demo.plane import ANCHOR, EAST_NORTH, demo_plan, finished
from geodata.demo.street import DAY_CARE, build_street
from geodata.drawing.site_plan import SitePlan
from twin.places.metres import xy_from_lonlat
from twin.places.model import Building, Compound, District, Path
from twin.visibility.window_privacy import with_masks

BEDS, CENTRES = 404, 84
"""Day-care beds and centres of the district."""
WALL_M = 1.0
"""From the walk to the wall."""
NEAR_M = 60.0
"""Plain blocks this near to a compound are drawn with it."""
CLEAR_M = 14.0
"""From the street drawn by hand to the town around it."""


class City(NamedTuple):
    """A district and its compounds, sorted by id."""

    district: District
    compounds: list[Compound]


def city(seed: int) -> City:
    """Build the whole demo city."""
    found = ground(seed)
    by_hand = build_street(seed)
    beds = _shares(seed, CENTRES, BEDS, list(DAY_CARE.values()))
    plans = [draw(found, site, seed, beds.pop()) for site in found.sites]
    town = _town(found, by_hand, seed)
    lines = _streets(found)
    rest, beside = _beside(town, found, plans)
    compounds = [_finished(plan, found, lines[plan.id], beside[plan.id]) for plan in plans]
    place = district(found, town, rest, by_hand, beds, seed)
    return City(place, sorted([*by_hand, *compounds], key=lambda compound: compound.id))


def draw(found: CityPlan, site: PlannedCompound, seed: int, beds: int) -> SitePlan:
    """Draw one compound on its parcel."""
    rng = random.Random(f"{site.id} {seed}")
    street_grid, brief = found.street_grid, site.brief
    frame = street_grid.course.frame(*site.parcel.middle)
    parcel = frame.local(street_grid.polygon(site.parcel))
    outline = parcel.buffer(-WALL_M, join_style="mitre").simplify(0.25)
    plan = demo_plan(site.id, site.name, site.name_en, shapely.set_precision(outline, 0.01),
                plane=frame, jurisdiction=site.community.jurisdiction)  # fmt: skip
    near = [frame.local(line) for line in _around(found, site)]
    complete(plan, brief, near, rng, beds)
    return plan


def _around(found: CityPlan, site: PlannedCompound) -> list[shapely.LineString]:
    """The streets near a parcel, in metres east and north of the anchor."""
    v, u = site.parcel.middle
    reach = 420.0
    return [
        _line(found, street)
        for street in found.streets
        if abs(street.middle[0] - v) < reach and abs(street.middle[1] - u) < reach
    ]


def _line(found: CityPlan, street: Street) -> shapely.LineString:
    return shapely.LineString(found.street_grid.course.metres(street.line))


def _shares(seed: int, count: int, total: int, taken: Sequence[int]) -> list[int]:
    """``total`` beds over ``count`` centres, those already ``taken`` aside: from 3 to 7 each."""
    rng = random.Random(f"beds {seed}")
    shares = [3] * (count - len(taken))
    left = total - sum(taken) - sum(shares)
    while left:
        number = rng.randrange(len(shares))
        if shares[number] < 7:
            shares[number] += 1
            left -= 1
    return shares


def _town(found: CityPlan, by_hand: Sequence[Compound], seed: int) -> Town:
    """Everything built between the compounds, the strip around the demo street included."""
    rng, town = random.Random(f"town {seed}"), Town()
    for parcel, community in found.town:
        fill(town, found.street_grid, parcel, community.territory, rng)
    course, hole = found.street_grid.course, found.hole
    inside = found.street_grid.polygon(found.street_grid.inside(hole))
    links = [shapely.LineString(link) for link in connectors(found, roads_of(by_hand))]
    strip = inside.difference(shapely.union_all([_outer(by_hand), *links]).buffer(CLEAR_M))
    frame = course.frame(*hole.middle)
    for part in shapely.get_parts(strip):
        build(town, frame, frame.local(part), "h", BY_HAND, rng)
    return town


def _outer(by_hand: Sequence[Compound]) -> shapely.Geometry:
    """The ground the street drawn by hand takes up, with its own surroundings and ways."""
    shapes = [
        shapely.Polygon(xy_from_lonlat(block.outline, ANCHOR))
        for compound in by_hand
        for block in compound.surroundings
    ]
    ways = [
        shapely.LineString(xy_from_lonlat(path.line, ANCHOR))
        for compound in by_hand
        for path in compound.paths
    ]
    return shapely.convex_hull(shapely.union_all([*shapes, *ways]))


def _streets(found: CityPlan) -> dict[str, list[Street]]:
    """Each stretch of street with the nearest compound of every street it touches.

    A street's own network then hangs together without the district's.
    """
    middles: dict[str, list[tuple[str, NDArray[np.float64]]]] = {}
    for site in found.sites:
        name = site.community.territory.rpartition(".")[0]
        middles.setdefault(name, []).append((site.id, np.array(site.parcel.middle)))
    owned: dict[str, list[Street]] = {site.id: [] for site in found.sites}
    for street in found.streets:
        v, u = street.middle
        touched = {
            community.territory.rpartition(".")[0]
            for community in found.communities
            if community.cell.shrunk(-1, -1, -1, -1).holds(v, u)
        }
        for name in sorted(touched & middles.keys()):
            near = min(middles[name], key=lambda row: float(np.hypot(*(row[1] - (v, u)))))
            owned[near[0]].append(street)
    return owned


def _beside(
    town: Town, found: CityPlan, plans: Sequence[SitePlan]
) -> tuple[list[Building], dict[str, list[Building]]]:
    """The town's plain buildings: those of the district, and those drawn with a compound."""
    outlines = [
        shapely.Polygon(plan.plane.metres(list(plan.outline.exterior.coords))) for plan in plans
    ]
    shapes = [house.shape for house in town.houses]
    near = shapely.STRtree(outlines).query_nearest(shapes, max_distance=NEAR_M, all_matches=False)
    owner = {int(house): plans[int(plan)].id for house, plan in near.T}
    rest: list[Building] = []
    beside: dict[str, list[Building]] = {plan.id: [] for plan in plans}
    for number, house in enumerate(town.houses):
        name = owner.get(number)
        own = beside[name] if name else rest
        own.append(
            Building(
                id=f"{name}/s{len(own) + 1}" if name else f"{found.id}/t{len(own) + 1}",
                name="",
                outline=EAST_NORTH.ring(house.shape),
                height_m=house.height_m,
                floors=house.floors,
                use=house.use if not name else "other",
            )
        )
    return rest, beside


def _finished(
    plan: SitePlan, found: CityPlan, streets: Sequence[Street], beside: Sequence[Building]
) -> Compound:
    """The compound with the streets and blocks around it."""
    made = finished(plan)
    ways = tuple(
        Path(
            id=f"{plan.id}/r{n}",
            kind="road",
            line=EAST_NORTH.ground(found.street_grid.course.metres(street.line)),
            width_m=street.width_m,
        )
        for n, street in enumerate(streets, start=1)
    )
    whole = msgspec.structs.replace(made, paths=made.paths + ways, surroundings=tuple(beside))
    return with_masks(whole)  # homes across the street are homes, too
