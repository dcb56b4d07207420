from __future__ import annotations

import math
from itertools import combinations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from twin.places.partition import UnitDoor, axis, divided

SLAB = shapely.box(0, 0, 45, 12)
ELL = shapely.union(shapely.box(0, 0, 40, 12), shapely.box(0, 0, 12, 36))
YARD = shapely.box(0, 0, 40, 30).difference(shapely.box(10, 10, 30, 30))


def door(unit: str, *spots: tuple[float, float]) -> UnitDoor:
    return UnitDoor((unit,), spots)


def footprints() -> st.SearchStrategy[shapely.Polygon]:
    """Blocks of one to three wings, somewhere, turned somehow."""

    def built(wings: list[tuple[int, int]], turn: float, east: float) -> shapely.Polygon:
        shape = shapely.union_all(
            [shapely.box(8.0 * n, -deep, 8.0 * n + 11, high)
             for n, (deep, high) in enumerate(wings)]
        )  # fmt: skip
        return affinity.translate(affinity.rotate(shape, turn, origin=(0, 0)), east)

    wing = st.tuples(st.integers(4, 25), st.integers(4, 25))
    return st.builds(
        built, st.lists(wing, min_size=1, max_size=4), st.floats(0, 360), st.floats(-200, 200)
    )


@st.composite
def houses(draw: st.DrawFn) -> tuple[shapely.Polygon, list[UnitDoor]]:
    """A footprint and doors in it, none beside another."""
    shape = draw(footprints())
    rim = shape.exterior
    found: list[UnitDoor] = []
    for number, share in enumerate(draw(st.lists(st.floats(0, 1), min_size=1, max_size=7))):
        at = rim.interpolate(share, normalized=True)
        if not any(other.near([(at.x, at.y)]) for other in found):
            found.append(door(str(number), (at.x, at.y)))
    return shape, found


@settings(deadline=None, max_examples=60)
@given(houses())
def test_parts_cover_the_footprint_without_overlap_and_hold_their_doors(
    house: tuple[shapely.Polygon, list[UnitDoor]],
) -> None:
    footprint, doors = house
    parts = divided(footprint, doors)
    assert len(parts) == len(doors)
    assert all(part.is_valid and part.area > 0 for part in parts)
    assert math.isclose(sum(part.area for part in parts), footprint.area, rel_tol=1e-9)
    assert shapely.union_all(parts).symmetric_difference(footprint).area < 1e-6
    assert all(shapely.intersection(a, b).area < 1e-6 for a, b in combinations(parts, 2))
    for part, way_in in zip(parts, doors, strict=True):
        assert part.distance(shapely.Point(way_in.spots[0])) < 1e-6
        assert part.geom_type == "Polygon"


@settings(deadline=None, max_examples=20)
@given(houses())
def test_the_same_house_is_divided_the_same_way_each_time(
    house: tuple[shapely.Polygon, list[UnitDoor]],
) -> None:
    footprint, doors = house
    assert divided(footprint, doors) == divided(footprint, doors)


def test_doors_in_a_row_cut_a_slab_across_half_way_between_them() -> None:
    steps = [door("1", (7.5, 12.0)), door("2", (22.5, 10.8)), door("3", (37.5, 12.0))]
    parts = divided(SLAB, steps)
    assert [part.bounds for part in parts] == [(0, 0, 15, 12), (15, 0, 30, 12), (30, 0, 45, 12)]


def test_doors_across_the_slab_from_each_other_share_it_front_and_back() -> None:
    north, south = divided(SLAB, [door("1", (20.0, 12.0)), door("2", (21.0, 0.0))])
    assert north.area == pytest.approx(south.area, rel=0.05)
    assert north.centroid.y > 8 and south.centroid.y < 4


def test_a_unit_with_a_front_and_a_back_door_is_one_part() -> None:
    two = divided(SLAB, [door("1", (10.0, 12.0), (10.0, 0.0)), door("2", (35.0, 12.0))])
    assert [part.bounds for part in two] == [(0, 0, 22.5, 12), (22.5, 0, 45, 12)]


def test_the_wings_of_an_ell_belong_to_the_doors_in_them() -> None:
    east, north = divided(ELL, [door("1", (36.0, 12.0)), door("2", (12.0, 32.0))])
    assert shapely.contains_properly(east, shapely.Point(38, 6))
    assert shapely.contains_properly(north, shapely.Point(6, 34))


def test_a_piece_cut_off_from_its_door_goes_to_the_neighbour_it_borders_on() -> None:
    """The nearer door to the east wing's tip stands across the yard, in the west wing."""
    parts = divided(YARD, [door("1", (0.0, 29.0)), door("2", (20.0, 0.0))])
    assert [part.geom_type for part in parts] == ["Polygon", "Polygon"]
    assert shapely.contains_properly(parts[1], shapely.Point(35, 29))


@pytest.mark.parametrize("turn", [0, 30, 89, 140, 271])
def test_the_axis_lies_along_the_longer_side_and_points_east(turn: float) -> None:
    east, north = axis(affinity.rotate(SLAB, turn))
    assert math.hypot(east, north) == pytest.approx(1)
    off = (math.degrees(math.atan2(north, east)) - turn) % 180
    assert min(off, 180 - off) < 1e-6
    assert (east, north) > (0, 0) or east > -1e-9
