"""Cameras over HTTP: one in full, its real picture for a stated purpose, its place, coverage."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from layers.cameras import field_of_view
from layers.live.hub import Hub
from pages.api.screens import MAX_COMMAND_BYTES, Backstage, actor_of, joinable
from pages.door.guard import Person
from twin.commands import cameras
from twin.commands.cameras import CameraWish
from twin.commands.table import may
from twin.errors import CommandRejected
from twin.events import AccountData, CommandRefused, Event
from twin.places.model import Compound, DevicePlace
from twin.places.territory import covers, street_of, touches
from twin.state.twin import Twin
from twin.visibility.optics import editions

Change = Callable[[Compound], Compound]
Edit = Callable[[str, Change, Mapping[str, Any]], tuple[Compound, Compound]]
"""(compound, change, who and what for the log) -> before and after, on disk; can be undone."""
Record = Callable[[str, Sequence[Event]], Awaitable[object]]

STATUS = {"unknown": 404, "not_permitted": 403, "illegal_state": 409, "read_only": 409}
"""HTTP status for a refusal's code; all other codes are 422."""


class _Viewing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody wants to see a camera's real picture."""

    purpose: str
    incident: str = ""


def router(
    stage: Backstage, record: Record, edit: Edit | None, origins: Sequence[str]
) -> APIRouter:
    """The routes. ``origins`` are where browsers may fetch pictures from."""
    routes = APIRouter()
    _reading(routes, stage, origins, placeable=edit is not None)
    _viewing(routes, stage, record, origins)
    _placing(routes, stage, record, edit)
    _trying(routes, stage)
    return routes


def _reading(
    routes: APIRouter, stage: Backstage, origins: Sequence[str], *, placeable: bool
) -> None:
    @routes.get("/api/coverage/{compound}")
    async def covered(request: Request, compound: str) -> Response:
        who, asked = _person(request), request.query_params
        hub = joinable(stage, who.prefixes, asked.get("session", "live"))
        found = stage.hub.places.compounds.get(compound)
        if hub is None or found is None or not touches(who.prefixes, found.territory):
            return _refusal(404, "unknown", "no such place")
        edition = asked.get("edition", "2014")
        if edition not in editions():
            return _refusal(422, "invalid", f"editions: {', '.join(editions())}")
        work = partial(
            _covered, stage, hub, found, who,
            without=asked.get("without", "").split(","), edition=edition,
        )  # fmt: skip
        return _json(await asyncio.to_thread(work))

    @routes.get("/api/cameras/{camera:path}")
    async def told(request: Request, camera: str) -> Response:
        who, session = _person(request), request.query_params.get("session", "live")
        hub = joinable(stage, who.prefixes, session)
        found = _camera(hub, who, camera) if hub else None
        if found is None:
            return _refusal(404, "unknown", "no such camera")
        twin, place = found
        compound = twin.compounds[camera.partition("/")[0]]
        content = await asyncio.to_thread(field_of_view.camera, compound, place)
        posable = placeable and may(who.role, "place_camera")
        return _json(
            content
            | {
                "working": field_of_view.working(twin, camera),
                "purposes": cameras.PURPOSES if may(who.role, "view_camera") else (),
                "stream_allowed": _allowed(place, origins),
                "pose": field_of_view.pose(place) if posable else None,
            }
        )


def _covered(
    stage: Backstage, hub: Hub, compound: Compound, who: Person, **choice: Any
) -> dict[str, Any]:
    coverage = stage.known.sights.coverage(compound.id)
    twin = hub.twins.get(street_of(compound.territory))
    dark = [c for c in coverage.seen if twin is not None and not field_of_view.working(twin, c)]
    return field_of_view.covered(compound, coverage, who.prefixes, dark=dark, **choice)


def _camera(hub: Hub, who: Person, camera: str) -> tuple[Twin, DevicePlace] | None:
    """A camera that the person may see, with its street."""
    for twin in hub.twins.values():
        device = twin.devices.get(camera)
        if device is not None and device.kind == "camera":
            if covers(who.prefixes, device.place.territory):
                return twin, device.place
    return None


def _allowed(place: DevicePlace, origins: Sequence[str]) -> bool:
    """Whether a browser would be let fetch the camera's stream."""
    parts = urlsplit(place.lens.stream if place.lens else "")
    return f"{parts.scheme}://{parts.netloc}" in origins


def _viewing(routes: APIRouter, stage: Backstage, record: Record, origins: Sequence[str]) -> None:
    @routes.post("/api/cameras/{camera:path}/view")
    async def view(request: Request, camera: str) -> Response:
        who, body = _person(request), await _body(request)
        found = _camera(stage.hub, who, camera)
        if found is None:
            return _refusal(404, "unknown", "no such camera")
        twin, place = found
        try:
            wish = msgspec.json.decode(body, type=_Viewing)
            event = cameras.viewing(
                twin, camera, wish.purpose, wish.incident, actor_of(who), stage.now(), _key()
            )
            if not _allowed(place, origins):
                raise CommandRejected("illegal_state", "the stream's origin is not allowed here")
        except msgspec.MsgspecError as exc:
            return _refusal(422, "invalid", str(exc))
        except CommandRejected as exc:
            return _refused(exc)
        # Written down before the address is given: an unlogged viewing must not be possible.
        await record(twin.street, [event])
        assert place.lens is not None
        return _json({"stream": place.lens.stream, "kind": place.lens.stream_kind})


def _placing(routes: APIRouter, stage: Backstage, record: Record, edit: Edit | None) -> None:
    @routes.put("/api/cameras/{camera:path}")
    async def put(request: Request, camera: str) -> Response:
        who, body = _person(request), await _body(request)
        found = _own(stage, who, camera)
        if isinstance(found, Response):
            return found
        street, territory = found[0].street, found[1].territory
        try:
            wish = msgspec.json.decode(body, type=CameraWish)
            before, after = await _place(edit, camera, wish, who)
        except msgspec.MsgspecError as exc:
            return _refusal(422, "invalid", str(exc))
        except CommandRejected as exc:
            await record(street, [_refusal_event(stage, who, camera, territory, exc)])
            return _refused(exc)
        event = cameras.placing(before, after, actor_of(who), stage.now(), _key())
        if event.data.changed:
            await record(street, [event])
        return _json({"accepted": True, "changed": event.data.changed})


def _trying(routes: APIRouter, stage: Backstage) -> None:
    @routes.post("/api/cameras/{camera:path}/preview")
    async def preview(request: Request, camera: str) -> Response:
        who, body = _person(request), await _body(request)
        found = _own(stage, who, camera)
        if isinstance(found, Response):
            return found
        compound = found[0].compounds[camera.partition("/")[0]]
        try:
            wish = msgspec.json.decode(body, type=CameraWish)
            place = cameras.proposed(compound, camera, wish)
            _mine(who, place)
        except msgspec.MsgspecError as exc:
            return _refusal(422, "invalid", str(exc))
        except CommandRejected as exc:
            return _refused(exc)
        return _json(await asyncio.to_thread(field_of_view.preview, compound, place))


def _own(stage: Backstage, who: Person, camera: str) -> tuple[Twin, DevicePlace] | Response:
    """A camera that the person may place, with its street; or why not."""
    if not may(who.role, "place_camera"):
        return _refusal(403, "not_permitted", "for administrators")
    return _camera(stage.hub, who, camera) or _refusal(404, "unknown", "no such camera")


def _mine(who: Person, place: DevicePlace) -> None:
    """Raise CommandRejected for a place in a grid that is not the person's."""
    if not covers(who.prefixes, place.territory):
        raise CommandRejected("unknown", "not your territory", field="lonlat")


async def _place(
    edit: Edit | None, camera: str, wish: CameraWish, who: Person
) -> tuple[DevicePlace, DevicePlace]:
    """Carry the change out on disk; the camera's place before and after."""
    if edit is None:
        raise CommandRejected("read_only", "places cannot be changed here")

    def change(compound: Compound) -> Compound:
        after = cameras.placed(compound, camera, wish)
        _mine(who, cameras.camera_of(after, camera))
        return after

    about = {"by": who.name, "camera": camera}
    try:
        before, after = await asyncio.to_thread(edit, camera.partition("/")[0], change, about)
    except KeyError as exc:
        raise CommandRejected("unknown", f"no file of {exc}") from exc
    return cameras.camera_of(before, camera), cameras.camera_of(after, camera)


def _refusal_event(
    stage: Backstage, who: Person, camera: str, territory: str, exc: CommandRejected
) -> CommandRefused:
    return CommandRefused(
        id=f"refused-{_key()}",
        subject=camera[:200],
        time=stage.now(),
        by=who.name,
        territory=territory,
        data=AccountData(outcome=exc.code, detail=f"place_camera: {exc.reason}"[:500]),
    )


def _refused(exc: CommandRejected) -> Response:
    body = {"error": exc.code, "reason": exc.reason, "detail": exc.detail}
    return _json(body, STATUS.get(exc.code, 422))


def _person(request: Request) -> Person:
    person: Person = request.scope["person"]
    return person


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def _refusal(status: int, error: str, reason: str) -> Response:
    return _json({"error": error, "reason": reason, "detail": {}}, status)


async def _body(request: Request) -> bytes:
    """The request's body; empty, which nothing accepts, when it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_COMMAND_BYTES:
            return b""
    return body


def _key() -> str:
    """Makes an event's id its own."""
    return secrets.token_hex(8)
