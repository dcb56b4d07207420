"""A small street for the feeds' tests, its telemetry and its cases; ids count on by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
import redis

from feeds.streams.batches import Batch, Position
from feeds.streams.keys import key
from feeds.streams.streams import Streams
from tests.support.catalogues import CATALOGUE
from twin import events as ev
from twin.commands.roles import Actor
from twin.places.model import Compound, DevicePlace, Grid, LonLat, ResponderCard, Ring
from twin.state.twin import Twin

STREET = "lusong.hejiatu"
WHOLE = f"{STREET}.changtangwan.huodian"
ORIGIN = (113.1, 27.8)
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in China
NOON_MS = int(NOON.timestamp() * 1000)
CALL, GATE, NOISE = "huodian/call/1", "huodian/gate/1", "huodian/noise/1"
ZHOU = "huodian/responder/zhou"
DISPATCHER = Actor(account="chenmin", role="dispatcher", prefixes=(STREET,))
_ids = count(1)


def ring(origin: LonLat, side: float = 0.002) -> Ring:
    lon, lat = origin
    return ((lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat))


def a_compound(each: int = 3, name: str = "huodian") -> Compound:
    territory = f"{STREET}.changtangwan.{name}"
    kinds = ("call", "gate", "noise", "power", "lamp")
    devices = [
        DevicePlace(
            id=f"{name}/{kind}/{number}",
            kind=kind,
            name=f"{kind} {number}",
            lonlat=(ORIGIN[0] + 0.0001 * number, ORIGIN[1] + 0.0001),
            territory=f"{territory}.g1",
        )
        for kind in kinds
        for number in range(1, each + 1)
    ]
    card = ResponderCard(
        id=f"{name}/responder/zhou",
        name="周网格员",
        role="grid_officer",
        skills=("first_aid",),
        territory=f"{territory}.g1",
        post=ORIGIN,
    )
    return Compound(
        id=name,
        name=name,
        name_en=name,
        territory=territory,
        origin=ORIGIN,
        outline=ring(ORIGIN),
        grids=(Grid(territory=f"{territory}.g1", name="g1", outline=ring(ORIGIN)),),
        devices=tuple(devices),
        responders=(card,),
    )


def a_compound_elsewhere(street: str, name: str = "fengxi") -> Compound:
    """The same compound in another street, which may be of another district."""
    text = msgspec.json.encode(a_compound(name=name)).decode()
    return msgspec.json.decode(text.replace(STREET, street), type=Compound)


def a_twin(each: int = 3) -> Twin:
    return Twin(STREET, [a_compound(each)], CATALOGUE)


def now() -> datetime:
    return datetime.now(UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def reading(value: float = 41.5, at: datetime | None = None, subject: str = NOISE) -> ev.Event:
    return ev.Reading(
        id=f"r{next(_ids)}",
        subject=subject,
        time=at or now(),
        data=ev.ReadingData(quantity="level_db", value=value),
    )


def readings(n: int, at: datetime | None = None) -> list[ev.Event]:
    """``n`` readings of rising value, a millisecond apart."""
    start = at or now()
    return [reading(float(i), start + timedelta(milliseconds=i)) for i in range(n)]


def state(subject: str, word: str, at: datetime | None = None) -> ev.DeviceState:
    """A device's state report; the kind stands in its id."""
    cls = ev.STATE_EVENTS[subject.split("/")[1]]
    return cls(
        id=f"s{next(_ids)}", subject=subject, time=at or now(), data=ev.StateData(state=word)
    )


def on_duty(responder: str = ZHOU, at: datetime | None = None) -> ev.Event:
    return ev.ResponderStatus(
        id=f"d{next(_ids)}",
        subject=responder,
        time=at or now(),
        data=ev.StatusData(status="available"),
    )


def a_case(incident: str, at: datetime | None = None) -> ev.IncidentReported:
    return ev.IncidentReported(
        id=f"{incident}@1",
        subject=incident,
        time=at or now(),
        by="system",
        territory=f"{WHOLE}.g1",
        data=ev.ReportedData(
            version=1, kind="one_key_call", level=1, place="3幢", lonlat=ORIGIN, source="call"
        ),
    )


def a_note(incident: str, version: int, by: str = "chenmin") -> ev.Event:
    """Two people noting at once make two events of one id: it is made of thing and version."""
    return ev.IncidentNoted(
        id=f"{incident}@{version}",
        subject=incident,
        time=now(),
        by=by,
        data=ev.NoteData(version=version, text=by),
    )


def write(url: str, told: Iterable[tuple[float, ev.Event]], stream: str = "telemetry") -> None:
    """Events as received so many seconds after noon, written by a client that is not ours."""
    with redis.Redis.from_url(url) as client:
        for seconds, event in told:
            at_ms = NOON_MS + int(seconds * 1000)
            client.xadd(key(STREET, stream), {"e": ev.encode(event)}, id=f"{at_ms}-*")


def payloads(url: str, stream: str = "operations") -> list[bytes]:
    """Everything that stands in a stream."""
    with redis.Redis.from_url(url) as client:
        return [fields[b"e"] for _, fields in client.xrange(key(STREET, stream))]


def subjects(url: str) -> list[tuple[str, str]]:
    """Type and subject of every operation, in order."""
    found = map(ev.decode, payloads(url))
    return [(ev.type_of(event), event.subject) for event in found]


async def collected(
    streams: Streams, least: int, position: Position, batch: int = 1000
) -> list[Batch]:
    """Batches followed from a position until they hold so many entries."""
    found: list[Batch] = []
    async with aclosing(streams.follow(STREET, position, batch=batch)) as following:
        async for some in following:
            found.append(some)
            if sum(map(len, found)) >= least:
                break
    return found


def ids_in(batches: Sequence[Batch]) -> list[str]:
    return [entry_id for batch in batches for entry_id in batch.ids]
