from __future__ import annotations

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.builders.places import a_camera, a_place
from twin.places.model import Compound, Lens
from twin.visibility.coverage import Coverage, Ground, ground_of, regions

CAMERAS = (
    a_camera(1, 0, 5, 90.0), a_camera(2, 100, 50, 270.0), a_camera(3, 50, 80, 180.0),
    a_camera(4, 50, 5, 0.0, lens=Lens(azimuth_unsure_deg=22.5)),
)  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Compound:
    return a_place(devices=CAMERAS)


@pytest.fixture(scope="module")
def coverage(place: Compound) -> Coverage:
    return Coverage.of(place)


def test_open_ground_is_what_lies_inside_the_outline_and_outside_buildings(place: Compound) -> None:
    ground = ground_of(place)
    assert ground.cell_m == 1.0
    assert ground.area_m2 == pytest.approx(120 * 90 - 60 * 20, rel=0.02)


def test_a_camera_covers_its_wedge(coverage: Coverage) -> None:
    cells, density, sure = coverage.seen["huodian/camera/2"]
    assert len(cells) == pytest.approx(40**2 * np.pi / 4 - 240, rel=0.05)  # b1 hides some
    assert sure.all() and density.min() == pytest.approx(1920 / 80, rel=0.05)


def test_of_an_unsure_camera_only_the_middle_is_sure(coverage: Coverage) -> None:
    seen = coverage.seen["huodian/camera/4"]
    assert 0 < seen.sure.sum() < len(seen.cells)
    whole = (coverage.density_px_m(["huodian/camera/4"]) > 0).sum()
    assert (coverage.density_px_m(["huodian/camera/4"], sure=True) > 0).sum() < whole


def test_what_is_lost_without_some_cameras(coverage: Coverage) -> None:
    left = coverage.without({"huodian/camera/1"})
    assert left == [f"huodian/camera/{n}" for n in (2, 3, 4)]
    assert 0 < coverage.share(left) < coverage.share(list(coverage.seen)) < 1
    assert coverage.share([]) == 0.0


def test_one_changed_camera_is_the_same_as_a_new_beginning(
    place: Compound, coverage: Coverage
) -> None:
    turned = a_camera(3, 50, 80, 120.0, hfov_deg=40.0)
    devices = tuple(turned if one.id == turned.id else one for one in place.devices)
    anew = Coverage.of(msgspec.structs.replace(place, devices=devices))
    changed = coverage.changed(turned)
    assert changed.seen.keys() == anew.seen.keys()
    assert all((changed.seen[c].cells == anew.seen[c].cells).all() for c in anew.seen)
    assert coverage.seen[turned.id] is not changed.seen[turned.id]


_COVERAGE = Coverage.of(a_place(devices=CAMERAS))


@settings(max_examples=40, deadline=None)
@given(st.permutations([camera.id for camera in CAMERAS]), st.integers(0, 4), st.integers(0, 4))
def test_more_cameras_never_see_less(order: list[str], some: int, more: int) -> None:
    coverage = _COVERAGE
    few, many = order[:some], order[: some + more]
    assert (coverage.density_px_m(few) <= coverage.density_px_m(many)).all()
    assert coverage.share(few) <= coverage.share(many)


def test_regions_hold_the_cells_of_their_label_and_no_others(coverage: Coverage) -> None:
    ground = coverage.ground
    seen = coverage.density_px_m(list(coverage.seen)) > 0
    labels = np.where(ground.free, 1 + seen, 0)
    centres = ground.centres(np.arange(labels.size))
    for label in (1, 2):
        shapes = [shape for one, shape in regions(ground, labels) if one == label]
        assert sum(shape.area for shape in shapes) == pytest.approx((labels == label).sum())
        inside = shapely.contains_xy(shapely.union_all(shapes), centres[:, 0], centres[:, 1])
        assert (inside.reshape(labels.shape) == (labels == label)).all()


@settings(max_examples=50, deadline=None)
@given(arrays(np.int8, (7, 9), elements=st.integers(0, 3)))
def test_any_labels_come_back_cell_by_cell(labels: np.ndarray) -> None:
    ground = Ground(-3.0, 5.0, 2.0, np.ones((7, 9), bool))
    centres, again = ground.centres(np.arange(63)), np.zeros(63, int)
    for label, shape in regions(ground, labels):
        again[shapely.contains_xy(shape, centres[:, 0], centres[:, 1])] = label
    assert (again.reshape(labels.shape) == labels).all()


def test_small_pieces_and_nothing_at_all_have_no_outline(coverage: Coverage) -> None:
    none = np.zeros(coverage.ground.free.shape, int)
    assert regions(coverage.ground, none) == []
    none[3, 4] = none[9, 9] = none[10, 10] = 1  # the last two touch at a corner only
    assert len(regions(coverage.ground, none)) == 3
    assert regions(coverage.ground, none, 1.5) == []


def test_a_large_compound_has_larger_cells() -> None:
    outline = ((113.15, 27.83), (113.16, 27.83), (113.16, 27.84), (113.15, 27.84), (113.15, 27.83))
    assert ground_of(msgspec.structs.replace(a_place(), outline=outline)).cell_m == 3.0
