"""Everything somebody may see as one file: GeoPackage, or GeoJSON in a zip; recorded first.

The collections are written into a folder, one feature a line, a thousand features at a time; then
the folder is packed. One export at a time: it takes seconds, and as much disk as the file.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from layers.sharing.collection import Asker, Collection
from layers.sharing.index import CollectionCache
from layers.sharing.query import MOST, BadQuery, Query
from pages.answers import problem
from pages.ogc.documents import GEOPACKAGE
from pages.ogc.routes import Sharing, asker_of, exports
from twin.errors import InvalidTerritory
from twin.places.territory import contains, covers, parse

Pack = Callable[[Path, Path], Awaitable[bool]]
"""(folder, file): make the folder's collections a GeoPackage; whether it worked."""
Record = Callable[[str, Sequence[str], str], Awaitable[None]]
"""(who, their territories, what): write down that it is taken away."""
MOST_REASON = 200
MOST_FEATURES = 2_000_000
"""Of one collection; more is another kind of undertaking than a download."""
_encoder = msgspec.json.Encoder()
_PARAMETERS = ("format", "collections", "territory", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is to be taken away: as whom, which collections, in which form, what for."""

    asker: Asker
    collections: tuple[Collection, ...]
    form: str = "gpkg"
    reason: str = ""

    @property
    def words(self) -> str:
        """What the record says of it."""
        names = ",".join(one.id for one in self.collections)
        where = ",".join(self.asker.prefixes)
        return f"{self.form} of {where}: {names}{f' ({self.reason})' if self.reason else ''}"


class Exporting:
    """``/ogc/export``. ``record`` writes down who takes what away."""

    def __init__(self, sharing: Sharing, pack: Pack, record: Record) -> None:
        self._sharing = sharing
        self._pack = pack
        self._record = record
        self._busy = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The file; 403 for those who may not, 400 for a wish that cannot be, 503 while busy."""
        person = request.scope["person"]
        asker = asker_of(person)
        if not exports(asker):
            return problem(403, "Forbidden", "for dispatchers and administrators")
        wish = read(request.query_params.multi_items(), asker, self._sharing.offered(asker))
        if request.method == "HEAD":  # how long it would be, nobody knows before it is made
            answer = Response(None, 200, media_type=FORMS[wish.form].media)
            del answer.headers["content-length"]
            return answer
        if self._busy.locked():
            words = "another export is being made, try again"
            return problem(503, "Busy", words, headers={"retry-after": "10"})
        async with self._busy:
            await self._record(person.name, person.prefixes, wish.words)
            return await self._file(wish)

    async def _file(self, wish: ExportRequest) -> Response:
        form, folder = FORMS[wish.form], Path(tempfile.mkdtemp(prefix="dayuan-export-"))
        remove = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        target = folder / f"dayuan{form.suffix}"
        try:
            made = await write(self._sharing.shelf, wish, folder, target, self._pack)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if not made:
            await remove()
            return problem(500, "Failed", "the file could not be made; the log says why")
        return FileResponse(target, media_type=form.media, filename=target.name, background=remove)


def read(
    given: Sequence[tuple[str, str]], asker: Asker, offered: Sequence[Collection]
) -> ExportRequest:
    """What a request wants to take away. Raises BadQuery naming parameter and value."""
    asked: dict[str, str] = {}
    for name, value in given:
        if name not in _PARAMETERS or name in asked:
            reason = "given twice" if name in asked else f"there are {', '.join(_PARAMETERS)}"
            raise BadQuery(name, value, reason)
        asked[name] = value
    form = asked.get("format", "gpkg")
    if form not in FORMS:
        raise BadQuery("format", form, f"one of {', '.join(FORMS)}")
    reason = asked.get("reason", "")
    if len(reason) > MOST_REASON:
        raise BadQuery("reason", reason, f"at most {MOST_REASON} characters")
    return ExportRequest(
        asker=narrowed(asker, asked.get("territory", "")),
        collections=_chosen(asked.get("collections", ""), offered),
        form=form,
        reason=reason,
    )


def narrowed(asker: Asker, path: str) -> Asker:
    """The asker with sight of a territory alone; of what they see of it, when not of all.

    Raises BadQuery for no path, and alike for one of which they see nothing.
    """
    if not path:
        return asker
    try:
        parse(path)
    except InvalidTerritory as exc:
        raise BadQuery("territory", path, "not a territory path") from exc
    inside = tuple(prefix for prefix in asker.prefixes if contains(path, prefix))
    prefixes = (path,) if covers(asker.prefixes, path) else inside
    if not prefixes:
        raise BadQuery("territory", path, "nothing there")
    return replace(asker, prefixes=prefixes)


def _chosen(words: str, offered: Sequence[Collection]) -> tuple[Collection, ...]:
    if not words:
        return tuple(offered)
    by_id = {one.id: one for one in offered}
    for name in words.split(","):
        if name not in by_id:
            raise BadQuery("collections", name, f"there are {', '.join(by_id)}")
    return tuple(by_id[name] for name in dict.fromkeys(words.split(",")))


# --- files ------------------------------------------------------------------------------------


async def write(
    shelf: CollectionCache, wish: ExportRequest, folder: Path, target: Path, pack: Pack
) -> bool:
    """Write what is wished for into ``target``, by way of files in ``folder``; whether it worked.

    A single collection as GeoJSON may be a bare file: a target that does not end in ``.zip``.
    """
    schema = [_table(one) for one in wish.collections]
    await asyncio.to_thread((folder / "schema.json").write_bytes, _encoder.encode(schema))
    for one in wish.collections:
        await _collection(shelf, one, wish.asker, folder / f"{one.id}.geojson")
    return await FORMS[wish.form].make(folder, target, pack)


def _table(one: Collection) -> dict[str, Any]:
    """What the packer must know of a collection."""
    return {
        "id": one.id,
        "title": one.title,
        "about": one.about,
        "shape": one.shape,
        "fields": [{"name": f.name, "kind": f.kind, "words": f.words} for f in one.fields],
    }


async def _collection(shelf: CollectionCache, one: Collection, asker: Asker, path: Path) -> None:
    """A collection as one GeoJSON file (RFC 7946), a line for each feature."""
    head = {"type": "FeatureCollection", "name": one.id, "crs": _CRS}
    opening = _encoder.encode(head).removesuffix(b"}") + b',"features":[\n'
    query, first = Query(limit=MOST), True
    with path.open("wb") as file:
        file.write(opening)
        while query.offset < MOST_FEATURES:
            page = await shelf.page(one, asker, query)
            features = await shelf.features(one, asker, page.rows)
            lines = await asyncio.to_thread(_lines, features)
            if lines:
                file.write(lines if first else b",\n" + lines)
                first = False
            if not page.more:
                break
            query = _next(one, query, page.rows[-1].id)
        file.write(b"\n]}\n")


_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def _next(one: Collection, query: Query, last: str) -> Query:
    if one.moving:
        return replace(query, after=last)
    return replace(query, offset=query.offset + MOST)


def _lines(features: Sequence[dict[str, Any]]) -> bytes:
    return b",\n".join(map(_encoder.encode, features))


async def _zipped(folder: Path, target: Path, _: Pack) -> bool:
    """The folder's files as a zip; a bare file when the target is one."""

    def make() -> None:
        files = sorted(folder.glob("*.geojson"))
        if target.suffix != ".zip":
            (only,) = (file for file in files if file != target)
            shutil.copyfile(only, target)
            return
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.name)

    await asyncio.to_thread(make)
    return True


async def _packed(folder: Path, target: Path, pack: Pack) -> bool:
    return await pack(folder, target)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of file: what it is called, and how a folder becomes one."""

    suffix: str
    media: str
    make: Callable[[Path, Path, Pack], Awaitable[bool]]


FORMS: dict[str, Form] = {
    "gpkg": Form(".gpkg", GEOPACKAGE, _packed),
    "geojson": Form(".zip", "application/zip", _zipped),
}
