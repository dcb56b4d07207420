"""A program that reads an OGC API with GDAL's own driver and prints, layer by layer, what it got.

A process of its own: pyogrio keeps Python's lock while GDAL waits for an answer, so a server in
the same process would never give one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pyogrio
import shapely


def read(url: str, layer: str, **wish: Any) -> dict[str, Any]:
    """Fields with their types, ids, a first row, reference system, and what encloses the rest."""
    meta, _, geometries, columns = pyogrio.raw.read(f"OAPIF:{url}", layer=layer, **wish)
    shapes = shapely.from_wkb(geometries)
    rows = dict(zip(meta["fields"].tolist(), columns, strict=True))
    return {
        "crs": meta["crs"],
        "types": dict(zip(meta["fields"].tolist(), map(str, meta["dtypes"]), strict=True)),
        "ids": list(rows.get("id", [])),
        "places": len([shape for shape in shapes if shape is not None]),
        "bounds": list(shapely.total_bounds(shapes)) if len(shapes) else [],
        "kinds": sorted({str(value) for value in rows.get("kind", np.array([]))}),
    }


def main(url: str, credentials: str, wish: str) -> None:
    """Read every layer, or only what a wish (JSON) names; a name and password have a colon."""
    way = ("BASIC", "USERPWD") if ":" in credentials else ("BEARER", "BEARER")
    options = {"GDAL_HTTP_AUTH": way[0], f"GDAL_HTTP_{way[1]}": credentials}
    pyogrio.set_gdal_config_options({**options, "GDAL_HTTP_TIMEOUT": 20})
    asked = json.loads(wish)
    if "bbox" in asked:
        asked["bbox"] = tuple(asked["bbox"])
    names = [asked.pop("layer")] if asked else pyogrio.list_layers(f"OAPIF:{url}")[:, 0].tolist()
    print(json.dumps({name: read(url, name, **asked) for name in names}))


if __name__ == "__main__":
    main(*sys.argv[1:])
