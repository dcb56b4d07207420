from __future__ import annotations

import json
import math

from layers.places.outlines import KEPT, Outlines, simpler
from tests.support.streets import two_streets as t

PLACES = [place for rows in t.compounds(t.NEAR, t.FAR).values() for place in rows]


def features(*prefixes: str) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = json.loads(
        Outlines([t.district()], PLACES).told(prefixes)
    )["features"]
    return found


def names(*prefixes: str) -> list[str]:
    return [one["properties"]["id"] for one in features(*prefixes)]


def test_larger_outlines_come_before_smaller_ones() -> None:
    levels = [one["properties"]["level"] for one in features("lusong")]
    assert levels == ["district", *["street"] * 2, *["community"] * 2, *["compound"] * 3]
    assert features("lusong")[0]["properties"] == {
        "id": "lusong", "level": "district", "name": "芦淞区", "name_en": "Lusong"}  # fmt: skip


def test_nothing_is_told_of_divisions_one_sees_nothing_of() -> None:
    assert names(t.NEAR) == ["lusong", t.NEAR, t.COMMUNITY[t.NEAR], "qiaotou", "mudan"]
    assert names(f"{t.whole('mudan')}.g1") == ["lusong", t.NEAR, t.COMMUNITY[t.NEAR], "mudan"]
    assert names("elsewhere") == []


def test_what_was_told_is_held_for_so_many_and_each_is_told_its_own() -> None:
    all_ = Outlines([t.district()], PLACES)
    first = all_.told(["lusong"])
    assert all_.told(["lusong"]) is first
    for number in range(KEPT):
        all_.told([f"elsewhere.{number}"])
    assert all_.told(["lusong"]) == first
    assert all_.told(["lusong"]) is not first


def test_a_ring_of_many_corners_is_drawn_with_few_and_stays_closed() -> None:
    turns = [2 * math.pi * step / 400 for step in range(400)]
    circle = [(113 + 0.001 * math.cos(a), 27 + 0.001 * math.sin(a)) for a in turns]
    found, square = simpler([(*circle, circle[0]), PLACES[0].outline])
    assert len(square) == len(PLACES[0].outline)
    assert len(found) < 40
    assert found[0] == found[-1]
    assert all(abs(math.hypot(lon - 113, lat - 27) - 0.001) < 0.00003 for lon, lat in found)
