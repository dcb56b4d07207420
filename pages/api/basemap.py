"""A basemap under our own map, which the user names in a file; none unless named.

The file is TOML: ``source`` a PMTiles file (beside it, or an absolute path) or the address of an
XYZ or WMTS service with its place-holders, ``reference`` what its tiles are drawn in (``wgs84`` or
``gcj02``), ``attribution`` whose map it is, ``approval`` its approval number (审图号), ``max_zoom``
its greatest zoom. The reference is never guessed: public Chinese maps are shifted by 300-700 m.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from twin.errors import InvalidSetting

VARIABLE = "DAYUAN_BASEMAP"

_WORDS = {"{tilematrix}": "{z}", "{tilecol}": "{x}", "{tilerow}": "{y}"}
"""Place-holders of WMTS templates (OGC 07-057r7, 10.2.1), and what they are here."""

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?\Z")
_HEAD_BYTES, _TILE_TYPE = 127, 99
_KINDS = {1: "vector", 2: "raster", 3: "raster", 4: "raster", 5: "raster"}
"""Tile types of PMTiles 3: MVT, PNG, JPEG, WebP, AVIF."""


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the file."""

    source: str
    reference: Literal["wgs84", "gcj02"]
    attribution: str
    approval: str = ""
    max_zoom: int = 18


class Basemap(msgspec.Struct, frozen=True, kw_only=True):
    """A basemap as the browser is told of it.

    ``kind`` says how to draw it, ``url`` where its tiles are: a template, or the address of the
    whole archive when ``archive``. ``origin`` is the foreign host that pages must be allowed to
    ask, empty for our own; ``file`` the archive we serve, never told.
    """

    kind: str
    url: str
    archive: bool
    reference: str
    attribution: str
    approval: str
    max_zoom: int
    origin: str = ""
    file: Path | None = None

    def told(self) -> dict[str, object]:
        """What the browser gets."""
        hidden = {"origin", "file"}
        return {name: getattr(self, name) for name in self.__struct_fields__ if name not in hidden}


def read_basemap(name: str) -> Basemap | None:
    """The basemap that a file names, or None for an empty name.

    Raises InvalidSetting saying what about the file cannot be used.
    """
    if not name:
        return None
    try:
        named = msgspec.convert(tomllib.loads(Path(name).read_text("utf-8")), _Named)
        return _remote(named) if "://" in named.source else _archive(named, Path(name).parent)
    except (OSError, ValueError) as exc:
        raise InvalidSetting(VARIABLE, name, str(exc)) from exc


def _remote(named: _Named) -> Basemap:
    url = re.sub(r"\{\w+\}", lambda word: _WORDS.get(word[0].lower(), word[0]), named.source)
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if not _ORIGIN.match(origin):
        raise ValueError("`source` needs http:// or https:// and a host without user or spaces")
    if sorted(re.findall(r"\{(\w+)\}", url)) != ["x", "y", "z"]:
        raise ValueError("`source` needs {z} {x} {y}, or {TileMatrix} {TileCol} {TileRow}, once")
    return _basemap(named, kind="raster", url=url, origin=origin)


def _archive(named: _Named, beside: Path) -> Basemap:
    file = (beside / named.source).resolve()
    with file.open("rb") as archive:
        head = archive.read(_HEAD_BYTES)
    if head[:8] != b"PMTiles\x03":
        raise ValueError(f"{file.name} is not a PMTiles archive of version 3")
    kind = _KINDS.get(head[_TILE_TYPE])
    if kind is None:
        raise ValueError(f"{file.name} holds tiles of a type we do not know")
    if kind == "vector" and named.reference != "wgs84":
        raise ValueError("vector tiles are drawn as they are: convert them to wgs84 first")
    return _basemap(named, kind=kind, url="/api/basemap", archive=True, file=file)


def _basemap(
    named: _Named, *, kind: str, url: str, origin: str = "", archive: bool = False,
    file: Path | None = None,
) -> Basemap:  # fmt: skip
    return Basemap(
        kind=kind, url=url, archive=archive, reference=named.reference, origin=origin, file=file,
        attribution=named.attribution, approval=named.approval, max_zoom=named.max_zoom,
    )  # fmt: skip
