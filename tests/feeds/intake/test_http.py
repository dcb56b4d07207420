"""The intake: what outside programs may send, and what each bad input gets."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from feeds.access.sources import Source
from feeds.intake.http import Intake
from feeds.intake.http_body import MOST_BYTES, MOST_MEMBERS
from feeds.streams.streams import Streams
from tests.conftest import free_port
from tests.support.builders import streams as b
from tests.support.clocks import CASE, an_engine, whole
from tests.support.engines import up_to_date
from twin import events as ev
from twin.state.twin import Twin

pytestmark = pytest.mark.anyio
S = b.STREET
SOURCES = {
    "street.s": Source(name="street", territory=S),
    "gates.s": Source(name="gates", territory=b.WHOLE, types=("gate.state",)),
    "else.s": Source(name="else", territory=f"{S}.other"),
    "away.s": Source(name="away", territory="lusong.jianning"),
}


class Caller:
    """A program that talks to one intake."""

    def __init__(self, url: str, patience_s: float = 15.0) -> None:
        self.streams = Streams(url, patience_s=patience_s)

        async def lookup(token: str) -> Source | None:
            return SOURCES.get(token)

        self.intake = Intake(self.streams, lookup, {S: b.a_twin()})
        app = FastAPI()
        app.include_router(self.intake.router())
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://dayuan"
        )

    async def post(self, body: Any, token: str = "street.s", **headers: str) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        return await self._client.post("/api/events", content=body, headers=headers)

    async def close(self) -> None:
        await self._client.aclose()
        await self.streams.link.close()


@pytest.fixture
async def caller(valkey_url: str) -> AsyncIterator[Caller]:
    found = Caller(valkey_url)
    yield found
    await found.close()


def lines(*events: ev.Event) -> bytes:
    return b"\n".join(map(ev.encode, events)) + b"\n"


async def test_one_event_is_on_the_stream_with_its_territory_when_it_is_answered(
    caller: Caller, valkey_url: str
) -> None:
    event = msgspec.structs.replace(b.state(b.GATE, "open"), territory="lie", source="lie", by="x")
    answer = await caller.post(ev.encode(event))
    told = {"accepted": 1, "rejected": 0, "events": [{"id": event.id, "ok": True}]}
    assert (answer.status_code, answer.json()) == (200, told)
    (payload,) = b.payloads(valkey_url, "telemetry")
    kept = ev.decode(payload)
    assert (kept.territory, kept.source, kept.by) == (f"{b.WHOLE}.g1", "street", "")
    assert isinstance(kept, ev.STATE_EVENTS["gate"]) and kept.data.state == "open"


@pytest.mark.parametrize("packed", [False, True])
async def test_a_thousand_lines_are_taken_and_one_more_is_too_many(
    caller: Caller, valkey_url: str, packed: bool
) -> None:
    pack = gzip.compress if packed else bytes
    encoding = {"Content_Encoding": "gzip"} if packed else {}
    answer = await caller.post(pack(lines(*b.readings(1000))), **encoding)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1000)
    assert (await caller.post(pack(lines(*b.readings(1001))), **encoding)).status_code == 413
    assert len(b.payloads(valkey_url, "telemetry")) == 1000


async def test_an_array_and_an_event_written_over_lines_will_do(caller: Caller) -> None:
    one, two = ev.encode(b.reading()), ev.encode(b.reading())
    assert (await caller.post(b"[" + one + b", " + two + b"]")).json()["accepted"] == 2
    pretty = msgspec.json.format(one, indent=2)
    assert (await caller.post(pretty)).json()["accepted"] == 1
    assert (await caller.post(one + b"\r\n\r\n" + two + b"\n")).json()["accepted"] == 2


async def test_the_bad_ones_of_a_batch_are_named_and_the_rest_is_taken(
    caller: Caller, valkey_url: str
) -> None:
    good = b.reading()
    bad = {
        b"{not json": "payload",
        ev.encode(b.reading()).replace(b"41.5", b"NaN"): "payload",
        ev.encode(b.reading()).replace(b"sensor.reading", b"sensor.smell"): "type",
        ev.encode(b.reading()).replace(b'"data"', b'"face"'): "face",
        ev.encode(b.reading()).replace(b"level_db", b"smell"): "data.quantity",
        ev.encode(b.state(b.GATE, "melted")): "data.state",
        ev.encode(b.reading(at=b.now() - timedelta(hours=25))): "time",
        b'{"type":"gate.state","id":"x","data":{"x":' + b"[" * 5000: "payload",
    }
    answer = await caller.post(b"\n".join([*bad, ev.encode(good)]))
    told = answer.json()
    assert (answer.status_code, told["accepted"], told["rejected"]) == (200, 1, len(bad))
    assert [row["error"]["field"] for row in told["events"][:-1]] == list(bad.values())
    assert told["events"][-1] == {"id": good.id, "ok": True}
    counts, rows = await caller.streams.rejected(S)
    assert counts == {"http:street": len(bad)}
    assert [row["field"] for row in reversed(rows)] == list(bad.values())
    assert len(b.payloads(valkey_url, "telemetry")) == 1


async def test_a_responder_far_outside_the_street_is_refused(caller: Caller) -> None:
    event = ev.ResponderPosition(
        id="p", subject=b.ZHOU, time=b.now(), data=ev.PositionData(lonlat=(116.4, 39.9))
    )
    answer = await caller.post(ev.encode(event))
    assert answer.status_code == 422
    assert answer.json()["events"][0]["error"]["field"] == "data.lonlat"


async def test_the_same_event_again_is_accepted(caller: Caller) -> None:
    event = ev.encode(b.reading())
    assert [(await caller.post(event)).status_code for _ in range(2)] == [200, 200]


async def test_an_unknown_device_is_kept(caller: Caller, valkey_url: str) -> None:
    answer = await caller.post(ev.encode(b.state("huodian/gate/99", "open")))
    assert answer.status_code == 200
    assert len(b.payloads(valkey_url, "telemetry")) == 1


@pytest.mark.parametrize("token", ["", "street.x", "street", "Bearer street.s"])
async def test_without_a_valid_token_nothing_is_told(caller: Caller, token: str) -> None:
    answer = await caller.post(ev.encode(b.reading()), token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {
        "error": "token", "reason": "a valid bearer token is needed", "detail": {},
    }  # fmt: skip
    assert caller.intake.counts["401"] == 1


@pytest.mark.parametrize(
    ("token", "event"),
    [
        ("gates.s", b.reading()),
        ("else.s", b.state(b.GATE, "open")),
        ("else.s", b.state("nowhere/gate/1", "open")),
        ("street.s", b.a_case("INC-1")),
        ("away.s", b.reading()),
    ],
)
async def test_what_is_not_granted_is_answered_alike_whether_it_exists_or_not(
    caller: Caller, valkey_url: str, token: str, event: ev.Event
) -> None:
    answer = await caller.post(ev.encode(event), token)
    assert answer.status_code == 403
    assert "not granted to this source" in answer.text
    assert (b.payloads(valkey_url, "telemetry"), caller.intake.counts["403"]) == ([], 1)


async def test_a_body_announced_too_large_is_not_read(caller: Caller) -> None:
    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x"

    answer = await caller.post(body(), Content_Length=str(MOST_BYTES + 1))
    assert (answer.status_code, read) == (413, [])


async def test_a_body_that_grows_too_large_is_left_in_the_middle(caller: Caller) -> None:
    sent: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for n in range(100):
            sent.append(n)
            yield b" " * (MOST_BYTES // 10)

    answer = await caller.post(body())
    assert (answer.status_code, len(sent)) == (413, 11)


async def test_a_bomb_of_zeros_is_not_unpacked(caller: Caller) -> None:
    bomb = gzip.compress(b"\0" * (200 * MOST_BYTES))
    assert len(bomb) < MOST_BYTES
    assert (await caller.post(bomb, Content_Encoding="gzip")).status_code == 413


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"{}", "gzip", 400),
        (gzip.compress(b"{}", mtime=0)[:-6], "gzip", 400),
        (b"", "gzip", 400),
        (gzip.compress(b"", mtime=0) * (MOST_MEMBERS + 1), "gzip", 400),
        (b"{}", "br", 415),
        (b"", "identity", 422),
        (b" \n ", "", 422),
        (b"[{}", "", 422),
        (b"[" * 100_000, "", 422),
        (b"[]", "", 422),
        (b"\xff\xfe", "", 422),
    ],
)
async def test_a_body_that_is_not_what_it_says_is_refused(
    caller: Caller, body: bytes, encoding: str, status: int
) -> None:
    answer = await caller.post(body, Content_Encoding=encoding)
    assert answer.status_code == status
    assert caller.intake.counts[str(status)] == 1


async def test_gzip_in_two_members_is_one_body(caller: Caller) -> None:
    packed = gzip.compress(lines(b.reading())) + gzip.compress(lines(b.reading()))
    assert (await caller.post(packed, Content_Encoding="gzip")).json()["accepted"] == 2


async def test_nothing_is_acknowledged_while_the_streams_are_away() -> None:
    away = Caller(f"redis://127.0.0.1:{free_port()}/0", patience_s=0.0)
    answer = await away.post(ev.encode(b.reading()))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    await away.close()


async def post(streams: Streams, *events: ev.Event, twin: Twin | None = None) -> httpx.Response:
    async def lookup(token: str) -> Source | None:
        return Source(name="s", territory=S)

    app = FastAPI()
    app.include_router(Intake(streams, lookup, {S: twin or b.a_twin()}).router())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dayuan") as client:
        return await client.post(
            "/api/events",
            content=b"\n".join(map(ev.encode, events)),
            headers={"Authorization": "Bearer s"},
        )


@pytest.mark.parametrize("off_s", [0, 240, 7200, 90000, -30, -3000, -80000])
async def test_a_call_that_is_answered_200_becomes_a_case_whatever_its_clock_says(
    valkey_url: str, off_s: int
) -> None:
    async with Streams(valkey_url) as streams:
        active = await an_engine(streams)
        assert (await post(streams, b.state(b.CALL, "idle"))).status_code == 200
        await up_to_date(active)
        call = b.state(b.CALL, "pressed", b.now() + timedelta(seconds=off_s))
        assert (await post(streams, call)).json()["events"] == [{"id": call.id, "ok": True}]
        await up_to_date(active)
        assert b.subjects(valkey_url)[:1] == CASE[:1]
        assert [kind for kind, _ in b.subjects(valkey_url)][1:2] == CASE[1:]
        seen = len(b.subjects(valkey_url))
        if off_s <= 0:  # sent once more, because the answer was lost: it is known
            assert (await post(streams, call)).status_code == 200
            await up_to_date(active)
            assert len(b.subjects(valkey_url)) == seen
        state = "idle" if off_s < 0 else "pressed"
        assert active.twin.devices[b.CALL].state == state


async def test_what_the_fold_would_refuse_is_refused_at_the_door_with_a_margin(
    valkey_url: str,
) -> None:
    async with Streams(valkey_url) as streams:
        day = timedelta(hours=24)
        events = [b.reading(at=b.now() - day), b.reading(at=b.now() - day + timedelta(minutes=1))]
        answer = await post(streams, *events)
        assert [row.get("ok", False) for row in answer.json()["events"]] == [False, True]
        twin = await whole(streams, 1000)
        assert twin.devices[b.NOISE].value == 41.5
