"""Tiles, outlines and the basemap over HTTP: who may have which, and for how long it stays good.

A set of tiles is one file for everybody who may have it, so it is given or not as a whole: the
ground of a district to whoever sees anything in that district, the set of a street to those who
see the whole street. Who sees less has a few compounds, and gets those from ``/api/places``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from layers.places.compound import PlacesView
from layers.places.outlines import Outlines
from pages import answers
from pages.api.basemap import Basemap
from pages.door.asker import Asker
from twin.places.model import District
from twin.places.territory import covers, touches

INDEX = "index.json"
_TYPE = "application/vnd.pmtiles"
_FOREVER = "private, max-age=31536000, immutable"
_AN_HOUR = "private, max-age=3600"


@dataclass(frozen=True, slots=True)
class TileFolder:
    """What this server has to give beside the compounds themselves.

    ``folder`` holds the sets and their index (``geodata/tiles.py``); None, or an index that does
    not exist yet, is a shelf without sets.
    """

    folder: Path | None
    districts: Sequence[District]
    basemap: Basemap | None

    def sets(self, prefixes: Sequence[str]) -> list[dict[str, Any]] | None:
        """The sets an account may have, or None while no index was written. Reads a small file."""
        try:
            content = (self.folder / INDEX).read_bytes() if self.folder else b""
            index = msgspec.json.decode(content)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return [one for one in index["sets"] if given(prefixes, one["territory"])]

    def find(self, prefixes: Sequence[str], file: str) -> Path | None:
        """A set's file by its name, of this index or the one before, if the account may have it."""
        territory, dash, _ = file.rpartition("-")
        if not (self.folder and dash and file.endswith(".pmtiles") and "/" not in file):
            return None
        path = self.folder / file
        return path if given(prefixes, territory) and path.is_file() else None


def given(prefixes: Sequence[str], territory: str) -> bool:
    """Whether a set is given to an account: a district's ground is public in the district."""
    return (covers if "." in territory else touches)(prefixes, territory)


def router(shelf: TileFolder, places: PlacesView) -> APIRouter:
    """``/api/tiles``, ``/api/outlines`` and ``/api/basemap``."""
    routes = APIRouter()
    outlines = Outlines(shelf.districts, places.compounds.values())

    @routes.get("/api/tiles")
    async def listed(who: Asker) -> Response:
        sets = await asyncio.to_thread(shelf.sets, who.prefixes)
        basemap = shelf.basemap.told() if shelf.basemap else None
        return answers.json({"ready": sets is not None, "sets": sets or [], "basemap": basemap})

    @routes.get("/api/tiles/{file}")
    async def tiles(who: Asker, request: Request, file: str) -> Response:
        found = await asyncio.to_thread(shelf.find, who.prefixes, file)
        if found is None:
            raise answers.unknown("tiles")
        return _part(request, found, file, _FOREVER)

    @routes.get("/api/outlines")
    async def outlined(who: Asker) -> Response:
        body = await asyncio.to_thread(outlines.told, who.prefixes)
        return Response(body, media_type="application/json")

    @routes.get("/api/basemap")
    async def basemap(request: Request) -> Response:
        file = shelf.basemap.file if shelf.basemap else None
        if file is None:
            raise answers.unknown("tiles")
        stamp = (await asyncio.to_thread(file.stat)).st_mtime_ns
        return _part(request, file, f"{stamp:x}", _AN_HOUR)

    return routes


def _part(request: Request, file: Path, tag: str, keep: str) -> Response:
    """The whole file or the range asked for (206), or 304 to whoever has it already."""
    headers = {"etag": f'"{tag}"', "cache-control": keep}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(file, headers=headers, media_type=_TYPE)
