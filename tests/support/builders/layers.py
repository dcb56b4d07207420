"""A small street to look at: compounds of two grids, devices of several kinds, people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.support.catalogues import CATALOGUE
from twin import events
from twin.places.model import Building, Compound, DevicePlace, Grid, LonLat, ResponderCard, Ring
from twin.state.twin import Twin

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in China
STREET = "lusong.hejiatu"
COMMUNITY = f"{STREET}.changtangwan"
KINDS = ("camera", "gate", "lift", "smoke", "call", "noise")
_ids = count(1)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ring(lon: float, lat: float, side: float = 0.001) -> Ring:
    return ((lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat))


def a_device(compound: str, kind: str, number: int, grid: int, origin: LonLat) -> DevicePlace:
    flat = kind in ("call", "smoke")
    return DevicePlace(
        id=f"{compound}/{kind}/{number}",
        kind=kind,
        name=f"3幢1单元{number}02{kind}" if flat else f"{kind} {number}",
        lonlat=(origin[0] + 0.0001 * number, origin[1] + 0.0001 * grid),
        territory=f"{COMMUNITY}.{compound}.g{grid}",
        azimuth_deg=90.0 if kind == "camera" else None,
        hfov_deg=60.0 if kind == "camera" else None,
        range_m=30.0 if kind == "camera" else None,
        building=f"{compound}/b3" if flat else "",
        unit="1" if flat else "",
        floor=number if flat else 0,
        room=f"{number}02" if flat else "",
    )


def a_compound(name: str, each: int = 2, lon: float = 113.1) -> Compound:
    """``each`` devices of every kind in grid 1, then as many in grid 2, mixed in order."""
    origin = (lon, 27.8)
    places = [
        a_device(name, kind, number * 2 + grid, grid, origin)
        for number in range(each)
        for kind in KINDS
        for grid in (2, 1)
    ]
    whole = f"{COMMUNITY}.{name}"
    card = ResponderCard(
        id=f"{name}/responder/zhou",
        name="周网格员",
        role="grid_officer",
        skills=("first_aid",),
        territory=f"{whole}.g1",
        post=origin,
    )
    return Compound(
        id=name,
        name=f"{name}小区",
        name_en=name.title(),
        territory=whole,
        origin=origin,
        outline=ring(*origin),
        buildings=(
            Building(
                id=f"{name}/b3", name="3幢", outline=ring(*origin, 0.0002), height_m=18.0, floors=6
            ),
        ),
        grids=tuple(
            Grid(territory=f"{whole}.g{n}", name=f"第{n}网格", outline=ring(*origin))
            for n in (1, 2)
        ),
        devices=tuple(places),
        responders=(card,),
        households=100,
    )


def a_street(*names: str, each: int = 2) -> Twin:
    names = names or ("huodian", "jinyuan")
    places = [a_compound(name, each, lon=113.1 + n / 50) for n, name in enumerate(names)]
    return Twin(STREET, places, CATALOGUE)


def _envelope(subject: str, when: datetime) -> dict[str, Any]:
    return {"id": f"e{next(_ids)}", "subject": subject, "time": when}


def reported(device: str, state: str, when: datetime) -> events.Event:
    kind = device.split("/")[1]
    data = events.StateData(state=state)
    return events.STATE_EVENTS[kind](**_envelope(device, when), data=data)


def measured(device: str, quantity: str, value: float, when: datetime) -> events.Event:
    data = events.ReadingData(quantity=quantity, value=value)
    return events.Reading(**_envelope(device, when), data=data)


def silent(device: str, when: datetime) -> events.Event:
    return events.DeviceSilent(**_envelope(device, when), by="system")


def raised(
    device: str, when: datetime, version: int = 1, rule: str = "call_pressed", level: int = 1
) -> events.AlarmRaised:
    data = events.AlarmRaisedData(version=version, rule=rule, level=level, occurrence=version)
    return events.AlarmRaised(**_envelope(f"{device}#{rule}", when), by="system", data=data)


def acknowledged(alarm: str, version: int, when: datetime) -> events.Event:
    data = events.AlarmData(version=version)
    return events.AlarmAcknowledged(**_envelope(alarm, when), by="chen", data=data)


def cleared(alarm: str, version: int, when: datetime) -> events.Event:
    data = events.AlarmData(version=version)
    return events.AlarmCleared(**_envelope(alarm, when), by="system", data=data)


def opened(
    number: int, device: str, twin: Twin, when: datetime, alarms: tuple[str, ...] = ()
) -> events.Event:
    place = twin.devices[device].place
    return events.IncidentReported(
        **_envelope(f"INC-1121-{number:04d}", when),
        by="system",
        territory=place.territory,
        data=events.ReportedData(
            version=1,
            kind="one_key_call",
            level=1,
            place=f"3幢1单元{place.room}",
            lonlat=place.lonlat,
            source=place.kind,
            alarms=alarms,
            device=device,
            building=place.building,
            floor=place.floor,
            text=f"王奶奶 {place.room}室",
        ),
    )


def step(
    kind: Callable[..., events.Event], number: int, version: int, when: datetime, **data: Any
) -> events.Event:
    """An incident event of any kind, its data from the words given."""
    told = kind.__annotations__["data"]
    cls = getattr(events, told) if isinstance(told, str) else told
    subject = f"INC-1121-{number:04d}"
    return kind(**_envelope(subject, when), by="chen", data=cls(version=version, **data))
