"""CityJSON 1.0, 1.1 and 2.0: buildings of level of detail 1 and 2 as footprints with heights.

https://www.cityjson.org/specs/2.0.1/. A footprint is the union of the ground surfaces of a
building and its parts: those that say so, else those that lie flat at its lowest height. Shared
vertices are integers, so all of it is index arithmetic over arrays; no geometry is walked point by
point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.importing.readers.features import LayerTable
from geodata.importing.readers.references import Stated, stated
from geodata.importing.report.sentences import CannotImport, say

VERSIONS = ("1.0", "1.1", "2.0")
FLAT_M = 0.3
LEAST_RING = 3
_KINDS = frozenset({"Building", "BuildingPart"})
_CODE = re.compile(r"EPSG[/:](?:[\d.]+[/:])?(\d+)\Z")
_DEPTH = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2,
          "CompositeSolid": 2}  # fmt: skip
"""How many lists stand around the surfaces of a geometry."""

Floats = NDArray[np.float64]


def read(content: dict[str, Any]) -> LayerTable:
    """The buildings of a CityJSON object. Raises CannotImport for what it is not."""
    version = str(content.get("version", ""))
    if version not in VERSIONS:
        unsaid = say("cityjson_unversioned")
        raise CannotImport(say("cityjson_version", version=version) if version else unsaid)
    objects = content["CityObjects"]
    vertices = _vertices(content)
    rings = list(_rings(objects))
    roots = [name for name, thing in objects.items() if thing.get("type") == "Building"]
    shapes, heights = _footprints(roots, rings, vertices)
    rows = []
    for name, height in zip(roots, heights, strict=True):
        given = dict(objects[name].get("attributes") or {})
        floors = given.get("storeysAboveGround")
        measured = given.get("measuredHeight")
        row = given | {"id": name, "floors": floors, "height": measured or height or None}
        rows.append({key: value for key, value in row.items() if value is not None})
    return LayerTable(_says(content), shapes, rows, layer="cityjson", role="building")


def _says(content: dict[str, Any]) -> Stated | None:
    text = str((content.get("metadata") or {}).get("referenceSystem") or "")
    if not text:
        return None
    code = _CODE.search(text)
    return stated(f"EPSG:{code[1]}" if code else text)


def _vertices(content: dict[str, Any]) -> Floats:
    found = np.asarray(content["vertices"], dtype=np.float64).reshape(-1, 3)
    transform = content.get("transform")
    if transform:
        found = found * np.asarray(transform["scale"]) + np.asarray(transform["translate"])
    return found


def _rings(objects: dict[str, Any]) -> Iterator[tuple[str, list[int], bool]]:
    """The building, the outer ring, and whether it says it is ground, of each surface."""
    for name, thing in objects.items():
        if thing.get("type") not in _KINDS:
            continue
        root = _root(name, objects)
        lods = [str(geometry.get("lod", "")) for geometry in thing.get("geometry") or []]
        wanted = max((lod for lod in lods if lod[:1] in ("1", "2")), default="")
        for geometry in thing.get("geometry") or []:
            if str(geometry.get("lod", "")) == wanted:
                yield from ((root, ring, ground) for ring, ground in _surfaces(geometry))


def _root(name: str, objects: dict[str, Any]) -> str:
    """The building a part belongs to; parents that run in a circle end where they began."""
    seen = {name}
    while parents := objects[name].get("parents"):
        if parents[0] in seen or parents[0] not in objects:
            circle = say("part_in_circle", name=name)
            lost = say("part_lost", name=name, parent=parents[0])
            raise CannotImport(circle if parents[0] in seen else lost)
        name = parents[0]
        seen.add(name)
    return name


def _surfaces(geometry: dict[str, Any]) -> Iterator[tuple[list[int], bool]]:
    depth = _DEPTH.get(geometry.get("type", ""))
    if depth is None:
        return
    surfaces, values = geometry["boundaries"], (geometry.get("semantics") or {}).get("values")
    kinds = [row.get("type") for row in (geometry.get("semantics") or {}).get("surfaces", [])]
    for _ in range(depth):
        surfaces = [surface for part in surfaces for surface in part]
        values = [value for part in values for value in part or ()] if values else None
    for number, surface in enumerate(surfaces):
        value = values[number] if values and number < len(values) else None
        said = value is not None and kinds[value] == "GroundSurface"
        if len(surface[0]) >= LEAST_RING:
            yield surface[0], said


def _footprints(
    roots: list[str], rings: list[tuple[str, list[int], bool]], vertices: Floats
) -> tuple[list[shapely.Geometry | None], list[float]]:
    if not rings:
        return [None] * len(roots), [0.0] * len(roots)
    numbers = {name: number for number, name in enumerate(roots)}
    owner = np.array([numbers.get(name, -1) for name, _, _ in rings])
    sizes = np.array([len(ring) for _, ring, _ in rings])
    flat = np.concatenate([np.asarray(ring, dtype=np.intp) for _, ring, _ in rings])
    if flat.min() < 0 or flat.max() >= len(vertices):
        raise CannotImport(say("vertices_lost"))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    height = vertices[flat, 2]
    low, high = np.minimum.reduceat(height, starts), np.maximum.reduceat(height, starts)
    floor, top = np.full(len(roots), np.inf), np.full(len(roots), -np.inf)
    np.minimum.at(floor, owner[owner >= 0], low[owner >= 0])
    np.maximum.at(top, owner[owner >= 0], high[owner >= 0])
    said = np.array([ground for _, _, ground in rings])
    speaks = np.zeros(len(roots), bool)
    speaks[owner[said & (owner >= 0)]] = True
    lies = (high - low < FLAT_M) & (low < floor[owner] + FLAT_M)
    chosen = np.where(speaks[owner], said, lies) & (owner >= 0)
    lines = shapely.linearrings(vertices[flat, :2], indices=np.repeat(np.arange(len(rings)), sizes))
    shapes = shapely.polygons(lines[chosen])
    held = owner[chosen]
    order = np.argsort(held, kind="stable")
    bounds = np.searchsorted(held[order], np.arange(len(roots) + 1))
    groups = [shapes[order[a:b]] for a, b in pairwise(bounds)]
    whole = [_whole(group) for group in groups]
    return whole, [round(float(v), 2) if np.isfinite(v) else 0.0 for v in top - floor]


def _whole(shapes: NDArray[np.object_]) -> shapely.Geometry | None:
    if not len(shapes):
        return None
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapely.make_valid(shapes))
