from __future__ import annotations

from geodata.demo.city.division_codes import COMMUNITIES, STREETS, numbered
from geodata.demo.city.ground import BY_HAND, ground
from geodata.demo.plane import CHANGTANGWAN


def test_streets_towns_and_villages_count_each_from_their_own_number() -> None:
    assert numbered(["甲街道", "乙镇", "丙街道", "丁镇", "戊乡"], STREETS) == [
        "001", "100", "002", "101", "200",
    ]  # fmt: skip
    assert numbered(["甲社区", "乙村", "丙社区"], COMMUNITIES) == ["001", "200", "002"]


def test_every_community_of_the_district_has_twelve_digits_of_its_own() -> None:
    communities = ground(1).communities
    codes = {one.territory: one.jurisdiction.code for one in communities}
    assert len(set(codes.values())) == len(codes)
    assert all(code.isdecimal() and len(code) == 12 for code in codes.values())
    assert all(code.startswith("430203") for code in codes.values())
    assert codes[BY_HAND] == CHANGTANGWAN.code


def test_a_street_shares_nine_digits() -> None:
    streets: dict[str, set[str]] = {}
    for one in ground(1).communities:
        streets.setdefault(one.territory.rpartition(".")[0], set()).add(one.jurisdiction.code[:9])
    assert all(len(found) == 1 for found in streets.values())
    assert len({next(iter(found)) for found in streets.values()}) == len(streets)
