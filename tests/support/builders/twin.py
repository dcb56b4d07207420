"""A small street to think with, and short words for the events that happen in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.catalogues import CATALOGUE
from twin import events as e
from twin.commands.decide import Command, decide
from twin.commands.roles import Actor
from twin.places.model import Building, Compound, DevicePlace, Entrance, Grid, LonLat, ResponderCard
from twin.rules.derivation import follow, outstanding
from twin.state.twin import Twin

STREET = "lusong.hejiatu"
HUODIAN = f"{STREET}.changtangwan.huodian"
JINYUAN = f"{STREET}.changtangwan.jinyuan"
LON, LAT = 113.150, 27.830
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""Twelve o'clock in China."""
NIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
"""Eleven at night in China."""

CALL, GATE, POWER, LIFT = "huodian/call/1", "huodian/gate/1", "huodian/power/1", "huodian/lift/1"
NOISE, MANHOLE, SMOKE, LAMP = (
    "huodian/noise/1", "huodian/manhole/1", "huodian/smoke/1", "huodian/lamp/1",
)  # fmt: skip
ZHOU, LI, WANG = (f"huodian/responder/{name}" for name in ("zhou", "li", "wang"))
COVER_OPEN = f"{MANHOLE}#manhole_open"
CAMERAS = tuple(f"huodian/camera/{n}" for n in range(1, 7))

CHEN = Actor(account="chen", role="dispatcher", prefixes=(STREET,))
LIU = Actor(account="liu", role="dispatcher", prefixes=(STREET,))
SUN = Actor(account="sun", role="reviewer", prefixes=(STREET,))
ZHOU_SELF = Actor(account="zhou", role="responder", prefixes=(HUODIAN,), responder=ZHOU)
LI_SELF = Actor(account="li", role="responder", prefixes=(HUODIAN,), responder=LI)
VIEWER = Actor(account="guest", role="viewer", prefixes=(STREET,))
ADMINISTRATOR = Actor(account="root", role="administrator", prefixes=(STREET,))
ELSEWHERE = Actor(account="far", role="dispatcher", prefixes=("lusong.dongjiaduan",))
ACTORS = (CHEN, LIU, SUN, ZHOU_SELF, LI_SELF, VIEWER, ADMINISTRATOR, ELSEWHERE)


UNRESET = "现场已处置，探头待复位"
"""Why a case is settled although its device was not reset: what these people say."""


def square(west: float, south: float, size: float = 0.001) -> tuple[LonLat, ...]:
    """A closed counter-clockwise ring; 0.001 degrees are about 100 m."""
    east, north = west + size, south + size
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def a_device(subject: str, grid: str = "g1", **more: Any) -> DevicePlace:
    compound, kind, number = subject.split("/")
    territory = {"huodian": HUODIAN, "jinyuan": JINYUAN}[compound]
    told = {"name": f"{kind} {number}", "lonlat": (LON + 0.0002, LAT + 0.0002)} | more
    return DevicePlace(id=subject, kind=kind, territory=f"{territory}.{grid}", **told)


def a_card(subject: str, role: str = "grid_officer", territory: str = HUODIAN) -> ResponderCard:
    return ResponderCard(
        id=subject,
        name=subject.rpartition("/")[2],
        role=role,
        skills=("security",),
        territory=territory,
        post=(LON, LAT),
    )


def huodian() -> Compound:
    devices = [
        a_device(CALL, name="一键呼 302", building="b93", unit="2", floor=3, room="302"),
        a_device(GATE, name="东门"),
        a_device(POWER),
        a_device(LIFT, building="b93", unit="1单元", floor=4),
        *(a_device(subject) for subject in (NOISE, MANHOLE, SMOKE, LAMP, *CAMERAS)),
    ]
    block = Building(
        id="b93",
        name="93幢",
        outline=square(LON + 0.0003, LAT + 0.0003, 0.0002),
        height_m=18.0,
        floors=6,
        entrances=(Entrance(unit="2", lonlat=(LON + 0.0004, LAT + 0.0003)),),
    )
    return Compound(
        id="huodian",
        name="火电小区",
        name_en="Huodian",
        territory=HUODIAN,
        origin=(LON, LAT),
        outline=square(LON, LAT, 0.002),
        buildings=(block,),
        grids=(
            Grid(territory=f"{HUODIAN}.g1", name="第1网格", outline=square(LON, LAT)),
            Grid(territory=f"{HUODIAN}.g2", name="第2网格", outline=square(LON + 0.001, LAT)),
        ),
        devices=tuple(devices),
        responders=(a_card(ZHOU), a_card(LI, "guard"), a_card(WANG, "volunteer")),
    )


def jinyuan() -> Compound:
    return Compound(
        id="jinyuan",
        name="金元大厦",
        name_en="Jinyuan",
        territory=JINYUAN,
        origin=(LON + 0.01, LAT),
        outline=square(LON + 0.01, LAT, 0.002),
        devices=(a_device("jinyuan/camera/1"), a_device("jinyuan/power/1")),
        responders=(a_card("jinyuan/responder/he", "guard", JINYUAN),),
    )


def a_twin() -> Twin:
    """Two compounds, nothing reported, three responders of huodian on duty."""
    twin = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    for who in (ZHOU, LI, WANG):
        twin.apply(on_duty(who))
    return twin


def after(seconds: float, start: datetime = NOON) -> datetime:
    return start + timedelta(seconds=seconds)


def a_state(subject: str, state: str, at: datetime = NOON) -> e.DeviceState:
    kind = subject.split("/")[1]
    return e.STATE_EVENTS[kind](
        id=f"{subject}-{state}-{at.timestamp()}",
        subject=subject,
        time=at,
        data=e.StateData(state=state),
    )


def a_reading(subject: str, quantity: str, value: float, at: datetime = NOON) -> e.Reading:
    return e.Reading(
        id=f"{subject}-{quantity}-{at.timestamp()}",
        subject=subject,
        time=at,
        data=e.ReadingData(quantity=quantity, value=value),
    )


def a_position(who: str, lonlat: LonLat = (LON, LAT), at: datetime = NOON) -> e.Event:
    return e.ResponderPosition(
        id=f"{who}-{at.timestamp()}", subject=who, time=at, data=e.PositionData(lonlat=lonlat)
    )


def on_duty(who: str, status: str = "available", at: datetime = NOON) -> e.Event:
    return e.ResponderStatus(
        id=f"{who}-{status}-{at.timestamp()}",
        subject=who,
        time=at,
        data=e.StatusData(status=status),
    )


def silence(subject: str, at: datetime = NOON) -> e.Event:
    return e.DeviceSilent(id=f"{subject}!{at.timestamp()}", subject=subject, time=at)


def acknowledged(alarm: str, version: int, at: datetime = NOON) -> e.AlarmAcknowledged:
    return e.AlarmAcknowledged(
        id="a", subject=alarm, time=at, by="chen", data=e.AlarmData(version=version)
    )


def settle(twin: Twin, events: Iterable[e.Event]) -> list[e.Event]:
    """Apply events and everything that follows from them, as an engine does; what followed."""
    followed: list[e.Event] = []
    for event in events:
        changes = list(twin.apply(event))
        while changes:
            for found in follow(twin, changes.pop(0)):
                followed.append(found)
                changes += twin.apply(found)
    return followed


def give(
    twin: Twin,
    name: str,
    target: str,
    by: Actor = CHEN,
    at: datetime = NOON,
    version: int | None = None,
    **args: Any,
) -> list[e.Event]:
    """Decide a command and let its events count."""
    command = Command(name=name, target=target, by=by, version=version, args=args)
    events = decide(twin, command, at)
    for event in events:
        twin.apply(event)
    return events


def a_call(twin: Twin, at: datetime = NOON) -> str:
    """Somebody pressed the one-key call; the id of the case it opened."""
    settle(twin, [a_state(CALL, "pressed", at)])
    return twin.alarms[f"{CALL}#call_pressed"].incident or ""


def a_gate_fault(twin: Twin, at: datetime = NOON) -> str:
    """A gate became faulty, a case that must be verified first; its id."""
    settle(twin, [a_state(GATE, "fault", at)])
    return twin.alarms[f"{GATE}#gate_fault"].incident or ""


def walk(twin: Twin, incident: str, until: str, who: str = ZHOU) -> None:
    """Bring a case forward to a state, recorded by the dispatcher chen, checked by sun."""
    steps: list[tuple[str, str, Actor, dict[str, Any]]] = [
        ("assigned", "assign", CHEN, {"responder": who}),
        ("accepted", "accept", CHEN, {}),
        ("en_route", "start", CHEN, {}),
        ("on_scene", "arrive", CHEN, {}),
        ("handled", "handle", CHEN, {}),
        ("checked", "check", SUN, {"passed": True, "text": UNRESET}),
        ("closed", "close", SUN, {"text": UNRESET}),
    ]
    for n, (state, name, by, args) in enumerate(steps, start=1):
        give(twin, name, incident, by, after(n * 10), **args)
        if state == until:
            return


def ask_everything(twin: Twin, now: datetime = NOON) -> None:
    """What an engine and a screen ask of a twin after anything."""
    for event in outstanding(twin):
        twin.apply(event)
    twin.fold(twin.due(now))
    other = Twin(STREET, [huodian(), jinyuan()], CATALOGUE)
    other.restore(twin.snapshot())
    assert other.snapshot() == twin.snapshot()
