"""Cameras over HTTP: one in full, its real picture for a stated purpose, its place, coverage."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from layers.cameras import field_of_view
from layers.live.hub import Hub
from pages import answers
from pages.answers import Refusal
from pages.api.screens import Backstage, joinable
from pages.door.asker import Asker, actor_of, who_may
from pages.door.guard import Person
from twin.commands import cameras
from twin.commands.cameras import CameraWish
from twin.commands.table import may
from twin.errors import CommandRejected
from twin.events import AccountData, CommandRefused, Event
from twin.places.model import Compound, DevicePlace
from twin.places.territory import covers, street_of, touches
from twin.state.twin import Twin
from twin.visibility.densities import EDITIONS

Change = Callable[[Compound], Compound]
Edit = Callable[[str, Change, Mapping[str, Any]], tuple[Compound, Compound]]
"""(compound, change, who and what for the log) -> before and after, on disk; can be undone."""
Record = Callable[[str, Sequence[Event]], Awaitable[object]]

STATUS = answers.STATUS | {"unknown": 404}
"""HTTP status for a refusal's code; all other codes are 422."""


class _Viewing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody wants to see a camera's real picture."""

    purpose: str
    incident: str = ""


_Placer = Annotated[Person, Depends(who_may("place_camera"))]
_Purpose = Annotated[_Viewing, Depends(answers.reading(_Viewing, too_large=422))]
_Wish = Annotated[CameraWish, Depends(answers.reading(CameraWish, too_large=422))]


class _Seen(NamedTuple):
    """A camera that the asker may see, in its street."""

    twin: Twin
    place: DevicePlace

    @property
    def compound(self) -> Compound:
        """Where it stands."""
        return self.twin.compounds[self.place.id.partition("/")[0]]


def router(
    stage: Backstage, record: Record, edit: Edit | None, origins: Sequence[str]
) -> APIRouter:
    """The routes. ``origins`` are where browsers may fetch pictures from."""
    routes = APIRouter()
    _coverage(routes, stage)
    _reading(routes, stage, origins, placeable=edit is not None)
    _viewing(routes, stage, record, origins)
    _placing(routes, stage, record, edit)
    return routes


def _coverage(routes: APIRouter, stage: Backstage) -> None:
    @routes.get("/api/coverage/{compound}")
    async def covered(
        who: Asker, compound: str, session: str = "live", edition: str = "2014", without: str = ""
    ) -> Response:
        hub = joinable(stage, who.prefixes, session)
        found = stage.hub.places.compounds.get(compound)
        if hub is None or found is None or not touches(who.prefixes, found.territory):
            raise answers.unknown("place")
        if edition not in EDITIONS:
            raise Refusal(422, "invalid", f"editions: {', '.join(EDITIONS)}")
        work = partial(
            _covered, stage, hub, found, who, without=without.split(","), edition=edition
        )
        return answers.json(await asyncio.to_thread(work))


def _reading(
    routes: APIRouter, stage: Backstage, origins: Sequence[str], *, placeable: bool
) -> None:
    @routes.get("/api/cameras/{camera:path}")
    async def told(who: Asker, camera: str, session: str = "live") -> Response:
        seen = _seen(joinable(stage, who.prefixes, session), who, camera)
        content = await asyncio.to_thread(field_of_view.camera, seen.compound, seen.place)
        posable = placeable and may(who.role, "place_camera")
        return answers.json(
            content
            | {
                "working": field_of_view.working(seen.twin, camera),
                "purposes": cameras.PURPOSES if may(who.role, "view_camera") else (),
                "stream_allowed": _allowed(seen.place, origins),
                "pose": field_of_view.pose(seen.place) if posable else None,
            }
        )


def _covered(
    stage: Backstage, hub: Hub, compound: Compound, who: Person, **choice: Any
) -> dict[str, Any]:
    coverage = stage.known.sights.coverage(compound.id)
    twin = hub.twins.get(street_of(compound.territory))
    dark = [c for c in coverage.seen if twin is not None and not field_of_view.working(twin, c)]
    return field_of_view.covered(compound, coverage, who.prefixes, dark=dark, **choice)


def _seen(hub: Hub | None, who: Person, camera: str) -> _Seen:
    """A camera that the person may see. Raises Refusal (404) for any other."""
    for twin in hub.twins.values() if hub else ():
        device = twin.devices.get(camera)
        if device is not None and device.kind == "camera":
            if covers(who.prefixes, device.place.territory):
                return _Seen(twin, device.place)
    raise answers.unknown("camera")


def _allowed(place: DevicePlace, origins: Sequence[str]) -> bool:
    """Whether a browser would be let fetch the camera's stream."""
    parts = urlsplit(place.lens.stream if place.lens else "")
    return f"{parts.scheme}://{parts.netloc}" in origins


def _viewing(routes: APIRouter, stage: Backstage, record: Record, origins: Sequence[str]) -> None:
    async def visible(who: Asker, camera: str) -> _Seen:
        return _seen(stage.hub, who, camera)

    seen_by_asker = Depends(visible)

    @routes.post("/api/cameras/{camera:path}/view")
    async def view(
        *, who: Asker, camera: str, seen: _Seen = seen_by_asker, wish: _Purpose
    ) -> Response:
        lens = seen.place.lens
        with answers.statuses(STATUS):
            event = cameras.viewing(
                seen.twin, camera, wish.purpose, wish.incident, actor_of(who), stage.now(), _key()
            )
            if lens is None or not _allowed(seen.place, origins):
                raise CommandRejected("illegal_state", "the stream's origin is not allowed here")
        # Written down before the address is given: an unlogged viewing must not be possible.
        await record(seen.twin.street, [event])
        return answers.json({"stream": lens.stream, "kind": lens.stream_kind})


def _placing(routes: APIRouter, stage: Backstage, record: Record, edit: Edit | None) -> None:
    async def own(who: _Placer, camera: str) -> _Seen:
        return _seen(stage.hub, who, camera)

    own_camera = Depends(own)

    @routes.put("/api/cameras/{camera:path}")
    async def put(*, who: _Placer, camera: str, seen: _Seen = own_camera, wish: _Wish) -> Response:
        street, territory = seen.twin.street, seen.place.territory
        try:
            before, after = await _place(edit, camera, wish, who)
        except CommandRejected as exc:
            await record(street, [_refusal_event(stage, who, camera, territory, exc)])
            with answers.statuses(STATUS):
                raise
        event = cameras.placing(before, after, actor_of(who), stage.now(), _key())
        if event.data.changed:
            await record(street, [event])
        return answers.json({"accepted": True, "changed": event.data.changed})

    @routes.post("/api/cameras/{camera:path}/preview")
    async def preview(
        *, who: _Placer, camera: str, seen: _Seen = own_camera, wish: _Wish
    ) -> Response:
        with answers.statuses(STATUS):
            place = cameras.proposed(seen.compound, camera, wish)
            _mine(who, place)
        content = await asyncio.to_thread(field_of_view.preview, seen.compound, place)
        return answers.json(content)


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


def _key() -> str:
    """Makes an event's id its own."""
    return secrets.token_hex(8)
