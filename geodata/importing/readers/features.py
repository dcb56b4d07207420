"""What readers give: sources, tables of shapes and rows, and features in WGS-84 with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from geodata.importing.readers.references import Stated
from geodata.importing.report.sentences import Words
from geodata.soundness import NOWHERE

NAME_KEYS = ("name", "name:zh", "名称", "楼栋", "楼号", "addr:housename", "text", "label")
NUMBER_KEYS = ("addr:housenumber",)
ID_KEYS = ("id", "gid", "fid", "osm_id", "osm_way_id", "编号")


@dataclass
class SourceFile:
    """A file: whether it was read, how many features, in which reference, how far moved.

    ``stated`` tells who said the reference; there is none where nothing has coordinates.
    ``encoding`` is that of its letters where it had to be found out.
    """

    file: str
    features: int = 0
    read: bool = False
    reference: str = ""
    stated: Words | None = None
    moved_m: float = 0.0
    encoding: str = ""
    notes: list[Words] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)


@dataclass
class LayerTable:
    """What a reader found in one layer: as many shapes as rows, in the file's own coordinates.

    ``says`` is what the file states of its reference. ``role`` is what all features are, where
    the format says it; ``trouble`` tells what is wrong with single ones, by their number.
    """

    says: Stated | None
    shapes: Sequence[shapely.Geometry | None]
    rows: list[dict[str, Any]]
    layer: str = ""
    role: str = ""
    encoding: str = ""
    trouble: dict[int, Words] = field(default_factory=dict)
    notes: list[Words] = field(default_factory=list)


class Feature:
    """A geometry in WGS-84 degrees with its properties; ``label`` names it to people.

    ``layer`` is the file, the layer in it and, of a drawing, the layer of that: words in them say
    what it is.
    """

    __slots__ = ("_found", "layer", "number", "properties", "role", "shape", "source", "trouble")

    def __init__(
        self,
        source: SourceFile,
        number: int,
        shape: shapely.Geometry,
        properties: dict[str, Any],
        layer: str = "",
        role: str = "",
        trouble: Words | None = None,
    ) -> None:
        self.source = source
        self.number = number
        self.shape = shape
        self.properties = properties
        self.role = role
        self.trouble = trouble
        self._found = {key.casefold(): value for key, value in properties.items()}
        stem = source.file.rsplit(".", 1)[0]
        self.layer = " ".join((stem, layer, self.text("layer"))).casefold()

    @property
    def name(self) -> str:
        """What people call it, or nothing; a bare house number is one of a building (幢)."""
        if name := self.text(*NAME_KEYS):
            return name
        number = self.text(*NUMBER_KEYS)
        return f"{number}幢" if number.isdecimal() else number

    @property
    def label(self) -> str:
        """What a report calls it: its name, else its id, else file and number."""
        return self.name or self.text(*ID_KEYS) or f"{self.source.file} #{self.number}"

    @property
    def key(self) -> str:
        """What it is in its source, the same the next time: layer and id, or nothing."""
        found = self.text(*ID_KEYS)
        return f"{self.source.file}#{self.shape.geom_type}/{found}" if found else ""

    @property
    def place(self) -> tuple[float, float]:
        """A position for a report; 0, 0 when it has none."""
        coords = shapely.get_coordinates(self.shape)
        if not len(coords) or not np.isfinite(coords).all():
            return NOWHERE
        lon, lat = coords.mean(axis=0)
        return round(float(lon), 7), round(float(lat), 7)

    def text(self, *keys: str) -> str:
        """The first property there is of some names, in any case, as text."""
        for key in keys:
            value = self._found.get(key)
            if value not in (None, ""):
                return str(value).strip()
        return ""

    def figure(self, *keys: str) -> float | None:
        """The first property there is of some names as a finite number, or None."""
        try:
            value = float(self.text(*keys).removesuffix("m"))
        except ValueError:
            return None
        return value if np.isfinite(value) else None
