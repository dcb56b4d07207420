"""OGC API - Features: what the standard asks for, and who gets what."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from layers.sharing.catalogue import COLLECTIONS
from tests.support.builders import layers as b
from tests.support.streets.shared_street import NOW, Server, a_district, person

pytestmark = pytest.mark.anyio
TWIN = b.a_street("huodian", "jinyuan", each=3)
ITEMS = "/ogc/collections/{}/items"


@pytest.fixture
def server() -> Server:
    return Server([TWIN], [a_district()])


def links(document: Any) -> dict[str, str]:
    """Links by relation; every one is absolute, of this server, and says its type."""
    for link in document["links"]:
        assert link["href"].startswith("http://twin.test/ogc"), link
        assert link["type"]
    return {link["rel"]: link["href"] for link in document["links"]}


async def paged(server: Server, url: str) -> list[dict[str, Any]]:
    """All features from a page on, by its next links."""
    found: list[dict[str, Any]] = []
    while url:
        page = await server.json(url)
        assert page["numberReturned"] == len(page["features"])
        found += page["features"]
        url = links(page).get("next", "")
    return found


@pytest.mark.parametrize("root", ["/ogc", "/ogc/"])
async def test_the_landing_page_leads_to_everything(server: Server, root: str) -> None:
    found = links(await server.json(root))
    assert {"self", "service-desc", "conformance", "data"} <= set(found)
    for relation, href in found.items():
        answer = await server.ask(href)
        declared = next(one for one in (await server.json(root))["links"] if one["rel"] == relation)
        assert (answer.status_code, answer.headers["content-type"]) == (200, declared["type"])


async def test_it_conforms_to_core_geojson_and_oas30(server: Server) -> None:
    classes = (await server.json("/ogc/conformance"))["conformsTo"]
    assert {one.rpartition("/")[2] for one in classes} == {"core", "geojson", "oas30"}


async def test_each_collection_says_what_it_holds_and_every_link_of_it_works(
    server: Server,
) -> None:
    found = (await server.json("/ogc/collections"))["collections"]
    assert [one["id"] for one in found] == list(COLLECTIONS)
    for one in found:
        assert "." not in one["id"]  # clients trip over it
        assert one["itemType"] == "feature"
        assert one["extent"]["spatial"]["bbox"][0][0] <= 113.1
        assert await server.json(f"/ogc/collections/{one['id']}") == one
        for relation, href in links(one).items():
            if relation != "enclosure":
                assert (await server.ask(href)).status_code == 200
        schema = await server.json(links(one)["describedby"])
        fields = {field.name for field in COLLECTIONS[one["id"]].fields}
        assert set(schema["properties"]["properties"]["properties"]) == fields


async def test_the_api_description_names_the_routes_there_are_and_no_other(server: Server) -> None:
    api = await server.json("/ogc/api")
    base = api["servers"][0]["url"].removeprefix("http://twin.test")
    told = {base + path.rstrip("/") for path in api["paths"]}
    there = {route.path for route in _routes(server.routes)}
    patterns = {re.sub(r"\{[^}]*\}", "[^/]+", path).rstrip("/") for path in there}
    patterns -= {"/ogc/[^/]+"}  # the answer to every unknown path
    for path in told:
        assert sum(bool(re.fullmatch(one, path)) for one in patterns) == 1, path
    for one in patterns:
        assert any(re.fullmatch(one, path) for path in told), one
    operations = [row["get"]["operationId"] for row in api["paths"].values()]
    assert len(operations) == len(set(operations))


async def test_the_parameters_described_are_the_parameters_taken(server: Server) -> None:
    values = {"string": "x", "integer": "1", "number": "1", "boolean": "true", "array": "1,1,2,2"}
    own = {"f": "json", "datetime": "2026-11-22T00:00:00Z"}
    for path, row in (await server.json("/ogc/api"))["paths"].items():
        if not path.endswith("/items"):
            continue
        for parameter in row["get"]["parameters"]:
            name = parameter["name"]
            value = own.get(name, values[parameter["schema"]["type"]])
            answer = await server.ask(f"/ogc{path}?{name}={value}")
            assert answer.status_code == 200, (path, name, answer.text)


def _routes(table: Any) -> Any:
    for route in table:
        inner = getattr(route, "original_router", None) or route
        if hasattr(inner, "routes"):
            yield from _routes(inner.routes)
        elif route.path.startswith("/ogc"):
            yield route


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_pages_hold_each_feature_once(server: Server, name: str) -> None:
    whole = await paged(server, ITEMS.format(name) + "?limit=1000")
    turned = await paged(server, ITEMS.format(name) + "?limit=7")
    assert [one["id"] for one in turned] == [one["id"] for one in whole]
    assert len({one["id"] for one in whole}) == len(whole)
    for one in whole[:3]:
        alone = await server.json(f"{ITEMS.format(name)}/{quote(one['id'])}")
        assert links(alone)["self"].endswith(quote(one["id"], safe=""))
        assert {key: alone[key] for key in one} == one
        escaped = await server.json(links(alone)["self"])
        assert escaped["id"] == one["id"]


async def test_pages_lead_back_and_forth(server: Server) -> None:
    second = await server.json(ITEMS.format("devices") + "?limit=10&offset=10&compound=huodian")
    assert second["numberMatched"] == 36
    assert second["timeStamp"] == "2026-11-22T04:00:00Z" and NOW.year == 2026
    first, third = [await server.json(links(second)[name]) for name in ("prev", "next")]
    assert "prev" not in links(first)
    assert len({row["id"] for page in (first, second, third) for row in page["features"]}) == 30


async def test_more_than_a_page_holds_is_capped_not_refused(server: Server) -> None:
    page = await server.json(ITEMS.format("devices") + "?limit=999999999")
    assert page["numberReturned"] == 72


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,nan", "bbox"),
        ("bbox=1,2,3,inf", "bbox"),
        ("bbox=1,2,3,x", "bbox"),
        ("bbox=113,28,114,27", "bbox"),
        ("bbox=11300000,27,11400000,28", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2026-11-22T04:00:00", "datetime"),
        ("datetime=2026-13-01T00:00:00Z", "datetime"),
        ("datetime=2026-11-22T04:00:00Z/2026-11-21T04:00:00Z", "datetime"),
        ("level=high", "level"),
        ("silent=perhaps", "silent"),
        ("nothing=1", "nothing"),
        ("reported_at=2026-11-22T04:00:00Z", "reported_at"),
        ("f=html", "f"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/4490", "crs"),
    ],
)
async def test_what_cannot_be_is_refused_by_name_and_value(
    server: Server, query: str, name: str
) -> None:
    answer = await server.ask(f"{ITEMS.format('devices')}?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == name
    assert answer.json()["value"] == query.rpartition("=")[2]
    assert answer.headers["content-type"] == "application/json"


async def test_no_other_path_takes_a_parameter_it_does_not_know(server: Server) -> None:
    for path in ("/ogc", "/ogc/api", "/ogc/collections", "/ogc/collections/devices"):
        assert (await server.ask(f"{path}?f=json")).status_code == 200
        assert (await server.ask(f"{path}?token=x")).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/ogc/collection", "/ogc/collections/none", "/ogc/collections/none/items",
     "/ogc/collections/none/items/1", "/ogc/collections/none/schema",
     "/ogc/collections/none/queryables", "/ogc/collections/devices/items/none",
     "/ogc/collections/devices/items/"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(server: Server, path: str) -> None:
    answer = await server.ask(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


@pytest.mark.parametrize("path", ["/ogc", "/ogc/api", "/ogc/collections/devices/items?limit=2"])
async def test_head_answers_as_get_does(server: Server, path: str) -> None:
    got, headed = await server.ask(path), await server.ask(path, "HEAD")
    assert headed.status_code == 200
    assert headed.headers["content-type"] == got.headers["content-type"]
    assert headed.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_written(server: Server, method: str) -> None:
    assert (await server.ask(ITEMS.format("devices"), method)).status_code == 405


async def test_a_box_holds_what_meets_it(server: Server) -> None:
    first = (await server.json(ITEMS.format("devices")))["features"][0]
    lon, lat = first["geometry"]["coordinates"]
    url = f"{ITEMS.format('devices')}?bbox={lon},{lat},{lon},{lat}"
    assert first["id"] in [one["id"] for one in (await server.json(url))["features"]]
    heights = f"{ITEMS.format('compounds')}?bbox=113.09,27.7,0,113.11,27.9,100"
    assert [one["id"] for one in (await server.json(heights))["features"]] == ["huodian"]
    across = f"{ITEMS.format('compounds')}?bbox=113.11,27.7,-170,27.9"
    assert [one["id"] for one in (await server.json(across))["features"]] == ["jinyuan"]
    nowhere = await server.json(f"{ITEMS.format('compounds')}?bbox=1,1,2,2")
    assert (nowhere["numberMatched"], nowhere["features"]) == (0, [])


async def test_what_stands_still_is_asked_about_not_sent_again(server: Server) -> None:
    url = ITEMS.format("buildings")
    first = await server.ask(url)
    tag = first.headers["etag"]
    again = await server.ask(url, if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert first.headers["cache-control"] == "private, no-cache"
    server.who = person("viewer")
    assert (await server.ask(url)).headers["etag"] != tag
    other = await server.ask(f"{url}?limit=1", if_none_match=tag)
    assert other.status_code == 200
    assert "etag" not in (await server.ask(ITEMS.format("devices"))).headers


async def test_links_begin_with_the_address_people_know() -> None:
    server = Server([TWIN], public="https://twin.example/dayuan")
    for link in (await server.json("/ogc"))["links"]:
        assert link["href"].startswith("https://twin.example/dayuan/ogc")


async def test_a_broken_host_gets_no_links(server: Server) -> None:
    for host in ("evil.test/x", "a b", '"><script>'):
        assert (await server.ask("/ogc", host=host)).status_code == 400


async def test_people_are_for_those_who_work_on_cases(server: Server) -> None:
    for role, status in (("dispatcher", 200), ("reviewer", 200), ("viewer", 404),
                         ("administrator", 404)):  # fmt: skip
        server.who = person(role)
        assert (await server.ask(ITEMS.format("responders"))).status_code == status
        offered = [one["id"] for one in (await server.json("/ogc/collections"))["collections"]]
        assert ("responders" in offered) == (status == 200)


async def test_divisions_are_there_when_a_district_is(server: Server) -> None:
    found = (await server.json(ITEMS.format("divisions")))["features"]
    assert [one["id"] for one in found] == [b.STREET]
    assert found[0]["properties"]["households"] == 500
    server.who = person("dispatcher", f"{b.COMMUNITY}.huodian")
    found = (await server.json(ITEMS.format("divisions")))["features"]
    assert found[0]["properties"]["households"] is None
    assert (await Server([TWIN]).ask(ITEMS.format("divisions"))).status_code == 404
