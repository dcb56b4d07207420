from __future__ import annotations

from layers.outlines import outlines
from tests import two_streets as t

PLACES = [place for rows in t.compounds(t.NEAR, t.FAR).values() for place in rows]


def names(*prefixes: str) -> list[str]:
    found = outlines([t.district()], PLACES, prefixes)
    return [one["properties"]["id"] for one in found["features"]]


def test_larger_outlines_come_before_smaller_ones():
    found = outlines([t.district()], PLACES, ["lusong"])["features"]
    levels = [one["properties"]["level"] for one in found]
    assert levels == ["district", *["street"] * 2, *["community"] * 2, *["compound"] * 3]
    assert found[0]["properties"] == {
        "id": "lusong", "level": "district", "name": "芦淞区", "name_en": "Lusong"}  # fmt: skip


def test_nothing_is_told_of_divisions_one_sees_nothing_of():
    assert names(t.NEAR) == ["lusong", t.NEAR, t.COMMUNITY[t.NEAR], "qiaotou", "mudan"]
    assert names(f"{t.whole('mudan')}.g1") == ["lusong", t.NEAR, t.COMMUNITY[t.NEAR], "mudan"]
    assert names("elsewhere") == []
