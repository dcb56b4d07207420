from __future__ import annotations

import random
from collections import Counter

import pytest
import shapely

from geodata.checks import faults
from geodata.demo.city.template import Name, Template
from geodata.demo.estate.layout import Brief
from geodata.demo.estate.whole import complete
from geodata.demo.plane import ANCHOR, demo_plan
from geodata.drawing.plane import Plane
from geodata.drawing.shapes import box
from geodata.drawing.site_plan import Jurisdiction
from twin.places.metres import distance_m, xy_from_lonlat
from twin.places.model import (
    Area,
    Building,
    Compound,
    DevicePlace,
    Grid,
    Path,
    ResponderCard,
    Service,
)

FRAME = Plane(ANCHOR, turn_deg=20.0, shift=(900.0, 400.0))
LIES = Jurisdiction("putuo.taopu.j1-1-1", "310107101001", "莲花居民区")
NAME = Name("taopu-007", "莲花新村", "Taopu-007", LIES)
AROUND = shapely.LineString(box(-104, -110, 104, 110).exterior.coords)


@pytest.fixture(scope="module")
def template() -> Template:
    plan = demo_plan(
        "t", "小区", "T", box(-80, -85, 80, 85),
        plane=Plane(ANCHOR), jurisdiction=Jurisdiction("a.b.c"),
    )  # fmt: skip
    near = shapely.LineString(plan.outline.buffer(15, join_style="mitre").exterior.coords)
    complete(plan, Brief("six", cameras=9, barriers=1), [near], random.Random(1))
    return Template(plan)


@pytest.fixture(scope="module")
def placed(template: Template) -> Compound:
    return template.place(NAME, FRAME, AROUND, template.size - 30, crew=True)


def test_a_placed_compound_is_as_faultless_as_the_drawn_one(placed: Compound) -> None:
    assert faults(placed) == []


def test_everything_carries_the_new_name_and_territory(placed: Compound) -> None:
    things: list[Building | Path | Area | Service | DevicePlace | ResponderCard] = [
        *placed.buildings, *placed.paths, *placed.areas, *placed.services, *placed.devices,
        *placed.responders,
    ]  # fmt: skip
    assert all(thing.id.startswith("taopu-007/") for thing in things)
    assert placed.territory == "putuo.taopu.j1-1-1.taopu-007"
    owned: list[Building | Grid | Service | DevicePlace] = [
        *placed.buildings, *placed.grids, *placed.services, *placed.devices,
    ]  # fmt: skip
    assert all(thing.territory.startswith(placed.territory + ".g") for thing in owned)
    assert placed.community_name == "莲花居民区"


def test_it_is_turned_and_moved_but_not_stretched(template: Template, placed: Compound) -> None:
    assert distance_m(placed.origin, FRAME.ground([(0.0, 0.0)])[0]) < 0.02
    drawn, there = template.made.outline, placed.outline
    for one, other in zip(range(3), range(1, 4), strict=True):
        length = distance_m(drawn[one], drawn[other])
        assert distance_m(there[one], there[other]) == pytest.approx(length, abs=0.05)
    before = next(device for device in template.made.devices if device.kind == "camera")
    after = next(device for device in placed.devices if device.kind == "camera")
    assert before.azimuth_deg is not None and after.azimuth_deg is not None
    assert (before.azimuth_deg - after.azimuth_deg) % 360 == pytest.approx(20.0, abs=0.1)


def test_gates_are_led_to_the_streets_around(placed: Compound) -> None:
    street = shapely.LineString(xy_from_lonlat(FRAME.ground(list(AROUND.coords)), placed.origin))
    ends = [shapely.Point(xy_from_lonlat(path.line[-1], placed.origin)) for path in placed.paths]
    assert sum(street.distance(end) < 0.1 for end in ends) == 4


def test_devices_left_out_leave_no_gap_in_the_numbers(template: Template, placed: Compound) -> None:
    assert len(placed.devices) == template.size - 30
    for kind, count in Counter(device.kind for device in placed.devices).items():
        numbers = [int(d.id.rpartition("/")[2]) for d in placed.devices if d.kind == kind]
        assert numbers == list(range(1, count + 1))


def test_a_compound_without_people_has_none(template: Template) -> None:
    assert template.place(NAME, FRAME, AROUND, 10, crew=False).responders == ()
