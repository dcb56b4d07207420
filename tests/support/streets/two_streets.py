"""One installation with two streets, where everything has a name of its own to be searched for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from feeds.access.accounts import Account
from feeds.streams.rejections import Rejection
from feeds.streams.streams import Streams
from tests.support.builders.layers import a_compound, ring
from twin import events as ev
from twin.commands.roles import ROLES
from twin.errors import EventRejected
from twin.places.model import (
    Area,
    Building,
    Compound,
    District,
    Division,
    Path,
    ResponderCard,
    Service,
)
from twin.places.territory import covers, touches

NEAR, FAR = "lusong.hejiatu", "lusong.jianning"
COMMUNITY = {NEAR: f"{NEAR}.changtangwan", FAR: f"{FAR}.baihetan"}
STREET_OF = {"qiaotou": NEAR, "mudan": NEAR, "qingshui": FAR}
SAID = {"qiaotou": "桥头", "mudan": "牡丹", "qingshui": "清水"}
GRIDS = (1, 2)
SCOPES = {
    "street": NEAR,
    "compound": f"{COMMUNITY[NEAR]}.qiaotou",
    "grid": f"{COMMUNITY[NEAR]}.qiaotou.g1",
}
PLACES = [(place, grid) for place in STREET_OF for grid in GRIDS]


def _account(name: str, role: str, prefix: str) -> Account:
    officer = "qiaotou/responder/g1" if role == "responder" else None
    return Account(
        name=name, display=f"{name}·显示", role=role, prefixes=(prefix,), responder=officer
    )


ACCOUNTS = [
    _account(f"{role}-{scope}", role, prefix) for scope, prefix in SCOPES.items() for role in ROLES
]
STRANGER = _account("yuanfang", "dispatcher", FAR)
DISTRICT = _account("quzhang", "dispatcher", "lusong")


@dataclass(frozen=True)
class Secret:
    """Words for those who see a place only; ``partly``: seeing a part of it is enough."""

    territory: str
    words: tuple[str, ...]
    partly: bool = False

    def hidden_from(self, prefixes: Sequence[str]) -> bool:
        """Whether none of the words may reach an account with these prefixes."""
        return not (touches if self.partly else covers)(prefixes, self.territory)


def whole(place: str) -> str:
    """A compound's territory."""
    return f"{COMMUNITY[STREET_OF[place]]}.{place}"


def case_of(place: str, grid: int) -> str:
    """The id of a grid's case: numbers repeat in the other street, as they do in life."""
    street = STREET_OF[place]
    number = [row for row in PLACES if STREET_OF[row[0]] == street].index((place, grid)) + 1
    return f"INC-1122-{number:04d}-{street.rpartition('.')[2]}"


def compounds(*streets: str) -> dict[str, list[Compound]]:
    """The places, by street."""
    found: dict[str, list[Compound]] = {street: [] for street in streets}
    for number, (place, street) in enumerate(STREET_OF.items()):
        if street in found:
            found[street].append(_own(a_compound(place, 2, 113.1 + number / 50), street))
    return found


def district() -> District:
    """The district around both streets: its ground is for everybody, its divisions are not."""
    divisions = [
        Division(
            territory=path, level=level, name=f"{path.rpartition('.')[2]}{word}", name_en=path,
            outline=ring(113.1, 27.8, 0.02),
        )
        for level, word, paths in (
            ("street", "街道办", COMMUNITY), ("community", "社区", COMMUNITY.values()))
        for path in paths
    ]  # fmt: skip
    return District(
        id="lusong", name="芦淞区", name_en="Lusong", territory="lusong", origin=(113.1, 27.8),
        outline=ring(113.0, 27.7, 0.3), divisions=tuple(divisions),
        areas=(Area(id="lusong/area/1", kind="water", outline=ring(113.1, 27.75, 0.01)),),
        paths=(Path(id="lusong/path/1", kind="road", line=((113.0, 27.8), (113.2, 27.8))),),
        buildings=(Building(id="lusong/b1", name="", outline=ring(113.05, 27.8, 0.0003),
                            height_m=12.0, floors=3),),
        services=(Service(id="lusong/hospital/1", kind="hospital", name="医院",
                          lonlat=(113.05, 27.81), territory="lusong"),),
    )  # fmt: skip


def _own(plain: Compound, street: str) -> Compound:
    text = msgspec.json.encode(plain).decode()
    moved = text.replace("lusong.hejiatu.changtangwan", COMMUNITY[street])
    place, said = msgspec.json.decode(moved, type=Compound), SAID[plain.id]

    def called(things: Sequence[Any], kind: str) -> tuple[Any, ...]:
        return tuple(
            msgspec.structs.replace(one, name=f"{said}{kind}{chr(97 + n)}")
            for n, one in enumerate(things)
        )

    return msgspec.structs.replace(
        place,
        name=f"{said}小区",
        street_name=f"{street.rpartition('.')[2]}街道办",
        buildings=called(place.buildings, "幢"),
        grids=called(place.grids, "网格"),
        devices=called(place.devices, "器"),
        responders=tuple(_card(place.responders[0], place.id, grid) for grid in GRIDS),
    )


def _card(plain: ResponderCard, place: str, grid: int) -> ResponderCard:
    return msgspec.structs.replace(
        plain,
        id=f"{place}/responder/g{grid}",
        name=f"{SAID[place]}员{grid}",
        territory=f"{whole(place)}.g{grid}",
    )


def secrets(*streets: str) -> list[Secret]:
    """Everything that has a name of its own in some streets."""
    found = [
        Secret("lusong.jianning", (STRANGER.name, "yuanfang·显示")),
        *(Secret(street, tuple(_of_the_street(street))) for street in streets),
        *(Secret(street, (street, f"feed-{street}", f"{street.rpartition('.')[2]}街道办"), True)
          for street in streets),
    ]  # fmt: skip
    for rows in compounds(*streets).values():
        for place in rows:
            names = (place.id, place.name, place.name_en, place.territory)
            built = tuple(word for one in place.buildings for word in (one.id, one.name))
            found.append(Secret(place.territory, (*names, *built), partly=True))
            found.append(Secret(place.territory, (f"{place.id}/gate/77",)))
            found += [Secret(one.territory, (one.territory, one.name)) for one in place.grids]
            found += [Secret(one.territory, (one.id, one.name)) for one in place.devices]
            found += [Secret(one.territory, (one.id, one.name)) for one in place.responders]
            found += [
                Secret(f"{place.territory}.g{grid}", tuple(_of_the_case(place.id, grid)))
                for grid in GRIDS
            ]
    return found


def _of_the_street(street: str) -> Iterator[str]:
    label = street.rpartition(".")[2]
    yield from (f"nobody-{label}/gate/1", f"garbage-{label}", f"reason-{label}")


def _of_the_case(place: str, grid: int) -> Iterator[str]:
    yield case_of(place, grid)
    yield from (f"{SAID[place]}地{grid}", f"{SAID[place]}话{grid}", f"{SAID[place]}记{grid}")


@cache
def hidden_words(prefixes: tuple[str, ...]) -> set[bytes]:
    """Every word that must not be in anything an account receives."""
    return {
        word.encode()
        for secret in secrets(NEAR, FAR)
        if secret.hidden_from(prefixes)
        for word in secret.words
    }


async def tell(streams: Streams, street: str, at: datetime) -> None:
    """Write what happened in a street: readings, alarms, cases, people, logins, refusals."""
    label = street.rpartition(".")[2]
    here = [(place, grid) for place, grid in PLACES if STREET_OF[place] == street]
    await streams.append(street, list(_telemetry(label, here, at)))
    for event in _operations(street, label, here, at):
        await streams.append_operations(street, [event])
    why = EventRejected("type", f"garbage-{label}", f"reason-{label}")
    payload = f'{{"type": "garbage-{label}"}}'.encode()
    await streams.reject_all(street, [Rejection(payload=payload, rejected=why, source="x")])


def _telemetry(label: str, here: list[tuple[str, int]], at: datetime) -> Iterator[ev.Event]:
    for place, grid in here:
        for kind, state in (("call", "pressed"), ("gate", "open"), ("camera", "online")):
            yield gate_turned(f"{place}/{kind}/{grid}", state, at)
        yield gate_turned(f"{place}/gate/77", "open", at)
        yield ev.ResponderPosition(
            id=f"p-{place}-{grid}", subject=f"{place}/responder/g{grid}", time=at,
            data=ev.PositionData(lonlat=(113.1 + list(STREET_OF).index(place) / 50, 27.8)),
        )  # fmt: skip
    yield gate_turned(f"nobody-{label}/gate/1", "open", at)


def gate_turned(device: str, state: str, at: datetime) -> ev.Event:
    """A device's report."""
    return ev.STATE_EVENTS[device.split("/")[1]](
        id=f"{device}-{state}-{at.timestamp()}", subject=device, time=at,
        data=ev.StateData(state=state),
    )  # fmt: skip


def _operations(
    street: str, label: str, here: list[tuple[str, int]], at: datetime
) -> Iterator[ev.Event]:
    by = "quzhang" if street == NEAR else STRANGER.name
    yield ev.AccountLogin(
        id=f"login-{label}", subject=by, time=at, by=by, data=ev.AccountData(outcome="accepted")
    )
    yield ev.FeedChanged(
        id=f"feed-{label}", subject=f"feed-{street}", time=at, by="system",
        data=ev.FeedData(up=False, reason=f"reason-{label}"),
    )  # fmt: skip
    for place, grid in here:
        yield from case_events(place, grid, case_of(place, grid), by, at)


def case_events(
    place: str, grid: int, case: str, by: str, at: datetime, occurrence: int = 1
) -> Iterator[ev.Event]:
    """An alarm, the case it became, somebody sent, a note."""
    device, who = f"{place}/call/{grid}", f"{place}/responder/g{grid}"
    rest: dict[str, Any] = {"time": at, "by": by, "territory": f"{whole(place)}.g{grid}"}
    alarm, version = f"{device}#call_pressed", 2 * occurrence - 1
    raised = ev.AlarmRaisedData(
        version=version, rule="call_pressed", level=1, occurrence=occurrence
    )
    duty = ev.StatusData(status="available")
    yield ev.ResponderStatus(id=f"duty-{who}-{case}", subject=who, data=duty, **rest)
    yield ev.AlarmRaised(id=f"{alarm}@{version}", subject=alarm, data=raised, **rest)
    told = ev.ReportedData(
        version=1, kind="one_key_call", level=1, place=f"{SAID[place]}地{grid}", source="call",
        lonlat=(113.1, 27.8), alarms=(alarm,), device=device, text=f"{SAID[place]}话{grid}",
    )  # fmt: skip
    yield ev.IncidentReported(id=f"{case}@1", subject=case, data=told, **rest)
    assigned = ev.ResponderData(version=2, responder=who)
    yield ev.IncidentAssigned(id=f"{case}@2", subject=case, data=assigned, **rest)
    note = ev.NoteData(version=3, text=f"{SAID[place]}记{grid}")
    yield ev.IncidentNoted(id=f"{case}@3", subject=case, data=note, **rest)
    if occurrence == 1:
        cleared = ev.AlarmData(version=2)
        yield ev.AlarmCleared(id=f"{alarm}@2", subject=alarm, data=cleared, **rest)


def news(street: str, at: datetime) -> tuple[list[ev.Event], list[ev.Event]]:
    """Telemetry and operations that happen while people watch."""
    here = [(place, grid) for place, grid in PLACES if STREET_OF[place] == street]
    by = "quzhang" if street == NEAR else STRANGER.name
    turned = [gate_turned(f"{p}/gate/{g}", "closed", at + timedelta(seconds=1)) for p, g in here]
    cases = [
        event
        for place, grid in here
        for event in case_events(place, grid, f"{case_of(place, grid)}-more", by, at, occurrence=2)
    ]
    return turned, cases
