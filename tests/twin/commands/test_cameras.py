from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.support.builders.places import a_block, a_camera, a_gate, a_place, at
from tests.support.builders.twin import HUODIAN
from tests.support.catalogues import CATALOGUE
from twin.commands.cameras import CameraWish, camera_of, changes, placed, placing, viewing
from twin.commands.roles import Actor
from twin.errors import CommandRejected
from twin.events import IncidentReported, ReportedData, decode, encode
from twin.places.model import Compound, Grid, Lens
from twin.places.territory import street_of
from twin.state.twin import Twin

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CAMERA = "huodian/camera/1"
STREAM = Lens(stream="https://video.example/1.m3u8", stream_kind="hls")
CHEN = Actor(account="chenmin", role="dispatcher", prefixes=("lusong",))


@pytest.fixture
def place() -> Compound:
    cameras = (a_camera(1, 50, 5, 180.0, lens=STREAM), a_camera(2, 0, 60, 0.0))
    west, east = (
        Grid(territory=f"{HUODIAN}.{name}", name=name, outline=tuple(at(*xy) for xy in ring))
        for name, ring in (
            ("w", ((-10, 0), (50, 0), (50, 90), (-10, 90), (-10, 0))),
            ("e", ((50, 0), (110, 0), (110, 90), (50, 90), (50, 0))),
        )
    )
    return a_place(devices=(*cameras, a_gate("东门", 60, 90)), grids=(west, east))


@pytest.fixture
def twin(place: Compound) -> Twin:
    return Twin(street_of(place.territory), [place], CATALOGUE)


def wish(**fields: Any) -> CameraWish:
    return msgspec.convert(fields, CameraWish)


def refused(place: Compound, **fields: Any) -> CommandRejected:
    with pytest.raises(CommandRejected) as caught:
        placed(place, CAMERA, wish(**fields))
    return caught.value


def test_what_is_wished_is_changed_and_nothing_else(place: Compound) -> None:
    after = placed(place, CAMERA, wish(height_m=6.0, lens={"tilt_deg": 20.0}))
    was, new = camera_of(place, CAMERA), camera_of(after, CAMERA)
    lens = msgspec.structs.replace(STREAM, tilt_deg=20.0)
    assert new == msgspec.structs.replace(was, height_m=6.0, lens=lens)
    assert after.devices[1:] == place.devices[1:]
    assert changes(was, new) == ("height_m", "lens.tilt_deg")


def test_what_is_not_known_any_more_is_taken_away(place: Compound) -> None:
    told = placed(place, CAMERA, wish(hfov_deg=80.0, lens={"focal_mm": 4.0, "tilt_deg": 9.0}))
    after = placed(told, CAMERA, wish(hfov_deg=None, lens={"tilt_deg": None}))
    new = camera_of(after, CAMERA)
    assert (new.hfov_deg, new.lens) == (None, msgspec.structs.replace(STREAM, focal_mm=4.0))
    with pytest.raises(msgspec.ValidationError):
        wish(height_m=None)


def test_a_camera_that_a_person_placed_is_proposed_no_more(place: Compound) -> None:
    first = msgspec.structs.replace(place.devices[0], proposed=True)
    drawn = msgspec.structs.replace(place, devices=(first, *place.devices[1:]))
    assert not camera_of(placed(drawn, CAMERA, wish(height_m=6.0)), CAMERA).proposed


def test_a_camera_that_moves_belongs_to_the_grid_it_moves_to(place: Compound) -> None:
    assert camera_of(place, CAMERA).territory == HUODIAN
    for x, grid in ((5, "w"), (95, "e")):
        moved = placed(place, CAMERA, wish(lonlat=at(x, 5)))
        assert camera_of(moved, CAMERA).territory == f"{HUODIAN}.{grid}"


def test_a_place_before_a_home_needs_a_mask_and_the_refusal_says_which(place: Compound) -> None:
    near: dict[str, Any] = {"lonlat": at(50, 17.5), "azimuth_deg": 0.0}
    refusal = refused(place, **near)
    assert refusal.code == "privacy"
    facades = refusal.detail["facades"]
    assert isinstance(facades, list)
    (facade,) = facades
    assert facade["building"] == "b1" and facade["density_px_m"] >= 250
    mask = [facade["from_deg"], facade["to_deg"]]
    assert placed(place, CAMERA, wish(**near, lens={"masks": [mask]}))
    narrow = [(mask[0] + 10) % 360, mask[1]]
    assert refused(place, **near, lens={"masks": [narrow]}).code == "privacy"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lonlat": at(400, 5)}, "lonlat"),
        ({"lonlat": at(50, 30)}, "lonlat"),
        ({"lens": {"stream": "rtsp://x", "stream_kind": "hls"}}, "lens.stream"),
        ({"lens": {"stream": "https://x", "stream_kind": "tape"}}, "lens.stream_kind"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field(
    place: Compound, fields: dict[str, Any], field: str
) -> None:
    refusal = refused(place, **fields)
    assert (refusal.code, refusal.detail["field"]) == ("invalid", field)


@pytest.mark.parametrize(
    "fields",
    [{"height_m": -1}, {"azimuth_deg": 361}, {"hfov_deg": 0}, {"kind": "gate"}, {"name": ""},
     {"lens": {"masks": [[0, 400]]}}, {"lens": {"pixels_wide": 3}}, {"lens": {"face": 1}}],
)  # fmt: skip
def test_figures_no_camera_has_are_not_read(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        wish(**fields)


def test_only_cameras_are_placed(place: Compound) -> None:
    for name in ("huodian/gate/东门", "huodian/camera/9"):
        with pytest.raises(CommandRejected, match="no camera"):
            placed(place, name, wish(height_m=5.0))


def test_a_change_is_told_by_an_event_that_reads_back(place: Compound) -> None:
    was = camera_of(place, CAMERA)
    event = placing(was, msgspec.structs.replace(was, height_m=5.0), CHEN, NOON, "k")
    assert event.data.changed == ("height_m",) and event.by == "chenmin"
    assert decode(encode(event)) == event


def test_a_viewing_is_told_with_its_purpose(twin: Twin) -> None:
    event = viewing(twin, CAMERA, "patrol", "", CHEN, NOON, "k")
    assert (event.subject, event.data.purpose, event.data.incident) == (CAMERA, "patrol", "")
    assert decode(encode(event)) == event
    assert "video.example" not in encode(event).decode()
    assert twin.apply(event) == []


def test_a_viewing_for_a_case_names_a_case_of_ones_own(twin: Twin) -> None:
    said = ReportedData(
        version=1, kind="other", level=4, place="x", lonlat=at(0, 0), source="person"
    )
    twin.apply(IncidentReported(id="1", subject="INC-1", time=NOON, territory=HUODIAN, data=said))
    assert viewing(twin, CAMERA, "incident", "INC-1", CHEN, NOON, "k").data.incident == "INC-1"
    with pytest.raises(CommandRejected, match="INC-2"):
        viewing(twin, CAMERA, "incident", "INC-2", CHEN, NOON, "k")


@pytest.mark.parametrize(
    ("camera", "purpose", "by", "code"),
    [
        (CAMERA, "patrol", {"role": "viewer"}, "not_permitted"),
        (CAMERA, "", {}, "invalid"),
        (CAMERA, "curiosity", {}, "invalid"),
        ("huodian/camera/9", "patrol", {}, "unknown"),
        ("huodian/gate/东门", "patrol", {}, "unknown"),
        (CAMERA, "patrol", {"prefixes": ("lusong.jianning",)}, "unknown"),
        ("huodian/camera/2", "patrol", {}, "illegal_state"),
    ],
)
def test_nobody_is_shown_a_picture_without_right_reason_and_stream(
    twin: Twin, camera: str, purpose: str, by: dict[str, Any], code: str
) -> None:
    with pytest.raises(CommandRejected) as caught:
        viewing(twin, camera, purpose, "", msgspec.structs.replace(CHEN, **by), NOON, "k")
    assert caught.value.code == code


def test_a_shed_may_be_looked_at_closely(place: Compound) -> None:
    shed = msgspec.structs.replace(a_block("shed", 20, 20, 80, 40), use="shed")
    bare = msgspec.structs.replace(place, buildings=(shed,))
    assert placed(bare, CAMERA, wish(lonlat=at(50, 17.5), azimuth_deg=0.0))
