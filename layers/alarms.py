"""Alarms as screens get them: everything that is not back to normal."""

from __future__ import annotations

from typing import Any

from layers.columns import milliseconds
from layers.redaction import device_words
from twin.standing import unattended
from twin.state import Twin
from twin.things import Alarm


def thing(twin: Twin, alarm: Alarm, compound: str, *, masked: bool) -> dict[str, Any] | None:
    """An alarm as screens get it, or None when it is back to normal and acknowledged.

    ``at`` is when people were told last, ``since`` when the condition began. Where it is stands in
    one that should have a case and has none; ``masked`` drops the room.
    """
    if alarm.label == "normal":
        return None
    alone, device = unattended(twin, alarm), twin.devices.get(alarm.device)
    return {
        "id": alarm.id,
        "device": alarm.device,
        "rule": alarm.rule,
        "level": alarm.level,
        "label": alarm.label,
        "active": alarm.active,
        "at": milliseconds(alarm.raised_at),
        "since": milliseconds(alarm.began_at or alarm.raised_at),
        "compound": compound,
        "incident": alarm.incident,
        "unattended": alone,
        "place": device_words(twin, device, masked) if alone and device is not None else "",
        "lonlat": device.place.lonlat if alone and device is not None else None,
        "value": alarm.value,
        "version": alarm.version,
        "shelved_until": milliseconds(alarm.shelved_until),
    }
