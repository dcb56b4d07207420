"""Every kind of fault is found in a compound that has just this one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from geodata.checks import faults
from geodata.proposal import layout
from tests.support.builders.sites import ORIGIN, TERRITORY, a_site
from twin.places.metres import lonlat_from_xy
from twin.places.model import Compound, DevicePlace, LonLat, Path, Ring


def at(x: float, y: float) -> LonLat:
    lon, lat = lonlat_from_xy((x, y), ORIGIN)
    return float(lon), float(lat)


def ring(*corners: tuple[float, float]) -> Ring:
    return tuple(at(*corner) for corner in (*corners, corners[0]))


@pytest.fixture(scope="module")
def sound() -> Compound:
    return layout.propose(a_site(), 1, name="小院", name_en="Small")


def building(compound: Compound, **change: object) -> Compound:
    first, *rest = compound.buildings
    changed = msgspec.structs.replace(first, **change)
    return msgspec.structs.replace(compound, buildings=(changed, *rest))


def device(compound: Compound, kind: str, lonlat: LonLat, grid: str = "g1") -> Compound:
    place = DevicePlace(
        id=f"small/{kind}/99", kind=kind, name="x", lonlat=lonlat, territory=f"{TERRITORY}.{grid}"
    )
    return msgspec.structs.replace(compound, devices=(*compound.devices, place))


def watching(compound: Compound, lonlat: LonLat) -> Compound:
    """A camera before the first building, which looks straight into its windows."""
    place = device(compound, "camera", lonlat).devices[-1]
    place = msgspec.structs.replace(place, height_m=3.0, azimuth_deg=0.0, hfov_deg=90.0)
    return msgspec.structs.replace(compound, devices=(*compound.devices, place))


def grid(compound: Compound, outline: Ring) -> Compound:
    changed = msgspec.structs.replace(compound.grids[0], outline=outline)
    return msgspec.structs.replace(compound, grids=(changed,))


def two_grids(compound: Compound) -> Compound:
    second = msgspec.structs.replace(
        compound.grids[0], territory=f"{TERRITORY}.g2", outline=ring((0, 0), (9, 0), (9, 9), (0, 9))
    )
    return msgspec.structs.replace(compound, grids=(*compound.grids, second))


def path(compound: Compound, *points: tuple[float, float]) -> Compound:
    line = Path(id="small/path/999", kind="foot", line=tuple(at(*point) for point in points))
    return msgspec.structs.replace(compound, paths=(*compound.paths, line))


CASES: dict[str, Callable[[Compound], Compound]] = {
    "overlap": lambda c: building(c, outline=ring((0, -50), (30, -50), (30, -40), (0, -40))),
    "outside": lambda c: building(c, outline=ring((-120, 0), (-95, 0), (-95, 9), (-120, 9))),
    "invalid": lambda c: building(c, outline=ring((-60, -50), (-20, -40), (-20, -50), (-60, -40))),
    "clockwise": lambda c: building(
        c, outline=tuple(reversed(c.buildings[0].outline)), entrances=c.buildings[0].entrances
    ),
    "unnamed": lambda c: building(c, name=""),
    "duplicate": lambda c: building(c, id=c.buildings[1].id),
    "unreachable": lambda c: building(
        c, entrances=(msgspec.structs.replace(c.buildings[0].entrances[0], lonlat=at(-60, 61)),)
    ),
    "grid gap": lambda c: grid(c, ring((-90, -70), (90, -70), (90, 0), (-90, 0))),
    "grid outside": lambda c: grid(c, ring((-99, -70), (90, -70), (90, 70), (-99, 70))),
    "grid overlap": two_grids,
    "wrong grid": lambda c: device(c, "call", at(0, 0), grid="g7"),
    "in building": lambda c: device(c, "camera", at(-40, -45)),
    "in wall": lambda c: device(c, "camera", at(-89.9, 60)),
    "unmasked": lambda c: watching(c, at(-58, -51.5)),
    "through": lambda c: path(c, (-70, -45), (0, -45)),
}


def test_a_sound_compound_has_no_faults(sound: Compound) -> None:
    assert faults(sound) == []


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_fault_is_found_and_said_where(sound: Compound, kind: str) -> None:
    found = [fault for fault in faults(CASES[kind](sound)) if fault.kind == kind]
    assert found
    assert all(np.allclose(fault.place, ORIGIN, atol=0.01) for fault in found)
    assert all(fault.feature and fault.words.said("zh-CN") for fault in found)


def test_an_unclosed_ring_is_invalid(sound: Compound) -> None:
    outline = sound.buildings[0].outline[:-1]
    assert [f.kind for f in faults(building(sound, outline=outline))] == ["invalid"]


def test_a_device_outside_is_named(sound: Compound) -> None:
    found = faults(device(sound, "lamp", at(500, 0)))
    assert {fault.feature for fault in found} == {"small/lamp/99"}
    assert "outside" in {fault.kind for fault in found}
