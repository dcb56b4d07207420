"""A folder and streams of an earlier commit open, and life goes on in them."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from feeds.access.accounts import Accounts
from feeds.access.sources import Sources
from feeds.engine.active import Active
from feeds.intake.commands import Desk
from feeds.streams.keys import key
from feeds.streams.link import client_from_url
from feeds.streams.replica import Replica
from feeds.streams.streams import Streams
from geodata import store
from tests.support.builders import streams as b
from tests.support.engines import up_to_date
from tests.support.waiting import comes_true
from tests.upgrade.record import PASSWORD
from twin.commands.table import Command

pytestmark = pytest.mark.anyio
S = b.STREET
FOLDER = Path(__file__).parent / "upgrade"
COMMITS = sorted(path.stem for path in FOLDER.glob("*.json"))
POWER = "huodian/power/1"


def test_what_the_first_snapshot_format_and_the_latest_left_is_here() -> None:
    assert {"5454f00", "1589a7d", "d7a76c7"} <= {*COMMITS}


@pytest.fixture(params=COMMITS)
def left(request: pytest.FixtureRequest, valkey_url: str) -> dict[str, Any]:
    """What a commit left behind, with its keys on a server."""
    found: dict[str, Any] = json.loads((FOLDER / f"{request.param}.json").read_text("utf-8"))
    with redis.Redis.from_url(valkey_url) as client:
        for name, (kind, value) in found["keys"].items():
            if kind == "stream":
                for entry_id, words in value:
                    client.execute_command("XADD", name, entry_id, *map(b64decode, words))
            elif kind == "hash":
                rows = {b64decode(field): b64decode(word) for field, word in value.items()}
                client.hset(name, mapping=rows)
            else:
                client.set(name, b64decode(value))
    return found


def truth(twin: Any) -> dict[str, Any]:
    alarms = {one.id: [one.active, one.version, one.occurrence] for one in twin.alarms.values()}
    cases = {one.id: [one.state, one.version, len(one.log)] for one in twin.incidents.values()}
    return {"alarms": alarms, "cases": cases, "numbers": twin.numbers}


async def test_accounts_sources_and_places_open(
    left: dict[str, Any], valkey_url: str, tmp_path: Path
) -> None:
    async with client_from_url(valkey_url) as client:
        accounts = Accounts(client)
        (account,) = await accounts.list()
        assert (account.name, account.role, account.prefixes) == ("li", "dispatcher", (S,))
        assert await accounts.verify("li", PASSWORD)
        assert [one.name for one in await Sources(client).list()] == ["gates"]
    for name, place in left["places"].items():
        (tmp_path / name).write_text(json.dumps(place), "utf-8")
    (compound,) = store.load(tmp_path)
    assert compound.id == "huodian"
    assert {place.id for place in compound.devices} == {one.id for one in b.a_compound().devices}


async def test_cases_versions_and_alarms_are_what_they_were(
    left: dict[str, Any], valkey_url: str
) -> None:
    async with Streams(valkey_url) as streams:
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        assert truth(replica.twin) == left["truth"]
        assert replica.twin.devices[b.GATE].state == "held_open"
        await ended(running)


def as_it_was(client: redis.Redis) -> None:
    """Nothing happened in between."""


def trimmed(client: redis.Redis) -> None:
    """Of the telemetry that the snapshot covers nothing is left."""
    client.xtrim(key(S, "telemetry"), maxlen=1, approximate=False)


def all_trimmed(client: redis.Redis) -> None:
    """Fourteen hours went by: no telemetry of then is left."""
    client.xtrim(key(S, "telemetry"), maxlen=0, approximate=False)


def trimmed_without_a_snapshot(client: redis.Redis) -> None:
    all_trimmed(client)
    client.delete(key(S, "snapshot"))


def trimmed_with_a_damaged_snapshot(client: redis.Redis) -> None:
    all_trimmed(client)
    client.hset(key(S, "snapshot"), "state", b"half a page of")


def without_progress(client: redis.Redis) -> None:
    trimmed(client)
    client.delete(key(S, "progress"))


@pytest.mark.parametrize(
    "meanwhile",
    [
        as_it_was,
        trimmed,
        trimmed_without_a_snapshot,
        trimmed_with_a_damaged_snapshot,
        without_progress,
    ],
)
async def test_alarms_of_then_are_acknowledged_and_shelved_and_the_engine_lives_and_derives(
    left: dict[str, Any], valkey_url: str, meanwhile: Callable[[redis.Redis], None]
) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        meanwhile(client)
    active_then = {name for name, (active, *_) in left["truth"]["alarms"].items() if active}
    at = [1000.0]
    async with Streams(valkey_url) as streams:
        replica = Replica(streams, b.a_twin())
        following = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        active = await an_engine(streams, at)
        await up_to_date(active)
        assert {one.id for one in active.twin.alarms.values() if one.active} == active_then
        desk = Desk(streams, {S: replica})
        for name in sorted(active_then):
            await desk.submit(command("acknowledge", name), b.after(1000))
            await up_to_date(active)
            shelved = command("shelve", name, reason="检修", minutes=5)
            await desk.submit(shelved, b.after(1001))
            await up_to_date(active)
        # A call elsewhere is an alarm and a case; a device of then that speaks clears its alarm.
        b.write(valkey_url, [(1002, b.state("huodian/call/2", "pressed", b.after(1002)))])
        b.write(valkey_url, [(1003, b.state(POWER, "energised", b.after(1003)))])
        at[0] = 1004.0
        await up_to_date(active)
        at[0] = 1400.0  # the shelves end
        await up_to_date(active)
        twin = active.twin
        assert twin.alarms["huodian/call/2#call_pressed"].incident in twin.incidents
        assert not twin.alarms[f"{POWER}#power_outage"].active
        assert all(one.shelved_until is None for one in twin.alarms.values())
        cases = {*left["truth"]["cases"]}
        assert cases < {*twin.incidents}
        for name in sorted(cases):
            assert (await desk.submit(command("note", name, text="now"), b.after(1401))).version
        await comes_true(lambda: replica.position.operations >= active.position.operations)
        await up_to_date(active)
        assert truth(replica.twin)["cases"].keys() == truth(twin)["cases"].keys()
        told = {one.code for one in streams.conditions.standing()}
        # A snapshot of then has no counts: that something was trimmed unread cannot be ruled out.
        assert told <= ({"stream_gap"} if meanwhile is not as_it_was else set())
        await ended(following)


def command(name: str, target: str, **args: object) -> Command:
    return Command(name=name, target=target, by=b.DISPATCHER, args=args)


async def an_engine(streams: Streams, at: list[float], *, each: int = 3) -> Active:
    lease = streams.lease(S, "of now", lasts_ms=60_000)
    token = await lease.take()
    assert token is not None
    active = Active(streams, b.a_twin(each), lease, token, lambda: b.after(at[0]))
    await active.begin()
    return active


async def ended(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_place_that_goes_away_with_an_alarm_and_comes_back_ends_no_engine(
    valkey_url: str,
) -> None:
    """As an import undone, a file moved: snapshots without the device are kept in between."""
    gate, alarm = "huodian/gate/3", "huodian/gate/3#gate_forced"
    at = [10.0]
    async with Streams(valkey_url) as streams:
        b.write(valkey_url, [(0, b.state(gate, "forced_open", b.after(0)))])
        for each, seconds in ((3, 10.0), (1, 60.0), (3, 120.0)):
            at[0] = seconds
            active = await an_engine(streams, at, each=each)
            b.write(valkey_url, [(seconds, b.reading(40.0, b.after(seconds)))])
            await up_to_date(active)
            await active.keep()
            assert active.twin.alarms[alarm].active
            await active.lease.release()
        replica = Replica(streams, b.a_twin())
        following = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        active = await an_engine(streams, at)
        await Desk(streams, {S: replica}).submit(command("acknowledge", alarm), b.after(121))
        b.write(valkey_url, [(122, b.state(b.CALL, "pressed", b.after(122)))])
        at[0] = 123.0
        await up_to_date(active)
        assert active.twin.alarms[f"{b.CALL}#call_pressed"].incident in active.twin.incidents
        assert active.twin.alarms[alarm].active
        b.write(valkey_url, [(124, b.state(gate, "closed", b.after(124)))])
        await up_to_date(active)
        assert not active.twin.alarms[alarm].active
        assert streams.conditions.standing() == []
        await ended(following)
