"""What the OGC API says about itself: landing page, conformance, collections, schemas, OpenAPI.

After OGC API - Features Part 1 (OGC 17-069r4). Every link is absolute: QGIS resolves no relative
ones. There is no contact object, for an incomplete one makes clients refuse the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from layers.sharing.collection import Collection, Field
from layers.sharing.query import DEFAULT_LIMIT, MOST
from pages.answers import SHARED

ROOT = SHARED
TITLE = "大院 Dayuan"
ABOUT = "A live digital twin of residential compounds: places, devices, alarms, cases."
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
GEOPACKAGE = "application/geopackage+sqlite3"
CONFORMS_TO = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "oas30", "geojson")
)
Document = dict[str, Any]
Bounds = Sequence[float] | None


def link(href: str, rel: str, type_: str, title: str) -> Document:
    """A link, as every document carries them."""
    return {"href": href, "rel": rel, "type": type_, "title": title}


def landing(base: str) -> Document:
    """The front page of the API at ``base``, the address of ``/ogc``."""
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            link(base, "self", JSON, "this document"),
            link(f"{base}/api", "service-desc", OPENAPI, "the API"),
            link(f"{base}/conformance", "conformance", JSON, "what it conforms to"),
            link(f"{base}/collections", "data", JSON, "the collections"),
        ],
    }


def conformance() -> Document:
    """The conformance classes."""
    return {"conformsTo": CONFORMS_TO}


def collections(
    base: str, offered: Iterable[Collection], bounds: Bounds, exports: bool
) -> Document:
    """The list of collections somebody may see, with what encloses them."""
    return {
        "links": [link(f"{base}/collections", "self", JSON, "this document")],
        "collections": [collection(base, one, bounds, exports) for one in offered],
    }


def collection(base: str, one: Collection, bounds: Bounds, exports: bool) -> Document:
    """One collection; ``exports`` adds where the whole of it can be fetched at once."""
    here = f"{base}/collections/{one.id}"
    links = [
        link(here, "self", JSON, one.title),
        link(f"{here}/items", "items", GEOJSON, one.title),
        link(f"{here}/schema", "describedby", SCHEMA, "its fields"),
        link(f"{here}/queryables", QUERYABLES, SCHEMA, "fields to ask for by equality"),
    ]
    if exports:
        whole = f"{base}/export?collections={one.id}&format=gpkg"
        links.append(link(whole, "enclosure", GEOPACKAGE, "all of it as GeoPackage"))
    extent: Document = {}
    if bounds is not None:
        extent["spatial"] = {"bbox": [bounds], "crs": CRS84}
    if one.time:
        extent["temporal"] = {"interval": [[None, None]], "trs": GREGORIAN}
    return {
        "id": one.id,
        "title": one.title,
        "description": one.about,
        "itemType": "feature",
        "crs": [CRS84],
        "extent": extent,
        "links": links,
    }


def item_links(base: str, one: Collection, name: str) -> list[Document]:
    """The links of a single feature; its id may hold any character."""
    here = f"{base}/collections/{one.id}"
    return [
        link(f"{here}/items/{quote(name, safe='')}", "self", GEOJSON, name),
        link(here, "collection", JSON, one.title),
    ]


# --- schemas ----------------------------------------------------------------------------------

_TYPES: Mapping[str, Document] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
}


def schema(base: str, one: Collection) -> Document:
    """A feature of the collection as JSON Schema.

    It describes the whole GeoJSON feature with one plain type for each property, for that is what
    GDAL reads types from; any property may be ``null``.
    """
    feature = {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"title": one.shape, "format": f"geometry-{one.shape.lower()}"},
        "properties": {"type": "object", "properties": _properties(one.fields)},
    }
    return _described(f"{base}/collections/{one.id}/schema", one, feature)


def queryables(base: str, one: Collection) -> Document:
    """The fields of a collection that can be asked for by equality, as JSON Schema."""
    fields = [field for field in one.fields if field.queryable]
    return _described(f"{base}/collections/{one.id}/queryables", one, _properties(fields))


def _described(here: str, one: Collection, properties: Document) -> Document:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": here,
        "type": "object",
        "title": one.title,
        "description": one.about,
        "properties": properties,
    }


def _properties(fields: Iterable[Field]) -> Document:
    return {field.name: _property(field) for field in fields}


def _property(field: Field) -> Document:
    return {"title": field.name, "description": field.words, **_TYPES[field.kind]}


# --- OpenAPI ----------------------------------------------------------------------------------


def openapi(base: str, offered: Sequence[Collection], exports: bool) -> Document:
    """The API as OpenAPI 3.0, with each collection's own parameters."""
    paths: Document = {
        "/": _get("landing page", "landing", JSON),
        "/conformance": _get("conformance classes", "conformance", JSON),
        "/api": _get("this document", "api", OPENAPI),
        "/collections": _get("the collections", "collections", JSON),
    }
    for one in offered:
        paths |= _collection_paths(one)
    if exports:
        paths["/export"] = _get("everything as a file", "export", GEOPACKAGE, _EXPORT)
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "description": ABOUT, "version": "1.0.0"},
        "servers": [{"url": base}],
        "security": [{"bearer": []}, {"basic": []}, {"session": []}],
        "paths": paths,
        "components": {"securitySchemes": _SECURITY, "schemas": {"exception": _EXCEPTION}},
    }


def _collection_paths(one: Collection) -> Document:
    here = f"/collections/{one.id}"
    fields = [_parameter(f.name, f.words, _TYPES[f.kind]) for f in one.fields if f.queryable]
    feature = {
        "name": "featureId", "in": "path", "required": True, "schema": {"type": "string"},
    }  # fmt: skip
    return {
        here: _get(one.title, f"{one.id}", JSON),
        f"{here}/schema": _get("its fields", f"{one.id}.schema", SCHEMA),
        f"{here}/queryables": _get("fields to ask for", f"{one.id}.queryables", SCHEMA),
        f"{here}/items": _get(one.about, f"{one.id}.items", GEOJSON, (*_ITEMS, *fields)),
        f"{here}/items/{{featureId}}": _get(
            "one feature", f"{one.id}.item", GEOJSON, (feature,), missing=True
        ),
    }


def _get(
    words: str, operation: str, type_: str, parameters: Iterable[Document] = (), *,
    missing: bool = False,
) -> Document:  # fmt: skip
    exception = {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}
    refused = {"400": "a parameter that cannot be", "401": "who asks?", "429": "locked for now"}
    refused |= {"404": "no such feature"} if missing else {}
    return {
        "get": {
            "summary": words,
            "operationId": operation,
            "parameters": [*parameters, _FORMAT],
            "responses": {
                "200": {"description": words, "content": {type_: {"schema": {"type": "object"}}}},
                **{
                    code: {"description": why, "content": exception}
                    for code, why in refused.items()
                },
            },
        }
    }


def _parameter(name: str, words: str, schema: Document, **more: Any) -> Document:
    return {
        "name": name, "in": "query", "required": False, "description": words, "schema": schema,
        **more,
    }  # fmt: skip


_LIST = {"style": "form", "explode": False}
_FORMAT = _parameter("f", "json is all there is", {"type": "string", "enum": ["json", "geojson"]})
_ITEMS = (
    _parameter(
        "limit", f"features on a page; more than {MOST} count as {MOST}",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}, **_LIST,
    ),
    _parameter("offset", "features to skip", {"type": "integer", "minimum": 0, "default": 0}),
    _parameter("after", "id of the feature before the first", {"type": "string"}),
    _parameter(
        "bbox", "west,south,east,north in degrees, WGS-84",
        {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}, **_LIST,
    ),
    _parameter(
        "datetime", "an RFC 3339 instant, or an interval: 2026-11-22T04:00:00Z/..",
        {"type": "string"}, **_LIST,
    ),
)  # fmt: skip
_EXPORT = (
    _parameter("format", "gpkg, or geojson in a zip", {"type": "string",
               "enum": ["gpkg", "geojson"], "default": "gpkg"}),
    _parameter("collections", "ids separated by commas; all unless given", {"type": "string"}),
    _parameter("territory", "only what lies in this path", {"type": "string"}),
    _parameter("reason", "what it is for; kept in the record", {"type": "string"}),
)  # fmt: skip
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "dayuan_session"},
}
_EXCEPTION = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}
