"""What stays of a refused payload: wherever it came in, nothing that has no place."""

from __future__ import annotations

import logging
from hashlib import sha256

import pytest
import redis

from feeds.streams.keys import key
from feeds.streams.rejections import MOST_PAYLOAD, scrub
from feeds.streams.streams import Streams
from tests.feeds.intake.test_http import Caller
from tests.support.builders import streams as b
from tests.support.engines import an_engine, up_to_date
from twin import events as ev

pytestmark = pytest.mark.anyio
S = b.STREET
FACE = b"aGVsbG8gZmFjZQ"
WITH_A_FACE = ev.encode(b.state(b.GATE, "open")).replace(b'a":{', b'a":{"face":"%s",' % FACE)
PRIVATE = (
    WITH_A_FACE,
    WITH_A_FACE[:-1],  # cut off: no JSON
    b'{"id":"1","type":"face.seen","subject":"huodian/gate/1","data":{"value":"%s"}}' % FACE,
    b'["%s"]' % FACE,
)
MELTED = ev.encode(b.state(b.GATE, "melted"))


def everything_in(url: str) -> bytes:
    """All that can be read from a server, as one string of bytes."""
    with redis.Redis.from_url(url) as client:
        reads = {
            b"stream": client.xrange, b"hash": client.hgetall, b"string": client.get,
            b"list": lambda name: client.lrange(name, 0, -1),
        }  # fmt: skip
        names = list(client.scan_iter())
        return repr([reads[client.type(name)](name) for name in names]).encode()


async def test_what_was_added_to_telemetry_directly_is_deleted_once_it_is_refused(
    valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telemetry = key(S, "telemetry")
    with redis.Redis.from_url(valkey_url) as client:
        for n, payload in enumerate((*PRIVATE, MELTED)):
            client.xadd(telemetry, {"e": payload}, id=f"{b.NOON_MS + n}-1")
        client.xadd(telemetry, {"face": FACE, "name": "x"}, id=f"{b.NOON_MS + 9}-1")
        assert FACE in everything_in(valkey_url)
        async with Streams(valkey_url) as streams:
            await up_to_date(await an_engine(streams, 1))
            counts, rows = await streams.rejected(S)
        assert FACE not in everything_in(valkey_url)
        assert [fields[b"e"] for _, fields in client.xrange(telemetry)] == [MELTED]
    assert FACE.decode() not in caplog.text
    assert counts == {"stream": len(PRIVATE) + 2}
    names = {"type", "id", "subject", "time", "data.face", "data.state"}
    assert set(rows[-1]["fields"].split()) == names
    assert rows[-1]["digest"] == sha256(WITH_A_FACE).hexdigest()
    assert (rows[-1]["field"], rows[-1]["bytes"]) == ("data.face", str(len(WITH_A_FACE)))
    assert "unknown field" in rows[-1]["reason"]
    assert [row["payload"] for row in rows if row["payload"]] == [MELTED.decode()]


async def test_what_was_sent_by_http_and_refused_is_kept_nowhere(
    valkey_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caller = Caller(valkey_url)
    async with caller.streams:
        answer = await caller.post(b"\n".join((*PRIVATE, MELTED)))
        counts, rows = await caller.streams.rejected(S)
    assert answer.status_code == 422
    assert counts == {"http:street": len(PRIVATE) + 1}
    assert FACE not in everything_in(valkey_url)
    assert FACE.decode() not in caplog.text + answer.text + str(rows)
    assert rows[0]["payload"] == MELTED.decode()


async def test_a_refused_entry_of_operations_stays_in_the_record_and_is_copied_nowhere(
    valkey_url: str,
) -> None:
    newer = ev.encode(b.a_case("INC-1")).replace(b'"data":{', b'"data":{"of_a_later_version":1,')
    with redis.Redis.from_url(valkey_url) as client:
        client.xadd(key(S, "operations"), {"e": newer}, id=f"{b.NOON_MS}-1")
    async with Streams(valkey_url) as streams:
        await up_to_date(await an_engine(streams, 1))
        (row,) = (await streams.rejected(S))[1]
    assert (row["payload"], row["field"]) == ("", "data.of_a_later_version")
    assert b.payloads(valkey_url) == [newer]


async def test_a_payload_too_long_to_be_kept_whole_is_not_kept(valkey_url: str) -> None:
    caller = Caller(valkey_url)
    async with caller.streams:
        await caller.post(MELTED.replace(b"melted", b"x" * MOST_PAYLOAD))
        (row,) = (await caller.streams.rejected(S))[1]
    assert (row["payload"], row["field"]) == ("", "data.state")
    assert len(row["value"]) == 120


async def test_what_an_earlier_version_kept_is_deleted_when_an_engine_begins(
    valkey_url: str,
) -> None:
    rejected, telemetry = key(S, "rejected"), key(S, "telemetry")
    with redis.Redis.from_url(valkey_url) as client:
        entry = client.xadd(telemetry, {"e": WITH_A_FACE}, id=f"{b.NOON_MS}-1")
        other = client.xadd(telemetry, {"e": MELTED}, id=f"{b.NOON_MS}-2")
        old = {"source": "stream", "field": "data.face", "value": "", "reason": "unknown"}
        for _ in range(300):
            client.xadd(rejected, old | {"entry": entry, "payload": WITH_A_FACE})
            client.xadd(rejected, old | {"entry": other, "payload": MELTED})
        client.xadd(rejected, old | {"entry": other, "payload": WITH_A_FACE[:40]})
        async with Streams(valkey_url) as streams:
            assert await scrub(streams.link, S) == 301
            assert await scrub(streams.link, S) == 0
        assert FACE not in everything_in(valkey_url)
        assert client.xlen(rejected) == 300
        assert client.hget(key(S, "rejected_until"), "deleted") == b"1"
        assert [fields[b"e"] for _, fields in client.xrange(telemetry)] == [MELTED]
