"""Commands reach the streams once, and who was slower hears who was faster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from feeds.errors import Unavailable
from feeds.intake.commands import REFUSALS_AT_ONCE, Allowance, Desk, Receipt
from feeds.streams.batches import Position
from feeds.streams.replica import BatchOutcome, Replica
from feeds.streams.streams import Streams
from tests.support.builders import streams as b
from tests.support.waiting import comes_true
from twin import events as ev
from twin.commands.decide import Actor, Command
from twin.errors import CommandRejected, StaleVersion

pytestmark = pytest.mark.anyio
S = b.STREET
ALARM = f"{b.CALL}#call_pressed"


@asynccontextmanager
async def a_desk(url: str) -> AsyncIterator[Desk]:
    """A process with a replica of its own that has caught up."""
    async with Streams(url) as streams:
        replica = Replica(streams, b.a_twin())
        running = asyncio.ensure_future(replica.run())
        await replica.current.wait()
        yield Desk(streams, {S: replica})
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def open_cases(url: str, *incidents: str) -> None:
    """Cases, and somebody on duty who can be sent."""
    async with Streams(url) as streams:
        await streams.append_operations(S, [b.on_duty(), *map(b.a_case, incidents)])


def asked(name: str, target: str, who: str = "chenmin", **rest: Any) -> Command:
    version = rest.pop("version", None)
    by = Actor(
        account=who, role=rest.pop("role", "dispatcher"), prefixes=rest.pop("prefixes", (S,))
    )
    return Command(name=name, target=target, by=by, version=version, args=rest)


async def test_a_command_for_a_street_that_begins_anew_is_to_be_tried_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_cases(redis_url, "INC-1")
    async with Streams(redis_url) as streams:
        replica, away, load = Replica(streams, b.a_twin()), asyncio.Event(), streams.load_snapshot

        async def load_unless_away(street: str) -> tuple[bytes, Position] | None:
            if away.is_set():
                raise Unavailable("away")
            return await load(street)

        def use(_: BatchOutcome) -> None:
            if away.is_set():
                raise ValueError("what ends the reading")

        monkeypatch.setattr(streams, "load_snapshot", load_unless_away)
        running = asyncio.ensure_future(replica.run_on(use))
        await replica.current.wait()
        away.set()
        await streams.append(S, [b.reading()])
        desk = Desk(streams, {S: replica})
        await comes_true(lambda: not replica.twin.incidents)
        for target in ("INC-1", b.CALL, b.ZHOU):  # a device is known still, but not what it said
            with pytest.raises(Unavailable):
                command = asked("assign", target, version=1, responder=b.ZHOU)
                await desk.submit(command, b.now())
        away.clear()
        await comes_true(lambda: not replica.begins_anew)
        command = asked("assign", "INC-1", version=1, responder=b.ZHOU)
        assert await desk.submit(command, b.now()) == Receipt(("INC-1@2",), 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_command_is_on_the_stream_and_in_our_replica_when_it_returns(
    redis_url: str,
) -> None:
    await open_cases(redis_url, "INC-1")
    async with a_desk(redis_url) as desk:
        receipt = await desk.submit(asked("assign", "INC-1", version=1, responder=b.ZHOU), b.now())
        assert receipt == Receipt(("INC-1@2",), 2)
        assert desk.replicas[S].twin.incidents["INC-1"].state == "assigned"
    assert b.subjects(redis_url)[-1] == ("incident.assigned", "INC-1")


async def test_two_dispatchers_assign_two_hundred_cases_at_once_and_one_wins_each(
    valkey_url: str,
) -> None:
    cases = [f"INC-{n}" for n in range(200)]
    await open_cases(valkey_url, *cases)
    async with a_desk(valkey_url) as one, a_desk(valkey_url) as other:
        for case in cases:
            answers = await asyncio.gather(
                one.submit(asked("assign", case, "one", version=1, responder=b.ZHOU), b.now()),
                other.submit(asked("assign", case, "other", version=1, responder=b.ZHOU), b.now()),
                return_exceptions=True,
            )
            (won,) = [found for found in answers if isinstance(found, Receipt)]
            (lost,) = [found for found in answers if isinstance(found, StaleVersion)]
            winner = "one" if answers[0] is won else "other"
            assert (lost.detail["by"], lost.detail["version"]) == (winner, 2)
            assert lost.detail["state"] == "assigned"
        states = [desk.replicas[S].twin for desk in (one, other)]
        target = await one.streams.newest(S)
        for desk in (one, other):
            assert await desk.replicas[S].reached(target.operations, 5.0)
        assert states[0].snapshot() == states[1].snapshot()
    kinds = [kind for kind, _ in b.subjects(valkey_url)]
    assert kinds.count("incident.assigned") == 200


async def test_two_people_change_somebodys_duty_at_once_and_one_of_them_wins(
    valkey_url: str,
) -> None:
    async with a_desk(valkey_url) as one, a_desk(valkey_url) as other:
        for turn in range(20):
            name = ("duty_on", "duty_off")[turn % 2]
            answers = await asyncio.gather(
                one.submit(asked(name, b.ZHOU, "one", version=turn), b.now()),
                other.submit(asked(name, b.ZHOU, "other", version=turn), b.now()),
                return_exceptions=True,
            )
            (won,) = [found for found in answers if isinstance(found, Receipt)]
            (lost,) = [found for found in answers if isinstance(found, StaleVersion)]
            winner = "one" if answers[0] is won else "other"
            assert won.version == lost.detail["version"] == turn + 1
            assert lost.detail["by"] == winner
            for desk in (one, other):
                await desk.replicas[S].reached((await one.streams.newest(S)).operations, 5.0)
    kinds = [kind for kind, _ in b.subjects(valkey_url)]
    assert kinds.count("responder.status") == 20


async def test_a_person_whose_place_was_taken_away_and_brought_back_can_go_on_duty(
    valkey_url: str,
) -> None:
    """What the twin kept of their duty is gone with the place; the server's count is not."""
    async with Streams(valkey_url) as streams:
        unknown = ev.StatusData(status="of-a-place-that-was-away", version=1)
        event = ev.ResponderStatus(id="x", subject=b.ZHOU, time=b.now(), by="x", data=unknown)
        await streams.append_operations(S, [event])
    async with a_desk(valkey_url) as desk:
        zhou = desk.replicas[S].twin.responders[b.ZHOU]
        assert zhou.version == 0
        receipt = await desk.submit(asked("duty_on", b.ZHOU, version=0), b.now())
        assert receipt == Receipt((f"{b.ZHOU}@2",), 2)
        assert (zhou.version, zhou.status) == (2, "available")
        assert (await desk.submit(asked("duty_off", b.ZHOU, version=2), b.now())).version == 3


async def test_what_comes_beside_a_command_does_not_hold_it_up(valkey_url: str) -> None:
    """Assigning sees the case's alarms; that somebody acknowledged one meanwhile is no conflict."""
    await open_cases(valkey_url)
    raised = ev.AlarmRaised(
        id=f"{ALARM}@1", subject=ALARM, time=b.now(), by="system",
        data=ev.AlarmRaisedData(version=1, rule="call_pressed", level=1, occurrence=1),
    )  # fmt: skip
    seen = ev.AlarmAcknowledged(
        id=f"{ALARM}@2", subject=ALARM, time=b.now(), by="x", data=ev.AlarmData(version=2)
    )
    case = b.a_case("INC-1")
    data = msgspec.structs.replace(case.data, alarms=(ALARM,))
    case = msgspec.structs.replace(case, data=data)
    async with Streams(valkey_url) as streams:
        await streams.append_operations(S, [raised, case])
    async with a_desk(valkey_url) as desk:
        behind = Behind(desk.streams, seen)
        desk.streams = behind
        receipt = await desk.submit(asked("assign", "INC-1", responder=b.ZHOU), b.now())
    assert receipt.version == 2
    kinds = [kind for kind, _ in b.subjects(valkey_url)]
    assert kinds.count("alarm.acknowledged") == 1
    assert kinds.count("incident.assigned") == 1


class Behind(Streams):
    """Streams on which somebody else writes an event just before our first."""

    def __init__(self, streams: Streams, first: ev.Event) -> None:
        super().__init__("redis://unused")
        self.link = streams.link
        self.first: ev.Event | None = first

    async def append_operations(self, *args: Any, **options: Any) -> Any:
        first, self.first = self.first, None
        if first is not None:
            await super().append_operations(S, [first])
        return await super().append_operations(*args, **options)


async def test_a_replica_that_is_behind_its_caller_catches_up_first(valkey_url: str) -> None:
    await open_cases(valkey_url, "INC-1")
    async with a_desk(valkey_url) as desk:
        await desk.streams.append_operations(S, [b.a_note("INC-1", 2)])
        receipt = await desk.submit(asked("note", "INC-1", version=2, text="seen"), b.now())
        assert receipt.version == 3


async def test_a_refused_command_is_written_down(valkey_url: str) -> None:
    await open_cases(valkey_url, "INC-1")
    async with a_desk(valkey_url) as desk:
        for command, code in (
            (asked("close", "INC-1"), "not_permitted"),
            (asked("accept", "INC-1", responder=b.ZHOU), "illegal_state"),
            (asked("note", "INC-1", text="x", prefixes=("other.street",)), "unknown"),
            (asked("note", "INC-404", text="x"), "unknown"),
            (asked("dance", "INC-1"), "invalid"),
            (asked("note", "INC-1", version=7, text="x"), "stale"),
        ):
            role = "viewer" if code == "not_permitted" else "dispatcher"
            command = msgspec.structs.replace(
                command, by=msgspec.structs.replace(command.by, role=role)
            )
            with pytest.raises(CommandRejected) as refused:
                await desk.submit(command, b.now())
            assert refused.value.code == code
    written = [ev.decode(payload) for payload in b.payloads(valkey_url)[2:]]
    outcomes = [event.data.outcome for event in written if isinstance(event, ev.CommandRefused)]
    assert outcomes == [
        "not_permitted", "illegal_state", "unknown", "unknown", "invalid", "stale",
    ]  # fmt: skip
    assert {event.by for event in written} == {"chenmin"}


async def test_a_flood_of_refused_commands_does_not_fill_the_record(valkey_url: str) -> None:
    at = b.now()
    async with a_desk(valkey_url) as desk:
        for _ in range(REFUSALS_AT_ONCE + 30):
            with pytest.raises(CommandRejected):
                await desk.submit(asked("dance", "INC-1"), at)
    assert len(b.payloads(valkey_url)) == REFUSALS_AT_ONCE


def test_an_allowance_comes_back_with_time_and_is_each_accounts_own() -> None:
    allowance, at = Allowance(at_once=2, per_s=0.5), b.now()
    assert [allowance.take("a", at) for _ in range(3)] == [True, True, False]
    assert allowance.take("b", at)
    assert not allowance.take("a", at + timedelta(seconds=1))
    assert allowance.take("a", at + timedelta(seconds=4))
    assert allowance.withheld == 2
