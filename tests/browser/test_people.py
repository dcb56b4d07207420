"""People stand on the map where they were last heard of, however it draws and whenever it is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.browser.conftest import Visit
from tests.browser.screen import DESK, Screen
from tests.support.installation import House
from tests.support.waiting import until
from twin.places.metres import lonlat_from_xy
from twin.places.model import LonLat

pytestmark = pytest.mark.browser
STEPS_M = (0.0, 15.0, 60.0, 360.0, 20.0)
"""A stand, two walks, a leap as after a gap in reception, and the leap back."""
APART_MS = 20
MARK = f"""{DESK}.map().map.getSource("responders").serialize().data.features
  .find((one) => one.properties.id === '%s')?.geometry.coordinates"""


@pytest.fixture
def walker(house: House) -> Iterator[tuple[str, list[LonLat]]]:
    """A person and places they go to; afterwards they are back where they were."""
    person = next(one for one in house.truth().responders.values() if one.lonlat)
    assert person.lonlat is not None
    east = [lonlat_from_xy([east_m, 0.0], person.lonlat).tolist() for east_m in STEPS_M]
    yield person.id, [(lon, lat) for lon, lat in east]
    report(house, person.id, person.lonlat)


def report(house: House, person: str, lonlat: LonLat) -> int:
    """A person's phone says where they are; when that was recorded, in milliseconds."""
    position = {
        "id": uuid4().hex, "type": "responder.position", "subject": person,
        "time": datetime.now(UTC).isoformat(), "data": {"lonlat": lonlat, "accuracy_m": 5.0},
    }  # fmt: skip
    return int(house.tell(position)[0].split("-")[0])


def stands(screen: Screen, person: str, lonlat: LonLat) -> None:
    """Wait until the facts say so, then until the mark is there: to the last metre."""
    screen.until(
        f"(([lng, lat], there) => Math.hypot(lng - there[0], lat - there[1]) < 1e-6)"
        f"({DESK}.things().responders.get('{person}').lonlat, {json.dumps(lonlat)})"
    )
    screen.until(
        f"(([lng, lat], there) => Math.hypot(lng - there[0], lat - there[1]) < 1e-6)"
        f"({MARK % person}, {json.dumps(lonlat)})",
        5,
    )


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_person_is_drawn_at_the_last_report_without_a_graphics_card(
    visit: Visit, house: House, walker: tuple[str, list[LonLat]], motion: str
) -> None:
    person, spots = walker
    screen = visit("chenmin", "/console", reduced_motion=motion)
    for spot in spots:
        report(house, person, spot)
        stands(screen, person, spot)


def test_in_a_replay_people_stand_where_they_stood_then(
    visit: Visit, house: House, walker: tuple[str, list[LonLat]]
) -> None:
    person, spots = walker
    reported_ms = []
    for spot in spots:
        reported_ms.append(report(house, person, spot))
        until(lambda: time.time() * 1000 > reported_ms[-1] + 2 * APART_MS)
    screen = visit("guest", f"/replay?at={reported_ms[0] + APART_MS}")
    stands(screen, person, spots[0])
    slider = screen.page.locator("#replay-range input")
    for at_ms, spot in [*zip(reported_ms, spots, strict=True)][::-1]:
        slider.evaluate(
            "(node, at) => { node.step = '1'; node.value = at; "
            "node.dispatchEvent(new Event('change')); }",
            at_ms + APART_MS,
        )
        stands(screen, person, spot)
