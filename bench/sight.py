"""sight: cameras that see a point among 2,014, and what sixty cameras of a compound cover.

The district is the demo's largest compound forty-two times, each with its 210 buildings and about
48 cameras, folded into a twin whose cameras report; one in ten is offline. Points lie fifteen
metres before cameras. Coverage is worked out anew, after one camera was turned, and as screens
get it, outlines and figures included.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from time import perf_counter

import msgspec
import numpy as np

from bench.catalogue import CATALOGUE
from bench.street import STREET, pattern, tile
from bench.table import Row, at_most
from layers.cameras.field_of_view import covered, working
from twin.events import STATE_EVENTS, StateData
from twin.places.metres import lonlat_from_xy
from twin.places.model import Compound, DevicePlace, LonLat
from twin.places.territory import covers
from twin.state.twin import Twin
from twin.visibility.camera_index import CameraIndex
from twin.visibility.coverage import Coverage

COMPOUNDS, CAMERAS, POINTS, OF_ONE, ROUNDS = 42, 2014, 500, 60, 7
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def with_cameras(number: int, count: int) -> Compound:
    """A copy of the pattern with so many cameras, on its own masts and turned where they repeat."""
    bare = tile(number, 0)
    own = [device for device in pattern().devices if device.kind == "camera"]
    east = bare.origin[0] - pattern().origin[0]
    north = bare.origin[1] - pattern().origin[1]
    cameras: list[DevicePlace] = []
    for n, device in enumerate(islice(cycle(own), count)):
        turn = 120.0 * (n // len(own))
        cameras.append(
            msgspec.structs.replace(
                device,
                id=f"{bare.id}/camera/{n + 1}",
                territory=bare.territory,
                lonlat=(device.lonlat[0] + east, device.lonlat[1] + north),
                azimuth_deg=((device.azimuth_deg or 0.0) + turn) % 360.0,
            )
        )
    return msgspec.structs.replace(bare, devices=tuple(cameras))


def district(compounds: int, cameras: int) -> Twin:
    """A twin of so many compounds with together so many cameras, nine in ten online."""
    sizes = [cameras // compounds + (n < cameras % compounds) for n in range(compounds)]
    twin = Twin(STREET, [with_cameras(n, size) for n, size in enumerate(sizes)], CATALOGUE)
    for n, camera in enumerate(twin.devices):
        told = StateData(state="online" if n % 10 else "offline")
        twin.apply(STATE_EVENTS["camera"](id=str(n), subject=camera, time=NOON, data=told))
    return twin


def points(twin: Twin, count: int) -> list[LonLat]:
    """Places where there is something to see: fifteen metres before some cameras."""
    dice = np.random.default_rng(7)
    cameras = [device.place for device in twin.devices.values()]
    found = []
    for n in dice.integers(len(cameras), size=count):
        bearing = np.radians(cameras[n].azimuth_deg or 0.0)
        ahead = 15.0 * np.array((np.sin(bearing), np.cos(bearing)))
        lon, lat = lonlat_from_xy(ahead, cameras[n].lonlat)
        found.append((float(lon), float(lat)))
    return found


def asking(twin: Twin, count: int) -> tuple[list[float], float]:
    """Seconds of each question who sees a point, and how many cameras an answer has on average."""
    eyes = CameraIndex(twin.compounds.values())
    prefixes = (STREET,)

    def wanted(camera: str) -> bool:
        return working(twin, camera) and covers(prefixes, twin.territory_of(camera))

    spent, seen = [], 0
    gc.collect()
    for lonlat in points(twin, count):
        start = perf_counter()
        seen += len(eyes.seeing(lonlat, wanted=wanted))
        spent.append(perf_counter() - start)
    return spent, seen / count


def timed(work: Callable[[], object], rounds: int) -> float:
    """Seconds of one call, the median over rounds."""
    spent = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        spent.append(perf_counter() - start)
    return statistics.median(spent)


def covering(cameras: int, rounds: int) -> tuple[float, float, float]:
    """Seconds to cover a compound anew, after one camera was turned, and as a screen gets it."""
    compound = with_cameras(0, cameras)
    coverage = Coverage.of(compound)
    first = compound.devices[0]
    turned = msgspec.structs.replace(first, azimuth_deg=((first.azimuth_deg or 0.0) + 40) % 360)

    def change() -> object:
        changed = coverage.changed(turned)
        return changed.density_px_m(list(changed.seen))

    def show() -> object:
        return covered(compound, coverage, (STREET,), dark=(), without=(first.id,), edition="2014")

    return timed(lambda: Coverage.of(compound), rounds), timed(change, rounds), timed(show, rounds)


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    compounds, cameras, count, of_one, rounds = (
        (2, 40, 20, 10, 1) if smoke else (COMPOUNDS, CAMERAS, POINTS, OF_ONE, ROUNDS)
    )
    spent, average = asking(district(compounds, cameras), count)
    whole, changed, shown = covering(of_one, rounds)
    said = f"who sees a point, {cameras:,} cameras, live"
    return [
        *_questions(said, spent, average),
        at_most(1000.0, figure="sight", case=f"coverage by {of_one} cameras", value=whole * 1000,
                unit="ms"),
        at_most(50.0, figure="sight", case="coverage after one camera changed",
                value=changed * 1000, unit="ms"),
        Row(figure="sight", case="coverage as shapes for a screen", value=shown * 1000, unit="ms"),
    ]  # fmt: skip


def _questions(case: str, spent: Sequence[float], average: float) -> list[Row]:
    p99 = sorted(spent)[int(len(spent) * 0.99) - 1]
    return [
        at_most(5.0, figure="sight", case=f"{case}, p50", value=statistics.median(spent) * 1000,
                unit="ms", note=f"{average:.1f} cameras an answer"),
        at_most(5.0, figure="sight", case=f"{case}, p99", value=p99 * 1000, unit="ms"),
    ]  # fmt: skip
