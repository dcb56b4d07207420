"""Load and probes in a process of their own, as a foreign writer would send them: XADD.

``python -m bench.feeder`` reads one line of JSON orders: ``url``, ``folder`` of places, ``rate``
of events a second, ``seconds``, and the ``probes``, lamps that are switched in turn, ``every``
seconds one, at no fixed beat. It prints one line: ``[[lamp, state, Unix ms], ...]``, the
time taken just before each XADD.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import timedelta
from time import time
from typing import Any

import msgspec
import redis.asyncio
import uvloop

from bench.street import STREET
from bench.traffic import Traffic, now
from feeds.streams.batches import TELEMETRY
from feeds.streams.keys import key
from geodata.store import load
from twin.events import encode
from twin.places.model import Compound

_BEAT_S = 0.02
_NAME = key(STREET, TELEMETRY)


async def crowd(order: dict[str, Any], compounds: list[Compound]) -> None:
    """Everybody but the probes, evenly, 50 times a second."""
    loop, traffic = asyncio.get_running_loop(), Traffic(compounds)
    due, owed = loop.time(), 0.0
    async with redis.asyncio.Redis.from_url(order["url"]) as client:
        while True:
            owed += order["rate"] * _BEAT_S
            some, owed = int(owed), owed - int(owed)
            pipe = client.pipeline(transaction=False)
            for payload in traffic.payloads(some, now(), timedelta(milliseconds=1)):
                pipe.execute_command("XADD", _NAME, "*", "e", payload)
            await pipe.execute()
            due = max(due + _BEAT_S, loop.time() - 1.0)  # what is a second behind is given up
            await asyncio.sleep(max(0.0, due - loop.time()))


async def probes(order: dict[str, Any], compounds: list[Compound]) -> list[tuple[str, str, float]]:
    """Switch one lamp after the other; when each was sent."""
    places = {place.id: place for compound in compounds for place in compound.devices}
    lamps = [places[name] for name in order["probes"]]
    traffic, dice = Traffic(compounds), random.Random(3)
    loop, sent = asyncio.get_running_loop(), []
    end, turn = loop.time() + order["seconds"], 0
    async with redis.asyncio.Redis.from_url(order["url"]) as client:
        while loop.time() < end:
            lamp, state = lamps[turn % len(lamps)], ("on", "off")[turn // len(lamps) % 2]
            event = traffic.state(lamp, now(), state)
            event = msgspec.structs.replace(event, id=f"probe-{turn}-{lamp.id}")
            at = time() * 1000
            await client.xadd(_NAME, {"e": encode(event)})
            sent.append((lamp.id, state, at))
            turn += 1
            await asyncio.sleep(order["every"] * dice.uniform(0.5, 1.5))
    return sent


async def main() -> None:
    """Feed as ordered."""
    order = json.loads(sys.stdin.readline())
    compounds = load(order["folder"])
    quiet = set(order["probes"])
    others = [
        msgspec.structs.replace(
            compound, devices=tuple(d for d in compound.devices if d.id not in quiet)
        )
        for compound in compounds
    ]
    feeding = asyncio.create_task(crowd(order, others))
    await asyncio.sleep(order["warm"])
    sent = await probes(order, compounds)
    await asyncio.sleep(1.0)
    feeding.cancel()
    print(json.dumps(sent), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
