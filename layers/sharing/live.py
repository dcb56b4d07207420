"""The collections of what lives: devices with their state, people on duty, alarms, cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from layers.live.redaction import device_name, place_words
from layers.panels import incidents
from layers.sharing.collection import (
    Collection,
    Field,
    Kind,
    RowSource,
    Scalar,
    Seen,
    SharedRow,
    World,
)
from layers.sharing.still import COMPOUND, TERRITORY
from twin.catalogue import Catalogue
from twin.commands.roles import WORK
from twin.state.records import Device

WORKS_ON_CASES = WORK
"""Roles that may see people: whoever works on cases, and nobody else (domain.md 7, item 4)."""


def _now(name: str, kind: Kind, words: str, read: Callable[[Any], Scalar] | None = None) -> Field:
    """A field of the live thing."""
    take = read or (lambda thing: getattr(thing, name))
    return Field(name, kind, words, lambda seen: take(seen.now), live=True)


# --- devices ----------------------------------------------------------------------------------


def _devices(*kinds: str) -> Callable[[RowSource], Iterator[SharedRow]]:
    def rows(source: RowSource) -> Iterator[SharedRow]:
        for place in source.compound.devices if source.compound else ():
            if not kinds or place.kind in kinds:
                yield SharedRow(place.id, place.territory, place, source.compound, source.twin)

    return rows


def _device(row: SharedRow) -> Device:
    """The device as it is now; looked up each time, for a restored twin has new ones."""
    assert row.twin is not None
    return row.twin.devices[row.id]


def _name(seen: Seen) -> str:
    assert seen.row.compound is not None
    return device_name(seen.thing, seen.row.compound, _catalogue(seen).devices, seen.asker.masked)


def _catalogue(seen: Seen) -> Catalogue:
    """The rows by which what is seen came about."""
    assert seen.row.twin is not None
    return seen.row.twin.catalogue


def _place(name: str, kind: Kind, words: str) -> Field:
    return Field(name, kind, words, lambda seen: getattr(seen.thing, name))


def _lens(name: str, kind: Kind, words: str, attribute: str) -> Field:
    def read(seen: Seen) -> Scalar:
        value: Scalar = getattr(seen.thing.lens, attribute) if seen.thing.lens else None
        return value

    return Field(name, kind, words, read)


def _quantity(device: Device) -> str | None:
    return device.traits.primary or None


def _unit(device: Device) -> str | None:
    return device.traits.unit or None


def _reading(quantity: str) -> Callable[[Device], Scalar]:
    return lambda device: device.reading(quantity)


_STATE = (
    _now("state", "string", "what it reported last; null before its first report"),
    _now("silent", "boolean", "nothing heard from it since its patience ended"),
    _now("level", "integer", "worst active alarm: 1 critical to 4 minor, 0 none"),
    _now("desired", "string", "state a person asked for and it has not confirmed",
         lambda device: device.desired if device.pending else None),
    _now("reported_at", "instant", "when it was heard last"),
    _now("updated_at", "instant", "when anything in it differed last"),
    _now("changed_at", "instant", "when its state differed last"),
)  # fmt: skip
_SITE = (
    Field("name", "string", "its name; to viewers, of one in a flat, kind and unit instead", _name),
    _place("kind", "string", "a row of the device catalogue"),
    COMPOUND,
    TERRITORY,
    _place("height_m", "number", "height above ground in metres"),
    _place("building", "string", "id of the building it is in"),
    _place("unit", "string", "unit (单元) it is in"),
    _place("floor", "integer", "floor it is on, 0 outdoors"),
    Field("room", "string", "room it is in; null for viewers",
          lambda seen: None if seen.asker.masked else seen.thing.room),
    _place("use", "string", "what it is for"),
    _place("proposed", "boolean", "made up by the importer, not surveyed"),
)  # fmt: skip
_AIM = (
    _place("azimuth_deg", "number", "bearing it looks to, clockwise from north"),
    _place("hfov_deg", "number", "horizontal angle of view"),
    _place("range_m", "number", "how far it is useful"),
    _lens("tilt_deg", "number", "down from the horizon", "tilt_deg"),
    _lens("azimuth_unsure_deg", "number", "how far the bearing may be off", "azimuth_unsure_deg"),
    _lens("pixels_wide", "integer", "width of its picture", "pixels_wide"),
)


def _of_devices(
    id_: str, title: str, about: str, *kinds: str, more: tuple[Field, ...]
) -> Collection:
    return Collection(
        id=id_, title=title, about=about, shape="Point", of=_devices(*kinds), now=_device,
        coordinates=lambda seen: seen.thing.lonlat, fields=(*_SITE, *more, *_STATE),
        partly=False, time="reported_at",
    )  # fmt: skip


# --- people -----------------------------------------------------------------------------------


def _people(world: World) -> Iterator[SharedRow]:
    for twin in world.twins:
        for one in twin.responders.values():
            compound = twin.compounds.get(one.id.partition("/")[0])
            yield SharedRow(one.id, one.card.territory, one, compound, twin)


def _stands(seen: Seen) -> Any:
    """Where a responder is, their post until a position is known; nowhere off duty."""
    if seen.thing.status == "off_duty":
        return None
    return seen.thing.lonlat or seen.thing.card.post


def _on_duty(name: str) -> Callable[[Seen], Scalar]:
    def read(seen: Seen) -> Scalar:
        value: Scalar = getattr(seen.thing, name)
        return None if seen.thing.status == "off_duty" else value

    return read


def _if_seen(seen: Seen, case: str | None) -> str | None:
    """A case's id, if the asker may see the case."""
    twin = seen.row.twin
    assert twin is not None
    found = twin.incidents.get(case) if case else None
    return case if found is not None and seen.asker.sees(found.territory) else None


# --- alarms -----------------------------------------------------------------------------------


def _alarms(world: World) -> Iterator[SharedRow]:
    for twin in world.twins:
        for alarm in twin.alarms.values():
            device = twin.devices.get(alarm.device)
            if device is not None and alarm.label != "normal":
                compound = twin.compounds[alarm.device.partition("/")[0]]
                # Clients put ids into addresses as they are, where # would end the path.
                yield SharedRow(
                    alarm.id.replace("#", ":"), device.place.territory, alarm, compound, twin
                )


def _own(name: str, kind: Kind, words: str, read: Callable[[Any], Scalar] | None = None) -> Field:
    """A field of a thing that is itself alive."""
    take = read or (lambda thing: getattr(thing, name))
    return Field(name, kind, words, lambda seen: take(seen.thing), live=True)


def _at_device(seen: Seen) -> Any:
    twin = seen.row.twin
    assert twin is not None
    return twin.devices[seen.thing.device].place.lonlat


# --- cases ------------------------------------------------------------------------------------


def _cases(world: World) -> Iterator[SharedRow]:
    for twin in world.twins:
        for case in twin.incidents.values():
            compound = twin.compounds.get(case.compound)
            yield SharedRow(case.id, case.territory, case, compound, twin)


def _hidden(seen: Seen) -> bool:
    """Whether the room and free text are withheld: from viewers, and from all once it is over."""
    return seen.asker.masked or not seen.thing.open


def _spot(seen: Seen) -> str:
    assert seen.row.twin is not None
    where: str = seen.thing.place
    return place_words(seen.row.twin, seen.thing) if _hidden(seen) else where


def _finished(case: Any) -> datetime | None:
    ended: datetime | None = None if case.open else case.last_at
    return ended


def _unacked(seen: Seen) -> bool:
    assert seen.row.twin is not None
    return incidents.unacked(seen.row.twin, seen.thing)


def _crew(case: Any) -> int:
    return len(case.working)


def _rule(seen: Seen) -> str:
    return _catalogue(seen).rules[seen.thing.rule].label


def _incident_kind(seen: Seen) -> str:
    return _catalogue(seen).incident(seen.thing.kind).label


LIVE: tuple[Collection, ...] = (
    _of_devices(
        "devices", "设备 Devices", "Every device with its live state, first reading, alarm level.",
        more=(
            _now("value", "number", "newest reading of its first quantity",
                 lambda device: device.value),
            _now("quantity", "string", "what `value` measures", _quantity),
            _now("quantity_unit", "string", "unit of `value`", _unit),
            _now("value_at", "instant", "when `value` was measured"),
        ),
    ),
    _of_devices("gates", "门禁道闸 Gates", "Gates and barriers: open or closed, passes today.",
                "gate", more=(_now("passes_today", "number", "people and vehicles counted today",
                                 _reading("passes_today")),)),
    _of_devices("cameras", "摄像机 Cameras", "Cameras: where they look, and whether they work. "
                "Never the address of a picture.", "camera", more=_AIM),
    Collection(
        id="responders", title="处置人员 Responders",
        about="People and teams on duty: role, status, and where they are. Off duty, no position.",
        shape="Point", gather=_people, coordinates=_stands, partly=False,
        roles=WORKS_ON_CASES, time="located_at",
        fields=(
            _own("name", "string", "name of the person or team", lambda one: one.card.name),
            _own("role", "string", "what they are", lambda one: one.card.role),
            _own("skills", "string", "what they can do, separated by spaces",
                 lambda one: " ".join(one.card.skills)),
            _own("vehicle", "string", "how they move", lambda one: one.card.vehicle),
            _own("status", "string", "off_duty, available, busy or unavailable"),
            Field("heading_deg", "number", "which way they move", _on_duty("heading_deg"), True),
            Field("incident", "string", "case they work on, if it may be seen",
                  lambda seen: _if_seen(seen, seen.thing.incident), True),
            COMPOUND,
            TERRITORY,
            Field("located_at", "instant", "when the position was known", _on_duty("lonlat_at"),
                  True),
        ),
    ),
    Collection(
        id="alarms", title="告警 Alarms",
        about="Alarms that are not back to normal and acknowledged.",
        shape="Point", gather=_alarms, coordinates=_at_device, partly=False,
        time="raised_at",
        fields=(
            _own("device", "string", "id of the device"),
            _own("rule", "string", "a row of the alarm rules"),
            Field("rule_label", "string", "the rule in words", _rule, True),
            _own("level", "integer", "1 critical to 4 minor"),
            _own("label", "string",
                 "unacknowledged, acknowledged, returned_unacknowledged or shelved"),
            _own("active", "boolean", "the condition still holds"),
            _own("value", "number", "the reading that raised it"),
            _own("occurrence", "integer", "how often it was raised"),
            Field("incident", "string", "case it belongs to, if it may be seen",
                  lambda seen: _if_seen(seen, seen.thing.incident), True),
            COMPOUND,
            TERRITORY,
            _own("raised_at", "instant", "when it was raised"),
            _own("cleared_at", "instant", "when the condition ended"),
            _own("acked_at", "instant", "when somebody acknowledged it"),
            _own("shelved_until", "instant", "until when it is shelved"),
        ),
    ),
    Collection(
        id="incidents", title="案件 Incidents",
        about="Cases, open and finished within thirty days. Rooms and words leave only while a "
        "case is open, and never to viewers.",
        shape="Point", gather=_cases, coordinates=lambda seen: seen.thing.lonlat, partly=False,
        time="reported_at",
        fields=(
            _own("kind", "string", "a row of the incident kinds"),
            Field("kind_label", "string", "the kind in words", _incident_kind, True),
            _own("level", "integer", "1 critical to 4 minor"),
            _own("state", "string", "reported, verified, assigned ... handled, closed"),
            _own("open", "boolean", "somebody still has something to do"),
            Field("place", "string", "where, in words; without the room for viewers or once over",
                  _spot, True),
            Field("text", "string", "what was reported; null for viewers or once over",
                  lambda seen: None if _hidden(seen) else seen.thing.text, True),
            _own("building", "string", "id of the building"),
            _own("floor", "integer", "floor, 0 outdoors"),
            _own("device", "string", "id of the device that called"),
            _own("source", "string", "how it came to be known"),
            Field("unacked", "boolean", "nobody has acknowledged it yet", _unacked, True),
            _own("crew", "integer", "responders at work on it", _crew),
            COMPOUND,
            TERRITORY,
            _own("reported_at", "instant", "when it was reported"),
            _own("due_at", "instant", "the deadline that runs now"),
            _own("finished_at", "instant", "when it was closed, rejected or cancelled", _finished),
        ),
    ),
)  # fmt: skip
"""Every collection of what lives."""
