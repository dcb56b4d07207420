"""What stands still, cut into vector tiles: one PMTiles file for a district's ground, one a street.

A file is a *set*. The set of a district holds public geography only: rivers and parks, the road
net, buildings and services that belong to no compound. The set of a street holds what lies in its
compounds; whoever does not see the whole street never gets it (``pages/api/tiles.py``). All
features of a set share one tile layer, ``place``, and say in ``sort`` what they are: a PMTiles file
written by GDAL has one layer only, and one file a street means one request a tile.

Cutting takes seconds of CPU and needs GDAL, so it happens in a process of its own, ``app.py
tiles``. A file's name ends in the digest of what it was made from: it never changes, may be kept
by browsers for ever, and is not made twice.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import msgspec
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.store import read
from twin.places.model import Area, Building, Compound, District, Service
from twin.places.model import Path as Way
from twin.places.territory import street_of

FORMAT = 1
"""Part of every digest: to be raised when tiles change though places do not."""

LAYER = "place"
INDEX = "index.json"
GROUND_ZOOMS, STREET_ZOOMS = (9, 14), (13, 14)
"""Least and greatest zoom of a district's and of a street's set. A tile of zoom 14 has 4,096 steps
over 2.2 km at 28° north, half a metre each: enough for the middle distances it is drawn at."""

_SMALL = frozenset({"tree"})
"""Areas too small to be seen before a compound is drawn in full."""

_NEVER_DROPPED = {"MAX_SIZE": "8000000", "MAX_FEATURES": "1000000"}
"""GDAL's own limits would thin out dense tiles."""

Row = dict[str, Any]
"""One feature: its ``geometry`` and what is told of it."""


class TileSet(msgspec.Struct, frozen=True, kw_only=True):
    """One file as the index tells of it; ``bounds`` are west, south, east and north in degrees."""

    territory: str
    file: str
    bounds: tuple[float, float, float, float]
    minzoom: int
    maxzoom: int


class TileIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The sets there are."""

    sets: tuple[TileSet, ...] = ()


class Content(NamedTuple):
    """What one set is made from."""

    territory: str
    rows: list[Row]
    zooms: tuple[int, int]


def main(places: Path, folder: Path) -> int:
    """Cut the places on disk into a folder of tiles; says what it made. 0."""
    held = read(places)
    index, made = build(held.compounds, held.districts, folder)
    print(f"{len(index.sets)} tile sets, {len(made)} of them new, in {folder}", flush=True)
    return 0


def build(
    compounds: Sequence[Compound], districts: Sequence[District], folder: Path
) -> tuple[TileIndex, list[str]]:
    """Make the sets that are not there yet, then the index; gives it and the names of new files.

    A reader sees the old index with all its files or the new one with all of its own: files come
    first, the index is replaced in one step, and files of the index before last go then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = read_index(folder)
    sets, made = [], []
    for content in contents(compounds, districts):
        name = f"{content.territory}-{_digest(content)}.pmtiles"
        if not (folder / name).exists():
            _write(content, folder / name)
            made.append(name)
        sets.append(_told(content, name))
    index = TileIndex(sets=tuple(sets))
    _replace(folder / INDEX, msgspec.json.encode(index))
    kept = {one.file for one in (*before.sets, *index.sets)}
    for file in folder.glob("*.pmtiles"):
        if file.name not in kept:
            file.unlink()
    return index, made


def read_index(folder: Path) -> TileIndex:
    """The index of a folder; an empty one where none was written."""
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=TileIndex)
    except FileNotFoundError:
        return TileIndex()


def contents(compounds: Iterable[Compound], districts: Iterable[District]) -> Iterator[Content]:
    """What each set holds: districts first, then streets by path; empty ones are left out."""
    for district in districts:
        rows = [*_drawn(district), *map(_service, district.services)]
        if rows:
            yield Content(district.territory, rows, GROUND_ZOOMS)
    streets: dict[str, list[Row]] = {}
    for compound in compounds:
        own = [*_drawn(compound), *_around(compound)]
        rows = [row | {"compound": compound.id} for row in own]
        streets.setdefault(street_of(compound.territory), []).extend(rows)
    for street in sorted(streets):
        if streets[street]:
            yield Content(street, streets[street], STREET_ZOOMS)


def _drawn(place: Compound | District) -> Iterator[Row]:
    yield from (_area(area) for area in place.areas if area.kind not in _SMALL)
    yield from map(_way, place.paths)
    yield from map(_building, place.buildings)


def _around(compound: Compound) -> Iterator[Row]:
    """The plain blocks a compound is drawn with; they are no part of it."""
    return (_building(block) | {"around": 1} for block in compound.surroundings)


def _area(area: Area) -> Row:
    return {"sort": "area", "id": area.id, "kind": area.kind, "name": area.name or None,
            "geometry": shapely.Polygon(area.outline)}  # fmt: skip


def _way(path: Way) -> Row:
    return {"sort": "path", "id": path.id, "kind": path.kind, "width": path.width_m,
            "geometry": shapely.LineString(path.line)}  # fmt: skip


def _building(building: Building) -> Row:
    return {"sort": "building", "id": building.id, "kind": building.use, "name": building.name,
            "height": building.height_m, "floors": building.floors,
            "proposed": 1 if building.proposed else None,  # a truth among nothings becomes a word
            "geometry": shapely.Polygon(building.outline)}  # fmt: skip


def _service(service: Service) -> Row:
    return {"sort": "service", "id": service.id, "kind": service.kind, "name": service.name,
            "geometry": shapely.Point(service.lonlat)}  # fmt: skip


def _digest(content: Content) -> str:
    """Twelve characters that change whenever anything in a set or its zooms does."""
    told = hashlib.sha256(f"{FORMAT} {content.zooms}".encode())
    for row in content.rows:
        shape: BaseGeometry = row["geometry"]
        words = {name: value for name, value in row.items() if name != "geometry"}
        told.update(msgspec.json.encode(words))
        told.update(shape.wkb)
    return told.hexdigest()[:12]


def _told(content: Content, name: str) -> TileSet:
    boxes = shapely.bounds([row["geometry"] for row in content.rows])
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    least, greatest = content.zooms
    return TileSet(
        territory=content.territory, file=name, minzoom=least, maxzoom=greatest,
        bounds=(float(west), float(south), float(east), float(north)),
    )  # fmt: skip


def _write(content: Content, target: Path) -> None:
    """Write a set beside its place and move it there."""
    least, greatest = content.zooms
    frame = gpd.GeoDataFrame(content.rows, geometry="geometry", crs="EPSG:4326")
    options = {"MINZOOM": str(least), "MAXZOOM": str(greatest), "NAME": LAYER, **_NEVER_DROPPED}
    with tempfile.TemporaryDirectory(prefix=".tiles-", dir=target.parent) as beside:
        file = Path(beside) / target.name
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # GDAL says so when it leaves things out
            pyogrio.write_dataframe(
                frame, file, driver="PMTiles", layer=LAYER, dataset_options=options
            )
        os.chmod(file, 0o644)
        os.replace(file, target)


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".index-", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, target)
