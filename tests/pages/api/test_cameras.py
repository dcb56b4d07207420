"""Cameras over HTTP: seen by whom, shown for which purpose, placed by whom and how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from feeds.access.accounts import Account
from feeds.streams.link import client_from_url
from geodata import store
from geodata.importing import history
from tests.support.builders.places import a_camera, a_place, at
from tests.support.builders.twin import HUODIAN
from tests.support.web_role import WebRole, open_web_role
from twin.places.model import Compound, Grid, Lens
from twin.places.territory import street_of

pytestmark = pytest.mark.anyio

STREET = street_of(HUODIAN)
VIDEO = "https://video.example:8443"
CAMERA = "/api/cameras/huodian/camera/1"
CHEN = Account(name="chenmin", display="陈敏", role="dispatcher", prefixes=(STREET,))
GUEST = Account(name="guest", display="访客", role="viewer", prefixes=(STREET,))
ADMIN = Account(name="admin", display="管理员", role="administrator", prefixes=(STREET,))
FAR = Account(name="far", display="远", role="administrator", prefixes=("lusong.jianning",))


def place() -> Compound:
    return a_place(
        devices=(
            a_camera(1, 50, 5, 180.0, lens=Lens(stream=f"{VIDEO}/1.jpg", stream_kind="still")),
            a_camera(2, 0, 60, 0.0, lens=Lens(stream="https://other.example/2", stream_kind="hls")),
        )
    )


@pytest.fixture
def places(tmp_path: Path) -> Path:
    store.save(tmp_path / "places", place())
    return tmp_path / "places"


@pytest.fixture
async def house(valkey_url: str, places: Path) -> AsyncIterator[WebRole]:
    more = {"edit": partial(history.edit, places), "stream_origins": (VIDEO,)}
    async with open_web_role(valkey_url, {STREET: [place()]}, more=more) as opened:
        yield opened


async def ask(
    house: WebRole, account: Account, method: str, url: str, body: object = None
) -> tuple[int, Any]:
    async with house.browser(await house.admit(account)) as browser:
        found: httpx.Response = await browser.request(method, url, json=body)
        return found.status_code, found.json()


async def written(url: str, *types: str) -> list[dict[str, Any]]:
    """The operations of these types in the street's stream, as JSON."""
    async with client_from_url(url) as client:
        entries = await client.xrange(f"dayuan:{{{STREET}}}:operations")
    rows = [msgspec.json.decode(fields[b"e"]) for _, fields in entries]
    return [row for row in rows if row["type"] in types]


async def test_a_camera_is_told_without_its_stream(house: WebRole) -> None:
    status, told = await ask(house, GUEST, "GET", CAMERA)
    assert status == 200 and "video.example" not in str(told)
    assert (told["purposes"], told["stream_allowed"], told["working"]) == ([], True, False)
    assert (await ask(house, CHEN, "GET", f"{CAMERA}?session=no"))[0] == 404
    for account, url in ((FAR, CAMERA), (CHEN, "/api/cameras/huodian/gate/1")):
        assert (await ask(house, account, "GET", url))[0] == 404


async def test_a_stream_is_given_for_a_purpose_and_that_is_written_down_first(
    house: WebRole, valkey_url: str
) -> None:
    status, told = await ask(house, CHEN, "POST", f"{CAMERA}/view", {"purpose": "patrol"})
    assert (status, told) == (200, {"stream": f"{VIDEO}/1.jpg", "kind": "still"})
    (event,) = await written(valkey_url, "camera.viewed")
    assert (event["by"], event["subject"], event["data"]["purpose"]) == (
        "chenmin", "huodian/camera/1", "patrol",
    )  # fmt: skip
    assert "video.example" not in str(event)


@pytest.mark.parametrize(
    ("account", "camera", "body", "status"),
    [
        (GUEST, 1, {"purpose": "patrol"}, 403),
        (CHEN, 1, {"purpose": "curiosity"}, 422),
        (CHEN, 1, {"purpose": "patrol", "face": 1}, 422),
        (CHEN, 1, {"purpose": "incident", "incident": "INC-9"}, 404),
        (CHEN, 2, {"purpose": "patrol"}, 409),
        (FAR, 1, {"purpose": "patrol"}, 404),
    ],
)
async def test_otherwise_nothing_is_given(
    house: WebRole, valkey_url: str, account: Account, camera: int, body: Any, status: int
) -> None:
    url = f"/api/cameras/huodian/camera/{camera}/view"
    answered, told = await ask(house, account, "POST", url, body)
    assert answered == status and "example" not in str(told)
    assert await written(valkey_url, "camera.viewed") == []


async def test_pages_may_fetch_pictures_from_the_origins_named_and_no_others(
    house: WebRole,
) -> None:
    async with house.browser(await house.admit(CHEN)) as browser:
        policy = (await browser.get("/console")).headers["content-security-policy"]
    for part in ("img-src 'self' data: blob:", "frame-src 'self'", "connect-src 'self'"):
        assert f"{part} {VIDEO};" in policy
    assert f"media-src 'self' {VIDEO} blob:;" in policy and "other.example" not in policy
    assert policy.count(VIDEO) == 4


async def test_where_no_origins_are_named_pages_fetch_from_us_alone(valkey_url: str) -> None:
    async with open_web_role(valkey_url, {STREET: [place()]}) as house:
        async with house.browser(await house.admit(CHEN)) as browser:
            policy = (await browser.get("/console")).headers["content-security-policy"]
    for part in ("media-src", "frame-src", "connect-src"):
        assert f"{part} 'self';" in policy


async def test_an_administrator_places_a_camera_on_disk(
    house: WebRole, valkey_url: str, places: Path
) -> None:
    wish = {"height_m": 6.0, "azimuth_deg": 200}
    status, told = await ask(house, ADMIN, "PUT", CAMERA, wish)
    assert (status, told["changed"]) == (200, ["height_m", "azimuth_deg"])
    (saved,) = store.load(places)
    assert (saved.devices[0].height_m, saved.devices[0].azimuth_deg) == (6.0, 200.0)
    assert saved.devices[0].lens == place().devices[0].lens
    (event,) = await written(valkey_url, "camera.placed")
    assert (event["by"], event["data"]["changed"]) == ("admin", ["height_m", "azimuth_deg"])
    history.History(places, "huodian").undo("admin", HUODIAN)
    assert store.load(places) == [place()]
    await ask(house, ADMIN, "PUT", CAMERA, wish)
    assert len(await written(valkey_url, "camera.placed")) == 2
    assert (await ask(house, ADMIN, "PUT", CAMERA, wish))[1]["changed"] == []
    assert len(await written(valkey_url, "camera.placed")) == 2


async def test_two_changes_at_once_both_count(house: WebRole, places: Path) -> None:
    async with house.browser(await house.admit(ADMIN)) as browser:
        await asyncio.gather(
            browser.put(CAMERA, json={"height_m": 6.0}),
            browser.put("/api/cameras/huodian/camera/2", json={"height_m": 7.0}),
        )
    (saved,) = store.load(places)
    assert [device.height_m for device in saved.devices] == [6.0, 7.0]


async def test_a_camera_that_looks_into_homes_is_not_saved_and_that_is_written_down(
    house: WebRole, valkey_url: str, places: Path
) -> None:
    near = {"lonlat": at(50, 17.5), "azimuth_deg": 0.0}
    status, told = await ask(house, ADMIN, "PUT", CAMERA, near)
    assert (status, told["error"]) == (422, "privacy")
    (facade,) = told["detail"]["facades"]
    assert facade["name"] == "b1" and "b1" in told["reason"]
    assert store.load(places) == [place()]
    (event,) = await written(valkey_url, "command.refused")
    assert event["data"]["outcome"] == "privacy" and "b1" in event["data"]["detail"]
    lens = {"masks": [[facade["from_deg"], facade["to_deg"]]]}
    assert (await ask(house, ADMIN, "PUT", CAMERA, {**near, "lens": lens}))[0] == 200


@pytest.mark.parametrize(
    ("account", "body", "status"),
    [(CHEN, {"height_m": 5}, 403), (FAR, {"height_m": 5}, 404), (ADMIN, {"height_m": -5}, 422),
     (ADMIN, [], 422), (ADMIN, {"lonlat": [0, 0]}, 422), (ADMIN, {"name": "x" * 9000}, 422)],
)  # fmt: skip
async def test_nobody_else_and_nothing_else_is_saved(
    house: WebRole, places: Path, account: Account, body: Any, status: int
) -> None:
    assert (await ask(house, account, "PUT", CAMERA, body))[0] == status
    assert store.load(places) == [place()]


async def test_coverage_counts_what_works_and_shows_what_is_lost(house: WebRole) -> None:
    status, told = await ask(house, CHEN, "GET", "/api/coverage/huodian")
    assert (status, told["cameras"], told["seen"]) == (200, 2, 0.0)
    assert told["dark"] == ["huodian/camera/1", "huodian/camera/2"]
    wrong = {"huodian?edition=1999": 422, "nowhere": 404, "huodian?session=x": 404}
    for url, wanted in wrong.items():
        assert (await ask(house, CHEN, "GET", f"/api/coverage/{url}"))[0] == wanted


async def test_where_places_cannot_be_changed_that_is_said(valkey_url: str) -> None:
    async with open_web_role(valkey_url, {STREET: [place()]}) as house:
        assert (await ask(house, ADMIN, "PUT", CAMERA, {"height_m": 5.0}))[0] == 409


async def test_what_may_be_changed_is_told_to_those_who_may(house: WebRole) -> None:
    told = (await ask(house, ADMIN, "GET", CAMERA))[1]["pose"]
    assert (told["lonlat"], told["azimuth_deg"]) == (list(at(50, 5)), 180.0)
    assert "stream" not in told["lens"] and told["lens"]["masks"] == []
    for account in (CHEN, GUEST):
        assert (await ask(house, account, "GET", CAMERA))[1]["pose"] is None
    # What was told can be sent back, and changes nothing.
    assert (await ask(house, ADMIN, "PUT", CAMERA, told))[1]["changed"] == []


async def test_a_pose_is_tried_before_it_is_saved(
    house: WebRole, valkey_url: str, places: Path
) -> None:
    near: dict[str, Any] = {
        "lonlat": at(50, 17.5), "azimuth_deg": 0.0, "lens": {"pixels_wide": 3840},
    }  # fmt: skip
    status, told = await ask(house, ADMIN, "POST", f"{CAMERA}/preview", near)
    assert (status, told["pixels_wide"], told["azimuth_deg"]) == (200, 3840, 0.0)
    assert told["field"][0]["geometry"]["coordinates"]
    (facade,) = told["facades"]
    near["lens"]["masks"] = [[facade["from_deg"], facade["to_deg"]]]
    assert (await ask(house, ADMIN, "POST", f"{CAMERA}/preview", near))[1]["facades"] == []
    away = {"height_m": 5.0}
    assert (await ask(house, ADMIN, "POST", f"{CAMERA}/preview", away))[1]["rings"]["features"]
    blind = await ask(house, ADMIN, "POST", f"{CAMERA}/preview", {"azimuth_deg": None})
    assert (blind[1]["field"], blind[1]["rings"]["features"]) == ([], [])
    assert store.load(places) == [place()]
    assert await written(valkey_url, "camera.placed", "command.refused") == []


@pytest.mark.parametrize(
    ("account", "body", "status"),
    [(CHEN, {"height_m": 5}, 403), (GUEST, {}, 403), (FAR, {"height_m": 5}, 404),
     (ADMIN, {"height_m": -5}, 422), (ADMIN, {"lonlat": [0, 0]}, 422)],
)  # fmt: skip
async def test_nobody_else_tries_and_nothing_else_is_tried(
    house: WebRole, account: Account, body: Any, status: int
) -> None:
    answered, told = await ask(house, account, "POST", f"{CAMERA}/preview", body)
    assert answered == status and "rings" not in told


async def test_an_administrator_of_a_grid_moves_no_camera_out_of_it(
    valkey_url: str, tmp_path: Path
) -> None:
    ring = tuple(at(*xy) for xy in ((50, 0), (110, 0), (110, 90), (50, 90), (50, 0)))
    east = Grid(territory=f"{HUODIAN}.e", name="e", outline=ring)
    mine = msgspec.structs.replace(a_camera(1, 20, 5, 180.0), territory=f"{HUODIAN}.w")
    divided = a_place(devices=(mine, a_camera(2, 0, 60, 0.0)), grids=(east,))
    store.save(tmp_path, divided)
    own = Account(name="grid", display="网格", role="administrator", prefixes=(f"{HUODIAN}.w",))
    more = {"edit": partial(history.edit, tmp_path)}
    async with open_web_role(valkey_url, {STREET: [divided]}, more=more) as house:
        for method, what in (("PUT", ""), ("POST", "/preview")):
            status, told = await ask(house, own, method, f"{CAMERA}{what}", {"lonlat": at(60, 5)})
            assert (status, told["detail"]["field"]) == (404, "lonlat")
            other = f"/api/cameras/huodian/camera/2{what}"
            assert (await ask(house, own, method, other, {"height_m": 5.0}))[0] == 404
        assert store.load(tmp_path) == [divided]
        assert (await ask(house, own, "PUT", CAMERA, {"lonlat": at(30, 5)}))[0] == 200
