from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.builders.places import XY, a_place, at
from tests.support.builders.twin import CHEN, HUODIAN, STREET, after
from tests.support.catalogues import CATALOGUE
from twin.commands.closures import BESIDE_M, LARGEST_M2
from twin.commands.decide import Command, decide
from twin.commands.roles import Actor
from twin.errors import CommandRejected
from twin.events import WayClosed
from twin.places.model import Compound, LonLat
from twin.state.twin import Twin

COMMUNITY, GUARD = (
    Actor(account="a", role="dispatcher", prefixes=(prefix,))
    for prefix in (HUODIAN.rpartition(".")[0], HUODIAN)
)
BOW = [at(55, 70), at(65, 80), at(65, 70), at(55, 80), at(55, 70)]


def box(west: float, south: float, east: float, north: float) -> list[LonLat]:
    return [at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)]


def neighbour() -> Compound:
    """A compound of the same community, ten metres east of the other."""
    corners: list[XY] = [(120, 0), (200, 0), (200, 90), (120, 90), (120, 0)]
    return replace(
        a_place(paths=(), buildings=(), walls=(), devices=()), id="jinyuan",
        territory=f"{COMMUNITY.prefixes[0]}.jinyuan", outline=tuple(at(*xy) for xy in corners),
    )  # fmt: skip


def close(by: Actor = CHEN, **args: object) -> WayClosed:
    twin = Twin(STREET, [a_place(), neighbour()], CATALOGUE)
    told = {"reason": "x", "kind": "works"} | args
    (event,) = decide(twin, Command(name="close_way", target="huodian", by=by, args=told), after(0))
    assert isinstance(event, WayClosed)
    return event


def refused(by: Actor = CHEN, **args: object) -> dict[str, object]:
    with pytest.raises(CommandRejected) as found:
        close(by, **args)
    assert found.value.code == "invalid"
    detail = found.value.detail
    assert str(detail["field"]) in found.value.reason and str(detail["value"]) in found.value.reason
    return detail


@pytest.mark.parametrize(
    ("args", "field", "fault", "value"),
    [
        ({"kind": "flood", "path": "out"}, "kind", "unknown", "flood"),
        ({}, "path", "unclear", ""),
        ({"path": "nowhere"}, "path", "unknown", "nowhere"),
        ({"path": "out", "outline": box(0, 0, 5, 5)}, "path", "unclear", "out"),
        ({"outline": box(0, 0, 5, 5)[:-1]}, "outline", "open", "4 corners"),
        ({"outline": [at(0, 0), at(5, 5), at(0, 0)]}, "outline", "open", "3 corners"),
        ({"outline": BOW}, "outline", "crossed", "Self-intersection"),
        ({"outline": [at(0, 0), at(5, 5), at(9, 9), at(0, 0)]}, "outline", "size", "0 m²"),
        ({"outline": box(-100, -100, 150, 150)}, "outline", "size", "62500 m²"),
        ({"outline": box(90_000, 0, 90_005, 5)}, "outline", "beyond", "89895 m"),
        ({"outline": [(1e300, 0.0), (1.0, 1.0), (2.0, 2.0), (1e300, 0.0)]}, "outline", "beyond",
         "1e+300"),
    ],
)  # fmt: skip
def test_a_closing_that_makes_no_sense_is_refused_with_field_and_value(
    args: dict[str, Any], field: str, fault: str, value: str
) -> None:
    told = refused(**args)
    assert (told["field"], told["fault"]) == (field, fault)
    assert value in str(told["value"])


def test_an_outline_has_a_hundred_corners_at_most() -> None:
    ring = [at(60 + 9 * math.cos(n / 20), 75 + 9 * math.sin(n / 20)) for n in range(100)]
    with pytest.raises(CommandRejected, match=r"outline"):
        close(outline=[*ring, ring[0]])


def test_ground_of_others_is_not_closed_and_a_public_road_is() -> None:
    across = box(100, 40, 130, 50)
    assert refused(GUARD, outline=across)["fault"] == "foreign"
    assert refused(GUARD, outline=across)["value"] == neighbour().territory
    assert close(COMMUNITY, outline=across) and close(GUARD, outline=box(100, 40, 119, 50))
    assert close(GUARD, outline=box(112, 95, 135, 105)).data.outline == tuple(
        box(112, 95, 135, 105)
    )


@given(st.floats(-500, 600), st.floats(-500, 600), st.floats(2, 260), st.floats(2, 260))
def test_a_box_is_taken_as_long_as_it_is_near_and_no_larger_than_stated(
    west: float, south: float, wide: float, deep: float
) -> None:
    ring = box(west, south, west + wide, south + deep)
    east_m, north_m = max(west + wide - 110, -10 - west, 0), max(south + deep - 90, -south, 0)
    near, small = math.hypot(east_m, north_m) < BESIDE_M - 1, wide * deep < LARGEST_M2 * 0.999
    far = max(east_m, north_m) > BESIDE_M + 1
    if near and small:
        assert close(outline=ring).data.version == 1
    elif far or wide * deep > LARGEST_M2 * 1.001:
        assert refused(outline=ring)["fault"] in ("beyond", "size")
