"""``POST /api/events``: how outside programs send events, one or a thousand at a time.

A bearer token names the source, which is bound to a territory and to event types. What a source
may not touch and what does not exist are answered alike. An event is acknowledged when it is on
disk; each gets its own answer, and each refused one goes to the rejected stream.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from fastapi import APIRouter, Request, Response

from feeds.access.sources import Source
from feeds.engine.clocks import server_now
from feeds.errors import Unavailable
from feeds.intake import http_body
from feeds.intake.http_body import BadBody
from feeds.streams.rejections import Rejection
from feeds.streams.streams import Streams
from twin.errors import EventRejected, Refused
from twin.events import TELEMETRY_TYPES, Event, decode_batch, type_of
from twin.places.territory import contains
from twin.state.twin import Twin

log = logging.getLogger(__name__)

READ_S = 30.0
"""A body that takes longer to arrive is given up."""
WITHIN = timedelta(seconds=30)
"""An event that was found right is written within this: no fold finds it too late then."""
NOT_GRANTED = "not granted to this source"
Lookup = Callable[[str], Awaitable[Source | None]]


class Verdict(msgspec.Struct, frozen=True):
    """What became of one payload: the event as it will be written, or why not."""

    id: str
    event: Event | None = None
    rejected: EventRejected | None = None
    granted: bool = True

    def row(self) -> dict[str, object]:
        """The answer for this event."""
        if self.rejected is None:
            return {"id": self.id, "ok": True}
        why = self.rejected
        return {"id": self.id, "error": {"field": why.field, "value": why.value,
                                         "reason": why.reason}}  # fmt: skip


class Intake:
    """Takes events for the streets in ``twins``, which it only asks; it changes nothing itself.

    ``counts`` has how many requests were refused, by status, and how many events by outcome.
    """

    def __init__(
        self,
        streams: Streams,
        lookup: Lookup,
        twins: Mapping[str, Twin],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._streams = streams
        self._lookup = lookup
        self._twins = twins

    def router(self) -> APIRouter:
        """The route, to be included before any that answers unknown paths."""
        router = APIRouter()
        router.add_api_route("/api/events", self.post, methods=["POST"], include_in_schema=False)
        return router

    async def post(self, request: Request) -> Response:
        """Answer one request."""
        try:
            source, twin = await self._who(request.headers.get("authorization", ""))
            payloads = http_body.payloads(await self._body(request))
            verdicts = judge(payloads, source, twin, await self._received(twin.street))
            await self._write(twin.street, verdicts)
        except BadBody as bad:
            self.counts[str(bad.status)] += 1
            return _answer(bad.status, bad.envelope)
        except Unavailable:
            self.counts["503"] += 1
            away = Refused("unavailable", "not written, try again")
            return _answer(503, away.envelope, {"Retry-After": "5"})
        await self._keep_rejected(twin.street, source, payloads, verdicts)
        return self._result(verdicts)

    async def _who(self, authorization: str) -> tuple[Source, Twin]:
        scheme, _, token = authorization.partition(" ")
        source = await self._lookup(token.strip()) if scheme.lower() == "bearer" else None
        if source is None:
            raise BadBody(401, "a valid bearer token is needed")
        twin = self._twins.get(source.street)
        if twin is None:
            raise BadBody(403, NOT_GRANTED)
        return source, twin

    async def _body(self, request: Request) -> bytes:
        encoding = request.headers.get("content-encoding", "").strip().lower()
        http_body.announced(request.headers.get("content-length"), encoding)
        try:
            async with asyncio.timeout(READ_S):
                return await http_body.read(request.stream(), encoding)
        except TimeoutError as exc:
            raise BadBody(408, "the body took too long") from exc

    async def _received(self, street: str) -> datetime:
        """The latest that the events of a request may be received: what the fold asks, too.

        By the server's clock, for it says when an entry came; ours may be wrong.
        """
        return await server_now(self._streams.link, street) + WITHIN

    async def _write(self, street: str, verdicts: Sequence[Verdict]) -> None:
        events = [verdict.event for verdict in verdicts if verdict.event is not None]
        if events:
            await self._streams.append(street, events)

    async def _keep_rejected(
        self, street: str, source: Source, payloads: Sequence[bytes], verdicts: Sequence[Verdict]
    ) -> None:
        rejections = [
            Rejection(payload=payload, rejected=verdict.rejected, source=f"http:{source.name}")
            for payload, verdict in zip(payloads, verdicts, strict=True)
            if verdict.rejected is not None
        ]
        try:
            await self._streams.reject_all(street, rejections)
        except Unavailable as exc:
            # The sender is told which were refused, and why, all the same.
            log.warning("%d rejected events were not kept: %s", len(rejections), exc)

    def _result(self, verdicts: Sequence[Verdict]) -> Response:
        refused = [verdict for verdict in verdicts if verdict.rejected is not None]
        self.counts["accepted"] += len(verdicts) - len(refused)
        self.counts["rejected"] += len(refused)
        status = 200
        if len(refused) == len(verdicts):
            status = 422 if any(verdict.granted for verdict in refused) else 403
            self.counts[str(status)] += 1
        return _answer(
            status,
            {
                "accepted": len(verdicts) - len(refused),
                "rejected": len(refused),
                "events": [verdict.row() for verdict in verdicts],
            },
        )


def judge(payloads: Sequence[bytes], source: Source, twin: Twin, now: datetime) -> list[Verdict]:
    """What becomes of each payload, in order: the typed, checked event with territory and source
    stamped on, or the field, value and reason that speak against it.
    """
    return [
        _judge_one(payload, found, source, twin, now)
        for payload, found in zip(payloads, decode_batch(payloads), strict=True)
    ]


def _judge_one(
    payload: bytes, found: Event | EventRejected, source: Source, twin: Twin, now: datetime
) -> Verdict:
    if isinstance(found, EventRejected):
        return Verdict(_id_in(payload), rejected=found)
    type_, territory = type_of(found), twin.territory_of(found.subject)
    # Operations are never granted: what a person must answer for does not come from outside.
    if type_ not in TELEMETRY_TYPES or not source.grants(type_):
        return Verdict(found.id, rejected=EventRejected("type", type_, NOT_GRANTED), granted=False)
    if not contains(source.territory, territory):
        rejected = EventRejected("subject", found.subject, NOT_GRANTED)
        return Verdict(found.id, rejected=rejected, granted=False)
    try:
        twin.check(found, now)
    except EventRejected as rejected:
        return Verdict(found.id, rejected=rejected)
    stamped = msgspec.structs.replace(found, territory=territory, source=source.name, by="")
    return Verdict(found.id, event=stamped)


def _id_in(payload: bytes) -> str:
    """The id of a payload that is no event, as far as it has one."""
    try:
        raw = msgspec.json.decode(payload)
    except http_body.UNREADABLE:
        return ""
    return str(raw.get("id", ""))[:200] if isinstance(raw, dict) else ""


def _answer(
    status: int, content: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    more = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(
        msgspec.json.encode(content),
        status,
        {**more, **(headers or {}), "Cache-Control": "no-store"},
        "application/json",
    )
