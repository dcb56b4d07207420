from __future__ import annotations

import pytest
import shapely

from geodata.demo.blocks import nursery, slab, tower


@pytest.mark.parametrize("style", [0, 1, 2, 3])
@pytest.mark.parametrize("units", [2, 3, 5])
def test_a_slab_is_one_valid_shape_with_a_door_on_the_facade_of_every_unit(
    style: int, units: int
) -> None:
    block = slab(3, (100.0, 50.0), units, 6, style=style)
    assert block.outline.is_valid
    assert [door.unit for door in block.doors] == [str(n + 1) for n in range(units)]
    for door in block.doors:
        assert block.outline.exterior.distance(shapely.Point(door.xy)) < 0.02
        inside = (door.xy[0] + 3 * door.into[0], door.xy[1] + 3 * door.into[1])
        assert block.outline.contains(shapely.Point(inside))


@pytest.mark.parametrize("flip", [False, True])
def test_a_tower_has_its_lobby_in_the_recess_and_a_lift(flip: bool) -> None:
    block = tower(1, (0.0, 0.0), 28, flip=flip)
    door = block.doors[0]
    assert door.has_lift
    assert (door.xy[1] < 0) == flip
    assert block.outline.exterior.distance(shapely.Point(door.xy)) < 0.02
    assert block.outline.area < 0.85 * block.outline.envelope.area
    assert block.height_m == pytest.approx(83.7)


def test_a_nursery_opens_to_the_south() -> None:
    block = nursery("nursery", "幼儿园", (0.0, 0.0))
    assert block.use == "kindergarten"
    assert not block.outline.contains(shapely.Point(24, 5))
