"""``/ogc``: OGC API - Features for whoever may come in, each answer filtered by territory.

Read-only. What stands still carries an ETag that changes with the places and with what the asker
may see; what lives is never kept by anybody on the way.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from layers.places.compound import PlacesView
from layers.sharing.catalogue import offered
from layers.sharing.collection import Asker, Collection, feature
from layers.sharing.index import CollectionCache, Page
from layers.sharing.query import BadQuery, Query, read
from pages.answers import json, problem
from pages.door.guard import Person
from pages.ogc import documents
from pages.ogc.documents import GEOJSON, JSON, ROOT, SCHEMA
from twin.commands.table import may

AT_ONCE = 4
"""Requests for features worked on at the same time; further ones wait their turn."""
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_METHODS = ["GET", "HEAD"]
_encoder = msgspec.json.Encoder()
Answering = Callable[..., Awaitable[Response]]


def asker_of(person: Person) -> Asker:
    """How collections know a person; viewers get redacted content."""
    return Asker(tuple(person.prefixes), person.role == "viewer", person.role)


class Sharing:
    """The answers. ``public`` is the address people know us by, when a proxy stands before us."""

    def __init__(
        self,
        shelf: CollectionCache,
        places: PlacesView,
        now: Callable[[], datetime],
        public: str = "",
    ) -> None:
        self.shelf = shelf
        self._places = places
        self._now = now
        self._public = public.rstrip("/")
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._districts = hashlib.sha256(msgspec.json.encode(shelf.world.districts)).hexdigest()

    def base(self, request: Request) -> str:
        """The address of ``/ogc`` as the asker reaches it. Raises BadQuery for a broken Host."""
        host = request.headers.get("host", "")
        if self._public:
            return self._public + ROOT
        if not _HOST.fullmatch(host):
            raise BadQuery("Host", host, "not a host")
        return f"{request.url.scheme}://{host}{ROOT}"

    def offered(self, asker: Asker) -> list[Collection]:
        """The collections somebody may see; divisions only where a district is loaded."""
        whole = bool(self.shelf.world.districts)
        return [one for one in offered(asker) if whole or one.id != "divisions"]

    def find(self, asker: Asker, name: str) -> Collection | None:
        """A collection somebody may see, or None."""
        return next((one for one in self.offered(asker) if one.id == name), None)

    async def landing(self, request: Request) -> Response:
        """``/ogc``."""
        return json(documents.landing(self.base(request)))

    async def conformance(self, request: Request) -> Response:
        """``/ogc/conformance``."""
        return json(documents.conformance())

    async def api(self, request: Request) -> Response:
        """``/ogc/api``: OpenAPI 3.0."""
        asker = _asker(request)
        content = documents.openapi(self.base(request), self.offered(asker), exports(asker))
        return json(content, type_=documents.OPENAPI)

    async def collections(self, request: Request) -> Response:
        """``/ogc/collections``."""
        asker = _asker(request)
        bounds = await self.shelf.bounds(asker)
        found = self.offered(asker)
        return json(documents.collections(self.base(request), found, bounds, exports(asker)))

    async def collection(self, request: Request, name: str) -> Response:
        """``/ogc/collections/{name}``."""
        asker = _asker(request)
        if (one := self.find(asker, name)) is None:
            return _no_collection()
        bounds = await self.shelf.bounds(asker)
        return json(documents.collection(self.base(request), one, bounds, exports(asker)))

    async def described(
        self, request: Request, name: str, describe: Callable[[str, Collection], Any]
    ) -> Response:
        """``/ogc/collections/{name}/schema``, ``.../queryables``."""
        if (one := self.find(_asker(request), name)) is None:
            return _no_collection()
        return json(describe(self.base(request), one), type_=SCHEMA)

    async def items(self, request: Request, name: str) -> Response:
        """``/ogc/collections/{name}/items``."""
        asker = _asker(request)
        if (one := self.find(asker, name)) is None:
            return _no_collection()
        given = request.query_params.multi_items()
        query, base = read(one, given), self.base(request)
        kept = self._kept(request, one, asker)
        if kept and _known(request, kept["etag"]):
            return Response(None, 304, kept)
        async with self._turn:
            page = await self.shelf.page(one, asker, query)
            features = await self.shelf.features(one, asker, page.rows)
            head = {
                "type": "FeatureCollection",
                "links": _page_links(base, one, query, given, page),
                "timeStamp": self._now(),
                "numberMatched": page.matched,
                "numberReturned": len(page.rows),
                "features": features,
            }
            body = await asyncio.to_thread(_encoder.encode, head)
        return Response(body, 200, kept, GEOJSON)

    async def item(self, request: Request, name: str, fid: str) -> Response:
        """``/ogc/collections/{name}/items/{fid}``."""
        asker = _asker(request)
        if (one := self.find(asker, name)) is None:
            return _no_collection()
        base = self.base(request)
        row = await self.shelf.one(one, asker, fid)
        if row is None:
            return problem(404, "NotFound", "no such feature")
        kept = self._kept(request, one, asker)
        if kept and _known(request, kept["etag"]):
            return Response(None, 304, kept)
        found = feature(one, row, asker) | {"links": documents.item_links(base, one, row.id)}
        return Response(_encoder.encode(found), 200, kept, GEOJSON)

    def _kept(self, request: Request, one: Collection, asker: Asker) -> dict[str, str] | None:
        """Headers for what stands still: a tag of the places, the asker's view and the address."""
        if one.live:
            return None
        seen = self._places.seen(asker.prefixes)
        versions = [self._places.version(place, asker.prefixes, asker.masked) for place in seen]
        parts = (versions, self._districts, asker.prefixes, asker.role, str(request.url))
        tag = hashlib.sha256(_encoder.encode(parts)).hexdigest()[:20]
        # Weak: the time stamp differs. Asked about each time, for an account may change meanwhile.
        return {"etag": f'W/"{tag}"', "cache-control": "private, no-cache"}


def exports(asker: Asker) -> bool:
    """Whether somebody may fetch everything as a file."""
    return may(asker.role, "export")


def router(sharing: Sharing, export: Answering) -> APIRouter:
    """Every route below ``/ogc``; ``export`` answers ``/ogc/export``."""
    routes = APIRouter()

    async def schema(request: Request, name: str) -> Response:
        return await sharing.described(request, name, documents.schema)

    async def queryables(request: Request, name: str) -> Response:
        return await sharing.described(request, name, documents.queryables)

    async def collection(request: Request, name: str) -> Response:
        return await sharing.collection(request, name)

    async def items(request: Request, name: str) -> Response:
        return await sharing.items(request, name)

    async def item(request: Request, name: str, fid: str) -> Response:
        return await sharing.item(request, name, fid)

    async def unknown(request: Request, rest: str) -> Response:
        return problem(404, "NotFound", "no such path")

    def add(path: str, answering: Answering, *parameters: str, any_: bool = False) -> None:
        known = None if any_ else frozenset(parameters or ("f",))
        routes.add_api_route(ROOT + path, _refusing(answering, known), methods=_METHODS)

    add("", sharing.landing)
    add("/", sharing.landing)
    add("/conformance", sharing.conformance)
    add("/api", sharing.api)
    add("/collections", sharing.collections)
    add("/collections/{name}", collection)
    add("/collections/{name}/schema", schema)
    add("/collections/{name}/queryables", queryables)
    add("/collections/{name}/items", items, any_=True)
    add("/collections/{name}/items/{fid:path}", item)
    add("/export", export, any_=True)
    add("/{rest:path}", unknown, any_=True)
    return routes


def _refusing(answering: Answering, known: frozenset[str] | None) -> Answering:
    """The same answer, 400 for a parameter that cannot be, and no answer kept for somebody else.

    ``known`` are the parameters of the path; None leaves them to the answer itself.
    """

    async def answer(request: Request) -> Response:
        try:
            if known is not None:
                for name, value in request.query_params.multi_items():
                    if name not in known:
                        raise BadQuery(name, value, "no such parameter here")
            told = await answering(request, **request.path_params)
        except BadQuery as bad:
            told = problem(
                400, "InvalidParameterValue", str(bad),
                about={"parameter": bad.name, "value": bad.value},
            )  # fmt: skip
        told.headers.append("vary", "authorization, cookie")
        return told

    return answer


def _page_links(
    base: str, one: Collection, query: Query, given: Iterable[tuple[str, str]], page: Page
) -> list[dict[str, Any]]:
    here = f"{base}/collections/{one.id}"
    asked = dict(given)

    def turned(**changes: str | int | None) -> str:
        """The same request with some parameters changed; None leaves one out."""
        words = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"{here}/items?{urlencode(words, quote_via=quote)}" if words else f"{here}/items"

    links = [
        documents.link(turned(), "self", GEOJSON, "this page"),
        documents.link(here, "collection", JSON, one.title),
    ]
    if page.more:
        onward: dict[str, str | int | None] = {"offset": query.offset + query.limit}
        if one.moving or query.after:
            onward = {"offset": None, "after": page.rows[-1].id}
        following = turned(**onward, limit=query.limit)
        links.append(documents.link(following, "next", GEOJSON, "next page"))
    if query.offset and not query.after:
        back = turned(offset=max(0, query.offset - query.limit), limit=query.limit)
        links.append(documents.link(back, "prev", GEOJSON, "page before"))
    return links


def _no_collection() -> Response:
    return problem(404, "NotFound", "no such collection")


def _asker(request: Request) -> Asker:
    return asker_of(request.scope["person"])


def _known(request: Request, tag: str) -> bool:
    """Whether the asker has this version already (RFC 9110, 13.1.2: compared weakly)."""
    given = request.headers.get("if-none-match", "")
    tags = {word.strip().removeprefix("W/") for word in given.split(",")}
    return given.strip() == "*" or tag.removeprefix("W/") in tags
