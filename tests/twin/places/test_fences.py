from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import HUODIAN, JINYUAN, LAT, LON, huodian, jinyuan, square
from twin.places.fences import Fences

G1, G2 = f"{HUODIAN}.g1", f"{HUODIAN}.g2"
EDGE = LON + 0.001


def test_a_position_lies_in_its_grid_else_in_its_compound_else_nowhere() -> None:
    found = Fences([huodian(), jinyuan()]).grids_at(
        [
            (LON + 0.0005, LAT + 0.0005),
            (LON + 0.0015, LAT + 0.0005),
            (LON + 0.0005, LAT + 0.0015),
            (LON + 0.0105, LAT + 0.0005),
            (LON - 1, LAT),
        ]
    )
    assert found == [G1, G2, HUODIAN, JINYUAN, None]


@given(st.floats(0, 0.001), st.booleans())
def test_on_a_shared_edge_the_first_territory_wins_whatever_the_order(
    up: float, swap: bool
) -> None:
    places = [huodian(), jinyuan()][:: -1 if swap else 1]
    assert Fences(places).grids_at([(EDGE, LAT + up)]) == [G1]


def test_an_outline_lies_on_the_grids_it_covers_some_of_and_on_no_grid_it_only_touches() -> None:
    fences = Fences([huodian(), jinyuan()])
    assert fences.under(square(LON + 0.0002, LAT + 0.0002, 0.0002)) == [G1]
    assert fences.under(square(LON, LAT, 0.001)) == [G1]
    assert fences.under(square(LON + 0.0005, LAT + 0.0002, 0.001)) == [G1, G2]
    assert fences.under(square(LON + 0.0002, LAT + 0.0012, 0.0002)) == [HUODIAN]
    assert fences.under(square(LON - 1, LAT)) == []


def test_no_positions_and_no_compounds_have_no_grids() -> None:
    assert Fences([huodian()]).grids_at([]) == []
    assert Fences([]).grids_at([(LON, LAT)]) == [None]


def test_a_position_within_two_kilometres_is_near() -> None:
    fences = Fences([huodian()])
    two_km = 2000 / 110_800
    assert fences.near((LON, LAT - two_km * 0.99))
    assert not fences.near((LON, LAT - two_km * 1.02))
    assert not fences.near((LON, float("nan")))
    assert not Fences([]).near((LON, LAT))
